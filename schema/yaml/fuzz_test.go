package yaml

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/diag"
)

// noHang ends the process when an input takes too long. The fuzzer then reports the input.
func noHang(t *testing.T, text string) {
	timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs: %q", text)) })
	t.Cleanup(func() { timer.Stop() })
}

// FuzzSpans reads any text as YAML and compares every value with the text of its span.
func FuzzSpans(f *testing.F) {
	for _, seed := range []string{
		"a: b\n", "a: \"b\\n\"\n", "a: 'it''s'\n", "a: |\n  b\n\n  c\n", "a: >-\n  b\n  c\n", "a: [b, {c: d}]\n", "- a\n- - b\n", "a:\n- b\n",
		"a: b\n  c\n", "a: &x b\nc: *x\n", "日本: 語\r\nb: [é, \"ü\"]\r\n", "? a\n: b\n", "a: !!str b\n", "{a: b, c}\n", "[a: b]\n", "a: \u2028b\n", "a: # c\n  b\n",
		"a: |2\n   b\n  c\n", "a: |+\n  b\n\n\nc: d\n", "a: 'b\n  c'\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		noHang(t, text)
		if strings.ContainsAny(text, "$*<") {
			return // values of references, aliases and merges are elsewhere
		}
		var diags diag.List
		s := Read(diag.NewFile("t.yaml", "", []byte(text)), &diags)
		if s.Root == nil || len(diags) > 0 {
			return
		}
		checkValueSpans(t, s.Root)
		checkCount(t, text, s.Values)
	})
}

// checkCount compares the number of values that yaml.v3 made with what is known before it reads the text: only the root
// is not counted, and an empty collection and a comma behind the last element count as if an element followed.
func checkCount(t *testing.T, text string, values int) {
	t.Helper()
	scan, most := newScanner([]byte(text), 0), mostValues([]byte(text))
	if scan.fault != nil || (&tokenParser{scanner: scan}).document() != nil {
		return // yaml.v3 is less strict than YAML
	}
	counted := scan.values
	follow := 2 * (strings.Count(text, "[") + strings.Count(text, "{") + strings.Count(text, ","))
	if values > counted+1 || counted > values+follow || counted > most {
		t.Errorf("%q: counted %d, and at most %d, of %d values", text, counted, most, values)
	}
}

func checkValueSpans(t *testing.T, v *Value) {
	t.Helper()
	checkSpan(t, v.Span)
	text := v.Span.Text()
	for _, item := range v.Items {
		checkInside(t, v, item)
	}
	for _, e := range v.Entries {
		checkInside(t, v, e.Key)
		checkInside(t, v, e.Value)
	}
	if text == "" {
		if v.Kind != Null && v.Text != "" {
			t.Errorf("empty span of %q", v.Text)
		}
		return
	}
	if !v.IsScalar() {
		return
	}
	switch text[0] {
	case '|', '>':
		if strings.TrimSpace(v.Text) != "" && !strings.Contains(text, strings.Fields(v.Text)[0]) {
			t.Errorf("span %q of the block %q", text, v.Text)
		}
	case '"', '\'':
		if text[len(text)-1] != text[0] || len(text) < 2 {
			t.Errorf("span %q of the quoted %q", text, v.Text)
		}
	default:
		if strings.Join(strings.Fields(text), "") != strings.Join(strings.Fields(v.Text), "") {
			t.Errorf("span %q of the plain %q", text, v.Text)
		}
	}
}

func checkInside(t *testing.T, v, part *Value) {
	t.Helper()
	if part.Span.Start < v.Span.Start || part.Span.End > v.Span.End {
		t.Errorf("%q at %d-%d is not inside %q at %d-%d", part.Span.Text(), part.Span.Start, part.Span.End, v.Span.Text(), v.Span.Start, v.Span.End)
	}
	checkValueSpans(t, part)
}

func checkSpan(t *testing.T, s diag.Span) {
	t.Helper()
	if !s.IsZero() && (s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text)) {
		t.Fatalf("span %d-%d is not in a file of %d bytes", s.Start, s.End, len(s.File.Text))
	}
}
