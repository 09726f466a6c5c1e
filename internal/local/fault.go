package local

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
	"github.com/stormflux/stormflux/internal/settings"
)

// A fault is what a component did that a worker of Storm dies of. The texts name what was done, and what Storm makes of it.
type fault struct {
	reason string
	storm  string
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
		storm:  "the worker dies of what is no message (ClassCastException or ParseException); nothing but messages may be written to standard output, log by the command log or to standard error",
		line:   shorten(offendingLines(m.text)),
	}
}

// offendingLines returns what was printed between messages, without the message that follows it.
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
		reason: "its output is no message: " + err.Error(),
		storm:  "the worker reads on, until it has no memory left",
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
		reason: "its first message is no answer to the handshake: " + reason,
		storm:  "a component first writes {\"pid\": <its process id>}; the worker dies of anything that is no message",
		line:   shorten(offendingLines(answer)),
	}
}

func faultUnknownStream(id string, c *component) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted on stream %q, which it does not declare", id),
		storm:  "IllegalArgumentException: Unknown stream ID: " + id,
	}
}

func faultDirectEmit(task int64, v settings.Version) *fault {
	return &fault{
		reason: fmt.Sprintf(`it emitted with "task": %d`, task),
		storm:  fmt.Sprintf("Storm %s, like all since 2.6, dies of every emit with a task (ClassCastException: Integer cannot be cast to Long, in JsonSerializer), however it is written; use a fields grouping on a field that holds the target, or a stream for each target", v),
	}
}

func faultRegularEmit(stream, target string) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted on stream %q without a task, and %q reads the stream with a direct grouping", stream, target),
		storm:  "IllegalArgumentException: Cannot do regular emit to direct stream",
	}
}

func faultDirectToRegular(stream, target string, task int64) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted on stream %q directly to task %d, but %q does not read the stream with a direct grouping", stream, task, target),
		storm:  "IllegalArgumentException: Cannot emitDirect to a task expecting a regular grouping",
	}
}

func faultDirectNobody(stream string) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted directly on stream %q, which nobody reads", stream),
		storm:  "NullPointerException",
	}
}

func faultNullTuple(stream string) *fault {
	return &fault{
		reason: fmt.Sprintf("its emit on stream %q has no tuple, and a fields grouping needs its values", stream),
		storm:  "NullPointerException",
	}
}

func faultTooFew(s *stream, values int) *fault {
	return &fault{
		reason: fmt.Sprintf("it emitted %d values on stream %q, which has the fields %q, and a fields grouping needs one that is missing", values, s.id, s.fields),
		storm:  fmt.Sprintf("IndexOutOfBoundsException: Index %d out of bounds for length %d", values, values),
	}
}

func faultMetric(name string) *fault {
	return &fault{
		reason: fmt.Sprintf("it sent a value for the metric %q, and a component that is not written in Java has no metrics", name),
		storm:  fmt.Sprintf("Could not find metric by name[%s]", name),
	}
}

func faultSpoutCommand(name string) *fault {
	return &fault{
		reason: fmt.Sprintf("it wrote the command %q, which a spout does not have", name),
		storm:  "IllegalArgumentException: Unknown command received: " + name,
	}
}

func faultAnchor(id string) *fault {
	return &fault{
		reason: fmt.Sprintf("it anchored an emit to the tuple %s, which it does not have: it was acked or failed before, or never received", id),
		storm:  fmt.Sprintf("RuntimeException: Anchored onto %s after ack/fail", id),
	}
}

func faultAnswer(m *message) *fault {
	word := "acked"
	if m.command == multilang.Fail {
		word = "failed"
	}
	reason := fmt.Sprintf("it %s the tuple %s, which it does not have: it was acked or failed before, or never received", word, m.id)
	switch {
	case m.id == "":
		reason = fmt.Sprintf("it %s a tuple without saying which", word)
	case m.id.Kind() != multilang.String:
		reason = fmt.Sprintf("it %s the tuple %s: ids are strings, and this is none", word, m.id)
	}
	return &fault{
		reason: reason,
		storm:  fmt.Sprintf("RuntimeException: Acked a non-existent or already acked/failed id: %s", strings.Trim(string(m.id), `"`)),
	}
}

func faultUnregistered(class string) *fault {
	return &fault{
		reason: "it emitted a value that Storm makes a " + class + " of",
		storm:  "a worker cannot send it to another worker (IllegalArgumentException: Class is not registered: " + class + "); add the class to topology.kryo.register",
	}
}

func faultBoltSilent(timeout time.Duration) *fault {
	return &fault{
		reason: fmt.Sprintf("it has written nothing for %s, not even the sync that answers a heartbeat", timeout),
		storm:  "RuntimeException: subprocess heartbeat timeout; a tuple that takes longer needs a larger topology.subprocess.timeout.secs",
	}
}

func faultSpoutSilent(timeout time.Duration) *fault {
	return &fault{
		reason: fmt.Sprintf("it has not answered a command for %s", timeout),
		storm:  "RuntimeException: subprocess heartbeat timeout; a nextTuple that waits for longer needs a larger topology.subprocess.timeout.secs, and better returns",
	}
}
