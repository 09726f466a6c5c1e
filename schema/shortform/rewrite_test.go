package shortform_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/shortform"
	"github.com/stormflux/stormflux/schema/yaml"
)

// TestRewrite runs the cases of testdata/short.txtar.
func TestRewrite(t *testing.T) {
	const path = "testdata/short.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		before, after := archive.Files[i], &archive.Files[i+1]
		name, ok := strings.CutSuffix(before.Name, "/flux.yaml")
		if !ok || after.Name != name+"/short.txt" {
			t.Fatalf("%s is followed by %s", before.Name, after.Name)
		}
		result, diags := shortform.Rewrite(diag.NewFile(before.Name, "", before.Data), shortform.Options{})
		if diags.HasErrors() {
			t.Errorf("%s: %s", name, diags[0].Message)
			continue
		}
		got := string(result.Text)
		for _, k := range result.Kept {
			got += "kept: " + k + "\n"
		}
		for _, c := range result.Loose {
			got += "loose: " + c + "\n"
		}
		sameDocument(t, before.Name, before.Data, result.Text)
		switch {
		case os.Getenv("STORMFLUX_UPDATE") != "":
			after.Data = []byte(got)
		case got != string(after.Data):
			t.Errorf("%s:\n%s", name, diff.Diff("want", after.Data, "got", []byte(got)))
		}
	}
	if os.Getenv("STORMFLUX_UPDATE") != "" {
		if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// STORMFLUX_CORPUS names a folder with Flux files, whose classes nobody has. Their documents stay the same, except for the
// implementation of shell components; TestFormattedFilesMeanTheSame of package compiler compares those.
func TestCorpus(t *testing.T) {
	root := os.Getenv("STORMFLUX_CORPUS")
	if root == "" {
		t.Skip("STORMFLUX_CORPUS is not set")
	}
	compared, changed := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".flux"}, filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !schema.LooksLikeTopology(text) {
			return err
		}
		result, diags := shortform.Rewrite(diag.NewFile(path, "", text), shortform.Options{})
		if diags.HasErrors() {
			return nil
		}
		compared++
		if strings.Contains(string(result.Text), "inputs:") {
			changed++
		}
		sameDocument(t, path, text, result.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("compared %d documents, %d with inputs", compared, changed)
}

// sameDocument compares what two texts declare.
func sameDocument(t *testing.T, path string, before, after []byte) {
	t.Helper()
	want, wantFaults := describe(t, path, before)
	got, gotFaults := describe(t, path, after)
	if got != want || gotFaults != wantFaults {
		t.Errorf("%s:\n%s\nfaults %s\nbefore %s\n%s", path, diff.Diff("before", []byte(want), "after", []byte(got)), gotFaults, wantFaults, after)
	}
	count := map[string]int{}
	for i, text := range [][]byte{before, after} {
		for _, c := range yaml.Comments(diag.NewFile(path, "", text)) {
			count[strings.TrimRight(c.Text(), " \t")] += 1 - 2*i
		}
	}
	for c, n := range count {
		if n > 0 || n < 0 && !slices.Contains([]string{"#"}, c) && !strings.Contains(string(before), strings.TrimPrefix(c, "# ")) {
			t.Errorf("%s: comment %q, %d missing:\n%s", path, c, n, after)
		}
	}
}

func describe(t *testing.T, path string, text []byte) (description, faults string) {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{Text: text, AllowOutside: true}) // the short form needs it
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, d := range diags {
		rules = append(rules, d.Rule)
	}
	slices.Sort(rules)
	if doc == nil {
		return "", strings.Join(rules, " ")
	}
	var b strings.Builder
	show := func(name string, v *yaml.Value) {
		if v != nil {
			text, _ := json.Marshal(v.Go())
			fmt.Fprintf(&b, "  %s: %s\n", name, text)
		}
	}
	for _, key := range []string{"name", "config", "components", "includes", "workerHooks", "topologySource"} {
		show(key, doc.Root.Get(key))
	}
	inputs := map[string][]string{}
	add := func(to string, in *schema.Input) {
		stream := schema.DefaultStream
		if in.Stream != nil {
			stream = in.Stream.Text
		}
		line := fmt.Sprintf("    %s/%s %v", in.From.Text, stream, in.Grouping.Type)
		for _, f := range in.Grouping.Fields {
			line += " " + f.Text
		}
		if o := in.Grouping.Object; o != nil {
			text, _ := json.Marshal(o.Value.Go())
			line += string(text)
		}
		inputs[to] = append(inputs[to], line)
	}
	for _, in := range doc.Streams {
		if in.To != nil && in.From != nil {
			add(in.To.Text, in)
		}
	}
	for _, c := range slices.Concat(doc.Spouts, doc.Bolts) {
		if c.ID == nil {
			continue
		}
		fmt.Fprintf(&b, "%v %s\n", c.Kind, c.ID.Text)
		show("parallelism", c.Parallelism)
		show("tasks", c.Tasks)
		show("onHeapMemoryLoad", c.OnHeapMemoryLoad)
		show("offHeapMemoryLoad", c.OffHeapMemoryLoad)
		show("cpuLoad", c.CPULoad)
		if class, ok := c.Implementation.(*schema.Class); ok && !strings.Contains(class.Object.ClassName.Text, "FluxShell") {
			for _, key := range []string{"className", "constructorArgs", "properties", "configMethods", "factory", "factoryArgs", "config"} {
				show(key, c.Value.Get(key))
			}
		}
		for _, in := range c.Inputs {
			add(c.ID.Text, in)
		}
		b.WriteString(strings.Join(inputs[c.ID.Text], "\n") + "\n")
	}
	return b.String(), strings.Join(rules, " ")
}

// FuzzRewrite rewrites any text. The result can be read, unless the text cannot.
func FuzzRewrite(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/short.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(string(file.Data))
	}
	f.Fuzz(func(t *testing.T, text string) {
		timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs: %q", text)) })
		defer timer.Stop()
		var diags diag.List
		file := diag.NewFile("t.yaml", "", []byte(text))
		before := yaml.Read(file, &diags)
		result, faults := shortform.Rewrite(file, shortform.Options{})
		if before.Root == nil || before.Truncated {
			if result != nil || !faults.HasErrors() {
				t.Error("rewrote a text that cannot be read")
			}
			return
		}
		if after := yaml.Read(diag.NewFile("t.yaml", "", result.Text), &diags); after.Root == nil || after.Truncated {
			t.Errorf("cannot be read:\n%s\nwas\n%s", result.Text, text)
		}
	})
}
