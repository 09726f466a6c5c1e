package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/graph"
	"github.com/stormflux/stormflux/validate"
)

// pipeWidth is how wide a picture of characters may be if it does not go to a terminal.
const pipeWidth = 120

func (a *app) graphCommand() *cobra.Command {
	var flags graphFlags
	flags.checkedHooks = hookNames()
	cmd := &cobra.Command{
		Use:   "graph FILE|-|NAME",
		Short: "Draw a topology, or one that runs with its rates",
		Long: `Check a topology and draw it: the components with their languages, executors, tasks, ticks and streams, and the groupings
between them.

Without -o, draw with characters; if that is too wide for the terminal, print a list. With -o FILE, the extension decides:
.svg is a picture for browsers, light or dark as the reader likes it; .dot or .gv is for Graphviz; .mmd is for Mermaid; .txt
has characters. --format decides for other names, and for "-o -", which is standard output.

The topology must have no errors, but its files may be missing: nothing is built. The command writes a file completely or not
at all. The same input gives the same bytes.

With --live, the picture has numbers of the cluster: tuples per second, the capacity of bolts, failed tuples and errors. What
needs attention is coloured. The argument may be the NAME of a running topology: then its structure comes from the cluster.
--watch draws it again every two seconds (--every).`,
		Example: `  stormflux graph topology.yaml
  stormflux graph topology.yaml -o topology.svg
  stormflux graph topology.yaml --format mermaid
  stormflux graph wordcount --live -e prod -o wordcount.svg`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("format") {
				flags.format = ""
			}
			if err := flags.live.check(cmd, flags.output); err != nil {
				return err
			}
			return a.graph(cmd.Context(), &flags, args[0])
		},
	}
	flags.topologyFlags.add(cmd)
	flags.live.add(cmd, &flags.topologyFlags)
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "write to `FILE`; its extension decides the format; - is standard output")
	addChoice(cmd, cmd.Flags(), &flags.format, "format", "the `FORMAT` of the picture: "+orList(graph.Formats()), graph.Formats()...)
	_ = cmd.MarkFlagFilename("output", "svg", "dot", "gv", "mmd", "txt")
	return cmd
}

// graphFlags are the flags of graph.
type graphFlags struct {
	topologyFlags
	live   liveFlags
	output string
	format graph.Format // "" when it is not given
}

func (a *app) graph(ctx context.Context, flags *graphFlags, path string) error {
	output := cmp.Or(flags.output, "-")
	format, err := flags.pictureFormat(output)
	if err != nil {
		return err
	}
	width := 0
	if output == "-" {
		width = cmp.Or(console.Width(a.stdout), pipeWidth)
	}
	if flags.live.on && !isFile(path) {
		return a.graphLive(ctx, flags, path, nil, format, width)
	}
	top, err := a.checkLeniently(ctx, &flags.topologyFlags, path)
	if errors.Is(err, fs.ErrNotExist) && isName(path) && !isFile(path) {
		return environmentError(&explained{err: err, text: err.Error() + "; to draw a running topology, add --live"})
	}
	if err != nil {
		return err
	}
	if err := notAnInput(output, top, compiler.Compile(top, compiler.Options{})); err != nil {
		return err
	}
	if flags.live.on {
		return a.graphLive(ctx, flags, top.Name, top, format, width)
	}
	return a.writePicture(output, graph.Draw(graph.Of(top), format, width))
}

func (a *app) writePicture(output string, picture []byte) error {
	return a.writeOutput(output, func(w io.Writer) error {
		_, err := w.Write(picture)
		return err
	})
}

// pictureFormat returns the format to draw in.
func (f *graphFlags) pictureFormat(output string) (graph.Format, error) {
	if f.format != "" {
		return f.format, nil
	}
	if output == "-" {
		return graph.Text, nil
	}
	format, ok := graph.FormatOf(filepath.Ext(output))
	if !ok {
		return "", usageError("-o %s: its extension stands for no format; choose .svg, .dot, .mmd or .txt, or add --format", output)
	}
	return format, nil
}

// checkLeniently reads and checks a file, and prints what it finds. Faults of the files that the topology names are no
// reason to fail: they only stay unread then.
func (a *app) checkLeniently(ctx context.Context, flags *topologyFlags, path string) (*validate.Topology, error) {
	opts, err := a.loadOptions(ctx, flags, path)
	if err != nil {
		return nil, err
	}
	full, err := a.loadFor(ctx, flags, path, opts, validate.Options{})
	if err != nil {
		return nil, err
	}
	if full.topology == nil {
		text, err := a.loadFor(ctx, flags, path, opts, validate.Options{SkipFiles: true})
		if err != nil {
			return nil, err
		}
		if text.topology != nil && len(text.topology.Components()) > 0 {
			full = text
			printTo(a.stderr, "note: programs, scripts or classes of the topology have faults, which stormflux validate reports; the picture does not need them\n")
		}
	}
	if err := a.report(flags, full.diags); err != nil {
		return nil, err
	}
	return full.topology, nil
}
