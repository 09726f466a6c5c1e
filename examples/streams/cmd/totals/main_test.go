package main

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stormflux/stormflux/component/componenttest"
)

func TestTotals(t *testing.T) {
	bolt := componenttest.StartBolt(t, newTotals("country"), componenttest.Options{
		Sources: map[string]map[string][]string{
			"check":  {"valid": {"id", "customer", "country", "cents", "currency"}},
			"orders": {"rates": {"currency", "perEuro"}},
		},
	})
	order := func(id int, country string, cents int, currency string) componenttest.Result {
		return bolt.Execute(componenttest.Tuple{Component: "check", Stream: "valid", Values: []any{id, "c1", country, cents, currency}})
	}
	rate := func(currency string, perEuro float64) componenttest.Result {
		return bolt.Execute(componenttest.Tuple{Component: "orders", Stream: "rates", Values: []any{currency, perEuro}})
	}
	if r := rate("EUR", 1); !slices.Equal(r.Acked, []string{"1"}) {
		t.Errorf("a rate: %+v", r)
	}
	if r := order(1, "DE", 250, "EUR"); !slices.Equal(r.Acked, []string{"2"}) {
		t.Errorf("an order in euros: %+v", r)
	}
	if r := order(2, "SE", 1150, "SEK"); r.Acked != nil {
		t.Errorf("an order without a rate: %+v", r)
	}
	if r := rate("SEK", 11.5); !slices.Equal(r.Acked, []string{"3", "4"}) {
		t.Errorf("the order's rate: %+v", r)
	}
	order(3, "DE", 50, "EUR")
	want := []componenttest.Emit{
		{Stream: "default", Values: []any{"DE", int64(300), int64(2)}},
		{Stream: "default", Values: []any{"SE", int64(100), int64(1)}},
	}
	if r := bolt.Tick(); !reflect.DeepEqual(r.Emits, want) {
		t.Errorf("tick: %+v", r.Emits)
	}
	if r := bolt.Tick(); r.Emits != nil {
		t.Errorf("nothing has changed: %+v", r.Emits)
	}
}
