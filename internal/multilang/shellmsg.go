package multilang

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/java"
)

// A Command is the command of a message from a component.
type Command uint8

// The commands of a component. UnknownCommand is any other word: Storm ignores it from a bolt, but from a spout it
// kills the worker.
const (
	InvalidCommand Command = iota
	UnknownCommand
	Emit
	Ack
	Fail
	Sync
	Log
	Error
	Metrics
)

func (c Command) String() string {
	switch c {
	case Emit:
		return "emit"
	case Ack:
		return "ack"
	case Fail:
		return "fail"
	case Sync:
		return "sync"
	case Log:
		return "log"
	case Error:
		return "error"
	case Metrics:
		return "metrics"
	case UnknownCommand:
		return "unknown"
	}
	return "invalid"
}

// The levels of a log message. Storm treats any other number as Info.
const (
	LevelTrace = iota
	LevelDebug
	LevelInfo
	LevelWarn
	LevelError
)

// A ShellMsg is a message from a component to Storm (org.apache.storm.multilang.ShellMsg). A message may set fields
// that do not belong to its command.
type ShellMsg struct {
	Command Command
	Name    string // the command as written
	// ID is the message id of a spout's emit, which may be any JSON value, or the id of an ack or fail.
	ID     RawValue
	Stream string    // "default" if the message has none
	Tuple  RawValues // empty if the message has none: Storm then sends a null tuple
	// Anchors are the ids of the tuples to which the emit of a bolt is anchored.
	Anchors []string
	// Task is the target of a direct emit, or 0. Storm 2.6 and later crash on every message with a task, even 0: see
	// HasTask.
	Task        int64
	HasTask     bool
	NeedTaskIDs bool // true unless the message says false
	Msg         string
	Level       int // LevelInfo if the message has no level, or one that is not a number
	MetricName  string
	Params      RawValue

	// Storm knows no such fields. stormflux.runtime.Host writes them in an emit: it has chosen the tasks already, and Values
	// is its number for the values.
	Tasks  RawValues
	Values RawValue
}

// A MessageError says why a message cannot be understood. It is the error to report for a message that would kill a
// Storm worker.
type MessageError struct {
	Text   string // the message, shortened
	Reason string
}

func (e *MessageError) Error() string {
	return e.Reason + ": " + e.Text
}

const shownText = 500

func badMessage(text, reason string) error {
	if len(text) > shownText {
		text = strings.ToValidUTF8(text[:shownText], "") + fmt.Sprintf("... (%d bytes)", len(text))
	}
	return &MessageError{Text: text, Reason: reason}
}

// DecodeShellMsg decodes the message of a component into m. It reuses the memory of m.Anchors. It accepts what Storm
// accepts. The error is a [*MessageError] if the message would kill a Storm worker.
func DecodeShellMsg(text string, m *ShellMsg) error {
	*m = ShellMsg{Anchors: m.Anchors[:0], Stream: DefaultStream, NeedTaskIDs: true, Level: LevelInfo}
	err := eachMember(text, m.set)
	switch {
	case err != nil:
		return err
	case m.Command == InvalidCommand:
		return badMessage(text, `a message of a component needs a "command"`)
	}
	return nil
}

func (m *ShellMsg) set(key string, value RawValue) string {
	switch key {
	case "command":
		name, ok := value.Text()
		if !ok {
			return `"command" must be a string`
		}
		m.Name, m.Command = name, commandOf(name)
	case "id":
		m.ID = value
		if value.Kind() == Null {
			m.ID = ""
		}
	case "tuple":
		switch value.Kind() {
		case List:
			m.Tuple = RawValues(value)
		case Null:
			m.Tuple = ""
		default:
			return `"tuple" must be a list`
		}
	case "anchors":
		return m.setAnchors(value)
	case "stream":
		switch stream, ok := value.Text(); {
		case ok:
			m.Stream = stream
		case value.Kind() == Null:
			m.Stream = DefaultStream
		default:
			return `"stream" must be a string`
		}
	case "task":
		m.Task, m.HasTask = 0, false
		if value.Kind() == Null {
			return ""
		}
		task, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			return `"task" must be an integer`
		}
		m.Task, m.HasTask = task, true
	case "need_task_ids":
		switch value.Kind() {
		case Bool:
			m.NeedTaskIDs = value == "true"
		case Null:
			m.NeedTaskIDs = true
		default:
			return `"need_task_ids" must be true or false`
		}
	case "msg":
		msg, ok := value.Text()
		if !ok && value.Kind() != Null {
			return `"msg" must be a string`
		}
		m.Msg = msg
	case "level":
		m.Level = level(value)
	case "name":
		m.MetricName, _ = value.Text()
	case "params":
		m.Params = value
	case "tasks":
		if value.Kind() == List {
			m.Tasks = RawValues(value)
		}
	case "values":
		m.Values = value
	}
	return ""
}

func level(value RawValue) int {
	switch n := value.Decode().(type) {
	case int32:
		return int(n)
	case float64:
		if n >= LevelTrace && n < LevelError+1 {
			return int(n)
		}
	}
	return LevelInfo
}

func commandOf(name string) Command {
	switch name {
	case "emit":
		return Emit
	case "ack":
		return Ack
	case "fail":
		return Fail
	case "sync":
		return Sync
	case "log":
		return Log
	case "error":
		return Error
	case "metrics":
		return Metrics
	}
	return UnknownCommand
}

func (m *ShellMsg) setAnchors(value RawValue) string {
	m.Anchors = m.Anchors[:0]
	switch value.Kind() {
	case Null:
	case String: // Storm allows a single anchor without a list
		id, _ := value.Text()
		m.Anchors = append(m.Anchors, id)
	case List:
		for v := range RawValues(value).All() {
			id, ok := v.Text()
			if !ok {
				return `"anchors" must be strings`
			}
			m.Anchors = append(m.Anchors, id)
		}
	default:
		return `"anchors" must be a list of strings`
	}
	return ""
}

// DecodePID decodes the answer of a component to the handshake.
func DecodePID(text string) (pid int64, err error) {
	found := false
	err = eachMember(text, func(key string, value RawValue) string {
		if key == "pid" {
			n, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil {
				return `"pid" must be an integer`
			}
			pid, found = n, true
		}
		return ""
	})
	if err == nil && !found {
		err = badMessage(text, `the answer to the handshake needs a "pid"`)
	}
	return pid, err
}

// eachMember calls set for the members of the map in text. If set returns a reason, it becomes a *MessageError.
// eachMember may call set a second time for a member, when it finds late that it must rewrite the text. The last call
// must win, also for a key that occurs twice.
func eachMember(text string, set func(key string, value RawValue) string) error {
	reason, err := members(text, set)
	if errors.Is(err, errNotPlain) {
		if skipSpace(text, 0) == len(text) {
			return badMessage(text, "a message is not JSON: it is empty")
		}
		plain, parseErr := rewrite(text)
		if parseErr != nil {
			return badMessage(text, "a message is not JSON: "+parseErr.Error())
		}
		if plain == "" || plain[0] != '{' {
			return badMessage(text, "a message must be a JSON map; is something printed to standard output?")
		}
		reason, err = members(plain, set)
		if err != nil {
			// members can read the output of rewrite.
			panic("multilang: rewritten message is not plain: " + plain)
		}
	}
	if reason != "" {
		return badMessage(text, reason)
	}
	return nil
}

func members(text string, set func(key string, value RawValue) string) (reason string, err error) {
	i := skipSpace(text, 0)
	if i >= len(text) || text[i] != '{' || strings.IndexByte(text, '\n') >= 0 {
		return "", errNotPlain
	}
	if i = skipSpace(text, i+1); i >= len(text) {
		return "", errNotPlain
	}
	for more := text[i] != '}'; more; {
		var key, value string
		if key, value, i, more = member(text, i, 0); i < 0 {
			return "", errNotPlain
		}
		if reason := set(unquote(key), RawValue(value)); reason != "" {
			return reason, nil
		}
	}
	return "", nil
}

// Append appends the message as a component writes it, with its framing. It writes only what belongs to the command. An
// Emit leaves out fields that have the default of Storm.
func (m *ShellMsg) Append(dst []byte) []byte {
	switch m.Command {
	case Emit:
		dst = m.appendEmitHead(dst)
		if m.Tuple == "" {
			dst = append(dst, "null"...)
		} else {
			dst = append(dst, m.Tuple...)
		}
		return append(dst, "}"+end...)
	case Ack, Fail:
		dst = append(append(dst, `{"command":"`...), m.Command.String()...)
		dst = append(append(dst, `","id":`...), m.ID...)
		return append(dst, "}"+end...)
	case Log:
		dst = java.AppendJSONString(append(dst, `{"command":"log","msg":`...), m.Msg)
		dst = strconv.AppendInt(append(dst, `,"level":`...), int64(m.Level), 10)
		return append(dst, "}"+end...)
	case Error:
		dst = java.AppendJSONString(append(dst, `{"command":"error","msg":`...), m.Msg)
		return append(dst, "}"+end...)
	case Metrics:
		dst = java.AppendJSONString(append(dst, `{"command":"metrics","name":`...), m.MetricName)
		dst = append(append(dst, `,"params":`...), m.Params...)
		return append(dst, "}"+end...)
	case Sync:
		return AppendSync(dst)
	}
	panic("multilang: a " + m.Command.String() + " command cannot be written")
}

// AppendSync appends a sync message with its framing.
func AppendSync(dst []byte) []byte { return append(dst, `{"command":"sync"}`+end...) }

// AppendPID appends the answer of a component of our SDK to the handshake, with its framing. Storm reads only the
// process id. The answer also says that the component accepts a command before it has answered the last one: see
// [AcceptsPipelining].
func AppendPID(dst []byte, pid int) []byte {
	dst = strconv.AppendInt(append(dst, `{"pid":`...), int64(pid), 10)
	return append(dst, `,"pipelining":true}`+end...)
}

// AcceptsPipelining reports whether the answer to the handshake says that a spout accepts several commands at once.
// Storm never sends several. An engine must not do so unless the spout says this: the spout may take the next message
// for the one that it waits for.
func AcceptsPipelining(answer string) bool {
	accepts := false
	err := eachMember(answer, func(key string, value RawValue) string {
		if key == "pipelining" {
			accepts = value == "true"
		}
		return ""
	})
	return err == nil && accepts
}

// AppendEmit appends an emit of values with its framing. It is like m.Append, but encodes values instead of m.Tuple.
// After an error dst has its old length: see [AppendValue].
func AppendEmit(dst []byte, m *ShellMsg, values []any) ([]byte, error) {
	full, err := appendValues(m.appendEmitHead(dst), values)
	if err != nil {
		return dst, err
	}
	return append(full, "}"+end...), nil
}

func (m *ShellMsg) appendEmitHead(dst []byte) []byte {
	dst = append(dst, `{"command":"emit"`...)
	if m.ID != "" {
		dst = append(append(dst, `,"id":`...), m.ID...)
	}
	if m.Stream != "" && m.Stream != DefaultStream {
		dst = java.AppendJSONString(append(dst, `,"stream":`...), m.Stream)
	}
	if m.HasTask {
		dst = strconv.AppendInt(append(dst, `,"task":`...), m.Task, 10)
	}
	if len(m.Anchors) > 0 {
		dst = append(dst, `,"anchors":[`...)
		for i, id := range m.Anchors {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = java.AppendJSONString(dst, id)
		}
		dst = append(dst, ']')
	}
	if !m.NeedTaskIDs {
		dst = append(dst, `,"need_task_ids":false`...)
	}
	return append(dst, `,"tuple":`...)
}

// AppendList appends values as a JSON list, never as null: the text of a [RawValues]. See [AppendValue].
func AppendList(dst []byte, values []any) ([]byte, error) { return appendValues(dst, values) }
