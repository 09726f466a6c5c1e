package component

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A Grouping is how a component reads a stream. Type is Storm's name in capitals, such as SHUFFLE or FIELDS; a global
// grouping is FIELDS without fields.
type Grouping struct {
	Type   string
	Fields []string
}

// A Context describes a component's place in the topology, and sends Storm everything that is not a tuple. Any
// goroutine may use it. Do not change the maps and slices that it returns.
type Context struct {
	TaskID      int
	ComponentID string
	// Conf is the topology's configuration, merged with the component's own settings. It has Storm's keys (about 300)
	// and those of the application. See [Setting].
	Conf map[string]json.RawMessage

	topology multilang.TopologyContext
	done     context.Context
	out      *writer
	log      *slog.Logger
}

// Done returns a channel that is closed when the process must end. A spout that blocks in NextTuple, or a bolt that
// waits for something, must return then.
func (c *Context) Done() <-chan struct{} { return c.done.Done() }

// TopologyName returns the name under which the topology was submitted.
func (c *Context) TopologyName() string {
	name, _ := Setting(c, "topology.name", "")
	return name
}

// Tasks returns the ids of a component's tasks in ascending order.
func (c *Context) Tasks(component string) []int {
	var tasks []int
	for _, task := range slices.Sorted(maps.Keys(c.topology.TaskComponents)) {
		if c.topology.TaskComponents[task] == component {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// TaskIndex returns the position of this task among the tasks of its component, counted from 0, and the number of these
// tasks. A spout needs both to share its input with the other tasks.
func (c *Context) TaskIndex() (index, count int) {
	tasks := c.Tasks(c.ComponentID)
	return slices.Index(tasks, c.TaskID), len(tasks)
}

// TaskComponent returns the component of a task, or "".
func (c *Context) TaskComponent(task int) string { return c.topology.TaskComponents[task] }

// Streams returns the component's own streams, in order of their names.
func (c *Context) Streams() []string { return slices.Sorted(slices.Values(c.topology.Streams)) }

// OutputFields returns the fields of one of the component's own streams.
func (c *Context) OutputFields(stream string) []string { return c.topology.OutputFields[stream] }

// SourceFields returns the fields of a stream of another component that this component reads.
func (c *Context) SourceFields(component, stream string) []string {
	return c.topology.SourceFields[component][stream]
}

// Targets returns the groupings of one of the component's own streams, by the component that reads it.
func (c *Context) Targets(stream string) map[string]Grouping {
	return groupings(c.topology.Targets[stream])
}

// Sources returns the groupings with which this component reads another one, by stream.
func (c *Context) Sources(component string) map[string]Grouping {
	return groupings(c.topology.Sources[component])
}

func groupings(from map[string]multilang.Grouping) map[string]Grouping {
	to := make(map[string]Grouping, len(from))
	for key, g := range from {
		to[key] = Grouping(g)
	}
	return to
}

// Logger returns a logger that writes to Storm's worker log under the component's name, with slog's levels.
func (c *Context) Logger() *slog.Logger { return c.log }

// ReportError reports an error to Storm without failing a tuple. Storm shows it among the component's errors.
func (c *Context) ReportError(err error) {
	c.out.send(&multilang.ShellMsg{Command: multilang.Error, Msg: err.Error()})
}

// Metric passes params, any JSON, to the metric of that name. The metric must be registered in the JVM for the
// component; if it is not, Storm ends the worker. Components that are only a program have no metrics.
func (c *Context) Metric(name string, params any) error {
	text, err := multilang.AppendValue(nil, params)
	if err != nil {
		return fmt.Errorf("metric %q: %w", name, err)
	}
	c.out.send(&multilang.ShellMsg{Command: multilang.Metrics, MetricName: name, Params: multilang.RawValue(text)})
	return nil
}

// Heartbeat tells Storm that a bolt is alive in a long Execute. Spouts must not call it: for a spout, the same message
// means that NextTuple is done.
func (c *Context) Heartbeat() {
	c.out.write(multilang.AppendSync(nil))
	c.out.flush()
}

// Setting returns the value of a key of the configuration, decoded by the rules of encoding/json. If the key is absent
// or null, it returns fallback.
func Setting[T any](ctx *Context, key string, fallback T) (T, error) {
	text, ok := ctx.Conf[key]
	if !ok || string(text) == "null" {
		return fallback, nil
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		return fallback, fmt.Errorf("setting %q is %s: %w", key, text, err)
	}
	return v, nil
}
