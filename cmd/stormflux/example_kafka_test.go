//go:build unix

package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

const kafkaOrders = "examples/kafka/topology.yaml"

// orderRecords are records of the topic, one of which is no order. orderTotals is what the example prints of them.
var orderRecords = []string{
	`{"product": "apples", "quantity": 3}`, `{"product": "pears", "quantity": 2}`, `no order`, `{"product": "apples", "quantity": 4}`,
}

const orderTotals = "ordered: 7 apples, 2 pears"

// The example adds up what a real broker has. It reports a record that is no order, and goes on.
func TestKafkaOrders(t *testing.T) {
	t.Parallel()
	address := stormtest.Kafka(t)
	file := filepath.Join(root, kafkaOrders)
	checkExample(t, file)
	r := start(t, ".", "run", file, "--format", "json", "--set", "brokers="+address, "--set", "tick=1s")
	r.until(0, `"event":"log".*waiting for orders in the topic orders of Kafka at `+address)
	stormtest.Produce(t, address, "orders", orderRecords...)
	r.until(0, `record 2 of partition 0: it is no order: invalid character`)
	r.until(0, `"text":"`+orderTotals+`"`)
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
}

// The same on a real Storm, with the records in Kafka before.
func TestKafkaOrdersOnStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	address := stormtest.Kafka(t)
	stormtest.Produce(t, address, "orders", orderRecords...)
	onStorm(t, cluster, "kafka", ".", "", func() bool {
		logs, err := cluster.WorkerLogs()
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(slices.Collect(maps.Values(logs)), func(log string) bool { return strings.Contains(log, orderTotals+"\n") })
	}, filepath.Join(root, kafkaOrders), "--set", "brokers="+address, "--set", "tick=1s")
}
