package local

import (
	"strconv"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A message is a decoded message of a component. Everything that needs no lock is computed already.
type message struct {
	command multilang.Command
	err     error // the message cannot be understood; only text is set besides
	text    string
	name    string // the command or stream, as written, if it is unknown
	id      multilang.RawValue
	input   int64 // of an ack or fail: the id
	inputOK bool  // false: the engine makes no such ids
	stream  *stream
	tuple   multilang.RawValues
	values  int // number of values in the tuple
	task    int64
	hasTask bool
	needIDs bool
	level   int
	anchors [2]int // first and end in batch.anchors
	hashes  int    // where batch.hashes has the hashes of the stream's keys, one after the other
	short   bool   // a value that a key needs is missing
	// Of an emit by a JVM component: the first and end of its tasks in batch.tasks, and the host's number for the values.
	tasks  [2]int
	handle multilang.RawValues
	custom [][]int // of an emit by a process: what its custom groupings chose, in the order of stream.customs
}

// An anchor is the id of a tuple as a bolt wrote it.
type anchor struct {
	id   int64
	ok   bool // false: the engine makes no such ids
	text string
}

// batchSize is how many messages at most are applied under one lock.
const batchSize = 256

// A batch holds the messages that a component has written so far. Its memory is used again.
type batch struct {
	messages []message
	anchors  []anchor
	hashes   []int32
	tasks    []int
	values   []multilang.RawValue
	shell    multilang.ShellMsg
}

func (b *batch) reset() {
	clear(b.messages) // release the texts
	b.messages = b.messages[:0]
	b.anchors = b.anchors[:0]
	b.hashes = b.hashes[:0]
	b.tasks = b.tasks[:0]
}

// add decodes a message of component c.
func (b *batch) add(text string, c *component, typing typing) {
	s := &b.shell
	if err := multilang.DecodeShellMsg(text, s); err != nil {
		b.messages = append(b.messages, message{err: err, text: text})
		return
	}
	m := message{command: s.Command, id: s.ID}
	switch s.Command {
	case multilang.Emit:
		m.tuple, m.task, m.hasTask, m.needIDs = s.Tuple, s.Task, s.HasTask, s.NeedTaskIDs
		m.anchors[0] = len(b.anchors)
		for _, text := range s.Anchors {
			id, ok := parseTupleID(text)
			a := anchor{id: id, ok: ok}
			if !ok {
				a.text = text
			}
			b.anchors = append(b.anchors, a)
		}
		m.anchors[1] = len(b.anchors)
		if m.stream = c.streams[s.Stream]; m.stream == nil {
			m.name = s.Stream
			break
		}
		if c.jvm {
			b.takeTasks(&m, s)
		} else {
			b.hash(&m, typing)
		}
	case multilang.Ack, multilang.Fail:
		m.setInput(s)
	case multilang.Log, multilang.Error:
		m.text, m.level = s.Msg, s.Level
	case multilang.Metrics:
		m.name = s.MetricName
	case multilang.UnknownCommand:
		m.name = s.Name
		if c.jvm && (m.name == resetTimeout || m.name == executed) {
			m.setInput(s)
		}
	}
	b.messages = append(b.messages, m)
}

func (m *message) setInput(s *multilang.ShellMsg) {
	if n := len(s.ID); n > 2 && s.ID[0] == '"' {
		m.input, m.inputOK = parseTupleID(string(s.ID[1 : n-1]))
	}
}

// takeTasks takes from an emit of a JVM component what the host has done already.
func (b *batch) takeTasks(m *message, s *multilang.ShellMsg) {
	m.handle = multilang.RawValues(s.Values)
	m.tasks[0] = len(b.tasks)
	for v := range s.Tasks.All() {
		if task, err := strconv.Atoi(string(v)); err == nil {
			b.tasks = append(b.tasks, task)
		}
	}
	m.tasks[1] = len(b.tasks)
}

func (b *batch) hash(m *message, typing typing) {
	b.values = m.tuple.Append(b.values[:0])
	m.values = len(b.values)
	m.hashes = len(b.hashes)
	for _, key := range m.stream.keys {
		for _, i := range key {
			if i >= len(b.values) {
				m.short = true
				b.hashes = append(b.hashes, 0)
				continue
			}
			b.hashes = append(b.hashes, typing.hash(b.values[i]))
		}
	}
}

// keyHashes returns the hashes of the values of key number k of the message's stream.
func (b *batch) keyHashes(m *message, k int) []int32 {
	at := m.hashes
	for _, key := range m.stream.keys[:k] {
		at += len(key)
	}
	return b.hashes[at : at+len(m.stream.keys[k])]
}
