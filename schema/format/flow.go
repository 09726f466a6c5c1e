package format

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/stormflux/stormflux/schema/yaml"
)

// flow writes a list or map in brackets. It breaks lines where the source does. If the first entry is on the line of the
// bracket, the others stand below it, else all of them are indented.
func (p *printer) flow(n *yaml.Node, depth int) {
	base := lineIndent(p.line.code)
	p.write(n.Start, n.Start+1)
	inner := base
	if p.isBroken(n) {
		inner += indentation
		if len(n.Entries) > 0 && !p.breaksBefore(n.Entries[0].First()) {
			inner = utf8.RuneCountInString(p.line.code)
		}
	}
	p.brackets++
	for i, e := range n.Entries {
		sep := glue
		if p.breaksBefore(e.First()) {
			sep = newLine
		} else if i > 0 {
			sep = space
		}
		p.fresh = i == 0
		p.flowEntry(e, sep, inner, depth)
		if i+1 < len(n.Entries) {
			p.mark(",")
		}
	}
	p.brackets--
	closing := n.End - 1
	sep := glue
	if p.breaksBefore(closing) {
		sep = newLine
	}
	p.fresh = len(n.Entries) == 0
	if p.commentsUpTo(closing, inner, depth) {
		sep = newLine
	}
	p.fresh = true // no empty line before the bracket
	p.separate(closing, sep, base)
	p.write(closing, n.End)
}

// lineIndent returns the indentation of a line. The marks of list elements are a part of it.
func lineIndent(code string) int {
	text := strings.TrimLeft(code, " ")
	for strings.HasPrefix(text, "- ") || strings.HasPrefix(text, "? ") {
		text = strings.TrimLeft(text[2:], " ")
	}
	return len(code) - len(text)
}

func (p *printer) flowEntry(e yaml.NodeEntry, sep separator, indent, depth int) {
	if e.Mark >= 0 {
		p.part(e.Mark, e.Mark+1, sep, indent, depth)
		sep = space
	}
	if e.Key != nil {
		p.flowValue(e.Key, sep, indent, depth)
	}
	if e.Colon >= 0 {
		missing := e.Value == nil
		switch {
		case e.Key == nil:
			p.part(e.Colon, e.Colon+1, sep, indent, depth)
		case missing && !p.spaceAt(e.Colon+1):
			p.mark(string(p.src[e.Key.End : e.Colon+1])) // to some readers of YAML, the colon in "{a:}" is a part of the key
		case e.Key.Kind == yaml.AliasNode:
			p.mark(" :")
		default:
			p.mark(":")
		}
		if sep, indent = space, indent+indentation; missing && p.spaceAt(e.Colon+1) {
			p.mark(" ")
		}
	}
	if e.Value != nil {
		p.flowValue(e.Value, sep, indent, depth)
	}
}

func (p *printer) flowValue(n *yaml.Node, sep separator, indent, depth int) {
	p.value(n, sep, indent, depth)
	if n.Kind == yaml.EmptyNode && p.spaceAt(n.End) {
		p.mark(" ") // a "," is a part of some tags
	}
}

func (p *printer) spaceAt(at int) bool { return strings.IndexByte(" \t\n", p.src[at]) >= 0 }

// breaksBefore reports whether a line ends in the source between what was written last and an offset.
func (p *printer) breaksBefore(at int) bool { return bytes.IndexByte(p.src[p.at:at], '\n') >= 0 }

// isBroken reports whether an entry or the closing bracket begins a line.
func (p *printer) isBroken(n *yaml.Node) bool {
	from := n.Start + 1
	for _, e := range n.Entries {
		if bytes.IndexByte(p.src[from:e.First()], '\n') >= 0 {
			return true
		}
		from = e.End()
	}
	return bytes.IndexByte(p.src[from:n.End-1], '\n') >= 0
}
