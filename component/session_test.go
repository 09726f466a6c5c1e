package component_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/component/componenttest"
	"github.com/stormflux/stormflux/internal/multilang"
)

func TestBasicBoltFails(t *testing.T) {
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(func(tu *component.Tuple, out *component.BasicCollector) error {
		switch tu.String(0) {
		case "error":
			return errors.New("no luck")
		case "unsendable":
			out.Emit(make(chan int))
		}
		out.Emit("fine")
		return nil
	})), componenttest.Options{})
	for _, c := range []struct {
		value any
		want  string
	}{
		{"error", "Execute: no luck\nwith tuple 1 of stream \"default\" from \"source\""},
		{"unsendable", "a value of type chan int cannot be sent"},
		{7, "value 0 is 7, not a string"},
	} {
		r := bolt.Execute(componenttest.Tuple{ID: "1", Values: []any{c.value}})
		if !slices.Equal(r.Failed, []string{"1"}) || r.Acked != nil || r.Emits != nil || len(r.Errors) != 1 || !strings.Contains(r.Errors[0], c.want) {
			t.Errorf("%v: %+v", c.value, r)
		}
	}
	if r := bolt.Values("ok"); len(r.Emits) != 1 || len(r.Acked) != 1 {
		t.Errorf("after the errors: %+v", r)
	}
	if r := bolt.Execute(componenttest.Tuple{ID: "9"}); !slices.Equal(r.Failed, []string{"9"}) || !strings.Contains(r.Errors[0], "the tuple has 0 values") {
		t.Errorf("short tuple: %+v", r)
	}
	if _, err := bolt.End(); err != nil {
		t.Errorf("end: %v", err)
	}
}

func TestPanicEnds(t *testing.T) {
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(func(tu *component.Tuple, _ *component.BasicCollector) error {
		return []error{}[tu.Len()]
	})), componenttest.Options{})
	r := bolt.Execute(componenttest.Tuple{ID: "7", Values: []any{"culprit"}})
	if !slices.Equal(r.Failed, []string{"7"}) || len(r.Errors) != 1 {
		t.Fatalf("%+v", r)
	}
	for _, want := range []string{"index out of range [1]", `["culprit"]`, "session_test.go"} {
		if !strings.Contains(r.Errors[0], want) {
			t.Errorf("the error lacks %q: %s", want, r.Errors[0])
		}
	}
	_, err := bolt.End()
	var panicked *component.PanicError
	if !errors.As(err, &panicked) {
		t.Errorf("ended with %v", err)
	}
}

// recorder records every call.
type recorder struct {
	calls []string
	ctx   *component.Context
	fail  string
}

func (r *recorder) note(format string, args ...any) {
	r.calls = append(r.calls, fmt.Sprintf(format, args...))
}

type spoutRecorder struct{ recorder }

func (r *spoutRecorder) Open(ctx *component.Context, _ *component.SpoutCollector) error {
	r.note("open %s %d", ctx.ComponentID, ctx.TaskID)
	r.ctx = ctx
	if r.fail == "open" {
		return errors.New("cannot open")
	}
	return nil
}
func (r *spoutRecorder) NextTuple(out *component.SpoutCollector) error {
	r.note("next")
	if r.fail == "next" {
		return errors.New("cannot go on")
	}
	out.EmitID("m1", "x", 1, 2.0, nil)
	out.Emit("untracked")
	out.Send(component.Emission{Stream: "late", ID: "m2", Values: []any{math.Inf(1)}, Task: 4})
	return nil
}
func (r *spoutRecorder) Ack(id string)  { r.note("ack %s", id) }
func (r *spoutRecorder) Fail(id string) { r.note("fail %s", id) }
func (r *spoutRecorder) Activate()      { r.note("activate") }
func (r *spoutRecorder) Deactivate()    { r.note("deactivate") }
func (r *spoutRecorder) Close() error   { r.note("close"); return nil }

var (
	_ component.Opener    = (*spoutRecorder)(nil)
	_ component.Acker     = (*spoutRecorder)(nil)
	_ component.Failer    = (*spoutRecorder)(nil)
	_ component.Activator = (*spoutRecorder)(nil)
	_ component.Closer    = (*spoutRecorder)(nil)
)

func TestSpoutLife(t *testing.T) {
	s := &spoutRecorder{}
	spout := componenttest.StartSpout(t, s, componenttest.Options{Component: "sp", Task: 5})
	spout.Activate()
	r := spout.Next()
	want := []componenttest.Emit{
		{Stream: "default", Values: []any{"x", int64(1), 2.0, nil}, ID: "m1"},
		{Stream: "default", Values: []any{"untracked"}},
		{Stream: "late", Values: []any{nil}, ID: "m2", Task: 4}, // Storm turns an infinity into null
	}
	if !reflect.DeepEqual(r.Emits, want) {
		t.Errorf("emits %+v", r.Emits)
	}
	spout.Ack("m1")
	spout.Fail("m2")
	spout.Deactivate()
	if _, err := spout.End(); err != nil {
		t.Error(err)
	}
	if got := strings.Join(s.calls, ", "); got != "open sp 5, activate, next, ack m1, fail m2, deactivate, close" {
		t.Error(got)
	}
}

func TestSpoutErrors(t *testing.T) {
	s := &spoutRecorder{recorder{fail: "next"}}
	spout := componenttest.StartSpout(t, s, componenttest.Options{})
	for range 2 {
		if r := spout.Next(); len(r.Errors) != 1 || r.Errors[0] != "NextTuple: cannot go on" {
			t.Errorf("%+v", r)
		}
	}
	s = &spoutRecorder{recorder{fail: "open"}}
	spout = componenttest.StartSpout(t, s, componenttest.Options{})
	r, err := spout.End()
	if err == nil || !strings.Contains(err.Error(), "cannot open") || len(r.Errors) != 1 || !strings.Contains(r.Errors[0], "cannot open") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestContext(t *testing.T) {
	s := &spoutRecorder{}
	spout := componenttest.StartSpout(t, s, componenttest.Options{
		Component: "sp", Task: 5, Tasks: map[int]string{1: "__acker", 2: "sp", 9: "sp", 7: "bo"},
		Conf:    map[string]any{"topology.name": "top", "n": 3, "list": []any{"a"}, "null": nil},
		Outputs: map[string][]string{"late": {"x"}, "default": {"a", "b"}},
	})
	spout.Next()
	ctx := s.ctx
	if i, n := ctx.TaskIndex(); i != 1 || n != 3 {
		t.Errorf("TaskIndex %d of %d", i, n)
	}
	if ctx.TopologyName() != "top" || !slices.Equal(ctx.Streams(), []string{"default", "late"}) || !slices.Equal(ctx.OutputFields("default"), []string{"a", "b"}) || ctx.TaskComponent(7) != "bo" {
		t.Errorf("%q %q", ctx.TopologyName(), ctx.Streams())
	}
	if n, err := component.Setting(ctx, "n", 1); n != 3 || err != nil {
		t.Error(n, err)
	}
	if list, err := component.Setting(ctx, "list", []string(nil)); !slices.Equal(list, []string{"a"}) || err != nil {
		t.Error(list, err)
	}
	for _, key := range []string{"null", "absent"} {
		if n, err := component.Setting(ctx, key, 8); n != 8 || err != nil {
			t.Error(n, err)
		}
	}
	if n, err := component.Setting(ctx, "topology.name", 8); n != 8 || err == nil || !strings.Contains(err.Error(), `setting "topology.name" is "top"`) {
		t.Error(n, err)
	}
	spout.End()
	select {
	case <-ctx.Done():
	default:
		t.Error("the context is not done after the end")
	}
}

func TestTupleValues(t *testing.T) {
	var tuple *component.Tuple
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(func(tu *component.Tuple, _ *component.BasicCollector) error {
		tuple = tu
		return nil
	})), componenttest.Options{Sources: map[string]map[string][]string{"sp": {"s": {"word", "n", "f", "b", "l", "m", "big"}}}})
	bolt.Execute(componenttest.Tuple{Component: "sp", Stream: "s", Task: 4, Values: []any{
		"a\"é", int64(math.MaxInt64), 0.30000000000000004, true, []any{1, "x"}, map[string]any{"k": nil}, multilang.RawValue("99999999999999999999"),
	}})
	if tuple.String(0) != "a\"é" || tuple.Int(1) != math.MaxInt64 || tuple.Float(2) != 0.30000000000000004 || tuple.Float(1) != math.MaxInt64 || !tuple.Bool(3) {
		t.Error(tuple.Text())
	}
	if tuple.Field("word") != "a\"é" || tuple.Index("l") != 4 || tuple.Index("nope") != -1 || tuple.Len() != 7 || tuple.Task != 4 {
		t.Errorf("%v", tuple.Fields())
	}
	if got, want := tuple.Values()[3:6], []any{true, []any{int64(1), "x"}, map[string]any{"k": nil}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
	if got := fmt.Sprint(tuple.Value(6)); got != "99999999999999999999" {
		t.Error(got)
	}
	var m map[string]*int
	if err := tuple.Decode(5, &m); err != nil || len(m) != 1 {
		t.Error(m, err)
	}
	for name, f := range map[string]func(){
		"no such index": func() { tuple.Value(7) }, "no string": func() { tuple.String(1) }, "too big": func() { tuple.Int(6) },
		"no integer": func() { tuple.Int(2) }, "no number": func() { tuple.Float(0) }, "no bool": func() { tuple.Bool(4) }, "no field": func() { tuple.Field("x") },
	} {
		func() {
			defer func() {
				if _, ok := recover().(*component.ValueError); !ok {
					t.Errorf("%s: no ValueError", name)
				}
			}()
			f()
		}()
	}
}

func TestManualAcks(t *testing.T) {
	var kept *component.Tuple
	bolt := componenttest.StartBolt(t, component.BoltFunc(func(tu *component.Tuple, out *component.Collector) error {
		switch tu.String(0) {
		case "keep":
			kept = tu
		case "twice":
			out.Ack(kept)
			out.Ack(kept)
			out.Fail(kept)
			out.Fail(tu)
		case "late anchor":
			out.Ack(tu)
			out.Emit(tu, "x")
		case "handled error":
			out.Ack(tu)
			return errors.New("after all")
		}
		return nil
	}), componenttest.Options{})
	for _, c := range []struct {
		value         string
		acked, failed []string
		errors        int
	}{
		{"keep", nil, nil, 0},
		{"twice", []string{"1"}, []string{"2"}, 0},
		{"late anchor", []string{"3"}, nil, 1},
		{"handled error", []string{"4"}, nil, 1},
	} {
		r := bolt.Values(c.value)
		if !slices.Equal(r.Acked, c.acked) || !slices.Equal(r.Failed, c.failed) || len(r.Errors) != c.errors || len(r.Emits) != 0 {
			t.Errorf("%s: %+v", c.value, r)
		}
	}
}

type tickRecorder struct{ recorder }

func (r *tickRecorder) Execute(tu *component.Tuple, _ *component.BasicCollector) error {
	r.note("execute %s", tu.Text())
	return nil
}

func (r *tickRecorder) Tick(tu *component.Tuple, out *component.BasicCollector) error {
	r.note("tick %d", tu.Int(0))
	out.Emit("ticked")
	return nil
}
func (r *tickRecorder) Cleanup() error { r.note("cleanup"); return nil }

func TestTicks(t *testing.T) {
	b := &tickRecorder{}
	bolt := componenttest.StartBolt(t, component.Basic(b), componenttest.Options{})
	bolt.Values("x")
	r := bolt.Tick()
	if len(r.Emits) != 1 || !slices.Equal(r.Emits[0].Anchors, []string{"tick"}) || !slices.Equal(r.Acked, []string{"tick"}) {
		t.Errorf("%+v", r)
	}
	bolt.End()
	if got := strings.Join(b.calls, ", "); got != `execute ["x"], tick 1, cleanup` {
		t.Error(got)
	}
	plain := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(func(*component.Tuple, *component.BasicCollector) error {
		return errors.New("a tick got here")
	})), componenttest.Options{})
	if r := plain.Tick(); !slices.Equal(r.Acked, []string{"tick"}) || r.Errors != nil {
		t.Errorf("a bolt without Tick: %+v", r)
	}
}

type failingBatch struct{}

func (failingBatch) ExecuteBatch(key string, batch []*component.Tuple, out *component.BasicCollector) error {
	if key == "bad" {
		batch[0].Int(0)
	}
	out.Emit(key, len(batch))
	return nil
}

func TestBatch(t *testing.T) {
	bolt := componenttest.StartBolt(t, component.Batch(failingBatch{}, component.BatchOptions{
		Ticks: 2, Size: 3, Key: func(tu *component.Tuple) string { return tu.String(0) },
	}), componenttest.Options{})
	bolt.Values("good")
	if r := bolt.Tick(); len(r.Emits) != 0 || !slices.Equal(r.Acked, []string{"tick"}) {
		t.Errorf("first tick: %+v", r)
	}
	if r := bolt.Tick(); len(r.Emits) != 1 || !slices.Equal(r.Acked, []string{"1", "tick"}) {
		t.Errorf("second tick: %+v", r)
	}
	bolt.Values("bad")
	bolt.Values("good")
	r := bolt.Values("good")
	if !slices.Equal(r.Failed, []string{"2"}) || !slices.Equal(r.Acked, []string{"3", "4"}) || len(r.Errors) != 1 || !slices.Equal(r.Emits[0].Anchors, []string{"3", "4"}) {
		t.Errorf("full batch: %+v", r)
	}
}

func TestTaskIDs(t *testing.T) {
	var got []int
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(func(_ *component.Tuple, out *component.BasicCollector) (err error) {
		got, err = out.SendTaskIDs(component.Emission{Values: []any{"x"}})
		return err
	})), componenttest.Options{TaskIDs: []int{4, 6}})
	r := bolt.Values("in")
	if !slices.Equal(got, []int{4, 6}) || len(r.Emits) != 1 || len(r.Acked) != 1 {
		t.Errorf("%v, %+v", got, r)
	}
}

// TestTaskIDsOutOfOrder plays the part of Storm: tuples and an ack arrive before the answer.
func TestTaskIDsOutOfOrder(t *testing.T) {
	var order []string
	spout := &orderSpout{t: t, order: &order}
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- component.ServeSpout(t.Context(), spout, inR, outW) }()
	from := multilang.NewReader(outR, 0)
	expect := func(want string) {
		t.Helper()
		got, err := from.Read()
		if err != nil || !strings.Contains(got, want) {
			t.Fatalf("got %s, %v; want %s", got, err, want)
		}
	}
	send := func(frame []byte) {
		t.Helper()
		if _, err := inW.Write(frame); err != nil {
			t.Fatal(err)
		}
	}
	handshake, err := (&multilang.Handshake{}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	send(handshake)
	expect(`{"pid":` + strconv.Itoa(os.Getpid()))
	next := multilang.SpoutMsg{Command: multilang.Next}
	send(next.Append(nil))
	expect(`"emit"`)
	// Without ackers, Storm acks inside the emit. It waits for the answer before it answers the emit.
	ack := multilang.SpoutMsg{Command: multilang.SpoutAck, ID: `"m"`}
	send(ack.Append(nil))
	expect(`"sync"`)
	send(multilang.AppendTaskIDs(nil, []int{3}))
	expect(`"sync"`)
	inW.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if got := strings.Join(order, ", "); got != "tasks [3], ack m" {
		t.Error(got)
	}
}

type orderSpout struct {
	t     *testing.T
	order *[]string
}

func (s *orderSpout) NextTuple(out *component.SpoutCollector) error {
	ids, err := out.SendTaskIDs(component.Emission{ID: "m", Values: []any{1}})
	*s.order = append(*s.order, fmt.Sprint("tasks ", ids))
	return err
}
func (s *orderSpout) Ack(id string) { *s.order = append(*s.order, "ack "+id) }

// In TestConcurrentEmits, goroutines of the bolt emit, ack and wait for task ids while the session reads.
func TestConcurrentEmits(t *testing.T) {
	const n = 200
	done := make(chan error, n)
	bolt := componenttest.StartBolt(t, component.BoltFunc(func(tu *component.Tuple, out *component.Collector) error {
		go func() {
			ids, err := out.SendTaskIDs(component.Emission{Values: []any{"x"}, Anchors: []*component.Tuple{tu}})
			if err == nil && !slices.Equal(ids, []int{8}) {
				err = fmt.Errorf("task ids %v", ids)
			}
			out.Ack(tu)
			done <- err
		}()
		return nil
	}), componenttest.Options{TaskIDs: []int{8}})
	var acked []string
	for range n {
		acked = append(acked, bolt.Values(1).Acked...)
	}
	for range n {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("a goroutine waits forever")
		}
	}
	r, err := bolt.End()
	if acked = append(acked, r.Acked...); len(acked) != n || err != nil {
		t.Errorf("%d acked, %v", len(acked), err)
	}
}

// TestFlush checks that a message goes out while Execute still runs.
func TestFlush(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	release := make(chan struct{})
	served := make(chan error, 1)
	go func() {
		served <- component.ServeBolt(t.Context(), component.BoltFunc(func(tu *component.Tuple, out *component.Collector) error {
			out.Emit(nil, "early")
			<-release
			out.Ack(tu)
			return nil
		}), inR, outW)
	}()
	handshake, _ := (&multilang.Handshake{}).Append(nil)
	tuple := multilang.BoltMsg{ID: "1", Stream: "s", Component: "c", Tuple: "[]"}
	go inW.Write(tuple.Append(handshake))
	from := multilang.NewReader(outR, 0)
	for _, want := range []string{`"pid"`, "early"} {
		if text, err := from.Read(); err != nil || !strings.Contains(text, want) {
			t.Fatal(text, err)
		}
	}
	close(release)
	if text, err := from.Read(); err != nil || !strings.Contains(text, `"ack"`) {
		t.Fatal(text, err)
	}
	inW.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestLogger(t *testing.T) {
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(func(_ *component.Tuple, out *component.BasicCollector) error {
		log := out.Context().Logger()
		log.Log(context.Background(), component.LevelTrace, "trace")
		log.Debug("debug", "level", 3, "msg", "m")
		log.With("a", 1).WithGroup("g").Info("info", "b", "two words")
		log.Warn("warn\nsecond line")
		log.Error("error", slog.Group("h", "x", 1))
		return nil
	})), componenttest.Options{})
	want := []componenttest.Log{
		{Level: 0, Message: "trace"},
		{Level: 1, Message: "debug level=3 msg=m"},
		{Level: 2, Message: `info a=1 g.b="two words"`},
		{Level: 3, Message: "warn\nsecond line"},
		{Level: 4, Message: "error h.x=1"},
	}
	if r := bolt.Values(); !slices.Equal(r.Logs, want) {
		t.Errorf("%+v", r.Logs)
	}
}

func TestWrongInput(t *testing.T) {
	handshake, _ := (&multilang.Handshake{}).Append(nil)
	next := multilang.SpoutMsg{Command: multilang.Next}
	tuple := multilang.BoltMsg{ID: "1", Stream: "s", Component: "c", Tuple: "[]"}
	bolt := func(in string) error {
		return component.ServeBolt(t.Context(), component.BoltFunc(func(*component.Tuple, *component.Collector) error { return nil }), strings.NewReader(in), io.Discard)
	}
	spout := func(in string) error {
		return component.ServeSpout(t.Context(), component.SpoutFunc(func(*component.SpoutCollector) error { return nil }), strings.NewReader(in), io.Discard)
	}
	for _, c := range []struct {
		name, want string
		err        error
	}{
		{"command for a bolt", "is it declared as a spout?", bolt(string(next.Append(handshake)))},
		{"tuple for a spout", "is it declared as a bolt?", spout(string(tuple.Append(handshake)))},
		{"garbage", "not JSON", bolt(string(handshake) + "{\nend\n")},
		{"no handshake", "the handshake cannot be read", bolt("hello\nend\n")},
		{"cut off", "unexpected EOF", bolt(string(handshake) + "{}")},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, c.err)
		}
	}
	if err := bolt(string(handshake)); err != nil {
		t.Errorf("the end of the input: %v", err)
	}
}

func TestPIDFile(t *testing.T) {
	dir := t.TempDir()
	handshake, _ := (&multilang.Handshake{PIDDir: dir}).Append(nil)
	serve := func(h []byte) error {
		return component.ServeBolt(t.Context(), component.BoltFunc(func(*component.Tuple, *component.Collector) error { return nil }), strings.NewReader(string(h)), io.Discard)
	}
	if err := serve(handshake); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, strconv.Itoa(os.Getpid()))); err != nil || info.Size() != 0 {
		t.Error(info, err)
	}
	handshake, _ = (&multilang.Handshake{PIDDir: filepath.Join(dir, "nowhere")}).Append(nil)
	if err := serve(handshake); err == nil {
		t.Error("a missing pidDir is ignored")
	}
}
