package compiler_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// fluxCase is a Flux file of the corpus. Comments at its start say what Flux 2.8.3 and stormflux make of it:
//
//	# with: --filter a.properties, --env-filter   the options of the command line
//	# refused: RULE, RULE            Flux refuses it, and stormflux reports these errors
//	# nimbus refuses: RULE           Flux accepts it, but Nimbus does not; stormflux reports these errors
//	# fails later: RULE              Flux and Nimbus accept it, but it cannot run; stormflux reports these errors
//	# difference SECTION: Flux refuses it        stormflux accepts it
//	# difference SECTION: Flux accepts it, RULE  stormflux reports these errors
//	# difference SECTION: another meaning        both accept it
//	# warns: RULE, RULE              stormflux reports these warnings
//
// Without a comment, both accept it without a warning, and mean the same. SECTION is a heading below "What
// changes" in docs/flux.md.
type fluxCase struct {
	name          string // of the file
	filters       []string
	env           bool
	fluxAccepts   bool
	nimbusRefuses bool
	otherMeaning  bool
	section       string
	errors        []string // rules
	warnings      []string // rules
	anyWarnings   bool     // another test shows them
}

// fluxCorpus puts the files of the corpus into a new working directory, and returns its cases. An archive holds cases, and
// files that they include or read in its section "files/".
func fluxCorpus(t *testing.T) []*fluxCase {
	t.Helper()
	folder, err := filepath.Abs("testdata/flux")
	if err != nil {
		t.Fatal(err)
	}
	archives, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var files []txtar.File
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, archive.Files...)
	}
	shown := map[string]bool{} // plain files, of documents
	examples := filepath.Join(folder, "../../../examples")
	for _, path := range append(plain, filepath.Join(examples, "flux-wordcount.yaml"), filepath.Join(examples, "wordcount-mixed/flux.yaml")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, txtar.File{Name: filepath.Base(path), Data: text})
		shown[filepath.Base(path)] = true
	}
	split, err := os.ReadFile(filepath.Join(examples, "wordcount-mixed/resources/split.js"))
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, txtar.File{Name: "files/resources/split.js", Data: split})
	root := t.TempDir()
	for _, scripts := range []string{filepath.Join(folder, "resources"), filepath.Join(examples, "resources")} {
		if err := os.CopyFS(filepath.Join(root, "resources"), os.DirFS(scripts)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	return writeCases(t, files, shown)
}

func writeCases(t *testing.T, files []txtar.File, shown map[string]bool) []*fluxCase {
	t.Helper()
	var cases []*fluxCase
	seen := map[string]bool{}
	for _, file := range files {
		if seen[file.Name] {
			t.Fatalf("two files have the name %s", file.Name)
		}
		seen[file.Name] = true
		name, helper := strings.CutPrefix(file.Name, "files/")
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if name == "windows-lines.yaml" {
			file.Data = bytes.ReplaceAll(file.Data, []byte("\n"), []byte("\r\n"))
		}
		if err := os.WriteFile(name, file.Data, 0o666); err != nil {
			t.Fatal(err)
		}
		if helper {
			continue
		}
		c, err := readMarks(file.Name, string(file.Data))
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		c.anyWarnings = shown[file.Name]
		cases = append(cases, c)
	}
	return cases
}

// readMarks reads the comments at the start of a case. Other comments say nothing.
func readMarks(name, text string) (*fluxCase, error) {
	c := &fluxCase{name: name, fluxAccepts: true}
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !ok {
			break
		}
		mark, rest, ok := strings.Cut(comment, ": ")
		if !ok {
			continue
		}
		list := strings.Split(rest, ", ")
		kind, section, _ := strings.Cut(mark, " ")
		switch {
		case mark == "with":
			for _, option := range list {
				if path, ok := strings.CutPrefix(option, "--filter "); ok {
					c.filters = append(c.filters, path)
				} else if c.env = option == "--env-filter"; !c.env {
					return nil, fmt.Errorf("unknown option %q", option)
				}
			}
		case mark == "warns":
			c.warnings = list
		case mark == "refused":
			c.fluxAccepts, c.errors = false, list
		case mark == "nimbus refuses":
			c.nimbusRefuses, c.errors = true, list
		case mark == "fails later":
			c.errors = list
		case kind == "difference":
			c.section = section
			switch {
			case rest == "Flux refuses it":
				c.fluxAccepts = false
			case rest == "another meaning":
				c.otherMeaning = true
			case list[0] == "Flux accepts it" && len(list) > 1:
				c.errors = list[1:]
			default:
				return nil, fmt.Errorf("unknown difference %q", rest)
			}
		}
	}
	slices.Sort(c.errors)
	slices.Sort(c.warnings)
	return c, nil
}
