package clojure

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/stormflux/stormflux/internal/java"
)

// quote returns a Clojure string literal. Characters that an editor does not show (control characters, invisible and
// unassigned code points) become \uXXXX, which Clojure's reader reads as a UTF-16 unit.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		default:
			switch {
			case unicode.IsPrint(r):
				b.WriteRune(r)
			default:
				writeUnicode(&b, r)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

// writeUnicode writes a code point as \uXXXX, or as two of them.
func writeUnicode(b *strings.Builder, r rune) {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}

// longestString is the number of code points that a literal may have. A string constant in a class file has at most
// 65,535 bytes of modified UTF-8 (JVM specification 4.4.7), and a code point takes up to six of them.
const longestString = 10_000

// text returns the form of a string: a literal, or a call that joins several literals if one is too long for a class
// file.
func text(s string) *form {
	if len(s) <= longestString {
		return atom(quote(s))
	}
	runes := []rune(s)
	var pieces []*form
	for piece := range slices.Chunk(runes, longestString) {
		pieces = append(pieces, atom(quote(string(piece))))
	}
	return call("str", pieces...)
}

// value returns the form of a value of a configuration. It sorts the keys of a map.
func value(v any) *form {
	switch v := v.(type) {
	case nil:
		return atom("nil")
	case bool:
		return atom(strconv.FormatBool(v))
	case int64:
		return atom(strconv.FormatInt(v, 10))
	case *big.Int:
		if v.IsInt64() {
			return atom(v.String())
		}
		// A literal of this size would be a clojure.lang.BigInt. Storm expects a java.math.BigInteger.
		return call("biginteger", atom(v.String()+"N"))
	case float64:
		return atom(float(v))
	case string:
		return text(v)
	case []any:
		items := make([]*form, len(v))
		for i, item := range v {
			items[i] = value(item)
		}
		return vector(items...)
	case map[string]any:
		parts := make([]*form, 0, 2*len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, text(k), value(v[k]))
		}
		return mapping(parts...)
	}
	panic(fmt.Sprintf("clojure: a configuration holds a %T", v))
}

func float(v float64) string {
	switch {
	case math.IsNaN(v):
		return "Double/NaN"
	case math.IsInf(v, 1):
		return "Double/POSITIVE_INFINITY"
	case math.IsInf(v, -1):
		return "Double/NEGATIVE_INFINITY"
	}
	return string(java.AppendJSONFloat(nil, v, 64)) // Clojure reads it as JSON does
}

// words returns the form of a list of strings.
func words(list []string) *form {
	items := make([]*form, len(list))
	for i, s := range list {
		items[i] = text(s)
	}
	return vector(items...)
}
