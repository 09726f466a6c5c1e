package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/leiningen"
	"github.com/stormflux/stormflux/internal/scaffold"
	"github.com/stormflux/stormflux/schema/grammar"
)

func (a *app) initCommand() *cobra.Command {
	var kind, name string
	var lein bool
	kinds := map[string]scaffold.Template{}
	var names []string
	about := ""
	for _, t := range append(scaffold.Templates(), scaffold.Template{Name: leiningenTemplate, About: "a Leiningen project, with the topology as Clojure too"}) {
		kinds[t.Name] = t
		names = append(names, t.Name)
		about += fmt.Sprintf("\n  %-10s  %s", t.Name, t.About)
	}
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a new project",
		Long: `Make a new project with a word count to start from, in DIR or in the current folder. The folder must be empty, or
hold a new repository: its .git, .gitignore, README.md and LICENSE stay as they are. The project validates, runs, has tests,
and can be submitted. --template chooses its kind. Without it, the command asks on a terminal,
and elsewhere takes ` + names[0] + `.

Templates:` + about + `

The components of a Go project need the module of stormflux. If this program is not a release, the project uses the checkout
that the program was built from.`,
		Example: `  stormflux init --template python wordcount
  cd wordcount && stormflux run wordcount.yaml`,
		Args: atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notEmpty(cmd.Flags(), "template", "name"); err != nil {
				return err
			}
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			switch {
			case dir == "":
				return usageError("DIR is empty; name a folder, or leave it out to use the current one")
			case lein && kind != "":
				return usageError("--leiningen is the same as --template leiningen; give only one of --leiningen and --template")
			case lein:
				kind = leiningenTemplate
			}
			if kind == "" {
				var err error
				if kind, err = a.askTemplate(names, about); err != nil {
					return err
				}
			}
			t, ok := kinds[kind]
			if !ok {
				return usageError("--template: %s", unknownTemplate(kind, names))
			}
			if kind == leiningenTemplate {
				return a.initLeiningen(cmd.Context(), dir, name)
			}
			return a.initProject(dir, name, t)
		},
	}
	cmd.Flags().StringVar(&kind, "template", "", "make a project of the `KIND`: "+strings.Join(names, ", "))
	cmd.Flags().BoolVar(&lein, "leiningen", false, "the same as --template leiningen")
	cmd.Flags().StringVar(&name, "name", "", "the `NAME` of the project and its topology (default: the folder's name)")
	_ = cmd.RegisterFlagCompletionFunc("template", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("name", cobra.NoFileCompletions)
	return cmd
}

const leiningenTemplate = "leiningen"

// askTemplate asks for the kind of the project on a terminal. Elsewhere it is the default.
func (a *app) askTemplate(names []string, about string) (string, error) {
	if !console.IsTerminal(a.stdout) || a.stdin == nil || !console.IsTerminal(a.stdin) {
		return names[0], nil
	}
	printTo(a.stdout, "Templates:%s\n", about)
	return chooseTemplate(bufio.NewReader(a.stdin), a.stdout, names)
}

// chooseTemplate asks until the answer is a template. An empty answer chooses the default.
func chooseTemplate(in *bufio.Reader, out io.Writer, names []string) (string, error) {
	for {
		printTo(out, "Template [%s]: ", names[0])
		answer, err := in.ReadString('\n')
		if err != nil && answer == "" {
			return "", usageError("no template was chosen")
		}
		if answer = strings.TrimSpace(answer); answer == "" {
			return names[0], nil
		}
		if slices.Contains(names, answer) {
			return answer, nil
		}
		printTo(out, "%s\n", unknownTemplate(answer, names))
	}
}

func unknownTemplate(kind string, names []string) string {
	text := fmt.Sprintf("there is no template %q; known templates: %s", kind, strings.Join(names, ", "))
	if near, ok := diag.Suggest(kind, names); ok {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return text
}

func (a *app) initProject(dir, name string, t scaffold.Template) error {
	if name != "" && !scaffold.ValidName(name) {
		return usageError("--name: %q is not the name of a topology: it has letters, digits, \"-\" and \"_\"", name)
	}
	info, _ := debug.ReadBuildInfo()
	version := releaseVersion(info)
	p, err := scaffold.Create(scaffold.Options{Template: t, Dir: dir, Name: name, Schema: grammar.TopologySchema(), Version: version})
	if err != nil {
		return environmentError(err)
	}
	for _, f := range p.Files {
		printTo(a.stdout, "wrote     %s\n", filepath.ToSlash(f))
	}
	for _, f := range p.Kept {
		printTo(a.stdout, "kept      %s\n", filepath.ToSlash(f))
	}
	switch {
	case p.Checkout != "":
		printTo(a.stdout, "go.mod takes the package for components from %s\n", p.Checkout)
	case version == "" && slices.ContainsFunc(p.Files, func(f string) bool { return filepath.Base(f) == "go.mod" }):
		printTo(a.stdout, "this program is not a release, and the checkout that it was built from is not here: before the first run, type\n"+
			"  go mod edit -replace github.com/stormflux/stormflux=CHECKOUT && go mod tidy\n")
	}
	a.sayNext(dir, t.Needs, p.Topology)
	return nil
}

// sayNext prints how a new project runs. needs is a command to run before, or "".
func (a *app) sayNext(dir, needs, topology string) {
	next := []string{"stormflux run " + shellescape.Quote(filepath.Base(topology))}
	if needs != "" {
		next = append([]string{needs}, next...)
	}
	if dir != "." {
		next = append([]string{"cd " + shellescape.Quote(dir)}, next...)
	}
	printTo(a.stdout, "Now: %s\n", strings.Join(next, " && "))
}

// releaseVersion returns the version of a release, which Go can fetch, else "". Go gives a program that is built from a commit
// without a tag a pseudo-version.
func releaseVersion(info *debug.BuildInfo) string {
	if info == nil {
		return ""
	}
	v := info.Main.Version
	if !semver.IsValid(v) || semver.Build(v) != "" || module.IsPseudoVersion(v) {
		return ""
	}
	return v
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
	emit := a.emitCljWith(&emitFlags{fresh: true})
	emit.SilenceUsage, emit.SilenceErrors = true, true
	emit.SetArgs([]string{"--project", dir, "--", files[0]})
	if err := emit.ExecuteContext(ctx); err != nil {
		return err
	}
	a.sayNext(dir, "", files[0])
	return nil
}
