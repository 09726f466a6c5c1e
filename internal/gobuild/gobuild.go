// Package gobuild builds the Go programs of components for the workers' platform, reproducibly, through the go command
// and its build cache.
package gobuild

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Target is one program to build.
type Target struct {
	Dir    string // folder of a main package; the module is the one that the go command finds from there
	Output string // path of the executable
}

// Options says what to build for. Empty values mean the machine that the go command runs on.
type Options struct {
	OS, Arch string
}

// Error is a program that does not build.
type Error struct {
	Dir    string
	Output string // what the go command printed, its file names relative to Dir
	Err    error
}

// Error returns what the compiler said.
func (e *Error) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("building the Go package %s: %v", e.Dir, e.Err)
	}
	return fmt.Sprintf("building the Go package %s failed:\n%s", e.Dir, indent(e.Output))
}

// Unwrap returns the go command's own error.
func (e *Error) Unwrap() error { return e.Err }

// BuildAll builds the targets in order and stops at the first that fails, which is an [*Error].
//
// Programs are static (CGO_ENABLED=0) and the same for the same sources and go command, wherever the sources lie:
// -trimpath, no version control stamp, no build id.
func BuildAll(ctx context.Context, targets []Target, opts Options) error {
	if len(targets) == 0 {
		return nil
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("building Go components needs the go command, which is not installed: %w", err)
	}
	for _, t := range targets {
		if err := build(ctx, goCommand, t, opts); err != nil {
			return err
		}
	}
	return nil
}

func build(ctx context.Context, goCommand string, t Target, opts Options) error {
	output, err := filepath.Abs(t.Output)
	if err != nil {
		return fmt.Errorf("building the Go package %s: %w", t.Dir, err)
	}
	cmd := exec.CommandContext(ctx, goCommand, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", output, ".")
	cmd.Dir = t.Dir
	cmd.Env = environment(opts)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return &Error{Dir: t.Dir, Output: strings.TrimSpace(out.String()), Err: err}
	}
	return nil
}

// environment is the process's own but for what would make the program another one: the target and GOFLAGS, which a
// developer may have set for tests (-race needs cgo).
func environment(opts Options) []string {
	env := append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS="+modFlags(os.Getenv("GOFLAGS")))
	if opts.OS != "" {
		env = append(env, "GOOS="+opts.OS)
	}
	if opts.Arch != "" {
		env = append(env, "GOARCH="+opts.Arch)
	}
	return env
}

// modFlags keeps of GOFLAGS what says where modules come from.
func modFlags(flags string) string {
	var kept []string
	for _, f := range strings.Fields(flags) {
		if strings.HasPrefix(f, "-mod=") || strings.HasPrefix(f, "-modfile=") || strings.HasPrefix(f, "-modcacherw") {
			kept = append(kept, f)
		}
	}
	return strings.Join(kept, " ")
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}
