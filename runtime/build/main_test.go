package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// The embedded jars are what the sources compile to, byte for byte.
func TestEmbeddedJarsAreFresh(t *testing.T) {
	stormtest.Require(t)
	for _, name := range []string{"runtime", "host"} {
		want, err := build(t.Context(), os.DirFS(".."), name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../" + name + ".jar")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s.jar is not what the sources compile to: run go generate ./runtime", name)
		}
		const limit = 100_000
		if len(got) >= limit {
			t.Errorf("%s.jar has %d bytes, the limit is %d", name, len(got), limit)
		}
	}
}
