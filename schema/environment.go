package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

const (
	ruleNoEnvironment      = "unknown-environment"
	ruleNoEnvironmentFile  = "environment-file-not-found"
	ruleEnvironmentUnknown = "environment-unknown-component"
)

// EnvironmentFile is the name of the file that holds the environments.
const EnvironmentFile = "stormflux.yaml"

// environment reads the environments' file and returns the chosen environment, its variables' references not yet
// replaced. main is the path of the topology.
func (l *loader) environment(main string) (*Environment, *source, error) {
	if l.opts.Environment == "" {
		return nil, nil, nil
	}
	file, err := l.environmentFile(main)
	if err != nil || file == nil {
		return nil, nil, err
	}
	src := readYAML(file, &l.diags)
	if src.root == nil {
		l.files = append(l.files, file)
		return nil, nil, nil
	}
	all := src.root.Get("environments")
	if all == nil || all.Kind != Map {
		l.diags = append(l.diags, checkEnvironmentsGrammar(src.root)...)
		span := src.root.Span
		if all != nil {
			span = all.Span
		}
		if len(l.diags) == 0 {
			l.diags.Errorf(ruleNoEnvironment, firstLine(span), "environment %q does not exist: there are no environments in this file", l.opts.Environment)
		}
		return nil, nil, nil
	}
	_, v := all.Lookup(l.opts.Environment)
	if v == nil {
		l.unknownEnvironment(all)
		l.diags = append(l.diags, checkEnvironmentsGrammar(src.root)...)
		return nil, nil, nil
	}
	return &Environment{Name: l.opts.Environment, Value: v, File: file}, src, nil
}

// LoadEnvironment reads an environment on its own, for commands that need a cluster and no topology. path stands for the
// topology: the nearest stormflux.yaml is searched from its folder upward. The environment is nil when the list has an
// error.
func LoadEnvironment(path string, opts Options) (*Environment, diag.List, error) {
	l := &loader{opts: opts}
	env, src, err := l.environment(path)
	if err == nil {
		err = l.variables(env, src)
	}
	if err != nil {
		return nil, nil, err
	}
	l.diags.Sort()
	if l.diags.HasErrors() {
		env = nil
	}
	return env, l.diags, nil
}

// EnvironmentNames returns the environments that the topology at path can choose from, in file order: those of the given
// file, or when that is "" of the nearest stormflux.yaml. Files that cannot be read have none.
func EnvironmentNames(path, file string) []string {
	l := &loader{opts: Options{EnvironmentFile: file}}
	found, err := l.environmentFile(path)
	if err != nil || found == nil {
		return nil
	}
	var names []string
	for _, e := range readYAML(found, &l.diags).root.Get("environments").entries() {
		if !isFree(e.Key) {
			names = append(names, e.Key.Text)
		}
	}
	return names
}

// firstLine returns the part of a span that is on its first line.
func firstLine(s diag.Span) diag.Span {
	if i := strings.IndexAny(s.Text(), "\r\n"); i >= 0 {
		s.End = s.Start + i
	}
	return s
}

func (l *loader) unknownEnvironment(all *Value) {
	var names []string
	for _, e := range all.Entries {
		if !isFree(e.Key) {
			names = append(names, e.Key.Text)
		}
	}
	span := diag.Span{}
	if len(all.Entries) > 0 {
		span = all.Entries[0].Key.Span
	}
	d := l.diags.Errorf(ruleNoEnvironment, diag.Span{File: span.File, Start: all.Span.Start, End: span.End},
		"environment %q does not exist, there are %s", l.opts.Environment, diag.Enumerate(names, 10))
	if len(names) == 0 {
		d.Message = fmt.Sprintf("environment %q does not exist: there are no environments in this file", l.opts.Environment)
		d.Span = all.Span
	}
	if best, ok := diag.Suggest(l.opts.Environment, names); ok {
		d.WithHint("did you mean %q?", best)
	}
}

// environmentFile finds and reads stormflux.yaml: the one that was named, or the first from the topology's folder
// upward. A nil file without an error was reported.
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
	// The path is shown as the topology's is: relative for as long as that is possible without "..".
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
	l.diags.Errorf(ruleNoEnvironmentFile, diag.Span{}, "environment %q is asked for, but neither the folder of %q nor one above it has a %s",
		l.opts.Environment, main, EnvironmentFile).
		WithHint("write one with the key environments, or name a file with --environments")
	return nil, nil
}

// finish decodes the environment, once its references are replaced.
func (env *Environment) finish() {
	v := env.Value
	nimbus := v.Get("nimbus")
	if one := scalarOf(nimbus); one != nil {
		env.Nimbus = []*Value{one}
	} else {
		env.Nimbus = scalars(nimbus)
	}
	env.TLS = mapOf(v.Get("tls"))
	env.Config = mapOf(v.Get("config"))
	env.Parallelism = mapOf(v.Get("parallelism"))
	env.Variables = mapOf(v.Get("variables"))
	env.Storm = scalarOf(v.Get("storm"))
}

// override applies to root what wins over the topology: the environment, then -c and --name.
func (l *loader) override(root *Value, env *Environment) {
	if env != nil {
		from := fmt.Sprintf("environment %q", env.Name)
		if env.Config != nil {
			config := ownSection(root, "config", env.Config.Span)
			for _, e := range env.Config.Entries {
				config.put(e.Key, withOrigin(e.Value, from, e.Key.Span, config.Get(e.Key.Text)))
			}
		}
		if env.Parallelism != nil {
			l.overrideParallelism(root, env.Parallelism, from)
		}
	}
	if len(l.opts.Config) > 0 {
		config := ownSection(root, "config", diag.Span{})
		for _, c := range l.opts.Config {
			key := &Value{Kind: String, Text: c.Key}
			if own, _ := config.Lookup(c.Key); own != nil {
				key = own
			}
			config.put(key, withOrigin(FromGo(c.Value), "-c "+c.Key, diag.Span{}, config.Get(c.Key)))
		}
	}
	if l.opts.Name != "" {
		key, own := root.Lookup("name")
		if key == nil {
			key = &Value{Kind: String, Text: "name"}
		}
		root.put(key, withOrigin(&Value{Kind: String, Text: l.opts.Name}, "--name", diag.Span{}, own))
	}
}

// ownSection returns the map at a key of root, made root's own, or a new one in its place.
func ownSection(root *Value, name string, span diag.Span) *Value {
	key, own := root.Lookup(name)
	if key == nil {
		key = &Value{Kind: String, Text: name, Span: span}
	}
	section := &Value{Kind: Map, Span: span}
	if own != nil {
		section.Span = own.Span
		if own.Kind == Map {
			section = ownMap(own)
		}
	}
	root.put(key, section)
	return section
}

func (l *loader) overrideParallelism(root, overrides *Value, from string) {
	type place struct {
		section *Value
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
		root.put(key, &section)
		for i, item := range section.Items {
			if id := scalarOf(item.Get("id")); id != nil && item.Kind == Map {
				places[id.Text] = append(places[id.Text], place{&section, i})
				names = append(names, id.Text)
			}
		}
		for i, e := range section.Entries {
			if e.Value.Kind == Map && !isFree(e.Key) {
				places[e.Key.Text] = append(places[e.Key.Text], place{&section, i})
				names = append(names, e.Key.Text)
			}
		}
	}
	for _, e := range overrides.Entries {
		if isFree(e.Key) || e.Value.Kind == Null {
			continue
		}
		at := places[e.Key.Text]
		if len(at) == 0 {
			d := l.diags.Errorf(ruleEnvironmentUnknown, e.Key.Span, "%s gives the parallelism of an unknown component %q", from, e.Key.Text)
			if best, ok := diag.Suggest(e.Key.Text, names); ok {
				d.WithHint("did you mean %q?", best)
			} else if len(names) > 0 && len(names) <= 10 {
				d.WithHint("the topology has %s", diag.Enumerate(names, 10))
			}
			continue
		}
		for _, p := range at {
			component := &Value{}
			if p.section.Kind == Sequence {
				component = ownMap(p.section.Items[p.at])
				p.section.Items[p.at] = component
			} else {
				component = ownMap(p.section.Entries[p.at].Value)
				p.section.Entries[p.at].Value = component
			}
			key, own := component.Lookup("parallelism")
			if key == nil {
				key = &Value{Kind: String, Text: "parallelism", Span: e.Key.Span}
			}
			component.put(key, withOrigin(e.Value, from, e.Key.Span, own))
		}
	}
}
