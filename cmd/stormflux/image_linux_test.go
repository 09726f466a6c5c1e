package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// The image has nothing but the binary. The steps of the Dockerfile make a folder here, and the commands work with that
// folder as their root.
func TestImage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	// context is the folder that goreleaser gives to docker.
	context, image := t.TempDir(), t.TempDir()
	platform := "linux/" + runtime.GOARCH
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(context, platform, "stormflux"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var release releaseConfig
	readYAML(t, ".goreleaser.yaml", &release)
	for _, name := range release.DockersV2[0].ExtraFiles {
		copyFile(t, filepath.Join(root, name), filepath.Join(context, name))
	}

	var workdir, entrypoint string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(strings.ReplaceAll(line, "${TARGETPLATFORM}", platform))
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		switch words[0] {
		case "FROM":
			if words[1] != "scratch" {
				t.Fatalf("the image begins with %s", words[1])
			}
		case "ARG":
		case "COPY":
			target := words[len(words)-1]
			for _, source := range words[1 : len(words)-1] {
				to := target
				if strings.HasSuffix(to, "/") {
					to += filepath.Base(source)
				}
				copyFile(t, filepath.Join(context, source), filepath.Join(image, to))
			}
		case "WORKDIR":
			workdir = words[1]
			if err := os.MkdirAll(filepath.Join(image, workdir), 0o777); err != nil {
				t.Fatal(err)
			}
		case "ENTRYPOINT":
			entrypoint = strings.Trim(words[1], `["]`)
		default:
			t.Fatalf("the test does not know %s", words[0])
		}
	}

	const topology = "name: t\nspouts:\n      words: {command: [echo], outputs: [word]}\n"
	file := filepath.Join(image, workdir, "t.yaml")
	if err := os.WriteFile(file, []byte(topology), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--version"}, {"validate", "."}, {"fmt", "."}, {"compile", "t.yaml"}, {"compile", "t.yaml", "-o", "t.jar"}, {"explain", "unknown-key"},
	} {
		cmd := exec.CommandContext(t.Context(), entrypoint, args...)
		cmd.Dir, cmd.Env = workdir, []string{}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: image}
		if os.Getuid() != 0 {
			cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		}
		out, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
			t.Skipf("this machine lets nobody but root change the root folder: %v", err)
		}
		if err != nil {
			t.Errorf("%q: %v\n%s", args, err, out)
		}
	}
	if formatted, err := os.ReadFile(file); err != nil || string(formatted) != strings.ReplaceAll(topology, "      words", "  words") {
		t.Errorf("fmt left %q %v", formatted, err)
	}
	if jar, err := os.Stat(filepath.Join(image, workdir, "t.jar")); err != nil || jar.Size() == 0 {
		t.Errorf("compile wrote no jar: %v", err)
	}
}

// copyFile copies a file with its mode.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, info.Mode()); err != nil {
		t.Fatal(err)
	}
}
