package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/validate"
)

// emitFlags are the flags of emit-clj.
type emitFlags struct {
	topologyFlags
	dialect   string
	output    string
	namespace string
	project   string
	check     bool
	force     bool
}

func (a *app) emitCljCommand() *cobra.Command {
	var flags emitFlags
	cmd := &cobra.Command{
		Use:   "emit-clj FILE|-",
		Short: "Write a topology as Clojure, for a Leiningen project",
		Long: `Check and compile a topology, and print a Clojure file that builds the same topology.

The dialects: storm is org.apache.storm.clojure (Storm 1.x, and storm-clojure of 2.x), backtype is backtype.storm.clojure
(Storm 0.9 and 0.10), streamparse is streamparse.specs (streamparse 1 and 2). What a dialect cannot say is an error.

With --project, the dialect and the Storm version follow from the dependencies in the project's project.clj, the Clojure
file goes where its :source-paths say, and scripts, launchers and Go programs go into the folder that becomes resources/
in the jar. project.clj itself is never changed.

A file that stormflux did not write, or that was changed since, is never overwritten without --force. With --check
nothing is written: exit code 1 says that something is not up to date.`,
		Example: `  stormflux emit-clj topology.yaml
  stormflux emit-clj topology.yaml --dialect backtype -o src/wordcount/core.clj
  stormflux emit-clj topology.yaml --project . && lein uberjar
  stormflux emit-clj topology.yaml --project . --check`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.emitClj(cmd.Context(), &flags, args[0])
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&flags.dialect, "dialect", "", "storm, backtype or streamparse (default: what --project depends on, else storm)")
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.Flags().StringVar(&flags.namespace, "ns", "", "the file's namespace `NAME` (default: the project's :main, else NAME.core)")
	cmd.Flags().StringVar(&flags.project, "project", "", "write into the Leiningen project in `DIR`")
	cmd.Flags().BoolVar(&flags.check, "check", false, "write nothing; fail when what is on disk is not up to date")
	cmd.Flags().BoolVar(&flags.force, "force", false, "overwrite files that stormflux did not write")
	var dialects []string
	for _, d := range clojure.Dialects() {
		dialects = append(dialects, d.String())
	}
	_ = cmd.RegisterFlagCompletionFunc("dialect", cobra.FixedCompletions(dialects, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("ns", cobra.NoFileCompletions)
	cmd.MarkFlagsMutuallyExclusive("output", "project")
	_ = cmd.MarkFlagDirname("project")
	return cmd
}

func (a *app) emitClj(ctx context.Context, flags *emitFlags, path string) error {
	if flags.namespace != "" && !clojure.ValidNamespace(flags.namespace) {
		return usageError("--ns %q: want segments of letters, digits, \"-\" and \"_\" joined by dots, such as wordcount.core", flags.namespace)
	}
	if flags.check && flags.project == "" && (flags.output == "" || flags.output == "-") {
		return usageError("--check compares with a file: give -o FILE or --project DIR")
	}
	var project *leiningen.Project
	if flags.project != "" {
		var err error
		if project, err = leiningen.Read(flags.project); err != nil {
			return environmentError(err)
		}
	}
	dialect, assumed, err := emitTarget(flags, project)
	if err != nil {
		return err
	}
	load, err := a.loadOptions(&flags.topologyFlags, path)
	if err != nil {
		return err
	}
	top, prog, err := a.compileFile(ctx, &flags.topologyFlags, path, load, validate.Options{Storm: assumed}, dialect.CompileOptions())
	if err != nil {
		return err
	}
	if v := top.Storm; !dialect.Fits(v) {
		return usageError("the topology is for Storm %s, which does not have the %s dialect: give another --storm-version or --dialect", v, dialect)
	}
	opts := clojure.Options{Dialect: dialect, Namespace: flags.namespace}
	if opts.Namespace == "" {
		opts.Namespace = clojure.DefaultNamespace(top.Name, dialect)
		if project != nil && dialect != clojure.Streamparse && clojure.ValidNamespace(project.Main) {
			opts.Namespace = project.Main
		}
	}
	text, diags := clojure.Emit(prog, clojure.Annotate(top), opts)
	if err := a.report(&flags.topologyFlags, diags); err != nil {
		return err
	}
	if project != nil {
		return a.emitProject(ctx, flags, project, prog, opts, text)
	}
	return a.emitFile(flags, text)
}

// emitTarget returns the dialect to write and the Storm to assume: what the flags say, else what the project depends on.
func emitTarget(flags *emitFlags, project *leiningen.Project) (clojure.Dialect, validate.Version, error) {
	var dialect clojure.Dialect
	var assumed validate.Version
	if flags.dialect != "" {
		var err error
		if dialect, err = clojure.ParseDialect(flags.dialect); err != nil {
			return 0, assumed, usageError("--dialect: %w", err)
		}
	}
	if project != nil {
		of, v, err := projectTarget(project)
		switch {
		case err == nil && (dialect == 0 || dialect == of || dialect.Fits(v)):
			if dialect == 0 {
				dialect = of
			}
			assumed = v
		case dialect == 0:
			return 0, assumed, usageError("%s: %w", filepath.Join(project.Dir, "project.clj"), err)
		}
	}
	switch {
	case dialect == 0:
		dialect = clojure.Storm
		if v, err := validate.ParseVersion(flags.stormVersion); err == nil && v.Major == 0 {
			dialect = clojure.Backtype
		}
	case assumed.IsZero() && dialect != clojure.Storm:
		assumed = dialect.Version()
	}
	return dialect, assumed, nil
}

// projectTarget returns the dialect and the Storm that a project depends on. A version that is not written out is zero.
func projectTarget(p *leiningen.Project) (clojure.Dialect, validate.Version, error) {
	var none validate.Version
	core, hasCore := p.Dependency("org.apache.storm/storm-core")
	version := core.Version
	if d, ok := p.Dependency("org.apache.storm/storm-clojure"); ok {
		core, hasCore, version = d, true, d.Version
	}
	if !hasCore {
		// Before Storm was Apache's.
		if core, hasCore = p.Dependency("storm/storm"); hasCore {
			version = core.Version
		}
	}
	var v validate.Version
	if version != "" {
		var err error
		if v, err = validate.ParseVersion(version); err != nil {
			return 0, none, fmt.Errorf("the version of %s: %w", core.Artifact, err)
		}
	}
	if _, ok := p.Dependency("com.parsely/streamparse"); ok {
		if v.IsZero() {
			v = clojure.Streamparse.Version()
		}
		return clojure.Streamparse, v, nil
	}
	switch {
	case !hasCore:
		return 0, none, errors.New("it depends on neither storm-core, storm-clojure nor streamparse: give --dialect")
	case v.IsZero():
		return 0, none, fmt.Errorf("the version of %s is not written out: give --dialect and --storm-version", core.Artifact)
	case v.Major == 0:
		return clojure.Backtype, v, nil
	case v.Major == 2 && core.Artifact != "org.apache.storm/storm-clojure":
		return 0, none, fmt.Errorf("the Clojure DSL of Storm %s is in an artifact of its own: depend on [org.apache.storm/storm-clojure %q]", v, version)
	}
	return clojure.Storm, v, nil
}

// emitFile writes the Clojure file alone.
func (a *app) emitFile(flags *emitFlags, text []byte) error {
	if flags.output == "" || flags.output == "-" {
		_, err := a.stdout.Write(text)
		if err != nil {
			return environmentError(err)
		}
		return nil
	}
	old, err := os.ReadFile(flags.output)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return environmentError(fmt.Errorf("reading %s: %w", flags.output, err))
	case bytes.Equal(old, text):
		return nil
	case !flags.check && !flags.force && !clojure.Generated(old):
		return notOurs(flags.output)
	}
	if flags.check {
		return a.outOfDate(flags.output)
	}
	return a.writeOutput(flags.output, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// notOurs refuses to overwrite files.
func notOurs(paths ...string) error {
	var err error
	for _, p := range paths {
		err = errors.Join(err, fmt.Errorf("%s is not a file that stormflux wrote, or was changed since: it is not overwritten without --force", p))
	}
	return &exitError{code: exitFindings, err: err}
}

// outOfDate says what --check found.
func (a *app) outOfDate(paths ...string) error {
	for _, p := range paths {
		fmt.Fprintf(a.stdout, "%s is not up to date\n", p)
	}
	return findings
}
