package yaml

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// yaml.v3 reports what is wrong with a text, but without a column, and often with the wrong line or none. When it refuses a
// text, a second scanner reads the text again. It follows the scanner of the YAML 1.1 library libyaml (and so of yaml.v3)
// in what a token is and where keys may be, keeps no values, and remembers every place. If it finds nothing wrong, the
// message of yaml.v3 is reported.

// syntaxError reports why yaml.v3 refused the text.
func (r *reader) syntaxError(err error) {
	text := r.src
	if r.masked {
		text, _ = mask(text)
	}
	if f := findSyntaxFault(text, r.start); f != nil {
		span := r.span(f.start, f.end)
		if r.masked {
			span = r.span(unmaskedOffset(text, f.start), unmaskedOffset(text, f.end))
		}
		rule := ruleSyntax
		if f.deep {
			rule = ruleDepth
		}
		d := r.diags.Errorf(rule, FirstLine(span), "%s", unmask(f.message))
		d.Hint = f.hint
		if f.related != "" {
			at := f.relatedAt
			if r.masked {
				at = unmaskedOffset(text, at)
			}
			d.WithRelated(r.span(at, min(at+1, len(r.src))), "%s", f.related)
		}
		return
	}
	line := 1
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if number, what, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				line, message = n, what
			}
		}
	}
	r.diags.Errorf(ruleSyntax, r.file.File.LineSpan(min(max(line, 1), r.file.File.Lines())), "this is not YAML: %s", message)
}

// unmaskedOffset turns an offset in the masked text into an offset in the text.
func unmaskedOffset(masked []byte, at int) int {
	return at - 3*(bytes.Count(masked[:at], []byte("\xf4\x8f\xbc"))+bytes.Count(masked[:at], []byte("\xf4\x8f\xbd")))
}

// syntaxFault is where and why a text is not YAML.
type syntaxFault struct {
	start, end int
	cause      int // where the text begins that the fault is in; it may be before start
	message    string
	hint       string
	related    string
	relatedAt  int
	deep       bool
}

func newScanner(src []byte, start int) *scanner {
	s := &scanner{src: src, at: start, lineStart: start, indent: -1, keyAllowed: true, keys: make([]simpleKey, 1), anchors: map[string]bool{}}
	s.scan()
	return s
}

// withoutComments returns a copy of a text with spaces in place of its comments. It returns false when the text has none,
// or is not YAML. yaml.v3 attaches comments to values. It refuses some texts that are correct YAML because of the places of
// their comments.
func withoutComments(src []byte, start int) (bare []byte, ok bool) {
	s := newScanner(src, start)
	if s.fault != nil || len(s.comments) == 0 || (&tokenParser{scanner: s}).document() != nil {
		return nil, false
	}
	bare = bytes.Clone(src)
	for _, c := range s.comments {
		for i := c[0]; i < c[1]; i++ {
			bare[i] = ' '
		}
	}
	return bare, true
}

func findSyntaxFault(src []byte, start int) *syntaxFault {
	s := newScanner(src, start)
	p := &tokenParser{scanner: s}
	// The scanner is ahead of the parser: a text that it cannot read may be the cause of what the parser reports.
	if f := p.document(); f != nil && (s.fault == nil || f.start < s.fault.cause) {
		return f
	}
	return s.fault
}

// FirstLine returns the part of a span that is on its first line.
func FirstLine(s diag.Span) diag.Span {
	if i := strings.IndexAny(s.Text(), "\r\n"); i >= 0 {
		s.End = s.Start + i
	}
	return s
}
