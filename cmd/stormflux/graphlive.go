package main

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/graph"
	"github.com/stormflux/stormflux/internal/graph/live"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/running"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// liveFlags are the flags of graph that are about a cluster.
type liveFlags struct {
	clusterFlags
	on     bool
	window string
	watch  watchFlags
}

func (f *liveFlags) add(cmd *cobra.Command, topology *topologyFlags) {
	cmd.Flags().BoolVar(&f.on, "live", false, "add the numbers of the topology as it runs on the cluster")
	addChoice(cmd, cmd.Flags(), &f.window, "window", "with --live: count tuples of the last `TIME`: "+orList(liveWindows()), liveWindows()...)
	f.watch.add(cmd)
	f.clusterFlags.add(cmd)
	f.environment, f.envFile, f.flags = &topology.environment, &topology.envFile, cmd.Flags()
}

// liveWindows returns the windows with the one first that shows what happens now.
func liveWindows() []string {
	all := nimbus.Windows()
	return append(all[1:len(all):len(all)], all[0])
}

// check refuses flags that would do nothing.
func (f *liveFlags) check(cmd *cobra.Command, output string) error {
	if !f.on {
		for _, name := range []string{"window", "watch", "every", "nimbus", "leader", "storm-config", "dev"} {
			if cmd.Flags().Changed(name) {
				return usageError("--%s is for --live", name)
			}
		}
	}
	if f.watch.on && output != "" && output != "-" {
		return usageError("--watch draws on the terminal: leave out -o")
	}
	return f.watch.check(cmd)
}

// isFile reports whether an argument is meant as a file.
func isFile(path string) bool {
	_, err := os.Stat(path)
	return path == "-" || err == nil
}

// graphLive draws a running topology with its numbers: with the structure of top, or with that on the cluster if top is nil.
func (a *app) graphLive(ctx context.Context, flags *graphFlags, name string, top *validate.Topology, format graph.Format, width int) error {
	client, err := a.connectAlone(ctx, &flags.live.clusterFlags)
	if err != nil {
		return err
	}
	defer client.Close()
	window := flags.live.window
	covers := map[string]time.Duration{"10m": 10 * time.Minute, "3h": 3 * time.Hour, "1d": 24 * time.Hour}[window]
	structure := structures(client, top)
	draw := func(ctx context.Context) ([]byte, error) {
		look, err := live.Ask(ctx, client, name, nimbus.WindowOf(window), covers)
		if err != nil {
			return nil, err
		}
		picture, err := structure(ctx, look.Status)
		if err != nil {
			return nil, err
		}
		look.Mark(picture)
		return graph.Draw(picture, format, width), nil
	}
	if flags.live.watch.on {
		return clusterError(a.watchStatus(ctx, name, func(ctx context.Context) (statusView, error) {
			picture, err := draw(ctx)
			return statusView{text: string(picture)}, err
		}, flags.live.watch.interval(), false))
	}
	picture, err := draw(ctx)
	if err != nil {
		return clusterError(err)
	}
	if flags.output == "" || flags.output == "-" {
		return a.print(string(picture))
	}
	return a.writePicture(flags.output, picture)
}

// structures returns a function that draws a topology as it runs: the graph of a checked topology, or else of the running
// one, which it reads once for each submission.
func structures(client *nimbus.Client, top *validate.Topology) func(context.Context, *nimbus.Status) (*graph.Graph, error) {
	if top != nil {
		return func(context.Context, *nimbus.Status) (*graph.Graph, error) { return graph.Of(top), nil }
	}
	var id string
	var model *topology.Topology
	return func(ctx context.Context, status *nimbus.Status) (*graph.Graph, error) {
		if id != status.ID {
			read, err := running.Structure(ctx, client, status.ID)
			if err != nil {
				return nil, err
			}
			id, model = status.ID, read
			model.Name = status.Name
		}
		return graph.OfCompiled(model), nil
	}
}
