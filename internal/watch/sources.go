package watch

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/validate"
)

// Topology watches everything that a topology consists of: its files and the sources of its components. path is the
// topology's file, which the loader reads through [Watcher.ReadFile]. What an earlier topology consisted of stays watched:
// it costs little, and the change that fixes an error may be there.
func (w *Watcher) Topology(ctx context.Context, path string, t *validate.Topology) {
	w.File(filepath.Join(filepath.Dir(path), "resources")) // the default, which may come to exist
	for _, jar := range t.ClassPath() {
		w.File(jar)
	}
	for _, r := range t.Files {
		from := r.From
		if !filepath.IsAbs(from) {
			from = filepath.Join(r.Dir, from)
		}
		// Of a pattern, the folder that it starts in.
		if i := strings.IndexAny(from, "*?[{"); i >= 0 {
			from = filepath.Dir(from[:i] + "x")
		}
		w.Tree(from)
	}
	if packages := t.Packages; packages != nil {
		w.File(packages.Requirements)
		for _, place := range packages.FindLinks {
			if !strings.Contains(place, "://") {
				w.Tree(place)
			}
		}
	}
	for _, c := range t.Components() {
		switch program, isGo := c.Implementation.(*validate.GoProgram); {
		case !isGo:
		case program.Executable != "":
			w.File(program.Executable)
		default:
			w.goPackage(ctx, program.Dir)
		}
	}
}

// goModule watches what decides about the module of a Go package: go.mod, go.sum and go.work, from its folder up to the
// module's root and the folder above it. They may not exist yet, and a broken one keeps the go command from listing anything.
func (w *Watcher) goModule(dir string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return
	}
	for atRoot := false; ; dir = filepath.Dir(dir) {
		for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
			w.File(filepath.Join(dir, name))
		}
		if atRoot || dir == filepath.Dir(dir) {
			break
		}
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		atRoot = err == nil
	}
}

// goPackage watches a Go package, and the packages that it imports from modules in folders of the user.
func (w *Watcher) goPackage(ctx context.Context, dir string) {
	w.goModule(dir)
	const format = `{{if not .Standard}}{{if or (not .Module) .Module.Main (and .Module.Replace (not .Module.Replace.Version))}}` +
		`{{.Dir}}{{with .Module}}{{"\n"}}{{.GoMod}}{{end}}{{$d := .Dir}}{{range .EmbedFiles}}{{"\n"}}{{$d}}/{{.}}{{end}}{{end}}{{end}}`
	list := exec.CommandContext(ctx, "go", "list", "-e", "-deps", "-f", format, ".")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		out = []byte(dir)
	}
	for line := range strings.Lines(string(out)) {
		path := filepath.FromSlash(strings.TrimSpace(line))
		if path == "" {
			continue
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			continue
		}
		if info, err := os.Stat(abs); err == nil && info.IsDir() {
			w.add(w.packages, abs)
			continue
		}
		w.File(abs)
		if filepath.Base(abs) == "go.mod" {
			w.File(filepath.Join(filepath.Dir(abs), "go.sum"))
		}
	}
}
