package format

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// FuzzFormat lays out any text. A text that is YAML must read the same afterwards, keep its comments, and not change when
// it is laid out again.
func FuzzFormat(f *testing.F) {
	for _, text := range repositoryFiles(f) {
		f.Add(text)
	}
	for _, seed := range []string{
		"%YAML 1.1\n---\na: b\n...\n", "? a\n: b\n", "? - a\n  - b\n: c\n", "[a: b, {c}, ? d : e]\n", "{a: , b: !!str , *c : d}\n",
		"a: &x !!map\n  b: c\n<<: *x\n", "a: |+\n  b\n\n\nc: >2-\n    d\n\n   e\n", "a: 'b\n\n  c'\nd: e\n  f\n", "a: |\n  b", "- - a\n  - b\n-\n  - c\n",
		"a:\n- b\n# c\n- d\n# e\nf: g\n", "a: # b\n   # c\n  # d\n  e: f\n", "a: [ # b\n c, # d\n # e\n]\n", "a: ${b} # ${c}\nd: [${e}, ${f:-{g}}]\n",
		"a: \"b \\\n  c\\ \n d\"\n", "a: |1\n b\n", "- |2\n   a\n- >\n\n  b\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs: %q", text)) })
		defer timer.Stop()
		check(t, diag.NewFile("t.yaml", "", []byte(text)))
	})
}

// check lays out a file and compares the result with the file.
func check(t *testing.T, file *diag.File) {
	t.Helper()
	var diags diag.List
	before := yaml.Read(file, &diags)
	if before.Root == nil || before.Truncated {
		if out, diags := Format(file); out != nil || !diags.HasErrors() {
			t.Errorf("Format made %q of a text that cannot be read", out)
		}
		return
	}
	out := diag.NewFile(file.Name, file.Dir, layout(file))
	if !readsAs(out.Text, before) {
		t.Fatalf("reads differently:\n%s\nwas\n%s", out.Text, file.Text)
	}
	if again := layout(out); string(again) != string(out.Text) {
		t.Errorf("changes again:\n%s\nwas\n%s\nwas\n%s", again, out.Text, file.Text)
	}
	if got, want := comments(out), comments(file); got != want {
		t.Errorf("the comments of\n%s\nare\n%s\nwere\n%s", out.Text, got, want)
	}
}

// comments returns the comments of a file.
func comments(file *diag.File) string {
	var b strings.Builder
	for _, c := range yaml.Comments(file) {
		b.WriteString(strings.TrimRight(c.Text(), " \t") + "\n")
	}
	return b.String()
}

// repositoryFiles returns the text of every YAML file of the repository, also of those in archives, by its name.
func repositoryFiles(t testing.TB) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".yaml", ".yml", ".txtar", ".md":
		default:
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".txtar":
			for _, f := range txtar.Parse(text).Files {
				if strings.HasSuffix(f.Name, ".yaml") {
					files[path+"/"+f.Name] = string(f.Data)
				}
			}
		case ".md":
			for i, block := range strings.Split(string(text), "```yaml\n")[1:] {
				block, _, _ = strings.Cut(block, "```")
				files[fmt.Sprintf("%s/%d", path, i)] = block
			}
		default:
			files[path] = string(text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
