// Report logs on every tick how many tuples it has received from each stream of each component.
package main

import (
	"flag"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/component"
)

func main() {
	r := &report{received: map[string]int{}}
	flag.StringVar(&r.title, "title", "report", "what the lines in the log begin with")
	flag.Parse()
	component.RunBasicBolt(r)
}

type report struct {
	title    string
	received map[string]int
}

var _ component.BasicTicker = (*report)(nil)

func (r *report) Execute(t *component.Tuple, _ *component.BasicCollector) error {
	r.received[t.Component+"/"+t.Stream]++
	return nil
}

func (r *report) Tick(_ *component.Tuple, out *component.BasicCollector) error {
	for _, source := range slices.Sorted(maps.Keys(r.received)) {
		out.Context().Logger().Info(fmt.Sprintf("%s: %d from %s", r.title, r.received[source], source))
	}
	return nil
}
