package compiler_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/apache/thrift/lib/go/thrift"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	stormthrift "github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// Random topologies without a fault pass every check, and Storm accepts what they compile to. The test then puts random
// faults into them: whatever Storm refuses, stormflux must have refused before. Storm judges a Thrift topology that the
// test makes itself, without the compiler.
func TestRandomAgainstStorm(t *testing.T) {
	judge := stormJudge{storm.Judge(t), t}
	const topologies, mutations = 250, 6
	var refused, accepted int
	rules := map[string]int{}
	for seed := range uint64(topologies) {
		r := &random{rand.New(rand.NewPCG(seed, 7))}
		p := r.plan()
		prog, diags := check(t, p)
		if prog == nil {
			t.Fatalf("seed %d: refused without a fault:\n%s\n%s", seed, messages(diags), p.yaml(t))
		}
		if err := judge.program(prog); err != nil {
			t.Fatalf("seed %d: Storm refuses what it compiles to: %v\n%s", seed, err, p.yaml(t))
		}
		if err := judge.plan(p); err != nil {
			t.Fatalf("seed %d: Storm refuses the test's own form: %v\n%s", seed, err, p.yaml(t))
		}
		for n := range mutations {
			m := p.clone()
			var faults []string
			for range 1 + n/3 {
				faults = append(faults, r.mutate(m))
			}
			prog, diags := check(t, m)
			refusal := judge.plan(m)
			if noSuchClass(refusal) {
				continue // only Nimbus knows which classes it has
			}
			switch {
			case refusal != nil && prog != nil:
				t.Errorf("seed %d, %q: accepted here, but Storm says: %v\n%s", seed, faults, refusal, m.yaml(t))
			case refusal != nil:
				refused++
				for _, d := range diags {
					if d.Severity == diag.Error {
						rules[d.Rule]++
					}
				}
			case prog != nil:
				accepted++
				if err := judge.program(prog); err != nil {
					t.Errorf("seed %d, %q: Storm refuses what it compiles to: %v\n%s", seed, faults, err, m.yaml(t))
				}
			}
		}
	}
	// The test is worth something only if Storm finds enough of the faults, and if enough topologies reach the compiler.
	if total := topologies * mutations; refused < total/5 || accepted < total/10 || len(rules) < 10 {
		t.Errorf("of %d topologies with faults Storm refused %d, by %d rules here, and %d were accepted", total, refused, len(rules), accepted)
	}
}

// noSuchClass reports whether Storm refuses a configuration because it does not find a class.
func noSuchClass(err error) bool {
	var refusal *stormtest.Refusal
	return errors.As(err, &refusal) && refusal.Cause != nil && refusal.Cause.Class == "java.lang.ClassNotFoundException"
}

// check loads, checks and compiles a plan. The program is nil if there is an error.
func check(t *testing.T, p *plan) (*compiler.Program, diag.List) {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), "random.yaml", schema.Options{Text: p.yaml(t)})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, SkipFiles: true})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		return nil, result.Diagnostics
	}
	return compiler.Compile(result.Topology, compiler.Options{}), nil
}

func messages(diags diag.List) string {
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "%s: %s [%s]\n", d.Severity, d.Message, d.Rule)
	}
	return b.String()
}

// stormJudge asks Storm whether it refuses a topology. It ends the test if it cannot ask.
type stormJudge struct {
	*stormtest.Judge
	t *testing.T
}

func (j stormJudge) submit(s stormtest.Submission) error {
	j.t.Helper()
	err := j.ValidateTopology(j.t.Context(), s)
	if refusal := (*stormtest.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
		j.t.Fatal(err)
	}
	return err
}

func (j stormJudge) program(prog *compiler.Program) error {
	conf, err := json.Marshal(prog.Topology.Conf)
	if err != nil {
		j.t.Fatal(err)
	}
	return j.submit(stormtest.Submission{
		Name: prog.Topology.Name, Conf: string(conf), Topology: encode(j.t, prog, compiler.Binary), Protocol: stormtest.Binary,
	})
}

func (j stormJudge) plan(p *plan) error {
	conf, err := json.Marshal(p.conf)
	if err != nil {
		j.t.Fatal(err)
	}
	text, err := thrift.NewTSerializer().Write(j.t.Context(), p.thrift(j.t))
	if err != nil {
		j.t.Fatal(err)
	}
	return j.submit(stormtest.Submission{Name: p.name, Conf: string(conf), Topology: text, Protocol: stormtest.Binary})
}

// plan is a topology that the test can write as YAML and, without our compiler, as Thrift.
type plan struct {
	name          string
	conf          object
	spouts, bolts []*part
}

type object = map[string]any

type part struct {
	id          string
	parallelism int
	tasks       any // nil: not written
	onHeap      int // 0: not written
	conf        object
	streams     []output
	inputs      []input
}

type output struct {
	id     string
	fields []string
}

type input struct {
	from, stream string
	grouping     string // "fields", or a word of the language
	fields       []string
}

func (p *plan) parts() []*part { return slices.Concat(p.spouts, p.bolts) }

func (p *plan) clone() *plan {
	parts := func(list []*part) []*part {
		var out []*part
		for _, c := range list {
			n := *c
			n.conf = maps.Clone(c.conf)
			n.streams, n.inputs = slices.Clone(c.streams), slices.Clone(c.inputs)
			out = append(out, &n)
		}
		return out
	}
	return &plan{p.name, maps.Clone(p.conf), parts(p.spouts), parts(p.bolts)}
}

// yaml writes the plan as JSON, which is YAML.
func (p *plan) yaml(t *testing.T) []byte {
	t.Helper()
	list := func(parts []*part) []object {
		all := []object{}
		for _, c := range parts {
			o := object{"id": c.id, "command": []string{"cat", "-"}, "parallelism": c.parallelism, "config": c.conf}
			if c.tasks != nil {
				o["tasks"] = c.tasks
			}
			if c.onHeap > 0 {
				o["onHeapMemoryLoad"] = c.onHeap
			}
			outputs := object{}
			for _, s := range c.streams {
				outputs[s.id] = nonNil(s.fields)
			}
			o["outputs"] = outputs
			var inputs []object
			for _, in := range c.inputs {
				i := object{"from": in.from, "stream": in.stream, "grouping": in.grouping}
				if in.grouping == "fields" {
					i["grouping"] = object{"fields": nonNil(in.fields)}
				}
				inputs = append(inputs, i)
			}
			if inputs != nil {
				o["inputs"] = inputs
			}
			all = append(all, o)
		}
		return all
	}
	text, err := json.Marshal(object{"name": p.name, "config": p.conf, "spouts": list(p.spouts), "bolts": list(p.bolts)})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func nonNil(list []string) []string { return append([]string{}, list...) }

// thrift returns the plan in Thrift, as Storm's own client would send it.
func (p *plan) thrift(t *testing.T) *stormthrift.StormTopology {
	t.Helper()
	shell := &stormthrift.ComponentObject{Shell: &stormthrift.ShellComponent{ExecutionCommand: "cat", Script: "-"}}
	common := func(c *part) *stormthrift.ComponentCommon {
		out := stormthrift.NewComponentCommon()
		hint := int32(c.parallelism)
		out.ParallelismHint = &hint
		out.Streams = map[string]*stormthrift.StreamInfo{}
		for _, s := range c.streams {
			out.Streams[s.id] = &stormthrift.StreamInfo{OutputFields: nonNil(s.fields)}
		}
		out.Inputs = map[*stormthrift.GlobalStreamId]*stormthrift.Grouping{}
		for _, in := range c.inputs {
			g := stormthrift.NewGrouping()
			switch in.grouping {
			case "fields":
				g.Fields = nonNil(in.fields)
			case "shuffle":
				g.Shuffle = stormthrift.NewNullStruct()
			case "all":
				g.All = stormthrift.NewNullStruct()
			case "none":
				g.None = stormthrift.NewNullStruct()
			case "global":
				g.Fields = []string{}
			case "local-or-shuffle":
				g.LocalOrShuffle = stormthrift.NewNullStruct()
			default:
				t.Fatalf("unknown grouping %q", in.grouping)
			}
			out.Inputs[&stormthrift.GlobalStreamId{ComponentId: in.from, StreamId: in.stream}] = g
		}
		conf := maps.Clone(c.conf)
		if c.tasks != nil {
			conf["topology.tasks"] = c.tasks
		}
		if c.onHeap > 0 {
			conf["topology.component.resources.onheap.memory.mb"] = c.onHeap
		}
		text, err := json.Marshal(conf)
		if err != nil {
			t.Fatal(err)
		}
		s := string(text)
		out.JSONConf = &s
		return out
	}
	top := &stormthrift.StormTopology{
		Spouts: map[string]*stormthrift.SpoutSpec{}, Bolts: map[string]*stormthrift.Bolt{}, StateSpouts: map[string]*stormthrift.StateSpoutSpec{},
	}
	for _, c := range p.spouts {
		top.Spouts[c.id] = &stormthrift.SpoutSpec{SpoutObject: shell, Common: common(c)}
	}
	for _, c := range p.bolts {
		top.Bolts[c.id] = &stormthrift.Bolt{BoltObject: shell, Common: common(c)}
	}
	return top
}

// random makes plans, and faults in them.
type random struct{ *rand.Rand }

func pick[T any](r *random, list ...T) T { return list[r.IntN(len(list))] }

func (r *random) words(n int) []string {
	all := []string{"a", "b", "c d", "é日", "it's", "x-1", "Long_Word", "1", "true", "$x"}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:n]
}

// plan makes a topology without a fault.
func (r *random) plan() *plan {
	p := &plan{name: pick(r, "t", "word-count", "a-b_c", "T9"), conf: object{}}
	for range r.IntN(3) {
		switch r.IntN(6) {
		case 0:
			p.conf["topology.workers"] = 1 + r.IntN(4)
		case 1:
			p.conf["topology.debug"] = r.IntN(2) == 0
		case 2:
			p.conf["topology.message.timeout.secs"] = 1 + r.IntN(100)
		case 3:
			p.conf["topology.acker.executors"] = 1 + r.IntN(3)
		case 4:
			p.conf["topology.stats.sample.rate"] = json.Number("0.5")
		case 5:
			p.conf["my.setting"] = r.value()
		}
	}
	ids := r.words(2 + r.IntN(7))
	spouts := 1 + r.IntN(len(ids)-1)
	for i, id := range ids {
		c := &part{id: id, parallelism: 1 + r.IntN(4), conf: object{}}
		if r.IntN(3) == 0 {
			c.tasks = c.parallelism * (1 + r.IntN(3))
		}
		if r.IntN(4) == 0 {
			c.onHeap = 64 + r.IntN(500)
		}
		if r.IntN(3) == 0 {
			c.conf["my.setting"] = r.value()
		}
		if r.IntN(3) == 0 {
			c.conf["topology.max.spout.pending"] = 1 + r.IntN(9)
		}
		if i < spouts || r.IntN(3) > 0 {
			for n, stream := range append([]string{"default"}, r.words(r.IntN(3))...) {
				if n > 0 || r.IntN(5) > 0 {
					c.streams = append(c.streams, output{stream, r.words(1 + r.IntN(3))})
				}
			}
			if len(c.streams) == 0 {
				c.streams = []output{{"other", r.words(1)}}
			}
		}
		if i < spouts {
			p.spouts = append(p.spouts, c)
			continue
		}
		for _, from := range p.parts() {
			for _, s := range from.streams {
				if len(c.inputs) == 0 || r.IntN(3) == 0 {
					c.inputs = append(c.inputs, r.input(from.id, s))
				}
			}
		}
		p.bolts = append(p.bolts, c)
	}
	return p
}

func (r *random) input(from string, s output) input {
	in := input{from: from, stream: s.id, grouping: pick(r, "shuffle", "all", "none", "global", "local-or-shuffle", "fields", "fields")}
	if in.grouping == "fields" {
		in.fields = s.fields[:1+r.IntN(len(s.fields))]
	}
	return in
}

// value returns a random value of a setting.
func (r *random) value() any {
	return pick[any](r, nil, true, false, 0, 1, -1, 7, 3_000_000_000, json.Number("2.0"), json.Number("1.5"), json.Number("-0.5"),
		json.Number("99999999999999999999"), "", "x", "3", "true", "org.apache.storm.Thing", []any{}, []any{"a"}, []any{1}, []any{"a", 1, nil},
		[]any{object{"a": "b"}}, []any{object{"a": 1}}, []any{object{"class": "a.B"}}, []any{object{"class": "a.B", "parallelism.hint": 1}},
		object{}, object{"a": "b"}, object{"a": 1}, object{"a": nil}, object{"a": object{}}, object{"a": object{"uncompress": "x"}}, object{"a": []any{1}},
		object{"onheap.memory.mb": nil}, object{"topology.component.resources.onheap.memory.mb": 5000})
}

// mutate puts a fault into a plan, or something that looks like a fault. It returns what it changed.
func (r *random) mutate(p *plan) string {
	all := p.parts()
	if len(all) == 0 {
		return "nothing left"
	}
	c := all[r.IntN(len(all))]
	var reader *part // with an input
	for _, i := range r.Perm(len(all)) {
		if len(all[i].inputs) > 0 {
			reader = all[i]
		}
	}
	var in *input
	if reader != nil {
		in = &reader.inputs[r.IntN(len(reader.inputs))]
	}
	var out *output
	if len(c.streams) > 0 {
		out = &c.streams[r.IntN(len(c.streams))]
	}
	unknown := pick(r, "nope", "__acker", "__system", "__x", "")
	for { // until it finds a fault that this plan can have
		switch r.IntN(22) {
		case 0:
			p.name = pick(r, "", ".", "a.b", "a/b", "a:b", `a\b`, "a@b", "a\nb", " ", strings.Repeat("x", 300))
			return "name"
		case 1, 2, 3, 4:
			keys := settings.Keys()
			key := keys[r.IntN(len(keys))]
			if r.IntN(2) == 0 {
				key = pick(r, "topology.workers", "topology.tasks", "topology.environment", "topology.kryo.register", "topology.blobstore.map",
					"topology.metrics.consumer.register", "topology.worker.max.heap.size.mb", "topology.priority", "topology.max.task.parallelism",
					"topology.acker.executors", "topology.eventlogger.executors", "topology.component.resources.onheap.memory.mb",
					"topology.name", "topology.worker.childopts", "topology.classpath", "topology.scheduler.strategy")
			}
			p.conf[key] = r.value()
			return "config " + key
		case 5:
			key := pick(r, "topology.tasks", "topology.max.task.parallelism", "topology.kryo.register", "topology.kryo.decorators",
				"topology.component.resources.map", "topology.component.resources.onheap.memory.mb",
				"topology.component.resources.offheap.memory.mb", "topology.component.cpu.pcore.percent", "topology.tick.tuple.freq.secs")
			c.conf[key] = r.value()
			return "config " + key + " of " + c.id
		case 6:
			c.parallelism = pick(r, 0, -1)
			return "parallelism"
		case 7:
			c.tasks = pick[any](r, 0, -1, 1, "x")
			return "tasks"
		case 8:
			c.onHeap = pick(r, 700, 769, 4096)
			return "memory"
		case 9:
			c.id = unknown
			return "id"
		case 10:
			old := c.id
			c.id = pick(r, "__acker", "__system", "__x", "ok", "Default", "a.b/c")
			for _, other := range all {
				for i := range other.inputs {
					if other.inputs[i].from == old {
						other.inputs[i].from = c.id
					}
				}
			}
			return "renamed " + old
		case 11:
			other := all[r.IntN(len(all))]
			if other.id != c.id {
				c.id = other.id
				return "id taken"
			}
		case 12:
			if in != nil {
				in.from = unknown
				return "from"
			}
		case 13:
			if in != nil {
				in.stream = unknown
				return "stream"
			}
		case 14:
			if in != nil {
				in.grouping, in.fields = "fields", pick(r, []string{"zz"}, nil, []string{"a", "a"}, []string{"a"}, []string{""})
				return "grouping"
			}
		case 15:
			if out != nil {
				out.id = pick(r, "__x", "__tick", "", "s2")
				return "stream id"
			}
		case 16:
			if out != nil {
				out.fields = pick(r, nil, []string{"f", "f"}, []string{""}, []string{"g"})
				return "fields"
			}
		case 17:
			if out != nil && len(p.spouts) > 0 {
				spout := p.spouts[r.IntN(len(p.spouts))]
				spout.inputs = append(spout.inputs, input{from: c.id, stream: out.id, grouping: "shuffle"})
				return "spout with inputs"
			}
		case 18:
			p.spouts = nil
			return "no spouts"
		case 19:
			if len(p.spouts) > 1 {
				p.spouts = p.spouts[1:]
				return "a spout less"
			}
		case 20:
			if out != nil && len(p.bolts) > 0 {
				b := p.bolts[r.IntN(len(p.bolts))]
				b.inputs = append(b.inputs, input{from: c.id, stream: out.id, grouping: "all"})
				return "another input"
			}
		case 21:
			c.streams, c.inputs = nil, nil
			return "nothing in or out"
		}
	}
}
