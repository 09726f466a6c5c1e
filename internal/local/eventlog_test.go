//go:build unix

package local

import (
	"fmt"
	"strings"
	"sync"
)

// An eventLog keeps the events of a run.
type eventLog struct {
	mu   sync.Mutex
	all  []Event
	hook func(Event)
}

func newEventLog() *eventLog { return &eventLog{} }

func (l *eventLog) add(e Event) {
	l.mu.Lock()
	l.all = append(l.all, e)
	hook := l.hook
	l.mu.Unlock()
	if hook != nil {
		hook(e)
	}
}

func (l *eventLog) of(kind EventKind) []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Event
	for _, e := range l.all {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// has reports whether the text is in an event of the kind.
func (l *eventLog) has(kind EventKind, text string) bool {
	for _, e := range l.of(kind) {
		if strings.Contains(e.Text, text) || e.Death != nil && strings.Contains(e.Death.String(), text) {
			return true
		}
	}
	return false
}

func (l *eventLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for i, e := range l.all {
		if i == 200 {
			fmt.Fprintf(&b, "... %d more\n", len(l.all)-i)
			break
		}
		fmt.Fprintf(&b, "%s %s/%d [%d] %s", e.Kind, e.Component, e.Task, e.PID, e.Text)
		if e.Death != nil {
			b.WriteString(e.Death.String())
		}
		if e.Tuple != nil {
			b.WriteString(e.Tuple.String())
		}
		b.WriteByte('\n')
	}
	return b.String()
}
