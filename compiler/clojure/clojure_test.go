package clojure_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
	jvmruntime "github.com/stormflux/stormflux/runtime"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// evaluators are the JVMs that the tests share, one for each library. The first test that needs one starts it.
var evaluators struct {
	sync.Mutex
	by   map[stormtest.ClojureLibrary]*stormtest.Evaluator
	dirs []string
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, e := range evaluators.by {
		if err := e.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	for _, dir := range evaluators.dirs {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// adapterClasses returns a folder with the runtime adapter for a library's Storm.
func adapterClasses(library stormtest.ClojureLibrary) (string, error) {
	v := map[stormtest.ClojureLibrary]settings.Version{
		stormtest.StormClojure: storm28.storm, stormtest.Storm1Clojure: storm12.storm,
		stormtest.BacktypeClojure: storm010.storm, stormtest.Backtype09: storm09.storm,
	}[library]
	classes, err := jvmruntime.Classes(v)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "stormflux-adapter-")
	if err != nil {
		return "", err
	}
	evaluators.dirs = append(evaluators.dirs, dir)
	for _, class := range classes {
		path := filepath.Join(dir, filepath.FromSlash(class.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, class.Data, 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func evaluator(t *testing.T, library stormtest.ClojureLibrary) *stormtest.Evaluator {
	t.Helper()
	stormtest.Require(t)
	evaluators.Lock()
	defer evaluators.Unlock()
	if e := evaluators.by[library]; e != nil {
		return e
	}
	adapter, err := adapterClasses(library)
	if err != nil {
		t.Fatal(err)
	}
	e, err := stormtest.NewEvaluator(context.WithoutCancel(t.Context()), library, adapter)
	if err != nil {
		t.Fatal(err)
	}
	if evaluators.by == nil {
		evaluators.by = map[stormtest.ClojureLibrary]*stormtest.Evaluator{}
	}
	evaluators.by[library] = e
	return e
}

// target is a dialect with a version of Storm that has it.
type target struct {
	dialect clojure.Dialect
	storm   settings.Version
	library stormtest.ClojureLibrary
	jvm     validate.JVM // nil if a test needs none
}

func (x target) String() string { return fmt.Sprintf("%s for Storm %s", x.dialect, x.storm) }

// The Storm of a target may be older than its library, because a newer Storm refuses what a test needs. The DSL is the
// same in both.
var (
	storm28  = target{dialect: clojure.Storm, storm: settings.Version{Major: 2, Minor: 8, Patch: 3}, library: stormtest.StormClojure}
	storm25  = target{dialect: clojure.Storm, storm: settings.Version{Major: 2, Minor: 5, Patch: -1}, library: stormtest.StormClojure}
	storm12  = target{dialect: clojure.Storm, storm: settings.Version{Major: 1, Minor: 2, Patch: 4}, library: stormtest.Storm1Clojure}
	storm010 = target{dialect: clojure.Backtype, storm: settings.Version{Minor: 10, Patch: 2}, library: stormtest.BacktypeClojure}
	storm09  = target{dialect: clojure.Backtype, storm: settings.Version{Minor: 9, Patch: 7}, library: stormtest.Backtype09}
	sparse   = target{dialect: clojure.Streamparse, storm: settings.Version{Minor: 9, Patch: 5}, library: stormtest.Backtype09}
)

// compiled is a program with the notes of its file.
type compiled struct {
	*compiler.Program
	notes   *clojure.Notes
	classes *classfile.Path
	// submitted is the same program for a cluster. What Clojure builds has its checkpoints.
	submitted *compiler.Program
}

func (c *compiled) emit(d clojure.Dialect) ([]byte, diag.List) {
	return clojure.Emit(c.Program, c.notes, clojure.Options{Dialect: d, Classes: c.classes})
}

// load checks and compiles a file for a target. An error in the file fails the test.
func load(t *testing.T, path string, text []byte, x target) *compiled {
	t.Helper()
	prog, diags := tryLoad(t, path, text, x)
	if prog == nil {
		t.Fatalf("%s\n%s", show(t, diags), text)
	}
	return prog
}

func tryLoad(t *testing.T, path string, text []byte, x target) (*compiled, diag.List) {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, Storm: x.storm, JVM: x.jvm})
	if err != nil {
		t.Fatal(err)
	}
	top, diags := result.Topology, result.Diagnostics
	if top == nil {
		return nil, diags
	}
	classes, err := classfile.Open(classfile.Options{Storm: top.Storm, Jars: top.ClassPath()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = classes.Close() })
	opts := x.dialect.CompileOptions()
	prog := compiler.Compile(top, opts)
	opts.NoCheckpoints = false
	return &compiled{prog, clojure.Annotate(top), classes, compiler.Compile(top, opts)}, diags
}

func show(t *testing.T, diags diag.List) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Write(&b, diags, diag.Options{Format: diag.Text}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// agree evaluates a file and compares the topology that it builds with the program's.
func agree(t *testing.T, p *compiled, text []byte, x target, ns string) {
	t.Helper()
	agreeIn(t, evaluator(t, x.library), p, text, x, ns)
}

// agreeIn does so with an evaluator.
func agreeIn(t *testing.T, e *stormtest.Evaluator, p *compiled, text []byte, x target, ns string) {
	t.Helper()
	if ns == "" {
		ns = clojure.DefaultNamespace(p.Topology.Name, x.dialect)
	}
	got, err := e.Evaluate(t.Context(), stormtest.ClojureFile{
		Kind: x.dialect.String(), Namespace: ns, Function: clojure.TopologyFunction(p.Topology.Name, x.dialect), Text: text,
		Definitions: definitions(p.submitted.Topology),
	})
	if err != nil {
		t.Errorf("%s: %v\n%.5000s", x, err, text)
		return
	}
	want := components(p.wanted(), x.dialect, got.Expected)
	same(t, x, want, got.Topology, text)
	for i, hook := range p.Topology.WorkerHooks {
		if _, ok := hook.(*topology.Definition); ok && (i >= len(got.Hooks) || got.Hooks[i] != got.Expected[hookKey(i)]) {
			t.Errorf("%s: the worker hooks are %q, want %q", x, got.Hooks, got.Expected[hookKey(i)])
		}
	}
	if x.dialect == clojure.Streamparse {
		return
	}
	conf := canonical(p.Topology.Conf)
	if !reflect.DeepEqual(canonicalJSON(t, got.Conf), conf) {
		t.Errorf("%s: the configuration is\n%.3000s\nwant\n%.3000v\n%.5000s", x, got.Conf, conf, text)
	}
	if l := got.Local; l == nil || l.Name != p.Topology.Name || !l.Shutdown || !reflect.DeepEqual(canonicalJSON(t, l.Conf), conf) {
		t.Errorf("%s: -main gave its local cluster %.3000v", x, l)
	} else {
		same(t, x, want, l.Topology, text)
	}
}

func same(t *testing.T, x target, want, got map[string]component, text []byte) {
	t.Helper()
	norm := map[string]component{}
	for id, c := range got {
		norm[id] = normal(c)
		for i, in := range want[id].Inputs {
			switch {
			case i >= len(c.Inputs):
			case in.Object != "":
				norm[id].Inputs[i].PartialKey = nil // the state of the object says more
			default:
				norm[id].Inputs[i].Object = ""
			}
		}
	}
	if reflect.DeepEqual(want, norm) {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if !reflect.DeepEqual(want[id], norm[id]) {
			t.Errorf("%s: component %q is\n%+v\nwant\n%+v\n%.5000s", x, id, norm[id], want[id], text)
			return
		}
	}
	t.Errorf("%s: the components are %q, want %q", x, slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
}

// wanted returns the topology that Clojure should build. A test may have changed the configuration.
func (c *compiled) wanted() *topology.Topology {
	top := *c.submitted.Topology
	top.Conf = c.Topology.Conf
	return &top
}

// definitions returns the JVM objects of a topology.
func definitions(top *topology.Topology) []stormtest.ClojureDefinition {
	var all []stormtest.ClojureDefinition
	add := func(role, key string, code topology.Code) {
		switch code := code.(type) {
		case *topology.Definition:
			all = append(all, stormtest.ClojureDefinition{Role: role, Key: key, Text: string(wire.FormatDefinition(code))})
		case topology.SerializedJava:
			all = append(all, stormtest.ClojureDefinition{Role: "serialized", Key: key, Text: base64.StdEncoding.EncodeToString(code)})
		}
	}
	for i, hook := range top.WorkerHooks {
		add("hook", hookKey(i), hook)
	}
	for _, c := range top.Spouts {
		add("spout", c.ID, c.Code)
	}
	for _, c := range top.Bolts {
		add("bolt", c.ID, c.Code)
		for _, in := range c.Inputs {
			if custom, ok := in.Grouping.(topology.Custom); ok {
				add("grouping", inputKey(c, in), custom.Object)
			}
		}
	}
	return all
}

func hookKey(i int) string { return fmt.Sprint("hook ", i) }

func inputKey(c *topology.Component, in *topology.Input) string {
	return fmt.Sprintf("%s <- %s/%s", c.ID, in.Component, in.Stream)
}

type component = stormtest.ClojureComponent

// components describes the compiler's components in the evaluator's form. objects are the states of their JVM objects.
func components(top *topology.Topology, d clojure.Dialect, objects map[string]string) map[string]component {
	all := map[string]component{}
	for kind, list := range map[string][]*topology.Component{"spout": top.Spouts, "bolt": top.Bolts} {
		for _, c := range list {
			all[c.ID] = normal(describe(kind, c, d, objects))
		}
	}
	return all
}

func describe(kind string, c *topology.Component, d clojure.Dialect, objects map[string]string) component {
	out := component{
		Kind: kind, Object: objects[c.ID],
		Parallelism: c.Parallelism, Conf: string(wire.FormatConf(c.Conf)), Streams: map[string]stormtest.ClojureStream{},
	}
	if process, ok := c.Code.(*topology.Process); ok {
		out.Command = process.Words
	}
	if d == clojure.Streamparse && len(out.Command) > 0 && out.Command[0] == "streamparse_run" {
		out.Command = []string{"python", "-m", "streamparse.run", out.Command[1]} // how streamparse 2 runs a class
	}
	for _, s := range c.Streams {
		out.Streams[s.ID] = stormtest.ClojureStream{Fields: append([]string{}, s.Fields...), Direct: s.Direct}
	}
	for _, in := range c.Inputs {
		got := stormtest.ClojureInput{From: in.Component, Stream: in.Stream, Grouping: strings.ReplaceAll(in.Grouping.Name(), "-", "_")}
		switch g := in.Grouping.(type) {
		case topology.Global:
			got.Grouping = "fields"
		case topology.Fields:
			got.Fields = g.Names
		case topology.PartialKey:
			got.Grouping, got.PartialKey = "custom_serialized", g.Names
		case topology.Custom:
			got.Grouping, got.Object = "custom_serialized", objects[inputKey(c, in)]
		}
		out.Inputs = append(out.Inputs, got)
	}
	return out
}

// normal sorts a component's inputs and gives the numbers in its configuration one form.
func normal(c component) component {
	slices.SortFunc(c.Inputs, func(a, b stormtest.ClojureInput) int {
		return strings.Compare(a.From+"\x00"+a.Stream, b.From+"\x00"+b.Stream)
	})
	for i := range c.Inputs {
		if len(c.Inputs[i].Fields) == 0 {
			c.Inputs[i].Fields = nil
		}
	}
	if len(c.Inputs) == 0 {
		c.Inputs = nil
	}
	dec := json.NewDecoder(strings.NewReader(c.Conf))
	dec.UseNumber()
	var conf any
	if err := dec.Decode(&conf); err != nil {
		c.Conf = "not JSON: " + c.Conf
		return c
	}
	c.Conf = fmt.Sprintf("%q", fmt.Sprint(numbers(conf)))
	return c
}

func canonicalJSON(t *testing.T, text []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return numbers(v)
}

// canonical is like canonicalJSON, for the Go values of a configuration.
func canonical(v any) any {
	switch v := v.(type) {
	case int64:
		return integer(big.NewInt(v))
	case *big.Int:
		return integer(v)
	case float64:
		return fraction(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = canonical(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = canonical(v[k])
		}
		return out
	}
	return v
}

func integer(n *big.Int) string { return "integer " + n.String() }

func fraction(f float64) string { return "fraction " + strconv.FormatFloat(f, 'g', -1, 64) }

// numbers gives every number the same form, because Java and Go write some doubles differently (4.9E-324 and 5e-324).
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, ok := new(big.Int).SetString(v.String(), 10); ok {
			return integer(n)
		}
		f, err := v.Float64()
		if err != nil {
			panic("not a number: " + v.String())
		}
		return fraction(f)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = numbers(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			out[k] = numbers(v[k])
		}
		return out
	}
	return v
}

// root returns the repository's root.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// For every example and dialect, Emit gives what golden/ holds, and the file builds the topology that the compiler
// makes. If a dialect cannot express an example, golden/ holds the diagnostics.
func TestExamples(t *testing.T) {
	t.Chdir(root(t))
	found, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(found) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range found {
		for _, x := range []target{storm28, storm010, sparse} {
			t.Run(filepath.Base(path)+"/"+x.dialect.String(), func(t *testing.T) {
				base := filepath.Join("golden", strings.TrimSuffix(filepath.Base(path), ".yaml"), x.dialect.String())
				prog, diags := tryLoad(t, path, nil, target{dialect: x.dialect, storm: x.dialect.Version(), library: x.library})
				var text []byte
				if prog != nil {
					text, diags = prog.emit(x.dialect)
				}
				golden(t, base+".clj", text)
				shown := diags.Filter(func(d *diag.Diagnostic) bool { return text == nil && d.Severity == diag.Error })
				golden(t, base+".txt", []byte(show(t, shown)))
				if text != nil {
					agree(t, prog, text, x, "")
				}
			})
		}
	}
}

// golden compares a text with a golden file. The file does not exist if the text is empty.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("STORMFLUX_UPDATE") == "1" {
		err := os.Remove(path)
		if len(got) > 0 {
			err = os.WriteFile(path, got, 0o644)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (STORMFLUX_UPDATE=1 go test ./compiler/clojure rewrites it):\n%s\nwant\n%s", path, got, want)
	}
}
