//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// Nimbus changes a topology when it takes it. What import makes of the result compiles to what was submitted: structure,
// configuration, and the files of the jar.
func TestImportFromStorm(t *testing.T) {
	stormtest.Long(t)
	cluster := storm.Cluster(t)
	dir := t.TempDir()
	jvm := filepath.Join(dir, "jvm.yaml")
	text := "name: imported-jvm\njar: " + compiledJar(t, "Marker", markerSpout) + "\nconfig: {topology.workers: 1, app.list: [1, 2.5, {a: null}]}\n" +
		"spouts: {s: {className: example.Marker, constructorArgs: [" + filepath.Join(dir, "marker") + "], parallelism: 2, tasks: 4, cpuLoad: 10}}\n" +
		"bolts: {b: {command: [sh, -c, 'exec cat', x], tick: 1m, inputs: [{from: s, grouping: all}]}}\n"
	launchers := filepath.Join(dir, "launchers.yaml")
	for path, text := range map[string]string{jvm: text, launchers: everyLauncher, filepath.Join(dir, "words.py"): everyPython, filepath.Join(dir, "run.sh"): "exec cat\n"} {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range map[string]string{
		"imported-wordcount": "../../examples/wordcount-python.yaml", "imported-streams": "../../examples/streams.yaml",
		"imported-jvm": jvm, "imported-launchers": launchers,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			succeed(t, "submit", path, "--nimbus", cluster.NimbusAddr(), "--name", name, "--inactive")
			defer succeed(t, "kill", name, "--grace", "0", "--nimbus", cluster.NimbusAddr())
			file := filepath.Join(dir, "back.yaml")
			succeed(t, "import", name, "--nimbus", cluster.NimbusAddr(), "-o", file, "--jar", filepath.Join(dir, "back.jar"))
			written, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := withoutLines(t, file, name), withoutLines(t, path, name); got != want {
				t.Errorf("got\n%s\nwant\n%s\nfrom\n%s", got, want, written)
			}
			before, after := filepath.Join(dir, "1.jar"), filepath.Join(dir, "2.jar")
			succeed(t, "compile", path, "--name", name, "-o", before)
			succeed(t, "compile", file, "--name", name, "-o", after)
			if got, want := jarSums(t, after), jarSums(t, before); got != want {
				t.Errorf("the jar changed: %s\nthe file is\n%s", onlyIn(got, want), written)
			}
		})
	}
}

// withoutLines returns the configuration and the components that a file compiles to, in the order of ids and without the lines
// of the file in it.
func withoutLines(t *testing.T, path, name string) string {
	t.Helper()
	out, _ := succeed(t, "compile", path, "--name", name, "--format", "json", "-o", "-")
	var all map[string]any
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, c := range all["components"].([]any) {
		parts = append(parts, sorted(t, c))
	}
	slices.Sort(parts)
	return sorted(t, all["conf"]) + strings.Join(parts, "")
}

// sorted returns a value as JSON, with the inputs of a component in order.
func sorted(t *testing.T, v any) string {
	t.Helper()
	if c, ok := v.(map[string]any); ok {
		if inputs, ok := c["inputs"].([]any); ok {
			slices.SortFunc(inputs, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
		dropKey(v, "at")
	}
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// dropKey removes a key everywhere in a value.
func dropKey(v any, key string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			dropKey(item, key)
		}
	case map[string]any:
		delete(v, key)
		for _, item := range v {
			dropKey(item, key)
		}
	}
}
