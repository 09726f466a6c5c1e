package asyaml_test

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/format"
	"github.com/stormflux/stormflux/validate"
)

// A model that came through Thrift, written as YAML and compiled, is the same model.
func TestCompiledAgainItIsTheModel(t *testing.T) {
	dir := t.TempDir()
	for seed := range uint64(200) {
		submitted := randomTopology(seed)
		data, err := wire.Marshal(t.Context(), submitted, wire.Binary)
		if err != nil {
			t.Fatal(err)
		}
		want, err := wire.Unmarshal(t.Context(), data, wire.Binary)
		if err != nil {
			t.Fatal(err)
		}
		want.Name, want.Conf = submitted.Name, submitted.Conf
		text := asyaml.Write(asyaml.Of(want, asyaml.Options{}))
		got := compiled(t, dir, text).Topology
		inOrder(got)
		if !reflect.DeepEqual(withoutPlaces(got), withoutPlaces(want)) {
			t.Fatalf("seed %d: %s\nfrom\n%s", seed, difference(show(got), show(want)), text)
		}
		if again, _ := format.Format(diag.NewFile("t.yaml", "", text)); !bytes.Equal(again, text) {
			t.Fatalf("seed %d: fmt would change\n%s\nto\n%s", seed, text, again)
		}
	}
}

func compiled(t *testing.T, dir string, text []byte) *compiler.Program {
	t.Helper()
	path := filepath.Join(dir, "topology.yaml")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		var b bytes.Buffer
		if err := diag.Write(&b, result.Diagnostics, diag.Options{Format: diag.Text}); err != nil {
			t.Fatal(err)
		}
		t.Fatalf("%s\n%s", b.String(), text)
	}
	return compiler.Compile(result.Topology, compiler.Options{})
}

// inOrder sorts the parts of a model as they come from a cluster, and removes what the compiler registers at Kryo.
func inOrder(top *topology.Topology) {
	byID := func(a, b *topology.Component) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) }
	slices.SortFunc(top.Spouts, byID)
	slices.SortFunc(top.Bolts, byID)
	delete(top.Conf, "topology.kryo.register")
}

// withoutPlaces returns a model without the lines of the file that define JVM objects. A call without arguments has nil.
func withoutPlaces(top *topology.Topology) *topology.Topology {
	for _, d := range top.Definitions() {
		for _, o := range d.Objects {
			o.Place = ""
			for _, s := range o.Steps {
				if s.Place = ""; len(s.Args) == 0 {
					s.Args = nil
				}
			}
		}
	}
	return top
}

// difference returns the first lines of two texts that differ.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got\n" + g[i] + "\nwant\n" + w[i]
		}
	}
	return fmt.Sprintf("got %d lines, want %d: nil and empty differ, or one is longer", len(g), len(w))
}

func show(v any) string { return dump(reflect.ValueOf(v)) }

// dump is a text of a value with everything that its pointers lead to.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
		return dump(v.Elem())
	case reflect.Struct:
		if n, ok := v.Interface().(big.Int); ok {
			return n.String()
		}
		s := v.Type().Name() + "{"
		for i := range v.NumField() {
			if f := v.Field(i); f.CanInterface() && !f.IsZero() {
				s += v.Type().Field(i).Name + ":" + dump(f) + " "
			}
		}
		return s + "}\n"
	case reflect.Slice:
		if v.IsNil() {
			return "nil"
		}
		s := "["
		for i := range v.Len() {
			s += dump(v.Index(i)) + " "
		}
		return s + "]"
	}
	return fmt.Sprintf("%#v", v)
}

type generator struct {
	*rand.Rand
	beans []*topology.Object // without references; definitions share them
}

func randomTopology(seed uint64) *topology.Topology {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 12))}
	for _, id := range g.names(4) {
		g.beans = append(g.beans, &topology.Object{Class: "com.example.Bean", ID: id, Args: g.arguments(2)})
	}
	top := &topology.Topology{Name: "demo", Conf: map[string]any{}}
	if g.IntN(2) == 0 {
		top.Conf = g.conf(3)
		top.Conf["topology.workers"] = int64(1 + g.IntN(9))
	}
	names := g.names(2 + g.IntN(6))
	var sources []*topology.Component
	for i, id := range names {
		c := &topology.Component{ID: id, Code: g.code(id), Parallelism: 1 + g.IntN(4), Conf: g.componentConf(i > 0)}
		_, process := c.Code.(*topology.Process)
		c.Streams = g.streams(!process)
		if i == 0 {
			top.Spouts = append(top.Spouts, c)
		} else {
			for range 1 + g.IntN(2) {
				g.subscribe(c, sources[g.IntN(len(sources))])
			}
			top.Bolts = append(top.Bolts, c)
		}
		sources = append(sources, c)
	}
	for range g.IntN(3) {
		d := g.definition("")
		d.Root().ID = fmt.Sprintf("hook-%d-%d", seed, len(top.WorkerHooks))
		top.WorkerHooks = append(top.WorkerHooks, d)
	}
	inOrder(top)
	return top
}

func (g *generator) subscribe(c, source *topology.Component) {
	stream := source.Streams[g.IntN(len(source.Streams))]
	for _, in := range c.Inputs {
		if in.Component == source.ID && in.Stream == stream.ID {
			return
		}
	}
	in := &topology.Input{Component: source.ID, Stream: stream.ID, Grouping: topology.Direct{}}
	if !stream.Direct {
		in.Grouping = []topology.Grouping{
			topology.Shuffle{}, topology.LocalOrShuffle{}, topology.All{}, topology.Global{}, topology.None{},
			topology.Fields{Names: stream.Fields}, topology.PartialKey{Names: stream.Fields[:1]}, topology.Custom{Object: g.definition(c.ID)},
		}[g.IntN(8)]
	}
	c.Inputs = append(c.Inputs, in)
	slices.SortFunc(c.Inputs, func(a, b *topology.Input) int {
		return bytes.Compare([]byte(a.Component+"\x00"+a.Stream), []byte(b.Component+"\x00"+b.Stream))
	})
}

func (g *generator) streams(direct bool) []*topology.Stream {
	ids := []string{"default"}
	if g.IntN(2) == 0 {
		ids = g.names(1 + g.IntN(3))
		slices.Sort(ids)
	}
	var all []*topology.Stream
	for _, id := range ids {
		all = append(all, &topology.Stream{ID: id, Fields: g.names(1 + g.IntN(3)), Direct: direct && g.IntN(4) == 0})
	}
	return all
}

func (g *generator) componentConf(bolt bool) map[string]any {
	if g.IntN(2) == 0 {
		return nil
	}
	conf := g.conf(2)
	if g.IntN(2) == 0 {
		conf["topology.tasks"] = int64(4 + g.IntN(9))
	}
	if bolt && g.IntN(2) == 0 {
		conf["topology.tick.tuple.freq.secs"] = []int64{1, 59, 60, 61, 3599, 3600, 3661, 7200, 1<<31 - 1}[g.IntN(9)]
	}
	if g.IntN(3) == 0 {
		load := float64(1+g.IntN(800)) / 4
		conf["topology.component.cpu.pcore.percent"] = load
		conf["topology.component.resources.map"] = map[string]any{"topology.component.cpu.pcore.percent": load, "gpu": 1.5}
	}
	return conf
}

// names returns different names.
func (g *generator) names(n int) []string {
	var all []string
	for len(all) < n {
		letters := []rune("aZ09_-. é日😀\"\\,:#'${}[]&*!|>%@`?~")
		word := []rune{[]rune("wx0é-y")[g.IntN(6)]}
		for range g.IntN(6) {
			word = append(word, letters[g.IntN(len(letters))])
		}
		if name := string(word) + "w"; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func (g *generator) word() string {
	return []string{"", " ", "a b", "yes", "010", "1:30", "${x}", "a\nb\t\u2028", "null", "~", "2020-01-01", "- a", "a: b", "a #b", "é😀", "1e3", "<<", "=", "[a", "y"}[g.IntN(20)]
}

func (g *generator) code(id string) topology.Code {
	if g.IntN(2) == 0 {
		return g.definition(id)
	}
	return &topology.Process{Words: []string{"run " + g.word(), "to " + g.word()}}
}

func (g *generator) definition(component string) *topology.Definition {
	d := &topology.Definition{Component: component}
	for _, bean := range g.beans { // in one order, as in a file
		if g.IntN(3) == 0 {
			one := *bean
			d.Objects = append(d.Objects, &one)
		}
	}
	refs := len(d.Objects)
	root := &topology.Object{Class: "com.example.Root$Inner", Args: g.arguments(2)}
	for i := range refs {
		root.Args = append(root.Args, []any{topology.Ref(i), []any{topology.Ref(i), "x"}}[g.IntN(2)])
	}
	if len(root.Args) > 0 && g.IntN(3) == 0 {
		root.Factory = "make"
	}
	if g.IntN(2) == 0 {
		root.Steps = append(root.Steps, &topology.Step{Property: "size", Args: []any{g.argument(2)}})
	}
	if g.IntN(2) == 0 {
		root.Steps = append(root.Steps, &topology.Step{Method: "with", Args: append([]any{}, g.arguments(2)...)})
	}
	d.Objects = append(d.Objects, root)
	return d
}

func (g *generator) arguments(depth int) []any {
	var args []any
	for range g.IntN(4) {
		args = append(args, g.argument(depth))
	}
	return args
}

func (g *generator) argument(depth int) any {
	switch g.IntN(7) {
	case 0:
		return topology.Date(g.Int64() >> 20)
	case 1:
		return []any{math.Inf(1), math.Inf(-1), topology.Bytes("\x00\xff")}[g.IntN(3)]
	case 2:
		if depth > 0 {
			m := topology.Map{}
			for i := range g.IntN(3) {
				m = append(m, topology.MapEntry{Key: []any{int64(i), fmt.Sprintf("k%d", i), 0.5 + float64(i)}[g.IntN(3)], Value: g.argument(depth - 1)})
			}
			return m
		}
	case 3:
		if depth > 0 {
			return append([]any{}, g.arguments(depth-1)...)
		}
	}
	return g.value(0)
}

func (g *generator) conf(depth int) map[string]any {
	conf := map[string]any{}
	for _, key := range g.names(1 + g.IntN(3)) {
		conf[key] = g.value(depth)
	}
	return conf
}

func (g *generator) value(depth int) any {
	switch g.IntN(8) {
	case 0:
		return nil
	case 1:
		return g.IntN(2) == 0
	case 2:
		return int64(g.Uint64())
	case 3:
		return new(big.Int).Lsh(big.NewInt(3), uint(64+g.IntN(64)))
	case 4:
		return []float64{g.NormFloat64() * 1e5, 1e300, 1, -0.5, 1e-7}[g.IntN(5)]
	case 5:
		if depth > 0 {
			return []any{g.value(depth - 1), g.value(depth - 1)}
		}
	case 6:
		if depth > 0 {
			return g.conf(depth - 1)
		}
	}
	return g.word()
}
