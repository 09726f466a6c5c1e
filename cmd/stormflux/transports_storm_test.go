//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/stormtest/secured"
)

// onCluster are the commands that talk to a cluster, in an order in which each has something to do. The file's topology is
// "orders" and changed.yaml its next version. A secured Nimbus of the tests has no Supervisor, so no worker ever runs.
var onCluster = []struct {
	args []string
	code int
	want string // a part of the output
}{
	{[]string{"list"}, exitFine, ""},
	{[]string{"status"}, exitFine, "leads"},
	{[]string{"plan", "orders.yaml"}, exitUsage, "orders"},
	{[]string{"submit", "orders.yaml"}, exitFine, "orders: submitted"},
	{[]string{"list"}, exitFine, "orders"},
	{[]string{"status", "orders"}, exitFine, "ACTIVE"},
	{[]string{"plan", "orders.yaml"}, exitFine, ""},
	{[]string{"plan", "changed.yaml"}, exitUsage, "count"},
	{[]string{"graph", "orders", "--live"}, exitFine, "count"},
	{[]string{"import", "orders"}, exitFine, "name: orders"},
	{[]string{"import", "orders", "--jar", "orders.jar", "-o", "imported.yaml"}, exitFine, ""},
	{[]string{"validate", "imported.yaml"}, exitFine, ""},
	{[]string{"apply", "orders.yaml", "--yes"}, exitFine, "o changes"},
	{[]string{"apply", "more.yaml", "--yes", "--drain", "0"}, exitFine, "orders"},
	{[]string{"apply", "changed.yaml", "--yes", "--timeout", "5s"}, exitEnvironment, "put back"},
	{[]string{"restore", "orders", "--timeout", "5s"}, exitEnvironment, "no executor has got a place"},
	{[]string{"log-level", "orders", "org.apache.storm=DEBUG:1m"}, exitFine, "DEBUG"},
	{[]string{"log-level", "orders"}, exitFine, "DEBUG"},
	{[]string{"debug", "orders", "count", "--sample", "10%"}, exitEnvironment, "no workers"},
	{[]string{"debug", "orders", "--sample", "10%"}, exitFine, "orders"},
	{[]string{"logs", "orders"}, exitEnvironment, "orders"},
	{[]string{"profile", "orders", "count", "jstack"}, exitEnvironment, "no workers"},
	{[]string{"doctor", "orders.yaml"}, exitEnvironment, "supervisors"},
	{[]string{"upload-credentials", "orders", "--credential", "region=eu"}, exitFine, "region"},
	{[]string{"deactivate", "orders"}, exitFine, "INACTIVE"},
	{[]string{"activate", "orders"}, exitFine, "ACTIVE"},
	{[]string{"rebalance", "orders", "-n", "2", "--grace", "0"}, exitFine, "rebalancing"},
	{[]string{"kill", "orders", "--grace", "0"}, exitFine, "orders"},
}

// stepTimeout is more than any of the commands needs on a busy machine.
const stepTimeout = 3 * time.Minute

// Every command works over every transport, with the settings of a storm.yaml. None shows a secret.
func TestEveryCommandOnEveryTransport(t *testing.T) {
	stormtest.Long(t)
	for _, transport := range []struct {
		name  string
		start func(t *testing.T) *secured.Nimbus
	}{
		{"simple", func(t *testing.T) *secured.Nimbus {
			cluster := stormtest.New(t, stormtest.Options{NimbusOnly: true})
			return &secured.Nimbus{Cluster: cluster, Addr: cluster.NimbusAddr()}
		}},
		{"digest", secured.Digest}, {"plain", secured.Plain}, {"tls", secured.TLS}, {"kerberos", secured.Kerberos},
	} {
		t.Run(transport.name, func(t *testing.T) {
			nimbus := transport.start(t)
			t.Chdir(t.TempDir())
			t.Setenv("STORMFLUX_STATE", t.TempDir())
			for name, text := range map[string]string{
				"orders.yaml":  transportTopology,
				"changed.yaml": strings.ReplaceAll(transportTopology, "count.sh]", "count.sh, --fast]"),
				"more.yaml":    strings.ReplaceAll(transportTopology, "tasks: 2", "tasks: 2, parallelism: 2"),
				"storm.yaml":   stormYAML(nimbus),
			} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"words.sh", "count.sh"} {
				if err := os.MkdirAll("resources", 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join("resources", name), []byte("exec cat\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, command := range onCluster {
				ctx, cancel := context.WithTimeout(t.Context(), stepTimeout)
				var out, messages bytes.Buffer
				args := slices.Clone(command.args)
				if args[0] != "validate" {
					args = append(args, "--storm-config", "storm.yaml")
				}
				code := run(ctx, args, io.MultiReader(), &out, &messages)
				cancel()
				all := out.String() + messages.String()
				if code != command.code || !strings.Contains(all, command.want) {
					t.Errorf("%q: exit code %d, want %d with %q:\n%s", command.args, code, command.code, command.want, all)
				}
				for _, secret := range []string{"p@ss", "bobsecret", "changeit"} {
					if strings.Contains(all, secret) {
						t.Errorf("%q shows a secret:\n%s", command.args, all)
					}
				}
			}
		})
	}
}

const transportTopology = `name: orders
config: {topology.eventlogger.executors: 1}
spouts:
  words: {command: [sh, words.sh], outputs: [word]}
bolts:
  count: {command: [sh, count.sh], tasks: 2, inputs: [{from: words, grouping: {fields: [word]}}]}
`

// stormYAML returns the storm.yaml of a client that may do everything.
func stormYAML(n *secured.Nimbus) string {
	text := fmt.Sprintf("nimbus.seeds: [%q]\n", n.Addr)
	for _, key := range slices.Sorted(maps.Keys(n.Client)) {
		text += fmt.Sprintf("%s: %q\n", key, fmt.Sprint(n.Client[key]))
	}
	return strings.ReplaceAll(text, `"true"`, "true")
}
