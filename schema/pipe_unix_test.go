//go:build unix

package schema_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stormflux/stormflux/schema"
)

func TestPipesAreNotRead(t *testing.T) {
	dir := t.TempDir()
	pipe, topology := filepath.Join(dir, "pipe.yaml"), filepath.Join(dir, "t.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(topology, []byte("name: t\nincludes: [{file: pipe.yaml}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = "it is not a regular file"
	_, diags, err := schema.Load(t.Context(), topology, schema.Options{})
	if err != nil || len(diags) != 1 || !strings.HasSuffix(diags[0].Message, want) {
		t.Errorf("an included pipe: %v, %v", diags, err)
	}
	if _, _, err := schema.Load(t.Context(), pipe, schema.Options{}); err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("a pipe as the topology: %v", err)
	}
	// The shell makes pipes for --filter <(command).
	go func() { _ = os.WriteFile(pipe, []byte("n = t\n"), 0o600) }()
	_, diags, err = schema.Load(t.Context(), "t.yaml", schema.Options{Text: []byte("name: ${n}\n"), Filters: []string{pipe}})
	if err != nil || len(diags) > 0 {
		t.Errorf("a pipe as the filter: %v, %v", diags, err)
	}
}

func TestEndOfTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := schema.Load(ctx, "t.yaml", schema.Options{Text: []byte("name: t\n")}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
