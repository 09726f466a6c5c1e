//go:build unix

package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/sdk/python"
)

// pythonFixture returns a fixture of foreign components with our Python SDK beside them.
func pythonFixture(t *testing.T, words int) *fixture {
	t.Helper()
	_, err := exec.LookPath("python3")
	skipOrFail(t, err)
	f := foreign(t, words)
	f.opts.For = 2 * time.Minute // ten interpreters start at once
	if err := os.CopyFS(f.opts.Resources, python.Files()); err != nil {
		t.Fatal(err)
	}
	return f
}

// started is the command that starts a class.
func started(interpreter, spec string) []string {
	return []string{interpreter, "-m", "stormflux", spec}
}

func TestPythonSDK(t *testing.T) {
	t.Parallel()
	f := pythonFixture(t, 300)
	f.spout("words", one("word", "n"), 1, started("python3", "words_sdk.Words")...).Conf = map[string]any{"topology.debug": true}
	f.bolt("pass", one("word", "n"), 2, started("python3", "words_sdk.py:FailOnce"), input{"words", "default", byFields("n")})
	f.bolt("batch", one("word", "count"), 1, started("python3", "words_sdk.Batch"), input{"pass", "default", byFields("word")}).Conf = map[string]any{"topology.tick.tuple.freq.secs": 1}
	f.bolt("log", nil, 1, []string{"sink"}, input{"batch", "default", shuffled()}, input{"words", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.End != Idle {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	if c := s.component("words"); c.Acked != 300 || c.Failed != 30 {
		t.Errorf("the spout has %d acked and %d failed, want 300 and 30\n%s", c.Acked, c.Failed, f.events)
	}
	if c := s.component("batch"); c.Failed != 0 || c.Restarts != 0 || c.Errors != 0 {
		t.Errorf("the batching bolt has %+v", c)
	}
	for _, want := range []string{"activated", "acked 0", "counted sdk: 300", "passed 299"} {
		if !f.events.has(LogEvent, want) {
			t.Errorf("no component logged %q\n%s", want, f.events)
		}
	}
	f.noWarnings()
}

// Without ackers, an ack comes before the task ids that the spout waits for, and the engine waits for its sync, as Storm does.
func TestPythonSDKWithoutAckers(t *testing.T) {
	t.Parallel()
	f := pythonFixture(t, 20)
	f.topology.Conf["topology.acker.executors"] = 0
	f.spout("words", one("word", "n"), 1, started("python3", "words_sdk.Words")...).Conf = map[string]any{"topology.debug": true}
	f.bolt("log", nil, 2, []string{"sink"}, input{"words", "default", topology.All{}})
	s, err := f.run()
	if err != nil || s.End != Idle || s.component("words").Acked != 20 || !f.events.has(LogEvent, "acked 0") {
		t.Errorf("error %v, %+v\n%s", err, s, f.events)
	}
}

// Classes of other libraries start by name, without a line of code for it.
func TestForeignPythonClasses(t *testing.T) {
	t.Parallel()
	program, err := foreignPython()
	skipOrFail(t, err)
	f := pythonFixture(t, 100)
	f.adapters(t)
	f.spout("streamparse", one("word", "n"), 1, started(program, "words_streamparse.Words")...)
	f.spout("pystorm", one("word", "n"), 1, started(program, "words_pystorm.py:Words")...)
	f.spout("petrel", one("word", "n"), 1, started(program, "petrelwords.Words")...)
	f.spout("storm", one("word", "n"), 1, started(program, "words_storm.Words")...)
	var all []input
	for _, spout := range []string{"streamparse", "pystorm", "petrel", "storm"} {
		all = append(all, input{spout, "default", shuffled()})
	}
	f.bolt("storm-upper", one("word", "n"), 1, started(program, "upper_storm.Upper"), all...)
	f.bolt("petrel-upper", one("word", "n"), 1, started(program, "petrelupper.Upper"), all[1:]...) // the spout of streamparse wants one task id
	f.bolt("count", one("word", "count"), 1, started(program, "count_streamparse.Count"),
		input{"storm-upper", "default", shuffled()}, input{"petrel-upper", "default", shuffled()})
	f.bolt("batch", one("word", "count"), 1, started(program, "batch_pystorm.py:Batch"), input{"count", "default", shuffled()})
	f.bolt("sink", nil, 1, []string{"sink"}, input{"batch", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.End != Idle {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	for id, acked := range map[string]int64{"streamparse": 100, "pystorm": 100, "petrel": 100, "storm": 100, "count": 700, "batch": 700} {
		if c := s.component(id); c.Acked != acked || c.Failed != 0 || c.Restarts != 0 {
			t.Errorf("%s acked %d, failed %d, want %d acked\n%s", id, c.Acked, c.Failed, acked, f.events)
		}
	}
	f.noWarnings()
	if want := "started by run"; !f.events.has(LogEvent, want) {
		t.Errorf("no component logged %q\n%s", want, f.events)
	}
	// Petrel logs what is printed, and without a configuration that is standard error.
	if want := "petrel prints 99"; !f.events.has(StderrEvent, want) {
		t.Errorf("no component wrote %q\n%s", want, f.events)
	}
	left, err := filepath.Glob(filepath.Join(f.opts.Resources, "petrel*.log"))
	if err != nil || len(left) > 0 {
		t.Errorf("Petrel left %v, %v", left, err)
	}
}

// What a component of streamparse prints goes to the log, as its documentation promises.
func TestStreamparsePrints(t *testing.T) {
	t.Parallel()
	program, err := foreignPython()
	skipOrFail(t, err)
	f := pythonFixture(t, 10)
	f.script("prints.py", `import streamparse
print("imported")
class Prints(streamparse.Bolt):
    def process(self, tup):
        print("prints", tup.values.n)
        self.emit(tup.values)
`)
	f.spout("words", one("word", "n"), 1, started(program, "words_streamparse.Words")...)
	f.bolt("prints", one("word", "n"), 1, started(program, "prints.Prints"), input{"words", "default", shuffled()})
	f.bolt("echo", nil, 1, []string{"echo"}, input{"prints", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.End != Idle || s.component("words").Acked != 10 {
		t.Errorf("end %v, error %v\n%s", s.End, err, f.events)
	}
	for _, want := range []string{"imported", "prints 9"} {
		if !f.events.has(StderrEvent, want) {
			t.Errorf("no component printed %q\n%s", want, f.events)
		}
	}
}

// A component of Petrel has the log file that the logconfig.ini of its application names.
func TestPetrelLogs(t *testing.T) {
	t.Parallel()
	program, err := foreignPython()
	skipOrFail(t, err)
	f := pythonFixture(t, 10)
	f.script("logconfig.ini", `[loggers]
keys=root
[handlers]
keys=file
[formatters]
keys=plain
[logger_root]
level=INFO
handlers=file
[handler_file]
class=FileHandler
args=(os.environ["PETREL_LOG_PATH"], "a")
formatter=plain
[formatter_plain]
format=%(name)s: %(message)s
`)
	f.spout("words", one("word", "n"), 1, started(program, "petrelwords.Words")...)
	f.bolt("upper", one("word", "n"), 1, started(program, "petrelupper.Upper"), input{"words", "default", shuffled()})
	f.bolt("echo", nil, 1, []string{"echo"}, input{"upper", "default", shuffled()})
	s, err := f.run()
	if err != nil || s.End != Idle || s.component("words").Acked != 10 || !f.events.has(LogEvent, "received [PETREL 9] from upper") {
		t.Errorf("end %v, error %v\n%s", s.End, err, f.events)
	}
	logs, err := filepath.Glob(filepath.Join(f.opts.Resources, "petrel*_petrelupper.log"))
	if err != nil || len(logs) != 1 {
		t.Fatalf("log files %v, %v", logs, err)
	}
	if text, err := os.ReadFile(logs[0]); err != nil || !strings.Contains(string(text), "storm.stdout: petrel prints 9\n") {
		t.Errorf("the log file has %q, %v", text, err)
	}
}

// A class that cannot start is one sentence in the summary of the run.
func TestPythonClassThatIsMissing(t *testing.T) {
	t.Parallel()
	f := pythonFixture(t, 1)
	f.opts.UntilIdle = false
	f.spout("words", one("word", "n"), 1, started("python3", "words_sdk.Wrods")...)
	f.bolt("log", nil, 1, []string{"sink"}, input{"words", "default", shuffled()})
	s, err := f.run()
	const want = `module "words_sdk" has no class "Wrods"; did you mean "Words"?`
	if !f.events.has(DeathEvent, want) || s.End == Idle {
		t.Errorf("end %v, error %v, want a death with %q\n%s", s.End, err, want, f.events)
	}
}
