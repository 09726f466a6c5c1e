package format

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/stormflux/stormflux/schema/yaml"
)

// indentation is how much deeper a list or map stands than what it is part of.
const indentation = 2

// printer writes a document in the order of its text.
type printer struct {
	src      []byte
	comments []yaml.Range // those that are not written yet

	at     int    // everything of the source before this offset is written
	lines  []line // complete
	line   line   // the current one
	levels []level
	fresh  bool // nothing of the current block is written yet: no empty line begins a block

	brackets int // that are open

	block    bool // the last thing written is a block scalar
	keep     bool // it keeps the empty lines after it
	unclosed bool // it ends the text, without a line break
}

// level is an open list or map in block style, or one that a comment may stand in for.
type level struct{ source, out int } // its columns

// separator is what stands between two parts unless a comment does.
type separator uint8

const (
	glue separator = iota + 1
	space
	newLine
)

func (p *printer) document(t *yaml.Tree) {
	p.fresh = true
	for _, d := range t.Directives {
		p.part(d.Start, d.End, newLine, 0, 0)
		p.line.code = strings.TrimRight(p.line.code, " \t")
	}
	if t.Start.End > 0 {
		p.part(t.Start.Start, t.Start.End, newLine, 0, 0)
		p.fresh = true
	}
	if t.Root != nil {
		p.value(t.Root, newLine, 0, 0)
	}
	if t.End.End > 0 {
		p.part(t.End.Start, t.End.End, newLine, 0, 0)
	}
	p.gap(len(p.src), newLine, 0, 0)
	p.endLine()
}

// text returns the lines written so far.
func (p *printer) text() []byte {
	lines := p.lines
	for !p.keep && len(lines) > 0 && lines[len(lines)-1] == (line{}) {
		lines = lines[:len(lines)-1]
	}
	text := align(lines)
	if p.unclosed {
		text = strings.TrimSuffix(text, "\n")
	}
	return []byte(text)
}

// endLine ends the current line, if anything is on it.
func (p *printer) endLine() {
	if p.line != (line{}) {
		p.lines = append(p.lines, p.line)
	}
	p.line = line{}
}

func (p *printer) emptyLine() { p.lines = append(p.lines, line{}) }

// part writes a part of the source, after the comments and the separator before it. Depth is the index of the level that
// it belongs to. On a new line, it gets the given indentation.
func (p *printer) part(start, end int, sep separator, indent, depth int) {
	p.gap(start, sep, indent, depth)
	p.write(start, end)
}

// write writes a part of the source to the current line.
func (p *printer) write(start, end int) {
	p.line.code += string(p.src[start:end])
	p.at, p.block, p.keep = end, false, false
}

// mark writes a character that belongs to what was written last. Comments between them come after both.
func (p *printer) mark(c string) { p.line.code += c }

// gap writes what is between two parts: comments, and the separator. A part follows at offset to.
func (p *printer) gap(to int, sep separator, indent, depth int) {
	if p.commentsUpTo(to, indent, depth) {
		sep = newLine // a comment reaches to the end of its line
	}
	p.separate(to, sep, indent)
}

// commentsUpTo writes the comments before an offset. It reports whether there are any.
func (p *printer) commentsUpTo(to, indent, depth int) (any bool) {
	behind := -1 // the column of the comment behind code, which further comments may continue
	for len(p.comments) > 0 && p.comments[0].Start < to {
		c := p.comments[0]
		p.comments = p.comments[1:]
		if c.Start < p.at {
			continue // in the header of a block scalar, which has written it
		}
		text := strings.TrimRight(string(p.src[c.Start:c.End]), " \t")
		between := p.src[p.at:c.Start]
		breaks := bytes.Count(between, []byte("\n"))
		switch column := p.columnOf(c.Start); {
		case breaks == 0 && p.line.code != "":
			p.line.comment = text
			if behind = column; p.block {
				behind = -1
			}
		case breaks == 1 && column == behind:
			p.endLine()
			p.line = line{comment: text, continues: true}
		default:
			p.breakLine(between)
			behind = -1
			p.line = line{code: strings.Repeat(" ", p.commentIndent(column, indent, depth)), comment: text}
			p.fresh = false
		}
		p.at, any = c.End, true
	}
	p.levels = p.levels[:min(len(p.levels), depth+1)]
	return any
}

// separate writes the separator before the part at an offset.
func (p *printer) separate(to int, sep separator, indent int) {
	switch sep {
	case newLine:
		p.breakLine(p.src[p.at:to])
		if to < len(p.src) {
			p.line.code = strings.Repeat(" ", indent)
		}
	case space:
		p.line.code += " "
	}
	p.fresh = false
}

// breakLine ends the current line, and writes an empty line if there is one in the source. All empty lines after a block
// scalar that keeps them are part of its text.
func (p *printer) breakLine(between []byte) {
	p.endLine()
	switch {
	case p.keep:
		for range bytes.Count(between, []byte("\n")) - 1 {
			p.emptyLine()
		}
		p.keep = p.at+len(between) == len(p.src)
	case !p.fresh && len(p.lines) > 0 && hasEmptyLine(between):
		p.emptyLine()
	}
	p.block = false
}

// hasEmptyLine reports whether a text has a line of nothing but spaces between two line breaks.
func hasEmptyLine(text []byte) bool {
	lines := bytes.Split(text, []byte("\n"))
	for i := 1; i+1 < len(lines); i++ {
		if len(bytes.TrimSpace(lines[i])) == 0 {
			return true
		}
	}
	return false
}

// columnOf returns the column of an offset, in characters.
func (p *printer) columnOf(at int) int {
	return utf8.RuneCount(p.src[bytes.LastIndexByte(p.src[:at], '\n')+1 : at])
}

// commentIndent returns the indentation of a comment that stands alone at a column of the source. Below the end of one or
// several blocks, its column shows to which of them it belongs. Before the first column of its block, it is probably
// something that was switched off at the start of its line; it stays there.
func (p *printer) commentIndent(column, indent, depth int) int {
	if depth >= len(p.levels) {
		return indent
	}
	belongs := p.levels[depth]
	if column == 0 && belongs.source > 0 {
		return 0
	}
	found := indent
	for _, l := range p.levels[depth+1:] {
		if l.source <= column && l.source > belongs.source {
			belongs, found = l, l.out
		}
	}
	return found
}

// value writes a value. On a line of its own it gets the given indentation, which is that of its entries if it is a block.
func (p *printer) value(n *yaml.Node, sep separator, indent, depth int) {
	for _, property := range n.Properties {
		p.part(property.Start, property.End, sep, indent, depth)
		sep = space
	}
	isBlock := n.Kind == yaml.BlockMap || n.Kind == yaml.BlockList
	if isBlock && len(n.Properties) > 0 {
		sep = newLine
	}
	switch {
	case n.Kind == yaml.EmptyNode:
	case isBlock:
		p.entries(n, sep, indent, depth)
	case n.Kind == yaml.FlowMap || n.Kind == yaml.FlowList:
		p.gap(n.Start, sep, indent, depth)
		p.flow(n, depth)
	default:
		p.scalar(n, sep, indent, depth)
	}
}

// entries writes a list or map in block style.
func (p *printer) entries(n *yaml.Node, sep separator, indent, parent int) {
	depth := parent
	if len(p.levels) > 0 {
		depth++
	}
	p.levels = append(p.levels[:depth], level{n.Column, indent})
	p.fresh = true
	for i, e := range n.Entries {
		if i > 0 {
			sep = newLine
		}
		if n.Kind == yaml.BlockList {
			p.part(e.Mark, e.Mark+1, sep, indent, depth)
			p.inside(e.Value, space, indent, depth)
			continue
		}
		if e.Mark >= 0 {
			p.part(e.Mark, e.Mark+1, sep, indent, depth)
			p.inside(e.Key, space, indent, depth)
			sep = newLine
		} else if e.Key != nil {
			p.value(e.Key, sep, indent, depth)
			sep = glue
			if needsSpace(e.Key) {
				sep = space
			}
		}
		if e.Colon < 0 {
			continue
		}
		p.part(e.Colon, e.Colon+1, sep, indent, depth)
		after := space
		if e.Value != nil && len(e.Value.Properties) == 0 && (e.Value.Kind == yaml.BlockMap || e.Value.Kind == yaml.BlockList) {
			after = newLine
		}
		p.inside(e.Value, after, indent, depth)
	}
}

// inside writes the value of an entry that has the given indentation. A comment may stand in for a value.
func (p *printer) inside(n *yaml.Node, sep separator, indent, depth int) {
	if n != nil {
		p.value(n, sep, indent+indentation, depth)
		return
	}
	p.levels = append(p.levels[:depth+1], level{p.levels[depth].source + 1, indent + indentation})
}

// needsSpace reports whether a ":" right after a key would be part of its name for some readers of YAML.
func needsSpace(key *yaml.Node) bool { return key.Kind == yaml.AliasNode || key.Kind == yaml.EmptyNode }
