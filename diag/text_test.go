package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// textCases are lines with a mark. testdata/text.txtar holds the output.
var textCases = []struct {
	name, text string
	width      int
	color      bool
	also       func(*Diagnostic, []Span)
}{
	{name: "example", text: strings.Repeat("\n", 5) + "  «split»:\n" + strings.Repeat("\n", 7) + "      - from: «spliter»\n", also: func(d *Diagnostic, at []Span) {
		d.Message = `bolt "count" reads from unknown component "spliter"`
		d.Rule = "unknown-component"
		d.Span = at[1]
		d.WithHint(`did you mean "split"?`).WithRelated(at[0], `"split" is declared here`)
	}},
	{name: "colour", text: "a: «b»\n«c»: d\n", color: true, also: func(d *Diagnostic, at []Span) {
		d.WithHint("write c").WithRelated(at[1], "here")
	}},
	{name: "colour of a warning", text: "a: «b»\n", color: true, also: func(d *Diagnostic, at []Span) { d.Severity = Warning }},
	{name: "no rule", text: "«a»", also: func(d *Diagnostic, at []Span) { d.Rule = "" }},
	{name: "no place", also: func(d *Diagnostic, at []Span) {
		d.Span = Span{}
		d.WithHint("give one").WithRelated(Span{}, "there are none")
	}},
	{name: "empty file", text: "«»"},
	{name: "empty line", text: "a:\n«»\nb: c"},
	{name: "line 1000", text: strings.Repeat("\n", 999) + "«a»: b", also: func(d *Diagnostic, at []Span) { d.WithHint("do") }},
	{name: "tabs", text: "a:\t«b\tc»\td"},
	{name: "tab marked", text: "a:\n«\t»b: c\n"},
	{name: "wide", text: "名前: «値» 値"},
	{name: "wide among narrow", text: "a: 値«値b»c"},
	{name: "combining", text: "cafe\u0301: «cafe\u0301s»\n"},
	{name: "starts inside a character", text: "a: e«\u0301»b\n"},
	{name: "emoji", text: "a: 👨‍👩‍👧 «👍🏽» b\n"},
	{name: "flag", text: "a: 🇩🇪 «b»\n"},
	{name: "crlf", text: "a: b\r\nc: «d»\r\ne: f\r\n"},
	{name: "on the crlf", text: "a: b«\r\n»c: d\r\n"},
	{name: "lone cr", text: "a: b\rc: «d»\re: f"},
	{name: "end of text", text: "a: b\nc: d«»"},
	{name: "after the last line ending", text: "a: b\n«»"},
	{name: "zero width", text: "a: «»b"},
	{name: "several lines", text: "a:\n  «b: c   \n  d: e»\n"},
	{name: "to the line ending", text: "a: «b\n»c: d"},
	{name: "byte order mark", text: "\ufeff«a»: b\n"},
	{name: "on the byte order mark", text: "«\ufeff»a: b\n"},
	{name: "controls", text: "a: \x1b[31m«b\x00»\x7f\u0085 c\n"},
	{name: "reordering", text: "a: \u202eb «c»\u2066 d\u00a0e\u200bf\n"},
	{name: "not utf-8", text: "a: \xff\xc3«\xe2\x82»b\n"},
	{name: "long, at its start", width: 60, text: "«key»: " + strings.Repeat("abcdefghij", 20)},
	{name: "long, in the middle", width: 60, text: strings.Repeat("abcdefghij", 20) + "«key»" + strings.Repeat("abcdefghij", 20)},
	{name: "long, at its end", width: 60, text: strings.Repeat("abcdefghij", 20) + "«key»"},
	{name: "long, after its end", width: 60, text: strings.Repeat("abcdefghij", 20) + "«»"},
	{name: "long, all of it", width: 60, text: "«" + strings.Repeat("abcdefghij", 20) + "»"},
	{name: "long, wide characters", width: 60, text: strings.Repeat("値", 100) + "«鍵»" + strings.Repeat("値", 100)},
	{name: "very long", width: 60, text: strings.Repeat("値", 10_000) + "«鍵»" + strings.Repeat("値", 10_000)},
	{name: "just fits", width: 60, text: strings.Repeat("a", 54) + "«b»"},
	{name: "just fits, but not the caret after it", width: 60, text: strings.Repeat("a", 55) + "«»"},
	{name: "just too long", width: 60, text: strings.Repeat("a", 55) + "«b»"},
	{name: "hint of several lines", text: "«a»", also: func(d *Diagnostic, at []Span) { d.WithHint("first\nsecond\x1b") }},
	{name: "message with controls", text: "«a»", also: func(d *Diagnostic, at []Span) { d.Message = "a\nb\x1b[0m \xff 値" }},
	{name: "file name with controls", text: "«a»", also: func(d *Diagnostic, at []Span) { at[0].File.Name = "a\nb.yaml" }},
	{name: "repeated related", text: "«a» «b» «b» «b»\n«b»", also: func(d *Diagnostic, at []Span) {
		for _, s := range at[1:] {
			d.WithRelated(s, "here")
		}
	}},
	{name: "many related", text: "«a»\n" + strings.Repeat("«b»\n", 12), also: func(d *Diagnostic, at []Span) {
		for _, s := range at[1:] {
			d.WithRelated(s, "here")
		}
	}},
}

func TestText(t *testing.T) {
	var got txtar.Archive
	for _, c := range textCases {
		_, at := marked("t.yaml", c.text)
		d := &Diagnostic{Rule: "a-rule", Severity: Error, Message: "what is wrong"}
		if len(at) > 0 {
			d.Span = at[0]
		}
		if c.also != nil {
			c.also(d, at)
		}
		var b bytes.Buffer
		if err := Write(&b, List{d}, Options{Width: c.width, Color: c.color}); err != nil {
			t.Fatal(err)
		}
		if c.width > 0 {
			for line := range strings.Lines(b.String()) {
				if n := columnsOf(strings.TrimSuffix(line, "\n")); n > c.width {
					t.Errorf("%s: a line of %d columns", c.name, n)
				}
			}
		}
		text := bytes.ReplaceAll(b.Bytes(), []byte("\x1b"), []byte("ESC"))
		got.Files = append(got.Files, txtar.File{Name: c.name, Data: text})
	}
	golden(t, "testdata/text.txtar", string(txtar.Format(&got)))
}

func TestWritersErrorIsReturned(t *testing.T) {
	f, at := marked("t.yaml", "«a»")
	l := List{{Severity: Error, Span: at[0]}}
	for _, format := range append(Formats(), "") {
		r, w := io.Pipe()
		r.CloseWithError(io.ErrShortWrite)
		if err := Write(w, l, Options{Format: Format(format), Files: []string{f.Name}}); err != io.ErrShortWrite {
			t.Errorf("%s: got %v", format, err)
		}
	}
}

// checkExcerpt checks what is true of any excerpt of any text: no character controls the terminal, the caret line marks
// something, and no line is wider than the width.
func checkExcerpt(t *testing.T, text []byte, start, end, width int) {
	f := NewFile("f.yaml", "", text)
	d := &Diagnostic{Rule: "r", Severity: Error, Message: "m", Span: Span{File: f, Start: start, End: end}}
	d.WithRelated(Span{File: f, Start: end, End: start}, "n")
	for _, format := range Formats() {
		var b bytes.Buffer
		if err := Write(&b, List{d}, Options{Format: Format(format), Width: width, Files: []string{f.Name}}); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(b.Bytes()) {
			t.Fatalf("%s output is not UTF-8: %q", format, b.Bytes())
		}
		for _, r := range b.String() {
			if r < ' ' && r != '\n' || r == 0x7f && Format(format) == Text {
				t.Fatalf("%s output has control character %q", format, r)
			}
		}
	}
	var b bytes.Buffer
	if err := Write(&b, List{d}, Options{Width: width}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(text) == 0 {
		return
	}
	if len(lines) != 5 || !strings.Contains(lines[3], "|") {
		t.Fatalf("expected 5 lines:\n%s", b.String())
	}
	p := f.Position(start)
	if want := fmt.Sprintf("f.yaml:%d:%d: error: m [r]", p.Line, p.Column); lines[0] != want {
		t.Errorf("first line %q, want %q", lines[0], want)
	}
	_, marks, _ := strings.Cut(lines[3], "|")
	if marks = strings.TrimLeft(marks, " "); !strings.HasPrefix(marks, "^") || strings.Trim(marks[1:], "~") != "" {
		t.Errorf("the mark is %q", marks)
	}
	for _, line := range lines[2:4] {
		if n := columnsOf(line); n > max(width, minWidth) && width > 0 {
			t.Errorf("a line of %d columns, width %d: %q", n, width, line)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, c := range textCases {
		_, at := marked("t.yaml", c.text)
		for _, s := range at {
			f.Add(s.File.Text, s.Start, s.End, c.width)
		}
	}
	f.Add([]byte("abc"), -5, 100, 40)
	f.Add([]byte("abc"), 3, 1, -1)
	f.Add([]byte("a\u0301"+strings.Repeat("\u0301", 3000)), 2, 3000, 40)
	f.Fuzz(func(t *testing.T, text []byte, start, end, width int) {
		checkExcerpt(t, text, start, end, min(width, 500))
	})
}
