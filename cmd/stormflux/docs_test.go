package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

// The examples of docs/flux.md work. A block that begins with `# NAME` is a file; with `# NAME, rewritten`, it is what the
// commands before it made of the file. A block of type console holds commands with their output, without the lines that show
// a part of a file. STORMFLUX_UPDATE=1 rewrites the outputs.
func TestFluxDocument(t *testing.T) {
	// Flux itself judges these.
	judged := map[string]string{"quiet.yaml": "../../compiler/testdata/flux/quiet.yaml", "late.yaml": "../../compiler/testdata/late.yaml"}
	for name, path := range judged {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		judged[name] = string(text)
	}
	path, err := filepath.Abs("../../docs/flux.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	var got strings.Builder
	commands := 0
	for i, part := range strings.SplitAfter(string(text), "```") {
		kind, body, isBlock := strings.Cut(strings.TrimSuffix(part, "```"), "\n")
		if isBlock = isBlock && i%2 == 1; isBlock {
			first, rest, _ := strings.Cut(body, "\n")
			name, rewritten := strings.CutSuffix(strings.TrimPrefix(first, "# "), ", rewritten")
			switch {
			case kind == "console":
				commands += strings.Count(body, "$ stormflux ")
				body = runConsole(t, body)
				part = kind + "\n" + body + "```"
			case rewritten:
				made, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if want := strings.TrimPrefix(string(made), "# "+name+"\n"); rest != want {
					t.Errorf("%s is now\n%s", name, diff.Diff("document", []byte(rest), "file", []byte(want)))
				}
			default:
				if want, ok := judged[name]; ok && want != body {
					t.Errorf("the %s that Flux judges differs:\n%s", name, diff.Diff("judged", []byte(want), "document", []byte(body)))
				}
				if err := os.WriteFile(name, []byte(body), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		}
		got.WriteString(part)
	}
	if commands < 6 {
		t.Errorf("found only %d commands", commands)
	}
	switch {
	case got.String() == string(text):
	case os.Getenv("STORMFLUX_UPDATE") != "":
		if err := os.WriteFile(path, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the outputs differ:\n%s", diff.Diff("docs/flux.md", text, "now", []byte(got.String())))
	}
}

// runConsole runs the commands of a block and returns the block with their outputs.
func runConsole(t *testing.T, block string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(block) {
		command, ok := strings.CutPrefix(line, "$ stormflux ")
		if !ok {
			continue
		}
		b.WriteString(line)
		var out, messages bytes.Buffer
		run(t.Context(), append(strings.Fields(command), "--color", "never"), strings.NewReader(""), &out, &messages)
		isReport := strings.HasPrefix(command, "validate")
		for l := range strings.Lines(out.String() + messages.String()) {
			if isReport && (l == "\n" || l[0] == ' ' || l[0] >= '0' && l[0] <= '9' && strings.Contains(l, " | ")) {
				continue
			}
			b.WriteString(l)
		}
	}
	return b.String()
}
