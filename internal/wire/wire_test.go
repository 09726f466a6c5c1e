package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

var storm stormtest.Shared

func TestMain(m *testing.M) { os.Exit(storm.Main(m)) }

// In both protocols, the bytes of a model give the same model again, and that model gives the same bytes.
func TestDecodeOfEncodeIsTheModel(t *testing.T) {
	for seed := range uint64(500) {
		want := randomTopology(seed)
		want.Bolts = append(want.Bolts, &topology.Component{
			ID: "~", Code: &topology.Process{Words: []string{"a", "b"}},
			Inputs: []*topology.Input{{Component: "s", Stream: "x", Grouping: topology.PartialKey{Names: []string{"a", "é😀", "a"}}}},
		})
		for _, p := range []wire.Protocol{wire.Binary, wire.Compact} {
			data := marshal(t, want, p)
			got, err := wire.Unmarshal(t.Context(), data, p)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: got\n%s\nwant\n%s", seed, show(t, got), show(t, want))
			}
			if again := marshal(t, got, p); !bytes.Equal(again, data) {
				t.Fatalf("seed %d: other bytes the second time", seed)
			}
		}
	}
}

// Storm's own classes read from the bytes what the model says.
func TestStormReadsTheModel(t *testing.T) {
	judge := storm.Judge(t)
	for seed := range uint64(300) {
		top := randomTopology(seed)
		read, err := judge.ReadTopology(t.Context(), marshal(t, top, wire.Binary), stormtest.Binary)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, show(t, top))
		}
		if got, want := parsed(t, read), parsed(t, []byte(show(t, asStorm(top)))); !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: Storm reads\n%s\nthe model is\n%s", seed, read, show(t, asStorm(top)))
		}
	}
}

// Storm reads partial key groupings on any number of fields and on any letters. The number of fields changes the size of
// the serialised HashMap.
func TestPartialKeyIsReadByStorm(t *testing.T) {
	judge := storm.Judge(t)
	for n := range 40 {
		fields := make([]string, n+1)
		for i := range fields {
			fields[i] = "f\x00é😀" + strconv.Itoa(i)
		}
		top := &topology.Topology{Bolts: []*topology.Component{{
			ID: "b", Code: &topology.Process{Words: []string{"a", "b"}},
			Inputs: []*topology.Input{{Component: "s", Stream: "x", Grouping: topology.PartialKey{Names: fields}}},
		}}}
		read, err := judge.ReadTopology(t.Context(), marshal(t, top, wire.Binary), stormtest.Binary)
		if err != nil {
			t.Fatal(err)
		}
		names, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(canonicalText(t, read), names[1:len(names)-1]) {
			t.Errorf("%d fields: Storm reads %s", n+1, read)
		}
	}
}

func canonicalText(t *testing.T, text json.RawMessage) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	if err := enc.Encode(parsed(t, text)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Bytes that the model has no form for are an error. They do not lose a part silently.
func TestDecodeRefuses(t *testing.T) {
	for name, text := range map[string]string{"nothing": "", "no struct": "\x01\x02\x03", "cut off": string(marshal(t, randomTopology(1), wire.Binary)[:40])} {
		if top, err := wire.Unmarshal(t.Context(), []byte(text), wire.Binary); err == nil {
			t.Errorf("%s: read as %s", name, show(t, top))
		}
	}
}

func marshal(t *testing.T, top *topology.Topology, p wire.Protocol) []byte {
	t.Helper()
	data, err := wire.Marshal(t.Context(), top, p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func show(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil { // an infinity
		return fmt.Sprintf("%+v", v)
	}
	return string(text)
}

func parsed(t *testing.T, text []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return oneNumberForm(v)
}

// oneNumberForm gives every number the same form, because Java and Go write some of them differently.
func oneNumberForm(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, _, err := big.ParseFloat(v.String(), 10, 200, big.ToNearestEven)
		if err != nil {
			return v
		}
		return f.Text('g', 40)
	case []any:
		for i := range v {
			v[i] = oneNumberForm(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = oneNumberForm(v[k])
		}
	}
	return v
}

// asStorm returns a model in the form in which [stormtest.Judge.ReadTopology] shows it.
func asStorm(top *topology.Topology) map[string]any {
	out := map[string]any{"spouts": map[string]any{}, "bolts": map[string]any{}, "state_spouts": map[string]any{}}
	for _, c := range top.Spouts {
		out["spouts"].(map[string]any)[c.ID] = map[string]any{"spout_object": codeAsStorm("Spout", c.Code), "common": commonAsStorm(c)}
	}
	for _, c := range top.Bolts {
		out["bolts"].(map[string]any)[c.ID] = map[string]any{"bolt_object": codeAsStorm("Bolt", c.Code), "common": commonAsStorm(c)}
	}
	var hooks []any
	for _, h := range top.WorkerHooks {
		if serialized, ok := h.(topology.SerializedJava); ok {
			hooks = append(hooks, string(serialized[len(serialized)-3:]))
			continue
		}
		// The judge has Storm's classes, but not the adapter's.
		hooks = append(hooks, map[string]any{"unreadable": "java.lang.RuntimeException: java.lang.ClassNotFoundException: stormflux.runtime.Hook"})
	}
	if hooks != nil {
		out["worker_hooks"] = hooks
	}
	for key, v := range map[string]string{"storm_version": top.StormVersion, "jdk_version": top.JDKVersion} {
		if v != "" {
			out[key] = v
		}
	}
	for key, v := range map[string][]string{"dependency_jars": top.Dependencies.Jars, "dependency_artifacts": top.Dependencies.Artifacts} {
		if v != nil {
			out[key] = v
		}
	}
	if len(top.SharedMemory) > 0 {
		shared, of := map[string]any{}, map[string][]string{}
		for _, m := range top.SharedMemory {
			one := map[string]any{"name": m.Name}
			for key, v := range map[string]*float64{"on_heap": m.OnHeap, "off_heap_worker": m.OffHeapWorker, "off_heap_node": m.OffHeapNode} {
				if v != nil {
					one[key] = *v
				}
			}
			shared[m.Name] = one
			for _, id := range m.Components {
				of[id] = append(of[id], m.Name)
			}
		}
		out["shared_memory"], out["component_to_shared_memory"] = shared, of
	}
	return out
}

func codeAsStorm(role string, code topology.Code) any {
	switch code := code.(type) {
	case *topology.Process:
		return map[string]any{"shell": map[string]any{"execution_command": code.Words[0], "script": code.Words[1]}}
	case *topology.JavaObject:
		return map[string]any{"java_object": objectAsStorm(code)}
	case *topology.Definition:
		return map[string]any{"java_object": definitionAsStorm(role, code)}
	case topology.SerializedJava:
		return map[string]any{"serialized_java": string(code[len(code)-3:])}
	}
	panic("no code")
}

func definitionAsStorm(role string, d *topology.Definition) any {
	return objectAsStorm(&topology.JavaObject{Class: "stormflux.runtime." + role, Args: []any{string(wire.FormatDefinition(d))}})
}

func objectAsStorm(o *topology.JavaObject) any {
	args := []any{}
	for _, a := range o.Args {
		switch a := a.(type) {
		case int32:
			args = append(args, map[string]any{"int_arg": a})
		case int64:
			args = append(args, map[string]any{"long_arg": a})
		case string:
			args = append(args, map[string]any{"string_arg": a})
		case bool:
			args = append(args, map[string]any{"bool_arg": a})
		case []byte:
			args = append(args, map[string]any{"binary_arg": a})
		case float64:
			args = append(args, map[string]any{"double_arg": a})
		}
	}
	return map[string]any{"full_class_name": o.Class, "args_list": args}
}

func commonAsStorm(c *topology.Component) any {
	inputs := []any{}
	for _, in := range c.Inputs {
		inputs = append(inputs, map[string]any{"componentId": in.Component, "streamId": in.Stream, "grouping": groupingAsStorm(in.Grouping)})
	}
	streams := map[string]any{}
	for _, s := range c.Streams {
		streams[s.ID] = map[string]any{"output_fields": append([]string{}, s.Fields...), "direct": s.Direct}
	}
	out := map[string]any{"inputs": inputs, "streams": streams}
	if c.Parallelism != 0 {
		out["parallelism_hint"] = c.Parallelism
	}
	if len(c.Conf) > 0 {
		out["json_conf"] = json.RawMessage(wire.FormatConf(c.Conf))
	}
	return out
}

func groupingAsStorm(g topology.Grouping) any {
	empty := map[string]any{}
	switch g := g.(type) {
	case topology.Shuffle:
		return map[string]any{"shuffle": empty}
	case topology.LocalOrShuffle:
		return map[string]any{"local_or_shuffle": empty}
	case topology.All:
		return map[string]any{"all": empty}
	case topology.None:
		return map[string]any{"none": empty}
	case topology.Direct:
		return map[string]any{"direct": empty}
	case topology.Global:
		return map[string]any{"fields": []string{}}
	case topology.Fields:
		return map[string]any{"fields": g.Names}
	case topology.Custom:
		switch o := g.Object.(type) {
		case *topology.JavaObject:
			return map[string]any{"custom_object": objectAsStorm(o)}
		case *topology.Definition:
			return map[string]any{"custom_object": definitionAsStorm("Grouping", o)}
		case topology.SerializedJava:
			return map[string]any{"custom_serialized": string(o[len(o)-3:])}
		}
	}
	panic("no grouping")
}

// serializedString is Java's serialised form of a string of three letters.
func serializedString(text string) topology.SerializedJava {
	return topology.SerializedJava("\xac\xed\x00\x05t\x00\x03" + text)
}

type generator struct{ *rand.Rand }

// randomTopology returns a model in the order of its ids.
func randomTopology(seed uint64) *topology.Topology {
	g := generator{rand.New(rand.NewPCG(seed, 8))}
	top := &topology.Topology{}
	for _, id := range g.names(1 + g.IntN(4)) {
		top.Spouts = append(top.Spouts, g.component(id, false))
	}
	for _, id := range g.names(g.IntN(5)) {
		top.Bolts = append(top.Bolts, g.component(id, true))
	}
	for range g.IntN(3) {
		top.WorkerHooks = append(top.WorkerHooks, []topology.Code{serializedString("hoo"), g.definition()}[g.IntN(2)])
	}
	if g.IntN(3) == 0 {
		top.StormVersion, top.JDKVersion = "2.8.3", "17.0.1"
	}
	if g.IntN(3) == 0 {
		top.Dependencies = topology.Dependencies{Jars: []string{"dep-a.jar"}, Artifacts: []string{"dep-g-a-1.jar", "dep-g-b-2.jar"}}
	}
	if g.IntN(3) == 0 {
		size := float64(g.IntN(1000)) / 4
		top.SharedMemory = []*topology.SharedMemory{{Name: "cache", OffHeapNode: &size, Components: []string{top.Spouts[0].ID}}}
	}
	return top
}

// names returns different names, sorted.
func (g generator) names(n int) []string {
	taken := map[string]bool{}
	var all []string
	for len(all) < n {
		if name := g.word(); !taken[name] {
			taken[name] = true
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func (g generator) word() string {
	letters := []rune("aZ09_-. é日😀\"\\\n")
	word := []rune{'w'}
	for range g.IntN(8) {
		word = append(word, letters[g.IntN(len(letters))])
	}
	return string(word)
}

func (g generator) component(id string, bolt bool) *topology.Component {
	c := &topology.Component{ID: id, Code: g.code(), Parallelism: g.IntN(5)}
	for _, stream := range g.names(g.IntN(4)) {
		s := &topology.Stream{ID: stream, Direct: g.IntN(3) == 0}
		if n := g.IntN(4); n > 0 {
			s.Fields = g.names(n)
		}
		c.Streams = append(c.Streams, s)
	}
	if g.IntN(2) == 0 {
		c.Conf = g.conf(3)
	}
	if !bolt {
		return c
	}
	for _, source := range g.names(g.IntN(3)) {
		for _, stream := range g.names(1 + g.IntN(2)) {
			c.Inputs = append(c.Inputs, &topology.Input{Component: source, Stream: stream, Grouping: g.grouping()})
		}
	}
	return c
}

func (g generator) code() topology.Code {
	switch g.IntN(5) {
	case 0:
		return g.object()
	case 1:
		return serializedString("bol")
	case 2:
		return g.definition()
	}
	return &topology.Process{Words: []string{g.word(), g.word()}}
}

func (g generator) object() *topology.JavaObject {
	o := &topology.JavaObject{Class: "com.example.Bolt"}
	for range g.IntN(4) {
		o.Args = append(o.Args, []any{int32(g.Uint32()), int64(g.Uint64()), g.word(), g.IntN(2) == 0, []byte(g.word()), g.NormFloat64()}[g.IntN(6)])
	}
	return o
}

func (g generator) definition() *topology.Definition {
	d := &topology.Definition{Component: g.word()}
	for i := range 1 + g.IntN(3) {
		o := &topology.Object{Class: "com.example.X$" + g.word(), ID: g.word(), Args: g.arguments(2, i)}
		for range g.IntN(3) {
			step := &topology.Step{Place: "a.yaml:3", Method: g.word(), Args: append([]any{}, g.arguments(2, i)...)}
			if g.IntN(2) == 0 {
				step = &topology.Step{Property: g.word(), Args: []any{g.argument(2, i)}}
			}
			o.Steps = append(o.Steps, step)
		}
		if g.IntN(2) == 0 {
			o.Factory, o.Place = g.word(), g.word()
		}
		d.Objects = append(d.Objects, o)
	}
	return d
}

func (g generator) arguments(depth, objects int) []any {
	var args []any
	for range g.IntN(4) {
		args = append(args, g.argument(depth, objects))
	}
	return args
}

func (g generator) argument(depth, objects int) any {
	switch g.IntN(7) {
	case 6:
		return topology.Bytes("\x00\xff"[:g.IntN(3)])
	case 0:
		return topology.Date(g.Int64() >> 20)
	case 1:
		return math.Inf(1 - 2*g.IntN(2))
	case 2:
		if objects > 0 {
			return topology.Ref(g.IntN(objects))
		}
	case 3:
		m := topology.Map{}
		for range g.IntN(3) * depth {
			m = append(m, topology.MapEntry{Key: g.argument(depth-1, objects), Value: g.argument(depth-1, objects)})
		}
		return m
	case 4:
		if depth > 0 {
			return append([]any{}, g.arguments(depth-1, objects)...)
		}
	}
	return g.value(0)
}

func (g generator) grouping() topology.Grouping {
	return []topology.Grouping{
		topology.Shuffle{}, topology.LocalOrShuffle{}, topology.All{}, topology.Global{}, topology.None{}, topology.Direct{},
		topology.Fields{Names: g.names(1 + g.IntN(3))}, topology.Custom{Object: g.object()},
		topology.Custom{Object: serializedString("gro")}, topology.Custom{Object: g.definition()},
	}[g.IntN(10)]
}

func (g generator) conf(depth int) map[string]any {
	conf := map[string]any{}
	for _, key := range g.names(1 + g.IntN(3)) {
		conf[key] = g.value(depth)
	}
	return conf
}

func (g generator) value(depth int) any {
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
		return g.NormFloat64() * 1e5
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
