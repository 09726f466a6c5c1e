package diag

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// sample is a list with everything that a format must show.
func sample() (List, Options) {
	a, at := marked("dir with space/töpo:%,1.yaml", "name: \"«ä\xff»\"\nspouts:\n  «split»: 値 «<&>»\nbolts:\n  b: {\"😀值\": 1, from: «spliter»}\n  c: «d\n  e: f»\n«»")
	b, bt := marked("./more.yaml", "\ufeff«x»: \"a\x00b\"\n")
	var l List
	l.Errorf("invalid-utf8", at[0], "the name %q is not UTF-8", at[0].Text())
	l.Errorf("unknown-component", at[3], `bolt "b" reads from unknown component "spliter", 100%%: a::b`).
		Suggest(at[3], Suggestion{"spliter", "split", true}).
		WithRelated(at[1], `"split" is declared here`).
		WithRelated(bt[0], "and not here").
		WithRelated(Span{}, "nor anywhere")
	l.Warnf("some-warning", at[4], "of several lines").
		WithFix(Fix{Title: "write it twice", Edits: []Edit{{at[4], "<d>\n"}, {bt[0], "d"}, {at[5], "d"}}})
	l.Notef("some-note", at[5], "at the end")
	l.Warnf("some-warning", at[2], "control \x1b and <&>\"'\nof two lines\r")
	l.Errorf("invalid-utf8", bt[0], "in an included file")
	l.Errorf("no-files", Span{}, "no file matches")
	stdin, st := marked("-", "«a»")
	l.Errorf("some-error", st[0], "in %s", stdin.Name)
	return l, Options{Files: []string{"fine.yaml", a.Name, b.Name, "-"}, Version: "1.2.3"}
}

func write(t *testing.T, l List, opts Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, l, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func testRules(t *testing.T) []Rule {
	t.Helper()
	rules, err := parseRules(os.DirFS("testdata"), "rules")
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestFormats(t *testing.T) {
	for format, name := range map[Format]string{JSON: "sample.json", JUnit: "sample.xml", GitHub: "sample.github", Text: "sample.txt"} {
		t.Run(string(format), func(t *testing.T) {
			l, opts := sample()
			opts.Format = format
			golden(t, "testdata/"+name, write(t, l, opts))
		})
	}
	t.Run("sarif", func(t *testing.T) {
		l, opts := sample()
		rules := testRules(t)
		var b bytes.Buffer
		w := bufio.NewWriter(&b)
		writeSARIF(w, l, opts, func(name string) (Rule, bool) {
			for _, r := range rules {
				if r.Name == name {
					return r, true
				}
			}
			return Rule{}, false
		})
		w.Flush()
		golden(t, "testdata/sample.sarif", b.String())
	})
}

func TestFormatsOfNothing(t *testing.T) {
	for format, want := range map[Format]string{
		Text:   "",
		GitHub: "",
		JSON:   "{\n  \"format_version\": \"1.3\",\n  \"valid\": true,\n  \"error_count\": 0,\n  \"warning_count\": 0,\n  \"note_count\": 0,\n  \"omitted_count\": 0,\n  \"column_unit\": \"unicodeCodePoints\",\n  \"files\": [],\n  \"failures\": [],\n  \"diagnostics\": []\n}\n",
		JUnit:  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"stormflux\" tests=\"0\" failures=\"0\" errors=\"0\"></testsuites>\n",
	} {
		if got := write(t, nil, Options{Format: format}); got != want {
			t.Errorf("%s: got\n%s", format, got)
		}
	}
	if got := write(t, nil, Options{Format: SARIF}); !strings.Contains(got, `"results": []`) || !strings.Contains(got, `"rules": []`) {
		t.Errorf("sarif: got\n%s", got)
	}
}

// A megabyte with a fault in every word makes no more output than a file with some faults.
func TestOutputIsBounded(t *testing.T) {
	faults := func(n int) List {
		f := NewFile("t.yaml", "", bytes.Repeat([]byte("fault, "), n))
		var l List
		for i := range n {
			span := Span{File: f, Start: 7 * i, End: 7*i + 5}
			if i == n-1 {
				l.Errorf("bad", span, "the last one")
				break
			}
			l.Warnf("bad", span, "wrong")
		}
		return l
	}
	const few, many = 1000, 20000
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			less, more := write(t, faults(few), Options{Format: Format(format)}), write(t, faults(many), Options{Format: Format(format)})
			if len(more) > 2*len(less) {
				t.Errorf("%d bytes for %d faults, %d for %d", len(less), few, len(more), many)
			}
			if !strings.Contains(more, "the last one") {
				t.Error("the only error is left out")
			}
			if left := strconv.Itoa(many - 1000); strings.Contains(less, left) || !strings.Contains(more, left) {
				t.Errorf("%s is not what it leaves out", left)
			}
		})
	}
}

// The ranges for programs lead back to the marked text if a program counts as the documentation says.
func TestRangesLeadToTheText(t *testing.T) {
	l, opts := sample()
	opts.Format = JSON
	var doc jsonDocument
	if err := json.Unmarshal([]byte(write(t, l, opts)), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.ErrorCount != 5 || doc.WarningCount != 2 || doc.NoteCount != 1 || doc.Valid {
		t.Errorf("counts: %+v", doc)
	}
	for i, d := range doc.Diagnostics {
		if l[i].Span.IsZero() {
			if d.Range != nil || d.Snippet != nil {
				t.Errorf("%d: a range without a place", i)
			}
			continue
		}
		text := l[i].Span.File.Text
		if got := string(text[d.Range.Start.Offset:d.Range.End.Offset]); got != l[i].Span.Text() {
			t.Errorf("%d: offsets give %q, want %q", i, got, l[i].Span.Text())
		}
		lines := strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n")
		line := []rune(lines[d.Range.Start.Line-1])
		want, _, _ := strings.Cut(string([]rune(l[i].Span.Text())), "\n")
		if got := string(line[d.Range.Start.Column-1:][:utf8.RuneCountInString(want)]); got != want {
			t.Errorf("%d: line and column give %q, want %q", i, got, want)
		}
		if got := string([]rune(d.Snippet.Text)[d.Snippet.Start:d.Snippet.End]); got != want {
			t.Errorf("%d: the snippet marks %q, want %q", i, got, want)
		}
	}
}

// Columns in UTF-16 lead back to the text in an editor that keeps its lines as UTF-16.
func TestColumnsOfUTF16(t *testing.T) {
	l, opts := sample()
	opts.Format = SARIF
	var doc sarifLog
	if err := json.Unmarshal([]byte(write(t, l, opts)), &doc); err != nil {
		t.Fatal(err)
	}
	if kind := doc.Runs[0].ColumnKind; kind != "utf16CodeUnits" {
		t.Errorf("columnKind %q", kind)
	}
	cut := func(s Span, r sarifRegion) string {
		lines := strings.Split(strings.TrimPrefix(string(s.File.Text), "\ufeff"), "\n")
		line := utf16.Encode([]rune(lines[r.StartLine-1]))
		if r.EndLine > r.StartLine {
			r.EndColumn = len(line) + 1
		}
		return string(utf16.Decode(line[r.StartColumn-1 : r.EndColumn-1]))
	}
	wide := false
	check := func(s Span, r sarifRegion) {
		t.Helper()
		want, _, _ := strings.Cut(string([]rune(s.Text())), "\n")
		if got := cut(s, r); got != want {
			t.Errorf("%+v gives %q, want %q", r, got, want)
		}
		wide = wide || s.File.PositionUTF16(s.Start) != s.File.Position(s.Start)
	}
	for i, r := range doc.Runs[0].Results {
		if !l[i].Span.IsZero() {
			check(l[i].Span, r.Locations[0].Physical.Region)
		}
		for j, fix := range r.Fixes {
			var regions []sarifRegion
			for _, c := range fix.Changes {
				for _, replacement := range c.Replacements {
					regions = append(regions, replacement.Deleted)
				}
			}
			for _, e := range l[i].Fixes[j].Edits {
				if !slices.ContainsFunc(regions, func(r sarifRegion) bool { return r == regionOf(e.Span) }) {
					t.Errorf("no replacement for %+v", e)
				}
			}
		}
	}
	if !wide {
		t.Error("no place whose columns differ by their unit")
	}
}

func TestStrict(t *testing.T) {
	_, at := marked("a.yaml", "«a»")
	l := List{}
	l.Warnf("w", at[0], "m")
	for _, c := range []struct {
		strict        bool
		valid, failed string
	}{
		{false, `"valid": true`, `failures="0"`},
		{true, `"valid": false`, `failures="1"`},
	} {
		if got := write(t, l, Options{Format: JSON, Strict: c.strict}); !strings.Contains(got, c.valid) {
			t.Errorf("strict %v: want %s in\n%s", c.strict, c.valid, got)
		}
		if got := write(t, l, Options{Format: JUnit, Strict: c.strict}); !strings.Contains(got, c.failed) {
			t.Errorf("strict %v: want %s in\n%s", c.strict, c.failed, got)
		}
	}
}

func TestJUnitIsXML(t *testing.T) {
	l, opts := sample()
	opts.Format = JUnit
	var doc junitSuites
	if err := xml.Unmarshal([]byte(write(t, l, opts)), &doc); err != nil {
		t.Fatal(err)
	}
	tests, failures := 0, 0
	for _, s := range doc.Suites {
		n := 0
		for _, c := range s.Cases {
			if c.Failure != nil {
				n++
			}
		}
		if s.Failures != n || s.Tests != len(s.Cases) {
			t.Errorf("suite %s counts %d of %d, has %d of %d", s.Name, s.Failures, s.Tests, n, len(s.Cases))
		}
		tests, failures = tests+s.Tests, failures+n
	}
	if doc.Tests != tests || doc.Failures != failures || failures != l.Count(Error) {
		t.Errorf("the whole counts %d of %d, has %d of %d", doc.Failures, doc.Tests, failures, tests)
	}
}

func TestURI(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	for _, c := range []struct {
		name, root, want string
		relative         bool
	}{
		{"a.yaml", "", "a.yaml", true},
		{"./a.yaml", "", "a.yaml", true},
		{"../a.yaml", "", "../a.yaml", true},
		{"-", root, "-", true},
		{"a b/ä%#?.yaml", "", "a%20b/%C3%A4%25%23%3F.yaml", true},
		{"a:b.yaml", "", "./a:b.yaml", true},
		{"a\xff.yaml", "", "a%FF.yaml", true},
		{filepath.Join(root, "sub", "a.yaml"), root, "sub/a.yaml", true},
		{"sub/../a.yaml", root, "a.yaml", true},
		{"a.yaml", filepath.Join(root, "sub"), "../a.yaml", true},
	} {
		if filepath.VolumeName(c.name) == "a:" {
			continue // a drive, on Windows
		}
		got, relative := Options{Root: c.root}.uri(c.name)
		if got != c.want || relative != c.relative {
			t.Errorf("%q in %q: got %s, %v, want %s, %v", c.name, c.root, got, relative, c.want, c.relative)
		}
		if _, err := url.Parse(got); err != nil {
			t.Errorf("%q: %v", c.name, err)
		}
	}
	got, relative := Options{}.uri(filepath.Join(root, "a b.yaml"))
	if !strings.HasPrefix(got, "file:///") || !strings.HasSuffix(got, "/a%20b.yaml") || relative {
		t.Errorf("absolute: got %s, %v", got, relative)
	}
}
