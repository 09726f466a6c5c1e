package local

import (
	"math"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/stormflux/stormflux/internal/multilang"
)

// What a fields grouping computes in Storm: Arrays.deepHashCode over the selected values, whose classes are those that
// Storm's JSON parser makes (Integer, Long, BigInteger, Double, BigDecimal, String, Boolean, JSONArray, JSONObject).

// typing says how a version of Storm types the numbers of a multilang message.
type typing bool

const (
	// jsonSmart is Storm 2.6 and later: Integer where it fits, Long, BigInteger, Double or BigDecimal.
	jsonSmart typing = false
	// jsonSimple is Storm before 2.6: every whole number is a Long and every other one a Double.
	jsonSimple typing = true
)

// hash is Java's hashCode of one value, 0 for null.
func (t typing) hash(v multilang.RawValue) int32 {
	switch v.Kind() {
	case multilang.InvalidKind, multilang.Null:
		return 0
	case multilang.Bool:
		return hashBool(v == "true")
	case multilang.String:
		// Nearly all keys: no escapes, so the text between the quotes is the string.
		if text := string(v[1 : len(v)-1]); strings.IndexByte(text, '\\') < 0 {
			return hashString(text)
		}
		text, _ := v.Text()
		return hashString(text)
	}
	return t.hashDecoded(v.Decode())
}

func (t typing) hashDecoded(v any) int32 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		return hashBool(v)
	case string:
		return hashString(v)
	case int32:
		if t == jsonSimple {
			return hashLong(int64(v))
		}
		return v
	case int64:
		return hashLong(v)
	case *big.Int:
		if t == jsonSimple {
			return hashLong(v.Int64())
		}
		return hashBigInteger(v)
	case float32:
		return int32(math.Float32bits(v))
	case float64:
		return hashDouble(v)
	case multilang.BigDecimal:
		if t == jsonSimple {
			f, _, err := big.ParseFloat(string(v), 10, 64, big.ToNearestEven)
			if err != nil {
				return 0
			}
			d, _ := f.Float64()
			return hashDouble(d)
		}
		return hashBigDecimal(string(v))
	case []any:
		h := int32(1)
		for _, e := range v {
			h = 31*h + t.hashDecoded(e)
		}
		return h
	case map[string]any:
		h := int32(0)
		for key, e := range v { // a sum: the order does not matter
			h += hashString(key) ^ t.hashDecoded(e)
		}
		return h
	}
	panic("local: a decoded value of a type that multilang does not have")
}

func hashBool(b bool) int32 {
	if b {
		return 1231
	}
	return 1237
}

// hashString is String.hashCode: a polynomial over UTF-16 units.
func hashString(s string) int32 {
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

// hashBigDecimal is BigDecimal.hashCode of new BigDecimal(text): 31 * hash of the unscaled value + scale. What the JDK
// computes for values that fit a long is the same sum.
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

// floorMod is Math.floorMod for a positive n.
func floorMod(h int32, n int) int {
	m := int(h) % n
	if m < 0 {
		m += n
	}
	return m
}
