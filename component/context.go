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

// A Context is what a component knows of its place in the topology, and its way to tell Storm something that is not a
// tuple. It may be used by any goroutine. Maps and slices that it returns must not be changed.
type Context struct {
	TaskID      int
	ComponentID string
	// Conf is the topology's configuration with the component's own settings merged in: Storm's keys (about 300) and the
	// application's. See [Setting].
	Conf map[string]json.RawMessage

	topology multilang.TopologyContext
	done     context.Context
	out      *writer
	log      *slog.Logger
}

// Done is closed when the process is asked to end. A spout that blocks in NextTuple, or a bolt that waits for something,
// returns then.
func (c *Context) Done() <-chan struct{} { return c.done.Done() }

// TopologyName returns the name that the topology was submitted under.
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

// TaskIndex returns the place of this task among those of its component, from 0, and how many there are: what a spout
// needs to share its input with the other tasks.
func (c *Context) TaskIndex() (index, count int) {
	tasks := c.Tasks(c.ComponentID)
	return slices.Index(tasks, c.TaskID), len(tasks)
}

// TaskComponent returns the component that a task belongs to, or "".
func (c *Context) TaskComponent(task int) string { return c.topology.TaskComponents[task] }

// Streams returns the component's own streams, in order of their names.
func (c *Context) Streams() []string { return slices.Sorted(slices.Values(c.topology.Streams)) }

// OutputFields returns the fields of one of the component's own streams.
func (c *Context) OutputFields(stream string) []string { return c.topology.OutputFields[stream] }

// SourceFields returns the fields of a stream of a component that this one reads from.
func (c *Context) SourceFields(component, stream string) []string {
	return c.topology.SourceFields[component][stream]
}

// Targets returns, by component, how one of the component's own streams is read.
func (c *Context) Targets(stream string) map[string]Grouping {
	return groupings(c.topology.Targets[stream])
}

// Sources returns, by stream, how this component reads another one.
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

// ReportError tells Storm of an error without failing a tuple. It shows up among the component's errors.
func (c *Context) ReportError(err error) {
	c.out.send(&multilang.ShellMsg{Command: multilang.Error, Msg: err.Error()})
}

// Metric hands params, any JSON, to the metric of that name, which must be registered in the JVM for the component; Storm
// ends the worker where it is not. Components that are only a program have none.
func (c *Context) Metric(name string, params any) error {
	text, err := multilang.AppendValue(nil, params)
	if err != nil {
		return fmt.Errorf("metric %q: %w", name, err)
	}
	c.out.send(&multilang.ShellMsg{Command: multilang.Metrics, MetricName: name, Params: multilang.RawValue(text)})
	return nil
}

// Heartbeat tells Storm that a bolt is alive in a long Execute. Spouts must not call it: there the same message says that
// NextTuple is done.
func (c *Context) Heartbeat() {
	c.out.write(multilang.AppendSync(nil))
	c.out.flush()
}

// Setting returns the value of a key of the configuration, decoded by the rules of encoding/json, or fallback where the key
// is absent or null.
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
