//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// Storm's own client submits a compiled jar, under another name. The Java spout and the Python bolt of it run.
func TestStormJarSubmitsCompiledJar(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	binary := buildStormflux(t)
	dir := t.TempDir()
	marker := filepath.Join(dir, "marker")
	file, compiled := filepath.Join(dir, "whole.yaml"), filepath.Join(dir, "whole.jar")
	text := "name: whole\njar: " + compiledJar(t, "Marker", markerSpout) + "\nconfig: {topology.workers: 1, app.list: [1, 2.5, {a: null}]}\n" +
		"spouts: {s: {className: example.Marker, constructorArgs: [" + marker + "], outputs: [word]}}\n" +
		"bolts: {b: {command: [python3, -u, -c, \"open('" + marker + "-bolt', 'w').write('found'); input()\"], inputs: [{from: s}]}}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	out := stormflux(ctx, t, binary, "compile", file, "-o", compiled)
	if !strings.Contains(out, "storm jar "+compiled+" stormflux.runtime.Main [NAME]") {
		t.Errorf("compile printed %s", out)
	}
	client, err := cluster.Client(ctx, compiled, "stormflux.runtime.Main", "renamed")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, path := range []string{marker, marker + "-bolt"} {
		for {
			if text, err := os.ReadFile(path); err == nil && string(text) == "found" {
				break
			}
			select {
			case <-ctx.Done():
				t.Fatalf("%s did not start", path)
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
	if out := stormflux(ctx, t, binary, "list", "--nimbus", cluster.NimbusAddr()); !strings.Contains(out, "renamed") || strings.Contains(out, "whole") {
		t.Errorf("list prints\n%s", out)
	}
	if p, code := planned(ctx, t, binary, file, "--name", "renamed", "--nimbus", cluster.NimbusAddr()); code != exitFine {
		t.Errorf("the plan of the same file has exit code %d:\n%s", code, p.Text(false))
	}
	stormflux(ctx, t, binary, "kill", "renamed", "--grace", "0", "--nimbus", cluster.NimbusAddr())
	if err := cluster.AwaitTopology(ctx, "renamed", ""); err != nil {
		t.Fatal(err)
	}
}
