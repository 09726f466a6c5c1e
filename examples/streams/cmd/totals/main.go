// Totals adds up orders in euro cents, by the field that --by names. On every tick it emits the sums that have changed.
// If the rate of a currency has not arrived yet, orders in this currency wait for it and are not acked.
package main

import (
	"flag"
	"maps"
	"math"
	"slices"

	"github.com/stormflux/stormflux/component"
)

func main() {
	by := flag.String("by", "country", "the field to add up by")
	flag.Parse()
	component.RunBolt(newTotals(*by))
}

type totals struct {
	by      string
	rates   map[string]float64
	waiting map[string][]*component.Tuple // orders without a rate, by currency
	sums    map[string]*sum
}

type sum struct {
	euroCents int64
	orders    int
	changed   bool
}

var _ component.Ticker = (*totals)(nil)

func newTotals(by string) *totals {
	return &totals{by: by, rates: map[string]float64{}, waiting: map[string][]*component.Tuple{}, sums: map[string]*sum{}}
}

func (s *totals) Execute(t *component.Tuple, out *component.Collector) error {
	if t.Stream == "rates" {
		currency := t.String(0)
		s.rates[currency] = t.Float(1)
		for _, order := range s.waiting[currency] {
			s.add(order, out)
		}
		delete(s.waiting, currency)
		out.Ack(t)
		return nil
	}
	currency := t.String(t.Index("currency"))
	if _, known := s.rates[currency]; !known {
		s.waiting[currency] = append(s.waiting[currency], t)
		return nil
	}
	s.add(t, out)
	return nil
}

func (s *totals) add(t *component.Tuple, out *component.Collector) {
	key := t.String(t.Index(s.by))
	if s.sums[key] == nil {
		s.sums[key] = &sum{}
	}
	rate := s.rates[t.String(t.Index("currency"))]
	s.sums[key].euroCents += int64(math.Round(float64(t.Int(t.Index("cents"))) / rate))
	s.sums[key].orders++
	s.sums[key].changed = true
	out.Ack(t)
}

func (s *totals) Tick(_ *component.Tuple, out *component.Collector) error {
	for _, key := range slices.Sorted(maps.Keys(s.sums)) {
		if sum := s.sums[key]; sum.changed {
			out.Emit(nil, key, sum.euroCents, sum.orders)
			sum.changed = false
		}
	}
	return nil
}
