// Package testview shows the results of tests to people, as JSON, and as JUnit's XML. What a result is belongs to package
// topologytest.
package testview

import (
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topologytest"
)

// Options say where and how results are shown.
type Options struct {
	Out     io.Writer
	Colored bool
	Verbose bool // show what components log, also in tests that pass
}

// A Result is a result with its topology.
type Result struct {
	*topologytest.Result
	File string // of the topology
}

// A View shows results.
type View interface {
	// Show shows a result.
	Show(Result) error
	// End shows what there is to say when all tests have ended.
	End(elapsed time.Duration) error
}

// Formats are the names of the views, the default first.
func Formats() []string { return []string{"text", "json", "junit"} }

// New returns the view for one of [Formats].
func New(format string, o Options) View {
	switch format {
	case "json":
		return &jsonView{out: o.Out}
	case "junit":
		return &junitView{out: o.Out}
	}
	return &textView{Options: o}
}

// place writes a place as file:line:column.
func place(s diag.Span) string {
	if s.IsZero() {
		return ""
	}
	p := s.File.Position(s.Start)
	return fmt.Sprintf("%s:%d:%d", filepath.ToSlash(s.File.Name), p.Line, p.Column)
}
