package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// topologyFlags are the flags of every command that reads a topology file.
type topologyFlags struct {
	set          []string
	config       []string
	environment  string
	envFile      string
	filters      []string
	envFilter    bool
	name         string
	stormVersion string
	strict       bool

	flags *pflag.FlagSet // the command's
}

func (f *topologyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.flags = flags
	flags.StringArrayVar(&f.set, "set", nil, "give the variable `NAME=VALUE` its value (repeatable)")
	flags.StringArrayVarP(&f.config, "config", "c", nil, "set the topology's configuration `KEY=VALUE`; the value is read as JSON, else as text (repeatable)")
	flags.StringVarP(&f.environment, "environment", "e", "", "the environment of stormflux.yaml to apply")
	flags.StringVar(&f.envFile, "environments", "", "read environments from `FILE` instead of the nearest stormflux.yaml")
	flags.StringArrayVar(&f.filters, "filter", nil, "take variables from the Java properties `FILE` (repeatable)")
	flags.BoolVar(&f.envFilter, "env-filter", false, "substitute ${ENV-NAME} from the process environment, as Flux does")
	flags.StringVar(&f.name, "name", "", "the topology's name, instead of the file's")
	flags.StringVar(&f.stormVersion, "storm-version", "", "the Storm `VERSION` to check and compile for (default: the environment's, else 2.8)")
	flags.BoolVar(&f.strict, "strict", false, "let warnings fail")
	_ = cmd.RegisterFlagCompletionFunc("environment", f.completeEnvironments)
	_ = cmd.RegisterFlagCompletionFunc("set", f.completeVariables)
	_ = cmd.RegisterFlagCompletionFunc("name", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("config", completeConfigKeys)
	_ = cmd.RegisterFlagCompletionFunc("storm-version", cobra.NoFileCompletions)
}

// options turns the flags into what the loader takes. Faults are usage errors.
func (f *topologyFlags) options() (schema.Options, error) {
	opts := schema.Options{
		Name:            f.name,
		Environment:     f.environment,
		EnvironmentFile: f.envFile,
		Filters:         f.filters,
		EnvFilter:       f.envFilter,
	}
	if err := notEmpty(f.flags, "environment", "environments", "name", "storm-version"); err != nil {
		return opts, err
	}
	for _, s := range f.set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return opts, usageError("--set %q: want NAME=VALUE", s)
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
	failed   bool // it could not be read
}

// loadOptions are the loader's options for a file; "-" is standard input, which is read here.
func (a *app) loadOptions(f *topologyFlags, path string) (schema.Options, error) {
	opts, err := f.options()
	if err != nil || path != "-" {
		return opts, err
	}
	if opts.Text, err = io.ReadAll(a.stdin); err != nil {
		return opts, environmentError(fmt.Errorf("reading standard input: %w", err))
	}
	if opts.Text == nil {
		opts.Text = []byte{}
	}
	return opts, nil
}

// load reads and checks one file.
func (a *app) load(ctx context.Context, f *topologyFlags, path string) (*checked, error) {
	return a.loadWith(ctx, f, path, nil)
}

// loadWith is load that reads files with read, nil from the disk.
func (a *app) loadWith(ctx context.Context, f *topologyFlags, path string, read func(string) ([]byte, error)) (*checked, error) {
	opts, err := a.loadOptions(f, path)
	if err != nil {
		return nil, err
	}
	opts.ReadFile = read
	return a.loadFor(ctx, f, path, opts, validate.Options{})
}

// loadFor reads and checks one file with the options that [app.loadOptions] made, for what checkOpts say; --storm-version
// wins over their Storm.
func (a *app) loadFor(ctx context.Context, f *topologyFlags, path string, opts schema.Options, checkOpts validate.Options) (*checked, error) {
	if f.stormVersion != "" {
		var err error
		if checkOpts.Storm, err = settings.ParseVersion(f.stormVersion); err != nil {
			return nil, usageError("--storm-version: %w", err)
		}
	}
	doc, diags, err := schema.Load(path, opts)
	if err != nil {
		return nil, environmentError(err)
	}
	checkOpts.Loaded = diags
	result, err := validate.Check(ctx, doc, checkOpts)
	if err != nil {
		return nil, environmentError(err)
	}
	return &checked{path: path, document: doc, index: result.Index, topology: result.Topology, diags: result.Diagnostics}, nil
}

// loadTopology reads and checks one file for a command that needs it faultless. It prints the diagnostics to standard
// error and returns findings when there are errors, or warnings with --strict.
func (a *app) loadTopology(ctx context.Context, f *topologyFlags, path string) (*checked, error) {
	c, err := a.load(ctx, f, path)
	if err != nil {
		return nil, err
	}
	return c, a.report(f, c.diags)
}

// report prints diagnostics to standard error and tells whether they fail the command.
func (a *app) report(f *topologyFlags, diags diag.List) error {
	shown := slices.DeleteFunc(slices.Clone(diags), func(d *diag.Diagnostic) bool { return d.Severity == diag.Note })
	if err := diag.Write(a.stderr, shown, diag.Options{Format: diag.Text, Color: a.color.On(a.stderr)}); err != nil {
		return environmentError(err)
	}
	if diags.HasErrors() || f.strict && diags.Count(diag.Warning) > 0 {
		return findings
	}
	return nil
}
