package validate

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/rows"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about tests. Names that do not exist have the rules of the topology's own references.
const (
	ruleInvalidTest = "invalid-test"
	ruleTestRow     = "test-row"
)

// Test is a checked element of `tests`.
type Test struct {
	Name       string
	Span       diag.Span             // of the name
	Components []string              // those under test, spouts first
	Mocks      map[string]MockAnswer // of the others, for which the test says so
	AsWritten  bool                  // the components have the parallelism of the topology
	Config     []Setting
	Steps      []*TestStep
}

// MockAnswer is what a mocked bolt does with its tuples.
type MockAnswer uint8

// The answers of mocked bolts. The zero value is the default.
const (
	MockAck MockAnswer = iota
	MockFail
	MockIgnore
)

// TestStep is a step of a [Test]. Its parts happen in their order here.
type TestStep struct {
	Emit    []Emission
	Next    []Times // of spouts under test
	Tick    []Times // of bolts under test
	Advance time.Duration
	Expect  []*Expectation
	Within  time.Duration // how long the expectations may take to come true; 0: they must be true at once
}

// Emission are rows that a mocked component emits.
type Emission struct {
	Component, Stream string
	Rows              [][]any // values as of [yaml.Value.Go]
}

// Times says that something happens to a component a number of times.
type Times struct {
	Component string
	Count     int
	Span      diag.Span
}

// Expectation is what a test expects of one component since the last expectation about it.
type Expectation struct {
	Component string
	Span      diag.Span
	Streams   []*ExpectedRows
	Acked     *ExpectedCount // nil: not checked, as below
	Failed    *ExpectedCount
	Logs      []ExpectedText
}

// ExpectedRows are the rows of a stream.
type ExpectedRows struct {
	Stream   string
	Span     diag.Span // of the stream or component
	Fields   []string
	Rows     []rows.Row
	Spans    []diag.Span // of the rows
	AnyOrder bool
}

// ExpectedCount is an expected number.
type ExpectedCount struct {
	Count int
	Span  diag.Span
}

// ExpectedText is a text that a log line must contain.
type ExpectedText struct {
	Text string
	Span diag.Span
}

// testedComponent is what a test can name: a component of the file, or of a built topology.
type testedComponent struct {
	id      string
	kind    schema.ComponentKind
	streams []*Stream
	open    bool // it may have other streams too
	span    diag.Span
	owner   *Declaration
}

func (k *testedComponent) stream(id string) *Stream {
	for _, s := range k.streams {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// testChecker checks one test.
type testChecker struct {
	*checker
	components map[string]*testedComponent
	ids        []string // spouts first
	src        *schema.Test
	test       *Test
	under      map[string]bool
	unclear    bool // `components` has an unknown id, which may stand for any component
	name       string
}

// tests checks the tests.
func (c *checker) tests() {
	if len(c.doc.Tests) == 0 {
		return
	}
	components, ids, known := c.tested()
	names := make(map[string]*yaml.Value)
	for _, src := range c.doc.Tests {
		t := &testChecker{checker: c, components: components, ids: ids, src: src, test: &Test{}, under: make(map[string]bool), name: "the test"}
		if n := src.Name; n != nil {
			t.test.Name, t.test.Span, t.name = n.Text, n.Span, "test "+quoted(n.Text)
			if first := names[n.Text]; first != nil && first.Span.File == n.Span.File {
				c.list.Errorf(ruleInvalidTest, n.Span, "two tests have the name %q", n.Text).
					WithHint("--run chooses tests by name").WithRelated(first.Span, "the first one is here")
			}
			names[n.Text] = n
		}
		if known {
			t.check()
		}
		c.topology.Tests = append(c.topology.Tests, t.test)
	}
}

// tested returns the components that tests can name. known is false if nobody can say.
func (c *checker) tested() (components map[string]*testedComponent, ids []string, known bool) {
	components = make(map[string]*testedComponent)
	add := func(k *testedComponent) {
		if k.id != "" && components[k.id] == nil {
			components[k.id] = k
			ids = append(ids, k.id)
		}
	}
	for i := range c.all {
		k := &c.all[i]
		add(&testedComponent{k.ID, k.Kind, k.Streams, k.open, k.Span, k.declaration})
	}
	if c.doc.TopologySource == nil || len(c.all) > 0 {
		return components, ids, !c.doc.Incomplete
	}
	if c.topology.Built == nil {
		return nil, nil, false
	}
	for kind, list := range map[schema.ComponentKind][]*topology.Component{schema.Spout: c.topology.Built.Spouts, schema.Bolt: c.topology.Built.Bolts} {
		for _, b := range list {
			k := &testedComponent{id: b.ID, kind: kind}
			for _, s := range b.Streams {
				k.streams = append(k.streams, &Stream{ID: s.ID, Fields: s.Fields, Direct: s.Direct})
			}
			add(k)
		}
	}
	slices.Sort(ids)
	return components, ids, true
}

func (t *testChecker) check() {
	t.chooseComponents()
	t.test.AsWritten = t.src.AsWritten
	for _, e := range t.entries(t.src.Config) {
		known := stormSettingOf(e.Key.Text)
		t.index.setting(e.Key, known != nil, false)
		if value, ok := t.setting(e, known, "", t.src.Config); ok {
			t.test.Config = append(t.test.Config, Setting{Key: e.Key.Text, Value: value, Span: e.Key.Span})
		}
	}
	for _, src := range t.src.Steps {
		t.test.Steps = append(t.test.Steps, t.step(src))
	}
}

// component returns the component that a test names; nil when there is none, which has been reported.
func (t *testChecker) component(id *yaml.Value) *testedComponent {
	k := t.components[id.Text]
	t.index.refer(Reference{Kind: ComponentSymbol, Name: id.Text, Span: id.Span, Declaration: t.index.components[id.Text]})
	if k != nil || t.index.components[id.Text] != nil || t.misspelled(id.Text) {
		return k
	}
	d := t.list.Errorf(ruleUnknownComponent, id.Span, "%s names unknown component %q", t.name, id.Text)
	if near, ok := t.similar.closest(id.Text, t.ids); ok {
		d.Suggest(id.Span, near)
		if k := t.components[near.Name]; !k.span.IsZero() {
			d.WithRelated(k.span, "%q is declared here", near.Name)
		}
	} else {
		hintIDs(d, t.ids)
	}
	return nil
}

// chooseComponents finds out which components are under test.
func (t *testChecker) chooseComponents() {
	mocked := make(map[string]bool)
	for _, step := range t.src.Steps {
		for _, e := range step.Emit {
			mocked[e.Component.Text] = true
		}
	}
	t.test.Mocks = make(map[string]MockAnswer)
	for _, e := range t.src.Mocks {
		mocked[e.Key.Text] = true
		k := t.component(e.Key)
		switch e.Value.Text {
		case "fail":
			t.test.Mocks[e.Key.Text] = MockFail
		case "ignore":
			t.test.Mocks[e.Key.Text] = MockIgnore
		}
		if k != nil && k.kind == schema.Spout {
			t.list.Errorf(ruleInvalidTest, e.Key.Span, "%s says what spout %q does with tuples, but a spout gets none", t.name, k.id).
				WithHint("a mocked spout emits the rows that stand in `emit`")
		}
	}
	if list := t.src.Components; list != nil {
		for _, id := range list.Scalars() {
			k := t.component(id)
			if k == nil {
				t.unclear = true
				continue
			}
			if e := t.mock(id.Text); e != nil {
				t.list.Errorf(ruleInvalidTest, e.Span, "%s mocks %q, but %[2]q is under test", t.name, id.Text).
					WithHint("remove it from `components`, or here").WithRelated(id.Span, "it is under test here")
			}
			t.under[id.Text] = true
		}
	} else {
		for _, id := range t.ids {
			t.under[id] = !mocked[id]
		}
	}
	for _, id := range t.ids {
		if t.under[id] {
			t.test.Components = append(t.test.Components, id)
		}
	}
	if len(t.test.Components) == 0 && (t.src.Components == nil || len(t.src.Components.Items) == 0) {
		at := t.test.Span
		if at.IsZero() {
			at = t.src.Value.Span
		}
		t.list.Errorf(ruleInvalidTest, at, "%s has no component under test: all of them are mocked", t.name)
	}
}

// mock returns the key in `mocks` for a component, or nil.
func (t *testChecker) mock(id string) *yaml.Value {
	for _, e := range t.src.Mocks {
		if e.Key.Text == id {
			return e.Key
		}
	}
	return nil
}

func (t *testChecker) step(src *schema.TestStep) *TestStep {
	s := &TestStep{Advance: t.duration(src.Advance), Within: t.duration(src.Within)}
	for _, e := range src.Emit {
		if emission, ok := t.emission(e); ok {
			s.Emit = append(s.Emit, emission)
		}
	}
	s.Next = t.times(src.Next, "next", schema.Spout)
	s.Tick = t.times(src.Tick, "tick", schema.Bolt)
	for _, e := range src.Expect {
		if x := t.expectation(e); x != nil {
			s.Expect = append(s.Expect, x)
		}
	}
	return s
}

func (t *testChecker) duration(v *yaml.Value) time.Duration {
	if v == nil {
		return 0
	}
	seconds, wrong := tickSeconds(v)
	if wrong != "" {
		t.list.Errorf(ruleInvalidTest, v.Span, "%s: the duration %s %s", t.name, shown(v), wrong)
	}
	return time.Duration(seconds) * time.Second
}

// times reads a map from component to number. Only components under test and of the kind may stand in it.
func (t *testChecker) times(entries []yaml.Entry, key string, kind schema.ComponentKind) []Times {
	var all []Times
	for _, e := range entries {
		k := t.component(e.Key)
		n, ok := number(e.Value)
		switch {
		case k == nil || !ok:
		case k.kind != kind:
			what := "a bolt has no nextTuple"
			if kind == schema.Bolt {
				what = "a spout gets no ticks"
			}
			t.list.Errorf(ruleInvalidTest, e.Key.Span, "%s: %q is %s, and %s", t.name, k.id, article(k.kind), what)
		case !t.under[k.id] && t.unclear:
		case !t.under[k.id]:
			d := t.list.Errorf(ruleInvalidTest, e.Key.Span, "%s: %q has %q, but it is mocked", t.name, key, k.id)
			if kind == schema.Spout {
				d.WithHint("write its rows in `emit`, or put it under test")
			}
		default:
			all = append(all, Times{k.id, n, e.Key.Span})
		}
	}
	return all
}

func article(kind schema.ComponentKind) string { return "a " + kind.String() }

// streamOf returns the stream that rows belong to; nil when it does not exist, which has been reported, or is not known.
func (t *testChecker) streamOf(k *testedComponent, src *schema.TestRows) *Stream {
	id := src.StreamID()
	s := k.stream(id)
	if src.Stream != nil {
		r := Reference{Kind: StreamSymbol, Name: id, Span: src.Stream.Span, scope: k.owner}
		if k.owner != nil {
			r.Declaration = k.owner.member(id)
		}
		t.index.refer(r)
	}
	if s != nil || k.open {
		return s
	}
	var names []string
	for _, s := range k.streams {
		names = append(names, s.ID)
	}
	if len(names) == 0 {
		t.list.Errorf(ruleMissingOutputs, src.Span(), "%s has rows of %q, which declares no outputs", t.name, k.id).
			WithHint("declare what it emits: `outputs: [field, ...]`")
		return nil
	}
	d := t.list.Errorf(ruleUnknownStream, src.Span(), "%s has rows of stream %q, but %q declares no such stream", t.name, id, k.id)
	if near, ok := t.similar.closest(id, names); ok && src.Stream != nil {
		d.Suggest(src.Stream.Span, near)
	} else {
		d.WithHint("known streams: %s", listed(names))
	}
	if first := k.streams[0].Span; !first.IsZero() {
		d.WithRelated(first, "the streams of %q are declared here", k.id)
	}
	return nil
}

func (t *testChecker) emission(src *schema.TestRows) (Emission, bool) {
	k := t.component(src.Component)
	if k == nil {
		return Emission{}, false
	}
	if t.under[k.id] {
		t.list.Errorf(ruleInvalidTest, src.Component.Span, "%s emits rows of %q, but %[2]q is under test", t.name, k.id).
			WithHint("only mocked components emit given rows: remove %q from `components`", k.id)
		return Emission{}, false
	}
	s := t.streamOf(k, src)
	if s == nil {
		return Emission{}, false
	}
	out := Emission{Component: k.id, Stream: s.ID}
	for _, row := range src.Rows {
		values, ok := t.row(k, s, row, true)
		if !ok {
			continue
		}
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v.Go()
		}
		out.Rows = append(out.Rows, list)
	}
	return out, true
}

func (t *testChecker) expectation(src *schema.Expectation) *Expectation {
	k := t.component(src.Component)
	if k == nil {
		return nil
	}
	x := &Expectation{Component: k.id, Span: src.Component.Span}
	if !t.under[k.id] && !t.unclear && (len(src.Streams) > 0 || len(src.Logs) > 0) {
		t.list.Errorf(ruleInvalidTest, src.Component.Span, "%s expects rows of %q, but %[2]q is mocked", t.name, k.id).
			WithHint("put it under test: `components: [%s]`", strings.Join(append(t.test.Components, k.id), ", "))
		return nil
	}
	for _, rows := range src.Streams {
		if s := t.streamOf(k, rows); s != nil {
			x.Streams = append(x.Streams, t.expectedRows(k, s, rows))
		}
	}
	for _, count := range []struct {
		src *yaml.Value
		to  **ExpectedCount
	}{{src.Acked, &x.Acked}, {src.Failed, &x.Failed}} {
		if count.src == nil {
			continue
		}
		if n, ok := number(count.src); ok {
			*count.to = &ExpectedCount{n, count.src.Span}
		}
	}
	for _, text := range src.Logs {
		x.Logs = append(x.Logs, ExpectedText{text.Text, text.Span})
	}
	return x
}

func (t *testChecker) expectedRows(k *testedComponent, s *Stream, src *schema.TestRows) *ExpectedRows {
	out := &ExpectedRows{Stream: s.ID, Span: src.Span(), Fields: s.Fields, AnyOrder: src.AnyOrder}
	for _, row := range src.Rows {
		values, ok := t.row(k, s, row, false)
		if !ok {
			continue
		}
		expected := make(rows.Row, len(values))
		for i, v := range values {
			expected[i] = rows.Any{} // for a field that the row leaves out
			if v != nil {
				expected[i] = t.pattern(v)
			}
		}
		out.Rows, out.Spans = append(out.Rows, expected), append(out.Spans, row.Span)
	}
	return out
}

// anyValue is what a test writes for a value that does not matter.
const anyValue = "$any"

// row returns the values of a row in the order of the fields. With all, no field may be missing; otherwise its value is nil.
func (t *testChecker) row(k *testedComponent, s *Stream, row *yaml.Value, all bool) (values []*yaml.Value, ok bool) {
	switch {
	case row.Kind == yaml.Sequence && len(row.Items) != len(s.Fields):
		t.list.Errorf(ruleTestRow, row.Span, "%s: the row has %d value%s, but stream %q of %q has %d field%s",
			t.name, len(row.Items), plural(len(row.Items)), s.ID, k.id, len(s.Fields), plural(len(s.Fields))).
			WithHint("the fields are: %s", listed(s.Fields))
		return nil, false
	case row.Kind == yaml.Sequence:
		return row.Items, true
	case row.Kind == yaml.Map && !isPattern(row):
		return t.rowByFields(k, s, row, all)
	case !all && row.Kind == yaml.String && row.Text == anyValue:
		return make([]*yaml.Value, len(s.Fields)), true
	case len(s.Fields) != 1:
		t.list.Errorf(ruleTestRow, row.Span, "%s: the row is %s, but stream %q of %q has %d fields", t.name, row.Kind, s.ID, k.id, len(s.Fields)).
			WithHint("write a list of values, or a map from field to value; the fields are: %s", listed(s.Fields))
		return nil, false
	}
	return []*yaml.Value{row}, true
}

func (t *testChecker) rowByFields(k *testedComponent, s *Stream, row *yaml.Value, all bool) (values []*yaml.Value, ok bool) {
	values, ok = make([]*yaml.Value, len(s.Fields)), true
	var stream *Declaration
	if k.owner != nil {
		stream = k.owner.member(s.ID)
	}
	for _, e := range row.Entries {
		t.index.refer(Reference{Kind: FieldSymbol, Name: e.Key.Text, Span: e.Key.Span, Declaration: stream.member(e.Key.Text), scope: stream})
		i := slices.Index(s.Fields, e.Key.Text)
		if i >= 0 {
			values[i] = e.Value
			continue
		}
		ok = false
		d := t.list.Errorf(ruleUnknownField, e.Key.Span, "%s: stream %q of %q has no field %q", t.name, s.ID, k.id, e.Key.Text)
		if near, found := t.similar.closest(e.Key.Text, s.Fields); found {
			d.Suggest(e.Key.Span, near)
		} else {
			d.WithHint("its fields are: %s", listed(s.Fields))
		}
		if !s.Span.IsZero() {
			d.WithRelated(s.Span, "the stream is declared here")
		}
	}
	for i, v := range values {
		if v == nil && all && ok {
			ok = false
			t.list.Errorf(ruleTestRow, row.Span, "%s: the row has no value for field %q of stream %q of %q", t.name, s.Fields[i], s.ID, k.id)
		}
	}
	return values, ok
}

// patternKeys are the keys of maps that stand for patterns.
var patternKeys = []string{"$match", "$near", "$equals"}

// isPattern reports whether a map stands for a pattern, and not for itself.
func isPattern(v *yaml.Value) bool {
	return v.Kind == yaml.Map && slices.ContainsFunc(v.Entries, func(e yaml.Entry) bool { return strings.HasPrefix(e.Key.Text, "$") })
}

func (t *testChecker) pattern(v *yaml.Value) rows.Pattern {
	switch {
	case v.Kind == yaml.String && v.Text == anyValue:
		return rows.Any{}
	case isPattern(v):
		return t.patternMap(v)
	case v.Kind == yaml.Sequence:
		list := make(rows.List, len(v.Items))
		for i, item := range v.Items {
			list[i] = t.pattern(item)
		}
		return list
	case v.Kind == yaml.Map:
		object := make(rows.Object, len(v.Entries))
		for _, e := range v.Entries {
			object[e.Key.Text] = t.pattern(e.Value)
		}
		return object
	}
	return rows.Scalar{Value: v.Go()}
}

func (t *testChecker) patternMap(v *yaml.Value) rows.Pattern {
	key, value := v.Entries[0].Key, v.Entries[0].Value
	switch {
	case key.Text == "$match" && len(v.Entries) == 1 && value.AsScalar() != nil:
		re, err := regexp.Compile(value.Text)
		if err == nil {
			return rows.Regexp{Regexp: re}
		}
		t.list.Errorf(ruleTestRow, value.Span, "%s: %q is not a regular expression: %s", t.name, value.Text,
			strings.TrimPrefix(err.Error(), "error parsing regexp: ")).
			WithHint("the syntax is that of Go: https://pkg.go.dev/regexp/syntax")
		return rows.Any{}
	case key.Text == "$near" && len(v.Entries) == 2 && v.Get("$by") != nil:
		near, nearOK := float(value)
		by, byOK := float(v.Get("$by"))
		if nearOK && byOK {
			return rows.Nearly{Value: near, By: by}
		}
	case key.Text == "$equals" && len(v.Entries) == 1:
		return literal(value)
	}
	at := key
	for _, e := range v.Entries {
		if !slices.Contains(append(patternKeys, "$by"), e.Key.Text) {
			at = e.Key
		}
	}
	d := t.list.Errorf(ruleTestRow, at.Span, "%s: %q does not stand for a value", t.name, at.Text)
	if near, ok := t.similar.closest(at.Text, patternKeys); ok && at != key || ok && near.Name != key.Text {
		d.Suggest(at.Span, near)
	} else {
		d.WithHint("write {$match: REGEXP}, {$near: NUMBER, $by: NUMBER} or {$equals: VALUE}, or %s alone", anyValue)
	}
	return rows.Any{}
}

// literal returns the pattern of a value that means itself, also where it looks like a pattern.
func literal(v *yaml.Value) rows.Pattern {
	switch v.Kind {
	case yaml.Sequence:
		list := make(rows.List, len(v.Items))
		for i, item := range v.Items {
			list[i] = literal(item)
		}
		return list
	case yaml.Map:
		object := make(rows.Object, len(v.Entries))
		for _, e := range v.Entries {
			object[e.Key.Text] = literal(e.Value)
		}
		return object
	}
	return rows.Scalar{Value: v.Go()}
}
