//go:build unix

package local

import (
	"fmt"
	"strings"
	"testing"

	sdk "github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/internal/topology"
)

// TestSeed runs a topology with random groupings several times.
func TestSeed(t *testing.T) {
	t.Parallel()
	choices := func(seed uint64) string {
		f := newFixture(t)
		f.opts.Seed = seed
		f.topology.Conf["topology.max.spout.pending"] = 1
		f.opts.Trace = func(component string) bool { return component == "numbers" }
		f.spout("numbers", map[string][]string{"default": {"n"}, "a": {"n"}, "b": {"n"}, "c": {"n"}}, 1, "not", "used")
		components := map[string]serveFunc{"numbers": f.serveSpout(&memorySpout{limit: 50})}
		nothing := sdk.BasicBoltFunc(func(*sdk.Tuple, *sdk.BasicCollector) error { return nil })
		for id, in := range map[string]input{
			"shuffle": {"numbers", "default", shuffled()},
			"local":   {"numbers", "default", topology.LocalOrShuffle{}},
			"none":    {"numbers", "default", topology.None{}},
			// Nothing is emitted there, but the groupings draw from the same generator.
			"a": {"numbers", "a", shuffled()}, "b": {"numbers", "b", shuffled()}, "c": {"numbers", "c", shuffled()},
		} {
			f.bolt(id, nil, 3+len(in.stream), []string{"not", "used"}, in)
			components[id] = f.serveBolt(sdk.Basic(nothing))
		}
		f.inProcess(components)
		if _, err := f.runUntil("all is acked", func(s Snapshot) bool { return s.component("numbers").Acked == 50 }); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, e := range f.events.of(EmitEvent) {
			fmt.Fprintln(&b, e.Tuple.Tasks)
		}
		return b.String()
	}
	first := choices(7)
	for range 3 {
		if again := choices(7); again != first {
			t.Fatalf("the same seed, and other choices:\n%s\n%s", first, again)
		}
	}
	if other := choices(8); other == first {
		t.Errorf("another seed, and the same choices:\n%s", other)
	}
	if one, other := choices(0), choices(0); one == other {
		t.Error("two runs without a seed made the same choices")
	}
}
