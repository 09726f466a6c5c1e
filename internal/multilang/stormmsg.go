package multilang

import (
	"errors"
	"strconv"

	"github.com/stormflux/stormflux/internal/java"
)

// A SpoutCommand is a command of Storm to a spout.
type SpoutCommand uint8

// The commands of Storm to a spout.
const (
	InvalidSpoutCommand SpoutCommand = iota
	Next
	SpoutAck
	SpoutFail
	Activate
	Deactivate
	UnknownSpoutCommand
)

func (c SpoutCommand) String() string {
	switch c {
	case Next:
		return "next"
	case SpoutAck:
		return "ack"
	case SpoutFail:
		return "fail"
	case Activate:
		return "activate"
	case Deactivate:
		return "deactivate"
	case UnknownSpoutCommand:
		return "unknown"
	}
	return "invalid"
}

func spoutCommandOf(name string) SpoutCommand {
	switch name {
	case "next":
		return Next
	case "ack":
		return SpoutAck
	case "fail":
		return SpoutFail
	case "activate":
		return Activate
	case "deactivate":
		return Deactivate
	}
	return UnknownSpoutCommand
}

// A SpoutMsg is a command of Storm to a spout (org.apache.storm.multilang.SpoutMsg).
type SpoutMsg struct {
	Command SpoutCommand
	// ID is the message id of the emit, for SpoutAck and SpoutFail.
	ID RawValue
}

// Append appends the message with its framing. Like Storm it writes an empty id if there is none.
func (m *SpoutMsg) Append(dst []byte) []byte {
	dst = append(dst, `{"id":`...)
	if m.ID == "" {
		dst = append(dst, `""`...)
	} else {
		dst = append(dst, m.ID...)
	}
	dst = append(append(dst, `,"command":"`...), m.Command.String()...)
	return append(dst, `"}`+end...)
}

// A BoltMsg is a tuple from Storm to a bolt (org.apache.storm.multilang.BoltMsg). Ticks and heartbeats are tuples too.
type BoltMsg struct {
	ID        string // the id with which the bolt acks, fails and anchors
	Component string // the source component; empty for a heartbeat
	Stream    string
	Task      int // the source task; -1 for ticks and heartbeats
	Tuple     RawValues
}

// IsHeartbeat reports whether the tuple is a heartbeat. A bolt answers it with a sync.
func (m *BoltMsg) IsHeartbeat() bool { return m.Task == -1 && m.Stream == HeartbeatStream }

// IsTick reports whether the tuple is a tick. A bolt must ack a tick like any other tuple.
func (m *BoltMsg) IsTick() bool { return m.Component == SystemComponent && m.Stream == TickStream }

// Append appends the message with its framing.
func (m *BoltMsg) Append(dst []byte) []byte {
	dst = append(dst, `{"comp":`...)
	if m.Component == "" {
		dst = append(dst, "null"...)
	} else {
		dst = java.AppendJSONString(dst, m.Component)
	}
	dst = append(dst, `,"tuple":`...)
	if m.Tuple == "" {
		dst = append(dst, "null"...)
	} else {
		dst = append(dst, m.Tuple...)
	}
	dst = strconv.AppendInt(append(dst, `,"task":`...), int64(m.Task), 10)
	dst = java.AppendJSONString(append(dst, `,"stream":`...), m.Stream)
	dst = java.AppendJSONString(append(dst, `,"id":`...), m.ID)
	return append(dst, "}"+end...)
}

// AppendTaskIDs appends the list of the tasks that got an emit, with its framing.
func AppendTaskIDs(dst []byte, tasks []int) []byte {
	dst = append(dst, '[')
	for i, task := range tasks {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(task), 10)
	}
	return append(dst, "]"+end...)
}

// A StormKind is the kind of a message of Storm.
type StormKind uint8

// The kinds of messages that Storm sends after the handshake.
const (
	InvalidStormKind StormKind = iota
	SpoutCommandKind
	TupleKind
	TaskIDsKind
)

// A StormMsg is any message of Storm after the handshake. Kind says which of the other fields is set.
type StormMsg struct {
	Kind    StormKind
	Spout   SpoutMsg
	Tuple   BoltMsg
	TaskIDs []int
}

// DecodeStormMsg decodes a message of Storm into m. It does not reuse the memory of m.TaskIDs.
func DecodeStormMsg(text string, m *StormMsg) error {
	*m = StormMsg{}
	if i := skipSpace(text, 0); i < len(text) && text[i] == '[' {
		return m.decodeTaskIDs(text)
	}
	m.Tuple.Task = -1
	err := eachMember(text, m.set)
	switch {
	case err != nil:
		return err
	case m.Kind == InvalidStormKind:
		return badMessage(text, `a message of Storm needs a "command" or a "tuple"`)
	}
	return nil
}

func (m *StormMsg) set(key string, value RawValue) string {
	switch key {
	case "command":
		name, ok := value.Text()
		if !ok {
			return `"command" must be a string`
		}
		m.Kind, m.Spout.Command = SpoutCommandKind, spoutCommandOf(name)
	case "id":
		m.Spout.ID = value
		m.Tuple.ID, _ = value.Text()
	case "comp":
		m.Tuple.Component, _ = value.Text()
	case "stream":
		m.Tuple.Stream, _ = value.Text()
	case "task":
		if value.Kind() == Null {
			return ""
		}
		task, err := strconv.Atoi(string(value))
		if err != nil {
			return `"task" must be an integer`
		}
		m.Tuple.Task = task
	case "tuple":
		m.Kind = TupleKind
		switch value.Kind() {
		case List:
			m.Tuple.Tuple = RawValues(value)
		case Null: // a component emitted without a tuple
		default:
			return `"tuple" must be a list`
		}
	}
	return ""
}

func (m *StormMsg) decodeTaskIDs(text string) error {
	value, err := ParseValue(text)
	if err != nil || value.Kind() != List {
		return badMessage(text, errors.Join(errors.New("a list of task ids is not JSON"), err).Error())
	}
	m.Kind = TaskIDsKind
	m.TaskIDs = []int{}
	for v := range RawValues(value).All() {
		task, err := strconv.Atoi(string(v))
		if err != nil {
			return badMessage(text, "task ids must be integers")
		}
		m.TaskIDs = append(m.TaskIDs, task)
	}
	return nil
}
