package yaml

import (
	"math/big"
	"strconv"
	"strings"
)

// Oddity is why a scalar may surprise its writer, or has a type that settings lack. The zero value is no surprise.
type Oddity uint8

// The oddities.
const (
	PlainBool   Oddity = iota + 1 // yes, no, on, off
	Octal                         // a number with a leading zero
	Sexagesimal                   // 12:30:45
	Timestamp                     // 2020-01-01
	NotFinite                     // .inf, .nan, and what overflows a float
	Binary                        // !!binary aGk=, which its writer means
)

// scalar is a typed plain scalar.
type scalar struct {
	kind   Kind
	bool   bool
	int64  int64
	int    *big.Int
	float  float64
	oddity Oddity
}

// resolve gives a plain scalar its type in YAML 1.1, exactly as SnakeYAML 2.2 does, which Flux 2.8 uses
// (org.yaml.snakeyaml.resolver.Resolver and constructor.SafeConstructor; testdata/snakeyaml holds its answers).
// A timestamp stays a string and is marked: a topology's configuration travels as JSON, which has no dates.
func resolve(s string) scalar {
	text := scalar{kind: String}
	if s == "" {
		return scalar{kind: Null}
	}
	switch c := s[0]; {
	case c == '~':
		if s == "~" {
			return scalar{kind: Null}
		}
	case c == 'y' || c == 'Y' || c == 'n' || c == 'N' || c == 't' || c == 'T' || c == 'f' || c == 'F' || c == 'o' || c == 'O':
		switch s {
		case "null", "Null", "NULL":
			return scalar{kind: Null}
		case "true", "True", "TRUE":
			return scalar{kind: Bool, bool: true}
		case "false", "False", "FALSE":
			return scalar{kind: Bool}
		case "yes", "Yes", "YES", "on", "On", "ON":
			return scalar{kind: Bool, bool: true, oddity: PlainBool}
		case "no", "No", "NO", "off", "Off", "OFF":
			return scalar{kind: Bool, oddity: PlainBool}
		}
	case c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.':
		if r, ok := resolveInt(s); ok {
			return r
		}
		if r, ok := resolveFloat(s); ok {
			return r
		}
		if isTimestamp(s) {
			text.oddity = Timestamp
		}
	}
	return text
}

func all(s string, in func(c byte) bool) bool {
	for i := range len(s) {
		if !in(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool            { return c >= '0' && c <= '9' }
func isDigitOrUnderline(c byte) bool { return isDigit(c) || c == '_' }

func sign(s string) (negative bool, rest string) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[0] == '-', s[1:]
	}
	return false, s
}

func resolveInt(s string) (scalar, bool) {
	negative, t := sign(s)
	if t == "" || !isDigit(t[0]) {
		return scalar{}, false
	}
	base, digits := 10, t
	var odd Oddity
	switch {
	case t == "0":
	case t[0] != '0':
		if i := strings.IndexByte(t, ':'); i > 0 {
			return resolveSexagesimal(negative, t)
		}
		if !all(t, isDigitOrUnderline) {
			return scalar{}, false
		}
	case t[1] == 'b':
		base, digits = 2, t[2:]
		if !all(digits, func(c byte) bool { return c == '0' || c == '1' || c == '_' }) {
			return scalar{}, false
		}
	case t[1] == 'x':
		base, digits = 16, t[2:]
		if !all(digits, func(c byte) bool {
			return isDigitOrUnderline(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
		}) {
			return scalar{}, false
		}
	default:
		base, digits, odd = 8, t[1:], Octal
		if !all(digits, func(c byte) bool { return c >= '0' && c <= '7' || c == '_' }) {
			return scalar{}, false
		}
	}
	digits = strings.ReplaceAll(digits, "_", "")
	if digits == "" {
		return scalar{}, false
	}
	if negative {
		digits = "-" + digits
	}
	if i, err := strconv.ParseInt(digits, base, 64); err == nil {
		return scalar{kind: Int, int64: i, oddity: odd}, true
	}
	i, ok := new(big.Int).SetString(digits, base)
	return scalar{kind: Int, int: i, oddity: odd}, ok
}

// sexagesimalParts splits 12:30:45 into its numbers. It returns false for any other form.
func sexagesimalParts(t string) (parts []string, ok bool) {
	parts = strings.Split(t, ":")
	if len(parts) < 2 || !isDigit(t[0]) || !all(parts[0], isDigitOrUnderline) {
		return nil, false
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 2 || !all(p, isDigit) || len(p) == 2 && p[0] > '5' {
			return nil, false
		}
	}
	parts[0] = strings.ReplaceAll(parts[0], "_", "")
	return parts, true
}

func resolveSexagesimal(negative bool, t string) (scalar, bool) {
	parts, ok := sexagesimalParts(t)
	if !ok || len(t) > 64 {
		return scalar{}, false
	}
	sum := new(big.Int)
	for _, p := range parts {
		n, ok := new(big.Int).SetString(p, 10)
		if !ok {
			return scalar{}, false
		}
		sum.Add(sum.Mul(sum, big.NewInt(60)), n)
	}
	if negative {
		sum.Neg(sum)
	}
	r := scalar{kind: Int, oddity: Sexagesimal}
	if sum.IsInt64() {
		r.int64 = sum.Int64()
	} else {
		r.int = sum
	}
	return r, true
}

func resolveFloat(s string) (scalar, bool) {
	negative, t := sign(s)
	switch t {
	case ".inf", ".Inf", ".INF":
		f, _ := strconv.ParseFloat(s[:len(s)-len(t)]+"inf", 64)
		return scalar{kind: Float, float: f, oddity: NotFinite}, true
	case ".nan", ".NaN", ".NAN":
		if s != t {
			return scalar{}, false
		}
		f, _ := strconv.ParseFloat("nan", 64)
		return scalar{kind: Float, float: f, oddity: NotFinite}, true
	}
	mantissa, exponent := t, ""
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		mantissa, exponent = t[:i], t[i+1:]
		_, digits := sign(exponent)
		if digits == "" || !all(digits, isDigit) {
			return scalar{}, false
		}
	}
	whole, fraction, dot := strings.Cut(mantissa, ".")
	switch {
	case !dot && exponent == "", !all(fraction, isDigitOrUnderline):
		return scalar{}, false
	case whole == "":
		if strings.Trim(fraction, "_") == "" {
			return scalar{}, false
		}
	case strings.Contains(whole, ":"):
		if parts, ok := sexagesimalParts(whole); ok && dot && exponent == "" && len(whole) <= 64 {
			var f float64
			for _, p := range parts {
				n, _ := strconv.ParseFloat(p, 64)
				f = f*60 + n
			}
			n, _ := strconv.ParseFloat("0."+strings.ReplaceAll(fraction, "_", "")+"0", 64)
			if f += n; negative {
				f = -f
			}
			return scalar{kind: Float, float: f, oddity: Sexagesimal}, true
		}
		return scalar{}, false
	case !isDigit(whole[0]) || !all(whole, isDigitOrUnderline):
		return scalar{}, false
	}
	// The only possible error is a number out of range. ParseFloat then returns an infinity, as Java does.
	f, _ := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	r := scalar{kind: Float, float: f}
	if f-f != 0 {
		r.oddity = NotFinite
	}
	return r, true
}

// isTimestamp reports whether s matches SnakeYAML's Resolver.TIMESTAMP.
func isTimestamp(s string) bool {
	digits := func(least, most int) bool {
		n := 0
		for n < most && n < len(s) && isDigit(s[n]) {
			n++
		}
		s = s[n:]
		return n >= least
	}
	is := func(set string) bool {
		if s == "" || strings.IndexByte(set, s[0]) < 0 {
			return false
		}
		s = s[1:]
		return true
	}
	spaces := func() bool {
		t := s
		s = strings.TrimLeft(s, " \t")
		return len(s) < len(t)
	}
	whole := s
	if !digits(4, 4) || !is("-") || !digits(1, 2) || !is("-") || !digits(1, 2) {
		return false
	}
	if s == "" {
		return len(whole) == len("2006-01-02")
	}
	if !is("Tt") && !spaces() {
		return false
	}
	if !digits(1, 2) || !is(":") || !digits(2, 2) || !is(":") || !digits(2, 2) {
		return false
	}
	if is(".") {
		digits(0, len(s))
	}
	if s == "" {
		return true
	}
	spaces()
	if is("Z") {
		return s == ""
	}
	if !is("+-") || !digits(1, 2) {
		return false
	}
	return s == "" || is(":") && digits(2, 2) && s == ""
}
