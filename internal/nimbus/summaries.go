package nimbus

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/storm"
)

func sortByName(topologies []*storm.TopologySummary) {
	slices.SortFunc(topologies, func(a, b *storm.TopologySummary) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// named returns the topology with that name, or nil.
func named(topologies []*storm.TopologySummary, name string) *storm.TopologySummary {
	for _, t := range topologies {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// notThere is the next step after a name that no topology has.
func notThere(name string, topologies []*storm.TopologySummary) Next {
	next := Next{Step: LookAtTopologies, Topology: name}
	for _, t := range topologies {
		next.Known = append(next.Known, t.Name)
	}
	return next
}
