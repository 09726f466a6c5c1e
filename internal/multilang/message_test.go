package multilang

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/java"
)

// The texts have the forms that a worker of Storm 2.8.3 and its components exchange.
var shellCases = []struct {
	text string
	want ShellMsg
}{
	{
		`{"command": "emit", "tuple": ["w1", 1, 1.5, -1, null, true, [1, "x"], {"k": 1}], "id": "id1"}`,
		ShellMsg{Command: Emit, Name: "emit", ID: `"id1"`, Tuple: `["w1", 1, 1.5, -1, null, true, [1, "x"], {"k": 1}]`, NeedTaskIDs: true},
	},
	{
		`{"command": "emit", "tuple": ["noneed"], "anchors": [], "need_task_ids": false}`,
		ShellMsg{Command: Emit, Name: "emit", Tuple: `["noneed"]`},
	},
	{
		`{"command":"emit","anchors":["-7190831001594159501","12"],"stream":"late","tuple":[],"task":7,"id":[1,{"a":2}]}`,
		ShellMsg{Command: Emit, Name: "emit", ID: `[1,{"a":2}]`, Stream: "late", Tuple: "[]", Anchors: []string{"-7190831001594159501", "12"}, Task: 7, HasTask: true, NeedTaskIDs: true},
	},
	{
		`{"command":"emit","anchors":"one","tuple":["a"],"stream":null,"task":null,"need_task_ids":null,"id":null}`,
		ShellMsg{Command: Emit, Name: "emit", Tuple: `["a"]`, Anchors: []string{"one"}, NeedTaskIDs: true},
	},
	{`{"command":"emit"}`, ShellMsg{Command: Emit, Name: "emit", NeedTaskIDs: true}},
	{`{"command":"emit","task":0,"tuple":[1]}`, ShellMsg{Command: Emit, Name: "emit", Tuple: "[1]", HasTask: true, NeedTaskIDs: true}},
	{`{"command":"ack","id":"-7190831001594159501"}`, ShellMsg{Command: Ack, Name: "ack", ID: `"-7190831001594159501"`, NeedTaskIDs: true}},
	{`{"command":"fail","id":12}`, ShellMsg{Command: Fail, Name: "fail", ID: `12`, NeedTaskIDs: true}},
	{` { "command" : "sync" } `, ShellMsg{Command: Sync, Name: "sync", NeedTaskIDs: true}},
	{`{"command":"log","msg":"a\/b \u00e9 \ud83d\ude00","level":3}`, ShellMsg{Command: Log, Name: "log", Msg: "a/b é 😀", Level: LevelWarn, NeedTaskIDs: true}},
	{`{"command":"log","msg":"x"}`, ShellMsg{Command: Log, Name: "log", Msg: "x", Level: LevelInfo, NeedTaskIDs: true}},
	{`{"command":"log","msg":"x","level":"loud"}`, ShellMsg{Command: Log, Name: "log", Msg: "x", Level: LevelInfo, NeedTaskIDs: true}},
	{`{"command":"error","msg":"spout err"}`, ShellMsg{Command: Error, Name: "error", Msg: "spout err", NeedTaskIDs: true}},
	{`{"command":"metrics","name":"m","params":[1,2]}`, ShellMsg{Command: Metrics, Name: "metrics", MetricName: "m", Params: "[1,2]", NeedTaskIDs: true}},
	{`{"command":"bogus"}`, ShellMsg{Command: UnknownCommand, Name: "bogus", NeedTaskIDs: true}},
	// Texts that only Storm's permissive parser understands.
	{`{'command':'emit','tuple':['it\'s',01,.5,],}`, ShellMsg{Command: Emit, Name: "emit", Tuple: `["it's",1,".5"]`, NeedTaskIDs: true}},
	{"{\"command\":\"emit\",\n \"tuple\":[1,\n \"x\"]}", ShellMsg{Command: Emit, Name: "emit", Tuple: `[1,"x"]`, NeedTaskIDs: true}},
	{`{"command":"emit","tuple":[NaN,1e400,1e2]}`, ShellMsg{Command: Emit, Name: "emit", Tuple: `[NaN,null,100.0]`, NeedTaskIDs: true}},
	{"{\"command\":\"log\",\"msg\":\"tab\there\"}", ShellMsg{Command: Log, Name: "log", Msg: "tab\there", Level: LevelInfo, NeedTaskIDs: true}},
	{`{"command":"ack","id":1,"id":"2"} and more`, ShellMsg{Command: Ack, Name: "ack", ID: `"2"`, NeedTaskIDs: true}},
}

func TestDecodeShellMsg(t *testing.T) {
	var m ShellMsg
	for _, c := range shellCases {
		want := c.want
		if want.Stream == "" {
			want.Stream = DefaultStream
		}
		if want.Command != Log {
			want.Level = LevelInfo
		}
		if err := DecodeShellMsg(c.text, &m); err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := m
		got.Anchors = slices.Clone(got.Anchors)
		if len(got.Anchors) == 0 {
			got.Anchors = nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.text, got, want)
		}
	}
}

func TestDecodeShellMsgRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		``:                                  "is not JSON",
		`{`:                                 "is not JSON",
		`hello world`:                       "standard output",
		`["command","emit"]`:                "must be a JSON map",
		`42`:                                "must be a JSON map",
		`{"tuple":[1]}`:                     `needs a "command"`,
		`{"command":null}`:                  `"command" must be a string`,
		`{"command":7}`:                     `"command" must be a string`,
		`{"command":"emit","tuple":7`:       "is not JSON",
		`{"command":"emit","tuple":"word"}`: `"tuple" must be a list`,
		`{"command":"emit","tuple":[],"anchors":[1]}`: `"anchors" must be strings`,
		`{"command":"emit","tuple":[],"anchors":1}`:   `"anchors" must be a list`,
		`{"command":"emit","tuple":[],"task":"4"}`:    `"task" must be an integer`,
		`{"command":"emit","need_task_ids":"no"}`:     `"need_task_ids" must be`,
		`{"command":"emit","stream":1}`:               `"stream" must be a string`,
		`{"command":"log","msg":{}}`:                  `"msg" must be a string`,
		strings.Repeat("[", 1000):                     "nested too deeply",
		`{"tuple":` + strings.Repeat("x", 5000) + `}`: "... (5010 bytes)",
	} {
		var m ShellMsg
		err := DecodeShellMsg(text, &m)
		var bad *MessageError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.60s: error %v, want %q", text, err, reason)
		}
	}
}

func TestShellMsgRoundTrip(t *testing.T) {
	for _, c := range shellCases {
		var first, second ShellMsg
		if err := DecodeShellMsg(c.text, &first); err != nil || first.Command == UnknownCommand {
			continue
		}
		text := string(first.Append(nil))
		frame, err := NewReader(strings.NewReader(text), 0).Read()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if err := DecodeShellMsg(frame, &second); err != nil {
			t.Fatal(err)
		}
		if again := string(second.Append(nil)); again != text {
			t.Errorf("%s\nwritten first as  %s\nwritten second as %s", c.text, text, again)
		}
	}
}

func TestStormMessages(t *testing.T) {
	var buf []byte
	tuple := BoltMsg{ID: "-7190831001594159501", Component: "sp", Stream: "default", Task: 5, Tuple: `["w1",1,1.5,-1,null,true,[1,"x"],{"k":1}]`}
	heartbeat := BoltMsg{ID: "7466845211119498536", Stream: HeartbeatStream, Task: -1, Tuple: "[]"}
	tick := BoltMsg{ID: "5374695324502828051", Component: SystemComponent, Stream: TickStream, Task: -1, Tuple: "[3]"}
	for _, m := range []BoltMsg{tuple, heartbeat, tick} {
		buf = m.Append(buf)
	}
	next := SpoutMsg{Command: Next}
	ack := SpoutMsg{Command: SpoutAck, ID: `{"offset":12}`}
	buf = ack.Append(next.Append(buf))
	buf = AppendTaskIDs(AppendTaskIDs(buf, []int{4, 2}), nil)
	want := []StormMsg{
		{Kind: TupleKind, Tuple: tuple},
		{Kind: TupleKind, Tuple: heartbeat},
		{Kind: TupleKind, Tuple: tick},
		{Kind: SpoutCommandKind, Spout: SpoutMsg{Command: Next, ID: `""`}},
		{Kind: SpoutCommandKind, Spout: ack},
		{Kind: TaskIDsKind, TaskIDs: []int{4, 2}},
		{Kind: TaskIDsKind, TaskIDs: []int{}},
	}
	r := NewReader(strings.NewReader(string(buf)), 0)
	for _, w := range want {
		text, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		var m StormMsg
		if err := DecodeStormMsg(text, &m); err != nil {
			t.Fatal(err)
		}
		if m.Kind == TupleKind {
			m.Spout = SpoutMsg{}
		} else {
			m.Tuple = BoltMsg{}
		}
		if !reflect.DeepEqual(m, w) {
			t.Errorf("%s:\n got %+v\nwant %+v", text, m, w)
		}
	}
	if !heartbeat.IsHeartbeat() || heartbeat.IsTick() || tick.IsHeartbeat() || !tick.IsTick() || tuple.IsTick() || tuple.IsHeartbeat() {
		t.Error("heartbeats and ticks are not told apart")
	}
}

func TestHandshake(t *testing.T) {
	const text = `{"pidDir":"\/storm\/pids","context":{"taskid":3,"componentid":"bo","task->component":{"1":"__acker","2":"bo","3":"bo","4":"sink","5":"sp"},` +
		`"streams":["default","unused"],"stream->outputfields":{"default":["x"],"unused":["u"]},"stream->target->grouping":{"default":{"sink":{"type":"SHUFFLE"}}},` +
		`"source->stream->grouping":{"sp":{"default":{"type":"FIELDS","fields":["w"]}}},"source->stream->fields":{"sp":{"default":["w","n"]}}},` +
		`"conf":{"topology.workers":1,"topology.name":"t","storm.zookeeper.auth.user":null}}`
	h, err := DecodeHandshake(text)
	if err != nil {
		t.Fatal(err)
	}
	want := TopologyContext{
		TaskID: 3, ComponentID: "bo",
		TaskComponents: TaskComponents{1: "__acker", 2: "bo", 3: "bo", 4: "sink", 5: "sp"},
		Streams:        []string{"default", "unused"},
		OutputFields:   map[string][]string{"default": {"x"}, "unused": {"u"}},
		Targets:        map[string]map[string]Grouping{"default": {"sink": {Type: "SHUFFLE"}}},
		Sources:        map[string]map[string]Grouping{"sp": {"default": {Type: "FIELDS", Fields: []string{"w"}}}},
		SourceFields:   map[string]map[string][]string{"sp": {"default": {"w", "n"}}},
	}
	if h.PIDDir != "/storm/pids" || !reflect.DeepEqual(h.Context, want) || string(h.Conf["topology.name"]) != `"t"` {
		t.Errorf("got %+v", h)
	}
	framed, err := h.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	unframed, err := NewReader(strings.NewReader(string(framed)), 0).Read()
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeHandshake(unframed)
	if err != nil || !reflect.DeepEqual(again, h) {
		t.Errorf("after a round trip: %+v, %v", again, err)
	}
	if _, err := DecodeHandshake(`{"context":{"task->component":{"x":"y"}}}`); err == nil {
		t.Error("a task id that is no number is accepted")
	}
	empty, _ := (&Handshake{}).Append(nil)
	if strings.Contains(string(empty), "null") {
		t.Errorf("components index what is null here: %s", empty)
	}
}

func TestDecodePID(t *testing.T) {
	if pid, err := DecodePID(`{"pid": 21950}`); err != nil || pid != 21950 {
		t.Errorf("%d, %v", pid, err)
	}
	for _, text := range []string{`{}`, `{"pid":"x"}`, `starting up`, `[1]`} {
		if _, err := DecodePID(text); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range shellCases {
		f.Add(c.text)
	}
	for _, v := range vectors(f) {
		f.Add(v.in)
		f.Add(`{"command":"emit","tuple":[` + v.in + `]}`)
	}
	f.Add(`[1,2]`)
	f.Add(`{"comp":"sp","tuple":["w1"],"task":5,"stream":"default","id":"1"}`)
	f.Fuzz(func(t *testing.T, text string) {
		var m ShellMsg
		if err := DecodeShellMsg(text, &m); err == nil && m.Tuple != "" {
			checkPlain(t, text, RawValue(m.Tuple))
			if m.Command != UnknownCommand && m.Command != InvalidCommand {
				framed := m.Append(nil)
				if n := strings.Count(string(framed), "\nend\n"); n != 1 {
					t.Fatalf("%q is framed as %q", text, framed)
				}
			}
		}
		var s StormMsg
		if err := DecodeStormMsg(text, &s); err == nil && s.Kind == TupleKind && s.Tuple.Tuple != "" {
			checkPlain(t, text, RawValue(s.Tuple.Tuple))
		}
		if v, err := ParseValue(text); err == nil {
			checkPlain(t, text, v)
		}
	})
}

// checkPlain checks that the scanner accepts a value, and that parsing it again gives the same value.
func checkPlain(t *testing.T, text string, v RawValue) {
	t.Helper()
	if end := valueEnd(string(v), 0, 0); end != len(v) {
		t.Fatalf("%q gives %q, which is not plain", text, v)
	}
	if strings.ContainsAny(string(v), "\n") {
		t.Fatalf("%q gives %q, which has a newline", text, v)
	}
	again, err := java.ParseJSON(string(v))
	if err != nil {
		t.Fatalf("%q gives %q, which cannot be parsed: %v", text, v, err)
	}
	if got := v.Decode(); javaType(got) != javaType(again) {
		t.Fatalf("%q gives %q: %s walked over, %s parsed", text, v, javaType(got), javaType(again))
	}
	if v.Kind() == List && RawValues(v).Len() != len(v.Decode().([]any)) {
		t.Fatalf("%q: the length is wrong", v)
	}
}

func TestPipelining(t *testing.T) {
	ours := strings.TrimSuffix(string(AppendPID(nil, 7)), "\nend\n")
	for answer, want := range map[string]bool{ours: true, `{"pid": 7}`: false, `{"pid":7,"pipelining":1}`: false, `x`: false} {
		if got := AcceptsPipelining(answer); got != want {
			t.Errorf("%s accepts pipelining: %t", answer, got)
		}
	}
	if pid, err := DecodePID(ours); pid != 7 || err != nil {
		t.Errorf("%s: %d, %v", ours, pid, err)
	}
}
