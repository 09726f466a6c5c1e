package validate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCyclesAndReach compares the findings on random graphs with what the definition says: a reported cycle runs along
// subscriptions and visits nothing twice, none is reported twice, each subscription on a cycle that a spout leads to is
// in a reported one, and exactly the bolts that no spout leads to are reported as unreachable.
func TestCyclesAndReach(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 400 {
		n := 1 + random.IntN(6)
		reads := make([][]bool, n+1) // reads[bolt][source]; 0 is the spout
		var yaml strings.Builder
		yaml.WriteString("name: t\nspouts: {0: {command: [x], outputs: [a]}}\nbolts:\n")
		for bolt := 1; bolt <= n; bolt++ {
			reads[bolt] = make([]bool, n+1)
			for source := range reads[bolt] {
				reads[bolt][source] = random.IntN(4) == 0
			}
			if !slices.Contains(reads[bolt], true) {
				reads[bolt][random.IntN(n+1)] = true
			}
			fmt.Fprintf(&yaml, "  %d: {command: [x], outputs: [a], inputs: [", bolt)
			for source, is := range reads[bolt] {
				if is {
					fmt.Fprintf(&yaml, "{from: %d}, ", source)
				}
			}
			yaml.WriteString("]}\n")
		}
		leads := make([][]bool, n+1) // transitively
		for from := range leads {
			leads[from] = make([]bool, n+1)
			var visit func(int)
			visit = func(at int) {
				for to := 1; to <= n; to++ {
					if reads[to][at] && !leads[from][to] {
						leads[from][to] = true
						visit(to)
					}
				}
			}
			visit(from)
		}
		covered := make(map[[2]int]bool)
		seen := make(map[string]bool)
		unreachable := make([]bool, n+1)
		for _, d := range check(t, load(t, []byte(yaml.String()))).Diagnostics {
			switch d.Rule {
			case "cycle":
				_, path, _ := strings.Cut(d.Message, ": ")
				if seen[path] {
					t.Errorf("round %d: %s is reported twice", round, path)
				}
				seen[path] = true
				var ids []int
				for _, quoted := range strings.Split(path, " -> ") {
					id, err := strconv.Atoi(strings.Trim(quoted, `"`))
					if err != nil {
						t.Fatal(err)
					}
					ids = append(ids, id)
				}
				if ids[0] != ids[len(ids)-1] || len(slices.Compact(slices.Sorted(slices.Values(ids[1:])))) != len(ids)-1 {
					t.Errorf("round %d: %v is no cycle", round, ids)
				}
				for i, from := range ids[:len(ids)-1] {
					if !reads[ids[i+1]][from] {
						t.Errorf("round %d: %d does not read from %d", round, ids[i+1], from)
					}
					covered[[2]int{from, ids[i+1]}] = true
				}
			case "unreachable-bolt":
				id, err := strconv.Atoi(d.Span.Text())
				if err != nil {
					t.Fatal(err)
				}
				unreachable[id] = true
			}
		}
		for to := 1; to <= n; to++ {
			if unreachable[to] == leads[0][to] {
				t.Errorf("round %d: bolt %d is reported as unreachable: %v", round, to, unreachable[to])
			}
			for from := 1; from <= n; from++ {
				onCycle := reads[to][from] && (leads[to][from] || to == from) && leads[0][from]
				if onCycle != covered[[2]int{from, to}] && len(seen) < 16 {
					t.Errorf("round %d: %d -> %d lies on a cycle: %v, reported: %v\n%s", round, from, to, onCycle, covered[[2]int{from, to}], yaml.String())
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}
