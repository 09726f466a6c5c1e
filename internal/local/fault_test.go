//go:build unix

package local

import (
	"errors"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

// TestTraps has components that do what would kill a Storm worker. The engine must report each fault with the words of
// Storm, and the run must end with an error.
func TestTraps(t *testing.T) {
	const ack = `{"command":"ack","id":"$ID"}`
	tests := []struct {
		name  string
		spout bool   // the spout says it, not the bolt
		say   string // messages, divided by |
		want  []string
		storm settings.Version
	}{
		{name: "stray text", say: "debug: got a tuple|" + ack, want: []string{"cannot be understood", "output: debug: got a tuple"}},
		{name: "stray text of a spout", spout: true, say: `hello|{"command":"sync"}`, want: []string{"cannot be understood", "output: hello"}},
		{name: "no command", say: `{"id":"$ID"}`, want: []string{`needs a "command"`}},
		{name: "no JSON", say: `{"command":"ack"`, want: []string{"not JSON"}},
		{name: "number id", say: `{"command":"ack","id":$ID}`, want: []string{"ids are strings", "Acked a non-existent"}},
		{name: "unknown id", say: `{"command":"ack","id":"1234"}`, want: []string{`it acked the tuple "1234", which it does not have`}},
		{name: "no id", say: `{"command":"fail"}`, want: []string{"failed a tuple without an id"}},
		{name: "acked twice", say: ack + "|" + ack, want: []string{"it acked the tuple", "already acked/failed id"}},
		{name: "acked and failed", say: ack + `|{"command":"fail","id":"$ID"}`, want: []string{"it failed the tuple"}},
		{name: "anchor after ack", say: ack + `|{"command":"emit","anchors":["$ID"],"tuple":["a","b"]}`, want: []string{"after ack/fail"}},
		{name: "number anchor", say: `{"command":"emit","anchors":[$ID],"tuple":["a","b"]}`, want: []string{`"anchors" must be strings`}},
		{name: "foreign anchor", say: `{"command":"emit","anchors":["x"],"tuple":["a","b"]}`, want: []string{"Anchored onto x after ack/fail"}},
		{name: "unknown stream", say: `{"command":"emit","stream":"nosuch","tuple":["a","b"]}`, want: []string{"Unknown stream ID: nosuch"}},
		{name: "tuple is no list", say: `{"command":"emit","tuple":"a"}`, want: []string{`"tuple" must be a list`}},
		{name: "too few values", say: `{"command":"emit","tuple":["a"]}`, want: []string{`fields ["a" "b"]`, "Index 1 out of bounds for length 1"}},
		{name: "null tuple", say: `{"command":"emit"}`, want: []string{"has no tuple", "NullPointerException"}},
		{name: "metric", say: `{"command":"metrics","name":"nope","params":1}`, want: []string{"Could not find metric by name[nope]"}},
		{name: "direct emit", say: `{"command":"emit","task":3,"tuple":["a","b"]}`, want: []string{"Storm 2.8", "Integer cannot be cast to Long"}},
		{name: "direct emit of a spout", spout: true, say: `{"command":"emit","task":3,"tuple":["a","b"]}`, want: []string{"Integer cannot be cast to Long"}},
		{name: "direct emit to a fields grouping", say: `{"command":"emit","task":3,"tuple":["a","b"]}`, storm: settings.Version{Major: 2, Minor: 5, Patch: -1},
			want: []string{"Cannot emitDirect to a task expecting a regular grouping"}},
		{name: "direct emit to nobody", say: `{"command":"emit","stream":"unread","task":4,"tuple":["a"]}`, storm: settings.Version{Major: 2, Minor: 5, Patch: -1}, want: []string{"NullPointerException"}},
		{name: "regular emit to a direct grouping", say: `{"command":"emit","stream":"direct","tuple":["a"]}`, want: []string{"Cannot do regular emit to direct stream"}},
		{name: "unknown command of a spout", spout: true, say: `{"command":"bogus"}`, want: []string{"Unknown command received: bogus"}},
		{name: "ack of a spout", spout: true, say: `{"command":"ack","id":"1"}`, want: []string{"Unknown command received: ack"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.opts.Storm = test.storm
			f.opts.MaxDeaths = 1
			f.topology.Conf["test.say"] = test.say
			f.topology.Conf["test.tuples"] = []any{[]any{"x", "y"}}
			streams := map[string][]string{"default": {"a", "b"}, "direct": {"a"}, "unread": {"a"}}
			if test.spout {
				f.spout("speaker", streams, 1, "say")
			} else {
				f.spout("source", one("x", "y"), 1, "emit")
				f.bolt("speaker", streams, 1, []string{"say"}, input{"source", "default", shuffled()})
			}
			f.bolt("reader", nil, 2, []string{"echo"},
				input{"speaker", "default", byFields("b")}, input{"speaker", "direct", topology.Direct{}})
			s, err := f.run()
			if err == nil || s.End != Failed {
				t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
			}
			if len(s.Faults) != 1 || !s.Faults[0].WorkerDies || s.Faults[0].Component != "speaker" || s.Faults[0].PID == 0 {
				t.Fatalf("faults %v", s.Faults)
			}
			for _, want := range test.want {
				if text := s.Faults[0].String(); !strings.Contains(text, want) {
					t.Errorf("%q is not in the message:\n%s", want, text)
				}
			}
			if !test.spout && !strings.Contains(s.Faults[0].Tuple, `["x","y"] from "source" task`) && !strings.HasPrefix(test.say, ack) && test.name != "acked twice" {
				t.Errorf("the current tuple is reported as %q", s.Faults[0].Tuple)
			}
		})
	}
}

// TestFaultsFailTheRun has a component that recovers. The run goes on, but ends with an error.
func TestFaultsFailTheRun(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.topology.Conf["test.say"] = `{"command":"ack","id":"1"}`
	f.topology.Conf["test.tuples"] = []any{[]any{"x"}}
	f.spout("source", one("x"), 1, "emit")
	f.bolt("speaker", nil, 1, []string{"say"}, input{"source", "default", shuffled()})
	f.opts.UntilIdle, f.opts.IdleAfter = true, 300e6
	s, err := f.run()
	var faults *FaultsError
	if s.End != Idle || !errors.As(err, &faults) || faults.Count != 1 {
		t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
	}
	if !f.events.has(RestartEvent, "starting it again in 100ms") {
		t.Errorf("no restart was reported\n%s", f.events)
	}
	if !f.events.has(LogEvent, "answered 1 false") {
		t.Errorf("the current tuple did not fail\n%s", f.events)
	}
}

// TestTolerated has mistakes that Storm tolerates: the engine warns.
func TestTolerated(t *testing.T) {
	tests := []struct {
		name  string
		spout bool
		say   string
		want  string
		storm settings.Version
	}{
		{name: "too many values", say: `{"command":"emit","tuple":["a","b","c"]}`, want: "a tuple of 3 values was emitted"},
		{name: "null tuple", say: `{"command":"emit","stream":"other"}`, want: "has no tuple"},
		{name: "unknown command of a bolt", say: `{"command":"bogus"}`, want: `unknown command "bogus"`},
		{name: "direct emit to no task", say: `{"command":"emit","stream":"other","task":99,"tuple":["a"]}`, storm: settings.Version{Major: 2, Minor: 5, Patch: -1}, want: "Storm drops such a tuple"},
		{name: "two syncs", spout: true, say: `{"command":"sync"}`, want: "a sync without a command"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.opts.Storm = test.storm
			f.opts.UntilIdle, f.opts.IdleAfter = true, 300e6
			f.topology.Conf["test.say"] = test.say + `|{"command":"log","msg":"done"}|{"command":"ack","id":"$ID"}`
			if test.spout {
				f.topology.Conf["test.say"] = test.say + `|{"command":"log","msg":"done"}`
			}
			f.topology.Conf["test.tuples"] = []any{[]any{"x"}}
			streams := map[string][]string{"default": {"a", "b"}, "other": {"a"}}
			if test.spout {
				f.spout("speaker", streams, 1, "say")
			} else {
				f.spout("source", one("x"), 1, "emit")
				f.bolt("speaker", streams, 1, []string{"say"}, input{"source", "default", shuffled()})
			}
			f.bolt("reader", nil, 2, []string{"echo"}, input{"speaker", "default", byFields("b")}, input{"speaker", "other", shuffled()})
			s, err := f.run()
			if err != nil || s.End != Idle {
				t.Fatalf("end %v, error %v\n%s", s.End, err, f.events)
			}
			if !f.events.has(WarningEvent, test.want) || !f.events.has(LogEvent, "done") {
				t.Errorf("no warning %q\n%s", test.want, f.events)
			}
		})
	}
}

// TestUnregisteredValues has values that one worker tolerates and two do not.
func TestUnregisteredValues(t *testing.T) {
	const prefix = "org.apache.storm.shade.net.minidev.json."
	all := []any{"java.math.BigDecimal", prefix + "JSONArray", map[string]any{prefix + "JSONObject": nil}}
	for _, test := range []struct {
		name  string
		tuple []any
		conf  map[string]any
		want  string // "" means no fault
	}{
		{"one worker", []any{[]any{1}}, map[string]any{}, ""},
		{"list", []any{[]any{1}}, map[string]any{"topology.workers": 2}, prefix + "JSONArray"},
		{"map", []any{map[string]any{"k": 1}}, map[string]any{"topology.workers": 2}, prefix + "JSONObject"},
		{"long fraction", []any{0.30000000000000004}, map[string]any{"topology.workers": 2}, "java.math.BigDecimal"},
		{"short fraction", []any{0.3}, map[string]any{"topology.workers": 2}, ""},
		{"registered", []any{[]any{map[string]any{}, 0.30000000000000004}}, map[string]any{"topology.workers": 2, "topology.kryo.register": all}, ""},
		{"Java serialisation", []any{[]any{1}}, map[string]any{"topology.workers": 2, "topology.fall.back.on.java.serialization": true}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.topology.Conf = test.conf
			f.topology.Conf["test.tuples"] = []any{test.tuple}
			f.opts.MaxDeaths = 1
			f.opts.UntilIdle, f.opts.IdleAfter = true, 200e6
			f.spout("spout", one("a"), 1, "emit")
			f.bolt("bolt", nil, 1, []string{"echo"}, input{"spout", "default", shuffled()})
			_, err := f.run()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), "Class is not registered: "+test.want+")")) {
				t.Errorf("error %v", err)
			}
		})
	}
}
