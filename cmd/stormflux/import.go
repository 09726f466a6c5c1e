package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/importer"
)

// importFlags are the flags of import.
type importFlags struct {
	clusterFlags
	output string
	jar    string
	class  string
}

func (a *app) importCommand() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "import NAME|FILE|FOLDER",
		Short: "Write a running topology, or one of another system, as YAML",
		Long: `Write a topology that runs on a cluster as a YAML file. Compiled again, the file gives the same topology.

If there is a file or folder with the name, the command reads the topology in it: Storm's or streamparse's DSL in Clojure, a
Topology class of streamparse, create.py of Petrel (both are run with python3, and neither library is needed), Heron's ECO, or
pyleus's YAML. A folder is a project with one such file.

With --jar, the command saves the topology's jar too, and reads commands, Go programs and Python classes from it. What
cannot be recovered is a comment at its place in the file, and a note on standard error.`,
		Example: `  stormflux import wordcount
  stormflux import wordcount -e prod -o wordcount.yaml --jar wordcount.jar
  stormflux import src/wordcount/core.clj
  stormflux import topologies/wordcount.py -o wordcount.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("name one topology%s. Usage: %s", notMany(args), cmd.UseLine())
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.topologyNames(cmd.Context(), &flags.clusterFlags), cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importAny(cmd.Context(), &flags, args[0])
		},
	}
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "write to `FILE`, which must not exist, instead of standard output")
	cmd.Flags().StringVar(&flags.jar, "jar", "", "save the topology's jar as `FILE`, which must not exist, and read commands and programs from it")
	cmd.Flags().StringVar(&flags.class, "class", "", "read the Topology class `NAME` of a Python file that has several")
	_ = cmd.MarkFlagFilename("jar", "jar")
	_ = cmd.RegisterFlagCompletionFunc("class", cobra.NoFileCompletions)
	flags.add(cmd)
	flags.addEnvironment(cmd)
	return cmd
}

func (a *app) importAny(ctx context.Context, flags *importFlags, name string) error {
	if err := notEmpty(flags.flags, "output", "jar"); err != nil {
		return err
	}
	for _, path := range []string{flags.output, flags.jar} {
		if err := mustNotExist(path); err != nil {
			return err
		}
	}
	if _, err := os.Stat(name); err != nil || isName(name) && flags.chooseCluster() {
		if !isName(name) {
			return environmentError(fmt.Errorf("reading %s: %w", name, bare(err)))
		}
		document, err := a.importRunning(ctx, flags, name)
		if err != nil {
			return err
		}
		err = a.writeImported(flags, document)
		if err != nil && flags.jar != "" {
			os.Remove(flags.jar) // without the file it is of no use, and it stops the next try
		}
		return err
	}
	if flags.jar != "" {
		return usageError("--jar is for a topology on a cluster, and %s is a file", name)
	}
	document, err := importer.Import(ctx, name, importer.Options{Folder: filepath.Dir(flags.output), Class: flags.class})
	if _, wrong := errors.AsType[*foreign.Fault](err); wrong {
		return &exitError{code: exitFindings, err: err}
	}
	if err != nil {
		return environmentError(err)
	}
	return a.writeImported(flags, document)
}

// isName reports whether a topology on a cluster can have a name. If not, a file is meant.
func isName(name string) bool { return !strings.ContainsAny(name, `/.\`) }

// chooseCluster reports whether the command line names a cluster, or asks for something of one.
func (f *importFlags) chooseCluster() bool {
	return f.jar != "" || f.dev || len(f.seeds) > 0 || f.leader != "" || f.stormConf != "" || *f.environment != ""
}

// mustNotExist refuses to overwrite a file. "" and "-" are not files.
func mustNotExist(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return environmentError(fmt.Errorf("%s exists already; import does not overwrite files", path))
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return environmentError(fmt.Errorf("writing %s: %w", path, err))
}

// writeImported writes a document, and the notes in it to standard error.
func (a *app) writeImported(flags *importFlags, document *asyaml.Document) error {
	text := asyaml.Write(document)
	output := flags.output
	if output == "" {
		output = "-"
	}
	if err := a.writeOutput(output, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	for _, remark := range document.Remarks() {
		printTo(a.stderr, "note: %s\n", remark)
	}
	if output != "-" {
		printTo(a.stderr, "wrote %s\n", output)
	}
	return nil
}

// importRunning reads a topology from a cluster.
func (a *app) importRunning(ctx context.Context, flags *importFlags, name string) (*asyaml.Document, error) {
	client, err := a.connectAlone(ctx, &flags.clusterFlags)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	found, err := readRunning(ctx, client, name)
	if err != nil {
		return nil, clusterError(err)
	}
	if flags.jar == "" {
		return found.document(asyaml.Options{Remedy: "To recover what it starts: stormflux import " + name + " --jar FILE"}), nil
	}
	return a.importJar(ctx, client, flags, found)
}

// bare returns the cause of an error about a path, without the path.
func bare(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	return err
}
