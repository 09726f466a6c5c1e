package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// eachCommand calls do with every command that people see.
func eachCommand(do func(cmd *cobra.Command)) {
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Hidden || cmd.Name() == "help" {
			return
		}
		cmd.InitDefaultHelpFlag()
		do(cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(a.rootCommand())
}

// Every command has a page, and every flag is on it.
func TestManPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	if code := run(t.Context(), []string{"man", dir}, strings.NewReader(""), io.Discard, os.Stderr); code != exitFine {
		t.Fatalf("exit code %d", code)
	}
	pages := 0
	eachCommand(func(cmd *cobra.Command) {
		pages++
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			return
		}
		if !bytes.Contains(page, []byte(cmd.Short)) && !bytes.Contains(page, []byte(strings.ReplaceAll(cmd.Short, "-", `\-`))) {
			t.Errorf("%s does not say %q", name, cmd.Short)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !bytes.Contains(page, []byte("--"+f.Name+`\fP`)) {
				t.Errorf("%s lacks --%s", name, f.Name)
			}
		})
	})
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != pages {
		t.Errorf("%d pages for %d commands", len(entries), pages)
	}
}

// Every shell gets a script, and the binary that the script asks completes every command and flag.
func TestCompletions(t *testing.T) {
	ask := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), args, strings.NewReader(""), &out, io.Discard); code != exitFine {
			t.Fatalf("%q: exit code %d", args, code)
		}
		return out.String()
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script := ask("completion", shell)
		if !strings.Contains(script, "__complete") {
			t.Errorf("the script of %s asks nobody", shell)
		}
		program, err := exec.LookPath(shell)
		if err != nil || shell == "powershell" {
			continue
		}
		check := exec.CommandContext(t.Context(), program, "-n")
		check.Stdin = strings.NewReader(script)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s -n: %v\n%s", shell, err, out)
		}
	}
	eachCommand(func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		words := func(typed string) string {
			return "\n" + ask(append(append([]string{"__complete"}, path...), typed)...)
		}
		flags := words("--")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(flags, "\n--"+f.Name+"\t") && !strings.Contains(flags, "\n--"+f.Name+"=\t") {
				t.Errorf("%s does not complete --%s", cmd.CommandPath(), f.Name)
			}
		})
		if !cmd.HasAvailableSubCommands() {
			return
		}
		commands := words("")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() && !strings.Contains(commands, "\n"+sub.Name()+"\t") {
				t.Errorf("%s does not complete %q", cmd.CommandPath(), sub.Name())
			}
		}
	})
}
