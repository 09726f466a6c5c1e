package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/hooks"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/replace"
)

type applyFlags struct {
	topologyFlags
	clusterFlags
	changeFlags
	inactive    bool
	credentials string
}

// changeFlags are the flags of commands that replace a topology.
type changeFlags struct {
	yes     bool
	format  string
	drain   time.Duration
	timeout time.Duration
}

func (f *changeFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	addChoice(cmd, cmd.Flags(), &f.format, "format", "the `FORMAT` of the output: text, or json with one document a line", "text", "json")
	addDrain(cmd, &f.drain)
	f.timeout = 5 * time.Minute
	cmd.Flags().Var((*durationFlag)(&f.timeout), "timeout", "wait at most this `DURATION` until the new topology is up")
}

func addDrain(cmd *cobra.Command, drain *time.Duration) {
	*drain = 30 * time.Second
	cmd.Flags().Var((*durationFlag)(drain), "drain", "give tuples in flight at most this `DURATION` before the old topology ends")
}

func (a *app) applyCommand() *cobra.Command {
	var flags applyFlags
	cmd := &cobra.Command{
		Use:   "apply FILE|- [PLANFILE]",
		Short: "Change the topology on the cluster to what its file says",
		Long: `Make a plan, show it, ask, and do what it says. If a rebalance is enough, the topology stays. Otherwise the command replaces
it: it checks and uploads the new topology first, saves the old one, deactivates it, waits until its tuples are done, kills
it, submits the new one, and waits until that is up. If it does not come up, the old topology is put back.

With PLANFILE, which 'stormflux plan -o' wrote, the command does exactly that plan. It refuses if the cluster, or what
would be submitted, has changed since.

The first Ctrl-C stops at a point where a topology runs. If the command ends in the middle, 'stormflux plan' says what there
is, 'stormflux apply' goes on, and 'stormflux restore' puts the old topology back.`,
		Example: `  stormflux apply topology.yaml -e prod
  stormflux apply topology.yaml -e prod --yes --drain 1m
  stormflux apply topology.yaml topology.plan -e prod`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return usageError("name one file, and a saved plan if there is one. Usage: %s", cmd.UseLine())
			}
			return nil
		},
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			saved := ""
			if len(args) == 2 {
				saved = args[1]
			}
			return a.apply(cmd.Context(), &flags, args[0], saved, "apply")
		},
	}
	flags.needsJars = true
	flags.topologyFlags.add(cmd)
	flags.addDependencies(cmd)
	flags.clusterFlags.add(cmd)
	flags.changeFlags.add(cmd)
	addCredentials(cmd, &flags.credentials)
	return cmd
}

// apply does what a plan says. saved is the file of a saved plan, or "". command is the name of the command, for hooks.
func (a *app) apply(ctx context.Context, flags *applyFlags, path, saved, command string) error {
	var wanted *plan.Plan
	if saved != "" {
		text, err := os.ReadFile(saved)
		if err == nil {
			wanted, err = plan.Decode(text)
		}
		if err != nil {
			return environmentError(fmt.Errorf("reading %s: %w", saved, err))
		}
	}
	client, c, err := a.checkForCluster(ctx, &flags.topologyFlags, &flags.clusterFlags, path)
	if err != nil {
		return err
	}
	defer client.Close()
	prog := a.program(c.topology, compiler.Options{})
	change, err := a.newChange(ctx, client, prog.Topology.Name, &flags.changeFlags)
	if err != nil {
		return err
	}
	defer change.close()
	p, err := a.makePlan(ctx, client, c, prog)
	if err != nil {
		return err
	}
	if wanted != nil {
		if why := wanted.Outdated(p); why != "" {
			return environmentError(fmt.Errorf("%s does not hold any more: %s\n  nothing has changed on the cluster", saved, why))
		}
	}
	if p.Action == plan.None {
		if done, err := change.settle(ctx); done || err != nil {
			return err
		}
	}
	if err := change.show(p); err != nil || p.Action == plan.None {
		return errors.Join(err, change.ended("none", p.ID))
	}
	if err := a.confirm(ctx, flags.yes || saved != "", "Apply this plan?"); err != nil {
		return err
	}
	around, err := a.surround(c.document.Environment, client, hooks.PreSubmit, hooks.PostSubmit, command, p.Name, c.path)
	if err != nil {
		return err
	}
	if p.Action == plan.InPlace {
		return change.rebalance(ctx, p, around)
	}
	request := submitRequest(client, prog, flags.inactive)
	if request.Credentials, err = a.credentialsFor(ctx, &flags.clusterFlags, flags.credentials, c, prog); err != nil {
		return err
	}
	jar, err := a.temporaryJar(ctx, prog)
	if err != nil {
		return assembleError(err)
	}
	defer os.Remove(jar.path)
	request.JarPath, request.Conf = jar.path, jar.conf
	if progress := console.Progress(a.stderr, "uploading", jar.size); progress != nil {
		request.Progress = func(sent, _ int64) { progress(sent) }
	}
	kill, err := a.surround(c.document.Environment, client, hooks.PreKill, hooks.PostKill, command, p.Name, c.path)
	if err != nil {
		return err
	}
	return change.replace(ctx, request, p, around, kill)
}

// confirm asks a question. Without a terminal, nobody can answer.
func (a *app) confirm(ctx context.Context, yes bool, question string) error {
	if yes {
		return nil
	}
	if a.stdin == nil || !console.IsTerminal(a.stdin) {
		return usageError("nobody can be asked here: --yes answers the question %q", question)
	}
	printTo(a.stdout, "%s [y/N] ", question)
	answers := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(a.stdin).ReadString('\n')
		answers <- answer
	}()
	select {
	case answer := <-answers:
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "y", "yes":
			return nil
		}
		return environmentError(errors.New("nothing has changed on the cluster"))
	case <-ctx.Done():
		return environmentError(errors.New("stopped; nothing has changed on the cluster"))
	}
}

// rebalance does a plan that needs no restart, and waits until Nimbus has done it.
func (ch *change) rebalance(ctx context.Context, p *plan.Plan, around *surrounding) error {
	if err := around.before(ctx, ""); err != nil {
		return err
	}
	options := nimbus.RebalanceOptions{Wait: ch.flags.drain, Workers: p.Rebalance.Workers, Executors: map[string]int32{}}
	for component, n := range p.Rebalance.Executors {
		options.Executors[component] = int32(n)
	}
	if err := ch.client.Rebalance(ctx, ch.name, options); err != nil {
		return environmentError(err)
	}
	ch.say(replace.Event{Stage: "rebalancing", Text: fmt.Sprintf("rebalancing %s, after %s with the spouts off", p.ID, ch.flags.drain)})
	if err := replace.AwaitRebalance(ctx, ch.client, ch.name, ch.options()); err != nil {
		return environmentError(err)
	}
	ch.say(replace.Event{Stage: replace.Done, Text: "rebalanced"})
	if _, err := ch.settle(ctx); err != nil {
		return err
	}
	return errors.Join(ch.ended("done", p.ID), around.after(ctx, p.ID))
}

// replace puts the new topology in the place of the old one, or submits it if there is none.
func (ch *change) replace(ctx context.Context, request nimbus.SubmitRequest, p *plan.Plan, around, kill *surrounding) error {
	options := ch.options()
	old := p.ID
	options.Before = func(ctx context.Context) error {
		if err := around.before(ctx, request.JarPath); err != nil || old == "" {
			return err
		}
		return kill.before(ctx, "")
	}
	if err := replace.Replace(ctx, ch.client, ch.store, request, old, options); err != nil {
		return ch.failed(ctx, err)
	}
	id := ""
	if t, err := ch.client.Find(ctx, ch.name); err == nil {
		id = t.ID
	}
	var err error
	if old != "" {
		err = kill.after(ctx, "")
	}
	return errors.Join(ch.ended("done", id), err, around.after(ctx, id))
}
