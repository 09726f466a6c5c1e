package compiler_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

var storm stormtest.Shared

func TestMain(m *testing.M) { os.Exit(storm.Main(m)) }

// compile loads, checks and compiles a file that has no faults.
func compile(t *testing.T, path string, opts schema.Options) *compiler.Program {
	t.Helper()
	return compiler.Compile(checked(t, path, opts), compiler.Options{})
}

// checked loads and checks a file that has no faults.
func checked(t *testing.T, path string, opts schema.Options) *validate.Topology {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		for _, d := range result.Diagnostics {
			t.Errorf("%s: %s", d.Rule, d.Message)
		}
		t.FailNow()
	}
	return result.Topology
}

func encode(t *testing.T, p *compiler.Program, f compiler.Format) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := p.Encode(t.Context(), &buf, f); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// examples makes the repository's root the working directory and returns the paths of the topologies in examples/.
func examples(t *testing.T) []string {
	t.Helper()
	t.Chdir("..")
	found, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(found) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	return found
}

func name(example string) string { return strings.TrimSuffix(filepath.Base(example), ".yaml") }

// Every example compiles to what golden/ holds: the JSON dump and the Thrift bytes.
func TestGolden(t *testing.T) {
	for _, path := range examples(t) {
		prog := compile(t, path, schema.Options{})
		golden(t, filepath.Join("golden", name(path), "program.json"), encode(t, prog, compiler.JSON))
		golden(t, filepath.Join("golden", name(path), "topology.thrift.bin"), encode(t, prog, compiler.Binary))
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("STORMFLUX_UPDATE") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v (STORMFLUX_UPDATE=1 go test ./compiler writes it)", err)
		return
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale (STORMFLUX_UPDATE=1 go test ./compiler rewrites it); got:\n%s", path, got)
	}
}

// Storm's own classes read the same topology from every protocol. They find in it what the dump says, and the checks of
// Nimbus accept it.
func TestStormReadsOurBytes(t *testing.T) {
	judge := storm.Judge(t)
	for _, path := range append(examples(t), "compiler/testdata/everything.yaml") {
		t.Run(name(path), func(t *testing.T) {
			prog := compile(t, path, schema.Options{})
			binary := encode(t, prog, compiler.Binary)
			fromBinary, err := judge.ReadTopology(t.Context(), binary, stormtest.Binary)
			if err != nil {
				t.Fatal(err)
			}
			fromCompact, err := judge.ReadTopology(t.Context(), encode(t, prog, compiler.Compact), stormtest.Compact)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(fromBinary, fromCompact) {
				t.Errorf("binary and compact differ:\n%s\n%s", fromBinary, fromCompact)
			}
			compareWithDump(t, fromBinary, encode(t, prog, compiler.JSON))
			conf, err := json.Marshal(prog.Topology.Conf)
			if err != nil {
				t.Fatal(err)
			}
			if err := judge.ValidateTopology(t.Context(), stormtest.Submission{
				Name: prog.Topology.Name, Conf: string(conf), Topology: binary, Protocol: stormtest.Binary,
			}); err != nil {
				t.Errorf("Storm refuses it: %v", err)
			}
		})
	}
}

// stormComponent is a component as Storm reads it.
type stormComponent struct {
	Spout  json.RawMessage `json:"spout_object"`
	Bolt   json.RawMessage `json:"bolt_object"`
	Common struct {
		Inputs          []stormInput
		Streams         map[string]stormStream
		ParallelismHint int             `json:"parallelism_hint"`
		Conf            json.RawMessage `json:"json_conf"`
	}
}

type stormStream struct {
	Fields []string `json:"output_fields"`
	Direct bool     `json:"direct"`
}

type stormInput struct {
	ComponentID string `json:"componentId"`
	StreamID    string `json:"streamId"`
	Grouping    map[string]json.RawMessage
}

// command returns the words that Storm runs.
func (c stormComponent) command(t *testing.T) []string {
	t.Helper()
	object := c.Bolt
	if object == nil {
		object = c.Spout
	}
	var runs struct {
		Shell struct {
			Command string `json:"execution_command"`
			Script  string `json:"script"`
		}
	}
	if err := json.Unmarshal(object, &runs); err != nil {
		t.Fatal(err)
	}
	return []string{runs.Shell.Command, runs.Shell.Script}
}

// dumpedComponent is a component in the JSON format.
type dumpedComponent struct {
	ID, Kind    string
	Command     []string
	Parallelism int
	Conf        json.RawMessage
	Streams     map[string]struct {
		Fields []string
		Direct bool
	}
	Inputs []struct {
		From, Stream, Grouping string
		Fields                 []string
	}
}

// compareWithDump compares what Storm read with what the dump says.
func compareWithDump(t *testing.T, read json.RawMessage, dumped []byte) {
	t.Helper()
	var top struct{ Spouts, Bolts map[string]stormComponent }
	var dump struct{ Components []dumpedComponent }
	if err := json.Unmarshal(read, &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(dumped, &dump); err != nil {
		t.Fatal(err)
	}
	if got := len(top.Spouts) + len(top.Bolts); got != len(dump.Components) {
		t.Errorf("Storm reads %d components, the dump has %d", got, len(dump.Components))
	}
	for _, c := range dump.Components {
		components := top.Bolts
		if c.Kind == "spout" {
			components = top.Spouts
		}
		s, ok := components[c.ID]
		if !ok {
			t.Errorf("Storm reads no %s %q", c.Kind, c.ID)
			continue
		}
		c.compare(t, s)
	}
}

func (c dumpedComponent) compare(t *testing.T, s stormComponent) {
	t.Helper()
	if got := s.command(t); !slices.Equal(got, c.Command) {
		t.Errorf("%s: Storm runs %q, the dump says %q", c.ID, got, c.Command)
	}
	if s.Common.ParallelismHint != c.Parallelism {
		t.Errorf("%s: Storm reads parallelism %d, the dump says %d", c.ID, s.Common.ParallelismHint, c.Parallelism)
	}
	if !sameJSON(t, s.Common.Conf, c.Conf) {
		t.Errorf("%s: Storm reads configuration %s, the dump says %s", c.ID, s.Common.Conf, c.Conf)
	}
	if !slices.Equal(slices.Sorted(maps.Keys(s.Common.Streams)), slices.Sorted(maps.Keys(c.Streams))) {
		t.Errorf("%s: Storm reads streams %v, the dump says %v", c.ID, s.Common.Streams, c.Streams)
	}
	for id, stream := range c.Streams {
		if got := s.Common.Streams[id]; !slices.Equal(got.Fields, stream.Fields) || got.Direct != stream.Direct {
			t.Errorf("%s: Storm reads stream %q as %v, the dump says %v", c.ID, id, got, stream)
		}
	}
	if len(s.Common.Inputs) != len(c.Inputs) {
		t.Errorf("%s: Storm reads %d inputs, the dump says %d", c.ID, len(s.Common.Inputs), len(c.Inputs))
	}
	for _, in := range c.Inputs {
		i := slices.IndexFunc(s.Common.Inputs, func(got stormInput) bool { return got.ComponentID == in.From && got.StreamID == in.Stream })
		if i < 0 {
			t.Errorf("%s: Storm reads no input from %s.%s", c.ID, in.From, in.Stream)
			continue
		}
		kind, fields := groupingOf(t, s.Common.Inputs[i].Grouping)
		if kind != in.Grouping || !slices.Equal(fields, in.Fields) {
			t.Errorf("%s: Storm reads grouping %s%v, the dump says %s%v", c.ID, kind, fields, in.Grouping, in.Fields)
		}
	}
}

// groupingOf returns the kind, in the words of the language, and the fields of a grouping that Storm has read.
func groupingOf(t *testing.T, g map[string]json.RawMessage) (kind string, fields []string) {
	t.Helper()
	for name, detail := range g {
		switch name {
		case "fields":
			if err := json.Unmarshal(detail, &fields); err != nil {
				t.Fatal(err)
			}
			if len(fields) == 0 {
				return "global", nil
			}
			return "fields", fields
		case "custom_serialized":
			// Java's reflection shows a PartialKeyGrouping in this form.
			var object struct {
				Class  string
				Fields struct {
					Fields struct {
						Fields struct{ Fields struct{ Items []string } }
					}
				}
			}
			if err := json.Unmarshal(detail, &object); err != nil {
				t.Fatalf("%v in %s", err, detail)
			}
			if object.Class != "org.apache.storm.grouping.PartialKeyGrouping" {
				t.Errorf("custom grouping %s", detail)
			}
			return "partial-key", object.Fields.Fields.Fields.Fields.Items
		default:
			return strings.ReplaceAll(name, "_", "-"), nil
		}
	}
	t.Fatal("a grouping without a kind")
	return "", nil
}

func sameJSON(t *testing.T, a, b json.RawMessage) bool {
	t.Helper()
	var x, y any
	for _, p := range []struct {
		text json.RawMessage
		into *any
	}{{a, &x}, {b, &y}} {
		if len(p.text) > 0 {
			if err := json.Unmarshal(p.text, p.into); err != nil {
				t.Fatal(err)
			}
		}
	}
	ax, _ := json.Marshal(x)
	bx, _ := json.Marshal(y)
	return bytes.Equal(ax, bx)
}
