package stormtest

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/stormflux/stormflux/internal/devcluster"
)

//go:embed java/*.java java/log4j2.xml
var judgeSources embed.FS

// JudgeOptions describe how [NewJudge] starts its JVM. The zero value is fine except for Flux files with their own
// components, includes or variables.
type JudgeOptions struct {
	// Classpath has the classes that Flux files name. Java searches it after Storm's and Flux's jars.
	Classpath []string
	// Dir is the JVM's working folder, from which Flux resolves `includes`; "" is this process's.
	Dir string
	// Env are further environment variables ("NAME=value"), which Flux substitutes for ${ENV-NAME}.
	Env []string
}

// Judge is a JVM that answers questions with Storm's own classes. It starts once and answers a question in about a
// millisecond. Several goroutines may call its methods; it answers one question after the other. java/ describes the
// source of each answer and the protocol between Go and Java.
//
// If Storm answers with an exception, the error is a [*Refusal]; find it with errors.As. Any other error means that the
// judge could not answer.
type Judge struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *tailBuffer

	mu      sync.Mutex
	answers *bufio.Reader
	broken  error // set once the JVM no longer answers
}

// Refusal is an exception that Storm threw while it judged something.
type Refusal struct {
	Class   string   `json:"class"` // the Java class, for example java.lang.IllegalArgumentException
	Message string   `json:"message"`
	Cause   *Refusal `json:"cause,omitempty"`
}

// Error returns the exception as Java prints it, without a stack.
func (r *Refusal) Error() string {
	text := r.Class
	if r.Message != "" {
		text += ": " + r.Message
	}
	if r.Cause != nil {
		text += "; caused by " + r.Cause.Error()
	}
	return text
}

// NewJudge compiles the judge's programs, unless the cache has them, and starts the JVM. The caller must
// close it; it also ends with this process. The context limits only the start.
func NewJudge(ctx context.Context, options JudgeOptions) (*Judge, error) {
	jars, err := judgeJars(ctx)
	if err != nil {
		return nil, err
	}
	classes, err := CompileJava(ctx, "judge", judgeSources, "java", jars)
	if err != nil {
		return nil, err
	}
	// Not CommandContext: the judge outlives the context of its start.
	cmd := exec.Command("java", slices.Concat(devcluster.JavaFlags(), []string{
		"-Xmx512m",
		"-Dfile.encoding=UTF-8",
		"--add-opens=java.base/java.lang=ALL-UNNAMED",
		"--add-opens=java.base/java.util=ALL-UNNAMED",
		"--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
		"-cp", joinClasspath(append([]string{classes, jars}, options.Classpath...)...),
		"stormflux.judge.Judge",
	})...)
	cmd.Dir = options.Dir
	cmd.Env = append(os.Environ(), options.Env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the judge: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the judge: %w", err)
	}
	j := &Judge{cmd: cmd, stdin: stdin, answers: bufio.NewReader(stdout), stderr: &tailBuffer{}}
	cmd.Stderr = j.stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the judge: %w", err)
	}
	return j, nil
}

// judgeJars returns the classpath of Nimbus and Flux together, without storm-clojure. With storm-clojure, Kryo needs
// carbonite, and workers do not have it.
func judgeJars(ctx context.Context) (string, error) {
	var classpath []string
	for _, set := range []JarSet{DaemonJars, FluxJars} {
		dir, err := Jars(ctx, set)
		if err != nil {
			return "", err
		}
		jars, err := filepath.Glob(filepath.Join(dir, "*.jar")) // sorted
		if err != nil {
			return "", err
		}
		for _, jar := range jars {
			if !strings.HasPrefix(filepath.Base(jar), "storm-clojure-") {
				classpath = append(classpath, jar)
			}
		}
	}
	return joinClasspath(classpath...), nil
}

// errClosed is the error of a closed judge.
var errClosed = errors.New("the judge is closed")

// Close ends the JVM. Calling it again does nothing.
func (j *Judge) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return nil
	}
	j.broken = errClosed
	j.stdin.Close() // the JVM ends at the end of its input
	io.Copy(io.Discard, j.answers)
	if err := j.cmd.Wait(); err != nil {
		return fmt.Errorf("ending the judge: %w\n%s", err, j.stderr.String())
	}
	return nil
}

// ask asks one question and unmarshals the result. If the context ends first, the JVM is killed and the judge cannot be
// used any more.
func (j *Judge) ask(ctx context.Context, op string, question map[string]any, result any) error {
	question["op"] = op
	line, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("asking the judge: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return fmt.Errorf("asking the judge for %s: %w", op, j.broken)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("asking the judge for %s: %w", op, err)
	}
	stop := context.AfterFunc(ctx, func() { j.cmd.Process.Kill() })
	defer stop()
	_, err = j.stdin.Write(append(line, '\n'))
	var reply []byte
	if err == nil {
		reply, err = j.answers.ReadBytes('\n')
	}
	if err != nil {
		j.cmd.Process.Kill()
		io.Copy(io.Discard, j.answers)
		j.broken = fmt.Errorf("%w (%v)\n%s", err, j.cmd.Wait(), j.stderr.String())
		if ctx.Err() != nil {
			j.broken = ctx.Err()
		}
		return fmt.Errorf("asking the judge for %s: %w", op, j.broken)
	}
	var answer struct {
		Result    json.RawMessage `json:"result"`
		Exception *Refusal        `json:"exception"`
		Failure   string          `json:"failure"`
	}
	if err := json.Unmarshal(reply, &answer); err != nil {
		return fmt.Errorf("reading the judge's answer: %w", err)
	}
	switch {
	case answer.Failure != "":
		return fmt.Errorf("asking the judge for %s: %s\n%s", op, answer.Failure, j.stderr.String())
	case answer.Exception != nil:
		return answer.Exception
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("reading the judge's answer: %w", err)
	}
	return nil
}

// CompileJava compiles the Java sources in a folder of files against a classpath into the cache, and returns the
// folder of the classes. Other files of the folder are put beside the classes. The flags are further ones of javac.
func CompileJava(ctx context.Context, name string, files fs.FS, folder, classpath string, flags ...string) (string, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return "", fmt.Errorf("reading Java sources: %w", err)
	}
	parts := [][]byte{[]byte(strings.Join(append([]string{classpath}, flags...), "\n"))}
	for _, entry := range entries {
		text, err := fs.ReadFile(files, path.Join(folder, entry.Name()))
		if err != nil {
			return "", fmt.Errorf("reading Java sources: %w", err)
		}
		parts = append(parts, []byte(entry.Name()), text)
	}
	return cached(ctx, name, parts, func(dir string) error {
		sources, err := os.MkdirTemp("", "stormflux-java-")
		if err != nil {
			return fmt.Errorf("compiling Java: %w", err)
		}
		defer os.RemoveAll(sources)
		args := append([]string{"-encoding", "UTF-8", "-nowarn", "-cp", classpath, "-d", dir}, flags...)
		for i, entry := range entries {
			text := parts[2+2*i]
			to := filepath.Join(dir, entry.Name())
			if path.Ext(entry.Name()) == ".java" {
				to = filepath.Join(sources, entry.Name())
				args = append(args, to)
			}
			if err := os.WriteFile(to, text, 0o644); err != nil {
				return fmt.Errorf("compiling Java: %w", err)
			}
		}
		if out, err := exec.CommandContext(ctx, "javac", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("compiling Java (%s): %w\n%s", name, err, out)
		}
		return nil
	})
}

// tailBuffer keeps the last bytes written to it.
type tailBuffer struct {
	mu   sync.Mutex
	text []byte
}

// Write never fails.
func (b *tailBuffer) Write(p []byte) (int, error) {
	const keep = 16 << 10
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	if len(b.text) > 2*keep {
		b.text = append([]byte(nil), b.text[len(b.text)-keep:]...)
	}
	return len(p), nil
}

func (b *tailBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}
