package yaml

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// A flow list or map may hold a reference without quotes, as in `constructorArgs: [${host}, ${port}]`: Flux replaces it
// in the text before it reads the text as YAML. To YAML, the braces of the reference open a map. So while yaml.v3 parses
// the text, a private character stands for each character of a reference that means something to YAML. That keeps every
// column. A reference with a quote or a line break is not masked, so nothing outside of a scalar changes.
const maskBase = 0x10ff00 // in plane 16, which is for private use

const maskable = "{}[],:#&*!|>%@` ?-="

// mask returns text with its references masked. It returns false when there is nothing to mask, or when text holds
// characters of the private range itself.
func mask(text []byte) (masked []byte, ok bool) {
	if bytes.Contains(text, []byte("\xf4\x8f\xbc")) || bytes.Contains(text, []byte("\xf4\x8f\xbd")) {
		return text, false
	}
	var out []byte
	done := 0
	for _, ref := range braces(text, true) {
		if ref.Start < done {
			continue // inside of another one
		}
		if out == nil {
			out = make([]byte, 0, len(text)+len(text)/4)
		}
		out = append(out, text[done:ref.Start]...)
		for _, c := range text[ref.Start:ref.End] {
			if strings.IndexByte(maskable, c) >= 0 {
				out = utf8.AppendRune(out, maskBase+rune(c))
			} else {
				out = append(out, c)
			}
		}
		done = ref.End
	}
	if out == nil {
		return text, false
	}
	return append(out, text[done:]...), true
}

// Range is a part of a text: Start is the offset of its first byte, End the offset after its last byte.
type Range struct{ Start, End int }

// FindReferences returns every "${" of a text with the "}" that closes it and all between, in the order of their starts.
func FindReferences(text string) []Range { return braces(text, false) }

// braces finds every "${" that is closed, in the order of their starts, in one pass over the text. With plain, a line
// break, a quote, a backslash or a tab ends the search for the closing brace.
func braces[T string | []byte](text T, plain bool) []Range {
	var found []Range
	var open []int // for each open brace its index in found, or -1 for one without "$"
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			at := -1
			if i > 0 && text[i-1] == '$' {
				at = len(found)
				found = append(found, Range{Start: i - 1})
			} else if len(open) == 0 {
				continue
			}
			open = append(open, at)
		case '}':
			if n := len(open) - 1; n >= 0 {
				if open[n] >= 0 {
					found[open[n]].End = i + 1
				}
				open = open[:n]
			}
		case '\n', '\r', '"', '\'', '\\', '\t':
			if plain {
				open = open[:0]
			}
		}
	}
	return slices.DeleteFunc(found, func(p Range) bool { return p.End == 0 })
}

func hasMask(s string) bool {
	return strings.Contains(s, "\xf4\x8f\xbc") || strings.Contains(s, "\xf4\x8f\xbd")
}

// unmask restores the text of a scalar that mask has changed.
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
