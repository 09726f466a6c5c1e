package yaml

import (
	"bytes"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/diag"
)

func (r *reader) span(start, end int) diag.Span {
	return diag.Span{File: r.file.File, Start: start, End: end}
}

// indexLines finds where lines begin. In YAML 1.1, and in yaml.v3, U+0085, U+2028 and U+2029 also end a line.
func (r *reader) indexLines() {
	src := r.src
	r.lines = append(make([]int, 0, bytes.Count(src, []byte("\n"))+1), r.start)
	for i := r.start; i < len(src); i++ {
		switch src[i] {
		case '\n':
			r.lines = append(r.lines, i+1)
		case '\r':
			if i+1 == len(src) || src[i+1] != '\n' {
				r.lines = append(r.lines, i+1)
			}
		case 0xc2, 0xe2:
			if n := wideBreak(src[i:]); n > 0 {
				r.lines = append(r.lines, i+n)
			}
		}
	}
	r.line, r.column, r.at = 1, 1, r.start
}

// offset returns the offset of a node.
func (r *reader) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(r.lines) {
		return len(r.src)
	}
	if r.ascii {
		return min(r.lines[n.Line-1]+n.Column-1, len(r.src))
	}
	if n.Line != r.line || n.Column < r.column {
		r.line, r.column, r.at = n.Line, 1, r.lines[n.Line-1]
	}
	for r.column < n.Column && r.at < len(r.src) {
		_, size := utf8.DecodeRune(r.src[r.at:])
		r.at += size
		r.column++
	}
	return r.at
}

// skipProperties returns the offset of a node's content, after its anchor and its tag.
func (r *reader) skipProperties(n *yaml.Node, at int) int {
	anchor := n.Anchor != ""
	tag := n.Style&yaml.TaggedStyle != 0 || n.Kind == yaml.ScalarNode
	for {
		next := r.skipSpace(at)
		if next >= len(r.src) {
			return at
		}
		switch c := r.src[next]; {
		case c == '&' && anchor:
			anchor = false
			at = next + 1 + len(n.Anchor)
		case c == '!' && tag:
			tag = false
			at = r.skipTag(next)
		case n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&^yaml.TaggedStyle == 0:
			return at // the node has no content
		default:
			return next
		}
	}
}

// skipTag returns the end of the tag at an offset.
func (r *reader) skipTag(at int) int {
	for at < len(r.src) && !isSpaceOrBreak(r.src[at]) && (r.src[at] != ',' && r.src[at] != ']' && r.src[at] != '}') {
		at++
	}
	return at
}

// skipSpace returns the first offset from at on that is not a space, a line break or a comment.
func (r *reader) skipSpace(at int) int {
	for at < len(r.src) {
		switch c := r.src[at]; {
		case isSpaceOrBreak(c):
			at++
		case c == '#' && (at == 0 || isSpaceOrBreak(r.src[at-1])):
			for at < len(r.src) && r.src[at] != '\n' && r.src[at] != '\r' {
				at++
			}
		case c >= 0x80 && wideBreak(r.src[at:]) > 0:
			at += wideBreak(r.src[at:])
		default:
			return at
		}
	}
	return at
}

// endOf returns where a node's text ends, and at least the given offset. The value of an alias is elsewhere in the file.
func (r *reader) endOf(n *yaml.Node, v *Value, least int) int {
	if n.Kind == yaml.AliasNode {
		return max(least, min(r.offset(n)+1+len(n.Value), len(r.src)))
	}
	return max(least, v.Span.End)
}

// collectionEnd returns the end of a list or map whose last part ends at an offset.
func (r *reader) collectionEnd(n *yaml.Node, start, end int, open, closing byte) int {
	if n.Style&yaml.FlowStyle == 0 || start >= len(r.src) || r.src[start] != open {
		return min(end, len(r.src)) // a block, or the single pair in [a: b]
	}
	for at := end; ; at++ {
		at = r.skipSpace(at)
		if at >= len(r.src) {
			return min(end, len(r.src))
		}
		switch r.src[at] {
		case closing:
			return at + 1
		case ',', ':', '?':
		default:
			return min(end, len(r.src))
		}
	}
}

// plainEnd returns where a plain scalar with the given value ends. YAML folds the line breaks of one on several lines.
func (r *reader) plainEnd(start int, text string) int {
	if end := start + len(text); end <= len(r.src) && string(r.src[start:end]) == text {
		return end
	}
	at := start
	for i := 0; i < len(text); {
		if text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || wideBreak([]byte(text[i:min(len(text), i+3)])) > 0 {
			i += max(1, wideBreak([]byte(text[i:min(len(text), i+3)])))
			for at < len(r.src) && (isSpaceOrBreak(r.src[at]) || wideBreak(r.src[at:]) > 0) {
				at += max(1, wideBreak(r.src[at:]))
			}
			continue
		}
		i++
		at++
	}
	return min(at, len(r.src))
}

func (r *reader) doubleQuotedEnd(start int) int {
	for at := start + 1; at < len(r.src); at++ {
		switch r.src[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(r.src)
}

func (r *reader) singleQuotedEnd(start int) int {
	for at := start + 1; at < len(r.src); at++ {
		if r.src[at] == '\'' {
			if at+1 < len(r.src) && r.src[at+1] == '\'' {
				at++
				continue
			}
			return at + 1
		}
	}
	return len(r.src)
}

// blockEnd returns where a block scalar ends, after its last line that is not empty. start is the offset of its header.
// All lines with the indentation of the first line belong to it. In that first line, some spaces may be text.
func (r *reader) blockEnd(start int, text string) int {
	at := r.lineEnd(start)
	end := at
	for end > start && isSpaceOrBreak(r.src[end-1]) {
		end--
	}
	if i := bytes.Index(r.src[start:end], []byte(" #")); i >= 0 {
		for end = start + i; end > start && isSpaceOrBreak(r.src[end-1]); {
			end--
		}
	}
	indent := -1
	for at < len(r.src) {
		line := r.nextLine(at)
		stop := r.lineEnd(line)
		content := line
		for content < stop && r.src[content] == ' ' {
			content++
		}
		if content < stop {
			if indent < 0 {
				indent = max(0, content-line-leadingSpaces(text))
			}
			if content-line < indent || indent == 0 {
				break
			}
			end = stop
		} else if indent >= 0 && content-line > indent {
			end = stop // spaces beyond the indentation are text
		}
		if at = stop; stop >= len(r.src) {
			break
		}
	}
	return end
}

// leadingSpaces counts the spaces at the start of the first line of text that has more than spaces.
func leadingSpaces(text string) int {
	n := 0
	for i := range len(text) {
		switch text[i] {
		case ' ':
			n++
		case '\n':
			n = 0
		default:
			return n
		}
	}
	return 0
}

// lineEnd returns the end of the line at an offset, without its line break.
func (r *reader) lineEnd(at int) int {
	for at < len(r.src) && r.src[at] != '\n' && r.src[at] != '\r' && wideBreak(r.src[at:min(len(r.src), at+3)]) == 0 {
		at++
	}
	return at
}

// nextLine returns the offset after the line break at an offset.
func (r *reader) nextLine(at int) int {
	switch {
	case at >= len(r.src):
		return at
	case r.src[at] == '\r' && at+1 < len(r.src) && r.src[at+1] == '\n':
		return at + 2
	}
	return at + max(1, wideBreak(r.src[at:]))
}
