package stormtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/devcluster"
)

// pollInterval is the time between two checks of a condition, if there is no other way to wait for it.
const pollInterval = 25 * time.Millisecond

// Options describe what [Start] starts. The zero value is one Nimbus and one Supervisor with four slots.
type Options struct {
	// Supervisors is the number of Supervisors; 0 means 1.
	Supervisors int
	// Slots is the number of worker slots of each Supervisor; 0 means 4.
	Slots int
	// Conf has more entries of storm.yaml, or other values for existing entries.
	Conf map[string]any
	// NimbusOnly starts no Supervisor.
	NimbusOnly bool
	// JavaFlags are further flags of the daemons' JVMs.
	JavaFlags []string
	// Classpath is searched before Storm's own jars.
	Classpath []string
	// Ready reports whether Nimbus leads and answers. It replaces the question over a plain connection, which a secured
	// Nimbus does not answer.
	Ready func(ctx context.Context, c *Cluster) error
	// Home is a folder that becomes STORM_HOME and is kept; it must not exist or be empty.
	// "" means a temporary folder, which Stop deletes.
	Home string
	// StartTimeout limits the start once the jars are there; 0 means two minutes.
	StartTimeout time.Duration
}

// Cluster is a running Storm. Its methods may be called from several goroutines.
type Cluster struct {
	home      devcluster.Home
	temporary bool
	mark      devcluster.Mark
	flags     []string // of java
	classpath []string // before Storm's own
	watchdog  *watchdog

	mu      sync.Mutex
	daemons []*daemon // in the order of their start
	stopped bool
	stopErr error
}

// Start starts a cluster and returns when its Nimbus leads, answers and knows all Supervisors. Tests should call [New]
// or [Shared.Cluster] instead. The caller must call [Cluster.Stop]; if its process dies before, a watchdog ends the
// cluster. The context limits only the start. If there is an error, Start leaves nothing behind.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	if options.Supervisors = max(options.Supervisors, 1); options.NimbusOnly {
		options.Supervisors = 0
	}
	if options.Slots == 0 {
		options.Slots = 4
	}
	if options.StartTimeout == 0 {
		options.StartTimeout = 2 * time.Minute
	}
	libraries := map[devcluster.Library]string{}
	for _, library := range []devcluster.Library{devcluster.ZooKeeperLibrary, devcluster.DaemonLibrary, devcluster.WorkerLibrary} {
		jars, err := libraryJars(ctx, library)
		if err != nil {
			return nil, err
		}
		libraries[library] = jars
	}
	const attempts = 3
	for attempt := 1; ; attempt++ {
		cluster, err := start(ctx, options, libraries)
		// Another program may have taken a port between its choice and the daemon's bind.
		if err != nil && attempt < attempts && options.Home == "" && strings.Contains(err.Error(), "Address already in use") {
			continue
		}
		return cluster, err
	}
}

func start(ctx context.Context, options Options, libraries map[devcluster.Library]string) (_ *Cluster, err error) {
	ctx, cancel := context.WithTimeout(ctx, options.StartTimeout)
	defer cancel()
	c := &Cluster{mark: devcluster.NewMark(), flags: options.JavaFlags, classpath: options.Classpath}
	dir := options.Home
	if dir == "" {
		c.temporary = true
		dir, err = os.MkdirTemp("", "stormflux-storm-")
	} else {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("making STORM_HOME: %w", err)
	}
	c.home.Dir = dir
	remove := ""
	if c.temporary {
		remove = dir
	}
	if c.watchdog, err = startWatchdog(c.mark, remove); err != nil {
		if c.temporary {
			os.RemoveAll(dir)
		}
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	ports, err := devcluster.FreePorts(options.Supervisors, options.Slots)
	if err != nil {
		return nil, err
	}
	c.home = devcluster.Home{Dir: dir, Ports: ports, Conf: options.Conf}
	if err = c.home.Write(libraries); err != nil {
		return nil, err
	}
	zk, err := c.run("zookeeper", c.home.Command(devcluster.ZooKeeper, devcluster.Java{}))
	if err != nil {
		return nil, err
	}
	err = zk.await(ctx, func(ctx context.Context) error {
		return devcluster.Reachable(ctx, devcluster.Loopback(c.home.Ports.ZooKeeper))
	})
	if err != nil {
		return nil, err
	}
	nimbus, err := c.startNimbus()
	if err != nil {
		return nil, err
	}
	supervisors := make([]*daemon, options.Supervisors)
	for i := range supervisors {
		if supervisors[i], err = c.startSupervisor(i); err != nil {
			return nil, err
		}
	}
	err = nimbus.await(ctx, func(ctx context.Context) error {
		for _, s := range supervisors {
			if s.ended() {
				return s.await(ctx, func(context.Context) error { return errors.New("ended") })
			}
		}
		if options.Ready != nil {
			return options.Ready(ctx, c)
		}
		return nimbusReady(ctx, c.NimbusAddr(), options.Supervisors)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// reachable returns nil if a server listens at an address.

// run starts a daemon and remembers it.
func (c *Cluster) run(name string, args []string) (*daemon, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil, errors.New("the cluster is stopped")
	}
	cmd := exec.Command("java", args...)
	cmd.Dir = c.home.Dir
	cmd.Env = c.mark.Environment()
	d, err := startDaemon(name, filepath.Join(c.LogDir(), name+".log"), cmd)
	if err != nil {
		return nil, err
	}
	c.daemons = append(c.daemons, d)
	return d, nil
}

func (c *Cluster) startNimbus() (*daemon, error) {
	return c.run("nimbus", c.home.Command(devcluster.Nimbus, devcluster.Java{Flags: c.flags, Classpath: c.classpath}))
}

// startSupervisor starts the i-th Supervisor. storm.yaml describes the first one. The others have different options,
// which Supervisors pass on to their workers.
func (c *Cluster) startSupervisor(i int) (*daemon, error) {
	name, options := "supervisor", ""
	if i > 0 {
		name = fmt.Sprintf("supervisor-%d", i+1)
		slots := fmt.Sprint(c.home.Ports.Supervisors[i].Slots)
		options = strings.Join([]string{
			url.QueryEscape("storm.local.dir=" + filepath.Join(c.home.Dir, name)),
			url.QueryEscape("supervisor.thrift.port=" + strconv.Itoa(c.home.Ports.Supervisors[i].Thrift)),
			url.QueryEscape("supervisor.slots.ports=" + strings.ReplaceAll(slots, " ", ",")),
		}, ",")
	}
	return c.run(name, c.home.Command(devcluster.Supervisor, devcluster.Java{Name: name, Options: options, Flags: c.flags, Classpath: c.classpath}))
}

// Client returns the command that runs a Java main class as `storm jar` does: with the worker's jars, Flux, the given
// jar and this cluster's configuration. A submitter uploads the given jar; "" means none. The caller runs the command.
func (c *Cluster) Client(ctx context.Context, jar, class string, args ...string) (*exec.Cmd, error) {
	flux, err := Jars(ctx, FluxJars)
	if err != nil {
		return nil, err
	}
	// lib, not lib-worker: it has the commands (org.apache.storm.command.*) as well.
	classpath := []string{c.home.Dir, filepath.Join(c.home.Dir, "lib", "*"), filepath.Join(flux, "*")}
	if jar != "" {
		classpath = append(classpath, jar)
	}
	classpath = append(classpath, c.ConfDir())
	cmd := exec.CommandContext(ctx, "java", slices.Concat([]string{"-Xmx256m"}, devcluster.JavaFlags(), []string{
		"-Dstorm.home=" + c.home.Dir,
		"-Dstorm.log.dir=" + c.LogDir(),
		"-Dstorm.conf.file=",
		"-Dstorm.options=",
		"-Dstorm.jar=" + jar,
		"-Dstorm.dependency.jars=",
		"-Dstorm.dependency.artifacts={}",
		"-Dlog4j2.configurationFile=" + filepath.Join(c.home.Dir, "log4j2", "cluster.xml"),
		"-cp", joinClasspath(classpath...),
		class,
	}, args)...)
	cmd.Env = c.mark.Environment()
	return cmd, nil
}

// Nimbus returns the host and the Thrift port of the Nimbus.
func (c *Cluster) Nimbus() (host string, port int) { return "127.0.0.1", c.home.Ports.Nimbus }

// NimbusAddr returns host:port of the Nimbus.
func (c *Cluster) NimbusAddr() string { return devcluster.Loopback(c.home.Ports.Nimbus) }

// Home is the folder STORM_HOME.
func (c *Cluster) Home() string { return c.home.Dir }

// StormYAML is the path of the storm.yaml that daemons and workers use and clients may use too.
func (c *Cluster) StormYAML() string { return c.home.StormYAML() }

// ConfDir is the folder of StormYAML, for STORM_CONF_DIR.
func (c *Cluster) ConfDir() string { return c.home.ConfDir() }

// LogDir is the folder of all logs: <daemon>.log, and workers-artifacts/<topology id>/<port>/worker.log and its
// companions.
func (c *Cluster) LogDir() string { return c.home.LogDir() }

// NimbusLog returns what Nimbus has logged so far. The reason for an "Internal error processing" is only here.
func (c *Cluster) NimbusLog() (string, error) {
	text, err := os.ReadFile(filepath.Join(c.LogDir(), "nimbus.log"))
	return string(text), err
}

// WorkerLogs returns what workers have logged so far, by "<topology id>/<port>/<file>", where the file is worker.log,
// worker.log.err or worker.log.out. Logs of killed topologies are there too.
func (c *Cluster) WorkerLogs() (map[string]string, error) {
	artifacts := os.DirFS(filepath.Join(c.LogDir(), "workers-artifacts"))
	names, err := fs.Glob(artifacts, "*/*/worker.log*")
	if err != nil {
		return nil, err
	}
	logs := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(artifacts, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		logs[name] = string(text)
	}
	return logs, nil
}

// ShowLogsOnFailure logs the ends of those of the cluster's logs that have grown since now, if the test has failed when
// it ends. [New] and [Shared.Cluster] do it already.
func (c *Cluster) ShowLogsOnFailure(t testing.TB) {
	before := c.logSizes()
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		after := c.logSizes()
		for _, name := range slices.Sorted(maps.Keys(after)) {
			if after[name] > before[name] {
				t.Logf("--- %s ends with\n%s", name, tail(filepath.Join(c.LogDir(), name), 40))
			}
		}
	})
}

func (c *Cluster) logSizes() map[string]int64 {
	sizes := map[string]int64{}
	logs := os.DirFS(c.LogDir())
	for _, pattern := range []string{"*.log", "workers-artifacts/*/*/worker.log*"} {
		names, _ := fs.Glob(logs, pattern) // the patterns are valid
		for _, name := range names {
			if info, err := fs.Stat(logs, name); err == nil {
				sizes[name] = info.Size()
			}
		}
	}
	return sizes
}

// KillNimbus kills the Nimbus as a crash would, and returns when it is gone. Topologies keep running.
func (c *Cluster) KillNimbus() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.daemons = slices.DeleteFunc(c.daemons, func(d *daemon) bool {
		if d.name != "nimbus" {
			return false
		}
		d.kill()
		return true
	})
}

// StartNimbus starts the Nimbus again after [Cluster.KillNimbus], at the same address, and returns when it leads and
// answers. It becomes the leader only when ZooKeeper has dropped the session of the killed one (20 s by Storm's
// default).
func (c *Cluster) StartNimbus(ctx context.Context) error {
	nimbus, err := c.startNimbus()
	if err != nil {
		return err
	}
	return nimbus.await(ctx, func(ctx context.Context) error {
		return nimbusReady(ctx, c.NimbusAddr(), len(c.home.Ports.Supervisors))
	})
}

// RestartSupervisors kills the Supervisors as a crash would, starts them again, and returns when Nimbus knows them. Workers
// keep running: the new Supervisors adopt them.
func (c *Cluster) RestartSupervisors(ctx context.Context) error {
	c.mu.Lock()
	c.daemons = slices.DeleteFunc(c.daemons, func(d *daemon) bool {
		if !strings.HasPrefix(d.name, "supervisor") {
			return false
		}
		d.kill()
		return true
	})
	c.mu.Unlock()
	began := time.Now()
	for i := range c.home.Ports.Supervisors {
		supervisor, err := c.startSupervisor(i)
		if err != nil {
			return err
		}
		err = supervisor.await(ctx, func(ctx context.Context) error {
			return supervisorsSince(ctx, c.NimbusAddr(), i+1, began)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Processes returns the ids of all processes of the cluster that live now: daemons, workers and what workers started.
func (c *Cluster) Processes() ([]int, error) { return c.mark.Processes() }

// Stop kills all processes of the cluster, including its workers and their children, and makes sure that none is left.
// It deletes STORM_HOME unless [Options.Home] named it. Calling it again does nothing and returns the same error.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return c.stopErr
	}
	c.stopped = true
	// Kill everything at once: no state here is worth keeping, and an orderly end of Supervisor and Nimbus takes
	// seconds. Supervisors come first, or they would start workers again.
	for _, d := range slices.Backward(c.daemons) {
		d.kill()
	}
	errs := []error{c.mark.Kill(), c.watchdog.release()}
	if c.temporary {
		errs = append(errs, os.RemoveAll(c.home.Dir))
	}
	c.stopErr = errors.Join(errs...)
	return c.stopErr
}
