package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/devcluster"
	"github.com/stormflux/stormflux/internal/doctor"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

func (a *app) doctorCommand() *cobra.Command {
	var topology topologyFlags
	var cluster clusterFlags
	var asJSON func() bool
	cmd := &cobra.Command{
		Use:   "doctor [FILE]",
		Short: "Check this machine and the cluster, and say what to fix",
		Long: `Check the tools of this machine, and the cluster that --nimbus, --dev, -e or storm.yaml names: whether it answers, its
leader, version, login, free slots, buffer size, logviewers and clocks. With FILE, check what its components need here.

Each line is ok, a warning or a failure with its fix. The exit code is 3 if there is a failure, else 0.`,
		Example: `  stormflux doctor
  stormflux doctor topology.yaml -e prod
  stormflux doctor --dev --format json`,
		Args:              atMostOne,
		ValidArgsFunction: completeTopologyFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			findings, err := a.examine(cmd.Context(), &topology, &cluster, args)
			if err != nil {
				return err
			}
			if asJSON() {
				err = a.printJSON(doctorJSON(findings))
			} else {
				err = a.print(doctorText(findings))
			}
			if err == nil {
				switch worst := doctor.Worst(findings); {
				case worst == doctor.Failure:
					return &exitError{code: exitEnvironment}
				case worst == doctor.Warning && topology.strict:
					return &exitError{code: exitFindings}
				}
			}
			return err
		},
	}
	topology.add(cmd)
	cluster.add(cmd)
	asJSON = formatFlag(cmd)
	return cmd
}

// examine runs the checks.
func (a *app) examine(ctx context.Context, topology *topologyFlags, cluster *clusterFlags, args []string) ([]doctor.Finding, error) {
	opts, err := topology.options()
	if err != nil {
		return nil, err
	}
	var needs doctor.Needs
	var storm settings.Version
	var env *schema.Environment
	var ofFile []doctor.Finding
	switch {
	case len(args) == 1:
		c, err := a.load(ctx, topology, args[0], nil)
		if err != nil {
			return nil, err
		}
		if schema.NoEnvironment(c.diags) {
			return nil, a.report(topology, c.diags)
		}
		env, ofFile = c.document.Environment, fileFindings(args[0], c)
		if c.topology != nil {
			needs = needsOf(c.topology)
			if topology.stormVersion != "" || env != nil && env.Storm != nil {
				storm = c.topology.Storm
			}
		}
	case opts.Environment != "":
		var diags diag.List
		env, diags, err = schema.LoadEnvironment(ctx, "-", schema.Options{Environment: opts.Environment, EnvironmentFile: opts.EnvironmentFile})
		if err != nil {
			return nil, environmentError(err)
		}
		if err := a.report(topology, diags); err != nil {
			return nil, err
		}
	}
	dev, err := devcluster.DefaultDir()
	if err != nil {
		return nil, environmentError(err)
	}
	checks := doctor.Machine(needs, dev)
	conf, err := a.nimbusConfig(cluster, env, nil)
	nothing := doctor.Finding{Subject: "cluster", Name: "nimbus", Level: doctor.OK, Text: "not checked: -e, --nimbus, --dev or storm.yaml would name one"}
	switch {
	case err != nil:
		if exit := (*exitError)(nil); errors.As(err, &exit) && exit.code == exitUsage {
			return nil, err
		}
		nothing.Level, nothing.Text = doctor.Failure, err.Error()
	case len(conf.Seeds) > 0 || conf.LeaderOverride != (nimbus.Address{}):
		checks, nothing = append(checks, doctor.Cluster(conf, storm)...), doctor.Finding{}
	}
	findings := append(ofFile, doctor.Run(ctx, checks)...)
	if nothing.Subject != "" {
		findings = append(findings, nothing)
	}
	return findings, ctx.Err()
}

// fileFindings says what validate says in short.
func fileFindings(path string, c *checked) []doctor.Finding {
	f := doctor.Finding{Subject: "file", Name: filepath.ToSlash(path), Level: doctor.OK, Text: "no faults", Fix: fmt.Sprintf("%q shows them", "stormflux validate "+filepath.ToSlash(path))}
	faults, warnings := c.diags.Count(diag.Error), c.diags.Count(diag.Warning)
	switch {
	case faults > 0:
		f.Level, f.Text = doctor.Failure, console.Count(faults, "error")
	case warnings > 0:
		f.Level, f.Text = doctor.Warning, console.Count(warnings, "warning")
	default:
		f.Fix = ""
	}
	return []doctor.Finding{f}
}

// needsOf returns what the components of a topology need of this machine.
func needsOf(t *validate.Topology) doctor.Needs {
	needs := doctor.Needs{Programs: map[string][]string{}}
	for _, c := range t.Components() {
		who := c.Kind.String() + " " + strconv.Quote(c.ID)
		switch i := c.Implementation.(type) {
		case *validate.GoProgram:
			if i.Executable == "" {
				needs.Go = append(needs.Go, who)
			}
		case *validate.Command:
			if program := i.Words[0]; !strings.ContainsAny(program, `/\`) { // else it is a file of the jar
				needs.Programs[program] = append(needs.Programs[program], who)
			}
		case *validate.PythonClass:
			needs.Python = append(needs.Python, who)
		case *validate.Class:
			needs.Java = append(needs.Java, who)
		}
	}
	if t.JarsMissing {
		needs.Maven = []string{"a coordinate of the file"}
	}
	return needs
}

// doctorText returns the findings for people: a block for each subject.
func doctorText(findings []doctor.Finding) string {
	widths := map[string]int{}
	for _, f := range findings {
		widths[f.Subject] = max(widths[f.Subject], len(f.Name))
	}
	var b strings.Builder
	subject := ""
	for _, f := range findings {
		if f.Subject != subject {
			if subject != "" {
				b.WriteString("\n")
			}
			subject = f.Subject
			b.WriteString(subject + "\n")
		}
		fmt.Fprintf(&b, "  %-7s  %-*s  %s\n", f.Level, widths[subject], f.Name, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(&b, "  %-7s  %-*s  fix: %s\n", "", widths[subject], "", f.Fix)
		}
	}
	return b.String()
}

func doctorJSON(findings []doctor.Finding) any {
	type finding struct {
		Subject string `json:"subject"`
		Name    string `json:"name"`
		Level   string `json:"level"`
		Text    string `json:"text"`
		Fix     string `json:"fix,omitempty"`
	}
	doc := struct {
		Level  string    `json:"level"` // the worst
		Checks []finding `json:"checks"`
	}{string(doctor.Worst(findings)), []finding{}}
	for _, f := range findings {
		doc.Checks = append(doc.Checks, finding{f.Subject, f.Name, string(f.Level), f.Text, f.Fix})
	}
	return doc
}
