package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// fluxTopology returns a topology in Flux's form with one shell spout and this number of shell bolts, in chains of a
// hundred. The same number gives the same text.
func fluxTopology(bolts int) []byte {
	var b bytes.Buffer
	component := func(id, class, script string) {
		fmt.Fprintf(&b, `  - id: %s
    className: org.apache.storm.flux.wrappers.%s
    constructorArgs:
      - [python3, %s]
      - [word]
    parallelism: 1
`, id, class, script)
	}
	b.WriteString("name: bench\nconfig:\n  topology.workers: 2\nspouts:\n")
	component("spout", "spouts.FluxShellSpout", "spout.py")
	b.WriteString("bolts:\n")
	for i := range bolts {
		component(fmt.Sprintf("bolt%d", i), "bolts.FluxShellBolt", "bolt.py")
	}
	b.WriteString("streams:\n")
	for i := range bolts {
		from := "spout"
		if i%100 != 0 {
			from = fmt.Sprintf("bolt%d", i-1)
		}
		fmt.Fprintf(&b, "  - from: %s\n    to: bolt%d\n    grouping:\n      type: FIELDS\n      args: [word]\n", from, i)
	}
	return b.Bytes()
}

// writeTopology writes a topology into a separate folder, together with its scripts, because stormflux checks that they
// exist.
func (l *lab) writeTopology(bolts int) (file string, err error) {
	dir := filepath.Join(l.dir, fmt.Sprintf("bolts-%d", bolts))
	if err := os.MkdirAll(filepath.Join(dir, "resources"), 0o755); err != nil {
		return "", err
	}
	file = filepath.Join(dir, "topology.yaml")
	for path, text := range map[string][]byte{
		file:                                     fluxTopology(bolts),
		filepath.Join(dir, "resources/spout.py"): []byte("# started by a worker, and so never here\n"),
		filepath.Join(dir, "resources/bolt.py"):  []byte("# started by a worker, and so never here\n"),
	} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return "", err
		}
	}
	return file, nil
}
