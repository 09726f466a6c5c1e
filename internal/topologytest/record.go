package topologytest

import (
	"sync"

	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/rows"
)

// A record keeps what components did since a test last looked at it.
type record struct {
	changed chan struct{} // receives when something happened

	mu     sync.Mutex
	rows   map[[2]string][][]any // by component and stream
	acked  map[string]int
	failed map[string]int
	logs   map[string][]string
	errors []reportedError
	death  *local.Death
	log    []local.Event
}

// A reportedError is an error that a component reported to Storm.
type reportedError struct{ component, text string }

func newRecord() *record {
	return &record{
		changed: make(chan struct{}, 1),
		rows:    map[[2]string][][]any{}, acked: map[string]int{}, failed: map[string]int{}, logs: map[string][]string{},
	}
}

// add takes an event of the engine.
func (r *record) add(e local.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Kind {
	case local.EmitEvent:
		key := [2]string{e.Component, e.Tuple.Stream}
		r.rows[key] = append(r.rows[key], rows.Decode(e.Tuple.Values))
	case local.AckEvent:
		if !isStorms(e.Tuple.Source) && !isStorms(e.Tuple.Stream) {
			r.acked[e.Component]++
		}
	case local.FailEvent:
		if !isStorms(e.Tuple.Source) && !isStorms(e.Tuple.Stream) {
			r.failed[e.Component]++
		}
	case local.LogEvent, local.StderrEvent:
		r.logs[e.Component] = append(r.logs[e.Component], e.Text)
		r.log = append(r.log, e)
	case local.ErrorEvent:
		r.errors = append(r.errors, reportedError{e.Component, e.Text})
		r.log = append(r.log, e)
	case local.DeathEvent:
		if r.death == nil {
			r.death = e.Death
		}
	case local.WarningEvent:
		r.log = append(r.log, e)
	}
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *record) died() *local.Death {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.death
}

// lastError returns what a component last reported to Storm, or "".
func (r *record) lastError(component string) (text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.errors {
		if e.component == component {
			text = e.text
		}
	}
	return text
}
