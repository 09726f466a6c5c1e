// Count adds up equal words. On a tick, it emits each word with the number of its tuples since the last tick. So a word
// that comes a hundred times in a second goes to Redis once.
//
// It keeps the tuples until then and acks them with what it emits. Nothing is lost if it dies in between.
package main

import "github.com/stormflux/stormflux/component"

func main() {
	component.RunBolt(component.Batch(counter{}, component.BatchOptions{
		Size: 2000, // well below what topology.max.spout.pending allows
		Key:  func(t *component.Tuple) string { return t.String(0) },
	}))
}

type counter struct{}

// ExecuteBatch gets all tuples of one word.
func (counter) ExecuteBatch(word string, batch []*component.Tuple, out *component.BasicCollector) error {
	out.Emit(word, len(batch))
	return nil
}
