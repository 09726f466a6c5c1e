package clojure_test

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// targets maps the names that the cases use to targets.
var targets = map[string]target{
	"storm-2.8": storm28, "storm-2.5": storm25, "storm-1.2": storm12,
	"backtype-0.10": storm010, "backtype-0.9": storm09, "streamparse": sparse,
}

// Each file in testdata/ has a topology and, for each of its targets, the exact text or diagnostics that Emit gives.
// Real Clojure evaluates the text.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if archive.Files[0].Name != "topology.yaml" || len(archive.Files) < 2 {
				t.Fatal("a case needs topology.yaml first, then at least one target")
			}
			var evaluate []func() // last, because they skip the test if there is no Java
			for i := range archive.Files[1:] {
				file := &archive.Files[i+1]
				x, ok := targets[file.Name]
				if !ok {
					t.Fatalf("unknown target %s", file.Name)
				}
				prog, diags := tryLoad(t, "topology.yaml", archive.Files[0].Data, x)
				var got string
				if prog != nil {
					text, more := prog.emit(x.dialect)
					diags, got = more, string(text)
					if text != nil {
						evaluate = append(evaluate, func() { agree(t, prog, text, x, "") })
					}
				}
				got = show(t, diags) + got
				if os.Getenv("STORMFLUX_UPDATE") == "1" {
					file.Data = []byte(got)
				} else if got != string(file.Data) {
					t.Errorf("%s:\n%s\nwant\n%s", x, got, file.Data)
				}
			}
			if os.Getenv("STORMFLUX_UPDATE") == "1" {
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for _, run := range evaluate {
				run()
			}
		})
	}
}

// The JVM allows 65,535 bytes of code for a method, 65,535 bytes of text for a constant, and 65,535 constants for a
// class.
func TestLargeTopology(t *testing.T) {
	var b strings.Builder
	b.WriteString("name: large\nspouts:\n  s:\n    command: [cat, '-']\n    outputs: [x]\nbolts:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  b%d:\n    command: [cat, '-']\n    parallelism: %d\n    config: {app.number: %d}\n    inputs: [{from: s}]\n    outputs: [x, y, z]\n", i, 1+i%7, i)
	}
	b.WriteString("  all:\n    command: [cat, '-']\n    inputs:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "      - {from: b%d, grouping: {fields: [x, y]}}\n", i)
	}
	for _, x := range []target{storm28, storm010, sparse} {
		prog := load(t, "large.yaml", []byte(b.String()), x)
		text, diags := prog.emit(x.dialect)
		if text == nil {
			t.Fatal(show(t, diags))
		}
		agree(t, prog, text, x, "")
	}
}

// The options of a streamparse topology reach the specs in the private functions too.
func TestLargePythonTopology(t *testing.T) {
	var b strings.Builder
	b.WriteString("name: large\nspouts:\n  s: {command: [streamparse_run, pkg.S], outputs: [x]}\nbolts:\n")
	for i := range 400 {
		fmt.Fprintf(&b, "  b%d:\n    command: [%s, -m, streamparse.run, pkg.B%d]\n    inputs: [{from: s}]\n", i, []string{"python", "/v/bin/python"}[i%2], i)
	}
	prog := load(t, "large.yaml", []byte(b.String()), sparse)
	text, diags := prog.emit(sparse.dialect)
	if text == nil {
		t.Fatal(show(t, diags))
	}
	if !strings.Contains(string(text), "(defn- bolts-1 [options]") {
		t.Errorf("the file is not split:\n%.3000s", text)
	}
	agree(t, prog, text, sparse, "")
}

func TestLargeConfiguration(t *testing.T) {
	many := make([]any, 5000)
	wide := map[string]any{}
	for i := range many {
		many[i] = fmt.Sprintf("item %d", i)
		wide[fmt.Sprintf("key %d", i)] = []any{int64(i), map[string]any{"half": float64(i) / 2}}
	}
	deep := any("bottom")
	for range 200 {
		deep = map[string]any{"in": []any{deep}}
	}
	prog := load(t, "large.yaml", []byte("name: large\nspouts: {s: {command: [cat, '-'], outputs: [x]}}\n"), storm28)
	prog.Topology.Conf["app"] = map[string]any{
		"many": many, "wide": wide, "deep": deep, "long": strings.Repeat("\x00é😀 ~\"", 50_000),
		"big": new(big.Int).Lsh(big.NewInt(-3), 100), "least": int64(-1 << 63), "tiny": 5e-324, "huge": 1.7976931348623157e308,
	}
	for _, x := range []target{storm28, storm010} {
		text, diags := prog.emit(x.dialect)
		if text == nil {
			t.Fatal(show(t, diags))
		}
		agree(t, prog, text, x, "")
	}
}

func TestSymbol(t *testing.T) {
	for name, want := range map[string]string{
		"wordcount": "wordcount", "word count": "word-count", "Top 10!": "Top-10", "3counts": "topology-3counts",
		"日本": "topology", "--": "topology", "a_b": "a_b", ":key": "key", "nil": "nil", "naïve": "na-ve", "_": "topology",
	} {
		if got := clojure.Symbol(name); got != want {
			t.Errorf("Symbol(%q) = %q, want %q", name, got, want)
		}
		if s := clojure.DefaultNamespace(name, clojure.Storm); !clojure.ValidNamespace(s) {
			t.Errorf("DefaultNamespace(%q) = %q, which is not a namespace", name, s)
		}
	}
}

// For every name that a topology may have, Clojure can read the file, in every dialect.
func TestNames(t *testing.T) {
	for _, name := range []string{
		"nil", "true", "def", "map", "merge", "topology", "conf", "bolts-1", "spouts 1", "Zähler", "日本語", "3", "a-b_c", "-", "ns", "core",
	} {
		for _, x := range []target{storm28, storm010, sparse} {
			text := fmt.Sprintf("name: %q\nspouts: {s: {command: [cat, '-'], outputs: [x]}}\n", name)
			doc, diags, err := schema.Load(t.Context(), "t.yaml", schema.Options{Text: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, Storm: x.storm})
			if err != nil {
				t.Fatal(err)
			}
			if result.Topology == nil {
				continue // this Storm does not allow the name
			}
			prog := load(t, "t.yaml", []byte(text), x)
			file, _ := prog.emit(x.dialect)
			agree(t, prog, file, x, "")
		}
	}
}
