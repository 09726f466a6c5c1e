//go:build unix

package local

import (
	"os"
	"testing"
)

// A full disk below the log folder must not lose lines in silence.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full")
	}
	f := newFixture(t)
	f.opts.LogDir = t.TempDir()
	f.topology.Conf["test.tuples"] = numbered(3)
	f.spout("spout", one("a", "b"), 1, "emit")
	f.opts.UntilIdle, f.opts.IdleAfter = true, 100e6
	e, stop := f.startWith(func(e *Engine) {
		f.events.hook = func(event Event) {
			if event.Kind == StartEvent {
				log := e.logs.byTask[event.Task]
				log.file.Close()
				log.file = full
			}
		}
	})
	waitUntil(t, "the run has ended", e.ended)
	if _, err := stop(); err != nil {
		t.Error(err)
	}
	if !f.events.has(WarningEvent, "the log file loses lines: write /dev/full: no space left on device") ||
		!f.events.has(WarningEvent, " lines could not be written to the log files in "+f.opts.LogDir) {
		t.Errorf("nothing was reported\n%s", f.events)
	}
}

// TestRelativeTempDir has components that make a file in the folder for process ids.
func TestRelativeTempDir(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("temp", 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", "temp")
	f := wordcount(t, 5)
	if s, err := f.run(); err != nil || s.component("count").Executed != 25 {
		t.Errorf("error %v\n%s", err, f.events)
	}
	if left, err := os.ReadDir("temp"); err != nil || len(left) > 0 {
		t.Errorf("left: %v, error %v", left, err)
	}
}
