package gobuild_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/gobuild"
)

// buildIn is the environment variable that makes TestKilled build in a folder, in a process that the test can kill.
const buildIn = "GOBUILD_TEST_BUILD_IN"

// A go command ends when the process that started it is killed.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(buildIn); dir != "" {
		t.Fatal(gobuild.Build(t.Context(), gobuild.Options{Dir: dir, Output: filepath.Join(dir, "x")}))
	}
	dir := t.TempDir()
	pipe := filepath.Join(dir, "alive")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module m\n")
	write("main.go", "package main\n")
	write("go", "#!/bin/sh\nexec 9>"+pipe+"\necho started >&9\nexec sleep 1000\n")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), buildIn+"="+dir, "TMPDIR="+dir, "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	alive, err := os.Open(pipe) // waits for the script to open its end
	if err != nil {
		t.Fatal(err)
	}
	defer alive.Close()
	if _, err := alive.Read(make([]byte, len("started\n"))); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if err := alive.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := alive.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the go command is still alive: %d, %v", n, err)
	}
}
