package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// The embedded jar is what the sources compile to, byte for byte.
func TestEmbeddedJarIsFresh(t *testing.T) {
	stormtest.Require(t)
	want, err := build(t.Context(), os.DirFS("../src"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../runtime.jar")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("runtime.jar is not what the sources compile to: run go generate ./runtime")
	}
	const limit = 100_000
	if len(got) >= limit {
		t.Errorf("runtime.jar has %d bytes, the limit is %d", len(got), limit)
	}
}
