// Command stormflux checks topologies in YAML, compiles them for Apache Storm, runs them on this machine, submits them to a
// cluster and manages them there.
//
// The package is wiring: a file for each command, with its flags, its messages and its exit code. What the commands know is
// in other packages.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

func main() {
	tuneCollector(os.Args[1:])
	os.Exit((&app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}).runUntilSignal(os.Args[1:]))
}

// runUntilSignal is run, stopped by a signal.
func (a *app) runUntilSignal(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once, unless the command handles it
	return a.run(ctx, args)
}

// The exit codes of every command.
const (
	exitFine        = 0
	exitFindings    = 1 // the topology has errors
	exitUsage       = 2 // wrong usage
	exitEnvironment = 3 // something else failed: a file, the cluster, a tool
)

// exitError carries the exit code of a failed command. err is nil when the command has printed everything already.
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

// findings ends a command that has printed its diagnostics.
var findings = &exitError{code: exitFindings}

// environmentError gives an error of a file, the cluster or a tool its exit code.
func environmentError(err error) error { return &exitError{code: exitEnvironment, err: err} }

// usageError returns an error of the command line.
func usageError(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// run executes the command line and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&app{stdin: stdin, stdout: stdout, stderr: stderr}).run(ctx, args)
}

// run executes the command line and returns its exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitFine
	}
	var exit *exitError
	if !errors.As(err, &exit) {
		// Cobra's own complaints: unknown commands and flags, wrong arguments.
		exit = &exitError{code: exitUsage, err: err}
		if file := (*fs.PathError)(nil); errors.As(err, &file) {
			exit.code = exitEnvironment // a command could not write its output
		}
	}
	if exit.code == exitUsage && !errors.Is(err, changes) && cmd.Name() == "plan" {
		exit.code = exitEnvironment // exitChanges has the same number, and scripts act on it
	}
	if exit.err != nil {
		printTo(a.stderr, "stormflux: %v\n", exit.err)
		if step := nextStep(nimbus.NextOf(exit.err), a.cluster); step != "" {
			printTo(a.stderr, "  %s\n", step)
		}
	}
	return exit.code
}

// app holds what all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	color          console.Color // --color
	cluster        string        // the flags of the command line that choose the cluster, each after a space
	resolved       resolvedArtifacts
	watch          nimbus.WatchOptions // its Settle, Stay and Interval, which tests shorten
	quietBuilds    bool                // does not announce slow builds: in scripts, the output must not depend on the machine
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "stormflux",
		Short: "Compile YAML to Apache Storm topologies",
		Long: `stormflux makes an Apache Storm topology from a YAML file. The file declares components in Go or any other language,
their streams, groupings, parallelism and ticks. stormflux checks the file, compiles it without a JVM, runs the topology on
this machine, submits it to a cluster and manages it there, or writes it as Clojure into a Leiningen project.`,
		Example: `  stormflux validate topology.yaml
  stormflux run topology.yaml
  stormflux submit topology.yaml -e prod --wait`,
		SilenceUsage:               true,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		Version:                    version(),
	}
	root.SetVersionTemplate("stormflux {{.Version}}\n")
	addChoice(root, root.PersistentFlags(), &a.color, "color", "`WHEN` to use colour: auto (on a terminal, unless NO_COLOR is set), always or never", console.Colors()...)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		a.cluster = clusterWords(cmd.Flags())
		return excluded(cmd)
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%w%s\nRun '%s --help' for usage.", err, nearFlag(cmd, err), cmd.CommandPath())
	})
	root.AddCommand(
		a.validateCommand(),
		a.fmtCommand(),
		a.compileCommand(),
		a.emitCljCommand(),
		a.graphCommand(),
		a.importCommand(),
		a.initCommand(),
		a.runCommand(),
		a.testCommand(),
		a.configCommand(),
		a.schemaCommand(),
		a.explainCommand(),
		a.planCommand(),
		a.applyCommand(),
		a.restoreCommand(),
		a.submitCommand(),
		a.listCommand(),
		a.statusCommand(),
		a.logsCommand(),
		a.logLevelCommand(),
		a.debugCommand(),
		a.profileCommand(),
		a.killCommand(),
		a.activateCommand(),
		a.deactivateCommand(),
		a.rebalanceCommand(),
		a.uploadCredentialsCommand(),
		a.devClusterCommand(),
		a.doctorCommand(),
		a.versionCommand(),
		a.manCommand(),
	)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout) // before the completion command, which keeps it
	root.SetErr(a.stderr)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.RunE = help
		case "completion":
			cmd.Args = nil // an unknown shell is an error, and not a reason to print the help and succeed
			cmd.RunE = func(cmd *cobra.Command, args []string) error {
				return usageError("name a shell. Usage: %s bash|zsh|fish|powershell", cmd.CommandPath())
			}
		}
	}
	return root
}

// help prints the help of the command that args name. Cobra's own prints the help of stormflux for an unknown command, and
// succeeds.
func help(cmd *cobra.Command, args []string) error {
	found, rest, err := cmd.Root().Find(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("%s has no command %q", found.CommandPath(), rest[0])
	}
	found.InitDefaultHelpFlag()
	return found.Help()
}

// nearFlag suggests a flag in place of an unknown one.
func nearFlag(cmd *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	near, ok := diag.Suggest(unknown.GetSpecifiedName(), names)
	if !ok && unknown.GetSpecifiedName() == "output" && slices.Contains(names, "format") { // what other programs call it
		near, ok = "format", true
	}
	if !ok {
		return ""
	}
	return fmt.Sprintf("; did you mean --%s?", near)
}
