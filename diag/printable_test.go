package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"a\tb\nc\rd", `a\tb\nc\rd`},
		{"\x00\x1b\x7f", `\x00\x1b\x7f`},
		{"\u0085\u00ad\u00a0\u2028", `\u0085\u00ad\u00a0\u2028`},
		{"\U000e0001", `\U000e0001`},
		{"\xff\xc3", `\xff\xc3`},
		{"\ufffd", "\ufffd"},
		{"é値👍🏽", "é値👍🏽"},
		{"👨‍👩‍👧", "👨‍👩‍👧"},
	} {
		if got := Printable(c.in); got != c.want {
			t.Errorf("Printable(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

// foreignText has what a hostile file, component or cluster may send to a terminal.
const foreignText = "\x1b[2J \x1b]52;c;aGk=\a \u009b31m \u0090 \x9b \u202e \u2066 \r"

func TestPrintableLines(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"a\r\n\tb\n", "a\n    b\n"},
		{"10\u00a0000\u3000x", "10\u00a0000\u3000x"},
		{foreignText, `\x1b[2J \x1b]52;c;aGk=\x07 \u009b31m \u0090 \x9b \u202e \u2066 `},
	} {
		if got := PrintableLines(c.in); got != c.want {
			t.Errorf("PrintableLines(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestPrintableJSON(t *testing.T) {
	text := []string{foreignText, "\U000e0001 é\u00a0👨‍👩‍👧\x7f", "plain"}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(text); err != nil {
		t.Fatal(err)
	}
	got := PrintableJSON(b.String())
	if line := strings.ReplaceAll(got, "\n", ""); Printable(line) != line {
		t.Errorf("%q", got)
	}
	var before, after []string
	if err := errors.Join(json.Unmarshal(b.Bytes(), &before), json.Unmarshal([]byte(got), &after)); err != nil || !slices.Equal(before, after) {
		t.Errorf("%q is %q, %v", before, after, err)
	}
}

// A diagnostic in a file whose name, text and message are hostile controls no terminal, in any format for people.
func TestHostileFile(t *testing.T) {
	name := "a" + foreignText + ".yaml"
	f := NewFile(name, "", []byte("a: "+foreignText+"\n"))
	var l List
	l.Errorf("some-rule", Span{File: f, Start: 3, End: 20}, "message %s", foreignText).WithHint("%s", foreignText)
	for _, format := range []Format{Text, GitHub, JUnit} {
		var b bytes.Buffer
		if err := Write(&b, l, Options{Format: format, Files: []string{name}}); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\a\u009b\u0090\u202e\u2066\r") || strings.Contains(b.String(), "\x9b ") {
			t.Errorf("%s: %q", format, b.String())
		}
	}
}
