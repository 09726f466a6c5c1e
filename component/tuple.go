package component

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/stormflux/stormflux/internal/multilang"
)

// A Tuple is what a bolt receives. Its values are JSON and are parsed when a method asks for them. A bolt may keep a
// Tuple, and any number of goroutines may read it. Methods that take an index panic with a [*ValueError] if there is no
// such value, or if it has another type. In a method that Storm called, this fails the tuple and is reported.
type Tuple struct {
	ID        string // Storm's id of the tuple, unique among those that the bolt has not acked
	Component string // the component that emitted it
	Stream    string
	Task      int // the task that emitted it

	raw    multilang.RawValues
	values []multilang.RawValue
	few    [4]multilang.RawValue // values of most tuples, without an allocation
	ctx    *Context
	done   atomic.Bool // acked or failed
}

func newTuple(ctx *Context, m *multilang.BoltMsg) *Tuple {
	t := &Tuple{ID: m.ID, Component: m.Component, Stream: m.Stream, Task: m.Task, raw: m.Tuple, ctx: ctx}
	t.values = m.Tuple.Append(t.few[:0])
	return t
}

// A ValueError reports that a tuple does not have a value, or that a value cannot be sent.
type ValueError struct {
	Reason string
}

func (e *ValueError) Error() string { return e.Reason }

func valueError(format string, args ...any) {
	panic(&ValueError{Reason: fmt.Sprintf(format, args...)})
}

// Len returns the number of values.
func (t *Tuple) Len() int { return len(t.values) }

// IsTick reports whether this is a tick tuple.
func (t *Tuple) IsTick() bool {
	return t.Component == multilang.SystemComponent && t.Stream == multilang.TickStream
}

func (t *Tuple) at(i int) multilang.RawValue {
	if i < 0 || i >= len(t.values) {
		valueError("the tuple has %d values, there is none at index %d", len(t.values), i)
	}
	return t.values[i]
}

// Text returns the values as they arrived: a JSON list.
func (t *Tuple) Text() string { return string(t.raw) }

// String returns the value at index i if it is a string.
func (t *Tuple) String(i int) string {
	s, ok := t.at(i).Text()
	if !ok {
		valueError("value %d is %s, not a string", i, t.values[i])
	}
	return s
}

// Int returns the value at index i if it is a whole number that fits.
func (t *Tuple) Int(i int) int64 {
	n, err := strconv.ParseInt(string(t.at(i)), 10, 64)
	if err != nil {
		valueError("value %d is %s, not a 64-bit integer", i, t.values[i])
	}
	return n
}

// Float returns the value at index i if it is a number.
func (t *Tuple) Float(i int) float64 {
	v := t.at(i)
	f, err := strconv.ParseFloat(string(v), 64)
	if err != nil || v.Kind() != multilang.Number {
		valueError("value %d is %s, not a number", i, v)
	}
	return f
}

// Bool returns the value at index i if it is true or false.
func (t *Tuple) Bool(i int) bool {
	v := t.at(i)
	if v.Kind() != multilang.Bool {
		valueError("value %d is %s, neither true nor false", i, v)
	}
	return v == "true"
}

// Decode decodes the value at index i into v, a pointer, by the rules of encoding/json.
func (t *Tuple) Decode(i int, v any) error {
	if err := json.Unmarshal([]byte(t.at(i)), v); err != nil {
		return fmt.Errorf("value %d of the tuple: %w", i, err)
	}
	return nil
}

// Value returns the value at index i: nil, bool, string, int64, *big.Int if it does not fit an int64, float64, []any or
// map[string]any.
func (t *Tuple) Value(i int) any { return t.at(i).Plain() }

// Values returns all values: see [Tuple.Value].
func (t *Tuple) Values() []any {
	values := make([]any, len(t.values))
	for i := range t.values {
		values[i] = t.Value(i)
	}
	return values
}

// Fields returns the names of the values, as the stream's source declared them; nil for ticks. The caller must not
// change them.
func (t *Tuple) Fields() []string { return t.ctx.SourceFields(t.Component, t.Stream) }

// Index returns the index of the value that the stream's source declared under a name, or -1.
func (t *Tuple) Index(field string) int { return slices.Index(t.Fields(), field) }

// Field returns the value of a field by its name: see [Tuple.Value].
func (t *Tuple) Field(field string) any {
	i := t.Index(field)
	if i < 0 {
		valueError("stream %q of %q has no field %q; it has %q", t.Stream, t.Component, field, t.Fields())
	}
	return t.Value(i)
}

const describedText = 500

// describe returns a text for messages that identifies the tuple.
func (t *Tuple) describe() string {
	text := t.Text()
	if len(text) > describedText {
		text = text[:describedText] + fmt.Sprintf("... (%d bytes)", len(text))
	}
	return fmt.Sprintf("tuple %s of stream %q from %q, task %d: %s", t.ID, t.Stream, t.Component, t.Task, text)
}
