package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"mvdan.cc/sh/v3/shell"
)

// documents returns the pages whose commands are tested, as paths from the root of the repository.
func documents(t *testing.T) []string {
	t.Helper()
	list := []string{"README.md", "CONTRIBUTING.md"}
	for _, pattern := range []string{"docs/*.md", "bench/*.md", "examples/README.md", "examples/*/README.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			if name = filepath.ToSlash(name); name != "docs/diagnostics.md" { // TestRulePages of package diag runs its examples
				list = append(list, name)
			}
		}
	}
	return list
}

// elsewhere lists the commands that TestDocumentCommands does not run, with the file that runs them: it must have the text.
var elsewhere = []struct{ command, file, text string }{
	{"go test -timeout 30m ./...", ".ci/run", "go test -timeout 30m ./..."},
	{"make lint", ".ci/run", "go tool staticcheck ./..."},
	{"make test", "Makefile", "\ngo test -timeout 30m ./..."},
	{"stormflux dev-cluster", "cmd/stormflux/devcluster_storm_test.go", `"dev-cluster", "up"`},
	{"storm jar topology.jar stormflux.runtime.Main", "cmd/stormflux/submittable_storm_test.go", "stormflux.runtime.Main"},
}

// consoles lists the pages with blocks of type console, and the test that compares their outputs.
var consoles = map[string]string{
	"docs/flux.md":  "docs_test.go",
	"docs/graph.md": "pictures_test.go",
}

// adapters lists the pages whose reader has Storm's storm.py, with the folder that it is in.
var adapters = map[string]string{
	"docs/from-flux.md":      "src/main/resources/resources",
	"docs/from-leiningen.md": "resources/resources",
}

// stormAdapter takes the place of Storm's storm.py, as far as the scripts of the pages use it. TestStormAdapters has the real one.
const stormAdapter = `import json, os, sys
from types import SimpleNamespace

anchors = []

def read():
    text = ""
    for line in sys.stdin:
        if line == "end\n":
            return json.loads(text)
        text += line
    sys.exit()

def send(message):
    print(json.dumps(message), "end", sep="\n", flush=True)

def start():
    setup = read()
    open(os.path.join(setup["pidDir"], str(os.getpid())), "w").close()
    send({"pid": os.getpid()})

def emit(values):
    send({"command": "emit", "tuple": values, "anchors": anchors, "need_task_ids": False})

class Spout:
    def run(self):
        start()
        while True:
            if read()["command"] == "next":
                self.nextTuple()
            send({"command": "sync"})

class BasicBolt:
    def run(self):
        start()
        while True:
            message = read()
            if message.get("stream") == "__heartbeat":
                send({"command": "sync"})
                continue
            anchors[:] = [message["id"]]
            self.process(SimpleNamespace(values=message["tuple"]))
            send({"command": "ack", "id": message["id"]})
`

// replaced lists what TestDocumentCommands runs in place of a part of a command.
var replaced = []struct {
	old, new string
	why      string
}{
	{"go run ./cmd/stormflux ", "stormflux ", "the binary of the test is the same; .ci/run runs the command itself"},
	{" --dev", " --nimbus nimbus1", "no cluster is up; devcluster_storm_test.go has one"},
	{" --wait", "", "the fake Nimbus runs nothing; storm_test.go waits for a real Storm"},
	{"make build ", "CGO_ENABLED=0 go build -o /dev/null ./cmd/stormflux ", "a test writes nothing into the repository"},
}

// Every command in a block of type sh works, in the order of the page. The commands of README.md, CONTRIBUTING.md and the pages in
// examples/ run in the repository. Those of another page run in a folder with a topology, and with the files of the page: the
// blocks that begin with "# NAME", or in Clojure with ";; NAME". The hosts nimbus1 and nimbus2 are a fake Nimbus, on which a topology "orders" with a bolt
// "count" runs. `run` ends when the topology is idle, or in examples/ after a while: many of them have no end.
func TestDocumentCommands(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	repository, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range elsewhere {
		text, err := os.ReadFile(filepath.Join(repository, e.file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.ReplaceAll(string(text), "\t", ""), e.text) {
			t.Errorf("%s no longer runs %q", e.file, e.command)
		}
	}
	for page, test := range consoles {
		if text, err := os.ReadFile(test); err != nil || !strings.Contains(string(text), page) {
			t.Errorf("%s does not read %s %v", test, page, err)
		}
	}
	var pages strings.Builder
	for _, name := range documents(t) {
		text, err := os.ReadFile(filepath.Join(repository, name))
		if err != nil {
			t.Fatal(err)
		}
		pages.Write(text)
		if consoles[name] == "" && strings.Contains(string(text), "```console\n") {
			t.Errorf("no test compares the outputs of %s", name)
		}
		if !strings.Contains(string(text), "```sh\n") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			needExample(t, filepath.Dir(name))
			server := numbered(t, "orders")
			dir, ends := repository, "--until-idle"
			switch {
			case strings.HasPrefix(name, "examples/"):
				ends = "--for 2s"
			case filepath.Dir(name) != ".":
				dir = documentFolder(t, repository, server.Addr())
			}
			if folder := adapters[name]; folder != "" {
				if err := os.MkdirAll(filepath.Join(dir, folder), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, folder, "storm.py"), []byte(stormAdapter), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			for i, part := range strings.Split(string(text), "```") {
				kind, body, _ := strings.Cut(part, "\n")
				comment := "# "
				if kind == "clojure" {
					comment = ";; "
				}
				file, isFile := strings.CutPrefix(body, comment)
				file, _, _ = strings.Cut(file, "\n")
				switch {
				case i%2 == 0:
				case kind == "sh":
					script := documentScript(body, server.Addr(), ends)
					cmd := exec.CommandContext(t.Context(), "bash", "-e", "-x", "-o", "pipefail", "-c", script)
					cmd.Dir = dir
					cmd.Env = append(os.Environ(), "NO_COLOR=1", "GOBIN="+t.TempDir(), "STORM_CONF_DIR="+filepath.Join(dir, "no-storm"))
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("%v\n%s\nof\n%s", err, out, body)
					}
				case isFile && dir != repository && filepath.IsLocal(file) && filepath.Ext(file) != "":
					if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o777); err != nil {
						t.Fatal(err)
					}
					body = strings.ReplaceAll(body, "nimbus1:6627", server.Addr())
					if err := os.WriteFile(filepath.Join(dir, file), []byte(body), 0o666); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
	for _, e := range elsewhere {
		if !strings.Contains(pages.String(), "\n"+e.command) {
			t.Errorf("no page has the command %q any longer", e.command)
		}
	}
}

// documentScript returns what runs for a block of commands. ends is the flag with which `run` ends by itself.
func documentScript(block, nimbus, ends string) string {
	var b strings.Builder
lines:
	for line := range strings.Lines(block) {
		if command, _, found := strings.Cut(line, " #"); found {
			line = command
		}
		line = strings.TrimSpace(line) + " "
		for _, e := range elsewhere {
			if strings.HasPrefix(line, e.command+" ") {
				continue lines
			}
		}
		for _, r := range replaced {
			line = strings.ReplaceAll(line, r.old, r.new)
		}
		line = regexp.MustCompile(`\bnimbus[12](:6627)?\b`).ReplaceAllString(line, nimbus)
		if strings.HasPrefix(line, "stormflux run ") && !strings.Contains(line, "--for") && !strings.Contains(line, "--until-idle") {
			line += ends + " "
		}
		// A tool that is not here cannot run. CI has all of them.
		if tool, _, _ := strings.Cut(line, " "); slices.Contains([]string{"lein", "mvn", "docker", "npm", "pip", "goreleaser"}, tool) {
			line = fmt.Sprintf("if command -v %s >/dev/null; then %s; fi", tool, line)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// documentFolder returns a folder as a reader of a page may have it: topology.yaml with its scripts and a test, environments,
// and a project of Leiningen.
func documentFolder(t *testing.T, repository, nimbus string) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{
		"examples/flux-wordcount.yaml":   "topology.yaml",
		"examples/leiningen/project.clj": "project.clj",
	} {
		text, err := os.ReadFile(filepath.Join(repository, from))
		if err != nil {
			t.Fatal(err)
		}
		if to == "topology.yaml" {
			// The folder resources/ belongs to Leiningen.
			text = append(text, `resources: [scripts]
tests:
  - name: splits a window of sentences
    components: [split]
    emit: {sentences: [a b a]}
    expect: {split: [a, b, a]}
`...)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "scripts"), os.DirFS(filepath.Join(repository, "examples", "resources"))); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "src", "wordcount"), 0o777); err != nil {
		t.Fatal(err)
	}
	environments := fmt.Sprintf("environments:\n  prod:\n    nimbus: [%q]\n", nimbus)
	if err := os.WriteFile(filepath.Join(dir, "stormflux.yaml"), []byte(environments), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

var codeSpan = regexp.MustCompile("`stormflux ([a-z][^`]*)`")

// Commands within sentences, and the examples of --help, name commands and flags that exist.
func TestMentionedCommands(t *testing.T) {
	check := func(place, command string) {
		words, err := shell.Fields(command, func(string) string { return "" })
		if err != nil {
			words = strings.Fields(command) // a placeholder in brackets is no shell
		}
		a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
		cmd, rest, err := a.rootCommand().Find(words)
		if err != nil {
			t.Errorf("%s: stormflux %s: %v", place, command, err)
			return
		}
		cmd.InitDefaultHelpFlag()
		for _, word := range rest {
			name, isLong := strings.CutPrefix(word, "--")
			name, _, _ = strings.Cut(name, "=")
			short := strings.TrimPrefix(word, "-")
			var flag *pflag.Flag
			switch {
			case isLong && name != "":
				flag = cmd.Flag(name)
			case !isLong && len(short) == 1 && short != word:
				if flag = cmd.Flags().ShorthandLookup(short); flag == nil {
					flag = cmd.InheritedFlags().ShorthandLookup(short)
				}
			default:
				continue
			}
			if flag == nil {
				t.Errorf("%s: stormflux %s: there is no %s", place, command, word)
			}
		}
	}
	mentioned := 0
	for _, name := range append(documents(t), "docs/diagnostics.md") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range codeSpan.FindAllSubmatchIndex(text, -1) {
			mentioned++
			place := fmt.Sprintf("%s:%d", name, 1+bytes.Count(text[:m[0]], []byte("\n")))
			check(place, strings.NewReplacer("[", "", "]", "", "...", "").Replace(string(text[m[2]:m[3]])))
		}
	}
	if mentioned < 30 {
		t.Errorf("found only %d commands", mentioned)
	}
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	for _, cmd := range a.rootCommand().Commands() {
		for line := range strings.Lines(cmd.Example) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " &&")
			line, _, _ = strings.Cut(line, " >")
			if command, ok := strings.CutPrefix(line, "stormflux "); ok {
				check(cmd.CommandPath()+" --help", command)
			}
		}
	}
}

// The figures of the performance page are those of the measurements.
func TestPerformanceFigures(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := os.ReadFile(filepath.Join(root, "bench/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	figures := regexp.MustCompile(`\d+\.\d+ (?:ms|s|MB|k)\b|\d+ ms\b|\d+,000\b`)
	found := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, figure := range figures.FindAllString(cells[2]+" "+cells[3], -1) {
			found++
			if !strings.Contains(string(report), figure) {
				t.Errorf("bench/README.md has no %s", figure)
			}
		}
	}
	if found < 10 {
		t.Errorf("found only %d figures", found)
	}
}
