//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// With --watch, tests run again when a component, the topology or a test file changes.
func TestWatchTests(t *testing.T) {
	t.Parallel()
	const topology = "name: t\nresources: [lib]\nspouts:\n  lines: {command: [nothing], outputs: [line]}\n" +
		"bolts:\n  say: {command: [python3, say.py], inputs: [lines], outputs: [word]}\n"
	const tests = "tests:\n  - {name: says, emit: {lines: [a]}, expect: {say: [first a]}}\n"
	const say = "import multilang\n\nmultilang.run_bolt(lambda tup: multilang.emit([\"first \" + tup.values[0]]))\n"
	dir := folder(t, map[string]string{"t.yaml": topology, "t_test.yaml": tests, "lib/say.py": say, "lib/multilang.py": ""})
	r := start(t, dir, "test", "--watch")
	_, at := r.until(0, `ok   t\.yaml: says `)
	_, at = r.until(at, `stormflux: waiting for a change\n`)

	write(t, filepath.Join(dir, "lib/say.py"), strings.Replace(say, "first", "second", 1))
	_, at = r.until(at, `stormflux: lib/say\.py changed\n`)
	_, at = r.until(at, `FAIL t\.yaml: says .*\n.*"word" is "second a", expected "first a"\n`)
	_, at = r.until(at, `stormflux: waiting for a change\n`)

	write(t, filepath.Join(dir, "t_test.yaml"), strings.Replace(tests, "say:", "sya:", 1))
	_, at = r.until(at, `stormflux: t_test\.yaml changed\n`)
	_, at = r.until(at, `\[unknown-component\]`)
	_, at = r.until(at, `stormflux: waiting for a change\n`)

	write(t, filepath.Join(dir, "t_test.yaml"), strings.Replace(tests, "first", "second", 1))
	_, at = r.until(at, `ok   t\.yaml: says `)
	r.until(at, `stormflux: waiting for a change\n`)
	r.signal(syscall.SIGINT)
	r.ends(exitFine)
}
