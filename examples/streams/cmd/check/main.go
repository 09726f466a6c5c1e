// Check passes valid orders on to the stream "valid". For any other order, it emits the id and a reason on "rejected".
package main

import "github.com/stormflux/stormflux/component"

func main() {
	component.RunBasicBolt(component.BasicBoltFunc(check))
}

func check(t *component.Tuple, out *component.BasicCollector) error {
	switch cents := t.Int(t.Index("cents")); {
	case cents == 0:
		out.Send(component.Emission{Stream: "rejected", Values: []any{t.Field("id"), "nothing to pay"}})
	case cents > 19000:
		out.Send(component.Emission{Stream: "rejected", Values: []any{t.Field("id"), "too large"}})
	default:
		out.Send(component.Emission{Stream: "valid", Values: t.Values()})
	}
	return nil
}
