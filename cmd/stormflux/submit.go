package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/hooks"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/wire"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

type submitFlags struct {
	topologyFlags
	clusterFlags
	inactive    bool
	credentials string
	dryRun      bool
	wait        bool
	timeout     time.Duration
	replace     bool
	drain       time.Duration
}

func (a *app) submitCommand() *cobra.Command {
	var flags submitFlags
	cmd := &cobra.Command{
		Use:   "submit FILE|-",
		Short: "Check, compile and submit a topology to a cluster",
		Long: `Check and compile a topology for the cluster's version of Storm, build its jar, and submit both to Nimbus.

--nimbus chooses the cluster, else the environment, else storm.yaml in the places where the storm command looks for it.
The command checks everything that it can check here before it sends anything.

With --dry-run, the command does everything except the hooks, the upload and the submission. With --wait, it goes on until every
executor is up. If some are not, it reports which ones, and the errors of the topology.

With --replace, a topology of that name may be on the cluster: the command does what 'stormflux apply --yes' does.`,
		Example: `  stormflux submit topology.yaml
  stormflux submit topology.yaml -e prod --name wordcount-2 --wait
  stormflux submit topology.yaml --nimbus nimbus1 --nimbus nimbus2:6627 -c topology.workers=4
  stormflux submit topology.yaml --dry-run`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case cmd.Flags().Changed("timeout") && !flags.wait && !flags.replace:
				return usageError("--timeout has no effect without --wait or --replace")
			case cmd.Flags().Changed("drain") && !flags.replace:
				return usageError("--drain has no effect without --replace")
			case flags.replace:
				return a.apply(cmd.Context(), flags.asApply(), args[0], "", "submit")
			}
			return a.submit(cmd.Context(), &flags, args[0])
		},
	}
	flags.needsJars = true
	flags.topologyFlags.add(cmd)
	flags.addDependencies(cmd)
	flags.clusterFlags.add(cmd)
	cmd.Flags().BoolVar(&flags.inactive, "inactive", false, "submit the topology deactivated; 'stormflux activate' starts its spouts")
	addCredentials(cmd, &flags.credentials)
	cmd.Flags().BoolVar(&flags.dryRun, "dry-run", false, "do everything except the upload and the submission")
	cmd.Flags().BoolVar(&flags.wait, "wait", false, "wait until every executor is up, and print the errors of the topology")
	flags.timeout = 5 * time.Minute
	cmd.Flags().Var((*durationFlag)(&flags.timeout), "timeout", "with --wait, wait at most this `DURATION`")
	cmd.Flags().BoolVar(&flags.replace, "replace", false, "replace the topology of that name, as 'stormflux apply --yes' does")
	addDrain(cmd, &flags.drain)
	cmd.MarkFlagsMutuallyExclusive("dry-run", "wait")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "replace")
	return cmd
}

// asApply returns the flags of the same command as an apply.
func (f *submitFlags) asApply() *applyFlags {
	return &applyFlags{
		topologyFlags: f.topologyFlags, clusterFlags: f.clusterFlags, inactive: f.inactive, credentials: f.credentials,
		changeFlags: changeFlags{yes: true, drain: f.drain, timeout: f.timeout},
	}
}

func (a *app) submit(ctx context.Context, flags *submitFlags, path string) error {
	flags.checkedHooks = hookNames(hooks.PreSubmit, hooks.PostSubmit)
	client, c, err := a.checkForCluster(ctx, &flags.topologyFlags, &flags.clusterFlags, path)
	if err != nil {
		return err
	}
	defer client.Close()
	return a.submitProgram(ctx, client, flags, c, a.program(c.topology, compiler.Options{}))
}

// checkForCluster reads and checks a topology for the cluster that the flags choose, and connects to the cluster. The caller
// closes the client.
func (a *app) checkForCluster(ctx context.Context, flags *topologyFlags, cluster *clusterFlags, path string) (_ *nimbus.Client, _ *checked, err error) {
	opts, err := a.loadOptions(ctx, flags, path)
	if err != nil {
		return nil, nil, err
	}
	c, err := a.loadFor(ctx, flags, path, opts, validate.Options{})
	if err != nil {
		return nil, nil, err
	}
	if c.diags.HasErrors() {
		return nil, nil, a.report(flags, c.diags)
	}
	options := make(map[string]any, len(opts.Config))
	for _, o := range opts.Config {
		options[o.Key] = o.Value
	}
	client, err := a.connect(ctx, cluster, c.document.Environment, options)
	if err != nil {
		return nil, nil, err
	}
	if c, err = a.forCluster(ctx, client, flags, c, opts); err == nil {
		err = a.report(flags, c.diags)
	}
	if err != nil {
		client.Close()
		return nil, nil, err
	}
	return client, c, nil
}

// forCluster checks the topology for the version that the cluster runs, unless the user named another one.
func (a *app) forCluster(ctx context.Context, client *nimbus.Client, flags *topologyFlags, c *checked, opts schema.Options) (*checked, error) {
	_, name := client.Server()
	version, err := settings.ParseVersion(name)
	if err != nil {
		return c, nil // an unreleased or renamed build: keep the version that was assumed
	}
	chosen := c.topology.Storm
	env := c.document.Environment
	if flags.stormVersion == "" && (env == nil || env.Storm == nil) {
		if chosen.Major == version.Major && chosen.Minor == version.Minor {
			return c, nil
		}
		return a.loadFor(ctx, flags, c.path, opts, validate.Options{Storm: version})
	}
	if chosen.Major != version.Major || chosen.Minor != version.Minor {
		printTo(a.stderr, "stormflux: compiling for Storm %s as you asked, but the cluster runs %s\n", chosen, version)
	}
	return c, nil
}

func (a *app) submitProgram(ctx context.Context, client *nimbus.Client, flags *submitFlags, c *checked, prog *compiler.Program) error {
	request := submitRequest(client, prog, flags.inactive)
	var err error
	if request.Credentials, err = a.credentialsFor(ctx, &flags.clusterFlags, flags.credentials, c, prog); err != nil {
		return err
	}
	a.mentionReplacement(ctx, client, request.Name)
	if err := client.Check(ctx, request); err != nil {
		return environmentError(err)
	}
	around, err := a.surround(c.document.Environment, client, hooks.PreSubmit, hooks.PostSubmit, "submit", prog.Topology.Name, c.path)
	if err != nil {
		return err
	}
	jar, err := a.temporaryJar(ctx, prog)
	if err != nil {
		return assembleError(err)
	}
	defer os.Remove(jar.path)
	request.Conf = jar.conf
	server, _ := client.Server()
	if flags.dryRun {
		printTo(a.stdout, "%s: would be submitted to %s with a jar of %s\n", prog.Topology.Name, server, bytesText(jar.size))
		return nil
	}
	if err := around.before(ctx, jar.path); err != nil {
		return err
	}
	request.JarPath = jar.path
	if progress := console.Progress(a.stderr, "uploading", jar.size); progress != nil {
		request.Progress = func(sent, _ int64) { progress(sent) }
	}
	result, err := client.Submit(ctx, request)
	if err != nil {
		return environmentError(err)
	}
	state := "ACTIVE"
	if flags.inactive {
		state = "INACTIVE"
	}
	printTo(a.stdout, "%s: submitted to %s as %s, %s\n", prog.Topology.Name, result.Server, result.ID, state)
	if result.AnswerLost {
		printTo(a.stderr, "stormflux: the connection broke before Nimbus confirmed, but the topology is on the cluster\n")
	}
	if flags.wait {
		if err := a.waitFor(ctx, client, prog.Topology.Name, flags.timeout, c.declared(), sources(prog)); err != nil {
			return err
		}
	}
	return around.after(ctx, result.ID)
}

// submitRequest is the submission of a program, without its jar.
func submitRequest(client *nimbus.Client, prog *compiler.Program, inactive bool) nimbus.SubmitRequest {
	request := nimbus.SubmitRequest{
		Name: prog.Topology.Name, Topology: wire.Encode(prog.Topology), Conf: prog.Topology.Conf, Inactive: inactive,
	}
	for _, d := range prog.Dependencies {
		request.Dependencies = append(request.Dependencies, nimbus.Dependency(d))
	}
	if _, version := client.Server(); version != "" {
		request.Topology.StormVersion = &version
	}
	return request
}

// builtJar is the jar of a program, in a temporary file.
type builtJar struct {
	path string
	size int64
	conf map[string]any // what is submitted with it: the program's configuration, with the fingerprint of the jar
}

// temporaryJar writes the program's jar to a temporary file. The caller removes it.
func (a *app) temporaryJar(ctx context.Context, prog *compiler.Program) (jar builtJar, err error) {
	files, err := prog.Assemble(ctx, validate.Platform{})
	if err != nil {
		return jar, err
	}
	defer files.Close()
	f, err := os.CreateTemp("", "stormflux-*.jar")
	if err != nil {
		return jar, fmt.Errorf("making the jar: %w", err)
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := files.Archive.Write(ctx, f); err != nil {
		return jar, fmt.Errorf("making the jar: %w", err)
	}
	jar.path = f.Name()
	if jar.size, err = f.Seek(0, io.SeekCurrent); err != nil {
		return jar, err
	}
	jar.conf, err = prog.SubmittedConf(ctx, files)
	return jar, err
}

func bytesText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
