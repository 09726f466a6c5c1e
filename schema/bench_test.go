package schema

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// shellBolts is a topology of n shell bolts in Flux's form, about 150 bytes a bolt.
func shellBolts(n int) []byte {
	var b strings.Builder
	b.WriteString("name: bench\nconfig:\n  topology.workers: 4\nspouts:\n  - id: s\n    className: org.apache.storm.flux.wrappers.spouts.FluxShellSpout\n" +
		"    constructorArgs:\n      - [python3, s.py]\n      - [word]\nbolts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - id: bolt-%d\n    className: org.apache.storm.flux.wrappers.bolts.FluxShellBolt\n    constructorArgs:\n"+
			"      - [python3, bolt.py]\n      - [word]\n    parallelism: 2\n", i)
	}
	b.WriteString("streams:\n")
	for i := range n {
		from := "s"
		if i > 0 {
			from = fmt.Sprintf("bolt-%d", i-1)
		}
		fmt.Fprintf(&b, "  - from: %s\n    to: bolt-%d\n    grouping:\n      type: FIELDS\n      args: [word]\n", from, i)
	}
	return []byte(b.String())
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		text := shellBolts(n)
		b.Run(fmt.Sprintf("yaml.v3/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				var doc yaml.Node
				if err := yaml.Unmarshal(text, &doc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Load/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				doc, diags, err := Load(b.Context(), "bench.yaml", Options{Text: text})
				if err != nil || len(diags) > 0 || len(doc.Bolts) != n {
					b.Fatalf("%v, %s", err, listing(diags))
				}
			}
		})
	}
}
