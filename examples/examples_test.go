// Package examples_test runs the components of the examples as processes, as Storm would. Other packages check, compile
// and run the topologies themselves.
package examples_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stormflux/stormflux/internal/multilang"
)

// build builds a Go component and returns the program.
func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg)+".exe")
	if out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, out)
	}
	return program
}

// A process is a component and Storm's end of the pipes to it. As in Storm, a separate goroutine sends messages to it.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *multilang.Reader
	stderr bytes.Buffer
	ids    int
}

func start(t *testing.T, conf map[string]any, dir string, words ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(words[0], words[1:]...)}
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, multilang.NewReader(out, 0)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.AfterFunc(time.Minute, func() { p.cmd.Process.Kill() })
	t.Cleanup(func() {
		deadline.Stop()
		p.cmd.Process.Kill()
	})
	h := multilang.Handshake{PIDDir: t.TempDir(), Conf: map[string]json.RawMessage{}}
	h.Context.TaskID, h.Context.ComponentID = 4, "component"
	h.Context.TaskComponents = multilang.TaskComponents{4: "component", 5: "source"}
	for key, v := range conf {
		if h.Conf[key], err = multilang.AppendValue(nil, v); err != nil {
			t.Fatal(err)
		}
	}
	frame, err := h.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	p.send(frame)
	if pid, err := multilang.DecodePID(p.read()); err != nil || int(pid) != p.cmd.Process.Pid {
		t.Fatalf("pid %d, %v", pid, err)
	}
	if _, err := os.Stat(filepath.Join(h.PIDDir, strconv.Itoa(p.cmd.Process.Pid))); err != nil {
		t.Error(err)
	}
	return p
}

func (p *process) send(frame []byte) {
	p.t.Helper()
	if _, err := p.in.Write(frame); err != nil {
		p.t.Fatalf("%v: %s", err, &p.stderr)
	}
}

func (p *process) read() string {
	p.t.Helper()
	text, err := p.out.Read()
	if err != nil {
		p.t.Fatalf("%v after %q: %s", err, p.out.Partial(), &p.stderr)
	}
	return text
}

// until returns the messages up to the first one with the command.
func (p *process) until(last multilang.Command) []multilang.ShellMsg {
	p.t.Helper()
	var all []multilang.ShellMsg
	for {
		var m multilang.ShellMsg
		if err := multilang.DecodeShellMsg(p.read(), &m); err != nil {
			p.t.Fatal(err)
		}
		if m.Command == multilang.Error {
			p.t.Fatalf("error: %s", m.Msg)
		}
		all = append(all, m)
		if m.Command == last {
			return all
		}
	}
}

// command sends a command to a spout and returns its emits.
func (p *process) command(command multilang.SpoutCommand, id multilang.RawValue) []multilang.ShellMsg {
	p.t.Helper()
	m := multilang.SpoutMsg{Command: command, ID: id}
	p.send(m.Append(nil))
	return slices.DeleteFunc(p.until(multilang.Sync), func(m multilang.ShellMsg) bool { return m.Command != multilang.Emit })
}

// tuple sends a tuple to a bolt and returns what the bolt did until it acked it.
func (p *process) tuple(component, stream string, values ...any) []multilang.ShellMsg {
	p.t.Helper()
	p.ids++
	text, err := multilang.AppendList(nil, values)
	if err != nil {
		p.t.Fatal(err)
	}
	m := multilang.BoltMsg{ID: strconv.Itoa(p.ids), Component: component, Stream: stream, Task: 5, Tuple: multilang.RawValues(text)}
	if m.IsTick() {
		m.Task = -1
	}
	p.send(m.Append(nil))
	did := p.until(multilang.Ack)
	if ack := did[len(did)-1]; ack.ID != multilang.RawValue(strconv.Quote(m.ID)) {
		p.t.Fatalf("acked %s, not %s", ack.ID, m.ID)
	}
	for _, d := range did {
		if d.Command == multilang.Emit && !slices.Equal(d.Anchors, []string{m.ID}) {
			p.t.Errorf("an emit is anchored to %q, not to %s", d.Anchors, m.ID)
		}
	}
	return did[:len(did)-1]
}

func (p *process) tick() []multilang.ShellMsg {
	p.t.Helper()
	return p.tuple(multilang.SystemComponent, multilang.TickStream, 1)
}

// end closes the input. The component must then exit without an error.
func (p *process) end() {
	p.t.Helper()
	p.in.Close()
	if text, err := p.out.Read(); err != io.EOF {
		p.t.Errorf("after the end of the input: %q, %v", text, err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("%v: %s", err, &p.stderr)
	}
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
}

func countsOf(words []string) map[string]int {
	counts := map[string]int{}
	for _, w := range words {
		counts[w]++
	}
	return counts
}

// TestWordcount passes the text from component to component, and fails one sentence on the way.
func TestWordcount(t *testing.T) {
	text, err := os.ReadFile("wordcount/resources/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	spout := start(t, nil, "wordcount/resources", build(t, "./wordcount/cmd/sentences"), "--file", "sentences.txt")
	spout.command(multilang.Activate, `""`)
	var sentences []string
	for i := range lines {
		emits := spout.command(multilang.Next, `""`)
		if len(emits) != 1 || emits[0].ID != multilang.RawValue(strconv.Quote(strconv.Itoa(i+1))) {
			t.Fatalf("line %d: %+v", i+1, emits)
		}
		if i == 3 {
			spout.command(multilang.SpoutFail, `"4"`)
			again := spout.command(multilang.Next, `""`)
			if len(again) != 1 || again[0].ID != `"4"` || again[0].Tuple != emits[0].Tuple {
				t.Fatalf("after a fail: %+v", again)
			}
		}
		spout.command(multilang.SpoutAck, emits[0].ID)
		sentences = append(sentences, emits[0].Tuple.Decode()[0].(string))
	}
	if emits := spout.command(multilang.Next, `""`); len(emits) != 0 {
		t.Errorf("after the end of the text: %+v", emits)
	}
	spout.end()
	if !slices.Equal(sentences, lines) {
		t.Errorf("the spout emits %q", sentences)
	}

	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string][]string{}
	for name, split := range map[string]*process{
		"Go":     start(t, nil, "resources", build(t, "./wordcount/cmd/split")),
		"Python": start(t, nil, "resources", python, "split.py"),
	} {
		for _, s := range sentences {
			for _, m := range split.tuple("sentences", "default", s) {
				words[name] = append(words[name], m.Tuple.Decode()[0].(string))
			}
		}
		split.end()
		if !slices.Equal(words[name], wordsOf(string(text))) {
			t.Errorf("%s splits the text into %q", name, words[name])
		}
	}

	out := filepath.Join(t.TempDir(), "counts")
	count := start(t, map[string]any{"wordcount.out": out}, "", build(t, "./wordcount/cmd/count"), "--out", "/nowhere")
	for i, w := range words["Go"] {
		count.tuple("split", "default", w)
		if i == 50 {
			count.tick()
			checkCounts(t, out, countsOf(words["Go"][:51]))
		}
	}
	count.end()
	checkCounts(t, out, countsOf(wordsOf(string(text))))
}

func checkCounts(t *testing.T, dir string, want map[string]int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "counts-4.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for line := range strings.Lines(string(text)) {
		var word string
		var n int
		if _, err := fmt.Sscanf(line, "%s\t%d\n", &word, &n); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got[word] = n
	}
	if !maps.Equal(got, want) {
		t.Errorf("counts %v, want %v", got, want)
	}
	if left, err := os.Stat(filepath.Join(dir, "counts-4.tsv.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestCountLogs(t *testing.T) {
	count := start(t, nil, "", build(t, "./wordcount/cmd/count"))
	for _, w := range []string{"b", "a", "b"} {
		count.tuple("split", "default", w)
	}
	var logs []string
	for _, m := range count.tick() {
		logs = append(logs, m.Msg)
	}
	if !slices.Equal(logs, []string{"b: 2", "a: 1"}) {
		t.Errorf("logs %q", logs)
	}
	if again := count.tick(); len(again) != 0 {
		t.Errorf("nothing has changed, and it logs %+v", again)
	}
	count.end()
}

// emitted returns the tuples of the emits as JSON.
func emitted(did []multilang.ShellMsg) []string {
	var tuples []string
	for _, m := range did {
		if m.Command == multilang.Emit {
			tuples = append(tuples, string(m.Tuple))
		}
	}
	return tuples
}

func TestRollingCount(t *testing.T) {
	counter := start(t, nil, "", build(t, "./rolling-count/cmd/counter"), "--slots", "2")
	var ticks [][]string
	for _, words := range []string{"b a b", "c", "", "", ""} {
		for _, w := range strings.Fields(words) {
			counter.tuple("split", "default", w)
		}
		ticks = append(ticks, emitted(counter.tick()))
	}
	counter.end()
	want := [][]string{{`["a",1]`, `["b",2]`}, {`["a",1]`, `["b",2]`, `["c",1]`}, {`["a",0]`, `["b",0]`, `["c",1]`}, {`["c",0]`}, nil}
	if !slices.EqualFunc(ticks, want, slices.Equal) {
		t.Errorf("the counter emits %q", ticks)
	}

	ranker := build(t, "./rolling-count/cmd/ranker")
	intermediate := start(t, nil, "", ranker, "--top", "2")
	for _, tuple := range [][]any{{"a", 3}, {"b", 5}, {"c", 4}, {"d", 9}, {"d", 0}} {
		intermediate.tuple("counter", "default", tuple...)
	}
	if got := emitted(intermediate.tick()); !slices.Equal(got, []string{`[[["b",5],["c",4]]]`}) {
		t.Errorf("the ranker emits %q", got)
	}
	intermediate.end()

	final := start(t, nil, "", ranker, "--top", "3", "--merge")
	for _, rankings := range []string{`[["x",9],["y",2]]`, `[["b",5],["c",4]]`} {
		final.tuple("intermediate-ranker", "default", multilang.RawValue(rankings))
	}
	// All from one task: its second ranking replaces its first.
	if logs := final.tick(); len(logs) != 1 || logs[0].Msg != "top words: b=5 c=4" {
		t.Errorf("the final ranker does %+v", logs)
	}
	final.end()
}

func TestStreams(t *testing.T) {
	spout := start(t, map[string]any{"shop.orders": 5}, "", build(t, "./streams/cmd/orders"))
	var orders []multilang.RawValues
	for range 10 {
		for _, m := range spout.command(multilang.Next, `""`) {
			if m.Stream == multilang.DefaultStream {
				orders = append(orders, m.Tuple)
			}
		}
	}
	if len(orders) != 5 {
		t.Errorf("%d orders", len(orders))
	}
	spout.command(multilang.SpoutFail, `"3"`)
	if again := spout.command(multilang.Next, `""`); len(again) != 1 || again[0].Tuple != orders[3] {
		t.Errorf("order 3 again: %+v", again)
	}
	spout.command(multilang.SpoutFail, `"rate SEK"`)
	if again := spout.command(multilang.Next, `""`); len(again) != 1 || again[0].Stream != "rates" || again[0].Tuple != `["SEK",11.5]` {
		t.Errorf("a rate again: %+v", again)
	}
	spout.end()

	report := start(t, nil, "", build(t, "./streams/cmd/report"), "--title", "r")
	report.tuple("check", "valid", 1)
	report.tuple("check", "valid", 2)
	report.tuple("totals", "default", 3)
	var logs []string
	for _, m := range report.tick() {
		logs = append(logs, m.Msg)
	}
	if !slices.Equal(logs, []string{"r: 2 from check/valid", "r: 1 from totals/default"}) {
		t.Errorf("logs %q", logs)
	}
	report.end()
}

// TestFluxScripts runs the Python components of the Flux example.
func TestFluxScripts(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal(err)
	}
	spout := start(t, nil, "resources", python, "sentences.py")
	first := spout.command(multilang.Next, `""`)
	spout.command(multilang.SpoutFail, first[0].ID)
	if again := spout.command(multilang.Next, `""`); len(again) != 1 || again[0].ID != first[0].ID || again[0].Tuple != first[0].Tuple {
		t.Errorf("after a fail: %+v", again)
	}
	spout.end()

	count := start(t, nil, "resources", python, "count.py")
	for _, w := range []string{"b", "a", "b"} {
		count.tuple("split", "default", w)
	}
	if logs := count.tick(); len(logs) != 1 || logs[0].Msg != "a: 1, b: 2" {
		t.Errorf("%+v", logs)
	}
	heartbeat := multilang.BoltMsg{ID: "h", Stream: multilang.HeartbeatStream, Task: -1, Tuple: "[]"}
	count.send(heartbeat.Append(nil))
	count.until(multilang.Sync)
	count.end()
}
