package java

import (
	"math"
	"slices"
	"testing"
)

// TestCompareStrings has names whose order differs between Java, Go and a dictionary.
func TestCompareStrings(t *testing.T) {
	names := []string{"a", "Z", "_", "__acker", "é", "\U0001F600", "\uFF21", "aa", ""}
	slices.SortFunc(names, CompareStrings)
	want := []string{"", "Z", "_", "__acker", "a", "aa", "é", "\U0001F600", "\uFF21"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestModifiedUTF8(t *testing.T) {
	const text = "a\x00é€😀"
	const want = "a\xc0\x80é€\xed\xa0\xbd\xed\xb8\x80"
	encoded := AppendModifiedUTF8(nil, text)
	if string(encoded) != want {
		t.Errorf("encoded as %q, want %q", encoded, want)
	}
	if got, err := DecodeModifiedUTF8(encoded); err != nil || got != text {
		t.Errorf("decoded as %q, %v", got, err)
	}
	for _, malformed := range []string{"\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98\x80"} {
		if got, err := DecodeModifiedUTF8([]byte(malformed)); err == nil {
			t.Errorf("%q is decoded as %q", malformed, got)
		}
	}
}

func TestHash(t *testing.T) {
	for _, c := range []struct {
		v    any
		want int32
	}{
		{nil, 0}, {true, 1231}, {"word", 3655434}, {int32(-1), -1}, {int64(-1), 0}, {1.5, 1073217536}, {math.NaN(), 2146959360},
		{float32(1), 1065353216}, {BigDecimal("1.50"), 4652}, {[]any{}, 1}, {[]any{"a", nil}, 3968}, {map[string]any{"k": int32(1)}, 106},
	} {
		if got := Hash(c.v); got != c.want {
			t.Errorf("Hash(%#v) = %d, want %d", c.v, got, c.want)
		}
	}
}

// The numbers are those of a JDK: new java.util.Random(42).nextInt(10) and so on.
func TestRandom(t *testing.T) {
	r := NewRandom(42)
	for i, want := range []int32{0, 3, 8, 4, 0, 5, 5, 8} {
		if got := r.Intn(10); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
	}
}
