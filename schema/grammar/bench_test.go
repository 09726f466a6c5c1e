package grammar

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// fluxBolts writes a topology of n shell bolts in a row in Flux's form.
func fluxBolts(n int) string {
	var b strings.Builder
	b.WriteString("name: many\nspouts:\n  - id: bolt-0\n    className: org.apache.storm.flux.wrappers.spouts.FluxShellSpout\n    constructorArgs:\n      - [python3, spout.py]\n      - [word]\nbolts:\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "  - id: bolt-%d\n    className: org.apache.storm.flux.wrappers.bolts.FluxShellBolt\n    constructorArgs:\n      - [python3, bolt-%d.py]\n      - [word, count]\n    parallelism: %d\n", i, i, i%7+1)
	}
	b.WriteString("streams:\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "  - from: bolt-%d\n    to: bolt-%d\n    grouping:\n      type: FIELDS\n      args: [word]\n", i-1, i)
	}
	return b.String()
}

const threeComponents = `name: wordcount
config: {topology.workers: 2}
spouts:
  sentences: {go: ./cmd/sentences, args: [--rate, "100"], outputs: [sentence]}
bolts:
  split:
    command: [python3, split.py]
    parallelism: 4
    inputs: [{from: sentences}]
    outputs: [word]
  count:
    go: ./cmd/count
    tick: 5s
    inputs: [{from: split, grouping: {fields: [word]}}]
    outputs: {default: [word, count], late: {fields: [word], direct: true}}
`

func BenchmarkGrammar(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		root := readValue(b, "many.yaml", fluxBolts(n))
		b.Run(fmt.Sprintf("bolts=%d", n), func(b *testing.B) {
			for b.Loop() {
				if l := topologyGrammar().check(root); l != nil {
					b.Fatal(listing(l))
				}
			}
		})
		faulty := readValue(b, "many.yaml", strings.ReplaceAll(fluxBolts(n), "parallelism", "paralelism"))
		b.Run(fmt.Sprintf("faulty-bolts=%d", n), func(b *testing.B) {
			for b.Loop() {
				if l := topologyGrammar().check(faulty); len(l) != n {
					b.Fatal(len(l))
				}
			}
		})
	}
	root := readValue(b, "three.yaml", threeComponents)
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			if l := newGrammar(topologyText, topologyNouns).check(root); l != nil {
				b.Fatal(listing(l))
			}
		}
	})
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			if l := topologyGrammar().check(root); l != nil {
				b.Fatal(listing(l))
			}
		}
	})
}

// BenchmarkYAML is the measure of the others: what yaml.v3 alone takes for the same file.
func BenchmarkYAML(b *testing.B) {
	text := []byte(fluxBolts(10_000))
	for b.Loop() {
		var n yaml.Node
		if err := yaml.Unmarshal(text, &n); err != nil {
			b.Fatal(err)
		}
	}
}
