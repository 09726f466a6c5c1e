package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A live picture has the structure of the cluster, or of the file, and the numbers of the cluster.
func TestGraphLive(t *testing.T) {
	server := numbered(t, "orders")
	file := filepath.Join(t.TempDir(), "orders.yaml")
	text := "name: orders\nspouts: {words: {command: [sh, -], outputs: [word]}}\nbolts: {count: {command: [sh, -], inputs: [words]}, new: {command: [sh, -], inputs: [words]}}\n"
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	draw := func(args ...string) (int, string, string) {
		var out, messages bytes.Buffer
		code := run(t.Context(), append([]string{"graph"}, args...), strings.NewReader(""), &out, &messages)
		return code, out.String(), messages.String()
	}
	for _, test := range []struct {
		args     []string
		has, not string
	}{
		{[]string{"orders"}, "capacity 250%", "new"},
		{[]string{"orders", "--format", "svg"}, "bolt python hot", "new"},
		{[]string{file}, "new", "python"},
		{[]string{file}, "capacity 250%", "python"},
	} {
		code, out, messages := draw(append(test.args, "--live", "--nimbus", server.Addr())...)
		if code != exitFine || messages != "" || !strings.Contains(out, test.has) || strings.Contains(out, test.not) {
			t.Errorf("%q: exit code %d: %s%s", test.args, code, messages, out)
		}
	}
	output := filepath.Join(t.TempDir(), "orders.svg")
	if code, _, messages := draw("nothing", "--live", "--nimbus", server.Addr(), "-o", output); code != exitEnvironment || !strings.Contains(messages, "nothing") {
		t.Errorf("an unknown topology: exit code %d: %s", code, messages)
	}
	if _, err := os.Stat(output); err == nil {
		t.Errorf("a picture was written without a topology")
	}
	for _, args := range [][]string{{file, "--window", "3h"}, {file, "--watch"}, {"orders", "--live", "--watch", "-o", output}} {
		if code, _, messages := draw(args...); code != exitUsage {
			t.Errorf("%q: exit code %d: %s", args, code, messages)
		}
	}
}
