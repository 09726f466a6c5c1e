// Orders takes orders out of the records of a Kafka topic. A record's value is JSON, such as {"product": "apples", "quantity": 3}.
//
// It reports a record that is no order and acks it: Kafka would send it again and again otherwise.
package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/component"
)

func main() { component.RunBasicBolt(component.BasicBoltFunc(take)) }

type order struct {
	Product  string
	Quantity int
}

func take(t *component.Tuple, out *component.BasicCollector) error {
	o, err := parse(t.Field("value"))
	if err != nil {
		out.Context().ReportError(fmt.Errorf("record %v of partition %v: %w", t.Field("offset"), t.Field("partition"), err))
		return nil
	}
	out.Emit(o.Product, o.Quantity)
	return nil
}

// parse reads the value of a record, which is null in a record that deletes its key.
func parse(value any) (o order, err error) {
	text, _ := value.(string)
	switch err := json.Unmarshal([]byte(text), &o); {
	case err != nil:
		return o, fmt.Errorf("it is no order: %w", err)
	case o.Product == "":
		return o, errors.New("the order has no product")
	case o.Quantity <= 0:
		return o, fmt.Errorf("the quantity is %d", o.Quantity)
	}
	return o, nil
}
