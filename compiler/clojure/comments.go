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

// comments are the comments of the YAML files, by what they belong to.
type comments struct {
	header   []string
	attached map[position][]string
}

// position is the place of an anchor.
type position struct {
	file  *diag.File
	start int
}

// of returns the comments of the component or setting at a span.
func (c *comments) of(s diag.Span) []string { return c.attached[position{s.File, s.Start}] }

// header is the start of an anchor whose comments belong to the header, and leftOut that of one whose comments are not in the
// Clojure file.
const (
	header  = -1
	leftOut = -2
)

// anchor is something that a comment can belong to: a component, a setting, or another key of the document.
type anchor struct {
	position
	from, to int // the extent of its text
}

// collectComments finds the comments of a topology's files. A comment inside a component, or after something on the
// same line, belongs to what is there. Any other comment belongs to the next component or setting. The comments above
// the first key of the main file are the header. Comments for tools (ignore comments and modelines of editors) are left
// out.
func collectComments(t *validate.Topology) *comments {
	c := &comments{attached: map[position][]string{}}
	anchors := anchorsOf(t)
	for _, file := range t.Source.Files {
		c.add(file, anchors, file == t.Source.File)
	}
	return c
}

// anchorsOf returns the anchors of all files of a topology, sorted by where their text begins.
func anchorsOf(t *validate.Topology) []anchor {
	var anchors []anchor
	for _, k := range t.Components() {
		if k.Span.File == nil {
			continue
		}
		a := anchor{position{k.Span.File, k.Span.Start}, k.Span.Start, k.Span.End}
		if v := k.Source.Value; v != nil && v.Span.File == k.Span.File {
			a.from, a.to = min(a.from, v.Span.Start), max(a.to, v.Span.End)
		}
		anchors = append(anchors, a)
	}
	for _, s := range t.Config {
		if s.Span.File != nil {
			anchors = append(anchors, anchor{position{s.Span.File, s.Span.Start}, s.Span.Start, s.Span.End})
		}
	}
	// The header is the only place in the Clojure file for the comments of other keys.
	for _, entry := range t.Source.Root.Entries {
		switch entry.Key.Text {
		case "config", "spouts", "bolts":
		default:
			if k := entry.Key.Span; k.File != nil {
				a := anchor{position{k.File, header}, k.Start, k.End}
				if entry.Key.Text == "tests" { // the Clojure file has no tests
					a.start = leftOut
				}
				if v := entry.Value.Span; v.File == k.File {
					a.to = max(a.to, v.End)
				}
				anchors = append(anchors, a)
			}
		}
	}
	slices.SortStableFunc(anchors, func(a, b anchor) int { return cmp.Compare(a.from, b.from) })
	return anchors
}

// add adds the comments of a file; main says that the header is above its first key.
func (c *comments) add(file *diag.File, all []anchor, main bool) {
	var anchors []anchor
	for _, a := range all {
		if a.file == file {
			anchors = append(anchors, a)
		}
	}
	atTop, last := main, 0 // atTop: there are only comments up to here
	for _, comment := range yaml.Comments(file) {
		line := file.LineSpan(file.Position(comment.Start).Line)
		alone := len(bytes.TrimSpace(file.Text[line.Start:comment.Start])) == 0
		atTop = atTop && len(bytes.Trim(file.Text[last:comment.Start], " \t\r\n\ufeff")) == 0
		last = comment.End
		text := strings.TrimRight(comment.Text(), " \t\r\n")
		text = printable(strings.TrimPrefix(strings.TrimLeft(text, "#"), " "))
		if !forPeople(text) {
			continue
		}
		switch at, ok := owner(anchors, comment.Start, alone); {
		case at.start == leftOut && !atTop:
		case !ok, atTop, at.start == header:
			c.header = append(c.header, text)
		default:
			c.attached[at] = append(c.attached[at], text)
		}
	}
}

// forPeople reports whether a comment is for a reader and not for a tool.
func forPeople(text string) bool {
	text = strings.TrimSpace(text)
	for _, tool := range []string{"stormflux:ignore", "yaml-language-server:", "$schema", "yamllint ", "-*-", "vim:"} {
		if strings.HasPrefix(text, tool) {
			return false
		}
	}
	return text != ""
}

// owner returns what a comment at an offset belongs to. A comment that is alone has a line of its own.
func owner(anchors []anchor, at int, alone bool) (position, bool) {
	var before *anchor
	for i := range anchors {
		a := &anchors[i]
		if a.from <= at {
			before = a
			if at < a.to {
				return a.position, true
			}
			continue
		}
		if alone {
			return a.position, true
		}
		break
	}
	if before == nil {
		if len(anchors) > 0 {
			return anchors[0].position, true
		}
		return position{}, false
	}
	return before.position, true
}
