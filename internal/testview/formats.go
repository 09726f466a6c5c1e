package testview

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topologytest"
)

// jsonView writes one object on each line.
type jsonView struct {
	out            io.Writer
	passed, failed int
}

type jsonResult struct {
	Event    string        `json:"event"` // "test"
	Topology string        `json:"topology"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Name     string        `json:"name"`
	Passed   bool          `json:"passed"`
	Seconds  float64       `json:"seconds"`
	Failures []jsonFailure `json:"failures,omitempty"`
	Log      []string      `json:"log,omitempty"`
}

type jsonFailure struct {
	File    string    `json:"file,omitempty"`
	Line    int       `json:"line,omitempty"`
	Column  int       `json:"column,omitempty"`
	Message string    `json:"message"`
	Rows    []jsonRow `json:"rows,omitempty"`
	Notes   []string  `json:"notes,omitempty"`
}

type jsonRow struct {
	Sign string `json:"sign"` // "=", "-" for an expected row that did not come, "+" for one that was not expected
	Row  string `json:"row"`
}

type jsonSummary struct {
	Event   string  `json:"event"` // "summary"
	Passed  int     `json:"passed"`
	Failed  int     `json:"failed"`
	Seconds float64 `json:"seconds"`
}

func (v *jsonView) write(object any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	_, err = io.WriteString(v.out, diag.PrintableJSON(string(text)+"\n"))
	return err
}

func (v *jsonView) Show(r Result) error {
	out := jsonResult{Event: "test", Topology: filepath.ToSlash(r.File), Name: r.Test.Name, Passed: len(r.Failures) == 0, Seconds: r.Elapsed.Seconds()}
	if s := r.Test.Span; !s.IsZero() {
		out.File, out.Line = filepath.ToSlash(s.File.Name), s.File.Position(s.Start).Line
	}
	if out.Passed {
		v.passed++
	} else {
		v.failed++
	}
	for i := range r.Failures {
		out.Failures = append(out.Failures, failureOf(&r.Failures[i]))
	}
	for i := range r.Log {
		out.Log = append(out.Log, logLine(&r.Log[i]))
	}
	return v.write(out)
}

func failureOf(f *topologytest.Failure) jsonFailure {
	out := jsonFailure{Message: f.Summary, Notes: f.Notes}
	if s := f.Span; !s.IsZero() {
		p := s.File.Position(s.Start)
		out.File, out.Line, out.Column = filepath.ToSlash(s.File.Name), p.Line, p.Column
	}
	for _, line := range f.Lines {
		sign := string(line.Sign)
		if line.Sign == ' ' {
			sign = "="
		}
		out.Rows = append(out.Rows, jsonRow{sign, line.Text})
	}
	return out
}

func (v *jsonView) End(elapsed time.Duration) error {
	return v.write(jsonSummary{"summary", v.passed, v.failed, elapsed.Seconds()})
}

// junitView writes one suite for each topology when all tests have ended.
type junitView struct {
	out io.Writer
	doc junitSuites
}

// The JUnit format has no standard. These are the elements of Ant's JUnit task that all CI servers understand.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Time     float64      `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     float64     `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	File      string        `xml:"file,attr,omitempty"`
	Line      int           `xml:"line,attr,omitempty"`
	Time      float64       `xml:"time,attr"`
	Failure   *junitFailure `xml:"failure"`
	Output    string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func (v *junitView) Show(r Result) error {
	name := diag.Printable(filepath.ToSlash(r.File))
	i := slices.IndexFunc(v.doc.Suites, func(s junitSuite) bool { return s.Name == name })
	if i < 0 {
		i = len(v.doc.Suites)
		v.doc.Suites = append(v.doc.Suites, junitSuite{Name: name})
	}
	s := &v.doc.Suites[i]
	c := junitCase{Name: diag.Printable(r.Test.Name), ClassName: name, Time: r.Elapsed.Seconds()}
	if span := r.Test.Span; !span.IsZero() {
		c.File, c.Line = diag.Printable(filepath.ToSlash(span.File.Name)), span.File.Position(span.Start).Line
	}
	var text strings.Builder
	for i := range r.Failures {
		for _, line := range failureLines(&r.Failures[i]) {
			text.WriteString(diag.PrintableLines(line) + "\n")
		}
	}
	if len(r.Failures) > 0 {
		c.Failure = &junitFailure{Message: diag.Printable(r.Failures[0].Summary), Type: "failure", Text: text.String()}
		s.Failures++
		v.doc.Failures++
	}
	for i := range r.Log {
		c.Output += diag.PrintableLines(logLine(&r.Log[i])) + "\n"
	}
	s.Cases = append(s.Cases, c)
	s.Tests++
	s.Time += c.Time
	v.doc.Tests++
	return nil
}

func (v *junitView) End(elapsed time.Duration) error {
	v.doc.Name, v.doc.Time = "stormflux", elapsed.Seconds()
	text, err := xml.MarshalIndent(v.doc, "", "  ") // it replaces characters that XML cannot hold by U+FFFD
	if err != nil {
		return err
	}
	_, err = io.WriteString(v.out, xml.Header+string(text)+"\n")
	return err
}
