package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stormflux/stormflux/internal/local/host"
	"github.com/stormflux/stormflux/internal/local/process"
	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
	jvmruntime "github.com/stormflux/stormflux/runtime"
)

// A JVM says how to start the JVM of a topology.
type JVM struct {
	// Java is the java program.
	Java string
	// Flags are further flags of the JVM, such as -Xmx2g.
	Flags []string
	// ClassPath has the topology's jars and folders, then Storm's client jars. An entry may end with "/*", as java allows.
	ClassPath []string
}

// resetTimeout is the command of a JVM bolt that wants more time for a tuple. Storm's multilang protocol has none.
const resetTimeout = "reset_timeout"

// executed is what the host writes when a bolt has executed a tuple without an ack or fail.
const executed = "executed"

// jvm starts the host of a run, and starts it again after it has died.
type jvm struct {
	engine *Engine
	folder string // with the classes of the host and its log configuration

	// What the topology's configuration says about the command of a worker.
	flags, before, after []string

	blamed *hosting // the end of this one is reported already, under Engine.mu

	// Nobody who has Engine.mu may wait for mu: the host reports what is logged while it starts.
	mu      sync.Mutex
	current *hosting
	broken  error // no host can be started
}

// hosting is one life of the host.
type hosting struct {
	*host.Host
	tail *lineTail // what the JVM itself printed last
}

// hostedPeer is the peer of a task in the host.
type hostedPeer struct {
	*host.Task
	host *hosting
}

func newJVM(e *Engine) (*jvm, error) {
	flags, flagsErr := e.plan.workerFlags()
	before, after, pathErr := e.plan.classPath()
	if err := errors.Join(flagsErr, pathErr); err != nil {
		return nil, err
	}
	return &jvm{engine: e, flags: flags, before: before, after: after}, nil
}

// open returns the peer of a task in the running host, or in a new one.
func (j *jvm) open(t *task) (Peer, error) {
	h, err := j.running()
	if err != nil {
		return nil, err
	}
	return hostedPeer{h.Open(t.id), h}, nil
}

// running returns the running host. It starts one if there is none.
func (j *jvm) running() (*hosting, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.current != nil {
		select {
		case <-j.current.Gone():
		default:
			return j.current, nil
		}
	}
	if j.broken == nil {
		j.current, j.broken = j.start()
	}
	return j.current, j.broken
}

func (j *jvm) start() (*hosting, error) {
	e := j.engine
	setup, err := e.hostSetup()
	if err != nil {
		return nil, err
	}
	if j.folder == "" {
		if j.folder, err = writeHost(e.pidDir); err != nil {
			return nil, err
		}
	}
	tail := &lineTail{}
	h, err := host.Start(e.starter, j.command(), setup, host.Reports{Log: j.log(tail), Stderr: j.stderr(tail)}, e.stop)
	if err != nil {
		var failure *host.Failure
		if errors.As(err, &failure) {
			return nil, fmt.Errorf("starting the JVM of the topology: %w", failure)
		}
		return nil, fmt.Errorf("starting the JVM of the topology: %w", errors.Join(err, errors.New(strings.Join(tail.last(), "\n"))))
	}
	return &hosting{h, tail}, nil
}

func (j *jvm) command() process.Command {
	e := j.engine
	options := e.opts.JVM
	path := slices.Concat(j.before, []string{filepath.Join(j.folder, "host.jar"), filepath.Join(j.folder, "runtime.jar")}, options.ClassPath, j.after)
	args := []string{options.Java,
		"-Dlog4j2.configurationFile=" + filepath.Join(j.folder, "log4j2.properties"),
		"-Dfile.encoding=UTF-8", "-Djava.awt.headless=true",
		"-XX:+DisplayVMOutputToStderr", // standard output carries the frames
	}
	args = slices.Concat(args, options.Flags, j.flags)
	args = append(args, "-cp", strings.Join(path, string(os.PathListSeparator)), "stormflux.runtime.Host")
	return process.Command{Path: options.Java, Args: args, Dir: e.opts.Resources, Env: e.env}
}

// logConfiguration has Log4j write each message with its level, so that the host can send both to the engine.
const logConfiguration = `status = warn
appender.host.type = Console
appender.host.name = host
appender.host.target = SYSTEM_ERR
appender.host.layout.type = PatternLayout
appender.host.layout.charset = UTF-8
appender.host.layout.pattern = \u0001%p\u0001%c{1}: %m%n
logger.validation.name = org.apache.storm.validation
logger.validation.level = warn
rootLogger.level = info
rootLogger.appenderRef.host.ref = host
`

// writeHost writes what the host needs besides the class path into a folder below dir.
func writeHost(dir string) (string, error) {
	folder := filepath.Join(dir, "host")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("making a folder for the host: %w", err)
	}
	for name, content := range map[string][]byte{
		"runtime.jar": jvmruntime.Jar(), "host.jar": jvmruntime.HostJar(), "log4j2.properties": []byte(logConfiguration),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return "", fmt.Errorf("writing the host: %w", err)
		}
	}
	return folder, nil
}

// hostSetup returns what the host must know.
func (e *Engine) hostSetup() (host.Setup, error) {
	thrift, err := wire.Marshal(context.Background(), wireable(e.opts.Topology), wire.Binary)
	if err != nil {
		return host.Setup{}, fmt.Errorf("encoding the topology for the host: %w", err)
	}
	s := host.Setup{
		Topology: thrift, Conf: e.plan.conf, ID: e.plan.id, CodeDir: e.opts.Resources, PIDDir: e.pidDir,
		Ackers: e.plan.ackers > 0, Tasks: e.plan.taskNames,
		Threads: [][]int{}, Askers: []int{}, Traced: []int{},
	}
	for _, t := range e.tasks {
		if t.traced {
			s.Traced = append(s.Traced, t.id)
		}
		if !t.comp.jvm {
			if t.comp.asks() {
				s.Askers = append(s.Askers, t.id)
			}
			continue
		}
		if t == t.exec.tasks[0] {
			var ids []int
			for _, other := range t.exec.tasks {
				ids = append(ids, other.id)
			}
			s.Threads = append(s.Threads, ids)
		}
	}
	return s, nil
}

// wireable returns the topology with two words for each process, as Thrift needs them. The host starts no processes.
func wireable(top *topology.Topology) *topology.Topology {
	out := *top
	plain := func(components []*topology.Component) []*topology.Component {
		components = slices.Clone(components)
		for i, c := range components {
			if _, ok := c.Code.(*topology.Process); ok {
				process := *c
				process.Code = &topology.Process{Words: []string{"", ""}}
				components[i] = &process
			}
		}
		return components
	}
	out.Spouts, out.Bolts = plain(top.Spouts), plain(top.Bolts)
	return &out
}

// log reports what a component in the host logged or printed.
func (j *jvm) log(tail *lineTail) func(task int, level, text string) {
	e := j.engine
	return func(id int, level, text string) {
		e.lock()
		defer e.unlock()
		t := e.byID[id]
		if level != "" {
			e.event(t, Event{Kind: LogEvent, Level: logLevel(level), Text: text})
			return
		}
		if t != nil && t.current != nil {
			t.current.stderrTail.add(text)
		} else {
			tail.add(text)
		}
		e.event(t, Event{Kind: StderrEvent, Text: text})
	}
}

// logLevel returns a level of Log4j as a level of the multilang protocol.
func logLevel(name string) int {
	switch name {
	case "FATAL", "ERROR":
		return multilang.LevelError
	case "WARN":
		return multilang.LevelWarn
	case "DEBUG":
		return multilang.LevelDebug
	case "TRACE":
		return multilang.LevelTrace
	}
	return multilang.LevelInfo
}

func (j *jvm) stderr(tail *lineTail) func(string) {
	return func(line string) {
		tail.add(line)
		e := j.engine
		e.lock()
		e.event(nil, Event{Kind: StderrEvent, Text: line})
		e.unlock()
	}
}

// closePatience is how long worker hooks may take at the end of a run.
const closePatience = 2 * time.Second

// close ends the host after all tasks have ended.
func (j *jvm) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.current != nil {
		j.current.Close(closePatience)
	}
}

// executed forgets a tuple that no spout waits for. A JVM bolt need not ack it.
func (t *task) executed(m *message) {
	d := t.inputs[m.input]
	if !m.inputOK || d == nil || d.tree != nil {
		return
	}
	t.acksLate = true
	t.settle(d, true)
	t.count(d)
	t.engine.release(d)
}

// resetTimeout gives the trees of a tuple the whole message timeout again.
func (t *task) resetTimeout(m *message) {
	d := t.inputs[m.input]
	if !m.inputOK || d == nil {
		return
	}
	d.eachTree(func(tr *tree) {
		if tr.pending() {
			pending := &tr.spout.pending
			pending.remove(tr)
			pending.add(tr)
		}
	})
}

// blame sets end.fault if the task is the one that reports why the host has ended: the one that failed, or any one if
// none did.
func (t *task) blame(end *ending, d *Death) {
	j := t.engine.jvm
	h := end.session.peer.(hostedPeer).host
	if end.fault == nil && j.blamed != h {
		end.fault = t.jvmFault(h, d)
	}
	if end.fault != nil {
		j.blamed = h
	}
}

func (t *task) jvmFault(h *hosting, d *Death) *fault {
	failure, culprit := h.Failure()
	if failure != nil && culprit != t.id && t.engine.byID[culprit] != nil {
		return nil // that task reports it
	}
	if failure == nil {
		d.Stderr = h.tail.last()
		return &fault{
			reason: "the JVM of the topology's JVM components ended" + describeExit(h.Exit()),
			storm:  "the worker dies too, and Storm starts it again; its tuples time out",
		}
	}
	if failure.Tuple != "" {
		d.Tuple = shorten(failure.Tuple)
	}
	lines := strings.Split(failure.Trace, "\n")
	d.Stderr = lines[:min(len(lines), tailLines)]
	if reason, ok := strings.CutPrefix(lines[0], buildException); ok {
		return &fault{
			reason: "it cannot be made: " + strings.TrimSpace(reason),
			storm:  "the worker dies, and Storm starts it again, forever",
		}
	}
	return &fault{
		reason: "it failed: " + shorten(strings.TrimSpace(lines[0])),
		storm:  "the worker dies with all its tasks (Async loop died), and Storm starts it again; its tuples time out",
	}
}

// buildException begins what the adapter says when it cannot make an object. The component and its place follow.
const buildException = "stormflux.runtime.BuildException: "
