package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"
	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/devcluster"
	"github.com/stormflux/stormflux/internal/jvm"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/settings"
)

func (a *app) devClusterCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dev-cluster",
		Short: "Run a real Storm on this machine, without Docker",
		Long: `Run a real Storm on this machine: ZooKeeper, Nimbus and a Supervisor, from the jars on Maven Central. It needs Java 17
and Maven, and runs on Linux and macOS.

"up" starts it in the background. The flag --dev of the other commands chooses it.`,
		Example: `  stormflux dev-cluster up
  stormflux submit topology.yaml --dev
  stormflux status --dev
  stormflux dev-cluster down`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("unknown command %q for %q; there are up, down, status and logs", args[0], cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usageError("name what to do: up, down, status or logs. Usage: %s up", cmd.CommandPath())
		},
	}
	cmd.AddCommand(a.devUpCommand(), a.devDownCommand(), a.devStatusCommand(), a.devLogsCommand())
	return cmd
}

// devDir is the flag that chooses the folder of a cluster.
type devDir struct{ flag string }

func (d *devDir) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&d.flag, "dir", "", "keep the cluster in `DIR` (default: in the user's cache folder)")
	_ = cmd.MarkFlagDirname("dir")
}

// path returns the folder.
func (d *devDir) path(cmd *cobra.Command) (string, error) {
	if err := notEmpty(cmd.Flags(), "dir"); err != nil {
		return "", err
	}
	if d.flag != "" {
		return d.flag, nil
	}
	dir, err := devcluster.DefaultDir()
	if err != nil {
		return "", environmentError(err)
	}
	return dir, nil
}

// open returns the cluster that has to be there.
func (d *devDir) open(cmd *cobra.Command) (*devcluster.Cluster, error) {
	dir, err := d.path(cmd)
	if err != nil {
		return nil, err
	}
	c, err := devcluster.Open(dir)
	if err != nil {
		return nil, d.noCluster(dir, err)
	}
	return c, nil
}

// noCluster says which folder has no cluster.
func (d *devDir) noCluster(dir string, err error) error {
	if errors.Is(err, devcluster.ErrNone) {
		err = fmt.Errorf("%s has no cluster; \"stormflux dev-cluster up%s\" starts one", dir, d.arg())
	}
	return environmentError(err)
}

// arg returns the flag as the user wrote it, with a space before it, or "".
func (d *devDir) arg() string {
	if d.flag == "" {
		return ""
	}
	return " --dir " + shellescape.Quote(d.flag)
}

func (a *app) devUpCommand() *cobra.Command {
	var dir devDir
	var version string
	var opts devcluster.Options
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the cluster, and return when it is ready",
		Long: `Start ZooKeeper, Nimbus and a Supervisor in the background, and return when Nimbus leads and knows the Supervisor. The
first start fetches the jars from Maven Central. A later one continues with the topologies of the last time. If the cluster
runs, the command only says so. If a part of it ended, the command restarts it.

With --ui, Storm's UI and logviewer run too. Nobody publishes them as jars, so the first start compiles them from Storm's
sources, which needs javac and takes about a minute.`,
		Example: `  stormflux dev-cluster up
  stormflux dev-cluster up --ui
  stormflux dev-cluster up --dir ./storm --storm-version 2.6.4 --port 7000`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := notEmpty(cmd.Flags(), "storm-version"); err != nil {
				return err
			}
			if opts.Dir, err = dir.path(cmd); err != nil {
				return err
			}
			if cmd.Flags().Changed("port") && (opts.Port < 1 || opts.Port > 65535) {
				return usageError("--port: a port is a number from 1 to 65535, not %d", opts.Port)
			}
			if cmd.Flags().Changed("slots") && opts.Slots < 1 {
				return usageError("--slots: give a number above 0, not %d", opts.Slots)
			}
			return a.devUp(cmd.Context(), &dir, version, opts)
		},
	}
	dir.add(cmd)
	cmd.Flags().StringVar(&version, "storm-version", "", "the `RELEASE` of Storm (default: that of the cluster in the folder, else "+devcluster.DefaultVersion+")")
	cmd.Flags().IntVar(&opts.Port, "port", 0, "the `PORT` of Nimbus (default: 6627 if it is free)")
	cmd.Flags().IntVar(&opts.Slots, "slots", 0, "the `NUMBER` of worker slots (default: those of the cluster in the folder, else 4)")
	cmd.Flags().BoolVar(&opts.UI, "ui", false, "also run Storm's UI and logviewer")
	_ = cmd.RegisterFlagCompletionFunc("storm-version", cobra.NoFileCompletions)
	return cmd
}

func (a *app) devUp(ctx context.Context, dir *devDir, version string, opts devcluster.Options) error {
	release := devcluster.DefaultVersion
	if old, err := devcluster.Open(opts.Dir); err == nil {
		release = old.Version()
		opts.UI = opts.UI || old.HasUI()
	}
	if version != "" {
		release = version
	}
	storm, err := settings.ParseVersion(release)
	if err == nil {
		err = devcluster.CheckVersion(storm, opts.UI)
	}
	if err != nil {
		return usageError("--storm-version: %w", err)
	}
	opts.Version = version
	if opts.Java, err = jvm.Find(); err != nil {
		return environmentError(fmt.Errorf("%w: install Java %d or later", err, devcluster.JavaFor(storm)))
	}
	if has, err := jvm.Version(ctx, opts.Java); err != nil {
		return environmentError(err)
	} else if needs := devcluster.JavaFor(storm); has < needs {
		return environmentError(fmt.Errorf("the daemons of Storm %s need Java %d or later, but %s is version %d; JAVA_HOME chooses another one", storm, needs, opts.Java, has))
	}
	opts.Maven = maven.Options{}
	opts.Ready = devReady
	opts.Progress = func(line string) { printTo(a.stderr, "stormflux: %s\n", line) }
	begin := time.Now()
	c, started, err := devcluster.Up(ctx, opts)
	if other := (*devcluster.OtherError)(nil); errors.As(err, &other) {
		return environmentError(fmt.Errorf("%w: end it first with \"stormflux dev-cluster down%s\", and with --delete for another Storm", err, dir.arg()))
	}
	if err != nil {
		return environmentError(err)
	}
	first := fmt.Sprintf("Storm %s runs already", c.Version())
	if started {
		first = fmt.Sprintf("Storm %s is up after %s", c.Version(), time.Since(begin).Round(time.Second))
	}
	return a.print(first + ": " + devPlaces(c) + devNext(dir, c))
}

// devReady returns nil if a Nimbus leads and knows a Supervisor.
func devReady(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	seed, err := nimbus.ParseAddress(address)
	if err != nil {
		return err
	}
	client, err := nimbus.Connect(ctx, nimbus.Config{Seeds: []nimbus.Address{seed}, Retry: nimbus.Retry{Times: -1}})
	if err != nil {
		return err
	}
	defer client.Close()
	status, err := client.ClusterStatus(ctx)
	if err != nil {
		return err
	}
	if len(status.Supervisors) == 0 {
		return errors.New("the Supervisor has not reported yet")
	}
	return nil
}

// devPlaces says where the cluster listens.
func devPlaces(c *devcluster.Cluster) string {
	text := "Nimbus at " + devcluster.Loopback(c.Port(devcluster.Nimbus))
	if c.HasUI() {
		text += ", UI at http://" + devcluster.Loopback(c.Port(devcluster.UI))
	}
	return text + "\n"
}

// devNext says what to type next.
func devNext(dir *devDir, c *devcluster.Cluster) string {
	choose := "--dev"
	if dir.flag != "" {
		choose = "--storm-config " + shellescape.Quote(filepath.Join(dir.flag, "conf", "storm.yaml"))
	}
	var b strings.Builder
	for _, line := range [][2]string{
		{"submit FILE " + choose + " --wait", "submit a topology"},
		{"status NAME " + choose, "show its numbers"},
		{"dev-cluster down" + dir.arg(), "end the cluster"},
	} {
		fmt.Fprintf(&b, "  stormflux %s  # %s\n", line[0], line[1])
	}
	fmt.Fprintf(&b, "  export STORM_CONF_DIR=%s  # the same for all commands, and for storm\n", shellescape.Quote(c.Home().ConfDir()))
	return b.String()
}

// devLogsAdvice says how to read the logs of workers if a client's cluster is that of --dev, which has no "storm" command.
func devLogsAdvice(client *nimbus.Client) string {
	dir, err := devcluster.DefaultDir()
	if err != nil {
		return ""
	}
	c, err := devcluster.Open(dir)
	if server, _ := client.Server(); err != nil || c.HasUI() || server.String() != devcluster.Loopback(c.Port(devcluster.Nimbus)) {
		return ""
	}
	return fmt.Sprintf("\"stormflux dev-cluster up --ui\" starts a logviewer after \"stormflux dev-cluster down\"; --log-dir %s reads the files",
		shellescape.Quote(c.Home().LogDir()))
}

func (a *app) devDownCommand() *cobra.Command {
	var dir devDir
	var remove bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "End the cluster",
		Long: `End the daemons of the cluster and its workers, and nothing else. The topologies stay in the folder, and "up" runs them
again. With --delete, the folder goes too.`,
		Example: `  stormflux dev-cluster down
  stormflux dev-cluster down --delete`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path, err := dir.path(cmd)
			if err != nil {
				return err
			}
			ended, err := devcluster.Down(cmd.Context(), path)
			if errors.Is(err, devcluster.ErrNone) {
				return a.print(path + " has no cluster\n")
			}
			if err != nil {
				return environmentError(err)
			}
			text := "the cluster did not run\n"
			if len(ended) > 0 {
				text = fmt.Sprintf("ended %s and the workers\n", devNames(ended))
			}
			if remove {
				if err := devcluster.Delete(path); err != nil {
					return environmentError(err)
				}
				text += "deleted " + path + "\n"
			}
			return a.print(text)
		},
	}
	dir.add(cmd)
	cmd.Flags().BoolVar(&remove, "delete", false, "also delete the cluster's folder with its topologies and logs")
	return cmd
}

func devNames(list []devcluster.Daemon) string {
	var names []string
	for _, d := range list {
		names = append(names, string(d))
	}
	return strings.Join(names, ", ")
}

func (a *app) devStatusCommand() *cobra.Command {
	var dir devDir
	var asJSON func() bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the daemons of the cluster",
		Long: `Show each daemon with its process, port and log. The exit code is 0 if all of them run, else 3. "stormflux status --dev"
asks Nimbus for the cluster's own view.`,
		Example: `  stormflux dev-cluster status
  stormflux dev-cluster status --format json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := dir.open(cmd)
			if err != nil {
				return err
			}
			return a.devStatus(c, asJSON())
		},
	}
	dir.add(cmd)
	asJSON = formatFlag(cmd)
	return cmd
}

func (a *app) devStatus(c *devcluster.Cluster, asJSON bool) error {
	type daemon struct {
		Name    string `json:"name"`
		Running bool   `json:"running"`
		PID     int    `json:"pid,omitempty"`
		Port    int    `json:"port"`
		Log     string `json:"log"`
	}
	doc := struct {
		Dir     string   `json:"dir"`
		Version string   `json:"version"`
		Running bool     `json:"running"` // all of them
		Daemons []daemon `json:"daemons"`
	}{c.Home().Dir, c.Version(), true, nil}
	table := console.NewTable("DAEMON", "STATE", "PID", "PORT", "LOG")
	running, ended := c.Running(), c.Ended()
	for _, d := range c.Daemons() {
		pid := running[d]
		doc.Daemons = append(doc.Daemons, daemon{string(d), pid != 0, pid, c.Port(d), c.Log(d)})
		doc.Running = doc.Running && pid != 0
		switch {
		case pid != 0:
			table.Row(string(d), "runs", strconv.Itoa(pid), strconv.Itoa(c.Port(d)), c.Log(d))
		case slices.Contains(ended, d):
			table.Row(string(d), "ended by itself", "", strconv.Itoa(c.Port(d)), c.Log(d))
		default:
			table.Row(string(d), "down", "", strconv.Itoa(c.Port(d)), c.Log(d))
		}
	}
	var err error
	if asJSON {
		err = a.printJSON(doc)
	} else {
		err = a.print(fmt.Sprintf("Storm %s in %s\n\n%s", c.Version(), c.Home().Dir, table))
	}
	if err == nil && !doc.Running {
		return &exitError{code: exitEnvironment}
	}
	return err
}

func (a *app) devLogsCommand() *cobra.Command {
	var dir devDir
	var follow bool
	var lines int
	cmd := &cobra.Command{
		Use:   "logs [DAEMON]",
		Short: "Print the logs of the cluster's daemons",
		Long:  `Print the last lines of the logs of all daemons, or of one: zookeeper, nimbus, supervisor, ui or logviewer.`,
		Example: `  stormflux dev-cluster logs nimbus --lines 100
  stormflux dev-cluster logs --follow`,
		Args: atMostOne,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			c, err := dir.open(cmd)
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return strings.Split(devNames(c.Daemons()), ", "), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if lines < 0 {
				return usageError("--lines: give a number of lines, not %d", lines)
			}
			c, err := dir.open(cmd)
			if err != nil {
				return err
			}
			daemons := c.Daemons()
			if len(args) == 1 {
				if !slices.Contains(daemons, devcluster.Daemon(args[0])) {
					return usageError("the cluster has no daemon %q, but %s", args[0], devNames(daemons))
				}
				daemons = []devcluster.Daemon{devcluster.Daemon(args[0])}
			}
			err = c.Logs(cmd.Context(), daemons, lines, follow, func(d devcluster.Daemon, line string) error {
				if len(daemons) > 1 {
					line = fmt.Sprintf("%-10s | %s", d, line)
				}
				return a.print(line + "\n")
			})
			if err != nil && cmd.Context().Err() == nil {
				return environmentError(err)
			}
			return nil
		},
	}
	dir.add(cmd)
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new lines, until Ctrl-C")
	cmd.Flags().IntVarP(&lines, "lines", "n", 20, "print the last `NUMBER` lines of each log")
	return cmd
}
