//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/stormflux/stormflux/internal/console/consoletest"
)

// A liveRun is a `stormflux run` in its own process: this test binary under the name stormflux.
type liveRun struct {
	t   *testing.T
	cmd *exec.Cmd
	tmp string // its folder for temporary files

	mu     sync.Mutex
	cond   sync.Cond
	output []byte
	closed bool
}

func command(t *testing.T, dir string, args ...string) *liveRun {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "stormflux")
	if err := os.Symlink(self, binary); err != nil {
		t.Fatal(err)
	}
	r := &liveRun{t: t, tmp: t.TempDir()}
	r.cond.L = &r.mu
	r.cmd = exec.Command(binary, args...)
	r.cmd.Dir = dir
	r.cmd.Env = append(os.Environ(), "TMPDIR="+r.tmp)
	return r
}

// start starts the run with its output in a pipe.
func start(t *testing.T, dir string, args ...string) *liveRun {
	t.Helper()
	r := command(t, dir, args...)
	r.piped()
	return r
}

func (r *liveRun) piped() {
	r.t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd.Stdout, r.cmd.Stderr = out, out
	r.begin(in)
	out.Close()
}

func (r *liveRun) begin(output io.Reader) {
	r.t.Helper()
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.collect(output)
	// A process that hangs must not outlive the test.
	deadline := time.AfterFunc(2*time.Minute, func() { r.cmd.Process.Kill() })
	r.t.Cleanup(func() {
		deadline.Stop()
		r.cmd.Process.Kill()
		if r.t.Failed() {
			r.t.Logf("output:\n%s", r.text())
		}
	})
}

func (r *liveRun) collect(output io.Reader) {
	go func() {
		buf := make([]byte, 16<<10)
		for {
			n, err := output.Read(buf)
			r.mu.Lock()
			r.output = append(r.output, buf[:n]...)
			r.closed = err != nil
			r.cond.Broadcast()
			r.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
}

func (r *liveRun) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.output)
}

// until waits until the output after the first `from` bytes matches, and returns the match and where it ends.
func (r *liveRun) until(from int, pattern string) (match []string, end int) {
	r.t.Helper()
	re := regexp.MustCompile(pattern)
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if m := re.FindSubmatchIndex(r.output[from:]); m != nil {
			for i := 0; i < len(m); i += 2 {
				match = append(match, string(r.output[from+m[i]:from+m[i+1]]))
			}
			return match, from + m[1]
		}
		if r.closed {
			r.mu.Unlock()
			defer r.mu.Lock() // Fatal unwinds through the deferred Unlock
			r.t.Fatalf("the output ended without %s", pattern)
		}
		r.cond.Wait()
	}
}

// signal sends a signal to the run alone, as kill does.
func (r *liveRun) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// ends waits for the end, and checks the exit code, and that no process and no file is left.
func (r *liveRun) ends(code int) {
	r.t.Helper()
	err := r.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.t.Errorf("exit code %d, want %d", got, code)
	}
	r.readToTheEnd()
	r.nothingLeft()
}

// readToTheEnd waits until the output ends. A process that is left could keep it open.
func (r *liveRun) readToTheEnd() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	late := false
	deadline := time.AfterFunc(30*time.Second, func() {
		r.mu.Lock()
		late = true
		r.cond.Broadcast()
		r.mu.Unlock()
	})
	defer deadline.Stop()
	for !r.closed && !late {
		r.cond.Wait()
	}
	if !r.closed {
		r.t.Error("something keeps the output open")
	}
}

func (r *liveRun) nothingLeft() {
	r.t.Helper()
	entries, err := os.ReadDir(r.tmp)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		r.t.Errorf("left in the folder for temporary files: %s", e.Name())
	}
	for _, pid := range r.pids() {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			r.t.Errorf("process %d is left", pid)
		}
	}
}

var pidField = regexp.MustCompile(`"event":"start".*"pid":(\d+)`)

// pids returns the processes that the events name.
func (r *liveRun) pids() (pids []int) {
	for _, m := range pidField.FindAllStringSubmatch(r.text(), -1) {
		var pid int
		fmt.Sscan(m[1], &pid)
		pids = append(pids, pid)
	}
	return pids
}

// events returns the lines of the output. All of them must be JSON.
func (r *liveRun) events() (all []map[string]any) {
	r.t.Helper()
	for line := range strings.Lines(r.text()) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			r.t.Fatalf("%s: %v", line, err)
		}
		all = append(all, e)
	}
	return all
}

const endless = "../../examples/rolling-count.yaml" // its spout repeats its text forever

func TestRunEndsWithASignal(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, ".", "run", endless, "--format", "json")
			r.until(0, `"event":"stats".*"acked":[1-9]`)
			r.signal(s)
			r.ends(exitFine)
			events := r.events()
			last := events[len(events)-1]
			if last["event"] != "summary" || last["end"] != "interrupted" {
				t.Errorf("the last event is %v", last)
			}
			if n := len(r.pids()); n != 11 {
				t.Errorf("%d processes in the events, want 11", n)
			}
		})
	}
}

// A run ends when the reader of its output goes away, as head does.
func TestRunEndsWithItsReader(t *testing.T) {
	t.Parallel()
	r := command(t, ".", "run", endless, "--format", "json")
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		r.output = append(r.output, line...)
		if strings.HasPrefix(line, `{"event":"stats"`) {
			break
		}
	}
	out.Close()
	r.cmd.Wait() // nobody is left who wants the exit code
	r.nothingLeft()
}

// stubborn is a topology whose bolt neither answers nor ends when asked to.
var stubborn = map[string]string{
	"stubborn.yaml": "name: stubborn\nresources: [lib]\nspouts:\n  lines: {command: [python3, sentences.py], outputs: [line]}\n" +
		"bolts:\n  stubborn: {command: [python3, stubborn.py], inputs: [{from: lines}]}\n",
	"lib/stubborn.py": "import signal, time\nimport multilang\n\ndef hang(tup):\n    while True:\n        time.sleep(1)\n\n" +
		"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nmultilang.run_bolt(hang)\n",
	"lib/multilang.py": "", "lib/sentences.py": "", // of the examples
}

// folder writes files into a new folder. Empty ones come from the resources of the examples.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if text == "" {
			example, err := os.ReadFile(filepath.Join("../../examples/resources", filepath.Base(name)))
			if err != nil {
				t.Fatal(err)
			}
			text = string(example)
		}
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// A second Ctrl-C does not wait for a process that ignores the first.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	r := start(t, folder(t, stubborn), "run", "stubborn.yaml", "--format", "json")
	r.until(0, `"event":"stats".*"pending":[1-9]`)
	r.signal(syscall.SIGINT)
	r.until(0, `"event":"note","time":"[^"]*","text":"ending;`)
	again := time.Now()
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
	// An orderly end takes three seconds: one for tuples in flight, one until SIGTERM, one until SIGKILL.
	if took := time.Since(again); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

// With the same seed, a shuffle grouping makes the same choices for the same tuples.
func TestRunSeed(t *testing.T) {
	t.Parallel()
	choices := func(seed string) (all []string) {
		r := start(t, ".", "run", "../../examples/wordcount-python.yaml", "-c", "topology.max.spout.pending=1",
			"--until-idle", "--format", "json", "--trace=sentences", "--seed", seed)
		r.ends(exitFine)
		for _, e := range r.events() {
			if e["event"] == "emit" {
				all = append(all, fmt.Sprint(e["tasks"]))
			}
		}
		return all
	}
	first := choices("7")
	if again := choices("7"); len(first) < 100 || !slices.Equal(first, again) {
		t.Errorf("the same seed chose %d times %v, then %v", len(first), first, again)
	}
	if other := choices("8"); slices.Equal(first, other) {
		t.Errorf("another seed made the same choices: %v", first)
	}
}

// SIGQUIT shows what the program does, as for every Go program, and leaves no process and no file.
func TestSIGQUIT(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"t.yaml":           "name: t\nresources: [lib]\nspouts: {lines: {command: [python3, sentences.py], outputs: [line]}}\n",
		"lib/sentences.py": "", "lib/multilang.py": "",
	})
	r := start(t, dir, "run", "t.yaml", "--format", "json")
	r.until(0, `"event":"start"`)
	r.signal(syscall.SIGQUIT)
	r.until(0, `goroutine \d+ \[`)
	r.ends(exitQuit)
}

// Components are not to blame for a time in which stormflux itself was stopped, although it is longer than their timeout.
func TestStopAndContinue(t *testing.T) {
	t.Parallel()
	r := start(t, ".", "run", endless, "--format", "json", "-c", "topology.subprocess.timeout.secs=2")
	r.until(0, `"event":"stats".*"acked":[1-9]`)
	r.signal(syscall.SIGSTOP)
	time.Sleep(7 * time.Second) // the time itself is what the test is about
	from := len(r.text())
	r.signal(syscall.SIGCONT)
	_, at := r.until(from, `stormflux itself stood still for \d+s`)
	for range 4 { // two seconds and more
		_, at = r.until(at, `"event":"stats"`)
	}
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
	if text := r.text(); strings.Contains(text, `"event":"death"`) || strings.Contains(text, `"event":"restart"`) {
		t.Errorf("a component had to die:\n%s", text)
	}
}

// Several runs at once do not disturb each other.
func TestSeveralRuns(t *testing.T) {
	t.Parallel()
	var runs []*liveRun
	for range 3 {
		runs = append(runs, start(t, ".", "run", "../../examples/wordcount-python.yaml", "--until-idle", "--format", "json"))
	}
	for _, r := range runs {
		r.ends(exitFine)
		if !strings.Contains(r.text(), `"text":"the: 226"`) {
			t.Error("it does not count")
		}
	}
}

// Every event is one line of JSON, and docs/run.md describes it. internal/runview tests the fields.
func TestEventsAreDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/run.md")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, ".", "run", "../../examples/flux-wordcount.yaml", "--until-idle", "--format", "json", "--trace")
	r.ends(exitFine)
	seen := map[string]bool{}
	for _, e := range r.events() {
		kind := e["event"].(string)
		if seen[kind] = true; !bytes.Contains(doc, []byte("`"+kind+"`")) {
			t.Errorf("docs/run.md does not describe the event `%s`", kind)
		}
	}
	for _, kind := range []string{"run", "start", "log", "stats", "emit", "receive", "ack", "summary"} {
		if !seen[kind] {
			t.Errorf("no event %q", kind)
		}
	}
}

// On a terminal, the table stays in its place and lines scroll above it.
func TestLiveTable(t *testing.T) {
	t.Parallel()
	r := command(t, ".", "run", "../../examples/wordcount.yaml", "--until-idle")
	r.cmd.Env = append(slices.DeleteFunc(r.cmd.Env, func(v string) bool { return strings.HasPrefix(v, "NO_COLOR=") }), "TERM=xterm-256color")
	terminal, child, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	const rows, columns = 30, 90
	if err := pty.Setsize(terminal, &pty.Winsize{Rows: rows, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	r.cmd.Stdin, r.cmd.Stdout, r.cmd.Stderr = child, child, child
	r.begin(terminal)
	child.Close()
	// While it runs, the table with the final numbers is on the screen once, directly above the cursor.
	_, at := r.until(0, `count +2 +0 +14\d\d +0 [^\n]*\n`)
	shown := consoletest.Shown(t, r.text()[:at], columns)
	if n := strings.Count(shown, "COMPONENT "); n != 1 {
		t.Errorf("the screen has the table %d times:\n%s", n, shown)
	}
	if !regexp.MustCompile(`wordcount  running \d+s\nCOMPONENT +TASKS +EMITTED +ACKED +FAILED +RATE +LATENCY +QUEUE +PENDING +LAST ERROR\n` +
		`sentences +1 +104 +104 +0 .*\nsplit +2 +1403 +104 +0 .*\ncount +2 +0 +14\d\d +0 .*\n$`).MatchString(shown) {
		t.Errorf("the screen is\n%s", shown)
	}
	r.ends(exitFine)
	r.mu.Lock()
	for !r.closed {
		r.cond.Wait()
	}
	r.mu.Unlock()
	shown = consoletest.Shown(t, r.text(), columns)
	if strings.Contains(shown, "COMPONENT") || !strings.Contains(shown, "count:2     info    the: 226\n") || !strings.Contains(shown, "wordcount ended when") {
		t.Errorf("in the end the screen is\n%s", shown)
	}
	if !strings.Contains(r.text(), "\x1b[36m") {
		t.Error("components have no colours")
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	topology := "name: watched\nresources: [lib]\nspouts:\n  lines: {command: [python3, sentences.py], outputs: [line]}\n" +
		"bolts:\n  say: {command: [python3, say.py], inputs: [{from: lines}]}\n"
	say := "import multilang\n\nmultilang.run_bolt(lambda tup: multilang.log(\"first \" + tup.values[0]))\n"
	dir := folder(t, map[string]string{"t.yaml": topology, "lib/say.py": say, "lib/multilang.py": "", "lib/sentences.py": ""})
	r := start(t, dir, "run", "t.yaml", "--watch", "--format", "json")
	_, at := r.until(0, `"text":"first `)

	// The source of a component changes.
	write(t, filepath.Join(dir, "lib/say.py"), strings.Replace(say, "first", "second", 1))
	_, at = r.until(at, `"text":"lib/say.py changed"`)
	_, at = r.until(at, `"event":"summary"`)
	_, at = r.until(at, `"text":"second `)

	// The topology gets an error: the old one keeps running.
	write(t, filepath.Join(dir, "t.yaml"), strings.Replace(topology, "from: lines", "from: liens", 1))
	_, at = r.until(at, `\[unknown-component\]`)
	from := at
	_, at = r.until(at, `"text":"the topology keeps running as it was until this is fixed"`)
	_, at = r.until(at, `"event":"stats"`)
	if strings.Contains(r.text()[from:at], `"event":"summary"`) {
		t.Error("the run has ended")
	}
	// Fixed, with another name. Another comment makes no difference.
	write(t, filepath.Join(dir, "t.yaml"), strings.Replace(topology, "watched", "fixed", 1))
	_, at = r.until(at, `"event":"run","time":"[^"]*","topology":"fixed"`)
	_, at = r.until(at, `"text":"second `)
	write(t, filepath.Join(dir, "t.yaml"), "# a comment\n"+strings.Replace(topology, "watched", "fixed", 1))
	r.until(at, `"text":"no change in what runs"`)
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
}

// With --watch, a build that a broken go.mod stops begins again when go.mod changes. A go.work that somebody adds counts too.
func TestWatchGoModule(t *testing.T) {
	t.Parallel()
	const mod = "module example.com/t\n\ngo 1.25\n"
	dir := folder(t, map[string]string{
		"t.yaml":         "name: t\nspouts:\n  s: {go: ./cmd/spout, outputs: [x]}\n",
		"go.mod":         mod + "\nrequire nothing\n",
		"cmd/spout/s.go": "package main\n\nimport \"os\"\n\nfunc main() { println(\"built\"); os.Exit(4) }\n",
	})
	r := start(t, dir, "run", "t.yaml", "--watch")
	_, at := r.until(0, `go\.mod:5: usage: require`)
	_, at = r.until(at, `waiting until this is fixed`)
	write(t, filepath.Join(dir, "go.mod"), mod)
	_, at = r.until(at, `go\.mod changed`)
	_, at = r.until(at, ` stderr +built\n`)
	_, at = r.until(at, `stormflux: waiting for a change`)
	write(t, filepath.Join(dir, "go.work"), "go 1.25\n\nuse ./nowhere\n")
	r.until(at, `go\.work changed`)
	r.until(at, `nowhere/go\.mod`)
	r.until(at, `waiting until this is fixed`)
	r.signal(syscall.SIGINT)
	r.ends(exitFindings)
}

// With --watch, a topology with errors waits until it is fixed, and so does a Go program that does not build.
func TestWatchWaitsForAFixedTopology(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"t.yaml":     "name: t\nspouts:\n  s: {go: ./spout, outputs: [x]}\nbolts:\n  b: {command: [cat, \"-\"], inputs: [{from: nobody}]}\n",
		"go.mod":     "module example.com/t\n\ngo 1.25\n",
		"spout/s.go": "package main\n\nfunc main() { oops() }\n",
	})
	r := start(t, dir, "run", "t.yaml", "--watch")
	_, at := r.until(0, `\[unknown-component\]`)
	_, at = r.until(at, `waiting until this is fixed`)
	write(t, filepath.Join(dir, "t.yaml"), "name: t\nspouts:\n  s: {go: ./spout, outputs: [x]}\n")
	_, at = r.until(at, `s\.go:3:15: undefined: oops`)
	_, at = r.until(at, `waiting until this is fixed`)
	write(t, filepath.Join(dir, "spout/s.go"), "package main\n\nimport \"os\"\n\nfunc main() { println(\"built\"); os.Exit(4) }\n")
	_, at = r.until(at, `spout/s\.go changed`)
	_, at = r.until(at, ` stderr +built\n`)
	r.until(at, `stormflux: waiting for a change`)
	r.signal(syscall.SIGINT)
	r.ends(exitFindings) // of the last run
}
