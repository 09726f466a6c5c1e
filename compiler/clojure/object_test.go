package clojure_test

import (
	"archive/zip"
	"context"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/stormtest/overloads"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// javaJar compiles Java sources and returns their folder and a jar of it.
func javaJar(t *testing.T, classpath string, sources ...string) (dir, jar string) {
	t.Helper()
	dir = t.TempDir()
	jar = filepath.Join(t.TempDir(), "classes.jar")
	args := append([]string{"-nowarn", "--release", "8", "-Xlint:-options", "-encoding", "UTF-8", "-cp", classpath, "-d", dir}, sources...)
	if out, err := exec.CommandContext(t.Context(), "javac", args...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	file, err := os.Create(jar)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, jar
}

// The objects that a Clojure file makes are those that the adapter makes, for random classes and definitions.
func TestRandomObjects(t *testing.T) {
	stormtest.Require(t)
	r := rand.New(rand.NewPCG(1, 2)) // not every seed makes classes that javac accepts
	g := &overloads.Generator{Rand: r}
	for i := range 60 {
		var parent *overloads.Class
		if i >= 20 && i%3 == 0 {
			parent = g.Classes[r.IntN(10)*2]
		}
		g.Classes = append(g.Classes, overloads.NewClass(r, fmt.Sprint("C", i), parent))
	}
	source := filepath.Join(t.TempDir(), "Random.java")
	if err := os.WriteFile(source, []byte(overloads.Source(r, g.Classes)), 0o644); err != nil {
		t.Fatal(err)
	}
	dir, jar := javaJar(t, ".", source, filepath.Join(root(t), "runtime/testdata/java/Kinds.java"))
	classes, err := classfile.Open(classfile.Options{Jars: []string{jar}})
	if err != nil {
		t.Fatal(err)
	}
	defer classes.Close()
	for _, c := range []struct {
		library stormtest.ClojureLibrary
		name    string
		count   int
	}{{stormtest.StormClojure, "Clojure 1.10", 600}, {stormtest.Backtype09, "Clojure 1.5", 300}} {
		t.Run(c.name, func(t *testing.T) {
			e := objectEvaluator(t, c.library, dir)
			for i, d := range specialObjects() {
				if outcome, details := compareObject(t, e, classes, d, fmt.Sprint("special", i)); outcome != "equal" {
					t.Errorf("%s:\n%s", outcome, details)
				}
			}
			compareObjects(t, g, classes, e, c.count)
		})
	}
}

// specialObjects are definitions with values that the random ones do not have.
func specialObjects() []*topology.Definition {
	kinds := func(args ...any) *topology.Object {
		return &topology.Object{Class: "stormflux.cases.Kinds", Args: args}
	}
	number, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	var wide, large []any
	var long topology.Map
	for i := range 3000 {
		wide = append(wide, int64(i))
		large = append(large, fmt.Sprint("word ", i))
		long = append(long, topology.MapEntry{Key: fmt.Sprint("key ", i), Value: []any{int64(i), nil, float64(i) / 4}})
	}
	twice := topology.Map{{Key: "a", Value: int64(1)}, {Key: int64(1), Value: nil}, {Key: "a", Value: "last"}, {Key: nil, Value: true}}
	config := &topology.Object{Class: "stormflux.cases.Kinds", ID: "map", Args: []any{"shared"}}
	user := kinds(topology.Ref(0), int64(1), "c", []any{topology.Ref(0)}, "e")
	user.Steps = []*topology.Step{
		{Property: "peer", Args: []any{topology.Ref(0)}}, {Method: "with", Args: []any{"x", topology.Map{{Key: "k", Value: topology.Ref(0)}}}},
		{Method: "with", Args: []any{math.MaxInt32 + int64(1)}}, {Property: "field", Args: []any{int64(7)}}, {Property: "wide", Args: []any{int64(7)}},
		{Property: "arrayField", Args: []any{[]any{int64(1)}}}, {Method: "shared", Args: []any{"static"}}, {Property: "text", Args: []any{"\x00"}},
	}
	alone := func(o *topology.Object) *topology.Definition {
		return &topology.Definition{Objects: []*topology.Object{o}}
	}
	return []*topology.Definition{
		alone(kinds()), alone(kinds(nil)), alone(kinds("")), alone(kinds(strings.Repeat("é\x01\"", 50_000))),
		alone(kinds(topology.Date(-1), topology.Bytes("\x00\x7f\x80\xff"), nil, number, number, topology.Date(1<<40), []any{[]any{}, topology.Map{}})),
		alone(kinds("a", number, "c", wide, "e")), alone(kinds(long, 1.5, "c", large, "e")), alone(kinds(twice, int64(-1<<40), "c", []any{}, "")),
		alone(kinds([]any{}, []any{}, []any{}, topology.Map{})), alone(kinds(large, wide, wide, long)),
		alone(kinds(int64(1), 1e10, int64(1), math.Inf(-1), int64(-32768), 127.9)),
		alone(kinds(int64(1), int64(2), math.NaN(), math.NaN(), int64(0), int64(-128))), alone(kinds(nil, nil)),
		alone(kinds(topology.Bytes(""), int64(1), "c", []any{topology.Bytes("ab")}, "e")),
		{Objects: []*topology.Object{config, user}},
	}
}

func objectEvaluator(t *testing.T, library stormtest.ClojureLibrary, further ...string) *stormtest.Evaluator {
	t.Helper()
	adapter, err := adapterClasses(library)
	if err != nil {
		t.Fatal(err)
	}
	e, err := stormtest.NewEvaluator(context.WithoutCancel(t.Context()), library, append(further, adapter)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func compareObjects(t *testing.T, g *overloads.Generator, classes *classfile.Path, e *stormtest.Evaluator, count int) {
	outcomes := map[string]int{}
	bad := 0
	for i := range count {
		d := g.Definition()
		outcome, text := compareObject(t, e, classes, d, fmt.Sprint("random", i))
		outcomes[outcome]++
		if strings.HasPrefix(outcome, "different") {
			if bad++; bad <= 10 {
				t.Errorf("%s:\n%s\n%s", outcome, wire.FormatDefinition(d), text)
			}
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
		t.Logf("%5d %s", outcomes[outcome], outcome)
	}
	if outcomes["equal"] < count/6 || outcomes["both refuse"] < count/100 || outcomes["unsure, with a warning"] > count/4 {
		t.Error("the definitions test too little")
	}
}

// compareObject makes an object in Clojure and with the adapter. Where a warning says that the choice is not known, the
// objects may differ.
func compareObject(t *testing.T, e *stormtest.Evaluator, classes *classfile.Path, d *topology.Definition, ns string) (outcome, details string) {
	text, diags := clojure.EmitObject(classes, d, ns)
	got, err := e.Evaluate(t.Context(), stormtest.ClojureFile{
		Kind: "object", Namespace: ns, Function: "made", Text: text,
		Definitions: []stormtest.ClojureDefinition{{Role: "object", Key: "it", Text: string(wire.FormatDefinition(d))}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := got.Expected["it"]
	details = fmt.Sprintf("%s\n%s\nClojure %s\nadapter %s", text, show(t, diags), got.Object, want)
	refused := strings.HasPrefix(want, "exception: ")
	switch {
	case refused && (diags.HasErrors() || strings.HasPrefix(got.Object, "exception: ")):
		return "both refuse", details
	case diags.HasErrors():
		return "different: only the adapter makes it", details
	case got.Object == want:
		return "equal", details
	case len(diags) > 0:
		return "unsure, with a warning", details
	case refused:
		return "different: only Clojure makes it", details
	}
	return "different objects", details
}
