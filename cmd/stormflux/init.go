package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/schema/grammar"
)

func (a *app) initCommand() *cobra.Command {
	var lein bool
	var name string
	cmd := &cobra.Command{
		Use:   "init --leiningen [DIR]",
		Short: "Make a new project",
		Long: `Make a new project with a word count to start from, in DIR or in the current folder.

With --leiningen, it is a Leiningen project: the topology in YAML, its scripts where Leiningen expects them, project.clj,
the Clojure file that emit-clj makes from the topology, and the schema for editors. "lein uberjar" builds it. The command does not overwrite
files.`,
		Example: `  stormflux init --leiningen wordcount
  cd wordcount && lein uberjar`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !lein {
				return usageError("choose the kind of project: --leiningen")
			}
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return a.initLeiningen(cmd.Context(), dir, name)
		},
	}
	cmd.Flags().BoolVar(&lein, "leiningen", false, "make a Leiningen project, with the topology as Clojure")
	cmd.Flags().StringVar(&name, "name", "", "the `NAME` of the project and its topology (default: the folder's name)")
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
	files, err := leiningen.Create(dir, name, grammar.TopologySchema())
	if err != nil {
		return environmentError(err)
	}
	for _, f := range files {
		printTo(a.stdout, "wrote     %s\n", f)
	}
	emit := a.emitCljCommand()
	emit.SilenceUsage, emit.SilenceErrors = true, true
	emit.SetArgs([]string{"--project", dir, "--", files[0]})
	return emit.ExecuteContext(ctx)
}
