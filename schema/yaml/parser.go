package yaml

import (
	"bytes"
	"fmt"
	"slices"
)

// tokenParser checks that tokens make a document.
type tokenParser struct {
	*scanner
	i int
	f *syntaxFault
}

func (p *tokenParser) tok() token {
	if p.i < len(p.tokens) {
		return p.tokens[p.i]
	}
	return token{} // the scanner stopped here
}

func (p *tokenParser) is(kinds ...tokenKind) bool { return slices.Contains(kinds, p.tok().kind) }

// stopped reports whether the parser found a fault, or the tokens ended because the scanner found one.
func (p *tokenParser) stopped() bool { return p.f != nil || p.i >= len(p.tokens) }

func (p *tokenParser) wrong(t token, hint, format string, args ...any) {
	if p.f == nil {
		p.f = &syntaxFault{start: t.start, end: max(t.end, min(t.start+1, len(p.src))), message: fmt.Sprintf(format, args...), hint: hint}
	}
}

func (p *tokenParser) document() *syntaxFault {
	for p.is(tokenDirective) {
		p.i++
	}
	if p.is(tokenDocumentStart) {
		p.i++
	}
	if !p.is(tokenDocumentStart, tokenDocumentEnd, tokenEnd) {
		p.node(true, false)
	}
	if !p.stopped() && !p.is(tokenDocumentStart, tokenDocumentEnd, tokenEnd) {
		p.unexpected()
	}
	return p.f
}

// unexpected reports a token that cannot follow the one before it.
func (p *tokenParser) unexpected() {
	t := p.tok()
	if p.i > 0 {
		last := p.tokens[p.i-1]
		for i := p.i - 1; i > 0 && last.kind == tokenBlockEnd; i-- {
			last = p.tokens[i-1]
		}
		sameLine := !bytes.ContainsAny(p.src[last.end:max(t.start, last.end)], "\n\r")
		switch {
		case t.kind == tokenFlowSequenceEnd || t.kind == tokenFlowMappingEnd:
			p.wrong(t, "remove it, or put the value in quotes", "there is no open bracket for %q", string(p.src[t.start]))
			return
		case t.kind == tokenDirective:
			p.wrong(p.restOfLine(t), "put the key or value in quotes", `"%%" at the start of a line begins a directive, which is not allowed here`)
			return
		case t.kind == tokenFlowEntry:
			p.wrong(t, "put the value in quotes if the comma belongs to it", `"," is outside of brackets`)
			return
		case sameLine && last.kind == tokenScalar && (p.src[last.start] == '"' || p.src[last.start] == '\''):
			p.wrong(p.restOfLine(t), "put the whole value in quotes", "there is text after the closing quotes")
			p.f.related, p.f.relatedAt = "the quotes begin here", last.start
			return
		case sameLine && (last.kind == tokenFlowSequenceEnd || last.kind == tokenFlowMappingEnd):
			p.wrong(p.restOfLine(t), "put the value in quotes if the brackets belong to it", "there is text after the closing bracket")
			return
		case sameLine && last.kind == tokenAlias:
			p.wrong(p.restOfLine(t), "put the value in quotes if it is text", "there is text after the alias %q", p.src[last.start:last.end])
			return
		}
	}
	p.indentation(t)
}

func (p *tokenParser) restOfLine(t token) token {
	t.end = t.start
	for t.end < len(p.src) && p.breakAt(t.end) == 0 {
		t.end++
	}
	for t.end > t.start+1 && isSpaceOrBreak(p.src[t.end-1]) {
		t.end--
	}
	return t
}

// indentation reports a line whose indentation matches none of the lines that it could belong to.
func (p *tokenParser) indentation(t token) {
	if t.kind == tokenBlockEnd || t.kind == tokenEnd || t.kind == 0 {
		p.wrong(t, "", "the text ends too early")
		return
	}
	p.wrong(p.restOfLine(t), "give it the indentation of the keys or list elements that it belongs to",
		"the line is indented by %d, which matches none of the lines before it", t.column)
}

func (p *tokenParser) node(block, indentless bool) {
	properties, anchor, tag := false, false, false
	for p.is(tokenAnchor, tokenTag) {
		of := &anchor
		if p.is(tokenTag) {
			of = &tag
		}
		if *of {
			p.wrong(p.tok(), "", "a value can have only one anchor and one tag")
			return
		}
		properties, *of = true, true
		p.i++
	}
	switch t := p.tok(); {
	case t.kind == tokenAlias:
		if properties {
			p.wrong(t, "", "an alias cannot have its own anchor or tag")
			return
		}
		p.i++
	case t.kind == tokenScalar:
		p.i++
	case t.kind == tokenEntry && indentless:
		p.sequence(true)
	case t.kind == tokenBlockSequence && block:
		p.i++
		p.sequence(false)
	case t.kind == tokenBlockMapping && block:
		p.i++
		p.mapping()
	case t.kind == tokenFlowSequence, t.kind == tokenFlowMapping:
		p.flowCollection()
	case properties || p.stopped():
	default:
		p.unexpected()
	}
}

func (p *tokenParser) sequence(indentless bool) {
	for !p.stopped() {
		switch {
		case p.is(tokenEntry):
			p.i++
			if !p.is(tokenEntry, tokenBlockEnd) && !(indentless && p.is(tokenKey, tokenValue)) {
				p.node(true, false)
			}
		case indentless:
			return
		case p.is(tokenBlockEnd):
			p.i++
			return
		case p.is(tokenKey):
			p.wrong(p.restOfLine(p.tok()), `write "- " before it, or give it the indentation of the key that the list belongs to`,
				"there is a key among the elements of a list")
		default:
			p.unexpected()
		}
	}
}

func (p *tokenParser) mapping() {
	for !p.stopped() {
		switch {
		case p.is(tokenKey):
			p.i++
			if !p.is(tokenKey, tokenValue, tokenBlockEnd) {
				p.node(true, true)
			}
			if p.stopped() || !p.is(tokenValue) {
				continue
			}
			p.i++
			if !p.is(tokenKey, tokenValue, tokenBlockEnd) {
				p.node(true, true)
			}
		case p.is(tokenBlockEnd):
			p.i++
			return
		case p.is(tokenValue):
			p.wrong(p.tok(), "", `a key is missing before ":"`)
		case p.is(tokenEntry, tokenBlockSequence):
			p.wrong(p.restOfLine(p.tok()), "give it the indentation of the other elements of its list", "there is a list element among the keys of a map")
		default:
			p.unexpected()
		}
	}
}

func (p *tokenParser) flowCollection() {
	open := p.tok()
	end := tokenFlowSequenceEnd
	if open.kind == tokenFlowMapping {
		end = tokenFlowMappingEnd
	}
	p.i++
	for first := true; !p.stopped(); first = false {
		if p.is(end) {
			p.i++
			return
		}
		if !first {
			if !p.is(tokenFlowEntry) {
				p.flowFault(open, end)
				return
			}
			p.i++
			if p.is(end) {
				p.i++
				return
			}
		}
		if p.is(tokenKey) {
			p.i++
			if !p.is(tokenValue, tokenFlowEntry, end) {
				p.flowNode(open, end)
			}
			if !p.stopped() && p.is(tokenValue) {
				p.i++
				if !p.is(tokenFlowEntry, end) {
					p.flowNode(open, end)
				}
			}
			continue
		}
		p.flowNode(open, end)
	}
	if p.f == nil && p.fault == nil {
		p.flowFault(open, end)
	}
}

func (p *tokenParser) flowNode(open token, end tokenKind) {
	switch {
	case p.stopped():
	case p.is(tokenFlowEntry):
		p.wrong(p.tok(), `remove one ","`, `an element is missing before ","`)
	case p.is(tokenValue):
		p.wrong(p.tok(), "", `a key is missing before ":"`)
	case p.is(tokenAnchor, tokenTag, tokenAlias, tokenScalar, tokenFlowMapping, tokenFlowSequence):
		p.node(false, false)
	default:
		p.flowFault(open, end)
	}
}

// flowFault reports a token where a comma or the closing bracket is expected.
func (p *tokenParser) flowFault(open token, end tokenKind) {
	closing := "]"
	if end == tokenFlowMappingEnd {
		closing = "}"
	}
	bracket := string(p.src[open.start])
	t := p.tok()
	unclosed := func() {
		p.wrong(token{start: open.start, end: open.end}, fmt.Sprintf("close it with %q, or put the value in quotes if it is text", closing), "bracket %q is not closed", bracket)
	}
	switch {
	case t.kind == tokenEnd, t.kind == 0, t.kind == tokenDocumentStart, t.kind == tokenDocumentEnd, t.kind == tokenBlockEnd:
		unclosed()
	case t.kind == tokenFlowSequenceEnd || t.kind == tokenFlowMappingEnd:
		p.wrong(t, fmt.Sprintf("expected %q", closing), "bracket %q is closed by %q", bracket, string(p.src[t.start]))
		p.f.related, p.f.relatedAt = fmt.Sprintf("%q is opened here", bracket), open.start
	case p.leavesBracket(open, t):
		unclosed()
		if p.f.related == "" {
			p.f.related, p.f.relatedAt = "this line cannot belong to it", p.lineOf(t.start)+p.indentOfLine(t.start)
		}
	default:
		p.wrong(t, fmt.Sprintf("separate the elements with \",\", or close the bracket with %q", closing), "expected \",\" or %q", closing)
		p.f.related, p.f.relatedAt = fmt.Sprintf("%q is opened here", bracket), open.start
	}
}

// leavesBracket reports whether the line of a token, or the last line of the plain scalar before it, is not indented
// deeper than the line with the bracket.
func (p *tokenParser) leavesBracket(open, t token) bool {
	last := p.tokens[max(p.i-1, 0)]
	line := p.lineOf(t.start)
	if line <= open.start || line <= last.start {
		return false // it is the line of the bracket, or it begins correctly
	}
	n := 0
	for line+n < len(p.src) && p.src[line+n] == ' ' {
		n++
	}
	return n <= p.indentOfLine(open.start)
}

// indentOfLine returns the indentation of the line at an offset.
func (p *tokenParser) indentOfLine(at int) int {
	line := p.lineOf(at)
	n := 0
	for line+n < at && p.src[line+n] == ' ' {
		n++
	}
	return n
}
