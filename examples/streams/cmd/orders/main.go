// Orders emits invented orders on its default stream. The setting shop.orders sets their number. Before the orders, it
// emits the exchange rates on the stream "rates".
package main

import (
	"strconv"

	"github.com/stormflux/stormflux/component"
)

func main() { component.RunSpout(&orders{}) }

type orders struct {
	total  int
	next   int
	failed []string
	rates  int
	first  int // this task makes the orders with the ids first, first+step, ...
	step   int
}

var (
	_ component.Opener = (*orders)(nil)
	_ component.Failer = (*orders)(nil)
)

// rates are units of a currency per euro.
var rates = []struct {
	currency string
	perEuro  float64
}{{"EUR", 1}, {"SEK", 11.5}, {"CHF", 0.95}}

var countries = []string{"DE", "SE", "CH", "FR", "AT"}

func (o *orders) Open(ctx *component.Context, _ *component.SpoutCollector) (err error) {
	o.first, o.step = ctx.TaskIndex()
	if o.total, err = component.Setting(ctx, "shop.orders", 1000); err != nil {
		return err
	}
	ctx.Logger().Info("emitting orders; the first reports come after five seconds", "orders", o.total)
	return nil
}

func (o *orders) NextTuple(out *component.SpoutCollector) error {
	if o.rates < len(rates) {
		r := rates[o.rates]
		out.Send(component.Emission{Stream: "rates", ID: "rate " + r.currency, Values: []any{r.currency, r.perEuro}})
		o.rates++
		return nil
	}
	id, ok := o.pick()
	if !ok {
		return nil
	}
	// The same id always makes the same order, so a failed order can be made again.
	customer := "c" + strconv.Itoa(id*id%97)
	cents := id * 7919 % 20000
	out.EmitID(strconv.Itoa(id), id, customer, countries[id%len(countries)], cents, rates[id%len(rates)].currency)
	return nil
}

func (o *orders) pick() (id int, ok bool) {
	if len(o.failed) > 0 {
		id, err := strconv.Atoi(o.failed[0])
		o.failed = o.failed[1:]
		return id, err == nil
	}
	id = o.first + o.next*o.step
	o.next++
	return id, id < o.total
}

func (o *orders) Fail(id string) {
	for i, r := range rates {
		if id == "rate "+r.currency {
			o.rates = min(o.rates, i)
			return
		}
	}
	o.failed = append(o.failed, id)
}
