package diag

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// The embedded rules must parse; the message lists every fault of every file.
func TestEmbeddedRules(t *testing.T) {
	rules, err := parseRules(ruleFiles, "rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if got, ok := LookupRule(r.Name); !ok || !reflect.DeepEqual(got, r) {
			t.Errorf("LookupRule(%q) = %v, %v", r.Name, got, ok)
		}
	}
	if got := Rules(); len(got) != len(rules) || !slices.IsSortedFunc(got, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("Rules() gives %d of %d, or not in order", len(got), len(rules))
	}
	if _, ok := LookupRule("no-such-rule"); ok {
		t.Error("found a rule that there is not")
	}
}

func TestReferenceIsUpToDate(t *testing.T) {
	var b bytes.Buffer
	if err := WriteReference(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "../docs/diagnostics.md", b.String())
}

func TestParseRule(t *testing.T) {
	rules := testRules(t)
	if len(rules) != 2 {
		t.Fatalf("%d rules", len(rules))
	}
	escaped, r := rules[0], rules[1]
	if escaped.Bad.YAML != "name: \"\xff\\\"\n" || escaped.Fixed.YAML != "name: \"é\"\n" || escaped.Severity != Warning {
		t.Errorf("got %+v", escaped)
	}
	if r.Name != "unknown-component" || r.Severity != Error || r.Title != "A bolt reads from a component | that does not exist" {
		t.Errorf("got %+v", r)
	}
	if want := []string{"-e", "prod", "-c", "topology.name=a b"}; !slices.Equal(r.Bad.Args, want) {
		t.Errorf("args %q, want %q", r.Bad.Args, want)
	}
	if r.Fixed.Args != nil || !strings.HasPrefix(r.Fixed.YAML, "name: t\n") || !strings.HasSuffix(r.Fixed.YAML, "from: s}}\n") {
		t.Errorf("fixed %+v", r.Fixed)
	}
	if want := []ExampleFile{{"resources/a.md", "```\ncode\n```\n"}}; !slices.Equal(r.Files, want) {
		t.Errorf("files %q, want %q", r.Files, want)
	}
	if !strings.HasPrefix(r.Text, "An input") || !strings.HasSuffix(r.Text, "Correct the name.") || !strings.Contains(r.Text, "```sh\nstormflux validate\n```\n\nCorrect") {
		t.Errorf("text %q", r.Text)
	}

	source, err := os.ReadFile("testdata/rules/unknown-component.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(source), "\r\n", "\n")
	crlf, err := parseRule("unknown-component", strings.ReplaceAll(text, "\n", "\r\n"))
	if err != nil || !reflect.DeepEqual(crlf, r) {
		t.Errorf("with CRLF: %+v, %v", crlf, err)
	}
}

func TestMalformedRules(t *testing.T) {
	const (
		head  = "---\ntitle: T\nseverity: note\n---\n"
		bad   = "```yaml bad\na: b\n```\n"
		fixed = "```yaml fixed\na: b\n```\n"
	)
	for _, c := range []struct{ name, source, want string }{
		{"ok-1", head + "Text.\n" + bad + fixed, ""},
		{"Not_kebab", head + "Text.\n" + bad + fixed, `rule name "Not_kebab" is not kebab-case`},
		{"r", "", `line 1: expected "---"`},
		{"r", "---\ntitle: T", "the front matter is not closed"},
		{"r", "---\ntitle: T\n---\n", "the severity is missing"},
		{"r", "---\nseverity: note\n---\n", "the title is missing"},
		{"r", "---\ntitle: T.\n---\n", `line 2: expected one "title: ..." without period, one "severity: error|warning|note" and perhaps "fix: automatic"`},
		{"r", "---\ntitle: T\ntitle: U\n---\n", `line 3: expected one "title: ..." without period, one "severity: error|warning|note" and perhaps "fix: automatic"`},
		{"r", "---\ntitle: T\nseverity: fatal\n---\n", `line 3: expected one "title: ..." without period, one "severity: error|warning|note" and perhaps "fix: automatic"`},
		{"r", "---\ntitle: T\nid: 1\n---\n", `line 3: expected one "title: ..." without period, one "severity: error|warning|note" and perhaps "fix: automatic"`},
		{"r", head + bad + fixed, "the text is missing"},
		{"r", head + "Text.\n" + fixed, `the example "yaml bad" is missing`},
		{"r", head + "Text.\n" + bad, `the example "yaml fixed" is missing`},
		{"r", head + "Text.\n" + bad + bad, `line 9: a second example "bad"`},
		{"r", head + "Text.\n```yaml bad\n```\n", `line 6: the example "bad" is empty`},
		{"r", head + "Text.\n## More\n", "line 6: a heading; the text of a rule stands under one"},
		{"r", head + "Text.\n```yaml bad\na: b\n", "line 6: the fence is not closed"},
		{"r", head + "Text.\n```yaml wrong\na: b\n```\n", `line 6: expected "yaml bad", "yaml fixed", "WORD file=NAME" or one word, found "yaml wrong"`},
		{"r", head + "Text.\n```yaml bad arg=\"x\"\na: b\n```\n", `line 6: expected args="..." or "escaped", found "arg=\"x\""`},
		{"r", head + "Text.\n```yaml bad args=x\na: b\n```\n", "line 6: the value of args is not in double quotes"},
		{"r", head + "Text.\n```yaml bad args=\"'x\"\na: b\n```\n", "line 6: a quote in args is not closed"},
		{"r", head + "Text.\n```yaml bad escaped\na: \\n\n```\n", `line 6: unknown escape "\\n": expected \xNN, \r, \t or \\`},
		{"r", head + "Text.\n```yaml bad escaped\na: \\xg\n```\n", `line 6: unknown escape "\\x": expected \xNN, \r, \t or \\`},
		{"r", head + "Text.\n```text file=../a\n```\n", `line 6: the file name "../a" is not that of another file inside the example's folder`},
		{"r", head + "Text.\n```text file=topology.yaml\n```\n", `line 6: the file name "topology.yaml" is not that of another file inside the example's folder`},
		{"r", head + "Text.\n```text file=a\n```\n```text file=a\n```\n", `line 8: a second file "a"`},
		{"r", head + "Text.\n```text file=a b\n```\n", `line 6: unexpected words after the file name: "file=a b"`},
	} {
		_, err := parseRule(c.name, c.source)
		if got := fmt.Sprint(err); got != c.want && !(err == nil && c.want == "") {
			t.Errorf("%q:\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

func TestParseRulesNamesEveryFile(t *testing.T) {
	_, err := parseRules(fstest.MapFS{
		"rules/a.md":      {Data: []byte("x")},
		"rules/b.md":      {Data: []byte("---\n---\n")},
		"rules/README.md": {Data: []byte("x")},
	}, "rules")
	if want := "rules/a.md: line 1: expected \"---\"\nrules/b.md: the title is missing"; fmt.Sprint(err) != want {
		t.Errorf("got %v", err)
	}
}

func TestExplain(t *testing.T) {
	var got txtar.Archive
	for _, r := range testRules(t) {
		for _, color := range []bool{false, true} {
			var b bytes.Buffer
			if err := Explain(&b, r, color); err != nil {
				t.Fatal(err)
			}
			name := r.Name
			if color {
				name += ", coloured"
			}
			got.Files = append(got.Files, txtar.File{Name: name, Data: bytes.ReplaceAll(b.Bytes(), []byte("\x1b"), []byte("ESC"))})
		}
	}
	golden(t, "testdata/explain.txtar", string(txtar.Format(&got)))
}

func TestReference(t *testing.T) {
	golden(t, "testdata/reference.md", reference(testRules(t)))
}

func TestWrapMarkdown(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"one two three four", "one two\nthree four\n"},
		{"one\ntwo\n\nthree", "one two\n\nthree\n"},
		{"- one two three\n- four", "- one two\n  three\n- four\n"},
		{"10. one two three\n    four", "10. one\n    two\n    three\n    four\n"},
		{"```\na b c d e f g h i j\n```\nx", "```\na b c d e f g h i j\n```\nx\n"},
		{"| a | b | c | d |", "| a | b | c | d |\n"},
		{"    code code code", "    code code code\n"},
		{"averyverylongword b", "averyverylongword\nb\n"},
		{"値値 値値 値値", "値値 値値\n値値\n"},
	} {
		if got := wrapMarkdown(c.in, 10); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}
