package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/wheels"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

func (a *app) compileCommand() *cobra.Command {
	var flags topologyFlags
	flags.checkedHooks = hookNames()
	var output string
	var format compiler.Format
	cmd := &cobra.Command{
		Use:   "compile FILE|-",
		Short: "Compile a topology to Thrift, or to a jar",
		Long: `Check and compile a topology.

Without -o, print a summary of the compiled topology. With -o FILE.jar, build the Go programs, write the jar, and print its
size, its number of files and its digest. Storm's own client can submit this jar too: "storm jar FILE.jar
stormflux.runtime.Main [NAME]". With any other -o, write the topology: as a Thrift StormTopology in the binary or compact
protocol, or with --format json everything that 'stormflux submit' sends, as JSON for people. "-o -" writes to standard
output.

The command writes a file completely or not at all. The same input gives the same bytes.`,
		Example: `  stormflux compile topology.yaml
  stormflux compile topology.yaml -o topology.jar
  stormflux compile topology.yaml -o - --format json`,
		Args:              oneFile,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.EqualFold(filepath.Ext(output), ".jar") && cmd.Flags().Changed("format") {
				return usageError("--format is for the topology, but -o %s is a jar; leave one of them out", output)
			}
			return a.compile(cmd.Context(), &flags, args[0], output, format)
		},
	}
	flags.needsJars = true
	flags.add(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE`: the jar if its name ends in .jar; - is standard output")
	addChoice(cmd, cmd.Flags(), &format, "format", "the `FORMAT` of the topology: "+orList(formatNames()), formatNames()...)
	return cmd
}

func formatNames() []string {
	var names []string
	for _, f := range compiler.Formats() {
		names = append(names, string(f))
	}
	return names
}

func (a *app) compile(ctx context.Context, flags *topologyFlags, path, output string, format compiler.Format) error {
	opts, err := a.loadOptions(ctx, flags, path)
	if err != nil {
		return err
	}
	top, prog, err := a.compileFile(ctx, flags, path, opts, validate.Options{}, compiler.Options{})
	if err != nil {
		return err
	}
	if err := notAnInput(output, top, prog); err != nil {
		return err
	}
	switch {
	case output == "":
		return a.print(describe(top, prog))
	case strings.EqualFold(filepath.Ext(output), ".jar"):
		return a.writeJar(ctx, prog, path, output)
	}
	return a.writeTopology(ctx, prog, output, format)
}

// notAnInput refuses an output that would overwrite a file of the topology.
func notAnInput(output string, top *validate.Topology, prog *compiler.Program) error {
	old, err := os.Stat(output)
	if err != nil {
		return nil // it is "", "-", a new file, or the write fails
	}
	inputs := top.ClassPath()
	for _, f := range top.Source.Files {
		inputs = append(inputs, f.Name)
	}
	for _, e := range prog.ResourceEntries {
		inputs = append(inputs, e.Path)
	}
	for _, b := range prog.Builds {
		inputs = append(inputs, b.Executable)
	}
	for _, input := range inputs {
		if info, err := os.Stat(input); err == nil && os.SameFile(old, info) {
			return usageError("-o %s: this file belongs to the topology; choose another name", output)
		}
	}
	return nil
}

// writeTopology writes the program without its files.
func (a *app) writeTopology(ctx context.Context, prog *compiler.Program, output string, format compiler.Format) error {
	var buf bytes.Buffer
	if err := prog.Encode(ctx, &buf, format); err != nil {
		return environmentError(err)
	}
	return a.writeOutput(output, func(w io.Writer) error {
		_, err := w.Write(buf.Bytes())
		return err
	})
}

// writeJar builds the program's Go components and writes the jar. path names the topology's file.
func (a *app) writeJar(ctx context.Context, prog *compiler.Program, path, output string) error {
	files, err := prog.Assemble(ctx, validate.Platform{})
	if err != nil {
		return assembleError(err)
	}
	defer files.Close()
	if err := prog.AddSubmission(ctx, files); err != nil {
		return environmentError(err)
	}
	var summary jar.Summary
	err = a.writeOutput(output, func(w io.Writer) (err error) {
		summary, err = files.WriteJar(ctx, w)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "wrote %s: %s, %s, sha256 %s\n", output, bytesText(summary.Size), console.Count(summary.Files, "file"), summary.SHA256)
	printTo(a.stdout, "submit it with \"stormflux submit %s\", or with \"storm jar %s %s [NAME]\"\n", shellescape.Quote(path), shellescape.Quote(output), compiler.MainClass)
	if len(prog.Dependencies) > 0 {
		printTo(a.stderr, "note: the dependencies are not in the jar: \"stormflux submit\" uploads them, \"storm jar\" wants them as --jars and --artifacts\n")
	}
	return nil
}

// assembleError gives a jar that could not be made its exit code: a Go program that does not build is a finding,
// and so are requirements without wheels.
func assembleError(err error) error {
	var build *compiler.BuildError
	var packages *wheels.Error
	if errors.As(err, &build) || errors.As(err, &packages) {
		return &exitError{code: exitFindings, err: err}
	}
	return environmentError(err)
}

// writeOutput writes a file completely or not at all; "-" is standard output.
func (a *app) writeOutput(output string, write func(io.Writer) error) error {
	var err error
	if output == "-" {
		err = write(a.stdout)
	} else {
		err = atomicfile.Write(output, write)
	}
	if err != nil {
		return environmentError(err)
	}
	return nil
}

// program compiles a checked topology.
func (a *app) program(top *validate.Topology, opts compiler.Options) *compiler.Program {
	opts.AskingPip = func(requirements string) {
		printTo(a.stderr, "stormflux: asking pip for the packages of %s; the next time they are known\n", diag.ShortPath(requirements))
	}
	if !a.quietBuilds {
		opts.Building = func(programs int) {
			printTo(a.stderr, "stormflux: building %s; the next time this is faster\n", console.Count(programs, "Go program"))
		}
	}
	return compiler.Compile(top, opts)
}

// compileFile reads, checks and compiles a file, and prints what it finds.
func (a *app) compileFile(ctx context.Context, flags *topologyFlags, path string, load schema.Options, check validate.Options, opts compiler.Options) (*validate.Topology, *compiler.Program, error) {
	c, err := a.loadFor(ctx, flags, path, load, check)
	if err != nil {
		return nil, nil, err
	}
	if err := a.report(flags, c.diags); err != nil {
		return nil, nil, err
	}
	return c.topology, a.program(c.topology, opts), nil
}

// describe returns a compiled topology for people.
func describe(top *validate.Topology, p *compiler.Program) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s, compiled for Storm %s\n\n", top.Name,
		console.Count(len(top.Spouts), "spout"), console.Count(len(top.Bolts), "bolt"), top.Storm)
	t := console.NewTable("COMPONENT", "RUNS", "EXECUTORS", "INPUTS", "OUTPUTS")
	for _, c := range top.Components() {
		t.Row(c.ID, c.Implementation.String(), c.Parallelism, inputs(c), outputs(c))
	}
	b.WriteString(t.String())
	if len(p.Added) > 0 {
		b.WriteByte('\n')
		for _, add := range p.Added {
			fmt.Fprintf(&b, "%s was extended: see \"stormflux explain %s\"\n", add.Key, add.Topic)
		}
	}
	return b.String()
}

func inputs(c *validate.Component) string {
	var all []string
	for _, in := range c.Inputs {
		from := in.From.ID
		if in.Stream.ID != schema.DefaultStream {
			from += "." + in.Stream.ID
		}
		how := in.Grouping.Type().String()
		if fields := validate.FieldNames(in.Grouping); len(fields) > 0 {
			how += "(" + strings.Join(fields, ", ") + ")"
		}
		all = append(all, from+" "+how)
	}
	return strings.Join(all, "; ")
}

func outputs(c *validate.Component) string {
	var all []string
	for _, s := range c.Streams {
		text := "[" + strings.Join(s.Fields, ", ") + "]"
		if s.ID != schema.DefaultStream {
			text = s.ID + " " + text
		}
		if s.Direct {
			text = "direct " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}
