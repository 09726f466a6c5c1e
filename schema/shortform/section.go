package shortform

import (
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// section is an entry of a block, or an element of a list in brackets, with the comments that belong to it.
type section struct {
	entry yaml.NodeEntry
	lead  []string // the comments and empty lines before it
	body  []string // its own lines; an element of a list in brackets has none
	start int      // the offset where the lead begins
	end   int      // the offset after the last line, or after the element
}

// sections divides the lines of a list or map into its entries. The rest are the lines after the last entry. end is the
// offset after the last line that belongs to the list or map.
func (s *source) sections(n *yaml.Node, end int) (list []section, rest []string) {
	if isFlow(n) {
		at := n.Start
		for _, e := range n.Entries {
			stop := min(s.lineEnd(e.End()), n.End-1)
			if next := s.nextEntry(n, e); next < stop {
				stop = e.End()
			}
			list = append(list, section{entry: e, lead: s.commentsIn(at, stop, 0, e.Value), start: at, end: stop})
			at = stop
		}
		return list, s.commentsIn(at, end, 0)
	}
	at := s.line(n.First())
	column := n.First() - s.starts[at]
	last := s.line(end - 1)
	if leading(s.lines[at]) == column {
		for at > 0 && isAside(s.lines[at-1]) {
			at-- // comments before the first entry
		}
	}
	for _, e := range n.Entries {
		first, stop := s.line(e.First()), s.line(e.End()-1)
		for stop < last && isComment(s.lines[stop+1]) && leading(s.lines[stop+1]) > column {
			stop++
		}
		part := section{entry: e, start: s.starts[at], end: s.lineEnd(s.starts[stop])}
		part.lead = append(part.lead, s.lines[at:first]...)
		part.body = append(part.body, s.lines[first:stop+1]...)
		part.body[0] = strings.Repeat(" ", column) + part.body[0][column:]
		list = append(list, part)
		at = stop + 1
	}
	if at <= last {
		rest = append(rest, s.lines[at:last+1]...)
	}
	return list, rest
}

// nextEntry returns the offset of the entry after e, or of the closing bracket.
func (s *source) nextEntry(n *yaml.Node, e yaml.NodeEntry) int {
	for _, other := range n.Entries {
		if other.First() >= e.End() {
			return other.First()
		}
	}
	return n.End - 1
}

func leading(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func isComment(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "#") }

// isAside reports whether a line holds nothing but a comment, or nothing.
func isAside(line string) bool { return strings.TrimSpace(line) == "" || isComment(line) }
