package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
)

// readValue reads YAML that must be sound as YAML.
func readValue(t testing.TB, name, text string) *Value {
	t.Helper()
	var diags diag.List
	s := readYAML(diag.NewFile(name, "", []byte(text)), &diags)
	if diags.HasErrors() {
		t.Fatalf("%s: not sound YAML: %s", name, diags[0].Message)
	}
	return s.root
}

// told renders diagnostics one to a line, with their hints and related places below.
func told(l diag.List) string {
	var b strings.Builder
	at := func(s diag.Span) string {
		p := s.File.Position(s.Start)
		return fmt.Sprintf("%d:%d", p.Line, p.Column)
	}
	for _, d := range l {
		text, _, more := strings.Cut(d.Span.Text(), "\n")
		if more {
			text += "..."
		}
		fmt.Fprintf(&b, "%s: %s: %s [%s] at %s\n", at(d.Span), d.Severity, d.Message, d.Rule, text)
		if d.Hint != "" {
			fmt.Fprintf(&b, "  = help: %s\n", d.Hint)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  = %s: %s\n", at(r.Span), r.Message)
		}
	}
	return b.String()
}

// TestGrammarMessages compares what is told of malformed documents to the character. In testdata/grammar each NAME.yaml
// is followed by NAME.txt, which STORMFLUX_UPDATE=1 rewrites.
func TestGrammarMessages(t *testing.T) {
	archives, err := filepath.Glob("testdata/grammar/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	cases := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check := checkGrammar
		if strings.Contains(name, "environments") {
			check = checkEnvironmentsGrammar
		}
		want := map[string]string{}
		for _, f := range archive.Files {
			if base, ok := strings.CutSuffix(f.Name, ".txt"); ok {
				want[base] = string(f.Data)
			}
		}
		updated := &txtar.Archive{Comment: archive.Comment}
		for _, f := range archive.Files {
			base, ok := strings.CutSuffix(f.Name, ".yaml")
			if !ok {
				continue
			}
			cases++
			got := told(check(readValue(t, f.Name, string(f.Data))))
			updated.Files = append(updated.Files, f, txtar.File{Name: base + ".txt", Data: []byte(got)})
			if w, ok := want[base]; os.Getenv("STORMFLUX_UPDATE") == "" && (!ok || w != got) {
				t.Errorf("%s: %s: got\n%s\nwant\n%s", name, f.Name, got, w)
			}
		}
		if os.Getenv("STORMFLUX_UPDATE") != "" {
			if err := os.WriteFile(name, txtar.Format(updated), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	if cases < 40 {
		t.Errorf("only %d cases", cases)
	}
}
