package diag

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

func TestPosition(t *testing.T) {
	f := NewFile("f", "", []byte("a\nbä\r\nc\rd\n"))
	for _, c := range []struct {
		offset int
		want   Position
	}{
		{-1, Position{1, 1}},
		{0, Position{1, 1}},
		{1, Position{1, 2}},
		{2, Position{2, 1}},
		{5, Position{2, 3}},
		{7, Position{3, 1}},
		{9, Position{4, 1}},
		{11, Position{5, 1}},
		{99, Position{5, 1}},
	} {
		if got := f.Position(c.offset); got != c.want {
			t.Errorf("offset %d: got %v, want %v", c.offset, got, c.want)
		}
	}
	if f.Lines() != 5 {
		t.Errorf("%d lines", f.Lines())
	}
	for n, want := range []string{"a", "bä", "c", "d", ""} {
		if got := f.LineSpan(n + 1).Text(); got != want {
			t.Errorf("line %d: got %q, want %q", n+1, got, want)
		}
	}
}

func TestPositionAfterByteOrderMark(t *testing.T) {
	f := NewFile("f", "", []byte("\ufeffab\n\ufeffc"))
	for offset, want := range map[int]Position{0: {1, 1}, 2: {1, 1}, 3: {1, 1}, 4: {1, 2}, 6: {2, 1}, 9: {2, 2}} {
		if got := f.Position(offset); got != want {
			t.Errorf("offset %d: got %v, want %v", offset, got, want)
		}
	}
}

// The remembered columns of long lines are the same as a count from the start, in any order of the calls.
func TestPositionInLongLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "ä", "値", "👍", "\xff", "\xe2\x82", "\x80"}
	var b strings.Builder
	b.WriteString("first\n")
	for b.Len() < 10*columnStep {
		b.WriteString(alphabet[random.IntN(len(alphabet))])
	}
	text := []byte(b.String() + "\n" + b.String())
	f := NewFile("f", "", text)
	for range 2000 {
		offset := random.IntN(len(text) + 1)
		if offset < len(text) && !utf8.RuneStart(text[offset]) {
			continue // half a character has another count from each side
		}
		start := bytes.LastIndexByte(text[:offset], '\n') + 1
		if got, want := f.Position(offset).Column, utf8.RuneCount(text[start:offset])+1; got != want {
			t.Fatalf("offset %d: got column %d, want %d", offset, got, want)
		}
		units := len(utf16.Encode([]rune(string(text[start:offset]))))
		if got := f.PositionUTF16(offset).Column; got != units+1 {
			t.Fatalf("offset %d: got UTF-16 column %d, want %d", offset, got, units+1)
		}
	}
}

// A line of a megabyte with ten thousand faults would take minutes if every column were counted from the start.
func TestManyPositionsInOneLine(t *testing.T) {
	f := NewFile("f", "", bytes.Repeat([]byte("ä"), 20<<20))
	start := time.Now()
	for offset := 0; offset < len(f.Text); offset += 2000 {
		if got := f.Position(offset).Column; got != offset/2+1 {
			t.Fatalf("offset %d: column %d", offset, got)
		}
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestSpanText(t *testing.T) {
	f := NewFile("f", "", []byte("abc"))
	for _, c := range []struct {
		span Span
		want string
	}{
		{Span{}, ""},
		{Span{f, 1, 2}, "b"},
		{Span{f, -1, 99}, "abc"},
		{Span{f, 2, 1}, ""},
	} {
		if got := c.span.Text(); got != c.want {
			t.Errorf("%d to %d: got %q, want %q", c.span.Start, c.span.End, got, c.want)
		}
	}
}

func TestSort(t *testing.T) {
	a, b := NewFile("a", "", []byte("xyz")), NewFile("b", "", []byte("xyz"))
	again := NewFile("a", "", []byte("xyz"))
	var l List
	l.Errorf("r", Span{b, 0, 1}, "1")
	l.Errorf("r", Span{a, 1, 2}, "2")
	l.Errorf("r", Span{a, 0, 2}, "3")
	l.Errorf("r", Span{a, 0, 1}, "3")
	l.Errorf("r", Span{again, 0, 2}, "3")
	l.Errorf("q", Span{a, 0, 1}, "4")
	l.Errorf("r", Span{}, "5")
	l.Sort()
	var got []string
	for _, d := range l {
		got = append(got, d.Message)
	}
	if want := []string{"5", "4", "3", "3", "2", "1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFilter(t *testing.T) {
	var l List
	l.Errorf("a", Span{}, "1")
	l.Warnf("b", Span{}, "2")
	l.Errorf("c", Span{}, "3")
	kept := l.Filter(func(d *Diagnostic) bool { return d.Severity == Error })
	if len(kept) != 2 || kept[0].Message != "1" || kept[1].Message != "3" || len(l) != 3 || l[1].Message != "2" {
		t.Errorf("kept %v of %v", kept, l)
	}
	if got := (List)(nil).Filter(func(*Diagnostic) bool { return true }); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestErr(t *testing.T) {
	var l List
	l.Warnf("a", Span{}, "1")
	if err := l.Err(); err != nil || l.HasErrors() {
		t.Errorf("warnings only: %v", err)
	}
	l.Errorf("a", Span{}, "1")
	if err := l.Err(); err == nil || err.Error() != "1 error in the topology" {
		t.Errorf("one error: %v", err)
	}
	l.Errorf("a", Span{}, "1")
	if err := l.Err(); err == nil || err.Error() != "2 errors in the topology" {
		t.Errorf("two errors: %v", err)
	}
}
