package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Printable returns text as one line that a terminal can show and that cannot control it. Everything that stormflux did
// not write itself passes through Printable or [PrintableLines] before it reaches people: what a cluster or a component
// says, and the names of files.
//
// It escapes everything that is invisible or would control a terminal: control and format characters (some of them reverse
// the order of text), white space except the space, unassigned characters, and bytes that are not UTF-8.
func Printable(text string) string { return printable(text, false) }

// PrintableLines is [Printable] for a text of several lines, such as a log. It keeps line ends and spaces of every width,
// and a tab becomes spaces.
func PrintableLines(text string) string {
	if isPrintable(text) {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\t", strings.Repeat(" ", tabWidth))
		lines[i] = printable(line, true)
	}
	return strings.Join(lines, "\n")
}

// PrintableJSON returns JSON text that means the same and cannot control a terminal: \uXXXX stands for what [Printable]
// escapes.
func PrintableJSON(text string) string {
	if isPrintable(strings.ReplaceAll(text, "\n", "")) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n', r == '\t', r == '\r', visible(r): // white space between values; strings have none of it
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// printable keeps spaces besides U+0020 if the text is prose.
func printable(text string, prose bool) string {
	if isPrintable(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case visible(r), prose && unicode.Is(unicode.Zs, r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

// isPrintable reports whether text needs no escape. It decides most texts without a copy.
func isPrintable(text string) bool {
	for i, r := range text {
		if r < 0x20 || r == 0x7f || r > 0x7f && !visible(r) {
			return false
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return false
			}
		}
	}
	return true
}

func visible(r rune) bool {
	switch r {
	case ' ', '\u200c', '\u200d': // emoji and many scripts need the joiner and the non-joiner
		return true
	}
	return unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r)
}
