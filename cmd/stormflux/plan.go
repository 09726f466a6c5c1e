package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/running"
	"github.com/stormflux/stormflux/validate"
)

// exitChanges is the exit code of a plan with changes. It is that of wrong usage elsewhere; see [app.planCommand].
const exitChanges = 2

// changes ends a plan that has changes.
var changes = &exitError{code: exitChanges}

type planFlags struct {
	topologyFlags
	clusterFlags
	output string
}

func (a *app) planCommand() *cobra.Command {
	var flags planFlags
	var format string
	cmd := &cobra.Command{
		Use:   "plan FILE|-",
		Short: "Show what a submission would change on the cluster",
		Long: `Compare a topology's file with the topology of that name on the cluster, and show what a submission would change:
components, streams, groupings, configuration, parallelism and code. A change is possible in place (a rebalance is enough),
or it needs a restart. The command changes nothing on the cluster.

The code is compared by a fingerprint, which 'stormflux submit' stores in the topology's configuration.

The exit code is 0 if there are no changes, 2 if there are changes, 1 if the topology's file has errors, and 3 for anything
else, also for a wrong command line.`,
		Example: `  stormflux plan topology.yaml -e prod
  stormflux plan topology.yaml -e prod --format json
  stormflux plan topology.yaml -e prod -o topology.plan`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.plan(cmd.Context(), &flags, args[0], format == "json")
		},
	}
	flags.needsJars, flags.checkedHooks = true, hookNames()
	flags.topologyFlags.add(cmd)
	flags.addDependencies(cmd)
	flags.clusterFlags.add(cmd)
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "also save the plan to `FILE`, as JSON")
	addChoice(cmd, cmd.Flags(), &format, "format", "the `FORMAT` of the output: text or json", "text", "json")
	return cmd
}

func (a *app) plan(ctx context.Context, flags *planFlags, path string, asJSON bool) error {
	if err := notEmpty(flags.topologyFlags.flags, "output"); err != nil {
		return err
	}
	if flags.output == "-" {
		return usageError("-o -: give the name of a file; --format json prints the plan")
	}
	client, c, err := a.checkForCluster(ctx, &flags.topologyFlags, &flags.clusterFlags, path)
	if err != nil {
		return err
	}
	defer client.Close()
	prog := a.program(c.topology, compiler.Options{})
	if err := notAnInput(flags.output, c.topology, prog); err != nil {
		return err
	}
	if _, err := a.newChange(ctx, client, prog.Topology.Name, nil); err != nil {
		return err
	}
	p, err := a.makePlan(ctx, client, c, prog)
	if err != nil {
		return err
	}
	if flags.output != "" {
		if err := savePlan(flags.output, p); err != nil {
			return environmentError(err)
		}
	}
	if asJSON {
		err = a.printJSON(p)
	} else {
		err = a.printPlan(p)
	}
	if err != nil {
		return err
	}
	if p.Action != plan.None {
		return changes
	}
	return nil
}

// makePlan builds a program's files and compares the program with the topology on the cluster.
func (a *app) makePlan(ctx context.Context, client *nimbus.Client, c *checked, prog *compiler.Program) (*plan.Plan, error) {
	old, err := running.Read(ctx, client, prog.Topology.Name)
	if err != nil {
		return nil, environmentError(err)
	}
	files, err := prog.Assemble(ctx, validate.Platform{})
	if err != nil {
		return nil, assembleError(err)
	}
	code, err := prog.Fingerprint(ctx, files)
	if err := errors.Join(err, files.Close()); err != nil {
		return nil, environmentError(err)
	}
	p := plan.Compare(old, plan.Program{Topology: prog.Topology, Fingerprint: code})
	server, _ := client.Server()
	p.File, p.Server = c.path, server.String()
	if env := c.document.Environment; env != nil {
		p.Environment = env.Name
	}
	return p, nil
}

// printPlan prints a plan for people. The plan has made the words of the cluster safe for a terminal; its colours are ours.
func (a *app) printPlan(p *plan.Plan) error {
	_, err := io.WriteString(a.stdout, p.Text(a.color.On(a.stdout)))
	return err
}

// savePlan writes a plan, whole or not at all.
func savePlan(path string, p *plan.Plan) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(text.Bytes())
		return err
	})
}
