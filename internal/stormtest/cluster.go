package stormtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
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
	home      string
	temporary bool
	token     string
	ports     ports
	yaml      []byte
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
	for _, set := range []JarSet{ZooKeeperJars, DaemonJars, WorkerJars} {
		if _, err := Jars(ctx, set); err != nil {
			return nil, err
		}
	}
	const attempts = 3
	for attempt := 1; ; attempt++ {
		cluster, err := start(ctx, options)
		// Another program may have taken a port between its choice and the daemon's bind.
		if err != nil && attempt < attempts && options.Home == "" && strings.Contains(err.Error(), "Address already in use") {
			continue
		}
		return cluster, err
	}
}

func start(ctx context.Context, options Options) (_ *Cluster, err error) {
	ctx, cancel := context.WithTimeout(ctx, options.StartTimeout)
	defer cancel()
	c := &Cluster{home: options.Home, token: rand.Text(), flags: options.JavaFlags, classpath: options.Classpath}
	if c.home == "" {
		c.temporary = true
		if c.home, err = os.MkdirTemp("", "stormflux-storm-"); err != nil {
			return nil, fmt.Errorf("making STORM_HOME: %w", err)
		}
	} else if c.home, err = filepath.Abs(c.home); err != nil {
		return nil, fmt.Errorf("making STORM_HOME: %w", err)
	}
	remove := ""
	if c.temporary {
		remove = c.home
	}
	if c.watchdog, err = startWatchdog(c.token, remove); err != nil {
		if c.temporary {
			os.RemoveAll(c.home)
		}
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	if c.ports, err = choosePorts(options.Supervisors, options.Slots); err != nil {
		return nil, err
	}
	if c.yaml, err = stormYAML(c.home, c.ports, options.Conf); err != nil {
		return nil, err
	}
	if err = makeHome(ctx, c.home, c.yaml, c.ports); err != nil {
		return nil, err
	}
	zk, err := c.startZooKeeper(ctx)
	if err != nil {
		return nil, err
	}
	err = zk.await(ctx, func(ctx context.Context) error { return reachable(ctx, loopback(c.ports.zookeeper)) })
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
func reachable(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// run starts a daemon and remembers it.
func (c *Cluster) run(name string, args []string) (*daemon, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return nil, errors.New("the cluster is stopped")
	}
	cmd := exec.Command("java", args...)
	cmd.Dir = c.home
	cmd.Env = environment(c.token)
	d, err := startDaemon(name, filepath.Join(c.LogDir(), name+".log"), cmd)
	if err != nil {
		return nil, err
	}
	c.daemons = append(c.daemons, d)
	return d, nil
}

func (c *Cluster) startZooKeeper(ctx context.Context) (*daemon, error) {
	classpath, err := Classpath(ctx, ZooKeeperJars)
	if err != nil {
		return nil, err
	}
	return c.run("zookeeper", slices.Concat([]string{"-Xmx64m"}, daemonFlags, []string{
		"-Dzookeeper.admin.enableServer=false", "-cp", classpath,
		"org.apache.zookeeper.server.ZooKeeperServerMain", filepath.Join(c.home, "conf", "zoo.cfg"),
	}))
}

func (c *Cluster) startNimbus() (*daemon, error) {
	return c.run("nimbus", c.daemonArgs("nimbus", "-Xmx256m", "", "org.apache.storm.daemon.nimbus.Nimbus"))
}

// startSupervisor starts the i-th Supervisor. storm.yaml describes the first one. The others have different options,
// which Supervisors pass on to their workers.
func (c *Cluster) startSupervisor(i int) (*daemon, error) {
	name, options := "supervisor", ""
	if i > 0 {
		name = fmt.Sprintf("supervisor-%d", i+1)
		slots := fmt.Sprint(c.ports.supervisors[i].slots)
		options = strings.Join([]string{
			url.QueryEscape("storm.local.dir=" + filepath.Join(c.home, name)),
			url.QueryEscape("supervisor.thrift.port=" + strconv.Itoa(c.ports.supervisors[i].thrift)),
			url.QueryEscape("supervisor.slots.ports=" + strings.ReplaceAll(slots, " ", ",")),
		}, ",")
	}
	return c.run(name, c.daemonArgs(name, "-Xmx192m", options, "org.apache.storm.daemon.supervisor.Supervisor"))
}

// daemonArgs returns the arguments of java for one of Storm's daemons, as in bin/storm. more is searched after Storm's own
// jars.
func (c *Cluster) daemonArgs(name, heap, options, class string, more ...string) []string {
	lib := func(dir string) string { return filepath.Join(c.home, dir, "*") }
	return slices.Concat([]string{heap}, daemonFlags, c.flags, []string{
		"-Dstorm.home=" + c.home,
		"-Dstorm.log.dir=" + c.LogDir(),
		"-Dstorm.conf.file=",
		"-Dstorm.options=" + options,
		"-Djava.library.path=",
		"-Dlogfile.name=" + name + ".log",
		"-Dlog4j2.configurationFile=" + filepath.Join(c.home, "log4j2", "cluster.xml"),
		"-cp", joinClasspath(slices.Concat(c.classpath, []string{c.home, lib("lib"), lib("extlib"), lib("extlib-daemon"), filepath.Join(c.home, "conf")}, more)...),
		class,
	})
}

// Client returns the command that runs a Java main class as `storm jar` does: with the worker's jars, Flux, the given
// jar and this cluster's configuration. A submitter uploads the given jar; "" means none. The caller runs the command.
func (c *Cluster) Client(ctx context.Context, jar, class string, args ...string) (*exec.Cmd, error) {
	flux, err := Jars(ctx, FluxJars)
	if err != nil {
		return nil, err
	}
	// lib, not lib-worker: it has the commands (org.apache.storm.command.*) as well.
	classpath := []string{c.home, filepath.Join(c.home, "lib", "*"), filepath.Join(flux, "*")}
	if jar != "" {
		classpath = append(classpath, jar)
	}
	classpath = append(classpath, filepath.Join(c.home, "conf"))
	cmd := exec.CommandContext(ctx, "java", slices.Concat([]string{"-Xmx256m"}, daemonFlags, []string{
		"-Dstorm.home=" + c.home,
		"-Dstorm.log.dir=" + c.LogDir(),
		"-Dstorm.conf.file=",
		"-Dstorm.options=",
		"-Dstorm.jar=" + jar,
		"-Dstorm.dependency.jars=",
		"-Dstorm.dependency.artifacts={}",
		"-Dlog4j2.configurationFile=" + filepath.Join(c.home, "log4j2", "cluster.xml"),
		"-cp", joinClasspath(classpath...),
		class,
	}, args)...)
	cmd.Env = environment(c.token)
	return cmd, nil
}

// Nimbus returns the host and the Thrift port of the Nimbus.
func (c *Cluster) Nimbus() (host string, port int) { return "127.0.0.1", c.ports.nimbus }

// NimbusAddr returns host:port of the Nimbus.
func (c *Cluster) NimbusAddr() string { return loopback(c.ports.nimbus) }

// Home is the folder STORM_HOME.
func (c *Cluster) Home() string { return c.home }

// StormYAML is the path of the storm.yaml that daemons and workers use and clients may use too.
func (c *Cluster) StormYAML() string { return filepath.Join(c.home, "conf", "storm.yaml") }

// ConfDir is the folder of StormYAML, for STORM_CONF_DIR.
func (c *Cluster) ConfDir() string { return filepath.Join(c.home, "conf") }

// LogDir is the folder of all logs: <daemon>.log, and workers-artifacts/<topology id>/<port>/worker.log and its
// companions.
func (c *Cluster) LogDir() string { return filepath.Join(c.home, "logs") }

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
		return nimbusReady(ctx, c.NimbusAddr(), len(c.ports.supervisors))
	})
}

// Processes returns the ids of all processes of the cluster that live now: daemons, workers and what workers started.
func (c *Cluster) Processes() ([]int, error) { return marked(c.token) }

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
	errs := []error{killMarked(c.token), c.watchdog.release()}
	if c.temporary {
		errs = append(errs, os.RemoveAll(c.home))
	}
	c.stopErr = errors.Join(errs...)
	return c.stopErr
}
