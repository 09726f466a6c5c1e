// Package doctor finds out what of this machine and of a cluster would stand in the way of a topology, and says how to fix
// it.
//
// The checks are tables. They run at the same time, each with a limit of its own. What cannot be known is no finding. A
// check that depends on a failed one is silent.
package doctor

import (
	"context"
	"fmt"
	"time"
)

// Level is how bad a finding is. The zero value is invalid.
type Level string

// The levels of findings.
const (
	OK      Level = "ok"
	Warning Level = "warning" // some commands do not work, or something is unusual
	Failure Level = "failure" // the work cannot go on
)

// Finding is what a check found out.
type Finding struct {
	Subject string // what was checked: "machine", the file, or "cluster"
	Name    string // of the check
	Level   Level
	Text    string
	Fix     string // what to do; "" with OK
}

// Check is one entry of a table of checks.
type Check struct {
	Subject string
	Name    string
	Timeout time.Duration // 0: 10 seconds
	// Run returns the findings, of which it need not set Subject and Name.
	Run func(ctx context.Context) []Finding
}

// Run runs checks at the same time, and returns their findings in the order of the checks.
func Run(ctx context.Context, checks []Check) []Finding {
	results := make([]chan []Finding, len(checks))
	for i, c := range checks {
		results[i] = make(chan []Finding, 1)
		go func() { results[i] <- c.run(ctx) }()
	}
	var all []Finding
	for _, r := range results {
		all = append(all, <-r...)
	}
	return all
}

func (c Check) run(ctx context.Context) []Finding {
	limit := c.Timeout
	if limit == 0 {
		limit = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan []Finding, 1)
	go func() { done <- c.Run(ctx) }()
	var found []Finding
	select {
	case found = <-done:
	case <-ctx.Done():
		found = []Finding{{Level: Failure, Text: fmt.Sprintf("no answer within %s", limit), Fix: "try again when the machine or the network is less busy"}}
	}
	for i := range found {
		found[i].Subject, found[i].Name = c.Subject, c.Name
	}
	return found
}

// Worst returns the worst level of findings; OK without any.
func Worst(findings []Finding) Level {
	worst := OK
	for _, f := range findings {
		switch f.Level {
		case Failure:
			return Failure
		case Warning:
			worst = Warning
		}
	}
	return worst
}

func ok(format string, args ...any) []Finding {
	return []Finding{{Level: OK, Text: fmt.Sprintf(format, args...)}}
}

func warning(fix, format string, args ...any) []Finding {
	return []Finding{{Level: Warning, Text: fmt.Sprintf(format, args...), Fix: fix}}
}

func failure(fix, format string, args ...any) []Finding {
	return []Finding{{Level: Failure, Text: fmt.Sprintf(format, args...), Fix: fix}}
}
