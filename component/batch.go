package component

import "errors"

// A BatchBolt handles many tuples at once. It may also be a [BasicPreparer] and a [Cleaner].
type BatchBolt interface {
	// ExecuteBatch handles the tuples of one group, in the order in which they came. After that all of them are acked,
	// or failed if there is an error. Tuples that it emits are anchored to all of them.
	ExecuteBatch(key string, batch []*Tuple, out *BasicCollector) error
}

// BatchOptions control when a batch is handled and how it is divided.
type BatchOptions struct {
	// Ticks is the number of tick tuples between two batches; 0 means 1. If the bolt has no ticks
	// (topology.tick.tuple.freq.secs, `tick` in a stormflux file), only Size ends a batch.
	Ticks int
	// Size is the number of tuples that end a batch early; 0 means no limit.
	Size int
	// Key divides a batch into groups of equal keys. Groups are handled in the order of their first tuples; nil makes
	// one group.
	Key func(*Tuple) string
}

// Batch returns a [Bolt] that collects tuples and passes them to a [BatchBolt] together. Tuples are not acked before
// that. So the time between batches must be well below the topology's message timeout, and topology.max.spout.pending
// must be above the size of a batch.
func Batch(bolt BatchBolt, options BatchOptions) Bolt {
	return &batch{bolt: bolt, options: options, groups: map[string][]*Tuple{}}
}

type batch struct {
	bolt    BatchBolt
	options BatchOptions
	groups  map[string][]*Tuple
	keys    []string
	size    int
	ticks   int
}

func (b *batch) Prepare(ctx *Context, _ *Collector) error {
	if preparer, ok := b.bolt.(BasicPreparer); ok {
		return preparer.Prepare(ctx)
	}
	return nil
}

func (b *batch) Execute(t *Tuple, out *Collector) error {
	key := ""
	if b.options.Key != nil {
		key = b.options.Key(t)
	}
	if _, known := b.groups[key]; !known {
		b.keys = append(b.keys, key)
	}
	b.groups[key] = append(b.groups[key], t)
	b.size++
	if b.options.Size > 0 && b.size >= b.options.Size {
		return b.execute(out)
	}
	return nil
}

func (b *batch) Tick(_ *Tuple, out *Collector) error {
	b.ticks++
	if b.ticks < b.options.Ticks {
		return nil
	}
	return b.execute(out)
}

func (b *batch) execute(out *Collector) error {
	keys, groups := b.keys, b.groups
	b.keys, b.groups, b.size, b.ticks = nil, map[string][]*Tuple{}, 0, 0
	var errs []error
	for _, key := range keys {
		group := groups[key]
		err := guard(func() error {
			return b.bolt.ExecuteBatch(key, group, &BasicCollector{s: out.s, batch: group})
		})
		for _, t := range group {
			if err != nil {
				out.Fail(t)
			} else {
				out.Ack(t)
			}
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (b *batch) Cleanup() error {
	if cleaner, ok := b.bolt.(Cleaner); ok {
		return cleaner.Cleanup()
	}
	return nil
}
