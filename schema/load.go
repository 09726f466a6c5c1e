// Package schema is the language as written. It reads topology files, applies includes, substitution and environments, and
// returns a [Document]. Package schema/yaml reads the text, package schema/grammar checks its grammar.
//
// Package validate checks what a grammar cannot: that names exist, the types of Storm's settings, the files on disk.
package schema

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/grammar"
	"github.com/stormflux/stormflux/schema/yaml"
)

const (
	ruleEmpty  = "empty-document"
	ruleNotMap = "document-not-a-map"
)

// Load reads a topology: the file at path, or opts.Text under that name.
//
// The list is sorted and holds what is wrong with the text of every file of the topology. The document holds everything
// that Load understood nevertheless; it is nil if that is nothing. The error says that a file cannot be read: the
// topology itself, the environments, a properties file, or that the context ended.
func Load(ctx context.Context, path string, opts Options) (*Document, diag.List, error) {
	l := &loader{ctx: ctx, opts: opts}
	text := opts.Text
	if text == nil {
		var err error
		if text, err = l.read(path); err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", path, pathless(err))
		}
	}
	doc, err := l.load(diag.NewFile(path, folder(path), text))
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("reading %s: %w", path, ctx.Err())
	}
	if err != nil {
		return nil, nil, err
	}
	l.diags.WithoutFixesIn(l.seen.shared)
	l.diags = l.diags.WithoutPrivate()
	l.diags.Sort()
	return doc, l.diags, nil
}

// loader is one call of Load.
type loader struct {
	ctx      context.Context
	opts     Options
	diags    diag.List
	files    []*diag.File
	ignores  []Ignore
	vars     *variables
	sources  map[string]*yaml.File // of included files, by path
	includes int
	values   int    // in the text of all files
	root     string // of the project, see projectRoot
	fluxForm bool   // of the topology's own file, see inFluxForm
	seen     seen
	odd      bool // a value has an oddity, see surprises
	merged   int  // settings, components and streams from included files
}

// seen is what a Document says about its reading.
type seen struct {
	includes    []Include
	incomplete  bool
	unknownKeys map[diag.Span]string
	variables   []VariableReference
	shared      []diag.Span
	replaced    []Replaced
}

// folder returns the folder of a file: relative paths in the file start from it.
func folder(path string) string {
	if path == "-" {
		return ""
	}
	if dir := filepath.Dir(path); dir != "." {
		return dir
	}
	return ""
}

// read reads a regular file. Of a file that is too large it reads only enough to show that.
func (l *loader) read(path string) ([]byte, error) {
	// Opening a pipe waits for a writer, and a device may never end.
	if info, err := os.Stat(path); l.opts.ReadFile == nil && err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errNotRegular
	}
	return l.readAny(path)
}

// readAny reads a file that may also be a pipe: a person names it in the command line, and a shell can make one there.
func (l *loader) readAny(path string) ([]byte, error) {
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	if l.opts.ReadFile != nil {
		return l.opts.ReadFile(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var text bytes.Buffer
	size := int64(0)
	if info, err := f.Stat(); err == nil {
		size = min(info.Size(), yaml.MaxFileSize)
	}
	text.Grow(int(size) + bytes.MinRead) // enough to reach the end of the file without growing again
	_, err = text.ReadFrom(io.LimitReader(f, yaml.MaxFileSize+1))
	return text.Bytes(), err
}

var errNotRegular = errors.New("it is not a regular file")

// pathless returns an error about a file without the path. The message around it names the path.
func pathless(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (l *loader) load(file *diag.File) (*Document, error) {
	l.files = []*diag.File{file}
	env, envSource, err := l.environment(file.Name)
	if err != nil {
		return nil, err
	}
	if err := l.variables(env, envSource); err != nil {
		return nil, err
	}
	src := l.readSource(file)
	if src == nil {
		l.surprises(env, nil)
		return nil, nil
	}
	l.root, l.fluxForm = projectRoot(file.Dir, l.exists), inFluxForm(src.Root)
	root := src.Root.Clone()
	l.include(root, file, []included{{path: filepath.Clean(file.Name)}})
	l.override(root, env)
	tests, err := l.testFiles()
	if err != nil {
		return nil, err
	}
	l.unusedVariables()
	doc := &Document{File: file, Root: root, Environment: env, Ignores: l.ignores, Files: l.files, Unresolved: l.vars.unresolved,
		Includes: l.seen.includes, Incomplete: l.seen.incomplete, UnknownKeys: l.seen.unknownKeys,
		Replaced: l.seen.replaced, ClassPath: l.opts.Resources, Shared: l.seen.shared, VariableReferences: l.seen.variables, VariableNames: l.vars.all(), Tests: tests}
	decode(doc)
	l.surprises(env, doc)
	return doc, nil
}

// variables collects the variables, and replaces the references in the environment.
func (l *loader) variables(env *Environment, envSource *yaml.File) error {
	vars := &variables{l: l, set: make(map[string]string), envFile: envSource, state: make(map[string]int8)}
	l.vars = vars
	vars.unreadEnvironment = env == nil && l.opts.Environment != ""
	for _, a := range l.opts.Set {
		vars.set[a.Name] = a.Value
	}
	for _, path := range l.opts.Filters {
		text, err := l.readAny(path)
		if err == nil {
			var f filter
			if f, err = parseProperties(path, text); err == nil {
				vars.filters = append(vars.filters, f)
			}
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", path, pathless(err))
		}
	}
	if env == nil {
		return nil
	}
	l.files = append(l.files, envSource.File)
	vars.env = env.Value.Get("variables").AsMap()
	vars.pending = make(map[*yaml.Value]bool, len(envSource.References))
	for _, v := range envSource.References {
		vars.pending[v] = true
	}
	// The variables come first: resolve finds out when they refer to each other.
	for _, e := range vars.env.Members() {
		vars.resolve(e.Key.Text, e.Value)
	}
	vars.replaceInside(env.Value)
	l.explainHooks(env)
	l.diags = append(l.diags, grammar.CheckEnvironments(envSource.Root)...)
	l.seen.shared = append(l.seen.shared, envSource.Shared...)
	l.odd = l.odd || envSource.Odd
	l.ignores = append(l.ignores, ignores(envSource.File)...)
	env.finish()
	l.dropHooks(env)
	return nil
}

// readSource reads a topology file, replaces its references and checks its grammar. It returns nil after a diagnostic, if
// the file does not hold a map.
func (l *loader) readSource(file *diag.File) *yaml.File {
	if l.ctx.Err() != nil {
		return nil
	}
	if !slices.Contains(l.files, file) {
		l.files = append(l.files, file)
	}
	src := l.parse(file)
	l.seen.incomplete = l.seen.incomplete || src.Truncated
	l.values += src.Values
	if src.Root == nil {
		return nil
	}
	if src.Root.Kind != yaml.Map {
		l.notMap(src)
		return nil
	}
	l.vars.substitute(src)
	if l.vars.shared && !yaml.CheckExtent(src.Root, &l.diags) {
		return nil
	}
	readAsFlux(src)
	l.conform(src, grammar.CheckTopology)
	l.dropReplaced(src.Root)
	return src
}

// conform checks the grammar of a file, and collects what a Document says about every file.
func (l *loader) conform(src *yaml.File, check func(*yaml.Value) (diag.List, map[diag.Span]string)) {
	diags, unknown := check(src.Root)
	l.diags = append(l.diags, diags...)
	for span, meant := range unknown {
		if l.seen.unknownKeys == nil {
			l.seen.unknownKeys = make(map[diag.Span]string)
		}
		l.seen.unknownKeys[span] = meant
	}
	l.seen.shared = append(l.seen.shared, src.Shared...)
	l.odd = l.odd || src.Odd
	l.ignores = append(l.ignores, ignores(src.File)...)
}

// parse reads a file. In Flux's form, it may have the same key twice in a map.
func (l *loader) parse(file *diag.File) *yaml.File {
	var diags diag.List
	src := yaml.Read(file, &diags)
	if src.Duplicates && src.Root != nil && inFluxForm(src.Root) {
		diags = nil
		src = yaml.ReadLast(file, &diags)
	}
	l.diags = append(l.diags, diags...)
	return src
}

func (l *loader) notMap(src *yaml.File) {
	span := src.Root.Span
	if src.Root.Kind == yaml.Null {
		l.diags.Errorf(ruleEmpty, span, "the file is empty, expected a topology").
			WithHint("a topology is a map with the keys name, spouts and bolts")
		return
	}
	l.diags.Errorf(ruleNotMap, span, "the document is %s, expected a map with the keys of a topology", src.Root.Kind).
		WithHint("a topology is a map with the keys name, spouts and bolts")
}

// Options controls [Load]. The zero value reads files from disk and chooses no environment.
type Options struct {
	// Hooks are the moments whose hooks the caller runs. Faults in other hooks of the environment do not count, and these
	// hooks are left out. Nil means all moments.
	Hooks []string
	// ReadFile reads a file; nil means os.ReadFile. The caller passes standard input as Text.
	ReadFile func(path string) ([]byte, error)
	// Text is the text of the main document, if it is not nil. The path is then only its name.
	Text []byte
	// Set are the `--set name=value` options, in order; the last one of a name wins.
	Set []Assignment
	// Config are the `-c key=value` options, in order. The caller has parsed the values by its rules for -c (permissive
	// JSON; anything else is a string).
	Config []ConfigOption
	// Name is `--name`. It replaces the document's name.
	Name string
	// Environment is `-e`; "" chooses none.
	Environment string
	// EnvironmentFile names a stormflux.yaml; "" searches from the topology's folder upward.
	EnvironmentFile string
	// Resources are the folders of `--resources`. Each is a root of the class path, as the root of a jar: it may hold
	// included resources, and scripts in its folder "resources".
	Resources []string
	// Jars are those of `--jar`, paths or Maven coordinates. They replace the document's.
	Jars []string
	// Dependencies are added to the document's: paths, and Maven coordinates.
	Dependencies []string
	// Artifacts returns the files of Maven coordinates. Load asks only when an included resource is nowhere else. Nil, or an
	// error, means that they are not known; the caller reports it.
	Artifacts func(ctx context.Context, coordinates []string) ([]string, error)
	// TestFiles are files with more tests of the topology. They need not be beside it.
	TestFiles []string
	// AllowOutside is `--allow-outside`: it allows included files outside the project.
	AllowOutside bool
	// Filters are the Java properties files of `--filter`, in order.
	Filters []string
	// EnvFilter is `--env-filter`: it allows Flux's `${ENV-NAME}`.
	EnvFilter bool
	// LookupEnv reads the process environment; nil means os.LookupEnv.
	LookupEnv func(name string) (string, bool)
}

// Assignment is one `--set name=value`.
type Assignment struct{ Name, Value string }

// ConfigOption is one `-c key=value` with the parsed value: nil, bool, int64, float64, string, []any or map[string]any.
type ConfigOption struct {
	Key   string
	Value any
}
