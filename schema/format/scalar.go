package format

import (
	"bytes"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// scalar copies a scalar. Only the indentation of its further lines changes, which is not part of its text.
func (p *printer) scalar(n *yaml.Node, sep separator, indent, depth int) {
	text := p.src[n.Start:n.End]
	switch {
	case text[0] == '|' || text[0] == '>':
		p.gap(n.Start, sep, indent, depth)
		p.blockScalar(n, p.levels[depth])
	case bytes.IndexByte(text, '\n') < 0:
		p.part(n.Start, n.End, sep, indent, depth)
	default:
		p.gap(n.Start, sep, indent, depth)
		quoted := text[0] == '"' || text[0] == '\''
		if p.brackets > 0 {
			indent += indentation
		}
		for i, l := range strings.Split(string(text), "\n") {
			if i > 0 {
				p.lines = append(p.lines, p.line)
				if l = strings.TrimLeft(l, " \t"); l != "" {
					l = strings.Repeat(" ", indent) + l
				}
				p.line = line{}
			}
			if !quoted {
				l = strings.TrimRight(l, " \t")
			}
			p.line.code += l
		}
		p.at, p.block, p.keep = n.End, false, false
	}
}

// blockScalar writes a scalar in block style, which is a part of the given level. Its lines are indented as far as its
// header says, else like everything in that level.
func (p *printer) blockScalar(n *yaml.Node, of level) {
	text := strings.TrimSuffix(string(p.src[n.Start:n.End]), "\n") // the scanner's end of a block without text
	lines := strings.Split(text, "\n")
	header, comment := lines[0], ""
	if i := strings.IndexByte(header, '#'); i >= 0 {
		header, comment = header[:i], strings.TrimRight(header[i:], " \t")
	}
	header = strings.TrimRight(header, " \t")
	p.line.code += header
	p.line.comment = comment
	old, indent := contentIndent(lines[1:]), of.out+indentation
	if i := strings.IndexAny(header, "123456789"); i > 0 {
		given := int(header[i] - '0')
		old, indent = of.source+given, of.out+given
	}
	for _, l := range lines[1:] {
		p.lines = append(p.lines, p.line)
		p.line = line{}
		spaces := len(l) - len(strings.TrimLeft(l, " "))
		if l = l[min(spaces, old):]; l != "" {
			p.line.code = strings.Repeat(" ", indent) + l
		}
	}
	p.at, p.block, p.keep = n.Start+len(text), true, strings.Contains(header, "+")
	p.unclosed = p.at == len(p.src) && len(lines) > 1
}

// contentIndent returns the indentation of the first line that is not empty.
func contentIndent(lines []string) int {
	for _, l := range lines {
		if text := strings.TrimLeft(l, " "); text != "" {
			return len(l) - len(text)
		}
	}
	return 0
}
