package java

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"unicode/utf8"
)

// A BigDecimal is the text of a java.math.BigDecimal.
type BigDecimal string

// Hash returns hashCode() of the Java object that v stands for, 0 for null: nil, bool, string, int32 (Integer), int64
// (Long), *[big.Int] (BigInteger), float32 (Float), float64 (Double), [BigDecimal], []any (List) or map[string]any (Map).
// It panics for a value of any other type.
func Hash(v any) int32 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		return HashBool(v)
	case string:
		return HashString(v)
	case int32:
		return v
	case int64:
		return hashLong(v)
	case *big.Int:
		return hashBigInteger(v)
	case float32:
		return int32(math.Float32bits(v))
	case float64:
		return hashDouble(v)
	case BigDecimal:
		return hashBigDecimal(string(v))
	case []any:
		hashes := make([]int32, len(v))
		for i, e := range v {
			hashes[i] = Hash(e)
		}
		return HashList(hashes)
	case map[string]any:
		h := int32(0)
		for key, e := range v { // a sum: the order does not matter
			h += HashString(key) ^ Hash(e)
		}
		return h
	}
	panic(fmt.Sprintf("java: no class of Java for a %T", v))
}

// HashList returns the hash code of a List, and Arrays.hashCode and Arrays.deepHashCode of an array, from the hash codes of
// its elements.
func HashList(elements []int32) int32 {
	h := int32(1)
	for _, e := range elements {
		h = 31*h + e
	}
	return h
}

// HashBytes is Arrays.hashCode(byte[]).
func HashBytes(b []byte) int32 {
	h := int32(1)
	for _, c := range b {
		h = 31*h + int32(int8(c))
	}
	return h
}

// HashBool is Boolean.hashCode.
func HashBool(b bool) int32 {
	if b {
		return 1231
	}
	return 1237
}

// HashString is String.hashCode: a polynomial over UTF-16 units.
func HashString(s string) int32 {
	h := int32(0)
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			h = 31*h + int32(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if r > 0xffff {
			r -= 0x10000
			h = 31*h + 0xd800 + r>>10
			r = 0xdc00 + r&0x3ff
		}
		h = 31*h + r
	}
	return h
}

// FloorMod is Math.floorMod for a positive n.
func FloorMod(h int32, n int) int {
	m := int(h) % n
	if m < 0 {
		m += n
	}
	return m
}

func hashLong(v int64) int32 { return int32(v ^ int64(uint64(v)>>32)) }

func hashDouble(f float64) int32 {
	bits := math.Float64bits(f)
	if f != f {
		bits = 0x7ff8000000000000 // doubleToLongBits has one NaN
	}
	return hashLong(int64(bits))
}

// hashBigInteger is BigInteger.hashCode: a polynomial over the magnitude's 32-bit words, times the sign.
func hashBigInteger(v *big.Int) int32 {
	h := int32(0)
	bytes := v.Bytes()
	for len(bytes)%4 != 0 {
		bytes = append([]byte{0}, bytes...)
	}
	for ; len(bytes) > 0; bytes = bytes[4:] {
		word := uint32(bytes[0])<<24 | uint32(bytes[1])<<16 | uint32(bytes[2])<<8 | uint32(bytes[3])
		h = 31*h + int32(word)
	}
	if v.Sign() < 0 {
		h = -h
	}
	return h
}

// hashBigDecimal is BigDecimal.hashCode of new BigDecimal(text): 31 * hash of the unscaled value + scale. The JDK has a
// second formula for values that fit a long; it gives the same sum.
func hashBigDecimal(text string) int32 {
	mantissa, exponent := text, int64(0)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		e, ok := new(big.Int).SetString(strings.TrimPrefix(text[i+1:], "+"), 10)
		if ok && e.IsInt64() {
			exponent = e.Int64()
		}
	}
	scale := int64(0)
	if i := strings.IndexByte(mantissa, '.'); i >= 0 {
		scale = int64(len(mantissa) - i - 1)
		mantissa = mantissa[:i] + mantissa[i+1:]
	}
	unscaled, ok := new(big.Int).SetString(mantissa, 10)
	if !ok {
		return 0
	}
	return 31*hashBigInteger(unscaled) + int32(scale-exponent)
}
