package grammar_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/schema/grammar"
)

// TestLanguageServer edits topologies with the language server that most editors use. A mark | in a text is the cursor.
func TestLanguageServer(t *testing.T) {
	command := stormtest.LanguageServer(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "topology.schema.json"), grammar.TopologySchema(), 0o666); err != nil {
		t.Fatal(err)
	}
	e := startEditor(t, dir, command)
	const modeline = "# yaml-language-server: $schema=topology.schema.json\n"
	const spout = "name: t\nspouts:\n  s:\n    command: [seq]\n    outputs: [n]\n"
	const bolt = spout + "bolts:\n  b:\n    command: [cat]\n    inputs:\n      - from: s\n"

	t.Run("messages", func(t *testing.T) {
		e.t = t
		for _, c := range []struct {
			name, text string
			want       []string
		}{
			{"correct", bolt + "        grouping: {fields: [n]}\n    x-note: [1]\n", nil},
			{"parallelism", spout + "    parallelism: two\n", []string{"7:18: Expected a whole number, or a reference such as ${name}"}},
			{"id in a map", spout + "    id: x\n", []string{"7:5: Property id is not allowed."}},
			{"id in a list", "name: t\nspouts:\n  - id: s\n    command: [seq]\n", nil},
			{"excluded", spout + "    factory: x\n", []string{"7:5: Property factory is not allowed."}},
		} {
			_, got := e.open(modeline + c.text)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got\n%s\nwant\n%s", c.name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		}
	})
	cursor := func(t *testing.T, marked string) (uri string, line, character int) {
		t.Helper()
		before, after, found := strings.Cut(modeline+marked, "|")
		if !found {
			t.Fatal("no cursor")
		}
		uri, _ = e.open(before + after)
		return uri, strings.Count(before, "\n"), len(before) - strings.LastIndex(before, "\n") - 1
	}
	t.Run("completion", func(t *testing.T) {
		e.t = t
		for _, c := range []struct {
			name, text    string
			want, without []string
		}{
			{"grouping", bolt + "        grouping: |\n", []string{"shuffle", "local-or-shuffle", "all", "global", "none", "direct", "fields", "partial-key"}, []string{"[object Object]"}},
			{"keys of a spout", spout + "    |\n", []string{"parallelism", "tasks", "config", "go", "className"}, []string{"id", "command", "outputs", "inputs"}},
			{"keys of a bolt", bolt + "    |\n", []string{"parallelism", "tick", "outputs"}, []string{"id", "inputs"}},
			{"keys in a list", "spouts:\n  - className: X\n    |\n", []string{"id", "constructorArgs", "numTasks"}, nil},
			{"keys of an input", bolt + "        |\n", []string{"stream", "grouping"}, []string{"from"}},
			{"keys of a topology", spout + "|\n", []string{"bolts", "config", "includes"}, []string{"spouts"}},
			{"settings", spout + "config:\n  topology.|\n", []string{"topology.workers", "topology.max.spout.pending"}, nil},
		} {
			var list struct {
				Items []struct{ Label, InsertText string }
			}
			uri, line, character := cursor(t, c.text)
			if err := json.Unmarshal(e.at("textDocument/completion", uri, line, character), &list); err != nil {
				t.Fatal(err)
			}
			var labels []string
			for _, item := range list.Items {
				labels = append(labels, item.Label)
				if strings.Contains(item.Label+item.InsertText, "[object") {
					t.Errorf("%s: offers %q: %q", c.name, item.Label, item.InsertText)
				}
			}
			for _, want := range c.want {
				if !slices.Contains(labels, want) {
					t.Errorf("%s: %q is missing in %q", c.name, want, labels)
				}
			}
			for _, bad := range c.without {
				if slices.Contains(labels, bad) {
					t.Errorf("%s: %q must not be in %q", c.name, bad, labels)
				}
			}
		}
	})
	t.Run("hover", func(t *testing.T) {
		e.t = t
		for _, c := range []struct{ text, want string }{
			{spout + "    para|llelism: 2\n", "How many executors (threads) run the component."},
			{bolt + "        group|ing: shuffle\n", "How tuples are spread over the bolt's tasks."},
			{spout + "config: {topology.wor|kers: 2}\n", "worker"},
		} {
			var hover struct{ Contents struct{ Value string } }
			uri, line, character := cursor(t, c.text)
			if err := json.Unmarshal(e.at("textDocument/hover", uri, line, character), &hover); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(hover.Contents.Value, c.want) {
				t.Errorf("%q: %q does not contain %q", c.text, hover.Contents.Value, c.want)
			}
		}
	})
}
