package plan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/topology"
)

// program is a word count: a Go spout, a Python bolt with the given tasks, and a JVM bolt.
func program() plan.Program {
	return plan.Program{
		Topology: &topology.Topology{
			Name: "words",
			Conf: map[string]any{
				"topology.max.spout.pending": int64(10), "app.rate": 1.0, "app.password": "abc",
				"topology.kryo.register": []any{"java.math.BigDecimal", map[string]any{"a.B": "a.S"}},
				"topology.users":         []any{"ann"},
			},
			Spouts: []*topology.Component{{
				ID: "lines", Code: &topology.Process{Words: []string{"/bin/sh", ".stormflux/lines.sh"}}, Parallelism: 1,
				Streams: []*topology.Stream{{ID: "default", Fields: []string{"line"}}},
			}},
			Bolts: []*topology.Component{
				{
					ID: "split", Code: &topology.Process{Words: []string{"python3", "split.py"}}, Parallelism: 2,
					Conf:    map[string]any{"topology.tick.tuple.freq.secs": int64(5)},
					Streams: []*topology.Stream{{ID: "default", Fields: []string{"word"}}, {ID: "errors", Fields: []string{"line", "why"}}},
					Inputs:  []*topology.Input{{Component: "lines", Stream: "default", Grouping: topology.Shuffle{}}},
				},
				{
					ID: "count", Parallelism: 2, Conf: map[string]any{"topology.tasks": int64(8)},
					Code: &topology.Definition{Component: "count", Objects: []*topology.Object{{
						Class: "app.Count", ID: "counter", Place: "/home/ann/words.yaml:9", Args: []any{int64(3)},
					}}},
					Inputs: []*topology.Input{{Component: "split", Stream: "default", Grouping: topology.Fields{Names: []string{"word"}}}},
				},
			},
		},
		Fingerprint: &fingerprint.Fingerprint{
			Jar: "1", Programs: map[string]string{"lines": "1", "split": "1"}, Starts: map[string]string{"lines": "1"},
			Parts: map[fingerprint.Part]string{fingerprint.Resources: "1", fingerprint.Classes: "1"},
		},
	}
}

// clusterConf is a part of Nimbus's own configuration.
func clusterConf() map[string]any {
	return map[string]any{
		"topology.message.timeout.secs": int64(30), "topology.workers": int64(1), "topology.acker.executors": nil,
		"worker.max.timeout.secs": int64(600), "storm.messaging.netty.authentication": false,
	}
}

// submitted returns a program as it runs after its submission, with the changes of Nimbus.
func submitted(p plan.Program) *plan.Running {
	conf := clusterConf()
	maps.Copy(conf, p.Topology.Conf)
	conf[fingerprint.Key] = p.Fingerprint.WithKeys(p.Topology.Conf).Value()
	maps.Copy(conf, map[string]any{
		"storm.id": "words-1-1", "topology.name": "words", "topology.submitter.user": "storm", "topology.submitter.principal": "",
		"topology.users":           []any{nil, "storm", "ann"},
		"topology.kryo.register":   map[string]any{"java.math.BigDecimal": nil, "a.B": "a.S"},
		"topology.kryo.decorators": []any{}, "app.rate": int64(1),
	})
	t := *p.Topology
	t.Conf = conf
	r := &plan.Running{
		ID: "words-1-1", Status: "ACTIVE", Owner: "storm", Topology: &t, Workers: 1,
		Executors: map[string]int{"__acker": 1}, Cluster: plan.Cluster{Conf: clusterConf(), FreeSlots: 3},
	}
	for _, c := range t.Components() {
		if c.Conf == nil {
			c.Conf = map[string]any{}
		}
		if c.Conf["topology.tasks"] == nil {
			c.Conf["topology.tasks"] = int64(c.Parallelism)
		}
		r.Executors[c.ID] = c.Parallelism
	}
	return r
}

// lines returns the changes and the drift of a plan, a line each.
func lines(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes {
		text, _ := json.Marshal([]any{c.Old, c.New})
		fmt.Fprintf(&b, "%s %s %s %s/%s %s", c.Action, c.Op, c.Kind, c.Component, c.Name, text)
		if c.Drifted {
			b.WriteString(" drifted")
		}
		b.WriteByte('\n')
	}
	for _, d := range p.Drift {
		text, _ := json.Marshal([]any{d.Submitted, d.Now})
		fmt.Fprintf(&b, "drift %s %s/%s %s\n", d.Kind, d.Component, d.Name, text)
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	type change = func(r *plan.Running, p *plan.Program)
	bolt := func(p *plan.Program, i int) *topology.Component { return p.Topology.Bolts[i] }
	for name, c := range map[string]struct {
		change change
		action plan.Action
		want   string // lines
	}{
		"nothing": {func(*plan.Running, *plan.Program) {}, plan.None, ""},
		"places":  {func(_ *plan.Running, p *plan.Program) { root(bolt(p, 1)).Place = "elsewhere" }, plan.None, ""},
		"killed":  {func(r *plan.Running, _ *plan.Program) { r.Status = "KILLED" }, plan.New, ""},
		"no place in a worker": {func(r *plan.Running, _ *plan.Program) {
			r.Executors, r.Workers = nil, 0
		}, plan.None, ""},

		"a new bolt": {func(_ *plan.Running, p *plan.Program) {
			p.Topology.Bolts = append(p.Topology.Bolts, &topology.Component{ID: "new", Code: &topology.Process{Words: []string{"a", "b"}}})
		}, plan.Restart, "restart add component new/ [null,\"bolt\"]\n"},
		"a bolt less": {func(_ *plan.Running, p *plan.Program) { p.Topology.Bolts = p.Topology.Bolts[:1] },
			plan.Restart, "restart remove component count/ [\"bolt\",null]\n"},
		"a bolt becomes a spout": {func(_ *plan.Running, p *plan.Program) {
			p.Topology.Spouts, p.Topology.Bolts = append(p.Topology.Spouts, bolt(p, 0)), p.Topology.Bolts[1:]
			p.Topology.Spouts[1].Inputs = nil
		}, plan.Restart, "restart update component split/ [\"bolt\",\"spout\"]\n"},
		"streams": {func(_ *plan.Running, p *plan.Program) {
			bolt(p, 0).Streams = []*topology.Stream{{ID: "default", Fields: []string{"word", "n"}}, {ID: "late", Direct: true}}
		}, plan.Restart, "restart update stream split/default [\"[word]\",\"[word, n]\"]\nrestart add stream split/late [null,\"[] direct\"]\n" +
			"restart remove stream split/errors [\"[line, why]\",null]\n"},
		"inputs": {func(_ *plan.Running, p *plan.Program) {
			bolt(p, 1).Inputs = []*topology.Input{
				{Component: "split", Stream: "default", Grouping: topology.PartialKey{Names: []string{"word"}}},
				{Component: "split", Stream: "errors", Grouping: topology.All{}},
			}
		}, plan.Restart, "restart update grouping count/split [\"fields(word)\",\"partial-key(word)\"]\nrestart add input count/split.errors [null,\"all\"]\n"},

		"custom groupings": {func(r *plan.Running, p *plan.Program) {
			r.Topology.Bolts[0].Inputs[0].Grouping = topology.Custom{Object: topology.SerializedJava("a")}
			bolt(p, 0).Inputs[0].Grouping = topology.Custom{Object: topology.SerializedJava("b")}
		}, plan.Restart, "restart update grouping split/lines [null,null]\n"},
		"another program": {func(_ *plan.Running, p *plan.Program) { p.Fingerprint.Programs["split"] = "2" },
			plan.Restart, "restart update code split/ [null,null]\n"},
		"another command": {func(_ *plan.Running, p *plan.Program) {
			bolt(p, 0).Code = &topology.Process{Words: []string{"python3", "new split.py"}}
		},
			plan.Restart, "restart update code split/ [\"python3 split.py\",\"python3 \\\"new split.py\\\"\"]\n"},
		"another argument": {func(_ *plan.Running, p *plan.Program) { root(bolt(p, 1)).Args = []any{int64(4)} },
			plan.Restart, "restart update code count/ [null,null]\n"},
		"other files": {func(_ *plan.Running, p *plan.Program) {
			p.Fingerprint.Parts = map[fingerprint.Part]string{fingerprint.Classes: "2", fingerprint.Setup: "1"}
		}, plan.Restart, "restart add code /setup [null,null]\nrestart remove code /resources [null,null]\nrestart update code /JVM classes [null,null]\n"},
		"submitted by another program": {func(r *plan.Running, _ *plan.Program) { delete(r.Topology.Conf, fingerprint.Key) },
			plan.Restart, "restart update code / [null,null]\n"},
		"a hook": {func(_ *plan.Running, p *plan.Program) {
			p.Topology.WorkerHooks = []topology.Code{topology.SerializedJava("x")}
		}, plan.Restart, "restart add worker-hook / [null,\"a serialized Java object\"]\n"},

		"configuration": {func(_ *plan.Running, p *plan.Program) {
			p.Topology.Conf["topology.message.timeout.secs"] = int64(60)
			p.Topology.Conf["app.rate"] = 1.5
			p.Topology.Conf["app.password"] = "abcd"
			delete(p.Topology.Conf, "topology.max.spout.pending")
			bolt(p, 0).Conf = map[string]any{"topology.tick.tuple.freq.secs": int64(1)}
		}, plan.Restart, "restart update config split/topology.tick.tuple.freq.secs [5,1]\nrestart update config /app.password [\"***\",\"***\"]\n" +
			"restart update config /app.rate [1,1.5]\nrestart remove config /topology.max.spout.pending [10,null]\n" +
			"restart update config /topology.message.timeout.secs [30,60]\n"},
		"the cluster's own value": {func(_ *plan.Running, p *plan.Program) { p.Topology.Conf["topology.message.timeout.secs"] = int64(30) }, plan.None, ""},
		"registrations": {func(_ *plan.Running, p *plan.Program) {
			p.Topology.Conf["topology.kryo.register"] = []any{"java.math.BigDecimal"}
		},
			plan.Restart, "restart update config /topology.kryo.register [{\"a.B\":\"a.S\",\"java.math.BigDecimal\":null},[\"java.math.BigDecimal\"]]\n"},
		"users": {func(_ *plan.Running, p *plan.Program) { p.Topology.Conf["topology.users"] = []any{"bob"} },
			plan.Restart, "restart update config /topology.users [[null,\"storm\",\"ann\"],[\"bob\"]]\n"},
		"ackers": {func(r *plan.Running, p *plan.Program) {
			r.Topology.Conf["topology.acker.executors"], p.Topology.Conf["topology.acker.executors"] = int64(2), int64(3)
		}, plan.Restart, "restart update config /topology.acker.executors [2,3]\n"},
		"a limited timeout": {func(r *plan.Running, p *plan.Program) {
			r.Topology.Conf["topology.worker.timeout.secs"], p.Topology.Conf["topology.worker.timeout.secs"] = int64(600), int64(900)
		}, plan.None, ""},
		"a key that somebody else's submission had": {func(r *plan.Running, p *plan.Program) {
			delete(r.Topology.Conf, fingerprint.Key)
			r.Topology.Conf["old.key"] = true
		}, plan.Restart, "restart update code / [null,null]\nrestart remove config /old.key [true,null]\n"},

		"fewer executors, one task each": {func(_ *plan.Running, p *plan.Program) { bolt(p, 0).Parallelism = 1 },
			plan.InPlace, "in-place update parallelism split/ [2,1]\n"},
		"more executors, one task each": {func(_ *plan.Running, p *plan.Program) { bolt(p, 0).Parallelism = 4 },
			plan.Restart, "restart update parallelism split/ [2,4]\n"},
		"more executors, enough tasks": {func(_ *plan.Running, p *plan.Program) { bolt(p, 1).Parallelism = 8 },
			plan.InPlace, "in-place update parallelism count/ [2,8]\n"},
		"more executors than tasks": {func(_ *plan.Running, p *plan.Program) { bolt(p, 1).Parallelism = 16 },
			plan.InPlace, "in-place update parallelism count/ [2,8]\n"},
		"other tasks": {func(_ *plan.Running, p *plan.Program) { bolt(p, 1).Conf["topology.tasks"] = int64(4) },
			plan.Restart, "restart update tasks count/ [8,4]\n"},
		"no tasks any more": {func(_ *plan.Running, p *plan.Program) { bolt(p, 1).Conf = nil },
			plan.Restart, "restart update tasks count/ [8,2]\n"},
		"executors by hand": {func(r *plan.Running, _ *plan.Program) { r.Executors["count"] = 5 },
			plan.InPlace, "in-place update parallelism count/ [5,2] drifted\ndrift parallelism count/ [2,5]\n"},
		"the file follows a rebalance": {func(r *plan.Running, p *plan.Program) { r.Executors["count"], bolt(p, 1).Parallelism = 5, 5 },
			plan.None, "drift parallelism count/ [2,5]\n"},

		"workers": {func(_ *plan.Running, p *plan.Program) { p.Topology.Conf["topology.workers"] = int64(3) },
			plan.InPlace, "in-place update workers / [1,3]\n"},
		"workers, after a rebalance": {func(r *plan.Running, p *plan.Program) { r.Workers, p.Topology.Conf["topology.workers"] = 3, int64(3) },
			plan.None, "drift workers / [1,3]\n"},
		"workers by hand": {func(r *plan.Running, _ *plan.Program) { r.Workers = 2 },
			plan.InPlace, "in-place update workers / [2,1] drifted\ndrift workers / [1,2]\n"},
		"fewer workers, no slots": {func(r *plan.Running, p *plan.Program) {
			r.Topology.Conf["topology.workers"], p.Topology.Conf["topology.workers"], r.Cluster.FreeSlots = int64(4), int64(4), 2
		}, plan.None, ""},
		"fewer workers, free slots": {func(r *plan.Running, p *plan.Program) {
			r.Topology.Conf["topology.workers"], p.Topology.Conf["topology.workers"] = int64(4), int64(4)
		}, plan.InPlace, "in-place update workers / [1,4] drifted\ndrift workers / [4,1]\n"},
		"workers of another scheduler": {func(r *plan.Running, _ *plan.Program) {
			r.Workers, r.Cluster.Conf["storm.scheduler"] = 3, "org.apache.storm.scheduler.resource.ResourceAwareScheduler"
		}, plan.None, ""},

		"deactivated, with a log level": {func(r *plan.Running, _ *plan.Program) {
			r.Status, r.LogLevels = "INACTIVE", map[string]string{"ROOT": "DEBUG"}
		}, plan.None, "drift status / [null,\"INACTIVE\"]\ndrift log-level /ROOT [null,\"DEBUG\"]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			running, p := submitted(program()), program()
			c.change(running, &p)
			got := plan.Compare(running, p)
			if got.Action != c.action || lines(got) != c.want {
				t.Errorf("action %q, want %q; got\n%swant\n%s", got.Action, c.action, lines(got), c.want)
			}
			if (got.Rebalance != nil) != strings.Contains(lines(got), "in-place") {
				t.Errorf("the rebalance is %v", got.Rebalance)
			}
		})
	}
}

func root(c *topology.Component) *topology.Object { return c.Code.(*topology.Definition).Root() }

func TestRebalance(t *testing.T) {
	p := program()
	p.Topology.Bolts[0].Parallelism, p.Topology.Conf["topology.workers"] = 1, int64(3)
	got := plan.Compare(submitted(program()), p)
	want := &plan.Rebalance{Workers: 3, Executors: map[string]int{"split": 1}}
	if !reflect.DeepEqual(got.Rebalance, want) {
		t.Errorf("got %+v, want %+v", got.Rebalance, want)
	}
}

// A saved plan holds until the program or the cluster changes.
func TestOutdated(t *testing.T) {
	saved := plan.Compare(submitted(program()), program())
	text, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	saved, err = plan.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if why := saved.Outdated(plan.Compare(submitted(program()), program())); why != "" {
		t.Errorf("nothing changed, but %s", why)
	}
	for want, change := range map[string]func(r *plan.Running, p *plan.Program){
		"what it needs":    func(_ *plan.Running, p *plan.Program) { p.Fingerprint.Jar = "2" },
		"file, or":         func(_ *plan.Running, p *plan.Program) { p.Topology.Conf["app.password"] = "other" },
		"again":            func(r *plan.Running, _ *plan.Program) { r.ID = "words-2-2" },
		"INACTIVE":         func(r *plan.Running, _ *plan.Program) { r.Status = "INACTIVE" },
		"somebody changed": func(r *plan.Running, _ *plan.Program) { r.Executors["split"] = 1 },
		"not for":          func(_ *plan.Running, p *plan.Program) { p.Topology.Name = "other" },
		"running topology": func(r *plan.Running, _ *plan.Program) { r.Topology.Conf["by.hand"] = true },
	} {
		running, p := submitted(program()), program()
		change(running, &p)
		if why := saved.Outdated(plan.Compare(running, p)); !strings.Contains(why, want) {
			t.Errorf("%q, want %q", why, want)
		}
	}
	none := plan.Compare(nil, program())
	if why := saved.Outdated(none); !strings.Contains(why, "not on the cluster any more") {
		t.Error(why)
	}
	if why := none.Outdated(saved); !strings.Contains(why, "somebody submitted") {
		t.Error(why)
	}
	for _, text := range []string{"", "{}", `{"format": 2}`, "[]"} {
		if _, err := plan.Decode([]byte(text)); err == nil {
			t.Errorf("%q is a plan", text)
		}
	}
}

func TestText(t *testing.T) {
	running, p := submitted(program()), program()
	running.Executors["count"] = 5
	p.Topology.Conf["topology.message.timeout.secs"] = int64(60)
	p.Topology.Bolts = append(p.Topology.Bolts, &topology.Component{ID: "n\x1bw", Code: &topology.Process{Words: []string{"a", "b"}}})
	const want = `words runs as words-1-1 (ACTIVE, submitted by storm)

  ~ count       parallelism                    5 -> 2    in place
  + n\x1bw      bolt                                     restart
  ~ (topology)  topology.message.timeout.secs  30 -> 60  restart

On the cluster now:

  ! count  parallelism  2 -> 5  # a rebalance

Plan: 3 changes, 1 of them possible in place. The topology restarts.
`
	got := plan.Compare(running, p)
	if text := got.Text(false); text != want {
		t.Errorf("got\n%swant\n%s", text, want)
	}
	if text := got.Text(true); strings.Contains(text, "n\x1bw") || !strings.Contains(text, "\x1b[32m+\x1b[0m") {
		t.Errorf("%q", text)
	}
}
