package schema

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
)

// noHang ends the process when an input takes unreasonably long, which the fuzzer then reports.
func noHang(t *testing.T, text string) {
	timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs: %q", text)) })
	t.Cleanup(func() { timer.Stop() })
}

// FuzzLoad loads any text as a topology, as an included file and as the environments: nothing may panic or hang, every
// place must be one of the file, every scalar must be written where its span says, and a document without errors must
// be the same when it is rendered and read again.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(archives) == 0 {
		f.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range txtar.Parse(text).Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		noHang(t, text)
		opts := Options{
			Text:        []byte(text),
			Environment: "prod",
			Set:         []Assignment{{"a", "5"}, {"list", "[a, 'b']"}},
			LookupEnv:   func(string) (string, bool) { return "", false },
			ReadFile: func(path string) ([]byte, error) {
				switch filepath.Base(path) {
				case EnvironmentFile:
					return []byte("environments:\n  prod:\n    variables: {b: [x, {y: z}], c: \"${a}\"}\n    config: {d: 7}\n"), nil
				case "base.yaml":
					return []byte(text), nil
				}
				return nil, fs.ErrNotExist
			},
		}
		doc, diags, err := Load("topology.yaml", opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range diags {
			checkSpan(t, d.Span)
			for _, r := range d.Related {
				checkSpan(t, r.Span)
			}
			if d.Message == "" || d.Rule == "" {
				t.Errorf("empty diagnostic %+v", d)
			}
		}
		if doc == nil {
			if !diags.HasErrors() {
				t.Error("no document and no error")
			}
			return
		}
		for _, i := range doc.Ignores {
			checkSpan(t, i.Span)
		}
		if diags.HasErrors() || reached(doc.Root, 20_000) < 0 {
			return // aliases may stand for a million values: too many to write out for each input
		}
		rendered := render(t, Render, doc)
		opts = Options{Text: []byte(rendered)}
		again, diags, err := Load("topology.yaml", opts)
		if err != nil || diags.HasErrors() {
			t.Fatalf("what was rendered is not read: %v\n%s\n%s", err, listing(diags), rendered)
		}
		if want, have := render(t, RenderJSON, doc), render(t, RenderJSON, again); want != have {
			t.Errorf("what was rendered is another document:\n%s\nwant\n%s\nrendered\n%s", have, want, rendered)
		}
	})
}

// reached counts down from n by the values in v, aliases expanded, and stops below 0.
func reached(v *Value, n int) int {
	n--
	for i := 0; i < len(v.Items) && n >= 0; i++ {
		n = reached(v.Items[i], n)
	}
	for i := 0; i < len(v.Entries) && n >= 0; i++ {
		n = reached(v.Entries[i].Value, n)
	}
	return n
}

func checkSpan(t *testing.T, s diag.Span) {
	t.Helper()
	if !s.IsZero() && (s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text)) {
		t.Fatalf("span %d-%d is not in a file of %d bytes", s.Start, s.End, len(s.File.Text))
	}
}

// FuzzSpans reads any text as YAML and holds every value's span against the value: the text of the span alone, read
// again, is the value.
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
			return // references, aliases and merges: values that stand elsewhere
		}
		var diags diag.List
		s := readYAML(diag.NewFile("t.yaml", "", []byte(text)), &diags)
		if s.root == nil || len(diags) > 0 {
			return
		}
		checkValueSpans(t, s.root)
	})
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
		t.Errorf("%q at %d-%d is not inside of %q at %d-%d", part.Span.Text(), part.Span.Start, part.Span.End, v.Span.Text(), v.Span.Start, v.Span.End)
	}
	checkValueSpans(t, part)
}
