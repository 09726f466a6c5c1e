package multilang

import (
	"encoding/json"
	"strings"
	"testing"
)

const benchEmit = `{"command":"emit","anchors":["-7190831001594159501"],"need_task_ids":false,"tuple":["the quick brown fox", 42, 1.5]}`

// BenchmarkHop measures what an engine does for one tuple between two components: it reads, decodes, looks at the field
// of the grouping, and writes.
func BenchmarkHop(b *testing.B) {
	src := strings.NewReader("")
	in := strings.Repeat(benchEmit+"\nend\n", 1000)
	r := NewReader(src, 0)
	var m ShellMsg
	var out []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%1000 == 0 {
			src.Reset(in)
			r = NewReader(src, 0)
		}
		text, err := r.Read()
		if err != nil {
			b.Fatal(err)
		}
		if err := DecodeShellMsg(text, &m); err != nil {
			b.Fatal(err)
		}
		field, _ := m.Tuple.At(0)
		if _, ok := field.Text(); !ok {
			b.Fatal(field)
		}
		tuple := BoltMsg{ID: m.Anchors[0], Component: "split", Stream: m.Stream, Task: 3, Tuple: m.Tuple}
		out = tuple.Append(out[:0])
	}
}

// BenchmarkDecodeStandard decodes the same message with encoding/json, for comparison.
func BenchmarkDecodeStandard(b *testing.B) {
	for b.Loop() {
		var m map[string]any
		if err := json.Unmarshal([]byte(benchEmit), &m); err != nil {
			b.Fatal(err)
		}
	}
}
