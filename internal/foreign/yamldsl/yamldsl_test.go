package yamldsl_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/foreign/yamldsl"
)

func read(t *testing.T, text string) string {
	t.Helper()
	d, err := yamldsl.Read("topology.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return string(asyaml.Write(d))
}

// ECO's file becomes the short form; memory, CPU and JVM options go to the components that they are for.
func TestECO(t *testing.T) {
	got := read(t, `name: counts
type: heron
config:
  topology.workers: 2
  topology.component.resourcemap:
    - {id: words, ram: 256MB, cpu: 0.5, disk: 2GB}
    - {id: count, ram: 1GB}
  topology.component.jvmoptions:
    - {id: count, options: ["-Xms2g"]}
components:
  - {id: length, className: com.example.Length, constructorArgs: [5]}
spouts:
  - {id: words, className: com.example.Words, parallelism: 2}
bolts:
  - {id: count, className: com.example.Count, configMethods: [{name: withWindow, args: [{ref: length}]}], properties: [{name: size, value: 3}]}
streams:
  - {id: x, from: words, to: count, grouping: {type: FIELDS, args: [word], streamId: late}}
  - {from: words, to: count, grouping: {type: SHUFFLE}}
`)
	want := `# Written by stormflux import from topology.yaml (Heron ECO).
name: counts

config:
  topology.workers: 2

# The classes are for Heron's own API. Storm needs classes for Storm's.

components:
  - id: length
    className: com.example.Length
    constructorArgs: [5]

spouts:
  # Heron gives it disk: 2GB
  words:
    className: com.example.Words
    parallelism: 2
    onHeapMemoryLoad: 256.0
    cpuLoad: 50.0

bolts:
  # Heron gives it options: -Xms2g
  count:
    className: com.example.Count
    properties: [{name: size, value: 3}]
    configMethods: [{name: withWindow, args: [{ref: length}]}]
    onHeapMemoryLoad: 1024.0
    inputs:
      - from: words
        stream: late
        grouping: {fields: [word]}
      - from: words
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What pyleus keeps in Python is a comment at its place.
func TestPyleus(t *testing.T) {
	got := read(t, `name: word_count
workers: 3
ackers: 1
requirements_filename: requirements.txt
topology:
  - spout: {name: lines, module: word_count.lines}
  - bolt:
      name: split
      module: word_count.split
      parallelism_hint: 3
      tick_freq_secs: 10
      options: {language: en}
      groupings:
        - shuffle_grouping: lines
        - fields_grouping: {component: lines, stream: late, fields: [word]}
`)
	want := `# Written by stormflux import from topology.yaml (pyleus).
name: word_count

config:
  topology.acker.executors: 1
  topology.workers: 3

python:
  requirements: requirements.txt

spouts:
  # Write the class of the component: python: module.Class
  lines:
    # Its outputs are those that the class declares: outputs: [FIELD]
    python: word_count.lines

bolts:
  # Write the class of the component: python: module.Class
  # The options of pyleus stand in its config.
  split:
    # Its outputs are those that the class declares: outputs: [FIELD]
    python: word_count.split
    parallelism: 3
    tick: 10s
    config:
      language: en
    inputs:
      - from: lines
      - from: lines
        stream: late
        grouping: {fields: [word]}

# Classes of pyleus speak a protocol of their own: port them to the Python SDK of stormflux, whose classes are similar.
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What is wrong is one fault at its place. A file of Flux is none of these systems.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":      "topology.yaml: the file is empty",
		"a: [1": "topology.yaml:1:4: ",
		"name: a\ntopology:\n  - bolt: {name: b, groupings: [{any_grouping: x}]}\n":                                               `topology.yaml:3:34: stormflux does not know the grouping "any_grouping" of pyleus`,
		"name: a\ntopology:\n  - spout: {name: s, type: kafka}\n":                                                                 `topology.yaml:3:28: a spout of the type "kafka"`,
		"name: a\ncolour: red\ntopology: []\n":                                                                                    `topology.yaml:2:1: stormflux does not know the key "colour" of pyleus`,
		"name: a\ntype: heron\nspouts:\n  - {id: s, className: X, color: red}\n":                                                  `topology.yaml:4:27: stormflux does not know the key "color" here`,
		"name: a\ntype: heron\nstreams:\n  - {from: a, to: b, grouping: {type: SHUFFLE}}\n":                                       `topology.yaml:4:5: a stream leads to "b", which is no bolt of the file`,
		"name: a\ntype: heron\nconfig: {topology.component.resourcemap: [{id: x, ram: 1GB}]}\n":                                   `the resources are for "x"`,
		"name: a\ntype: heron\nspouts: [{id: s, className: X}]\nconfig: {topology.component.resourcemap: [{id: s, ram: many}]}\n": `"many" is not a size`,
	} {
		_, err := yamldsl.Read("topology.yaml", []byte(text))
		if _, ok := errors.AsType[*foreign.Fault](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
	if d, err := yamldsl.Read("topology.yaml", []byte("name: a\nspouts: [{id: s, className: com.example.S}]\n")); d != nil || err != nil {
		t.Errorf("%v %v", d, err)
	}
}
