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
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/internal/settings"
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

	fresh bool // no flag: init has just made the project, and says the rest itself
}

func (a *app) emitCljCommand() *cobra.Command { return a.emitCljWith(&emitFlags{}) }

func (a *app) emitCljWith(flags *emitFlags) *cobra.Command {
	flags.checkedHooks = hookNames()
	cmd := &cobra.Command{
		Use:   "emit-clj FILE|-",
		Short: "Write a topology as Clojure, for a Leiningen project",
		Long: `Check and compile a topology, and print a Clojure file that builds the same topology.

There are three dialects: storm is org.apache.storm.clojure (Storm 1.x, and storm-clojure in 2.x), backtype is
backtype.storm.clojure (Storm 0.9 and 0.10), and streamparse is streamparse.specs (streamparse 1 and 2). A topology that a
dialect cannot express is an error. JVM classes become calls of their constructors; the class files in the topology's jars
say which ones. Notes say what project.clj needs for them.

With --project, the dependencies in project.clj decide the dialect and the Storm version. The Clojure file goes where
:source-paths says. Scripts, launchers and Go programs go into the folder that becomes resources/ in the jar. The command
never changes project.clj itself.

The command overwrites a file that stormflux did not write, or that somebody changed since, only with --force. With -o, the
first line of the file shows whether stormflux wrote it. With --check, it writes nothing; exit code 1 means that a file is
not up to date.`,
		Example: `  stormflux emit-clj topology.yaml
  stormflux emit-clj topology.yaml --dialect backtype -o src/wordcount/core.clj
  stormflux emit-clj topology.yaml --project . && lein uberjar
  stormflux emit-clj topology.yaml --project . --check`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.emitClj(cmd.Context(), flags, args[0])
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&flags.dialect, "dialect", "", "the `DIALECT`: storm, backtype or streamparse (default: follows from --project, else storm)")
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "write to `FILE` instead of standard output")
	cmd.Flags().StringVar(&flags.namespace, "ns", "", "the `NAMESPACE` of the file (default: the project's :main, else the topology's name and .core)")
	cmd.Flags().StringVar(&flags.project, "project", "", "write into the Leiningen project in `DIR`")
	cmd.Flags().BoolVar(&flags.check, "check", false, "write nothing, and fail if a file is not up to date")
	cmd.Flags().BoolVar(&flags.force, "force", false, "overwrite files that stormflux did not write, or that somebody changed")
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
		return usageError("--ns %q is no namespace: join words of letters, digits, \"-\" and \"_\" with dots, such as wordcount.core", flags.namespace)
	}
	if flags.check && flags.project == "" && (flags.output == "" || flags.output == "-") {
		return usageError("--check needs files to compare with; add -o FILE or --project DIR")
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
	load, err := a.loadOptions(ctx, &flags.topologyFlags, path)
	if err != nil {
		return err
	}
	top, prog, err := a.compileFile(ctx, &flags.topologyFlags, path, load, validate.Options{Storm: assumed}, dialect.CompileOptions())
	if err != nil {
		return err
	}
	if v := top.Storm; !dialect.Fits(v) {
		return usageError("Storm %s, which the topology is for, does not have the %s dialect; give another --storm-version or --dialect", v, dialect)
	}
	opts := clojure.Options{Dialect: dialect, Namespace: flags.namespace}
	if opts.Namespace == "" {
		opts.Namespace = clojure.DefaultNamespace(top.Name, dialect)
		if project != nil && dialect != clojure.Streamparse && clojure.ValidNamespace(project.Main) {
			opts.Namespace = project.Main
		}
	}
	text, diags, err := emitText(top, prog, opts)
	if err != nil {
		return err
	}
	if err := a.report(&flags.topologyFlags, diags); err != nil {
		return err
	}
	write := func() error { return a.emitFile(flags, text) }
	if project != nil {
		write = func() error { return a.emitProject(ctx, flags, project, prog, opts, text) }
	}
	if err := write(); err != nil || flags.check {
		return err
	}
	for _, need := range leinJars(top, project) {
		printTo(a.stderr, "note: project.clj needs %s\n", need)
	}
	if project != nil {
		return nil
	}
	if files := prog.GeneratedFiles(); len(files) > 0 {
		fmt.Fprintf(a.stderr, "note: the file also needs %s in resources/, which only --project DIR writes\n", strings.Join(files, ", "))
	}
	return nil
}

// emitText writes the file, with the classes of the topology's jars.
func emitText(top *validate.Topology, prog *compiler.Program, opts clojure.Options) ([]byte, diag.List, error) {
	if prog.Topology.NeedsJVM() && !top.JarsMissing {
		classes, err := classfile.Open(classfile.Options{Storm: top.Storm, Jars: top.ClassPath()})
		if err != nil {
			return nil, nil, environmentError(err)
		}
		defer classes.Close()
		opts.Classes = classes
	}
	text, diags := clojure.Emit(prog, clojure.Annotate(top), opts)
	return text, diags, nil
}

// emitTarget returns the dialect to write and the Storm version to assume. The flags win over what the project depends on.
func emitTarget(flags *emitFlags, project *leiningen.Project) (clojure.Dialect, settings.Version, error) {
	var dialect clojure.Dialect
	var assumed settings.Version
	if flags.dialect != "" {
		var err error
		if dialect, err = clojure.ParseDialect(flags.dialect); err != nil {
			return 0, assumed, usageError("--dialect: %w", err)
		}
	}
	if project != nil {
		of, v, err := project.Target()
		switch {
		case err == nil && (dialect == 0 || dialect == of || dialect.Fits(v)):
			if dialect == 0 {
				dialect = of
			}
			assumed = v
		case dialect == 0:
			return 0, assumed, usageError("%s: %w; or give --dialect and --storm-version", filepath.Join(project.Dir, "project.clj"), err)
		}
	}
	switch {
	case dialect == 0:
		dialect = clojure.Storm
		if v, err := settings.ParseVersion(flags.stormVersion); err == nil && v.Major == 0 {
			dialect = clojure.Backtype
		}
	case assumed.IsZero() && dialect != clojure.Storm:
		assumed = dialect.Version()
	}
	return dialect, assumed, nil
}

// emitProject writes the Clojure file and the resources into a project. It checks everything before it writes anything.
func (a *app) emitProject(ctx context.Context, flags *emitFlags, project *leiningen.Project, prog *compiler.Program, opts clojure.Options, text []byte) error {
	prog.ResourceEntries = project.WithoutOutput(opts.Dialect, prog.ResourceEntries)
	assembly, err := prog.Assemble(ctx, validate.Platform{})
	if err != nil {
		return assembleError(err)
	}
	defer assembly.Close()
	plan, err := project.Plan(leiningen.Topology{
		Dialect: opts.Dialect, Name: prog.Topology.Name, Namespace: opts.Namespace,
		Clojure: text, Resources: resources(assembly.Archive.Entries),
	})
	if err != nil {
		return environmentError(err)
	}
	switch outdated, foreign := plan.Outdated(), plan.Foreign(); {
	case flags.check && len(outdated) > 0:
		return a.outOfDate(outdated...)
	case flags.check:
		return nil
	case len(foreign) > 0 && !flags.force:
		return refuseForeign(foreign...)
	}
	err = plan.Write(func(path string, written bool) {
		switch {
		case written:
			printTo(a.stdout, "wrote     %s\n", path)
		case !flags.fresh:
			printTo(a.stdout, "unchanged %s\n", path)
		}
	})
	if err != nil {
		return environmentError(err)
	}
	for _, path := range plan.Hidden() {
		printTo(a.stderr, "note: Leiningen leaves hidden files out of the jar, such as %s, unless :jar-exclusions says something else\n", path)
	}
	if opts.Dialect != clojure.Streamparse && !flags.fresh {
		printTo(a.stdout, "build with \"lein uberjar\", submit with \"storm jar THE-STANDALONE.jar %s %s\"\n",
			strings.ReplaceAll(opts.Namespace, "-", "_"), shellescape.Quote(prog.Topology.Name))
	}
	return nil
}

// resources returns the entries below resources/. A Clojure file makes its JVM objects itself, and needs no adapter.
func resources(entries []jar.Entry) []jar.Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e jar.Entry) bool { return !strings.HasPrefix(e.Name, jar.Root) })
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
		return refuseForeign(flags.output)
	}
	if flags.check {
		return a.outOfDate(flags.output)
	}
	return a.writeOutput(flags.output, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// refuseForeign refuses to overwrite files of somebody else.
func refuseForeign(paths ...string) error {
	var err error
	for _, p := range paths {
		err = errors.Join(err, fmt.Errorf("stormflux did not write %s, or somebody changed it since; overwrite it with --force", p))
	}
	return &exitError{code: exitFindings, err: err}
}

// outOfDate prints what --check found.
func (a *app) outOfDate(paths ...string) error {
	for _, p := range paths {
		printTo(a.stdout, "%s is not up to date\n", p)
	}
	return findings
}
