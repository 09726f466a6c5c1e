//go:build unix

package main

import (
	"bufio"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// buildProgram builds a Go program of an example, in its module.
func buildProgram(t *testing.T, dir, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if _, err := goCommand(t.Context(), dir, "build", "-o", program, pkg); err != nil {
		t.Fatal(err)
	}
	return program
}

// serveProgram starts a server of an example and returns what a line of its output matches, which says where it
// listens. The server ends with the test, and must end as it was asked to.
func serveProgram(t *testing.T, line string, cmd *exec.Cmd) (match []string) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := time.AfterFunc(10*time.Minute, func() { cmd.Process.Kill() })
	read := make(chan struct{})
	t.Cleanup(func() {
		kill.Reset(10 * time.Second)
		defer kill.Stop()
		cmd.Process.Signal(syscall.SIGTERM)
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", cmd.Path, err)
		}
	})
	lines := bufio.NewReader(out)
	pattern := regexp.MustCompile(line)
	for match == nil && err == nil {
		var text string
		text, err = lines.ReadString('\n')
		match = pattern.FindStringSubmatch(text)
	}
	go func() {
		defer close(read)
		io.Copy(io.Discard, lines)
	}()
	if match == nil {
		t.Fatalf("%s prints no line like %q: %v", cmd.Path, line, err)
	}
	return match
}
