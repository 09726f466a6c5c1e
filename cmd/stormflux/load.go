package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classes"
	"github.com/stormflux/stormflux/internal/project"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// topologyFlags are the flags of every command that reads a topology file.
type topologyFlags struct {
	set         []string
	config      []string
	environment string
	envFile     string
	filters     []string
	envFilter   bool
	resources   []string
	jars        []string

	dependencyJars, dependencyArtifacts []string // see addDependencies

	allowOutside bool
	name         string
	stormVersion string
	javaVersion  int
	strict       bool

	checkedHooks []string // the moments whose hooks the command checks; nil means all
	needsJars    bool     // the command cannot do without the files of Maven coordinates

	flags *pflag.FlagSet // the command's
}

func (f *topologyFlags) add(cmd *cobra.Command) {
	f.addReading(cmd)
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.config, "config", "c", nil, "set a key of the topology's configuration, `KEY=VALUE`; a value that is not JSON is text (repeatable)")
	flags.StringVarP(&f.environment, "environment", "e", "", "apply the environment `NAME` of stormflux.yaml")
	flags.StringVar(&f.envFile, "environments", "", "read environments from `FILE` instead of the nearest stormflux.yaml")
	flags.StringVar(&f.name, "name", "", "name the topology `NAME` instead of the name in its file")
	flags.StringVar(&f.stormVersion, "storm-version", "", "the Storm `VERSION` to check and compile for (default: from the environment, else 2.8)")
	flags.IntVar(&f.javaVersion, "java-version", 0, "the Java `VERSION` of the workers, such as 17, which must load the JVM classes (default: any)")
	flags.BoolVar(&f.strict, "strict", false, "exit with 1 if there are warnings")
	giveOnce(flags, "environment", "environments", "name", "storm-version")
	_ = cmd.RegisterFlagCompletionFunc("environment", f.completeEnvironments)
	_ = cmd.RegisterFlagCompletionFunc("name", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("config", completeConfigKeys)
	_ = cmd.RegisterFlagCompletionFunc("storm-version", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("java-version", cobra.NoFileCompletions)
}

// addReading adds the flags without which some topologies cannot be read.
func (f *topologyFlags) addReading(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.flags = flags
	flags.StringArrayVar(&f.set, "set", nil, "set a variable, `NAME=VALUE` (repeatable)")
	flags.StringArrayVar(&f.filters, "filter", nil, "read variables from the Java properties `FILE` (repeatable)")
	flags.BoolVar(&f.envFilter, "env-filter", false, "replace ${ENV-NAME} with the environment variable NAME, as Flux does")
	flags.StringArrayVar(&f.resources, "resources", nil, "look in `DIR` for what Flux takes from the jar: included resources, and scripts in DIR or DIR/resources (repeatable)")
	flags.StringArrayVar(&f.jars, "jar", nil, "take the JVM classes from the `JAR`, a file or a Maven coordinate, instead of the jars in the topology's file (repeatable; the first is the base)")
	flags.BoolVar(&f.allowOutside, "allow-outside", false, "allow includes of files outside the project; messages never show their text")
	_ = cmd.RegisterFlagCompletionFunc("set", f.completeVariables)
	_ = cmd.MarkFlagFilename("jar", "jar")
}

// addDependencies adds Storm's flags for dependencies.
func (f *topologyFlags) addDependencies(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.dependencyJars, "jars", nil, "add the jar `FILES`, with commas between them, to the file's dependencies: workers get them as blobs")
	cmd.Flags().StringArrayVar(&f.dependencyArtifacts, "artifacts", nil, "add the Maven `COORDINATES`, with commas between them, to the file's dependencies")
	_ = cmd.MarkFlagFilename("jars", "jar")
	_ = cmd.RegisterFlagCompletionFunc("artifacts", cobra.NoFileCompletions)
}

// splitComma returns the parts of lists with commas. A range of versions has a comma too.
func splitComma(lists []string) []string {
	var parts []string
	for _, list := range lists {
		depth, start := 0, 0
		for i, r := range list + "," {
			switch {
			case r == '[' || r == '(':
				depth++
			case r == ']' || r == ')':
				depth--
			case r == ',' && depth <= 0:
				if part := strings.TrimSpace(list[start:i]); part != "" {
					parts = append(parts, part)
				}
				start = i + 1
			}
		}
	}
	return parts
}

// options turns the flags into options of the loader. Its errors are usage errors.
func (f *topologyFlags) options() (schema.Options, error) {
	opts := schema.Options{
		Name:            f.name,
		Environment:     f.environment,
		EnvironmentFile: f.envFile,
		Filters:         f.filters,
		EnvFilter:       f.envFilter,
		Resources:       f.resources,
		Jars:            f.jars,
		Dependencies:    splitComma(slices.Concat(f.dependencyJars, f.dependencyArtifacts)),
		AllowOutside:    f.allowOutside,
		Hooks:           f.checkedHooks,
	}
	if err := notEmpty(f.flags, "environment", "environments", "name", "storm-version"); err != nil {
		return opts, err
	}
	if slices.Contains(f.jars, "") {
		return opts, usageError("--jar is empty: give a file or group:artifact:version")
	}
	for _, s := range f.set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return opts, usageError("--set %q: give NAME=VALUE", s)
		}
		opts.Set = append(opts.Set, schema.Assignment{Name: name, Value: value})
	}
	for _, c := range f.config {
		key, value, err := settings.ParseOption(c)
		if err != nil {
			return opts, usageError("-c %q: %w", c, err)
		}
		opts.Config = append(opts.Config, schema.ConfigOption{Key: key, Value: value})
	}
	return opts, nil
}

// checked is one topology file that was read and checked.
type checked struct {
	path     string
	document *schema.Document
	index    *validate.Index
	topology *validate.Topology // nil when there are errors
	diags    diag.List
	failed   bool // the file could not be read
}

// loadOptions returns the loader's options for a file. For "-", it reads standard input.
func (a *app) loadOptions(ctx context.Context, f *topologyFlags, path string) (schema.Options, error) {
	opts, err := f.options()
	opts.Artifacts = a.artifactFiles
	if err != nil || path != "-" {
		return opts, err
	}
	if opts.Text, err = readAll(ctx, a.stdin); err != nil {
		return opts, environmentError(fmt.Errorf("reading standard input: %w", err))
	}
	if opts.Text == nil {
		opts.Text = []byte{}
	}
	return opts, nil
}

// readAll is io.ReadAll that ends with the context, also while nothing comes.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(r)
		done <- result{text, err}
	}()
	select {
	case read := <-done:
		return read.text, read.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// load reads and checks one topology with the test file beside it, or a test file with its topology. read reads a file for
// the loader; nil is [os.ReadFile].
func (a *app) load(ctx context.Context, f *topologyFlags, path string, read func(string) ([]byte, error)) (*checked, error) {
	opts, err := a.loadOptions(ctx, f, path)
	if err != nil {
		return nil, err
	}
	opts.ReadFile = read
	if path != "-" {
		tested, errs := project.FindTests([]string{path})
		if len(errs) > 0 {
			return nil, environmentError(errs[0])
		}
		path, opts.TestFiles = tested[0].Topology, tested[0].TestFiles
	}
	return a.loadFor(ctx, f, path, opts, validate.Options{Path: programPath()})
}

// programPath is the PATH to look for programs in. Windows has other rules for the names of programs, and few workers.
func programPath() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	return os.Getenv("PATH")
}

// loadFor reads and checks one file with the options that [app.loadOptions] made. --storm-version wins over the version in
// checkOpts.
func (a *app) loadFor(ctx context.Context, f *topologyFlags, path string, opts schema.Options, checkOpts validate.Options) (*checked, error) {
	if f.stormVersion != "" {
		var err error
		if checkOpts.Storm, err = settings.ParseVersion(f.stormVersion); err != nil {
			return nil, usageError("--storm-version: %w", err)
		}
	}
	if f.javaVersion < 0 {
		return nil, usageError("--java-version: %d is not a version of Java such as 8 or 17", f.javaVersion)
	}
	checkOpts.Java = f.javaVersion
	doc, diags, err := schema.Load(ctx, path, opts)
	if err != nil {
		return nil, environmentError(err)
	}
	checkOpts.Loaded = diags
	checkOpts.JVM = classes.JVM{Storm: a.storm()}
	if err := a.resolveJars(ctx, f, doc, &checkOpts); err != nil {
		return nil, err
	}
	result, err := validate.Check(ctx, doc, checkOpts)
	if err != nil {
		return nil, environmentError(err)
	}
	return &checked{path: path, document: doc, index: result.Index, topology: result.Topology, diags: result.Diagnostics}, nil
}

// report prints diagnostics to standard error, and returns the error of the command if they fail it.
func (a *app) report(f *topologyFlags, diags diag.List) error {
	shown := slices.DeleteFunc(slices.Clone(diags), func(d *diag.Diagnostic) bool { return d.Severity == diag.Note })
	if err := diag.Write(a.stderr, shown, diag.Options{Format: diag.Text, Color: a.color.On(a.stderr)}); err != nil {
		return environmentError(err)
	}
	return verdict(diags, f.strict)
}

// verdict returns the error that diagnostics end a command with, or nil.
func verdict(diags diag.List, strict bool) error {
	switch {
	case schema.NoEnvironment(diags): // -e is wrong, and no file
		return &exitError{code: exitUsage}
	case diags.HasErrors() || strict && diags.Count(diag.Warning) > 0:
		return findings
	}
	return nil
}
