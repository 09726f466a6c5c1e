//go:build unix

package hooks

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// in returns hooks in a new folder with some executable scripts, and what they print.
func in(t *testing.T, scripts map[string]string, commands map[Moment][][]string) (*Hooks, *bytes.Buffer) {
	t.Helper()
	h := &Hooks{Dir: t.TempDir(), Commands: commands}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(h.Dir, name), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	h.Output = &out
	return h, &out
}

func TestRun(t *testing.T) {
	h, out := in(t, map[string]string{"good.sh": "echo good \"$@\"\npwd -P\n", "bad.sh": "echo bad >&2\nexit 7\n"}, map[Moment][][]string{
		PreSubmit:  {{"./good.sh", "$HOME", "two words"}, {"./bad.sh"}, {"./good.sh"}},
		PostSubmit: {{"./bad.sh"}, {"sh", "-c", "exit 8"}, {"./good.sh"}},
	})
	dir, err := filepath.EvalSymlinks(h.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		moment Moment
		err    string
		out    string
	}{
		{PreSubmit, "pre-submit hook ./bad.sh: exit status 7",
			"pre-submit: ./good.sh '$HOME' 'two words'\ngood $HOME two words\n" + dir + "\npre-submit: ./bad.sh\nbad\n"},
		{PostSubmit, "post-submit hook ./bad.sh: exit status 7\npost-submit hook sh -c 'exit 8': exit status 8",
			"post-submit: ./bad.sh\nbad\npost-submit: sh -c 'exit 8'\npost-submit: ./good.sh\ngood\n" + dir + "\n"},
		{PreKill, "", ""},
	} {
		out.Reset()
		text := ""
		if err := h.Run(t.Context(), test.moment, Subject{}); err != nil {
			text = err.Error()
		}
		if text != test.err || out.String() != test.out {
			t.Errorf("%s: %q, output\n%s", test.moment, text, out)
		}
	}
	if err := (*Hooks)(nil).Run(t.Context(), PreSubmit, Subject{}); err != nil {
		t.Error(err)
	}
}

func TestFind(t *testing.T) {
	h, _ := in(t, map[string]string{"good.sh": ""}, nil)
	plain := filepath.Join(h.Dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for program, want := range map[string]string{
		"./good.sh":                     "",
		filepath.Join(h.Dir, "good.sh"): "",
		"sh":                            "",
		"./gone.sh":                     "there is no file " + filepath.Join(h.Dir, "gone.sh"),
		"./plain":                       plain + " is not executable",
		"stormflux-has-no-such-program": "PATH has no such program",
		"good.sh":                       "PATH has no such program", // the folder is not searched, as in a shell
		"../" + filepath.Base(h.Dir):    "is a directory",
	} {
		h.Commands = map[Moment][][]string{PostKill: {{program}}}
		err := h.Find(PreKill, PostKill)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), "post-kill hook ")) {
			t.Errorf("%s: %v", program, err)
		}
		if err := h.Find(PreKill, PreSubmit, PostSubmit); err != nil {
			t.Errorf("%s: %v", program, err)
		}
	}
}

// A hook sees the change in its variables, and nothing that an outer hook has left.
func TestVariables(t *testing.T) {
	for _, variable := range os.Environ() { // those of the test run itself
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "STORMFLUX_") {
			t.Setenv(name, value) // which brings it back afterwards
			os.Unsetenv(name)
		}
	}
	t.Setenv("STORMFLUX_JAR", "of an outer hook")
	t.Setenv("STORMFLUX_OTHER", "kept")
	h, out := in(t, nil, map[Moment][][]string{PreKill: {{"sh", "-c", "env | grep ^STORMFLUX_ | sort"}}})
	err := h.Run(t.Context(), PreKill, Subject{Command: "kill", Topology: "word count", Environment: "prod", Nimbus: "n1:6627", Version: "2.8.3"})
	if err != nil {
		t.Fatal(err)
	}
	want := "STORMFLUX_COMMAND=kill\nSTORMFLUX_ENVIRONMENT=prod\nSTORMFLUX_HOOK=pre-kill\nSTORMFLUX_NIMBUS=n1:6627\n" +
		"STORMFLUX_OTHER=kept\nSTORMFLUX_STORM_VERSION=2.8.3\nSTORMFLUX_TOPOLOGY=word count\n"
	if _, got, _ := strings.Cut(out.String(), "\n"); got != want {
		t.Errorf("got\n%s", got)
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "hooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, names := Subject{}.variables(PreKill)
	for _, word := range append(names, momentNames()...) {
		if !bytes.Contains(page, []byte("| `"+word+"` |")) {
			t.Errorf("docs/hooks.md has no row for %s", word)
		}
	}
}

func momentNames() (names []string) {
	for _, m := range Moments() {
		names = append(names, string(m))
	}
	return names
}

// The end of the context ends a hook and the processes that it has started, also those that ignore SIGTERM.
func TestInterrupted(t *testing.T) {
	h, out := in(t, map[string]string{
		"slow.sh":     "./stubborn.sh >/dev/null 2>&1 &\nwait\n",
		"stubborn.sh": "trap '' TERM\nexec 3>alive\necho started >&3\nwhile :; do sleep 600; done\n",
	}, map[Moment][][]string{PostSubmit: {{"./slow.sh"}, {"./slow.sh"}}})
	alive := filepath.Join(h.Dir, "alive")
	if err := syscall.Mkfifo(alive, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx, PostSubmit, Subject{}) }()
	pipe, err := os.Open(alive) // waits until the script opens it too
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if _, err := io.ReadFull(pipe, make([]byte, len("started\n"))); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err = <-done; err == nil || strings.Count(err.Error(), "hook") != 1 {
		t.Errorf("error %v", err)
	}
	if strings.Count(out.String(), "post-submit: ") != 1 {
		t.Errorf("a hook started after the end:\n%s", out)
	}
	if err := pipe.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(pipe); err != nil || len(rest) > 0 { // the end: no process holds the pipe
		t.Errorf("%q, %v: a process is left", rest, err)
	}
}

// A hook may leave a process that runs on and keeps its output open.
func TestProcessLeft(t *testing.T) {
	h, out := in(t, nil, map[Moment][][]string{PreSubmit: {{"sh", "-c", "sleep 600 & echo $!"}}})
	if err := h.Run(t.Context(), PreSubmit, Subject{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(out.String())
	pid, err := strconv.Atoi(lines[len(lines)-1])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the process has ended: %v", err)
	}
	if !slices.Contains(lines, "pre-submit:") {
		t.Errorf("output %q", lines)
	}
}
