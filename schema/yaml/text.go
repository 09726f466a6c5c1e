package yaml

import (
	"bytes"
	"unicode/utf8"
)

// checkText reports whether the text is UTF-8 that YAML allows and not too large. It adds a diagnostic for the first fault.
func (r *reader) checkText() bool {
	src := r.src
	if len(src) > MaxFileSize {
		r.diags.Errorf(RuleSize, r.span(0, 0), "the file is larger than %d MB, which is the limit", MaxFileSize>>20).
			WithHint("split it with includes, or move data into resources")
		return false
	}
	for _, bom := range []struct{ mark, name string }{
		{"\xff\xfe\x00\x00", "UTF-32"}, {"\x00\x00\xfe\xff", "UTF-32"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"},
	} {
		if bytes.HasPrefix(src, []byte(bom.mark)) {
			r.diags.Errorf(ruleEncoding, r.span(0, len(bom.mark)), "the file is %s text, expected UTF-8", bom.name).
				WithHint("save it as UTF-8")
			return false
		}
	}
	if bytes.HasPrefix(src, []byte("\ufeff")) {
		r.start = len("\ufeff")
	}
	r.ascii = true
	for i := r.start; i < len(src); {
		c := src[i]
		if c >= 0x20 && c < 0x7f || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		if c < 0x80 {
			r.diags.Errorf(ruleEncoding, r.span(i, i+1), "YAML does not allow the control character U+%04X", c).
				WithHint(`write it as "\x%02x" in double quotes, or remove it`, c)
			return false
		}
		r.ascii = false
		char, size := utf8.DecodeRune(src[i:])
		switch {
		case char == utf8.RuneError && size <= 1:
			r.diags.Errorf(ruleEncoding, r.span(i, i+1), "byte 0x%02X is not UTF-8", c).WithHint("save the file as UTF-8")
			return false
		case char > 0x7f && char < 0xa0 && char != 0x85, char == 0xfffe, char == 0xffff:
			r.diags.Errorf(ruleEncoding, r.span(i, i+size), "YAML does not allow the control character U+%04X", char).
				WithHint(`write it as "\u%04x" in double quotes, or remove it`, char)
			return false
		}
		i += size
	}
	return true
}

// asVersion11 returns text with "%YAML 1.1" in place of a "%YAML 1.x" before the document: yaml.v3 accepts only 1.1.
// SnakeYAML, and so Flux, accepts every 1.x and reads YAML 1.1 anyway. Every offset stays the same.
func asVersion11(text []byte, start int) []byte {
	for at := start; at < len(text); {
		line := text[at:]
		if n := bytes.IndexAny(line, "\r\n"); n >= 0 {
			line = line[:n+1]
		}
		words := bytes.Fields(line)
		switch {
		case len(words) == 0, words[0][0] == '#', bytes.HasPrefix(line, []byte("%TAG")):
		case bytes.HasPrefix(line, []byte("%YAML")) && len(words) > 1 && len(words[1]) == 3 && bytes.HasPrefix(words[1], []byte("1.")) &&
			words[1][2] >= '0' && words[1][2] <= '9':
			minor := at + bytes.Index(line, words[1]) + 2
			text = bytes.Clone(text)
			text[minor] = '1'
		default:
			return text
		}
		at += len(line)
	}
	return text
}

func isSpaceOrBreak(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// wideBreak returns the length of the non-ASCII line break at the start of b, or 0.
func wideBreak(b []byte) int {
	switch {
	case len(b) >= 2 && b[0] == 0xc2 && b[1] == 0x85:
		return 2
	case len(b) >= 3 && b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xa8 || b[2] == 0xa9):
		return 3
	}
	return 0
}

// checkRest reports text after the first document: yaml.v3 ignores it.
func (r *reader) checkRest(end int) {
	at := end
	for {
		at = r.skipSpace(at)
		if at >= len(r.src) {
			return
		}
		rest := r.src[at:]
		lineStart := at == r.start || at > 0 && (r.src[at-1] == '\n' || r.src[at-1] == '\r')
		switch {
		case lineStart && bytes.HasPrefix(rest, []byte("...")) && (len(rest) == 3 || isSpaceOrBreak(rest[3])):
			at += 3
		case lineStart && bytes.HasPrefix(rest, []byte("---")) && (len(rest) == 3 || isSpaceOrBreak(rest[3])):
			r.diags.Errorf(ruleSeveral, r.span(at, at+3), "a second document begins here, but a file holds one topology").
				WithHint("put each topology into its own file")
			r.file.Truncated = true
			return
		case lineStart && rest[0] == '%':
			at = r.lineEnd(at)
		default:
			span := r.span(at, len(bytes.TrimRight(r.src[:r.lineEnd(at)], " \t")))
			if v := r.file.Root; lineStart && v.Kind == Map && len(v.Entries) > 0 && v.Span.Start > r.start && r.src[v.Span.Start-1] == ' ' {
				r.diags.Errorf(ruleSyntax, span, "the line is indented less than the first key of the document").
					WithHint("indent all keys of the document by the same number of spaces").WithRelated(v.Entries[0].Key.Span, "this is the first key")
				return
			}
			r.diags.Errorf(ruleSyntax, span, "text follows the end of the document").
				WithHint("check the brackets and the indentation before it")
			return
		}
	}
}
