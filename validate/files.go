package validate

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about files.
const (
	ruleMissingResource   = "missing-resource"
	ruleUnusableResource  = "unusable-resource"
	ruleResourceCollision = "resource-collision"
)

// defaultResources is the folder beside the topology that goes into the jar when `resources` is not written.
const defaultResources = "resources"

// resources resolves `resources` and `jar`.
func (c *checker) resources() {
	for _, r := range c.doc.Resources {
		if r.From == nil || r.From.Kind != yaml.String {
			c.resourcesUnclear = true
			continue
		}
		made := Resource{From: r.From.Text, Span: r.From.Span}
		if r.From.Span.File != nil {
			made.Dir = r.From.Span.File.Dir
		}
		if r.To != nil {
			made.To = r.To.Text
		}
		c.topology.Files = append(c.topology.Files, made)
	}
	if len(c.doc.Resources) < itemCount(c.doc.Root.Get("resources")) {
		c.resourcesUnclear = true
	}
	if !c.doc.ResourcesGiven && c.doc.File != nil && !c.opts.SkipFiles {
		dir := c.doc.File.Dir
		if info, err := c.files.Stat(filepath.Join(dir, defaultResources)); err == nil && info.IsDir() {
			c.topology.Files = append(c.topology.Files, Resource{Dir: dir, From: defaultResources, Span: c.start()})
		}
	}
	if !c.opts.SkipFiles {
		c.fluxResources()
	}
}

// fluxResources adds the folders that hold the scripts of Flux's shell components. A jar has them in its folder "resources".
// Without `resources`, they are in the folder of the project that becomes the jar's, and in those of --resources.
func (c *checker) fluxResources() {
	isFolder := func(path string) bool {
		info, err := c.files.Stat(path)
		return err == nil && info.IsDir()
	}
	given := c.doc.ResourcesGiven || len(c.topology.Files) > 0
	for _, root := range c.doc.ClassPath {
		if below := filepath.Join(root, defaultResources); isFolder(below) {
			root = below
		}
		root = filepath.Clean(root)
		c.topology.Files = append(c.topology.Files, Resource{Dir: filepath.Dir(root), From: filepath.Base(root), Span: c.start()})
	}
	if given || c.doc.File == nil || !slices.ContainsFunc(c.all, isFluxShell) {
		return
	}
	if root, ok := FluxResources(c.doc.File.Dir, c.files.Stat); ok {
		c.topology.Files = append(c.topology.Files, Resource{Dir: root, From: defaultResources, Span: c.start()})
	}
}

// FluxResources returns the folder whose subfolder "resources" holds the scripts of Flux's shell components, for a topology
// in the given folder.
func FluxResources(dir string, stat func(path string) (fs.FileInfo, error)) (root string, ok bool) {
	exists := func(path string) bool { _, err := stat(path); return err == nil }
	for _, root := range schema.ClassPath(dir, exists) {
		if info, err := stat(filepath.Join(root, defaultResources)); err == nil && info.IsDir() {
			return root, true
		}
	}
	return "", false
}

// isFluxShell reports whether a component is one of Flux's shell wrappers.
func isFluxShell(k component) bool {
	_, class := k.src.Implementation.(*schema.Class)
	return class && k.multilang
}

// namedFiles looks at every file that the topology names.
func (c *checker) namedFiles() {
	if c.opts.SkipFiles {
		return
	}
	c.collect()
	c.userJars()
	c.setupFiles()
	c.requirements()
	for i := range c.all {
		if c.ctx.Err() != nil {
			return
		}
		k := &c.all[i]
		if k.leftOut {
			continue
		}
		switch runs := k.Implementation.(type) {
		case *GoProgram:
			c.goFiles(k, runs)
		case *Command:
			place := func(word int) diag.Span { return c.wordSpan(k, runs.Words, word) }
			c.script(k.name(), runs.Words, place)
			c.scriptShadows(k, runs, place)
			c.nodeClass(k, runs.Words, place)
			c.program(k.name(), k.ID, runs.Words[0], runs.Env, place(0))
		case *PythonClass:
			c.pythonFiles(k, runs)
		}
	}
}

// collect finds the files of `resources` and reports what is wrong with them.
func (c *checker) collect() {
	c.resourceNames = make(map[string]bool)
	if len(c.topology.Files) == 0 {
		return
	}
	resources := make([]jar.Resource, len(c.topology.Files))
	for i, r := range c.topology.Files {
		resources[i] = jar.Resource{Dir: r.Dir, From: r.From, To: r.To}
	}
	entries, faults, err := c.files.Resources(c.ctx, resources)
	if err != nil {
		return // the context ended, which Check reports
	}
	c.topology.ResourceEntries = entries
	for _, e := range entries {
		c.resourceNames[strings.TrimPrefix(e.Name, jar.Root)] = true
	}
	for _, f := range faults {
		span := c.start()
		if f.Resource > 0 {
			span = c.topology.Files[f.Resource-1].Span
		}
		var d *diag.Diagnostic
		switch {
		case f.Warning():
			d = c.list.Warnf(ruleResourceCollision, span, "%s", f.Message)
		case f.Kind == jar.Collision:
			d = c.list.Errorf(ruleResourceCollision, span, "%s", f.Message)
		case f.Kind == jar.Missing, f.Kind == jar.NoMatch:
			c.resourcesUnclear = true
			d = c.list.Errorf(ruleMissingResource, span, "%s", f.Message)
			if near, ok := c.nearFile(f.Path); ok && f.Kind == jar.Missing {
				d.WithHint("did you mean %q?", near)
			}
		default:
			c.resourcesUnclear = true
			d = c.list.Errorf(ruleUnusableResource, span, "%s", f.Message)
		}
		if f.Hint != "" && d.Hint == "" {
			d.WithHint("%s", f.Hint)
		}
		if f.OtherResource > 0 && f.OtherResource != f.Resource {
			d.WithRelated(c.topology.Files[f.OtherResource-1].Span, "%s comes from here", f.Other)
		}
	}
}

// nearFile returns the name of a file in the same folder whose name is like that of the missing one.
func (c *checker) nearFile(missing string) (string, bool) {
	return c.similar.suggest(filepath.Base(missing), c.files.Names(filepath.Dir(missing)))
}

// wordSpan returns the place of a word of a component's command.
func (c *checker) wordSpan(k *component, words []string, i int) diag.Span {
	var list *yaml.Value
	switch runs := k.src.Implementation.(type) {
	case *schema.Command:
		list = runs.Line
	case *schema.Class: // one of Flux's shell wrappers
		if args := runs.Object.ConstructorArgs; args != nil && len(args.Items) > 0 {
			list = args.Items[0].Written()
		}
	}
	switch {
	case list == nil:
		return k.Span
	case list.Kind == yaml.Sequence && i >= len(list.Items) && k.src.Args != nil && i-len(list.Items) < len(k.src.Args.Items):
		return k.src.Args.Items[i-len(list.Items)].Span
	}
	return spanOfWord(list, words, i)
}

// spanOfWord returns the place of a word of a command line.
func spanOfWord(list *yaml.Value, words []string, i int) diag.Span {
	switch list.Kind {
	case yaml.Sequence:
		if i < len(list.Items) {
			return list.Items[i].Span
		}
	case yaml.String:
		if at := strings.Index(list.Text, words[i]); at >= 0 {
			return inside(list, at, at+len(words[i]))
		}
	}
	return list.Span
}

// beside returns the path of a file beside the topology, and false when there is no such file.
func (c *checker) beside(name string) (string, bool) {
	if c.doc.File == nil {
		return "", false
	}
	file := filepath.Join(c.doc.File.Dir, filepath.FromSlash(name))
	info, err := c.files.Stat(file)
	if err != nil || info.IsDir() {
		return "", false
	}
	return path.Clean(filepath.ToSlash(name)), true
}
