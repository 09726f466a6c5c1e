// Command stormflux compiles declarative YAML to Apache Storm topologies, checks it, submits it to Nimbus and manages it
// there.
//
// The exit codes of every command: 0 fine, 1 findings (the topology has faults), 2 usage, 3 trouble with the cluster or
// the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
)

func main() {
	tuneCollector(os.Args[1:])
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitFine        = 0
	exitFindings    = 1
	exitUsage       = 2
	exitEnvironment = 3
)

// exitError carries the exit code of a failed command. err is nil when everything has been printed already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// findings ends a command whose diagnostics have been printed.
var findings = &exitError{code: exitFindings}

// environmentError says that the world failed: a file, the cluster, a tool.
func environmentError(err error) error { return &exitError{code: exitEnvironment, err: err} }

// usageError says that the command was called wrongly.
func usageError(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// run executes the command line and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		// Cobra's own complaints: unknown commands and flags, wrong arguments.
		exit = &exitError{code: exitUsage, err: err}
		if file := (*fs.PathError)(nil); errors.As(err, &file) {
			exit.code = exitEnvironment // output that could not be written
		}
	}
	if exit.err != nil {
		fmt.Fprintf(stderr, "stormflux: %v\n", exit.err)
	}
	return exit.code
}

// app is what all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	color          console.Color // --color
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stormflux",
		Short: "Compile YAML to Apache Storm topologies",
		Long: `stormflux compiles a declarative YAML file to an Apache Storm topology: components in Go or any other language,
streams, groupings, parallelism and ticks in one file. It checks the file, compiles it without a JVM, runs it on this
machine, submits it to Nimbus and manages it there, or writes it as Clojure into a Leiningen project.`,
		Example: `  stormflux validate topology.yaml
  stormflux run topology.yaml
  stormflux submit topology.yaml -e prod --wait`,
		SilenceUsage:               true,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		Version:                    version(),
	}
	root.SetVersionTemplate("stormflux {{.Version}}\n")
	addChoice(root, root.PersistentFlags(), &a.color, "color", "colour: auto (on a terminal, unless NO_COLOR is set), always or never", console.Colors()...)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%w%s\nRun '%s --help' for usage.", err, nearFlag(cmd, err), cmd.CommandPath())
	})
	root.AddCommand(
		a.validateCommand(),
		a.compileCommand(),
		a.emitCljCommand(),
		a.initCommand(),
		a.runCommand(),
		a.configCommand(),
		a.schemaCommand(),
		a.explainCommand(),
		a.submitCommand(),
		a.listCommand(),
		a.statusCommand(),
		a.killCommand(),
		a.activateCommand(),
		a.deactivateCommand(),
		a.rebalanceCommand(),
	)
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.Args = nil // an unknown shell is an unknown command, not a reason to print help and succeed
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				return usageError("which shell? Usage: %s bash|zsh|fish|powershell", cmd.CommandPath())
			}
		}
	}
	return root
}

// nearFlag says which flag an unknown one may have been meant for.
func nearFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near, ok := diag.Suggest(unknown.GetSpecifiedName(), names)
	if !ok {
		return ""
	}
	return fmt.Sprintf("; did you mean --%s?", near)
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(development)"
	}
	return info.Main.Version
}
