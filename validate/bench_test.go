package validate_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// shellBolts is a chain of shell bolts in Flux's form.
func shellBolts(n int) []byte {
	var b bytes.Buffer
	b.WriteString("name: chain\nspouts:\n  - id: s\n    className: org.apache.storm.flux.wrappers.spouts.FluxShellSpout\n" +
		"    constructorArgs:\n      - [python3, s.py]\n      - [word]\nbolts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - id: bolt-%d\n    className: org.apache.storm.flux.wrappers.bolts.FluxShellBolt\n"+
			"    constructorArgs:\n      - [python3, b.py]\n      - [word]\n    parallelism: 2\n", i)
	}
	b.WriteString("streams:\n")
	from := "s"
	for i := range n {
		fmt.Fprintf(&b, "  - from: %s\n    to: bolt-%d\n    grouping: {type: FIELDS, args: [word]}\n", from, i)
		from = fmt.Sprintf("bolt-%d", i)
	}
	return b.Bytes()
}

// ring is n bolts that each read from the two before them, around a circle: one knot with very many cycles.
func ring(n int) []byte {
	var b bytes.Buffer
	b.WriteString("name: ring\nspouts: {s: {command: [x], outputs: [a]}}\nbolts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  b%d: {command: [x], outputs: [a], inputs: [{from: b%d}, {from: b%d}", i, (i+n-1)%n, (i+n-2)%n)
		if i == 0 {
			b.WriteString(", {from: s}")
		}
		b.WriteString("]}\n")
	}
	return b.Bytes()
}

// misspelt is n bolts that each name something else unknown.
func misspelt(n int) []byte {
	var b bytes.Buffer
	b.WriteString("name: wrong\nspouts: {s: {command: [x], outputs: [a]}}\nbolts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  bolt%d: {command: [x], inputs: [{from: blot%d}]}\n", i, i)
	}
	return b.Bytes()
}

// fan is a spout with n streams, each with a bolt of its own.
func fan(n int) []byte {
	var b bytes.Buffer
	b.WriteString("name: fan\nspouts:\n  s:\n    command: [x]\n    outputs:\n")
	for i := range n {
		fmt.Fprintf(&b, "      s%d: [a]\n", i)
	}
	b.WriteString("bolts:\n")
	for i := range n {
		fmt.Fprintf(&b, "  b%d: {command: [x], inputs: [{from: s, stream: s%d}]}\n", i, i)
	}
	return b.Bytes()
}

func load(tb testing.TB, text []byte) *schema.Document {
	tb.Helper()
	doc, loaded, err := schema.Load(tb.Context(), "topology.yaml", schema.Options{Text: text})
	if err != nil || loaded.HasErrors() {
		tb.Fatalf("%v %v", err, loaded)
	}
	return doc
}

func check(tb testing.TB, doc *schema.Document) *validate.Result {
	tb.Helper()
	result, err := validate.Check(tb.Context(), doc, validate.Options{SkipFiles: true})
	if err != nil {
		tb.Fatal(err)
	}
	return result
}

func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		for _, shape := range []struct {
			name string
			text func(int) []byte
		}{{"chain", shellBolts}, {"ring", ring}, {"misspelt", misspelt}, {"fan", fan}} {
			b.Run(fmt.Sprintf("%s-%d", shape.name, n), func(b *testing.B) {
				doc := load(b, shape.text(n))
				b.ReportAllocs()
				for b.Loop() {
					check(b, doc)
				}
			})
		}
	}
}

// TestCheckLinear checks that ten times the bolts take about ten times as long, in each shape that invites to more;
// quadratic work takes a hundred times as long. One check of 10,000 bolts is compared with ten of 1,000, so that both
// measurements take about as long and other programs disturb them alike. The best of several rounds counts.
func TestCheckLinear(t *testing.T) {
	for name, text := range map[string]func(int) []byte{"chain": shellBolts, "ring": ring, "misspelt": misspelt, "fan": fan} {
		small, large := load(t, text(1000)), load(t, text(10000))
		took := func(doc *schema.Document, times int) time.Duration {
			start := time.Now()
			for range times {
				check(t, doc)
			}
			return time.Since(start)
		}
		leastSmall, leastLarge := time.Hour, time.Hour
		for range 30 {
			leastSmall, leastLarge = min(leastSmall, took(small, 10)), min(leastLarge, took(large, 1))
			if leastLarge < 2*leastSmall {
				break
			}
		}
		t.Logf("%s: %v for 10 times 1,000 bolts, %v for 10,000", name, leastSmall, leastLarge)
		if leastLarge > 5*leastSmall {
			t.Errorf("%s: 10,000 bolts take %v, 10 times 1,000 take %v", name, leastLarge, leastSmall)
		}
	}
}
