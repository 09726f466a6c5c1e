// Double emits each number twice as large.
package main

import "github.com/stormflux/stormflux/component"

func main() { component.RunBasicBolt(doubler{}) }

type doubler struct{}

func (doubler) Execute(t *component.Tuple, out *component.BasicCollector) error {
	out.Emit(2*t.Int(0), t.String(1))
	return nil
}
