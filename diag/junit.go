package diag

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// The JUnit format has no standard. These are the elements of Ant's JUnit task that all CI servers understand.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	ClassName string        `xml:"classname,attr"`
	Failure   *junitFailure `xml:"failure"`
	Error     *junitFailure `xml:"error"`
	Output    string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes one suite per file, with one test case per diagnostic. The case fails if the diagnostic fails the
// run; otherwise the diagnostic is the output of the case. A file without diagnostics has one passed case. What could not
// be checked is a case with an error.
func writeJUnit(w *bufio.Writer, l List, opts Options) {
	doc := junitSuites{Name: "stormflux"}
	suite := func(name string) *junitSuite {
		i := slices.IndexFunc(doc.Suites, func(s junitSuite) bool { return s.Name == name })
		if i < 0 {
			i = len(doc.Suites)
			doc.Suites = append(doc.Suites, junitSuite{Name: name})
		}
		return &doc.Suites[i]
	}
	for _, name := range opts.Files {
		suite(Printable(name))
	}
	shown, more := l.worst()
	for _, d := range shown {
		place := "stormflux"
		name := Printable(d.Rule)
		if !d.Span.IsZero() {
			place = Printable(d.Span.File.Name)
			p := d.Span.File.Position(d.Span.Start)
			name = fmt.Sprintf("%s at %d:%d", name, p.Line, p.Column)
		}
		var text strings.Builder
		b := bufio.NewWriter(&text)
		writeText(b, List{d}, Options{Width: opts.Width})
		b.Flush()
		s := suite(place)
		c := junitCase{Name: name, ClassName: place}
		if opts.fails(d) {
			c.Failure = &junitFailure{Message: Printable(d.Message), Type: d.Severity.String(), Text: text.String()}
			s.Failures++
			doc.Failures++
		} else {
			c.Output = text.String()
		}
		s.Cases = append(s.Cases, c)
	}
	if more > 0 {
		s := suite("stormflux")
		s.Cases = append(s.Cases, junitCase{Name: andMore(more), ClassName: s.Name})
	}
	for _, failure := range opts.Failures {
		s := suite("stormflux")
		text := PrintableLines(failure)
		s.Cases = append(s.Cases, junitCase{Name: "not checked", ClassName: s.Name, Error: &junitFailure{Message: Printable(failure), Type: "error", Text: text}})
		s.Errors++
		doc.Errors++
	}
	for i := range doc.Suites {
		s := &doc.Suites[i]
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Name: "valid", ClassName: s.Name}}
		}
		s.Tests = len(s.Cases)
		doc.Tests += s.Tests
	}
	text, err := xml.MarshalIndent(doc, "", "  ") // it replaces characters that XML cannot hold by U+FFFD
	if err != nil {
		panic(fmt.Sprintf("diag: %v", err)) // the document is structs of strings and numbers
	}
	w.WriteString(xml.Header)
	w.Write(text)
	w.WriteByte('\n')
}
