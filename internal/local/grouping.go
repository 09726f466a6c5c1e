package local

import (
	"fmt"
	"slices"

	"github.com/stormflux/stormflux/internal/java"
	"github.com/stormflux/stormflux/internal/multilang"
)

// A chooser is the memory of one grouping of one source task.
type chooser struct {
	order []*task // shuffle: the targets in random order
	next  int
	used  []int64 // partial key: how often each target was used
}

func newChooser(e *Engine, sub *subscription) chooser {
	targets := e.targets[sub.target.index]
	switch sub.kind {
	case shuffleGrouping, localOrShuffleGrouping:
		order := slices.Clone(targets)
		e.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		return chooser{order: order}
	case partialKeyGrouping:
		return chooser{used: make([]int64, len(targets))}
	}
	return chooser{}
}

// choose appends to e.chosen the tasks of one subscription that get a tuple of t.
func (e *Engine) choose(t *task, sub *subscription, b *batch, m *message) {
	targets := e.targets[sub.target.index]
	c := &t.choosers[sub.slot]
	switch sub.kind {
	case shuffleGrouping, localOrShuffleGrouping:
		// All tasks are in this one worker, so local-or-shuffle is shuffle.
		target := c.order[c.next]
		if c.next++; c.next == len(c.order) {
			c.next = 0
		}
		if e.loadAware && target.queue.count > e.queueLimit/4 {
			// Storm's load-aware shuffle prefers tasks with short queues.
			for _, other := range c.order {
				if other.queue.count < target.queue.count {
					target = other
				}
			}
		}
		e.chosen = append(e.chosen, target)
	case fieldsGrouping:
		h := java.HashList(b.keyHashes(m, sub.key))
		e.chosen = append(e.chosen, targets[java.FloorMod(h, len(targets))])
	case partialKeyGrouping:
		first, second := partialKeyPair(b.keyHashes(m, sub.key), len(targets))
		if c.used[second] < c.used[first] {
			first = second
		}
		c.used[first]++
		e.chosen = append(e.chosen, targets[first])
	case globalGrouping:
		e.chosen = append(e.chosen, targets[0])
	case allGrouping:
		e.chosen = append(e.chosen, targets...)
	case noneGrouping:
		e.chosen = append(e.chosen, targets[e.random.IntN(len(targets))])
	case customGrouping:
		for _, id := range m.custom[sub.key] {
			if target := e.byID[id]; target != nil && target.comp == sub.target {
				e.chosen = append(e.chosen, target)
			}
		}
	default:
		panic(fmt.Sprintf("local: grouping %d chooses no tasks", sub.kind))
	}
}

// route sets e.chosen to the tasks that get an emit of t, and delivers the tuple to them, as part of e.trees. It
// returns a fault if the emit would kill a Storm worker.
func (e *Engine) route(t *task, b *batch, m *message) *fault {
	e.chosen = e.chosen[:0]
	if t.comp.jvm {
		e.routeChosen(t, b, m)
		return nil
	}
	if m.stream == nil {
		return faultUnknownStream(m.name, e.declaration(t, m.name, len(m.tuple.Append(nil))))
	}
	if m.hasTask {
		if e.opts.Storm.AtLeast(2, 6) {
			return faultDirectEmit(m.task, e.opts.Storm)
		}
		if m.task != 0 {
			return e.routeDirect(t, m)
		}
	}
	if f := e.checkValues(t, m); f != nil {
		return f
	}
	for _, sub := range m.stream.subs {
		if sub.kind == directGrouping {
			return faultRegularEmit(m.stream.id, sub.target.id)
		}
		if len(e.targets[sub.target.index]) > 0 {
			e.choose(t, sub, b, m)
		}
	}
	for _, target := range e.chosen {
		e.deliver(t, target, m)
	}
	return nil
}

// routeDirect is Task.getOutgoingTasks with a task id.
func (e *Engine) routeDirect(t *task, m *message) *fault {
	if len(m.stream.subs) == 0 {
		return faultDirectNobody(m.stream.id)
	}
	target := e.byID[int(m.task)]
	if target != nil {
		for _, sub := range m.stream.subs {
			if sub.target != target.comp {
				continue
			}
			if sub.kind != directGrouping {
				return faultDirectToRegular(m.stream.id, target.comp.id, m.task)
			}
			if f := e.checkValues(t, m); f != nil {
				return f
			}
			e.chosen = append(e.chosen, target)
			e.deliver(t, target, m)
			return nil
		}
	}
	e.warn("direct-nowhere "+m.stream.id, t,
		"a tuple was emitted directly to task %d on stream %q, but no bolt with that task reads the stream: Storm drops such a tuple, and so does this run",
		m.task, m.stream.id)
	return nil
}

// declaration calls Options.Declaration.
func (e *Engine) declaration(t *task, stream string, values int) string {
	if e.opts.Declaration == nil {
		return ""
	}
	return e.opts.Declaration(t.comp.id, stream, values)
}

// checkValues warns of values that Storm does not check, and returns a fault for those that kill a worker.
func (e *Engine) checkValues(t *task, m *message) *fault {
	fields := m.stream.fields
	switch {
	case m.tuple == "":
		if len(m.stream.keys) > 0 {
			return faultNullTuple(m.stream.id)
		}
		e.warn("null-tuple "+m.stream.id, t, "an emit on stream %q has no tuple: bolts that read the stream get null instead", m.stream.id)
	case m.values != len(fields):
		if m.short {
			return faultTooFew(m.stream, m.values, e.declaration(t, m.stream.id, m.values))
		}
		fix := ""
		if !e.hasWarned("values "+m.stream.id, t) {
			if fix = e.declaration(t, m.stream.id, m.values); fix != "" {
				fix = "; write " + fix
			}
		}
		e.warn("values "+m.stream.id, t,
			"a tuple of %d value%s was emitted on stream %q, which has %d field%s %q: Storm does not check this and passes it on%s",
			m.values, plural(m.values), m.stream.id, len(fields), plural(len(fields)), fields, fix)
	}
	if e.kryo != nil {
		if class := e.kryo.unregistered(m.tuple); class != "" {
			return faultUnregistered(class)
		}
	}
	return nil
}

// appendTaskIDs appends the answer to an emit: the list of the tasks in e.chosen.
func (e *Engine) appendTaskIDs(dst []byte) []byte {
	ids := make([]int, 0, 8)
	for _, t := range e.chosen {
		ids = append(ids, t.id)
	}
	return multilang.AppendTaskIDs(dst, ids)
}

// traceEmit reports an emit after it was routed.
func (e *Engine) traceEmit(t *task, b *batch, m *message) {
	if m.stream == nil {
		return // see routeChosen
	}
	tuple := TupleEvent{Stream: m.stream.id, Values: string(m.tuple), ID: string(m.id)}
	for _, a := range b.anchors[m.anchors[0]:m.anchors[1]] {
		tuple.Anchors = append(tuple.Anchors, fmt.Sprint(a.id))
	}
	for _, target := range e.chosen {
		tuple.Tasks = append(tuple.Tasks, target.id)
	}
	e.trace(t, EmitEvent, tuple)
}
