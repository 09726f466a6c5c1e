package main

import (
	"testing"

	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/component/componenttest"
)

func TestCheck(t *testing.T) {
	bolt := componenttest.StartBolt(t, component.Basic(component.BasicBoltFunc(check)), componenttest.Options{
		Sources: map[string]map[string][]string{"orders": {"default": {"id", "customer", "country", "cents", "currency"}}},
	})
	for cents, want := range map[int]string{0: "rejected", 1: "valid", 19000: "valid", 19001: "rejected"} {
		r := bolt.Execute(componenttest.Tuple{Component: "orders", Values: []any{7, "c1", "DE", cents, "EUR"}})
		if len(r.Emits) != 1 || r.Emits[0].Stream != want || r.Emits[0].Values[0] != int64(7) || len(r.Acked) != 1 {
			t.Errorf("%d cents: %+v", cents, r)
		}
	}
}
