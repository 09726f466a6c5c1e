package component_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/component/componenttest"
)

// split is a whole bolt: its main calls component.RunBasicBolt(component.BasicBoltFunc(split)).
func split(t *component.Tuple, out *component.BasicCollector) error {
	for _, word := range strings.Fields(t.String(0)) {
		out.Emit(word)
	}
	return nil
}

// A bolt that acks by itself. Its emits are anchored to the tuple, and the tuple is acked when the function returns.
func ExampleBasicBoltFunc() {
	t := new(testing.T) // a real test uses its own
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(split)), componenttest.Options{})
	result := bolt.Values("to be or not")
	for _, emit := range result.Emits {
		fmt.Println(emit.Values[0], "anchored to", emit.Anchors)
	}
	fmt.Println("acked:", result.Acked)
	// Output:
	// to anchored to [1]
	// be anchored to [1]
	// or anchored to [1]
	// not anchored to [1]
	// acked: [1]
}

// A numbers spout emits numbers with message ids. It emits failed numbers again.
type numbers struct {
	last   int
	failed []string
}

func (n *numbers) NextTuple(out *component.SpoutCollector) error {
	if len(n.failed) > 0 {
		out.EmitID(n.failed[0], n.failed[0])
		n.failed = n.failed[1:]
		return nil
	}
	n.last++
	id := fmt.Sprint(n.last)
	out.EmitID(id, id)
	return nil
}

func (n *numbers) Fail(id string) { n.failed = append(n.failed, id) }

// Only with this line does the compiler find a misspelt Fail.
var _ component.Failer = (*numbers)(nil)

// A reliable spout: Storm tells it which messages to emit again.
func ExampleSpout() {
	t := new(testing.T)
	spout := componenttest.StartSpout(t, &numbers{}, componenttest.Options{})
	spout.Next()
	spout.Next()
	spout.Fail("1")
	fmt.Println(spout.Next().Emits[0].Values)
	fmt.Println(spout.Next().Emits[0].Values)
	// Output:
	// [1]
	// [3]
}

// A join waits for two tuples. It anchors the joined tuple to both.
type join struct {
	waiting map[string]*component.Tuple
}

func (j *join) Execute(t *component.Tuple, out *component.Collector) error {
	key := t.String(0)
	other, found := j.waiting[key]
	if !found {
		j.waiting[key] = t
		return nil
	}
	delete(j.waiting, key)
	out.Send(component.Emission{Stream: "joined", Values: []any{key, other.Value(1), t.Value(1)}, Anchors: []*component.Tuple{other, t}})
	out.Ack(other)
	out.Ack(t)
	return nil
}

// A bolt that anchors and acks explicitly.
func ExampleBolt() {
	t := new(testing.T)
	bolt := componenttest.StartBolt(t, &join{waiting: map[string]*component.Tuple{}}, componenttest.Options{})
	fmt.Println(bolt.Values("k", "left"))
	fmt.Println(bolt.Values("k", "right"))
	// Output:
	// {[] [] [] [] []}
	// {[{joined [k left right] [1 2]  0}] [1 2] [] [] []}
}

// sums adds up the values of a key, once per batch.
type sums struct{}

func (sums) ExecuteBatch(key string, batch []*component.Tuple, out *component.BasicCollector) error {
	var sum int64
	for _, t := range batch {
		sum += t.Int(1)
	}
	out.Emit(key, sum)
	return nil
}

// A bolt that works on all tuples between two ticks, grouped by their first value.
func ExampleBatch() {
	t := new(testing.T)
	byKey := component.BatchOptions{Key: func(t *component.Tuple) string { return t.String(0) }}
	bolt := componenttest.StartBolt(t, component.Batch(sums{}, byKey), componenttest.Options{})
	bolt.Values("a", 1)
	bolt.Values("b", 20)
	bolt.Values("a", 3)
	result := bolt.Tick()
	for _, emit := range result.Emits {
		fmt.Println(emit.Values, emit.Anchors)
	}
	fmt.Println(result.Acked)
	// Output:
	// [a 4] [1 3]
	// [b 20] [2]
	// [1 3 2 tick]
}

// greeter reads a setting of the topology's configuration.
type greeter struct {
	greeting string
}

func (g *greeter) Prepare(ctx *component.Context) (err error) {
	g.greeting, err = component.Setting(ctx, "greeter.greeting", "hello")
	ctx.Logger().Info("ready", "greeting", g.greeting)
	return err
}

func (g *greeter) Execute(t *component.Tuple, out *component.BasicCollector) error {
	out.Emit(g.greeting + ", " + t.String(0))
	return nil
}

// Settings are read in Prepare. The logger writes to Storm's log.
func ExampleSetting() {
	t := new(testing.T)
	bolt := componenttest.StartBolt(t, component.Basic(&greeter{}), componenttest.Options{
		Conf: map[string]any{"greeter.greeting": "good evening"},
	})
	result := bolt.Values("Ada")
	fmt.Println(result.Emits[0].Values[0])
	fmt.Println(result.Logs[0].Message)
	// Output:
	// good evening, Ada
	// ready greeting="good evening"
}
