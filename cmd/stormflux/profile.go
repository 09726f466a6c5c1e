package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/internal/logviewer"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// profileActions are what `profile` can do, with the files that come of it (bin/flight.bash, 2.8.3).
var profileActions = map[string]struct {
	action nimbus.ProfileAction
	file   *regexp.Regexp // nil: none
}{
	"jstack":  {nimbus.DumpThreads, regexp.MustCompile(`^jstack-.*\.txt$`)},
	"heap":    {nimbus.DumpHeap, regexp.MustCompile(`^recording-.*\.bin$`)},
	"jfr":     {nimbus.DumpRecording, regexp.MustCompile(`^recording-.*\.jfr$`)},
	"restart": {nimbus.RestartWorker, nil},
}

func profileNames() []string { return []string{"jstack", "heap", "jfr", "restart"} }

type profileFlags struct {
	logFlags
	action  string
	workers []string
	force   bool
	out     string
	length  durationFlag
	timeout durationFlag
}

func (a *app) profileCommand() *cobra.Command {
	flags := profileFlags{length: durationFlag(time.Minute), timeout: durationFlag(2 * time.Minute)}
	cmd := &cobra.Command{
		Use:   "profile NAME [COMPONENT] jstack|heap|jfr|restart",
		Short: "Dump the threads or the heap of workers, record or restart them",
		Long: `Ask the Supervisors to dump the threads (jstack) or the heap of the JVMs of some workers, to record them (jfr), or to
restart them. The workers are those with --worker, or all that run COMPONENT. The Supervisor runs Storm's flight.bash
(worker.profiler.command), which needs the tools of a JDK. The files come from the logviewers into the folder of -o. The
processes of components in other languages are not part of a dump.`,
		Example: `  stormflux profile wordcount count jstack
  stormflux profile wordcount --worker host2:6700 jfr --for 30s -o recordings`,
	}
	f := cmd.Flags()
	f.StringArrayVar(&flags.workers, "worker", nil, "choose the worker at `HOST:PORT` (repeatable)")
	f.BoolVar(&flags.force, "force", false, "ask even where worker.profiler.enabled is not set; a Supervisor without flight.bash dies of it")
	f.StringVarP(&flags.out, "output", "o", ".", "write the files into `DIR`")
	f.Var(&flags.length, "for", "record for this `DURATION` (jfr)")
	f.Var(&flags.timeout, "timeout", "wait for this `DURATION` for a file, after the recording")
	f.StringVar(&flags.dir, "log-dir", "", "take the files from `DIR`, the folder of Storm's logs on this machine, in place of logviewers")
	f.StringArrayVar(&flags.viewers, "logviewer", nil, "use the logviewer at `[HOST=]ADDRESS` for the workers on HOST, or for all (repeatable)")
	_ = cmd.MarkFlagDirname("output")
	_ = cmd.MarkFlagDirname("log-dir")
	for _, name := range []string{"worker", "for", "timeout", "logviewer"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	cmd = a.runningCommand(&flags.cluster, cmd, func(ctx context.Context, client *nimbus.Client, name string) error {
		return a.profile(ctx, client, name, &flags)
	})
	ofTopology := cmd.RunE
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 2 && len(args) != 3 || !slices.Contains(profileNames(), args[len(args)-1]) {
			return usageError("name a topology, a component or --worker, and one of %s. Usage: %s", orList(profileNames()), cmd.UseLine())
		}
		if (len(args) == 3) == (len(flags.workers) > 0) {
			return usageError("give either a component or --worker")
		}
		return nil
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return a.topologyNames(cmd.Context(), &flags.cluster), cobra.ShellCompDirectiveNoFileComp
		case 1:
			return append(profileNames(), a.componentNames(cmd.Context(), &flags.cluster, args[0])...), cobra.ShellCompDirectiveNoFileComp
		}
		return profileNames(), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if flags.action = args[len(args)-1]; len(args) == 3 {
			flags.component = args[1]
		}
		return ofTopology(cmd, args[:1])
	}
	return cmd
}

// profile asks for an action on workers and fetches its files.
func (a *app) profile(ctx context.Context, client *nimbus.Client, name string, flags *profileFlags) error {
	logs, err := a.logsOf(ctx, client, name, &flags.logFlags)
	if err != nil {
		return err
	}
	enabled, err := client.ProfilerEnabled(ctx)
	if err != nil {
		return err
	}
	if !enabled && !flags.force {
		return errors.New("profiles are not enabled on this cluster (worker.profiler.enabled)\n" +
			"  a Supervisor dies if bin/flight.bash is not in its STORM_HOME; where it is, --force asks")
	}
	placement, err := client.Placement(ctx, name)
	if err != nil {
		return err
	}
	if flags.dir != "" {
		if logs, err = logsIn(flags.dir, placement.ID); err != nil {
			return err
		}
	}
	workers, err := chosenWorkers(placement, flags)
	if err != nil {
		return err
	}
	job := profileJob{client: client, id: placement.ID, source: logs.source, action: profileActions[flags.action].action, file: profileActions[flags.action].file}
	before := map[nimbus.Address][]string{}
	for w := range workers {
		if job.file == nil {
			continue
		}
		if before[w], err = job.source.Files(ctx, logviewer.Worker(w)); err != nil {
			return explainLogs(err, logs)
		}
	}
	limit := time.Duration(flags.timeout)
	order := slices.SortedFunc(maps.Keys(workers), func(x, y nimbus.Address) int { return strings.Compare(x.String(), y.String()) })
	if job.action == nimbus.DumpRecording {
		if err := job.record(ctx, order, workers, time.Duration(flags.length), limit); err != nil {
			return err
		}
	}
	for _, w := range order {
		if err := client.Profile(ctx, placement.ID, w, job.action, time.Now()); err != nil {
			return err
		}
	}
	if job.file == nil {
		for _, w := range order {
			if err := a.print(fmt.Sprintf("%s: its Supervisor restarts it\n", w)); err != nil {
				return err
			}
		}
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, w := range order {
		file, err := job.await(waiting, w, workers[w], before[w])
		if err != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s: its Supervisor has left no file within %s\n  its log says why; it runs worker.profiler.command, which needs the tools of a JDK", w, limit)
		}
		if err != nil {
			return explainLogs(err, logs)
		}
		if err := a.fetch(ctx, job.source, w, file, flags.out); err != nil {
			return explainLogs(err, logs)
		}
	}
	return nil
}

// chosenWorkers returns the workers to profile, each with one of its components.
func chosenWorkers(p *nimbus.Placement, flags *profileFlags) (map[nimbus.Address]string, error) {
	runs, chosen := map[nimbus.Address]string{}, map[nimbus.Address]string{}
	for _, e := range p.Executors {
		runs[e.Worker] = e.Component
		if e.Component == flags.component {
			chosen[e.Worker] = e.Component
		}
	}
	for _, text := range flags.workers {
		host, port, err := net.SplitHostPort(text)
		number, notNumber := strconv.Atoi(port)
		if err != nil || notNumber != nil {
			return nil, usageError("--worker %q: give HOST:PORT", text)
		}
		w := nimbus.Address{Host: host, Port: number}
		component, ok := runs[w]
		if !ok {
			var all []string
			for known := range runs {
				all = append(all, known.String())
			}
			slices.Sort(all)
			return nil, fmt.Errorf("--worker %q: the topology does not run there; its workers are %s", text, strings.Join(all, ", "))
		}
		chosen[w] = component
	}
	return chosen, nil
}

// profileJob is an action that Supervisors do.
type profileJob struct {
	client *nimbus.Client
	id     string
	source logviewer.Source
	action nimbus.ProfileAction
	file   *regexp.Regexp
}

// record starts recordings in workers, and returns when the last one that has begun has lasted for length.
func (j *profileJob) record(ctx context.Context, order []nimbus.Address, workers map[nimbus.Address]string, length, limit time.Duration) error {
	until := time.Now().Add(limit + length)
	for _, w := range order {
		if err := j.client.Profile(ctx, j.id, w, nimbus.StartRecording, until); err != nil {
			return err
		}
	}
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, w := range order {
		err := j.taken(waiting, w, workers[w], nimbus.StartRecording)
		if err != nil && ctx.Err() == nil && waiting.Err() != nil {
			return fmt.Errorf("%s: its Supervisor has not begun to record within %s", w, limit)
		}
		if err != nil {
			return err
		}
	}
	return pause(ctx, length)
}

// taken waits until the Supervisor of a worker has taken an action.
func (j *profileJob) taken(ctx context.Context, w nimbus.Address, component string, action nimbus.ProfileAction) error {
	for {
		pending, err := j.client.Profiling(ctx, j.id, component, action)
		if err != nil || !slices.Contains(pending, w) {
			return err
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// pause waits for a time, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// await waits until a worker has a file that was not there before, and its Supervisor has finished.
func (j *profileJob) await(ctx context.Context, w nimbus.Address, component string, before []string) (string, error) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		pending, err := j.client.Profiling(ctx, j.id, component, j.action)
		if err != nil && ctx.Err() == nil {
			return "", err
		}
		if err == nil && !slices.Contains(pending, w) {
			files, err := j.source.Files(ctx, logviewer.Worker(w))
			if err != nil && ctx.Err() == nil {
				return "", err
			}
			for _, name := range files {
				if j.file.MatchString(name) && !slices.Contains(before, name) {
					return name, nil
				}
			}
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-ticker.C:
		}
	}
}

// fetch copies a file of a worker into a folder and prints its path.
func (a *app) fetch(ctx context.Context, source logviewer.Source, w nimbus.Address, file, dir string) error {
	in, err := source.Open(ctx, logviewer.Worker(w), file)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder for the files: %w", err)
	}
	path := filepath.Join(dir, fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(w.Host, ":", "_"), w.Port, filepath.Base(file)))
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return fmt.Errorf("fetching %s: %w", file, err)
	}
	if err := out.Close(); err != nil {
		return err
	}
	return a.print(fmt.Sprintf("%s: %s\n", w, filepath.ToSlash(path)))
}
