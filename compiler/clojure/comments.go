package clojure

import (
	"bytes"
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
	for _, file := range t.Source.Files {
		c.file(file, anchors, file == t.Source.File)
	}
	return c
}

// file gives the comments of a file to what they belong to.
func (c *comments) file(file *diag.File, all []anchor, main bool) {
	var anchors []anchor
	for _, a := range all {
		if a.file == file {
			anchors = append(anchors, a)
		}
	}
	began := false // there was more than comments
	last := 0      // the end of the last comment
	for _, comment := range yaml.Comments(file) {
		began = began || len(bytes.TrimSpace(file.Text[last:comment.Start])) > 0
		last = comment.End
		text := strings.TrimRight(comment.Text(), " \t\r\n")
		text = printable(strings.TrimPrefix(strings.TrimLeft(text, "#"), " "))
		if !forPeople(text) {
			continue
		}
		line := file.LineSpan(file.Position(comment.Start).Line)
		alone := len(bytes.TrimSpace(file.Text[line.Start:comment.Start])) == 0
		switch at, ok := owner(anchors, comment.Start, alone); {
		case main && alone && !began, ok && at.start == header:
			c.header = append(c.header, text)
		case ok:
			c.by[at] = append(c.by[at], text)
		default:
			c.header = append(c.header, text)
		}
	}
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
