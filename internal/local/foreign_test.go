//go:build unix

package local

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/stormflux/stormflux/internal/cachedir"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// Components that others wrote: with unmodified libraries from PyPI and Maven Central, and in languages without a
// library.

// pythonPackages are the libraries of the Python components. Their versions are part of the name of the environment.
var pythonPackages = []string{"streamparse==5.0.1", "pystorm==3.1.4"}

// petrel demands versions of other packages that no longer install. Its components need only six, which pystorm brings.
const petrel = "petrel==1.0.3.0.3.post1"

// foreignPython returns a Python with pythonPackages and Petrel. It makes the environment once per machine.
var foreignPython = sync.OnceValues(func() (string, error) {
	cache, err := cachedir.Path()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "python-"+strings.NewReplacer("==", "-").Replace(strings.Join(append(pythonPackages, petrel), "-")))
	program := filepath.Join(dir, "bin", "python3")
	ready := filepath.Join(dir, "ready")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	unlock, err := lockedfile.MutexAt(dir + ".lock").Lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(ready); err == nil {
		return program, nil
	}
	os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	for _, words := range [][]string{
		{"python3", "-m", "venv", dir},
		append([]string{program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, pythonPackages...),
		{program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", petrel},
	} {
		if out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(words, " "), err, out)
		}
	}
	return program, os.WriteFile(ready, nil, 0o644)
})

// skipOrFail skips a test that lacks something, or fails it where nothing may be missing.
func skipOrFail(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if os.Getenv("STORMFLUX_REQUIRE_STORM") == "1" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// foreign returns a fixture with the components of testdata/resources.
func foreign(t *testing.T, words int) *fixture {
	t.Helper()
	f := newFixture(t)
	f.topology.Conf["test.words"] = words
	f.opts.UntilIdle, f.opts.IdleAfter = true, 2500*time.Millisecond // interpreters start slowly
	if err := os.CopyFS(f.opts.Resources, os.DirFS("testdata/resources")); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) succeeds(want map[string]int64) {
	f.t.Helper()
	s, err := f.run()
	if err != nil || s.End != Idle {
		f.t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	for id, acked := range want {
		if c := s.component(id); c.Acked != acked || c.Failed != 0 || c.Restarts != 0 {
			f.t.Errorf("%s acked %d, failed %d, want %d acked\n%s", id, c.Acked, c.Failed, acked, f.events)
		}
	}
	f.noWarnings()
}

// noWarnings checks that the engine saw nothing wrong. That an interpreter starts slowly is no fault.
func (f *fixture) noWarnings() {
	f.t.Helper()
	for _, e := range f.events.of(WarningEvent) {
		if !strings.Contains(e.Text, "has not answered the handshake") {
			f.t.Errorf("warning: %s: %s", e.Component, e.Text)
		}
	}
}

func TestPystormAndStreamparse(t *testing.T) {
	t.Parallel()
	program, err := foreignPython()
	skipOrFail(t, err)
	f := foreign(t, 300)
	f.spout("pystorm", one("word", "n"), 1, program, "words_pystorm.py")
	f.spout("streamparse", one("word", "n"), 1, program, "words_streamparse.py")
	f.bolt("count", one("word", "count"), 2, []string{program, "count_streamparse.py"},
		input{"pystorm", "default", byFields("word")}, input{"streamparse", "default", byFields("word")}).Conf = map[string]any{"topology.tick.tuple.freq.secs": 1}
	f.bolt("batch", one("word", "count"), 1, []string{program, "batch_pystorm.py"}, input{"count", "default", shuffled()})
	f.bolt("sink", nil, 1, []string{"sink"}, input{"batch", "default", shuffled()})
	f.succeeds(map[string]int64{"pystorm": 300, "streamparse": 300, "batch": 600})
	for _, want := range []string{"acked 0", "tick with 1 words"} {
		if !f.events.has(LogEvent, want) {
			t.Errorf("no component logged %q\n%s", want, f.events)
		}
	}
}

// adapters puts Storm's own adapters into the resources folder.
func (f *fixture) adapters(t *testing.T) {
	t.Helper()
	stormtest.Require(t)
	dir, err := stormtest.Jars(t.Context(), stormtest.MultilangJars)
	if err != nil {
		t.Fatal(err)
	}
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil || len(jars) != 2 {
		t.Fatalf("jars %v, %v", jars, err)
	}
	for _, jar := range jars {
		z, err := zip.OpenReader(jar)
		if err != nil {
			t.Fatal(err)
		}
		defer z.Close()
		for _, entry := range z.File {
			name, ok := strings.CutPrefix(entry.Name, "resources/")
			if !ok || name == "" {
				continue
			}
			in, err := entry.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if err := errors.Join(err, in.Close(), os.WriteFile(filepath.Join(f.opts.Resources, name), text, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestStormAdapters(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"python3", "node"} {
		_, err := exec.LookPath(program)
		skipOrFail(t, err)
	}
	f := foreign(t, 300)
	f.adapters(t)
	f.spout("words", one("word", "n"), 1, "python3", "words_storm.py")
	f.bolt("upper", one("word", "n"), 2, []string{"python3", "upper_storm.py"}, input{"words", "default", shuffled()})
	f.bolt("reverse", one("word", "n"), 2, []string{"node", "reverse.js"}, input{"upper", "default", byFields("n")})
	f.bolt("echo", nil, 1, []string{"echo"}, input{"reverse", "default", shuffled()})
	f.succeeds(map[string]int64{"words": 300, "upper": 300, "reverse": 300, "echo": 300})
	for _, want := range []string{"acked 0", "adapter bolt of test", "received [MROTS 7] from reverse"} {
		if !f.events.has(LogEvent, want) {
			t.Errorf("no component logged %q\n%s", want, f.events)
		}
	}
}

func TestShellScript(t *testing.T) {
	t.Parallel()
	f := foreign(t, 0)
	f.topology.Conf["test.tuples"] = numbered(20)
	f.spout("spout", one("a", "b"), 1, "emit")
	f.bolt("sh", nil, 2, []string{"/bin/sh", "shell.sh"}, input{"spout", "default", shuffled()})
	f.succeeds(map[string]int64{"spout": 20, "sh": 20})
	for i := range 20 {
		if want := fmt.Sprintf("sh got w%d", i); !f.events.has(LogEvent, want) {
			t.Errorf("no component logged %q", want)
		}
	}
}

// The bolt in bash of docs/protocol.md works.
func TestProtocolPageBolt(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("bash")
	skipOrFail(t, err)
	page, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(page), "\n```bash\n")
	script, _, found := strings.Cut(block, "```\n")
	if !found {
		t.Fatal("docs/protocol.md has no bolt in bash")
	}
	f := newFixture(t)
	f.script("split.sh", script)
	f.opts.UntilIdle, f.opts.IdleAfter = true, 1500*time.Millisecond // there are ticks and heartbeats meanwhile
	f.topology.Conf["test.tuples"] = []any{[]any{"the fox", 1}, []any{`* "a/b" \`, 2}, []any{"", 3}, []any{"é\tü", 4}}
	f.spout("sentences", one("sentence", "n"), 1, "emit")
	f.bolt("split", one("word"), 2, []string{"bash", "split.sh"}, input{"sentences", "default", shuffled()}).Conf = map[string]any{"topology.tick.tuple.freq.secs": 1}
	f.bolt("echo", nil, 1, []string{"echo"}, input{"split", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.End != Idle {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	if c := s.component("sentences"); c.Acked != 4 || c.Failed != 0 {
		t.Errorf("the spout has %d acked and %d failed\n%s", c.Acked, c.Failed, f.events)
	}
	for _, want := range []string{"[the]", "[fox]", "[*]", `["a/b"]`, `[\]`, "[é\tü]"} {
		if !f.events.has(LogEvent, "received "+want+" from split") {
			t.Errorf("no word %s\n%s", want, f.events)
		}
	}
	if !f.events.has(StderrEvent, "tick") {
		t.Errorf("no tick\n%s", f.events)
	}
}
