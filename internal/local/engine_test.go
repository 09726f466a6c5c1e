//go:build unix

package local

import (
	"testing"
	"time"
)

func wordcount(t *testing.T, sentences int) *fixture {
	f := newFixture(t)
	f.topology.Conf["test.sentences"] = sentences
	f.opts.UntilIdle = true
	f.opts.IdleAfter = 300 * time.Millisecond
	f.spout("sentences", one("sentence"), 1, "sentences")
	f.bolt("split", one("word"), 2, []string{"split"}, input{"sentences", "default", shuffled()})
	f.bolt("count", one("word", "count"), 2, []string{"count"}, input{"split", "default", byFields("word")})
	return f
}

func TestWordcount(t *testing.T) {
	f := wordcount(t, 2000)
	s, err := f.run()
	if err != nil || s.End != Idle {
		t.Fatalf("end = %v, error %v\n%s", s.End, err, f.events)
	}
	for id, want := range map[string]Stats{
		"sentences": {Emitted: 2000, Transferred: 2000, Acked: 2000},
		"split":     {Emitted: 10000, Transferred: 10000, Executed: 2000, Acked: 2000},
		"count":     {Emitted: 10000, Transferred: 0, Executed: 10000, Acked: 10000},
	} {
		c := s.component(id)
		got := Stats{Emitted: c.Emitted, Transferred: c.Transferred, Executed: c.Executed, Acked: c.Acked, Failed: c.Failed}
		if got != want {
			t.Errorf("%s: %+v, want %+v", id, got, want)
		}
		if c.Queue != 0 || c.Pending != 0 {
			t.Errorf("%s: queue %d, pending %d at the end", id, c.Queue, c.Pending)
		}
	}
}
