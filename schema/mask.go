package schema

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A reference may stand unquoted in a flow list or map, as in `constructorArgs: [${host}, ${port}]`: Flux replaces it
// in the text before any YAML is read. To YAML its braces would open a map. So the characters of a reference that mean
// something to YAML are replaced by characters of a private plane while the text is parsed, one for one, which keeps
// every column; quotes and line breaks end the attempt, so that nothing outside of a scalar is ever touched.
const maskBase = 0x10ff00 // in plane 16, which is for private use

const maskable = "{}[],:#&*!|>%@` ?-="

// mask returns text with its references masked; ok is false when there was none to mask, or when text holds
// characters of the private range itself.
func mask(text []byte) (masked []byte, ok bool) {
	if bytes.Contains(text, []byte("\xf4\x8f\xbc")) || bytes.Contains(text, []byte("\xf4\x8f\xbd")) {
		return text, false
	}
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		j := bytes.Index(text[i:], []byte("${"))
		if j < 0 {
			break
		}
		i += j
		end := maskEnd(text[i:])
		if end < 0 {
			i += 2
			continue
		}
		if out == nil {
			out = make([]byte, 0, len(text)+len(text)/4)
		}
		out = append(out, text[done:i]...)
		for _, c := range text[i : i+end] {
			if strings.IndexByte(maskable, c) >= 0 {
				out = utf8.AppendRune(out, maskBase+rune(c))
			} else {
				out = append(out, c)
			}
		}
		i += end
		done = i
	}
	if out == nil {
		return text, false
	}
	return append(out, text[done:]...), true
}

// maskEnd returns the length of the reference that text begins with, or -1 when it does not end on its line or holds
// quotes or a backslash.
func maskEnd(text []byte) int {
	depth := 0
	for i, c := range text {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\n', '\r', '"', '\'', '\\', '\t':
			return -1
		}
	}
	return -1
}

func hasMask(s string) bool {
	return strings.Contains(s, "\xf4\x8f\xbc") || strings.Contains(s, "\xf4\x8f\xbd")
}

// unmask undoes mask on a scalar's text.
func unmask(s string) string {
	if !hasMask(s) {
		return s
	}
	return strings.Map(func(c rune) rune {
		if c >= maskBase && c < maskBase+0x80 {
			return c - maskBase
		}
		return c
	}, s)
}
