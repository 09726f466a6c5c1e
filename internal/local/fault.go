package local

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/settings"
)

// A fault is something a component did that would kill a Storm worker. Its texts say what happened, and what Storm
// does.
type fault struct {
	reason string
	storm  string
	fix    string
	line   string
}

func faultMessage(m *message) *fault {
	reason := m.err.Error()
	var bad *multilang.MessageError
	if errors.As(m.err, &bad) {
		reason = bad.Reason
	}
	return &fault{
		reason: "its output cannot be understood: " + reason,
		storm: "output that is not a message kills the worker (ClassCastException or ParseException); " +
			"write only messages to standard output, and log with the log command or to standard error",
		line: shorten(offendingLines(m.text)),
	}
}

// offendingLines returns the text that was printed between messages, without the message after it.
func offendingLines(text string) string {
	var stray []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, `{"`) && len(stray) > 0 {
			break
		}
		stray = append(stray, line)
	}
	return strings.Join(stray, "\n")
}

func faultTooLong(err error, text string) *fault {
	return &fault{
		reason: "its output is not a message: " + err.Error(),
		storm:  "the worker keeps reading until it has no memory left",
		line:   shorten(text),
	}
}

func faultHandshake(answer string, err error) *fault {
	reason := err.Error()
	var bad *multilang.MessageError
	if errors.As(err, &bad) {
		reason = bad.Reason
	}
	return &fault{
		reason: "its first message does not answer the handshake: " + reason,
		storm:  `a component must first write {"pid": <its process id>}; output that is not a message kills the worker`,
		line:   shorten(offendingLines(answer)),
	}
}

func faultUnknownStream(id, fix string) *fault {
	return &fault{
		fix:    fix,
		reason: fmt.Sprintf("it emitted on stream %q, which it does not declare", id),
		storm:  "IllegalArgumentException: Unknown stream ID: " + id,
	}
}

func faultDirectEmit(task int64, v settings.Version) *fault {
	return &fault{
		reason: fmt.Sprintf(`it emitted with "task": %d`, task),
		storm: fmt.Sprintf("every emit with a task kills a worker of Storm %s and of every version since 2.6 "+
			"(ClassCastException: Integer cannot be cast to Long, in JsonSerializer); "+
			"use a fields grouping on a field that holds the target, or one stream for each target", v),
	}
}

func faultRegularEmit(stream, target string) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted on stream %q without a task, but %q reads the stream with a direct grouping", stream, target),
		storm:  "IllegalArgumentException: Cannot do regular emit to direct stream",
	}
}

func faultDirectToRegular(stream, target string, task int64) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted on stream %q directly to task %d, but %q does not read the stream with a direct grouping",
			stream, task, target),
		storm: "IllegalArgumentException: Cannot emitDirect to a task expecting a regular grouping",
	}
}

func faultDirectNobody(stream string) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted directly on stream %q, but no bolt reads the stream", stream),
		storm:  "NullPointerException",
	}
}

func faultNullTuple(stream string) *fault {
	return &fault{
		reason: fmt.Sprintf("its emit on stream %q has no tuple, but a fields grouping needs the values", stream),
		storm:  "NullPointerException",
	}
}

func faultTooFew(s *stream, values int, fix string) *fault {
	return &fault{
		fix: fix,
		reason: fmt.Sprintf("it emitted %d value%s on stream %q with the fields %q, and a fields grouping needs one that is missing",
			values, plural(values), s.id, s.fields),
		storm: fmt.Sprintf("IndexOutOfBoundsException: Index %d out of bounds for length %d", values, values),
	}
}

func faultMetric(name string) *fault {
	return &fault{
		reason: fmt.Sprintf("it sent a value for the metric %q, but only components in Java can register metrics", name),
		storm:  fmt.Sprintf("Could not find metric by name[%s]", name),
	}
}

func faultSpoutCommand(name string) *fault {
	return &fault{
		reason: fmt.Sprintf("it wrote the command %q, but a spout has no such command", name),
		storm:  "IllegalArgumentException: Unknown command received: " + name,
	}
}

func faultAnchor(id string) *fault {
	return &fault{
		reason: fmt.Sprintf("it anchored an emit to the tuple %s, which it does not have: "+
			"it acked or failed the tuple before, or never received it", id),
		storm: fmt.Sprintf("RuntimeException: Anchored onto %s after ack/fail", id),
	}
}

func faultAnswer(m *message) *fault {
	word := "acked"
	if m.command == multilang.Fail {
		word = "failed"
	}
	reason := fmt.Sprintf("it %s the tuple %s, which it does not have: it acked or failed the tuple before, or never received it", word, m.id)
	switch {
	case m.id == "":
		reason = fmt.Sprintf("it %s a tuple without an id", word)
	case m.id.Kind() != multilang.String:
		reason = fmt.Sprintf("it %s the tuple %s: ids are strings, and this is not a string", word, m.id)
	}
	return &fault{
		reason: reason,
		storm:  fmt.Sprintf("RuntimeException: Acked a non-existent or already acked/failed id: %s", strings.Trim(string(m.id), `"`)),
	}
}

func faultUnregistered(class string) *fault {
	return &fault{
		reason: "it emitted a value that is a " + class + " in Storm",
		storm: "a worker cannot send it to another worker (IllegalArgumentException: Class is not registered: " + class +
			"); add the class to topology.kryo.register",
	}
}

func faultBoltSilent(timeout time.Duration) *fault {
	return &fault{
		reason: fmt.Sprintf("it has written nothing for %s, not even the sync that answers a heartbeat", timeout),
		storm:  "RuntimeException: subprocess heartbeat timeout; if a tuple may take longer, raise topology.subprocess.timeout.secs",
	}
}

func faultSpoutSilent(timeout time.Duration) *fault {
	return &fault{
		reason: fmt.Sprintf("it has not answered a command for %s", timeout),
		storm: "RuntimeException: subprocess heartbeat timeout; let nextTuple return when there is nothing to emit, " +
			"or raise topology.subprocess.timeout.secs",
	}
}

func faultBoltUnread(bytes int) *fault {
	return &fault{
		reason: fmt.Sprintf("it has not read the answers to its emits, and %d MB of them wait for it", bytes>>20),
		storm: "the worker keeps these answers in memory until none is left (OutOfMemoryError); " +
			"read the answer to each emit, or emit with need_task_ids false",
	}
}

func faultSpoutUnread(timeout time.Duration) *fault {
	return &fault{
		reason: fmt.Sprintf("it has not read the answers to its emits for %s, and the pipe to it is full", timeout),
		storm: "RuntimeException: subprocess heartbeat timeout; Storm writes the task ids of each emit and reads nothing more from a spout " +
			"until it can: read the answer to each emit, or emit with need_task_ids false",
	}
}

// plural returns the ending of a noun for a number of things.
func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
