// Package autofix applies the automatic fixes of diagnostics to files.
//
// It owns which fixes go together, which files may be changed, and the rounds of fixing and checking again. It works on
// texts in memory; [Result.Write] writes each changed file, whole or not at all. It does not know what is checked.
package autofix

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/schema/yaml"
)

// maxRounds is how often texts are fixed and checked again. A fix may uncover a fault that hid behind another one, such
// as the unknown stream of a component whose name was misspelt; more than three rounds are rare.
const maxRounds = 10

// Checked is what the check of one topology read and found.
type Checked struct {
	Files       []*diag.File
	Environment string // the name of the one with the environments, which belongs to the topology wherever it is; may be ""
	Diagnostics diag.List
}

// Check checks all topologies of a run. It reads files with read, which knows the changed texts.
type Check func(read func(path string) ([]byte, error)) ([]Checked, error)

// Options say which files may be changed: regular files only, never others that a topology happens to read.
type Options struct {
	Files   []string // these
	Folders []string // and whatever lies below these, where symbolic links lead
}

// Result is what the fixes made of the files.
type Result struct {
	Files   []*File  // the changed ones, in the order of their first fix
	Outside []string // files with an automatic fix that may not be changed
}

// File is a changed file.
type File struct {
	Name   string // as shown to people, and as it is opened
	Before []byte
	After  []byte
	Fixes  int // how many were applied
}

// Run applies the automatic fixes of what check finds, and checks again, until there are none. The last check has seen
// the texts that the result holds. The error is that of check.
func Run(check Check, opts Options) (*Result, error) {
	r := &run{opts: opts, changed: make(map[string]*File), ids: make(map[string]string)}
	for range maxRounds {
		checked, err := check(r.read)
		if err != nil {
			return nil, err
		}
		if !r.apply(r.choose(checked)) {
			return &r.result, nil
		}
	}
	if _, err := check(r.read); err != nil {
		return nil, err
	}
	return &r.result, nil
}

// run is one call of Run.
type run struct {
	opts    Options
	result  Result
	changed map[string]*File  // by identity
	ids     map[string]string // see identity
}

// identity returns the path that a file's name leads to, so that two names of one file are one.
func (r *run) identity(name string) string {
	if id, known := r.ids[name]; known {
		return id
	}
	id := name
	if real, err := filepath.EvalSymlinks(name); err == nil {
		id = real
	}
	if abs, err := filepath.Abs(id); err == nil {
		id = abs
	}
	r.ids[name] = id
	return id
}

func (r *run) read(path string) ([]byte, error) {
	if f := r.changed[r.identity(path)]; f != nil {
		return f.After, nil
	}
	return os.ReadFile(path)
}

// mayChange reports whether the file is one of those that the options name.
func (r *run) mayChange(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	id := r.identity(name)
	if slices.ContainsFunc(r.opts.Files, func(f string) bool { return r.identity(f) == id }) {
		return true
	}
	return slices.ContainsFunc(r.opts.Folders, func(folder string) bool {
		rel, err := filepath.Rel(r.identity(folder), id)
		return err == nil && filepath.IsLocal(rel)
	})
}

// edit is an edit of the file of an identity.
type edit struct {
	id         string
	start, end int
	text       string
}

// fix is an automatic fix with the files that it changes.
type fix struct {
	edits []edit
	files []*diag.File // of each edit
	key   string       // the same for the same edits
}

// choose returns the fixes to apply. All topologies that read a file must agree on a fix: what is wrong for one
// topology may be right for another. If fixes overlap, choose takes the first one.
func (r *run) choose(checked []Checked) []fix {
	texts := make(map[string][]byte) // by identity
	readers := make(map[string]int)  // how many topologies read a file, by identity
	for _, c := range checked {
		if c.Environment != "" && !slices.Contains(r.opts.Files, c.Environment) {
			r.opts.Files = append(r.opts.Files, c.Environment)
		}
		counted := make(map[string]bool)
		for _, f := range c.Files {
			id := r.identity(f.Name)
			if texts[id] == nil {
				texts[id] = f.Text
			}
			if !counted[id] && bytes.Equal(texts[id], f.Text) { // if not, another program is writing the file
				readers[id]++
			}
			counted[id] = true
		}
	}
	proposers := make(map[string]int) // how many topologies propose a fix
	var all []fix
	for _, c := range checked {
		counted := make(map[string]bool)
		for _, d := range c.Diagnostics {
			automatic, ok := d.AutomaticFix()
			if !ok {
				continue
			}
			f := r.fixOf(automatic)
			if counted[f.key] {
				continue
			}
			counted[f.key] = true
			if proposers[f.key]++; proposers[f.key] == 1 {
				all = append(all, f)
			}
		}
	}
	var chosen []fix
	taken := make(map[string][]edit)
	for _, f := range all {
		disputed := slices.ContainsFunc(f.edits, func(e edit) bool { return readers[e.id] != proposers[f.key] })
		if disputed || !r.allowed(f) || overlaps(taken, f) {
			continue
		}
		chosen = append(chosen, f)
		for _, e := range f.edits {
			taken[e.id] = append(taken[e.id], e)
		}
	}
	return chosen
}

func (r *run) fixOf(automatic diag.Fix) fix {
	f := fix{}
	for _, e := range automatic.Edits {
		f.edits = append(f.edits, edit{r.identity(e.Span.File.Name), e.Span.Start, e.Span.End, e.Text})
		f.files = append(f.files, e.Span.File)
	}
	f.key = fmt.Sprintf("%#v", f.edits)
	return f
}

// allowed reports whether all files of the fix may be changed, and remembers one that may not.
func (r *run) allowed(f fix) bool {
	for _, file := range f.files {
		if !r.mayChange(file.Name) {
			if !slices.Contains(r.result.Outside, file.Name) {
				r.result.Outside = append(r.result.Outside, file.Name)
			}
			return false
		}
	}
	return true
}

func overlaps(taken map[string][]edit, f fix) bool {
	return slices.ContainsFunc(f.edits, func(e edit) bool {
		return slices.ContainsFunc(taken[e.id], func(t edit) bool {
			return e.start < t.end && t.start < e.end || e.start == t.start
		})
	})
}

// apply applies the fixes and reports whether it changed anything. It leaves out a fix that adds a YAML error to a
// file. No fix should do that, but this check makes sure that a file stays readable.
func (r *run) apply(fixes []fix) bool {
	fixes = r.harmless(nil, fixes)
	after, _ := r.texts(fixes)
	for _, f := range fixes {
		for i, e := range f.edits {
			changed := r.changed[e.id]
			if changed == nil {
				changed = &File{Name: f.files[i].Name, Before: f.files[i].Text}
				r.changed[e.id] = changed
				r.result.Files = append(r.result.Files, changed)
			}
			changed.After = after[e.id]
		}
		r.changed[f.edits[0].id].Fixes++
	}
	return len(fixes) > 0
}

// harmless returns the kept fixes and those of the others that add no YAML error to a file.
func (r *run) harmless(kept, others []fix) []fix {
	all := slices.Concat(kept, others)
	if _, ok := r.texts(all); ok {
		return all
	}
	if len(others) == 1 {
		return kept
	}
	half := len(others) / 2
	return r.harmless(r.harmless(kept, others[:half]), others[half:])
}

// texts returns the texts after the fixes, and whether none of them has more YAML errors than before.
func (r *run) texts(fixes []fix) (after map[string][]byte, ok bool) {
	before := make(map[string][]byte)
	edits := make(map[string][]edit)
	for _, f := range fixes {
		for i, e := range f.edits {
			before[e.id] = f.files[i].Text
			edits[e.id] = append(edits[e.id], e)
		}
	}
	after = make(map[string][]byte)
	for id, list := range edits {
		after[id] = replaced(before[id], list)
		if faults(after[id]) > faults(before[id]) {
			return nil, false
		}
	}
	return after, true
}

// replaced returns the text with the edits applied, which do not overlap.
func replaced(text []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(text[at:e.start])
		out.WriteString(e.text)
		at = e.end
	}
	out.Write(text[at:])
	return out.Bytes()
}

// faults returns how many errors a text has as YAML.
func faults(text []byte) int {
	var diags diag.List
	yaml.Read(diag.NewFile("", "", text), &diags)
	return diags.Count(diag.Error)
}

// Fixes returns how many fixes were applied.
func (r *Result) Fixes() int {
	n := 0
	for _, f := range r.Files {
		n += f.Fixes
	}
	return n
}

// Write writes all changed files or none. It is an error when a file is no longer what it was when it was checked, or
// cannot be written.
func (r *Result) Write() error {
	for _, f := range r.Files {
		now, err := os.ReadFile(f.Name)
		if err != nil {
			return fmt.Errorf("reading %s: %w", f.Name, err)
		}
		if !bytes.Equal(now, f.Before) {
			return fmt.Errorf("%s changed while it was checked: nothing was written", f.Name)
		}
	}
	for i, f := range r.Files {
		if err := replace(f.Name, f.After); err != nil {
			for _, written := range r.Files[:i] {
				if back := replace(written.Name, written.Before); back != nil {
					return fmt.Errorf("%w; %s stays fixed: %w", err, written.Name, back)
				}
			}
			return fmt.Errorf("%w: no file was changed", err)
		}
	}
	return nil
}

func replace(name string, text []byte) error {
	return atomicfile.Write(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Diff writes the changes as a unified diff. The error is that of w.
func (r *Result) Diff(w io.Writer) error {
	for _, f := range r.Files {
		name := filepath.ToSlash(f.Name)
		text := string(diff.Diff(name, f.Before, name, f.After))
		_, text, _ = strings.Cut(text, "\n") // the line "diff A B", which no tool needs
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
