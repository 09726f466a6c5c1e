package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/devcluster"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// clusterFlags are the flags of every command that uses a cluster.
type clusterFlags struct {
	seeds       []string
	leader      string
	stormConf   string
	dev         bool    // the cluster of `dev-cluster`
	environment *string // for commands without a topology file, as are the next two
	envFile     *string
	flags       *pflag.FlagSet
	hooks       []string            // the moments whose hooks the command runs; for commands without a topology file
	loaded      *schema.Environment // the chosen one, or nil; connectAlone loads it
}

// add adds the flags that choose the cluster, except those for the environment.
func (f *clusterFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.seeds, "nimbus", nil, "ask the Nimbus at `HOST[:PORT]` for the leader (repeatable; default: from the environment, else from storm.yaml)")
	flags.StringVar(&f.leader, "leader", "", "use the Nimbus at `HOST[:PORT]` without asking for the leader, if the leader's own name does not resolve here")
	flags.StringVar(&f.stormConf, "storm-config", "", "read `FILE` instead of storm.yaml")
	flags.BoolVar(&f.dev, "dev", false, "use the cluster that \"stormflux dev-cluster up\" starts on this machine")
	giveOnce(flags, "leader", "storm-config")
	for _, other := range []string{"nimbus", "leader", "storm-config"} {
		cmd.MarkFlagsMutuallyExclusive("dev", other)
	}
	_ = cmd.RegisterFlagCompletionFunc("nimbus", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("leader", cobra.NoFileCompletions)
}

// addEnvironment adds the flags that choose the cluster by an environment, for commands without a topology file.
func (f *clusterFlags) addEnvironment(cmd *cobra.Command) {
	f.environment, f.envFile, f.flags = new(string), new(string), cmd.Flags()
	cmd.Flags().StringVarP(f.environment, "environment", "e", "", "use the cluster of the environment `NAME` in stormflux.yaml")
	cmd.Flags().StringVar(f.envFile, "environments", "", "read environments from `FILE` instead of the nearest stormflux.yaml")
	giveOnce(cmd.Flags(), "environment", "environments")
	_ = cmd.RegisterFlagCompletionFunc("environment", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return schema.EnvironmentNames(cmd.Context(), "-", *f.envFile), cobra.ShellCompDirectiveNoFileComp
	})
}

// chosen loads the environment that the user chose. It returns nil if there is none.
func (f *clusterFlags) chosen(ctx context.Context) (*schema.Environment, diag.List, error) {
	if *f.environment == "" {
		return nil, nil, nil
	}
	return schema.LoadEnvironment(ctx, "-", schema.Options{
		Environment: *f.environment, EnvironmentFile: *f.envFile, Hooks: append([]string{}, f.hooks...),
	})
}

// connectAlone connects a command without a topology file to the cluster that its flags choose.
func (a *app) connectAlone(ctx context.Context, f *clusterFlags) (*nimbus.Client, error) {
	if err := notEmpty(f.flags, "environment", "environments"); err != nil {
		return nil, err
	}
	env, diags, err := f.chosen(ctx)
	if err != nil {
		return nil, environmentError(err)
	}
	if err := a.report(&topologyFlags{}, diags); err != nil {
		return nil, err
	}
	f.loaded = env
	return a.connect(ctx, f, env, nil)
}

// connect connects to the leader of the cluster. The command line wins over the environment, and this over storm.yaml.
func (a *app) connect(ctx context.Context, f *clusterFlags, env *schema.Environment, options map[string]any) (*nimbus.Client, error) {
	conf, err := a.nimbusConfig(f, env, options)
	if err != nil {
		return nil, err
	}
	client, err := nimbus.Connect(ctx, conf)
	if err != nil {
		return nil, environmentError(err)
	}
	return client, nil
}

// loadStormConf reads the storm.yaml of the flags, with options of the command line over it.
func (f *clusterFlags) loadStormConf(options map[string]any) (*nimbus.StormConf, error) {
	return nimbus.LoadStormConf(nimbus.StormConfOptions{
		Decode:  func(text []byte) (map[string]any, error) { return yaml.DecodeMap("storm.yaml", text) },
		File:    f.stormConf,
		Options: options,
	})
}

func (a *app) nimbusConfig(f *clusterFlags, env *schema.Environment, options map[string]any) (nimbus.Config, error) {
	file := f.stormConf
	if f.dev {
		dev, err := devStormYAML()
		if err != nil {
			return nimbus.Config{}, err
		}
		// The environment goes on to say what the topology is like, but not where the cluster is.
		file, env = dev, nil
	}
	stormConf, err := nimbus.LoadStormConf(nimbus.StormConfOptions{
		Decode:  func(text []byte) (map[string]any, error) { return yaml.DecodeMap("storm.yaml", text) },
		File:    file,
		Options: options,
	})
	if err != nil {
		return nimbus.Config{}, environmentError(err)
	}
	conf, err := nimbus.ConfigOf(stormConf.Values)
	if err != nil {
		if stormConf.File != "" {
			err = fmt.Errorf("%s: %w", stormConf.File, err)
		}
		return conf, environmentError(err)
	}
	if env != nil && len(env.Nimbus) > 0 {
		conf.Seeds, conf.SeedsRemark, conf.SeedsFrom = nil, "", fmt.Sprintf("the environment %q", env.Name)
		for _, v := range env.Nimbus {
			address, err := nimbus.ParseAddress(v.Text)
			if err != nil {
				at := v.Span.File.Position(v.Span.Start)
				return conf, environmentError(fmt.Errorf("%s:%d:%d: %w", filepath.ToSlash(v.Span.File.Name), at.Line, at.Column, err))
			}
			conf.Seeds = append(conf.Seeds, address)
		}
	}
	if env != nil {
		if err := secure(&conf, env); err != nil {
			return conf, environmentError(err)
		}
	}
	if len(f.seeds) > 0 {
		conf.Seeds, conf.SeedsRemark, conf.SeedsFrom = nil, "", "--nimbus"
		for _, s := range f.seeds {
			address, err := nimbus.ParseAddress(s)
			if err != nil {
				return conf, usageError("--nimbus: %w", err)
			}
			conf.Seeds = append(conf.Seeds, address)
		}
	}
	if len(conf.Seeds) == 0 {
		conf.SeedsRemark = localhostRemark(env, stormConf.File, stormConf.Lacking)
	}
	if f.leader != "" {
		conf.SeedsFrom = "--leader"
		if conf.LeaderOverride, err = nimbus.ParseAddress(f.leader); err != nil {
			return conf, usageError("--leader: %w", err)
		}
	}
	conf.Notify = func(remark string) { printTo(a.stderr, "stormflux: %s\n", remark) }
	return conf, nil
}

// devStormYAML returns the configuration of the cluster of `dev-cluster`, which has to be up.
func devStormYAML() (string, error) {
	dir, err := devcluster.DefaultDir()
	if err != nil {
		return "", environmentError(err)
	}
	c, err := devcluster.Open(dir)
	if err != nil {
		return "", new(devDir).noCluster(dir, err)
	}
	if c.Running()[devcluster.Nimbus] == 0 {
		return "", environmentError(errors.New("the cluster of --dev does not run; \"stormflux dev-cluster up\" starts it"))
	}
	return c.Home().StormYAML(), nil
}

// localhostRemark says why the client asks localhost, Storm's default. file is the storm.yaml that was read, or "". lacking is
// that of [nimbus.StormConf].
func localhostRemark(env *schema.Environment, file, lacking string) string {
	switch {
	case env == nil && lacking != "":
		return fmt.Sprintf("no --nimbus or -e, and %s: trying localhost", lacking)
	case lacking != "":
		return fmt.Sprintf("no --nimbus, the environment %q has no nimbus, and %s: trying localhost", env.Name, lacking)
	case env == nil && file == "":
		return "no --nimbus, -e or storm.yaml: trying localhost"
	case env == nil:
		return fmt.Sprintf("no --nimbus or -e, and %s has no nimbus.seeds: trying localhost", filepath.ToSlash(file))
	case file == "":
		return fmt.Sprintf("no --nimbus or storm.yaml, and the environment %q has no nimbus: trying localhost", env.Name)
	}
	return fmt.Sprintf("no --nimbus, and neither the environment %q nor %s names a Nimbus: trying localhost", env.Name, filepath.ToSlash(file))
}

// clusterWords returns the flags of a command line that choose the cluster, each after a space, for another command line.
func clusterWords(flags *pflag.FlagSet) string {
	words := ""
	for _, name := range []string{"dev", "environment", "environments", "nimbus", "leader", "storm-config"} {
		f := flags.Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		switch values, several := f.Value.(pflag.SliceValue); {
		case several:
			for _, value := range values.GetSlice() {
				words += " --" + name + " " + shellescape.Quote(value)
			}
		case name == "dev":
			words += " --dev"
		case name == "environment":
			words += " -e " + shellescape.Quote(f.Value.String())
		default:
			words += " --" + name + " " + shellescape.Quote(f.Value.String())
		}
	}
	return words
}

// nextStep says what a user can do next about a cluster, with the commands and flags of this program. cluster has the flags that
// choose the cluster.
func nextStep(next nimbus.Next, cluster string) string {
	switch next.Step {
	case nimbus.LookAtTopologies:
		if near, ok := diag.Suggest(next.Topology, next.Known); ok {
			return fmt.Sprintf("did you mean %q?", near)
		}
		return "\"stormflux list" + cluster + "\" shows the cluster's topologies and their status"
	case nimbus.KillFirst:
		return fmt.Sprintf("\"stormflux kill %s%s\" kills it, \"stormflux submit --replace\" replaces it", shellescape.Quote(next.Topology), cluster)
	case nimbus.ReadErrors:
		return fmt.Sprintf("\"stormflux status %s --errors%s\" prints the whole text of its errors", shellescape.Quote(next.Topology), cluster)
	case nimbus.NameLeader:
		return "--leader HOST[:PORT] gives the address to dial"
	}
	return ""
}
