package compiler_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/wire"
	"github.com/stormflux/stormflux/schema"
)

// Numbers of settings keep their type: Storm reads 1.0 as a Double, and 1 as an integer of any size.
func TestNumbersOfSettings(t *testing.T) {
	const settings = `{"app.a": 1.0, "app.b": 1, "app.c": 1e20, "app.d": 12345678901234567890, "app.e": [0.5, {f: 2.0}], "app.g": 1.0e-9}`
	const want = `{"app.a":1.0,"app.b":1,"app.c":1e+20,"app.d":12345678901234567890,"app.e":[0.5,{"f":2.0}],"app.g":1e-09}`
	path := filepath.Join(t.TempDir(), "topology.yaml")
	text := "name: t\nconfig: " + settings + "\nspouts:\n  s: {command: [cat], outputs: [a], config: " + settings + "}\n"
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	prog := compile(t, path, schema.Options{})
	if got := string(wire.FormatConf(prog.Topology.Spouts[0].Conf)); got != want {
		t.Errorf("json_conf is %s", got)
	}
	dump := strings.NewReplacer(" ", "", "\n", "").Replace(string(encode(t, prog, compiler.JSON)))
	if n := strings.Count(dump, strings.Trim(want, "{}")); n != 2 {
		t.Errorf("the dump has the settings %d times:\n%s", n, dump)
	}
}
