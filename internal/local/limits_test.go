package local

import (
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/topology"
)

func TestTooManyTasks(t *testing.T) {
	one := &topology.Process{Words: []string{"cat"}}
	for name, top := range map[string]*topology.Topology{
		"parallelism": {Name: "t", Spouts: []*topology.Component{{ID: "s", Code: one, Parallelism: 2147483647}}},
		"sum": {Name: "t", Spouts: []*topology.Component{{ID: "s", Code: one, Parallelism: maxTasks}},
			Bolts: []*topology.Component{{ID: "b", Code: one, Parallelism: maxTasks}}},
		"ackers": {Name: "t", Spouts: []*topology.Component{{ID: "s", Code: one, Parallelism: 1}},
			Conf: map[string]any{"topology.acker.executors": int64(2147483647)}},
	} {
		_, err := New(Options{Topology: top, Resources: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), "tasks are too many for one machine, which may run 10000: lower the parallelism") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
