package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/leiningen"
)

// leiningenStorm is the Storm that a new Leiningen project depends on: the newest whose artifacts are whole on Maven
// Central.
const leiningenStorm = "2.8.3"

func (a *app) initCommand() *cobra.Command {
	var lein bool
	var name string
	cmd := &cobra.Command{
		Use:   "init --leiningen [DIR]",
		Short: "Make a new project",
		Long: `Make a new project in a folder (by default this one), with a word count to start from.

With --leiningen it is a Leiningen project: the topology in YAML, its scripts where Leiningen wants them, project.clj, and
the Clojure file that emit-clj makes of the topology. "lein uberjar" builds it. Files that are there already are not
touched.`,
		Example: `  stormflux init --leiningen wordcount
  cd wordcount && lein uberjar`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !lein {
				return usageError("say what kind of project: --leiningen")
			}
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return a.initLeiningen(cmd.Context(), dir, name)
		},
	}
	cmd.Flags().BoolVar(&lein, "leiningen", false, "a Leiningen project, with the topology emitted as Clojure")
	cmd.Flags().StringVar(&name, "name", "", "the project's and topology's `NAME` (default: the folder's)")
	_ = cmd.RegisterFlagCompletionFunc("name", cobra.NoFileCompletions)
	return cmd
}

func (a *app) initLeiningen(ctx context.Context, dir, name string) error {
	if name == "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return environmentError(err)
		}
		name = filepath.Base(abs)
	}
	name = strings.ToLower(clojure.Symbol(name))
	namespace := clojure.DefaultNamespace(name, clojure.Storm)
	files, err := leiningen.Create(dir, leiningen.NewProject{
		Project: name, Topology: name, Namespace: namespace,
		Source: "src/" + clojure.SourcePath(namespace), Class: strings.ReplaceAll(namespace, "-", "_"), Storm: leiningenStorm,
	})
	if err != nil {
		return environmentError(err)
	}
	for _, f := range files {
		fmt.Fprintf(a.stdout, "wrote     %s\n", f)
	}
	emit := a.emitCljCommand()
	emit.SilenceUsage, emit.SilenceErrors = true, true
	emit.SetArgs([]string{"--project", dir, "--", files[0]})
	return emit.ExecuteContext(ctx)
}
