package grammar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// readValue reads YAML that must be correct as YAML.
func readValue(t testing.TB, name, text string) *yaml.Value {
	t.Helper()
	var diags diag.List
	s := yaml.Read(diag.NewFile(name, "", []byte(text)), &diags)
	if diags.HasErrors() {
		t.Fatalf("%s: not correct YAML: %s", name, diags[0].Message)
	}
	return s.Root
}

// listing renders diagnostics, each on one line with its hint and related places below.
func listing(l diag.List) string {
	var b strings.Builder
	at := func(s diag.Span) string {
		p := s.File.Position(s.Start)
		return fmt.Sprintf("%d:%d", p.Line, p.Column)
	}
	for _, d := range l {
		text, _, more := strings.Cut(d.Span.Text(), "\n")
		if more {
			text += "..."
		}
		fmt.Fprintf(&b, "%s: %s: %s [%s] at %s\n", at(d.Span), d.Severity, d.Message, d.Rule, text)
		if d.Hint != "" {
			fmt.Fprintf(&b, "  = help: %s\n", d.Hint)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  = %s: %s\n", at(r.Span), r.Message)
		}
	}
	return b.String()
}

// TestGrammarMessages compares the messages about malformed documents to the character. In testdata/grammar, NAME.txt
// follows each NAME.yaml. STORMFLUX_UPDATE=1 rewrites NAME.txt.
func TestGrammarMessages(t *testing.T) {
	archives, err := filepath.Glob("testdata/grammar/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	cases := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check := topologyGrammar().check
		if strings.Contains(name, "environments") {
			check = environmentsGrammar().check
		}
		if strings.Contains(name, "test-file") {
			check = testsGrammar().check
		}
		want := map[string]string{}
		for _, f := range archive.Files {
			if base, ok := strings.CutSuffix(f.Name, ".txt"); ok {
				want[base] = string(f.Data)
			}
		}
		updated := &txtar.Archive{Comment: archive.Comment}
		for _, f := range archive.Files {
			base, ok := strings.CutSuffix(f.Name, ".yaml")
			if !ok {
				continue
			}
			cases++
			got := listing(check(readValue(t, f.Name, string(f.Data))))
			updated.Files = append(updated.Files, f, txtar.File{Name: base + ".txt", Data: []byte(got)})
			if w, ok := want[base]; os.Getenv("STORMFLUX_UPDATE") == "" && (!ok || w != got) {
				t.Errorf("%s: %s: got\n%s\nwant\n%s", name, f.Name, got, w)
			}
		}
		if os.Getenv("STORMFLUX_UPDATE") != "" {
			if err := os.WriteFile(name, txtar.Format(updated), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	if cases < 40 {
		t.Errorf("only %d cases", cases)
	}
}

// unfold converts a document for the library as it is, without folding.
func unfold(v *yaml.Value) any {
	switch v.Kind {
	case yaml.Null:
		return nil
	case yaml.Bool:
		return v.Bool
	case yaml.Int, yaml.Float:
		return jsonNumber(v)
	case yaml.String:
		return v.Text
	case yaml.Sequence:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = unfold(item)
		}
		return items
	}
	m := make(map[string]any, len(v.Entries))
	for _, e := range v.Entries {
		m[keyName(e.Key)] = unfold(e.Value)
	}
	return m
}

// plainPlaces finds places by locations in the document itself.
type plainPlaces struct{ root *site }

func (p plainPlaces) find(location string, _ bool) []*site {
	at := p.root
	for _, token := range pointer(location) {
		v := at.value
		if v.Kind == yaml.Sequence {
			i, err := strconv.Atoi(token)
			if err != nil {
				panic(err)
			}
			at = &site{parent: at, index: i, value: v.Items[i]}
			continue
		}
		i := slices.IndexFunc(v.Entries, func(e yaml.Entry) bool { return keyName(e.Key) == token })
		at = &site{parent: at, key: v.Entries[i].Key, value: v.Entries[i].Value}
	}
	return []*site{at}
}

// withoutFalse writes {"not": {}} for a property that is not allowed. It means the same, and the library then reports where
// the fault is.
func withoutFalse(t testing.TB, text string) string {
	t.Helper()
	root := decoded(t, text)
	eachSchema("#", root, func(_ string, m map[string]any) {
		properties, _ := m["properties"].(map[string]any)
		for name, part := range properties {
			if part == false {
				properties[name] = map[string]any{"not": map[string]any{}}
			}
		}
	})
	written, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

// compiled returns a schema as the library's own compiler makes it. The compiler checks it against its metaschema.
func compiled(t testing.TB, text string) *jsonschema.Schema {
	t.Helper()
	var id struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal([]byte(text), &id); err != nil {
		t.Fatal(err)
	}
	text = withoutFalse(t, text)
	c := jsonschema.NewCompiler()
	c.LoadURL = func(url string) (io.ReadCloser, error) { return nil, fmt.Errorf("%s is not to be loaded", url) }
	if err := c.AddResource(id.ID, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(id.ID)
	if err != nil {
		t.Fatalf("%#v", err)
	}
	if s.Draft != jsonschema.Draft2020 {
		t.Errorf("%s is not of draft 2020-12", id.ID)
	}
	return s
}

// checkPlainly checks without folding and with the library's compiler.
func checkPlainly(g *grammar, s *jsonschema.Schema, root *yaml.Value) diag.List {
	err := s.Validate(unfold(root))
	if err == nil {
		return nil
	}
	diags, _ := g.faults(err, plainPlaces{&site{value: root}})
	return diags
}

// mutator makes documents that are wrong in many ways from correct ones.
type mutator struct {
	*rand.Rand
	scraps []*yaml.Value // values from all over the seeds
	keys   []*yaml.Value
}

func (m *mutator) gather(v *yaml.Value) {
	m.scraps = append(m.scraps, v)
	for _, item := range v.Items {
		m.gather(item)
	}
	for _, e := range v.Entries {
		m.keys = append(m.keys, e.Key)
		m.gather(e.Value)
	}
}

// mutate returns a changed copy of v. Spans stay those of the seeds.
func (m *mutator) mutate(v *yaml.Value, rate float64) *yaml.Value {
	if m.Float64() < rate {
		return m.scraps[m.IntN(len(m.scraps))]
	}
	c := *v
	c.Items, c.Entries = nil, nil
	for _, item := range v.Items {
		for m.Float64() < rate*2 {
			c.Items = append(c.Items, m.mutate(item, rate))
		}
		if m.Float64() >= rate {
			c.Items = append(c.Items, m.mutate(item, rate))
		}
	}
	taken := map[string]bool{}
	add := func(key, value *yaml.Value) {
		if !taken[key.Text] {
			taken[key.Text] = true
			c.Entries = append(c.Entries, yaml.Entry{Key: key, Value: value})
		}
	}
	for _, e := range v.Entries {
		switch r := m.Float64(); {
		case r < rate:
		case r < rate*2:
			add(m.keys[m.IntN(len(m.keys))], m.mutate(e.Value, rate))
		default:
			add(e.Key, m.mutate(e.Value, rate))
		}
		for m.Float64() < rate {
			add(m.keys[m.IntN(len(m.keys))], m.scraps[m.IntN(len(m.scraps))])
		}
	}
	return &c
}

// seeds returns the documents of the archives.
func seeds(t testing.TB, environments bool) []*yaml.Value {
	archives, _ := filepath.Glob("testdata/grammar/*.txtar")
	var roots []*yaml.Value
	for _, name := range archives {
		if strings.Contains(name, "environments") != environments {
			continue
		}
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".yaml") {
				roots = append(roots, readValue(t, f.Name, string(f.Data)))
			}
		}
	}
	if len(roots) == 0 {
		t.Fatal("no seeds")
	}
	return roots
}

// own gives every value of a document its own span in a new file, so that diagnostics can be distinguished.
func own(v *yaml.Value, file *diag.File, next *int) *yaml.Value {
	span := func() diag.Span {
		*next++
		return diag.Span{File: file, Start: *next, End: *next + 1}
	}
	c := *v
	c.Span = span()
	c.Items, c.Entries = nil, nil
	for _, item := range v.Items {
		c.Items = append(c.Items, own(item, file, next))
	}
	for _, e := range v.Entries {
		key := *e.Key
		key.Span = span()
		c.Entries = append(c.Entries, yaml.Entry{Key: &key, Value: own(e.Value, file, next)})
	}
	return &c
}

// TestFoldingChangesNothing compares two ways to check documents that are wrong in many ways: with folding and our own
// form of the schema, and with the library's compiler and the whole document.
func TestFoldingChangesNothing(t *testing.T) {
	for _, kind := range []struct {
		name string
		g    *grammar
		text string
	}{
		{"topology", topologyGrammar(), topologyText},
		{"environments", environmentsGrammar(), environmentsText},
	} {
		t.Run(kind.name, func(t *testing.T) {
			plain := compiled(t, kind.text)
			roots := seeds(t, kind.name == "environments")
			m := &mutator{Rand: rand.New(rand.NewPCG(1, 2))}
			for _, root := range roots {
				m.gather(root)
			}
			rounds := 1500
			if testing.Short() {
				rounds = 300
			}
			faulty, faults := 0, 0
			file := diag.NewFile("mutant.yaml", "", bytes.Repeat([]byte{' '}, 1<<20))
			for round := range rounds {
				next := 0
				mutant := own(m.mutate(roots[round%len(roots)], 0.01+0.1*m.Float64()), file, &next)
				got, want := listing(kind.g.check(mutant)), listing(checkPlainly(kind.g, plain, mutant))
				if got != want {
					t.Fatalf("round %d: folded:\n%s\nplainly:\n%s\ndocument: %v", round, got, want, unfold(mutant))
				}
				if want != "" {
					faulty++
					faults += strings.Count(want, " error: ")
				}
			}
			t.Logf("%d of %d documents faulty, %d faults", faulty, rounds, faults)
			if faulty < rounds/4 {
				t.Errorf("only %d of %d documents faulty: the mutants say little", faulty, rounds)
			}
		})
	}
}

// TestAliasesAreCheckedOnce checks that a value with many aliases costs no more than one value, correct or not, and is
// reported once.
func TestAliasesAreCheckedOnce(t *testing.T) {
	file := diag.NewFile("aliases.yaml", "", bytes.Repeat([]byte{' '}, 100))
	at := 0
	value := func(v yaml.Value) *yaml.Value {
		at++
		v.Span = diag.Span{File: file, Start: at, End: at + 1}
		return &v
	}
	word := func(text string) *yaml.Value { return value(yaml.Value{Kind: yaml.String, Text: text}) }
	many := func(v *yaml.Value) *yaml.Value {
		items := make([]*yaml.Value, 1000)
		for i := range items {
			items[i] = v
		}
		return value(yaml.Value{Kind: yaml.Sequence, Items: items})
	}
	deep := word("end")
	for range 60 { // two ways down at each level
		deep = value(yaml.Value{Kind: yaml.Sequence, Items: []*yaml.Value{deep, value(yaml.Value{Kind: yaml.Sequence, Items: []*yaml.Value{deep}})}})
		at = 10
	}
	input := value(yaml.Value{Kind: yaml.Map, Entries: []yaml.Entry{{Key: word("from"), Value: word("s")}, {Key: word("groping"), Value: word("all")}}})
	bolt := value(yaml.Value{Kind: yaml.Map, Entries: []yaml.Entry{{Key: word("id"), Value: word("b")}, {Key: word("command"), Value: word("c")}, {Key: word("inputs"), Value: many(input)}}})
	root := value(yaml.Value{Kind: yaml.Map, Entries: []yaml.Entry{
		{Key: word("config"), Value: value(yaml.Value{Kind: yaml.Map, Entries: []yaml.Entry{{Key: word("deep"), Value: deep}}})},
		{Key: word("bolts"), Value: many(bolt)},
	}})
	done := make(chan string)
	go func() { done <- listing(topologyGrammar().check(root)) }()
	select {
	case got := <-done:
		if strings.Count(got, "\n") != 2 || !strings.Contains(got, `unknown key "groping" in input from "s" of bolt "b"`) {
			t.Errorf("got %s", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("the aliases are followed one by one")
	}
}
