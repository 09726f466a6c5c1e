//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A signal ends a command that waits for standard input.
func TestSignalWhileReading(t *testing.T) {
	for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), "stormflux", "validate", "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := in.Write(make([]byte, 1<<20)); err != nil { // more than a pipe holds: then the command reads
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(sent); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitEnvironment {
			t.Errorf("%v: %v", sent, err)
		}
	}
}

// The second signal ends a command at once, even when it waits for a file.
func TestSecondSignal(t *testing.T) {
	dir := t.TempDir()
	pipe, topology := filepath.Join(dir, "pipe"), filepath.Join(dir, "t.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(topology, []byte("name: t\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "stormflux", "validate", topology, "--filter", pipe)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	filter, err := os.OpenFile(pipe, os.O_WRONLY, 0) // waits until the command opens it too
	if err != nil {
		t.Fatal(err)
	}
	defer filter.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		select {
		case err := <-ended:
			if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
				t.Errorf("%v", err)
			}
			return
		case <-time.After(100 * time.Millisecond): // the first signal may not have arrived, and two at once are one
		}
	}
}
