package java

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Properties are the entries of a properties file.
type Properties struct {
	Names  []string // in the order of the file, each once
	Values map[string]string
}

// ParseProperties reads a properties file exactly as java.util.Properties.load(InputStream) does: ISO 8859-1 text with
// \uXXXX escapes, continued lines, and "=", ":" or spaces after a key. testdata/properties holds Java's answers.
func ParseProperties(text []byte) (Properties, error) {
	p := Properties{Values: make(map[string]string)}
	for number, line := range logicalLines(text) {
		end := keyEnd(line)
		rest := strings.TrimLeft(line[end:], propertySpaces)
		if rest != "" && (rest[0] == '=' || rest[0] == ':') {
			rest = strings.TrimLeft(rest[1:], propertySpaces)
		}
		key, err := unescapeProperty(line[:end])
		if err != nil {
			return Properties{}, fmt.Errorf("line %d: %w", number, err)
		}
		value, err := unescapeProperty(rest)
		if err != nil {
			return Properties{}, fmt.Errorf("line %d: %w", number, err)
		}
		if _, known := p.Values[key]; !known {
			p.Names = append(p.Names, key)
		}
		p.Values[key] = value
	}
	return p, nil
}

// ParsePropertiesText reads a properties file as java.util.Properties.load(Reader) does, with text in UTF-8.
func ParsePropertiesText(text []byte) (Properties, error) {
	if !slices.ContainsFunc(text, func(b byte) bool { return b > 0x7f }) {
		return ParseProperties(text)
	}
	var escaped []byte
	quoted := false // the next character follows a backslash that is not itself quoted
	for _, r := range string(text) {
		if r <= 0x7f {
			escaped = append(escaped, byte(r))
			quoted = r == '\\' && !quoted
			continue
		}
		if quoted { // the backslash means nothing before the character, but much before its escape
			escaped, quoted = escaped[:len(escaped)-1], false
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped = fmt.Appendf(escaped, `\u%04x`, unit)
		}
	}
	return ParseProperties(escaped)
}

const propertySpaces = " \t\f"

// logicalLines yields each line that is neither empty nor a comment, together with its continuation lines. The number is
// that of its first line.
func logicalLines(text []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r", "\n"), "\n")
		for i := 0; i < len(lines); i++ {
			number := i + 1
			line := strings.TrimLeft(lines[i], propertySpaces)
			if line == "" || line[0] == '#' || line[0] == '!' {
				continue
			}
			var b strings.Builder
			for {
				// An odd number of backslashes at the end continues a line: the others are escaped.
				if (len(line)-len(strings.TrimRight(line, `\`)))%2 == 0 {
					b.WriteString(line)
					break
				}
				b.WriteString(line[:len(line)-1])
				if i++; i >= len(lines) {
					break
				}
				line = strings.TrimLeft(lines[i], propertySpaces)
			}
			if !yield(number, b.String()) {
				return
			}
		}
	}
}

// keyEnd returns where the key of a line ends: at the first space, "=" or ":" that is not escaped.
func keyEnd(line string) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '=', ':', ' ', '\t', '\f':
			return i
		}
	}
	return len(line)
}

func unescapeProperty(s string) (string, error) {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			if c != '\\' {
				units = append(units, uint16(c)) // ISO 8859-1 is the first page of Unicode
			}
			continue
		}
		i++
		switch c = s[i]; c {
		case 'u':
			if i+5 > len(s) {
				return "", fmt.Errorf(`expected four hexadecimal digits after "\u"`)
			}
			unit, err := strconv.ParseUint(s[i+1:i+5], 16, 16)
			if err != nil {
				return "", fmt.Errorf(`expected four hexadecimal digits after "\u"`)
			}
			units = append(units, uint16(unit))
			i += 4
		default:
			if at := strings.IndexByte("tnrf", c); at >= 0 {
				c = "\t\n\r\f"[at]
			}
			units = append(units, uint16(c))
		}
	}
	if !slices.ContainsFunc(units, func(u uint16) bool { return u > 0x7f }) {
		b := make([]byte, len(units))
		for i, u := range units {
			b[i] = byte(u)
		}
		return string(b), nil
	}
	return string(utf16.Decode(units)), nil
}
