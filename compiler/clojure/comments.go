package clojure

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
	"github.com/stormflux/stormflux/validate"
)

// comments are the YAML's comments with what they belong to.
type comments struct {
	header []string
	by     map[place][]string
}

// place is where an anchor stands.
type place struct {
	file  *diag.File
	start int
}

// of returns the comments of what stands at a span.
func (c *comments) of(s diag.Span) []string { return c.by[place{s.File, s.Start}] }

// header is the start of an anchor whose comments go to the header.
const header = -1

// anchor is something that a comment can belong to: a component or a setting.
type anchor struct {
	place
	from, to int // all of its text
}

// collectComments finds the comments of a topology's files. A comment inside a component, or behind something on a line,
// belongs to what stands there; any other to the next component or setting. Those above the first key of the main file
// are the header. Comments for tools (ignore comments and modelines of editors) stay behind.
func collectComments(t *validate.Topology) *comments {
	c := &comments{by: map[place][]string{}}
	var anchors []anchor
	for _, k := range t.Components() {
		if k.Span.File == nil {
			continue
		}
		a := anchor{place{k.Span.File, k.Span.Start}, k.Span.Start, k.Span.End}
		if v := k.Source.Value; v != nil && v.Span.File == k.Span.File {
			a.from, a.to = min(a.from, v.Span.Start), max(a.to, v.Span.End)
		}
		anchors = append(anchors, a)
	}
	for _, s := range t.Config {
		if s.Span.File != nil {
			anchors = append(anchors, anchor{place{s.Span.File, s.Span.Start}, s.Span.Start, s.Span.End})
		}
	}
	// What stands at other keys of the document has no place in the file but its header.
	for _, entry := range t.Source.Root.Entries {
		switch entry.Key.Text {
		case "config", "spouts", "bolts":
		default:
			if k := entry.Key.Span; k.File != nil {
				a := anchor{place{}, k.Start, k.End}
				if v := entry.Value.Span; v.File == k.File {
					a.to = max(a.to, v.End)
				}
				a.file, a.start = k.File, header
				anchors = append(anchors, a)
			}
		}
	}
	slices.SortStableFunc(anchors, func(a, b anchor) int { return cmp.Compare(a.from, b.from) })
	opaque := map[*diag.File][]diag.Span{}
	collectScalars(t.Source.Root, opaque, map[*yaml.Value]bool{})
	for _, file := range t.Source.Files {
		c.file(file, anchors, opaque[file], file == t.Source.File)
	}
	return c
}

// collectScalars finds the spans in which a # begins no comment.
func collectScalars(v *yaml.Value, spans map[*diag.File][]diag.Span, seen map[*yaml.Value]bool) {
	if v == nil || seen[v] {
		return
	}
	seen[v] = true
	if v.IsScalar() && v.Span.File != nil {
		spans[v.Span.File] = append(spans[v.Span.File], v.Span)
	}
	if v.Origin != nil {
		if s := v.Origin.Span; s.File != nil && v.IsScalar() {
			spans[s.File] = append(spans[s.File], s)
		}
		collectScalars(v.Origin.Was, spans, seen)
	}
	for _, item := range v.Items {
		collectScalars(item, spans, seen)
	}
	for _, entry := range v.Entries {
		collectScalars(entry.Key, spans, seen)
		collectScalars(entry.Value, spans, seen)
	}
}

func (c *comments) file(file *diag.File, all []anchor, opaque []diag.Span, main bool) {
	var anchors []anchor
	for _, a := range all {
		if a.file == file {
			anchors = append(anchors, a)
		}
	}
	slices.SortFunc(opaque, func(a, b diag.Span) int { return cmp.Compare(a.Start, b.Start) })
	began := false // a line with more than a comment was seen
	for n := 1; n <= file.Lines(); n++ {
		line := file.LineSpan(n)
		for len(opaque) > 0 && opaque[0].End <= line.Start {
			opaque = opaque[1:]
		}
		hash := findComment(file.Text, line, opaque)
		alone := hash >= 0 && len(strings.TrimSpace(string(file.Text[line.Start:hash]))) == 0
		if hash < 0 {
			began = began || len(strings.TrimSpace(line.Text())) > 0
			continue
		}
		text := strings.TrimRight(string(file.Text[hash:line.End]), " \t\r\n")
		text = printable(strings.TrimPrefix(strings.TrimLeft(text, "#"), " "))
		if !forPeople(text) {
			began = began || !alone
			continue
		}
		switch at, ok := owner(anchors, hash, alone); {
		case main && alone && !began, ok && at.start == header:
			c.header = append(c.header, text)
		case ok:
			c.by[at] = append(c.by[at], text)
		default:
			c.header = append(c.header, text)
		}
		began = began || !alone
	}
}

// findComment returns where a line's comment begins, or -1.
func findComment(text []byte, line diag.Span, opaque []diag.Span) int {
	for i := line.Start; i < line.End; i++ {
		for len(opaque) > 0 && opaque[0].End <= i {
			opaque = opaque[1:]
		}
		if len(opaque) > 0 && i >= opaque[0].Start {
			i = opaque[0].End - 1
			continue
		}
		if text[i] == '#' && (i == line.Start || text[i-1] == ' ' || text[i-1] == '\t') {
			return i
		}
	}
	return -1
}

// forPeople tells whether a comment says something to a reader.
func forPeople(text string) bool {
	text = strings.TrimSpace(text)
	for _, tool := range []string{"stormflux:ignore", "yaml-language-server:", "$schema", "yamllint ", "-*-", "vim:"} {
		if strings.HasPrefix(text, tool) {
			return false
		}
	}
	return text != ""
}

// owner returns what a comment at an offset belongs to; alone tells that it has a line of its own.
func owner(anchors []anchor, at int, alone bool) (place, bool) {
	var before *anchor
	for i := range anchors {
		a := &anchors[i]
		if a.from <= at {
			before = a
			if at < a.to {
				return a.place, true
			}
			continue
		}
		if alone {
			return a.place, true
		}
		break
	}
	if before == nil {
		if len(anchors) > 0 {
			return anchors[0].place, true
		}
		return place{}, false
	}
	return before.place, true
}
