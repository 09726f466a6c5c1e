package validate

import (
	"math/big"
	"strconv"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
)

// memory compares the memory of each component with the heap of a worker, as Nimbus does with every scheduler
// (StormCommon.validateTopologyWorkerMaxHeapSizeConfigs in 2.8.3).
func (c *checker) memory() {
	heap, where := c.megabytesOf(keyWorkerHeap)
	onHeap, onHeapAt := c.megabytesOf(keyOnHeap)
	offHeap, _ := c.megabytesOf(keyOffHeap)
	reported := false
	for i := range c.all {
		k := &c.all[i]
		on, off, place := onHeap, offHeap, diag.Span{}
		for _, s := range k.Config {
			switch f, isNumber := settingFloat(s.Value); {
			case s.Key == keyOnHeap && isNumber:
				on, place = f, s.Span
			case s.Key == keyOffHeap && isNumber:
				off, place = f, s.Span
			case s.Key == keyResources:
				m, _ := s.Value.(map[string]any)
				for _, name := range []string{"onheap.memory.mb", keyOnHeap} {
					if f, ok := settingFloat(m[name]); ok {
						on, place = f, s.Span
					}
				}
				for _, name := range []string{"offheap.memory.mb", keyOffHeap} {
					if f, ok := settingFloat(m[name]); ok {
						off, place = f, s.Span
					}
				}
			}
		}
		if k.OnHeapMemoryLoad != nil {
			on, place = *k.OnHeapMemoryLoad, k.src.OnHeapMemoryLoad.Span
		}
		if k.OffHeapMemoryLoad != nil {
			off = *k.OffHeapMemoryLoad
			if place.IsZero() {
				place = k.src.OffHeapMemoryLoad.Span
			}
		}
		if on+off <= heap {
			continue
		}
		what := k.name()
		if place.IsZero() { // the defaults are too much: that is one fault, not one for each component
			if reported {
				continue
			}
			reported, what = true, "each component"
			if place = where; place.IsZero() {
				place = onHeapAt
			}
		}
		d := c.list.Errorf(ruleComponentMemory, place, "%s needs %s MB of memory, but a worker's heap is limited to %s MB",
			what, megabytes(on+off), megabytes(heap))
		d.WithHint("raise %q, or lower the memory of the component", keyWorkerHeap)
		if !where.IsZero() && where != place {
			d.WithRelated(where, "the limit is set here")
		}
	}
}

// megabytesOf returns the topology's value of a key and its place, or Storm's default.
func (c *checker) megabytesOf(key string) (float64, diag.Span) {
	node, v := c.doc.Config.Lookup(key)
	if f, ok := float(v); ok {
		return f, node.Span
	}
	return settings.Default[float64](key), diag.Span{}
}

func settingFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case *big.Int:
		f, _ := v.Float64()
		return f, true
	case float64:
		return v, true
	}
	return 0, false
}

func megabytes(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
