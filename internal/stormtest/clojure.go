package stormtest

import (
	"bufio"
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/internal/devcluster"
)

//go:embed clojure
var clojureSources embed.FS

// ClojureLibrary is a release of Storm's Clojure DSL, together with a Clojure for it.
type ClojureLibrary uint8

// The libraries. The zero value is invalid.
const (
	StormClojure    ClojureLibrary = iota + 1 // storm-clojure 2.8.3 on Clojure 1.10.3
	Storm1Clojure                             // storm-core 1.2.4 on Clojure 1.7.0
	BacktypeClojure                           // storm-core 0.10.2 on Clojure 1.6.0
	Backtype09                                // storm-core 0.9.7 on Clojure 1.5.1
)

func (l ClojureLibrary) jars() []JarSet {
	switch l {
	case StormClojure:
		return []JarSet{WorkerJars, ClojureJars}
	case Storm1Clojure:
		return []JarSet{Storm1Jars}
	case BacktypeClojure:
		return []JarSet{Backtype010Jars}
	case Backtype09:
		return []JarSet{Backtype09Jars}
	}
	panic(fmt.Sprintf("stormtest: invalid Clojure library %d", l))
}

// Evaluator is a JVM with real Clojure and Storm's own DSL. It evaluates Clojure files that build topologies. It starts
// once; an evaluation takes some milliseconds. Several goroutines may call its methods.
//
// Streamparse's library is not on Maven Central, so we replace its two functions (clojure/streamparse/specs.clj).
type Evaluator struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *tailBuffer
	dir    string

	mu      sync.Mutex
	answers *bufio.Reader
	broken  error
}

// NewEvaluator starts the JVM, with further folders and jars on its class path. The caller must close it; it also ends with
// this process. The context limits only the start.
func NewEvaluator(ctx context.Context, library ClojureLibrary, further ...string) (*Evaluator, error) {
	classpath, err := Classpath(ctx, library.jars()...)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stormflux-clojure-")
	if err != nil {
		return nil, fmt.Errorf("starting Clojure: %w", err)
	}
	sources, err := fs.Sub(clojureSources, "clojure")
	if err == nil {
		err = os.CopyFS(dir, sources)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting Clojure: %w", err)
	}
	// Not CommandContext: the evaluator outlives the context of its start.
	cmd := exec.Command("java", slices.Concat(devcluster.JavaFlags(), []string{
		"-Xmx512m", "-Xss4m", "-Dfile.encoding=UTF-8", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
		"-cp", joinClasspath(append([]string{dir, classpath}, further...)...), "clojure.main", filepath.Join(dir, "evaluate.clj"),
	})...)
	e := &Evaluator{cmd: cmd, stderr: &tailBuffer{}, dir: dir}
	cmd.Stderr = e.stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		e.stdin, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("starting Clojure: %w", err)
	}
	e.answers = bufio.NewReader(stdout)
	return e, nil
}

// Close ends the JVM. Calling it again does nothing.
func (e *Evaluator) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken != nil {
		return nil
	}
	e.broken = errClosed
	e.stdin.Close() // the JVM ends at the end of its input
	io.Copy(io.Discard, e.answers)
	err := e.cmd.Wait()
	os.RemoveAll(e.dir)
	if err != nil {
		return fmt.Errorf("ending Clojure: %w\n%s", err, e.stderr.String())
	}
	return nil
}

// ClojureFile is a file to evaluate.
type ClojureFile struct {
	Kind      string // storm, backtype or streamparse, or object for a function that makes one object
	Namespace string
	Function  string // that returns the topology, or for streamparse its two maps
	Text      []byte
	// Definitions are the JVM objects that the file makes, for the runtime adapter, which must be on the class path.
	Definitions []ClojureDefinition
}

// ClojureDefinition is a JVM object: a definition, or with the role "serialized" the object itself in base64.
type ClojureDefinition struct {
	Role string // "bolt", "serialized", or anything else for an object that Storm does not wrap
	Key  string
	Text string
}

// ClojureTopology is what a file built.
type ClojureTopology struct {
	Topology map[string]ClojureComponent `json:"topology"`
	// Conf is the topology's configuration; absent for streamparse, whose files hold none.
	Conf json.RawMessage `json:"conf"`
	// Local is what -main without arguments submitted to its local cluster; nil for streamparse.
	Local *LocalRun `json:"local"`
	Hooks []string  `json:"hooks"` // the state of each worker hook
	// Object is the state of the object of a file of the kind object. It begins with "exception: " if there is none.
	Object string `json:"object"`
	// Expected is the state of the objects that the runtime adapter makes of the definitions.
	Expected map[string]string `json:"expected"`
}

// LocalRun is what a file's -main did with a local cluster.
type LocalRun struct {
	Name     string                      `json:"name"`
	Conf     json.RawMessage             `json:"conf"`
	Topology map[string]ClojureComponent `json:"topology"`
	Shutdown bool                        `json:"shutdown"` // when it was interrupted
}

// ClojureComponent is a component of the StormTopology that the DSL built.
type ClojureComponent struct {
	Kind        string                   `json:"kind"`    // spout or bolt
	Command     []string                 `json:"command"` // of the shell component or of the serialized ShellSpout or ShellBolt
	Object      string                   `json:"object"`  // the state of any other object
	Parallelism int                      `json:"parallelism"`
	Conf        string                   `json:"conf"` // JSON
	Streams     map[string]ClojureStream `json:"streams"`
	Inputs      []ClojureInput           `json:"inputs"` // in no order
}

// ClojureStream is a declared stream.
type ClojureStream struct {
	Fields []string `json:"fields"`
	Direct bool     `json:"direct"`
}

// ClojureInput is a subscription.
type ClojureInput struct {
	From       string   `json:"from"`
	Stream     string   `json:"stream"`
	Grouping   string   `json:"grouping"` // Thrift's name
	Fields     []string `json:"fields"`
	PartialKey []string `json:"partialKey"` // the fields of a custom_serialized PartialKeyGrouping
	Object     string   `json:"object"`     // the state of the object of a custom_serialized grouping
}

// Evaluate loads a file into a namespace that is removed afterwards, and calls the function. For an exception
// of the file, the error is a [*Refusal] with an empty class. If the context ends first, the JVM is killed and the
// evaluator cannot be used any more.
func (e *Evaluator) Evaluate(ctx context.Context, file ClojureFile) (*ClojureTopology, error) {
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	line := strings.Join([]string{file.Kind, file.Namespace, file.Function, encoded(string(file.Text))}, " ")
	for _, d := range file.Definitions {
		line += " " + encoded(d.Role) + ":" + encoded(d.Key) + ":" + encoded(d.Text)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.broken != nil {
		return nil, fmt.Errorf("evaluating Clojure: %w", e.broken)
	}
	stop := context.AfterFunc(ctx, func() { e.cmd.Process.Kill() })
	defer stop()
	_, err := io.WriteString(e.stdin, line+"\n")
	var reply []byte
	if err == nil {
		reply, err = e.answers.ReadBytes('\n')
	}
	if err != nil {
		e.cmd.Process.Kill()
		io.Copy(io.Discard, e.answers)
		e.broken = fmt.Errorf("%w (%v)\n%s", err, e.cmd.Wait(), e.stderr.String())
		if ctx.Err() != nil {
			e.broken = ctx.Err()
		}
		os.RemoveAll(e.dir)
		return nil, fmt.Errorf("evaluating Clojure: %w", e.broken)
	}
	var answer struct {
		ClojureTopology
		Exception string `json:"exception"`
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		return nil, fmt.Errorf("reading what Clojure answered: %w\n%s", err, reply)
	}
	if answer.Exception != "" {
		return nil, &Refusal{Message: answer.Exception}
	}
	return &answer.ClojureTopology, nil
}
