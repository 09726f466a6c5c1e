package schema

import (
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Test is an element of `tests` as written.
type Test struct {
	Value *yaml.Value // the whole map
	Name  *yaml.Value // a scalar; nil when missing

	Components *yaml.Value // Sequence of ids; nil when absent
	Mocks      []yaml.Entry
	Config     *yaml.Value // Map
	AsWritten  bool        // the components have the parallelism of the topology

	// Steps are those of the test. The keys of a test without `steps` are its only step.
	Steps []*TestStep
}

// TestStep is a step of a test.
type TestStep struct {
	Value  *yaml.Value // the map with its keys
	Emit   []*TestRows
	Next   []yaml.Entry // id: Int
	Tick   []yaml.Entry // id: Int
	Expect []*Expectation

	Advance *yaml.Value // String duration, or Int seconds
	Within  *yaml.Value // String duration, or Int seconds
}

// TestRows are rows of one stream.
type TestRows struct {
	Component *yaml.Value // the key with the id
	Stream    *yaml.Value // the key with the stream's id; nil for "default"
	Rows      []*yaml.Value
	AnyOrder  bool
}

// Span is the place of the rows' owner: the stream, or the component.
func (r *TestRows) Span() diag.Span {
	if r.Stream != nil {
		return r.Stream.Span
	}
	return r.Component.Span
}

// StreamID returns the id of the rows' stream.
func (r *TestRows) StreamID() string {
	if r.Stream == nil {
		return DefaultStream
	}
	return r.Stream.Text
}

// Expectation is what a test expects of one component.
type Expectation struct {
	Component *yaml.Value // the key with the id
	Streams   []*TestRows
	Acked     *yaml.Value // Int
	Failed    *yaml.Value // Int
	Logs      []*yaml.Value
}

func decodeTests(v *yaml.Value) []*Test {
	var tests []*Test
	for _, item := range v.Elements() {
		if item.Kind == yaml.Map {
			tests = append(tests, decodeTest(item))
		}
	}
	return tests
}

func decodeTest(v *yaml.Value) *Test {
	t := &Test{
		Value: v, Name: v.Get("name").AsScalar(), Components: v.Get("components").AsSequence(), Config: v.Get("config").AsMap(),
		Mocks: v.Get("mocks").AsMap().Members(), AsWritten: v.Get("parallelism") != nil,
	}
	if steps := v.Get("steps"); steps != nil {
		for _, item := range steps.Elements() {
			if item.Kind == yaml.Map {
				t.Steps = append(t.Steps, decodeTestStep(item))
			}
		}
		return t
	}
	t.Steps = []*TestStep{decodeTestStep(v)}
	return t
}

func decodeTestStep(v *yaml.Value) *TestStep {
	s := &TestStep{
		Value: v, Next: v.Get("next").AsMap().Members(), Tick: v.Get("tick").AsMap().Members(),
		Advance: v.Get("advance").AsScalar(), Within: v.Get("within").AsScalar(),
	}
	for _, e := range v.Get("emit").AsMap().Members() {
		s.Emit = append(s.Emit, decodeEmission(e)...)
	}
	for _, e := range v.Get("expect").AsMap().Members() {
		s.Expect = append(s.Expect, decodeExpectation(e))
	}
	return s
}

func decodeEmission(e yaml.Entry) []*TestRows {
	if e.Value.Kind == yaml.Sequence {
		return []*TestRows{{Component: e.Key, Rows: e.Value.Items}}
	}
	var all []*TestRows
	for _, stream := range e.Value.AsMap().Members() {
		all = append(all, &TestRows{Component: e.Key, Stream: stream.Key, Rows: stream.Value.Elements()})
	}
	return all
}

func decodeExpectation(e yaml.Entry) *Expectation {
	x := &Expectation{Component: e.Key}
	if rows := decodeExpectedRows(e.Key, nil, e.Value); rows != nil {
		x.Streams = append(x.Streams, rows)
	}
	for _, stream := range e.Value.Get("streams").AsMap().Members() {
		if rows := decodeExpectedRows(e.Key, stream.Key, stream.Value); rows != nil {
			x.Streams = append(x.Streams, rows)
		}
	}
	x.Acked, x.Failed = e.Value.Get("acked").As(yaml.Int), e.Value.Get("failed").As(yaml.Int)
	x.Logs = e.Value.Get("logs").Scalars()
	return x
}

// decodeExpectedRows returns nil if v says nothing about rows.
func decodeExpectedRows(component, stream, v *yaml.Value) *TestRows {
	rows := &TestRows{Component: component, Stream: stream, AnyOrder: v.Get("order") != nil && v.Get("order").Text == "any"}
	list := v.AsSequence()
	if list == nil {
		list = v.Get("rows").AsSequence()
	}
	if list == nil {
		return nil
	}
	rows.Rows = list.Items
	return rows
}
