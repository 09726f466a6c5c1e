package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"testing"
)

// goCommand runs the go command in a folder and returns what it printed.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	return commandOutput(ctx, dir, "go", args...)
}

// output runs a command that must succeed in a folder and returns what it printed.
func output(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, err := commandOutput(t.Context(), dir, name, args...)
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return out
}

func commandOutput(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	return string(out), nil
}
