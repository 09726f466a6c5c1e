package schema

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/grammar"
	"github.com/stormflux/stormflux/schema/yaml"
)

const (
	ruleIncludeMissing = "include-not-found"
	ruleIncludeCycle   = "include-cycle"
	ruleIncludeDropped = "include-dropped"
	ruleIncludeKept    = "include-kept"
	ruleIncludeLimit   = "include-limit"
	ruleIncludeOutside = "include-outside"
	ruleIncludeFolder  = "include-in-working-directory"
)

const (
	// maxIncludes is how many files a topology may include. A file counts as often as it is included.
	maxIncludes = 1000
	// maxIncludeDepth is how many files may include each other in a chain. A folder that links to itself gives a file new
	// paths without end, and no search for cycles finds that.
	maxIncludeDepth = 50
)

// included is a file in the chain from the main file to the current one.
type included struct {
	path string // cleaned
	span diag.Span
}

// include merges the files of the key `includes` into root with Flux's rules (FluxParser.processIncludes, 2.8.3), and
// removes the key. Unlike Flux, it does so at every level, and paths start from the folder of the including file.
func (l *loader) include(root *yaml.Value, file *diag.File, open []included) {
	_, includes := root.Lookup("includes")
	if includes == nil {
		return
	}
	root.Remove("includes")
	for _, v := range includes.Elements() {
		name := v.Get("file").AsScalar()
		if v.Kind != yaml.Map || name == nil {
			continue // the grammar has reported it
		}
		resource, override := v.Get("resource"), v.Get("override")
		from, ok := l.findInclude(root, file, name, resource != nil && resource.Bool)
		l.seen.includes = append(l.seen.includes, Include{Name: name, File: from.file})
		if !ok {
			l.seen.incomplete = true
			continue
		}
		chain := append(slices.Clone(open), included{from.path, name.Span})
		if i := slices.IndexFunc(open, func(o included) bool { return o.path == from.path }); i >= 0 {
			l.includeCycle(chain[i:], name.Span)
			l.seen.incomplete = true
			continue
		}
		if len(chain) > maxIncludeDepth {
			l.diags.Errorf(ruleIncludeLimit, name.Span, "files include each other more than %d levels deep, which is the limit", maxIncludeDepth).
				WithHint("a link to a folder above itself gives a file new paths without end")
			l.seen.incomplete = true
			continue
		}
		if l.includes++; l.includes > maxIncludes {
			l.seen.incomplete = true
			if l.includes == maxIncludes+1 {
				l.diags.Errorf(ruleIncludeLimit, name.Span, "the topology includes more than %d files, which is the limit", maxIncludes)
			}
			return
		}
		src, known := l.sources[from.path]
		if !known {
			if l.sources == nil {
				l.sources = make(map[string]*yaml.File)
			}
			if src = l.readIncluded(from.file); l.values > yaml.MaxValues {
				l.diags.Errorf(ruleIncludeLimit, name.Span, "the files of the topology have more than %d values together, which is the limit", yaml.MaxValues)
				l.seen.incomplete = true
				return
			}
			l.sources[from.path] = src
		}
		if src == nil {
			l.seen.incomplete = true
			continue
		}
		other := src.Root.Clone()
		l.include(other, from.file, chain)
		m := &includeMerge{l: l, root: root, from: fmt.Sprintf("include %q", name.Text), span: name.Span}
		m.override = override != nil && override.Kind == yaml.Bool && override.Bool
		m.merge(other)
	}
}

// readIncluded reads an included file. A file outside the project counts only if nothing is wrong with it: it may be no
// topology at all, and messages about the rest of the topology must not repeat its words.
func (l *loader) readIncluded(file *diag.File) *yaml.File {
	before := l.diags.Count(diag.Error)
	src := l.readSource(file)
	if file.Private && l.diags.Count(diag.Error) > before {
		return nil
	}
	return src
}

// shownRoot returns the root of the project as people write it.
func (l *loader) shownRoot() string {
	if l.root == "" {
		return "."
	}
	return filepath.ToSlash(l.root)
}

type includeFile struct {
	path string
	file *diag.File
}

// findInclude reads an included file. Flux looks for a resource in the jar. We look where the content of such a jar comes
// from: beside the file, in the folders of [ClassPath] and of --resources, and in the document's jar. Flux takes other
// paths from the working directory, so we look there last.
func (l *loader) findInclude(root *yaml.Value, file *diag.File, name *yaml.Value, resource bool) (includeFile, bool) {
	local := filepath.FromSlash(name.Text)
	var paths []string
	outside := make(map[string]bool) // of paths
	add := func(folder, allowed string) {
		p := local
		if !filepath.IsAbs(p) {
			p = filepath.Join(folder, p)
		}
		if p = filepath.Clean(p); !slices.Contains(paths, p) {
			paths = append(paths, p)
			outside[p] = !isInside(allowed, p)
		}
	}
	if resource {
		local = strings.TrimLeft(local, `/\`)
		add(file.Dir, l.root)
		for _, folder := range slices.Concat(ClassPath(file.Dir, l.exists), l.opts.Resources) {
			add(folder, folder)
		}
	} else {
		add(file.Dir, l.root)
		add("", l.root)
	}
	refused := ""
	for i, p := range paths {
		if outside[p] && !l.opts.AllowOutside && !l.fluxForm {
			refused = cmp.Or(refused, p)
			continue
		}
		found, err := l.openInclude(p)
		if err == nil {
			found.file.Private = found.file.Private || outside[p]
			if outside[p] && !l.opts.AllowOutside {
				l.diags.Warnf(ruleIncludeOutside, name.Span, "included file %q is outside the project %q", name.Text, l.shownRoot()).
					WithHint("write --allow-outside if that is right; Flux reads it without a message")
			}
			if !resource && i > 0 {
				l.diags.Notef(ruleIncludeFolder, name.Span, "included file %q is in the working directory, not beside the including file", name.Text).
					WithHint("paths start from the folder of the including file; Flux takes them from the working directory")
			}
			return found, true
		}
		if !errors.Is(err, fs.ErrNotExist) {
			l.diags.Errorf(ruleIncludeMissing, name.Span, "included file %q cannot be read: %v", name.Text, pathless(err))
			return includeFile{}, false
		}
	}
	if refused != "" {
		l.diags.Errorf(ruleIncludeOutside, name.Span, "included file %q is outside the project %q", name.Text, l.shownRoot()).
			WithHint("move it into the project, or write --allow-outside to read %q", refused)
		return includeFile{}, false
	}
	if resource {
		if jarName, text, ok := l.readJars(root, local); ok {
			return includeFile{jarName, diag.NewFile(jarName, file.Dir, text)}, true
		}
	}
	d := l.diags.Errorf(ruleIncludeMissing, name.Span, "included file %q does not exist", name.Text)
	if !resource {
		d.WithHint("paths start from the folder of the including file; these files do not exist: %s", strings.Join(quoteAll(paths), ", "))
		return includeFile{}, false
	}
	d.WithHint("Flux takes it from the jar: name the folder that has it with --resources, or the jar with `jar`; these files do not exist: %s",
		strings.Join(quoteAll(paths), ", "))
	return includeFile{}, false
}

// openInclude returns the file at a path. A file that was read before is the same one.
func (l *loader) openInclude(path string) (includeFile, error) {
	for _, f := range l.files {
		if filepath.Clean(f.Name) == path {
			return includeFile{path, f}, nil
		}
	}
	text, err := l.read(path)
	if err != nil {
		return includeFile{}, err
	}
	return includeFile{path, diag.NewFile(path, folder(path), text)}, nil
}

// exists reports whether there is a file or folder at a path.
func (l *loader) exists(path string) bool {
	if l.opts.ReadFile == nil {
		_, err := os.Stat(path)
		return err == nil
	}
	_, err := l.opts.ReadFile(path)
	return !errors.Is(err, fs.ErrNotExist)
}

func quoteAll(list []string) []string {
	const most = 12
	quoted := make([]string, min(len(list), most))
	for i := range quoted {
		quoted[i] = fmt.Sprintf("%q", filepath.ToSlash(list[i]))
	}
	if len(list) > most {
		quoted = append(quoted, fmt.Sprintf("and %d more", len(list)-most))
	}
	return quoted
}

func (l *loader) includeCycle(chain []included, span diag.Span) {
	names := make([]string, len(chain))
	for i, c := range chain {
		names[i] = path.Base(filepath.ToSlash(c.path))
	}
	d := l.diags.Errorf(ruleIncludeCycle, span, "file %q includes itself: %s", names[0], strings.Join(names, " -> "))
	for i, c := range chain[1 : len(chain)-1] {
		d.WithRelated(c.span, "%q is included here", names[i+1])
	}
	d.WithHint("remove one of these includes")
}

// includeMerge merges one included file into root.
type includeMerge struct {
	l        *loader
	root     *yaml.Value
	override bool
	from     string
	span     diag.Span // where the file is included
}

func (m *includeMerge) merge(other *yaml.Value) {
	for _, e := range other.Entries {
		before := m.l.merged
		if m.l.merged += len(e.Value.Items) + len(e.Value.Entries); m.l.merged > yaml.MaxExpansion {
			m.l.seen.incomplete = true
			if before <= yaml.MaxExpansion {
				m.l.diags.Errorf(ruleIncludeLimit, m.span, "included files add more than %d values, which is the limit", yaml.MaxExpansion)
			}
			return
		}
		switch e.Key.Text {
		case "name", "platform":
			if e.Value.AsScalar() != nil {
				m.set(m.root, e)
			}
		case "jar", "setup":
			if e.Value.AsScalar() != nil || e.Value.Kind == yaml.Sequence {
				m.set(m.root, e)
			}
		case "config", "python":
			m.mergeMap(e)
		case "components", "spouts", "bolts":
			m.mergeComponents(e)
		case "streams", "resources", "dependencies":
			m.appendList(e)
		case "workerHooks", "topologySource":
			if e.Value.Kind != yaml.Null {
				m.l.diags.Warnf(ruleIncludeDropped, e.Key.Span, "%q of an included file has no effect, as in Flux", e.Key.Text).
					WithHint("move it into the including file").WithRelated(m.span, "the file is included here")
			}
		}
	}
}

// set takes over an entry if into has none for its key, or if the include overrides.
func (m *includeMerge) set(into *yaml.Value, e yaml.Entry) {
	_, own := into.Lookup(e.Key.Text)
	if own == nil || m.override || own.Kind == yaml.Null && into == m.root {
		into.Put(e.Key, e.Value.WithOrigin(m.from, m.span, own))
	}
}

// section replaces the root's value of a key by a copy and returns it. If root has none, it takes over the included value
// and returns nil.

func (m *includeMerge) section(e yaml.Entry) *yaml.Value {
	if e.Value.Kind == yaml.Null {
		return nil
	}
	key, own := m.root.Lookup(e.Key.Text)
	if own == nil || own.Kind == yaml.Null {
		m.root.Put(e.Key, e.Value.WithOrigin(m.from, m.span, nil))
		return nil
	}
	c := *own
	c.Entries, c.Items = slices.Clone(own.Entries), slices.Clone(own.Items)
	m.root.Put(key, &c)
	return &c
}

func (m *includeMerge) mergeMap(e yaml.Entry) {
	if e.Value.Kind != yaml.Map {
		return
	}
	if own := m.section(e); own != nil && own.Kind == yaml.Map {
		for _, e := range e.Value.Entries {
			m.set(own, e)
		}
	}
}

func (m *includeMerge) appendList(e yaml.Entry) {
	if e.Value.Kind != yaml.Sequence {
		return
	}
	if own := m.section(e); own != nil && own.Kind == yaml.Sequence {
		for _, item := range e.Value.Items {
			own.Items = append(own.Items, item.WithOrigin(m.from, m.span, nil))
		}
	}
}

// mergeComponents merges two maps or lists of components by id. The result has the form that the including file uses.
func (m *includeMerge) mergeComponents(e yaml.Entry) {
	if !e.Value.IsScalar() {
		if own := m.section(e); own != nil && !own.IsScalar() {
			m.mergeByID(own, e)
		}
	}
}

func (m *includeMerge) mergeByID(own *yaml.Value, e yaml.Entry) {
	index := make(map[string]int)
	for i, item := range own.Items {
		if id := item.Get("id"); id != nil && id.IsScalar() {
			index[id.Text] = i
		}
	}
	for i, entry := range own.Entries {
		index[entry.Key.Text] = i
	}
	add := func(id, value *yaml.Value) {
		at, known := -1, false
		if id != nil {
			at, known = index[id.Text]
		}
		switch {
		case !known:
			value = value.WithOrigin(m.from, m.span, nil)
		case !m.override:
			kind := strings.TrimSuffix(e.Key.Text, "s")
			ownID := ownID(own, at)
			m.l.diags.Notef(ruleIncludeKept, id.Span, "%s %q of the included file has no effect: the including file has its own", kind, id.Text).
				WithHint("write \"override: true\" at the include to replace it").WithRelated(ownID.Span, "this %q is kept", ownID.Text)
			return
		case own.Kind == yaml.Sequence:
			own.Items[at] = asItem(id, value.WithOrigin(m.from, m.span, own.Items[at]))
			return
		default:
			own.Entries[at] = yaml.Entry{Key: id, Value: value.WithOrigin(m.from, m.span, own.Entries[at].Value)}
			return
		}
		if own.Kind == yaml.Sequence {
			own.Items = append(own.Items, asItem(id, value))
			if id != nil {
				index[id.Text] = len(own.Items) - 1
			}
			return
		}
		if id == nil {
			return // an element of a list without an id: the grammar has reported it
		}
		own.Entries = append(own.Entries, yaml.Entry{Key: id, Value: value})
		index[id.Text] = len(own.Entries) - 1
	}
	for _, item := range e.Value.Items {
		id := item.Get("id").AsScalar()
		if own.Kind == yaml.Map && item.Kind == yaml.Map {
			item = item.Clone()
			item.Remove("id")
		}
		add(id, item)
	}
	for _, entry := range e.Value.Entries {
		if !grammar.IsFree(entry.Key.Text) {
			add(entry.Key, entry.Value)
		}
	}
}

// ownID returns the id of a component in a list or map of components.
func ownID(components *yaml.Value, at int) *yaml.Value {
	if components.Kind == yaml.Sequence {
		return components.Items[at].Get("id")
	}
	return components.Entries[at].Key
}

// asItem returns a component as an element of Flux's list, with its id inside.
func asItem(id, value *yaml.Value) *yaml.Value {
	if id == nil || value.Kind != yaml.Map || value.Get("id") != nil {
		return value
	}
	c := *value
	key := &yaml.Value{Kind: yaml.String, Text: "id", Span: id.Span}
	c.Entries = append([]yaml.Entry{{Key: key, Value: id}}, value.Entries...)
	return &c
}
