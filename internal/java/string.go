package java

import (
	"cmp"
	"errors"
	"unicode/utf16"
)

// CompareStrings compares as String.compareTo does: by UTF-16 units, so that characters beyond U+FFFF come before U+E000.
func CompareStrings(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	for i := range min(len(ra), len(rb)) {
		if ra[i] != rb[i] {
			return cmp.Compare(unitOrder(ra[i]), unitOrder(rb[i]))
		}
	}
	return cmp.Compare(len(ra), len(rb))
}

// unitOrder returns a number that orders runes as their UTF-16 units order them.
func unitOrder(r rune) int64 {
	if r > 0xffff {
		return 0xd800<<21 | int64(r)
	}
	return int64(r) << 21
}

// AppendModifiedUTF8 appends s in the encoding that Java uses in streams and class files: each UTF-16 unit takes up to
// three bytes, and NUL takes two (java.io.DataInput).
func AppendModifiedUTF8(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == 0:
			dst = append(dst, 0xc0, 0x80)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			for _, unit := range [2]rune{high, low} {
				dst = append(dst, 0xe0|byte(unit>>12), 0x80|byte(unit>>6&0x3f), 0x80|byte(unit&0x3f))
			}
		default:
			dst = append(dst, string(r)...)
		}
	}
	return dst
}

// DecodeModifiedUTF8 is the reverse of [AppendModifiedUTF8]. Half a surrogate pair becomes U+FFFD.
func DecodeModifiedUTF8(encoded []byte) (string, error) {
	var units []uint16
	for i := 0; i < len(encoded); {
		c := encoded[i]
		switch {
		case c < 0x80:
			units = append(units, uint16(c))
			i++
		case c&0xe0 == 0xc0 && i+1 < len(encoded):
			units = append(units, uint16(c&0x1f)<<6|uint16(encoded[i+1]&0x3f))
			i += 2
		case c&0xf0 == 0xe0 && i+2 < len(encoded):
			units = append(units, uint16(c&0x0f)<<12|uint16(encoded[i+1]&0x3f)<<6|uint16(encoded[i+2]&0x3f))
			i += 3
		default:
			return "", errors.New("a malformed string")
		}
	}
	return string(utf16.Decode(units)), nil
}
