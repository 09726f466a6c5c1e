package diag

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

type jsonDocument struct {
	FormatVersion string           `json:"format_version"`
	Valid         bool             `json:"valid"`
	ErrorCount    int              `json:"error_count"`
	WarningCount  int              `json:"warning_count"`
	NoteCount     int              `json:"note_count"`
	OmittedCount  int              `json:"omitted_count"`
	ColumnUnit    string           `json:"column_unit"`
	Files         []string         `json:"files"`
	Failures      []string         `json:"failures"`
	Diagnostics   []jsonDiagnostic `json:"diagnostics"`
}

type jsonDiagnostic struct {
	Severity string        `json:"severity"`
	Rule     string        `json:"rule"`
	Message  string        `json:"message"`
	Hint     string        `json:"hint"`
	Range    *jsonRange    `json:"range"`
	Snippet  *jsonSnippet  `json:"snippet"`
	Related  []jsonRelated `json:"related"`
	Fixes    []jsonFix     `json:"fixes"`
}

type jsonFix struct {
	Title     string     `json:"title"`
	Automatic bool       `json:"automatic"`
	Edits     []jsonEdit `json:"edits"`
}

type jsonEdit struct {
	Range *jsonRange `json:"range"`
	Text  string     `json:"text"`
}

type jsonRelated struct {
	Message string     `json:"message"`
	Range   *jsonRange `json:"range"`
}

type jsonRange struct {
	File  string       `json:"file"`
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end"`
}

type jsonPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type jsonSnippet struct {
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

func writeJSON(w *bufio.Writer, l List, opts Options) {
	shown, more := l.worst()
	doc := jsonDocument{
		FormatVersion: "1.3",
		ErrorCount:    l.Count(Error),
		WarningCount:  l.Count(Warning),
		NoteCount:     l.Count(Note),
		OmittedCount:  more,
		ColumnUnit:    "unicodeCodePoints", // SARIF's word
		Files:         append([]string{}, opts.Files...),
		Failures:      append([]string{}, opts.Failures...),
		Diagnostics:   make([]jsonDiagnostic, 0, len(shown)),
	}
	doc.Valid = len(opts.Failures) == 0 && !slices.ContainsFunc(l, opts.fails)
	for _, d := range shown {
		j := jsonDiagnostic{
			Severity: d.Severity.String(),
			Rule:     d.Rule,
			Message:  d.Message,
			Hint:     d.Hint,
			Range:    rangeOf(d.Span),
			Snippet:  snippetOf(d.Span),
			Related:  make([]jsonRelated, 0, len(d.Related)),
			Fixes:    make([]jsonFix, 0, len(d.Fixes)),
		}
		for _, r := range d.Related {
			j.Related = append(j.Related, jsonRelated{Message: r.Message, Range: rangeOf(r.Span)})
		}
		for _, f := range d.Fixes {
			j.Fixes = append(j.Fixes, jsonFixOf(f))
		}
		doc.Diagnostics = append(doc.Diagnostics, j)
	}
	encodeJSON(w, doc)
}

func jsonFixOf(f Fix) jsonFix {
	out := jsonFix{Title: f.Title, Automatic: f.Automatic, Edits: make([]jsonEdit, len(f.Edits))}
	for i, e := range f.Edits {
		out.Edits[i] = jsonEdit{Range: rangeOf(e.Span), Text: e.Text}
	}
	return out
}

// encodeJSON writes a document for programs so that people can read it too: indented, with < and & as they are, and with
// escapes for what would control a terminal.
func encodeJSON(w *bufio.Writer, doc any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(doc); err != nil {
		panic(fmt.Sprintf("diag: %v", err)) // the documents are structs of strings and numbers
	}
	w.WriteString(PrintableJSON(b.String()))
}

func rangeOf(s Span) *jsonRange {
	if s.IsZero() {
		return nil
	}
	s = s.within()
	return &jsonRange{File: s.File.Name, Start: positionOf(s.File, s.Start), End: positionOf(s.File, s.End)}
}

func positionOf(f *File, offset int) jsonPosition {
	p := f.Position(offset)
	return jsonPosition{Line: p.Line, Column: p.Column, Offset: offset}
}

func snippetOf(s Span) *jsonSnippet {
	if s.IsZero() || s.File.Private {
		return nil
	}
	line, s := s.firstLine()
	text := s.File.Text
	// encoding/json writes each byte that is not UTF-8 as U+FFFD, which is one code point. RuneCount counts it as one
	// too.
	start := utf8.RuneCount(text[line.Start:s.Start])
	return &jsonSnippet{
		Text:  string(text[line.Start:line.End]),
		Start: start,
		End:   start + utf8.RuneCount(text[s.Start:s.End]),
	}
}
