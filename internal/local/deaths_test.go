//go:build unix

package local

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	sdk "github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/exception"
	"github.com/stormflux/stormflux/internal/local/clock"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A run in which a component keeps dying fails, even if its time is over before the component has died too often.
func TestDeathsFailTheRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("enrich", nil, 2, []string{"not", "used"}, input{"numbers", "default", shuffled()})
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{}),
		"enrich":  func(io.Reader, io.Writer) error { return errors.New("I do not like it here") },
	})
	c := clock.NewVirtual(time.Unix(1_700_000_000, 0))
	f.opts.Clock, f.opts.Drain, f.opts.For = c, -1, time.Second
	e, stop := f.start()
	waitUntil(t, "both tasks have died", func() bool { return e.Snapshot().component("enrich").Restarts == 2 })
	for deaths := int64(4); deaths <= 6; deaths += 2 {
		c.Advance(200*time.Millisecond, nil)
		waitUntil(t, "both tasks have died again", func() bool { return e.Snapshot().component("enrich").Restarts == deaths })
	}
	c.Advance(600*time.Millisecond, nil)
	s, err := stop()
	var deaths *DeathsError
	if s.End != Elapsed || !errors.As(err, &deaths) || deaths.Component != "enrich" || deaths.Count < 6 {
		t.Errorf("end %v, error %v\n%s", s.End, err, f.events)
	}
}

// A library answers the command with which its component dies. That is no progress.
func TestDeathAfterAnAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("numbers", one("n"), 1, "not", "used")
	f.inProcess(map[string]serveFunc{"numbers": func(in io.Reader, out io.Writer) error {
		r := multilang.NewReader(in, 4096)
		for _, answer := range []string{`{"pid":1}`, `{"command":"sync"}`, `{"command":"error","msg":"no such file"}` + "\nend\n" + `{"command":"sync"}`} {
			if _, err := r.Read(); err != nil {
				return err
			}
			if _, err := io.WriteString(out, answer+"\nend\n"); err != nil {
				return err
			}
		}
		return errors.New("no such file")
	}})
	s, err := f.runUntil("the spout has died twice", func(s Snapshot) bool { return s.component("numbers").Restarts > 1 })
	var deaths *DeathsError
	if !errors.As(err, &deaths) || deaths.Component != "numbers" {
		t.Errorf("end %v, error %v\n%s", s.End, err, f.events)
	}
}

// A component that works again after its deaths does not fail the run.
func TestRecovered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("numbers", one("n"), 1, "not", "used")
	f.bolt("enrich", nil, 1, []string{"not", "used"}, input{"numbers", "default", shuffled()})
	works := f.serveBolt(sdk.Basic(sdk.BasicBoltFunc(func(*sdk.Tuple, *sdk.BasicCollector) error { return nil })))
	starts := 0
	f.inProcess(map[string]serveFunc{
		"numbers": f.serveSpout(&memorySpout{}),
		"enrich": func(in io.Reader, out io.Writer) error {
			if starts++; starts <= 2 {
				return errors.New("the database is not up yet")
			}
			return works(in, out)
		},
	})
	if _, err := f.runUntil("tuples are acked", func(s Snapshot) bool { return s.component("numbers").Acked > 0 }); err != nil {
		t.Errorf("error %v\n%s", err, f.events)
	}
}

// The last line names the user's own line, however deep below it the exception was raised.
func TestDeathNamesTheSource(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.spout("numbers", one("n"), 1, "deep")
	f.opts.MaxDeaths = 2
	f.opts.Sources = map[string]string{"resources/words.py": "src/words.py"}
	_, err := f.run()
	if first, _, _ := strings.Cut(fmt.Sprint(err), "\n"); !strings.HasSuffix(first, ": ValueError: oh (src/words.py:26)") {
		t.Errorf("%q", first)
	}
}

func TestCause(t *testing.T) {
	for want, d := range map[string]Death{
		"KeyError: 'x' (a.py:7)":          {Stderr: []string{"last words"}, Exception: exception.Exception{Message: "KeyError: 'x'", File: "a.py", Line: 7}},
		"no such table: words":            {Reason: "its process ended", Stderr: []string{"connecting", "no such table: words"}},
		"its process ended with status 1": {Reason: "its process ended with status 1"},
	} {
		if got := d.cause(); got != want {
			t.Errorf("cause %q, want %q", got, want)
		}
	}
}
