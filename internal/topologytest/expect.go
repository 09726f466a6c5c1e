package topologytest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/rows"
	"github.com/stormflux/stormflux/validate"
)

// A Failure says what is wrong at one place of a test.
type Failure struct {
	Span    diag.Span
	Summary string
	Lines   []rows.Line // expected and emitted rows, or none
	Notes   []string    // what else a reader may want to know
}

// check compares what components did with what a step expects. What it has compared does not count any more, unless
// something failed.
func (r *record) check(expect []*validate.Expectation) []Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	var failures []Failure
	for _, x := range expect {
		failures = append(failures, r.checkComponent(x)...)
	}
	if len(failures) == 0 {
		for _, x := range expect {
			r.forget(x)
		}
	}
	return failures
}

func (r *record) checkComponent(x *validate.Expectation) []Failure {
	var failures []Failure
	for _, want := range x.Streams {
		d := rows.Compare(want.Rows, r.rows[[2]string{x.Component, want.Stream}], want.AnyOrder, want.Fields)
		if d == nil {
			continue
		}
		f := Failure{Span: want.Span, Summary: fmt.Sprintf("%s: %s", streamName(x.Component, want.Stream), d.Summary), Lines: d.Lines}
		if d.Row >= 0 && d.Row < len(want.Spans) {
			f.Span = want.Spans[d.Row]
		}
		failures = append(failures, f)
	}
	for _, count := range []struct {
		want *validate.ExpectedCount
		got  int
		verb string
	}{{x.Acked, r.acked[x.Component], "acked"}, {x.Failed, r.failed[x.Component], "failed"}} {
		if count.want != nil && count.want.Count != count.got {
			failures = append(failures, Failure{
				Span: count.want.Span, Summary: fmt.Sprintf("%s: %d %s, expected %d", x.Component, count.got, count.verb, count.want.Count),
			})
		}
	}
	return append(failures, r.checkLogs(x)...)
}

func streamName(component, stream string) string {
	if stream == "default" {
		return component
	}
	return fmt.Sprintf("%s, stream %s", component, stream)
}

// checkLogs looks for the expected texts, each in a line after that of the one before.
func (r *record) checkLogs(x *validate.Expectation) []Failure {
	lines := r.logs[x.Component]
	for _, want := range x.Logs {
		i := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, want.Text) })
		if i >= 0 {
			lines = lines[i+1:]
			continue
		}
		f := Failure{Span: want.Span, Summary: fmt.Sprintf("%s: no log line contains %q", x.Component, want.Text)}
		const most = 20
		for _, line := range lines[:min(len(lines), most)] {
			f.Lines = append(f.Lines, rows.Line{Sign: '+', Text: line})
		}
		if len(lines) > most {
			f.Notes = append(f.Notes, fmt.Sprintf("and %d more lines", len(lines)-most))
		}
		return []Failure{f}
	}
	return nil
}

// forget drops what an expectation has compared.
func (r *record) forget(x *validate.Expectation) {
	for _, want := range x.Streams {
		delete(r.rows, [2]string{x.Component, want.Stream})
	}
	if x.Acked != nil {
		delete(r.acked, x.Component)
	}
	if x.Failed != nil {
		delete(r.failed, x.Component)
	}
	if len(x.Logs) > 0 {
		delete(r.logs, x.Component)
	}
}
