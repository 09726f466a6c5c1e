package testview

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/local"
	"github.com/stormflux/stormflux/internal/rows"
	"github.com/stormflux/stormflux/internal/topologytest"
	"github.com/stormflux/stormflux/validate"
)

// results are one of each kind: one that passed, and one with a long difference, a count and a note.
func results() []Result {
	file := diag.NewFile("dir/t.yaml", "dir", []byte("tests:\n  - name: one\n  - name: two\n"))
	at := func(text string) diag.Span {
		i := strings.Index(string(file.Text), text)
		return diag.Span{File: file, Start: i, End: i + len(text)}
	}
	var lines []rows.Line
	for i := range 100 {
		sign := byte(' ')
		switch {
		case i == 20:
			sign = '-'
		case i == 21 || i > 30:
			sign = '+'
		}
		lines = append(lines, rows.Line{Sign: sign, Text: fmt.Sprintf(`["%d"]`, i)})
	}
	log := []local.Event{{Kind: local.LogEvent, Time: topologytest.Epoch().Add(90 * time.Second), Component: "split", Task: 3, Text: "a\x1b[31m\nb"}}
	return []Result{
		{File: "dir/t.yaml", Result: &topologytest.Result{Test: &validate.Test{Name: "one", Span: at("one")}, Elapsed: time.Second, Log: log}},
		{File: "dir/t.yaml", Result: &topologytest.Result{
			Test: &validate.Test{Name: "two <&>", Span: at("two")}, Elapsed: 1500 * time.Millisecond,
			Failures: []topologytest.Failure{
				{Span: at("two"), Summary: "split: row 21 differs", Lines: lines, Notes: []string{"split reported: \x1b[2J"}},
				{Summary: "lines: 1 acked, expected 2"},
			},
		}},
	}
}

func shown(t *testing.T, format string, o Options) string {
	t.Helper()
	var b strings.Builder
	o.Out = &b
	v := New(format, o)
	for _, r := range results() {
		if err := v.Show(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.End(3 * time.Second); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "\x1b[2J") || strings.Contains(b.String(), "a\x1b") {
		t.Errorf("%s: a component controls the terminal", format)
	}
	return b.String()
}

func TestText(t *testing.T) {
	got := shown(t, "text", Options{Verbose: true})
	for _, want := range []string{
		"ok   dir/t.yaml: one (1.00 s)\n     1m30s split:3 log a",
		"FAIL dir/t.yaml: two <&> (1.50 s)\n     dir/t.yaml:3:11: split: row 21 differs\n       (- expected, + came)\n         ...\n         [\"17\"]\n",
		"       - [\"20\"]\n       + [\"21\"]\n         [\"22\"]\n         [\"23\"]\n         [\"24\"]\n         ...\n         [\"28\"]\n",
		"         and 20 more rows\n       split reported: ",
		"     lines: 1 acked, expected 2\n1 test passed, 1 failed (3.0 s)\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if colored := shown(t, "text", Options{Colored: true}); !strings.Contains(colored, "\x1b[31m       - [\"20\"]\x1b[0m\n\x1b[32m       + [\"21\"]\x1b[0m\n") ||
		strings.Contains(colored, "split:3") {
		t.Errorf("%q", colored)
	}
}

func TestJSON(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(shown(t, "json", Options{})), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines", len(lines))
	}
	var r jsonResult
	if err := json.Unmarshal([]byte(lines[1]), &r); err != nil {
		t.Fatal(err)
	}
	if r.Passed || r.Line != 3 || len(r.Failures) != 2 || len(r.Failures[0].Rows) != 100 || r.Failures[0].Rows[20].Sign != "-" || r.Failures[0].Column != 11 {
		t.Errorf("%+v", r)
	}
	if lines[2] != `{"event":"summary","passed":1,"failed":1,"seconds":3}` {
		t.Error(lines[2])
	}
}

func TestJUnit(t *testing.T) {
	var doc junitSuites
	if err := xml.Unmarshal([]byte(shown(t, "junit", Options{})), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Tests != 2 || doc.Failures != 1 || len(doc.Suites) != 1 || len(doc.Suites[0].Cases) != 2 || doc.Suites[0].Time != 2.5 {
		t.Fatalf("%+v", doc)
	}
	if failed := doc.Suites[0].Cases[1]; failed.Name != "two <&>" || failed.Failure == nil || failed.Failure.Message != "split: row 21 differs" || failed.Line != 3 {
		t.Errorf("%+v", failed)
	}
}
