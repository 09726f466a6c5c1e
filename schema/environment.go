package schema

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/grammar"
	"github.com/stormflux/stormflux/schema/yaml"
)

const (
	ruleNoEnvironment      = "unknown-environment"
	ruleNoEnvironmentFile  = "environment-file-not-found"
	ruleEnvironmentUnknown = "environment-unknown-component"
	ruleUnknownTopology    = "environment-unknown-topology"
)

// EnvironmentFile is the name of the file that holds the environments.
const EnvironmentFile = "stormflux.yaml"

// environment reads the file of the environments and returns the chosen environment. The references in its variables are
// not replaced yet. main is the path of the topology.
func (l *loader) environment(main string) (*Environment, *yaml.File, error) {
	if l.opts.Environment == "" {
		return nil, nil, nil
	}
	file, err := l.environmentFile(main)
	if err != nil || file == nil {
		return nil, nil, err
	}
	src := yaml.Read(file, &l.diags)
	if src.Root == nil {
		l.files = append(l.files, file)
		return nil, nil, nil
	}
	all := src.Root.Get("environments")
	if all == nil || all.Kind != yaml.Map {
		l.diags = append(l.diags, grammar.CheckEnvironments(src.Root)...)
		span := src.Root.Span
		if all != nil {
			span = all.Span
		}
		if len(l.diags) == 0 {
			l.diags.Errorf(ruleNoEnvironment, yaml.FirstLine(span), "unknown environment %q: this file has no environments", l.opts.Environment)
		}
		return nil, nil, nil
	}
	_, v := all.Lookup(l.opts.Environment)
	if v == nil {
		l.unknownEnvironment(all)
		l.diags = append(l.diags, grammar.CheckEnvironments(src.Root)...)
		return nil, nil, nil
	}
	return &Environment{Name: l.opts.Environment, Value: v, File: file}, src, nil
}

// LoadEnvironment reads an environment alone, for commands that need a cluster but no topology. path is the path of a
// topology: LoadEnvironment searches for stormflux.yaml from its folder upward. The environment is nil when the list has
// an error.
func LoadEnvironment(ctx context.Context, path string, opts Options) (*Environment, diag.List, error) {
	l := &loader{ctx: ctx, opts: opts}
	env, src, err := l.environment(path)
	if err == nil {
		err = l.variables(env, src)
	}
	if err != nil {
		return nil, nil, err
	}
	l.surprises(env, nil)
	l.diags.Sort()
	if l.diags.HasErrors() {
		env = nil
	}
	return env, l.diags, nil
}

// NoEnvironment reports whether a list says that the chosen environment does not exist. Then the option is wrong, and not a file.
func NoEnvironment(l diag.List) bool {
	return slices.ContainsFunc(l, func(d *diag.Diagnostic) bool {
		return d.Rule == ruleNoEnvironment || d.Rule == ruleNoEnvironmentFile
	})
}

// EnvironmentNames returns the names of the environments in a file, in file order. If file is "", it is the nearest
// stormflux.yaml from the folder of the topology at path upward. A file that cannot be read has no environments.
func EnvironmentNames(ctx context.Context, path, file string) []string {
	l := &loader{ctx: ctx, opts: Options{EnvironmentFile: file}}
	found, err := l.environmentFile(path)
	if err != nil || found == nil {
		return nil
	}
	var names []string
	for _, e := range yaml.Read(found, &l.diags).Root.Get("environments").Members() {
		if !grammar.IsFree(e.Key.Text) {
			names = append(names, e.Key.Text)
		}
	}
	return names
}

func (l *loader) unknownEnvironment(all *yaml.Value) {
	var names []string
	for _, e := range all.Entries {
		if !grammar.IsFree(e.Key.Text) {
			names = append(names, e.Key.Text)
		}
	}
	// The mistake is on the command line: no place of the file is wrong.
	if len(names) == 0 {
		l.diags.Errorf(ruleNoEnvironment, yaml.FirstLine(all.Span), "unknown environment %q: this file has no environments", l.opts.Environment)
		return
	}
	file := all.Entries[0].Key.Span.File
	d := l.diags.Errorf(ruleNoEnvironment, diag.Span{}, "unknown environment %q; known environments in %s: %s",
		l.opts.Environment, filepath.ToSlash(file.Name), diag.Enumerate(names, 10))
	if best, ok := diag.Suggest(l.opts.Environment, names); ok {
		d.WithHint("did you mean %q?", best)
	}
}

// environmentFile finds and reads stormflux.yaml: the file of --environments, or the first one from the topology's folder
// upward. It reports a missing file and returns nil.
func (l *loader) environmentFile(main string) (*diag.File, error) {
	if p := l.opts.EnvironmentFile; p != "" {
		text, err := l.read(p)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", p, pathless(err))
		}
		return diag.NewFile(p, folder(p), text), nil
	}
	dir := folder(main)
	up, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", EnvironmentFile, err)
	}
	start := up
	// Messages show the path as they show the topology's path, relative if the topology's path is.
	for shown := filepath.Join(dir, EnvironmentFile); ; {
		text, err := l.read(shown)
		if err == nil {
			return diag.NewFile(shown, folder(shown), text), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading %s: %w", shown, pathless(err))
		}
		parent := filepath.Dir(up)
		if parent == up {
			break
		}
		up = parent
		shown = filepath.Join(up, EnvironmentFile)
		if !filepath.IsAbs(dir) {
			if rel, err := filepath.Rel(start, up); err == nil {
				shown = filepath.Join(dir, rel, EnvironmentFile)
			}
		}
	}
	l.diags.Errorf(ruleNoEnvironmentFile, diag.Span{}, "there is no environment %q: neither the folder of %q nor a folder above it has a %s",
		l.opts.Environment, main, EnvironmentFile).
		WithHint("write such a file with the key \"environments\", or name another file with --environments")
	return nil, nil
}

// finish decodes the environment after its references are replaced.
func (env *Environment) finish() {
	v := env.Value
	nimbus := v.Get("nimbus")
	if one := nimbus.AsScalar(); one != nil {
		env.Nimbus = []*yaml.Value{one}
	} else {
		env.Nimbus = nimbus.Scalars()
	}
	env.TLS = v.Get("tls").AsMap()
	env.Auth = v.Get("auth").AsMap()
	env.Hooks = v.Get("hooks").AsMap()
	env.Config = v.Get("config").AsMap()
	env.Parallelism = v.Get("parallelism").AsMap()
	env.Variables = v.Get("variables").AsMap()
	env.Storm = v.Get("storm").AsScalar()
}

// override applies the environment to root, then -c and --name. Each wins over what comes before it.
func (l *loader) override(root *yaml.Value, env *Environment) {
	if env != nil {
		from := fmt.Sprintf("environment %q", env.Name)
		l.overrideSections(root, env.Config, env.Parallelism, from, false)
		if name := root.Get("name").AsScalar(); name != nil {
			topologies := env.Value.Get("topologies").AsMap()
			env.Topology = topologies.Get(name.Text).AsMap()
			l.overrideSections(root, env.Topology.Get("config").AsMap(), env.Topology.Get("parallelism").AsMap(), from, true)
			l.otherTopologies(topologies, name.Text, from)
		}
	}
	if len(l.opts.Config) > 0 {
		config := ownSection(root, "config", diag.Span{})
		for _, c := range l.opts.Config {
			key := &yaml.Value{Kind: yaml.String, Text: c.Key}
			if own, _ := config.Lookup(c.Key); own != nil {
				key = own
			}
			config.Put(key, yaml.FromGo(c.Value).WithOrigin("-c "+c.Key, diag.Span{}, config.Get(c.Key)))
		}
	}
	if l.opts.Name != "" {
		replace(root, "name", &yaml.Value{Kind: yaml.String, Text: l.opts.Name}, "--name")
	}
	if len(l.opts.Jars) > 0 {
		replace(root, "jar", &yaml.Value{Kind: yaml.Sequence, Items: optionTexts(l.opts.Jars)}, "--jar")
	}
	l.addDependencies(root)
}

// otherTopologies reports the names of an environment's topologies that are not the topology's own: as a warning if one
// is a misspelling of it, else as a note, because there may be such a topology.
func (l *loader) otherTopologies(topologies *yaml.Value, name, from string) {
	for _, e := range topologies.Members() {
		other := e.Key
		if other.Text == name || grammar.IsFree(other.Text) {
			continue
		}
		near, misspelt := diag.Closest(other.Text, []string{name})
		if misspelt = misspelt && topologies.Get(name) == nil; !misspelt {
			l.diags.Notef(ruleUnknownTopology, other.Span, "%s has settings for an unknown topology %q", from, other.Text)
			continue
		}
		l.diags.Warnf(ruleUnknownTopology, other.Span, "%s has settings for an unknown topology %q", from, other.Text).Suggest(other.Span, near)
	}
}

// replace puts the value of an option of the command line in the place of the document's.
func replace(root *yaml.Value, name string, value *yaml.Value, option string) {
	key, own := root.Lookup(name)
	if key == nil {
		key = &yaml.Value{Kind: yaml.String, Text: name}
	}
	root.Put(key, value.WithOrigin(option, diag.Span{}, own))
}

// optionTexts returns texts of the command line. They have no place: paths among them start from the working directory.
func optionTexts(texts []string) []*yaml.Value {
	var list []*yaml.Value
	for _, text := range texts {
		list = append(list, &yaml.Value{Kind: yaml.String, Text: text})
	}
	return list
}

// addDependencies adds the dependencies of the command line to those of the document.
func (l *loader) addDependencies(root *yaml.Value) {
	if len(l.opts.Dependencies) == 0 {
		return
	}
	key, own := root.Lookup("dependencies")
	if key == nil {
		key = &yaml.Value{Kind: yaml.String, Text: "dependencies"}
	}
	list := &yaml.Value{Kind: yaml.Sequence}
	if own = own.As(yaml.Sequence); own != nil {
		copied := *own
		list = &copied
	}
	for _, v := range optionTexts(l.opts.Dependencies) {
		list.Items = append(slices.Clip(list.Items), v.WithOrigin("--jars or --artifacts", diag.Span{}, nil))
	}
	root.Put(key, list)
}

// overrideSections applies the configuration and the parallelism of an environment, which may be nil. ownTopology is set
// if they are for this topology alone.
func (l *loader) overrideSections(root, config, parallelism *yaml.Value, from string, ownTopology bool) {
	if config != nil {
		section := ownSection(root, "config", config.Span)
		for _, e := range config.Entries {
			section.Put(e.Key, e.Value.WithOrigin(from, e.Key.Span, section.Get(e.Key.Text)))
		}
	}
	if parallelism != nil {
		l.overrideParallelism(root, parallelism, from, ownTopology)
	}
}

// ownSection replaces the map at a key of root by a copy, or by a new map if there is none, and returns it.
func ownSection(root *yaml.Value, name string, span diag.Span) *yaml.Value {
	key, own := root.Lookup(name)
	if key == nil {
		key = &yaml.Value{Kind: yaml.String, Text: name, Span: span}
	}
	section := &yaml.Value{Kind: yaml.Map, Span: span}
	if own != nil {
		section.Span = own.Span
		if own.Kind == yaml.Map {
			section = own.Clone()
		}
	}
	root.Put(key, section)
	return section
}

func (l *loader) overrideParallelism(root, overrides *yaml.Value, from string, ownTopology bool) {
	type place struct {
		section *yaml.Value
		at      int
	}
	places := make(map[string][]place)
	var names []string
	for _, name := range []string{"spouts", "bolts"} {
		key, own := root.Lookup(name)
		if own == nil || own.IsScalar() {
			continue
		}
		section := *own
		section.Items, section.Entries = slices.Clone(own.Items), slices.Clone(own.Entries)
		root.Put(key, &section)
		for i, item := range section.Items {
			if id := item.Get("id").AsScalar(); id != nil && item.Kind == yaml.Map {
				places[id.Text] = append(places[id.Text], place{&section, i})
				names = append(names, id.Text)
			}
		}
		for i, e := range section.Entries {
			if e.Value.Kind == yaml.Map && !grammar.IsFree(e.Key.Text) {
				places[e.Key.Text] = append(places[e.Key.Text], place{&section, i})
				names = append(names, e.Key.Text)
			}
		}
	}
	for _, e := range overrides.Entries {
		if grammar.IsFree(e.Key.Text) || e.Value.Kind == yaml.Null {
			continue
		}
		at := places[e.Key.Text]
		if len(at) == 0 {
			// It may be a component of another topology that uses the environment.
			near, misspelt := diag.Closest(e.Key.Text, names)
			report := l.diags.Notef
			if misspelt || ownTopology {
				report = l.diags.Warnf
			}
			d := report(ruleEnvironmentUnknown, e.Key.Span, "%s sets the parallelism of an unknown component %q", from, e.Key.Text)
			if misspelt {
				near.Sure = near.Sure && overrides.Get(near.Name) == nil
				d.Suggest(e.Key.Span, near)
			} else if !ownTopology {
				d.WithHint("if it is in another topology, write it below `topologies`: {NAME: {parallelism: ...}}")
			}
			continue
		}
		for _, p := range at {
			component := &yaml.Value{}
			if p.section.Kind == yaml.Sequence {
				component = p.section.Items[p.at].Clone()
				p.section.Items[p.at] = component
			} else {
				component = p.section.Entries[p.at].Value.Clone()
				p.section.Entries[p.at].Value = component
			}
			key, own := component.Lookup("parallelism")
			if key == nil {
				key = &yaml.Value{Kind: yaml.String, Text: "parallelism", Span: e.Key.Span}
			}
			component.Put(key, e.Value.WithOrigin(from, e.Key.Span, own))
		}
	}
}
