package devcluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/maven"
)

// Options describe the cluster that [Up] starts.
type Options struct {
	Dir     string // where it is kept; it must be empty or have a cluster
	Version string // of Storm; "" means that of the folder's cluster, else [DefaultVersion]
	Java    string // the path of java
	Port    int    // of Nimbus; 0 means that of the folder's cluster, else Storm's default if it is free
	Slots   int    // worker slots; 0 means those of the folder's cluster, else 4
	UI      bool   // also Storm's UI and logviewer, which [WebappLibrary] compiles

	Maven maven.Options
	// Ready returns nil if the Nimbus at an address leads and knows a Supervisor.
	Ready func(ctx context.Context, address string) error
	// Progress, if set, gets a line about each step that takes long.
	Progress func(line string)
	// Timeout limits the start once the jars are there; 0 means three minutes.
	Timeout time.Duration
}

// Up starts the cluster of a folder and returns when it is ready. It reports whether it started anything: a cluster that
// runs stays as it is. One of which only a part runs is ended first. If there is an error, nothing of the cluster runs.
func Up(ctx context.Context, opts Options) (c *Cluster, started bool, err error) {
	if err := supported(); err != nil {
		return nil, false, err
	}
	if opts.Progress == nil {
		opts.Progress = func(string) {}
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, false, fmt.Errorf("finding the cluster's folder: %w", err)
	}
	opts.Dir = dir
	if err := usable(dir); err != nil {
		return nil, false, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, false, err
	}
	defer unlock()
	c, err = opts.open()
	if err != nil {
		return nil, false, err
	}
	if c.whole() {
		return c, false, opts.Ready(ctx, Loopback(c.state.Ports.Nimbus))
	}
	if ended := c.Ended(); len(ended) > 0 && len(c.Running()) > 0 {
		opts.Progress(fmt.Sprintf("%s ended: restarting the cluster", names(ended)))
	}
	if err := c.stop(ctx); err != nil {
		return nil, false, err
	}
	if err := c.choosePorts(opts); err != nil {
		return nil, false, err
	}
	if err := c.prepare(ctx, opts); err != nil {
		return nil, false, err
	}
	if err := c.start(ctx, opts); err != nil {
		return nil, false, errors.Join(err, c.stop(context.WithoutCancel(ctx)))
	}
	return c, true, nil
}

// usable makes the folder, and refuses one that has other files.
func usable(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the cluster's folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("reading the cluster's folder: %w", err)
	}
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == stateFile }) {
		return nil
	}
	for _, e := range entries {
		if e.Name() != "lock" {
			return fmt.Errorf("%s has other files (%s): name a folder that is empty, or that does not exist", dir, e.Name())
		}
	}
	return nil
}

// open returns the folder's cluster, or a new one.
func (o Options) open() (*Cluster, error) {
	c, err := Open(o.Dir)
	if errors.Is(err, ErrNone) {
		c = &Cluster{dir: o.Dir, state: state{Version: DefaultVersion, Mark: NewMark()}}
		if o.Version != "" {
			c.state.Version = o.Version
		}
		c.state.UI = o.UI
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if o.Version != "" && o.Version != c.state.Version {
		return nil, &OtherError{Dir: o.Dir, Has: "Storm " + c.state.Version, Want: "Storm " + o.Version}
	}
	if o.UI && !c.state.UI {
		if c.whole() {
			return nil, &OtherError{Dir: o.Dir, Has: "no UI", Want: "a UI"}
		}
		c.state.UI = true
	}
	if o.Port != 0 && o.Port != c.state.Ports.Nimbus && c.whole() {
		return nil, &OtherError{Dir: o.Dir, Has: "port " + strconv.Itoa(c.state.Ports.Nimbus), Want: "port " + strconv.Itoa(o.Port)}
	}
	if has := c.state.Ports.slots(); o.Slots != 0 && o.Slots != has && c.whole() {
		return nil, &OtherError{Dir: o.Dir, Has: "--slots " + strconv.Itoa(has), Want: "--slots " + strconv.Itoa(o.Slots)}
	}
	return c, nil
}

// OtherError says that the folder's cluster is not the wanted one.
type OtherError struct{ Dir, Has, Want string }

// Error says what differs.
func (e *OtherError) Error() string {
	return fmt.Sprintf("the cluster in %s has %s, not %s", e.Dir, e.Has, e.Want)
}

// choosePorts chooses the ports of a new cluster, and others for those that are taken now.
func (c *Cluster) choosePorts(opts Options) error {
	p := &c.state.Ports
	if p.Nimbus == 0 {
		slots := opts.Slots
		if slots == 0 {
			slots = 4
		}
		chosen, err := FreePorts(1, slots)
		if err != nil {
			return err
		}
		*p = chosen
		for port, usual := range map[*int]int{&p.Nimbus: 6627, &p.UI: 8080, &p.Logviewer: 8000} {
			if free(usual) == nil {
				*port = usual
			}
		}
	}
	if opts.Slots != 0 && opts.Slots != p.slots() {
		chosen, err := FreePorts(1, opts.Slots)
		if err != nil {
			return err
		}
		p.Supervisors[0].Slots = chosen.Supervisors[0].Slots
	}
	if opts.Port != 0 {
		if err := free(opts.Port); err != nil {
			return fmt.Errorf("port %d is taken by another program: choose another one", opts.Port)
		}
		p.Nimbus = opts.Port
	}
	for _, port := range p.all() {
		if free(*port) == nil {
			continue
		}
		other, err := p.another()
		if err != nil {
			return err
		}
		opts.Progress(fmt.Sprintf("port %d is taken by another program: taking %d instead", *port, other))
		*port = other
	}
	return nil
}

// prepare fetches the jars and writes STORM_HOME.
func (c *Cluster) prepare(ctx context.Context, opts Options) error {
	opts.Maven.Starting = func(list []maven.Coordinate) {
		opts.Progress(fmt.Sprintf("fetching %s %s from Maven Central, once", list[0].Artifact, list[0].Version))
	}
	libraries := map[Library]string{}
	wanted := []Library{ZooKeeperLibrary, DaemonLibrary, WorkerLibrary}
	if c.state.UI {
		wanted = append(wanted, WebappLibrary)
	}
	for _, library := range wanted {
		jars, err := Jars(ctx, library, c.state.Version, opts.Maven)
		if err != nil {
			return err
		}
		libraries[library] = jars
	}
	if err := c.Home().Write(libraries); err != nil {
		return err
	}
	return c.save()
}

// start starts the daemons and waits until they are ready.
func (c *Cluster) start(ctx context.Context, opts Options) error {
	if opts.Timeout == 0 {
		opts.Timeout = 3 * time.Minute
	}
	ctx, cancel := context.WithTimeoutCause(ctx, opts.Timeout, fmt.Errorf("not ready within %s", opts.Timeout))
	defer cancel()
	opts.Progress("starting Storm " + c.state.Version)
	nimbus := Loopback(c.state.Ports.Nimbus)
	if err := c.launch(ZooKeeper, opts.Java); err != nil {
		return err
	}
	if err := c.await(ctx, ZooKeeper, c.sessionsEnded); err != nil {
		return err
	}
	for _, d := range c.Daemons()[1:] {
		if err := c.launch(d, opts.Java); err != nil {
			return err
		}
	}
	if err := c.await(ctx, Nimbus, func(ctx context.Context) error { return opts.Ready(ctx, nimbus) }); err != nil {
		return err
	}
	for _, d := range c.Daemons()[3:] { // those with pages
		if err := c.await(ctx, d, func(ctx context.Context) error { return Reachable(ctx, Loopback(c.Port(d))) }); err != nil {
			return err
		}
	}
	return nil
}

// launch starts a daemon and remembers its process.
func (c *Cluster) launch(d Daemon, java string) error {
	if old := c.Log(d); old != "" {
		_ = os.Rename(old, old+".1") // the log of the last run, if there is one
	}
	log, err := os.OpenFile(c.Log(d), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("opening the log of %s: %w", d, err)
	}
	defer log.Close()
	p, err := detach(java, c.Home().Command(d, Java{}), c.dir, c.state.Mark.Environment(), log)
	if err != nil {
		return fmt.Errorf("starting %s: %w", d, err)
	}
	if c.state.Processes == nil {
		c.forget()
	}
	c.state.Processes[d] = p
	return c.save()
}

// await calls ready again and again until it returns nil, a daemon ends, or the context is done.
func (c *Cluster) await(ctx context.Context, d Daemon, ready func(context.Context) error) error {
	ticker := time.NewTicker(4 * pollInterval)
	defer ticker.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		if ended := c.Ended(); len(ended) > 0 {
			return fmt.Errorf("%s ended at its start; its log %s ends with\n%s", ended[0], c.Log(ended[0]), tail(c.Log(ended[0]), 12))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) { // the user ends it
				return fmt.Errorf("stopped while waiting for %s: %w", d, context.Cause(ctx))
			}
			return fmt.Errorf("waiting for %s: %w; its last answer: %w; its log is %s", d, context.Cause(ctx), err, c.Log(d))
		}
	}
}

// sessionsEnded returns nil if ZooKeeper answers and has no sessions of earlier daemons. A new Nimbus would believe a killed
// one to lead until its session ends, after 20 seconds by Storm's default.
func (c *Cluster) sessionsEnded(ctx context.Context) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", Loopback(c.state.Ports.ZooKeeper))
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("dump")); err != nil {
		return err
	}
	answer := make([]byte, 64<<10)
	n := 0
	for n < len(answer) {
		more, err := conn.Read(answer[n:])
		n += more
		if err != nil {
			break
		}
	}
	if !strings.Contains(string(answer[:n]), "Sessions with Ephemerals (0)") {
		return fmt.Errorf("ZooKeeper waits for the end of earlier sessions: %.80q", answer[:n])
	}
	return nil
}

// Reachable returns nil if a server listens at an address.
func Reachable(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// Loopback returns the address of a port of this machine that no other machine can reach.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func names(list []Daemon) string {
	var b strings.Builder
	for i, d := range list {
		if i > 0 {
			b.WriteString(" and ")
		}
		b.WriteString(string(d))
	}
	return b.String()
}

// tail returns the last lines of a log. It shortens lines, because Storm logs its whole configuration.
func tail(file string, lines int) string {
	const longest = 300
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	all = all[max(0, len(all)-lines):]
	for i, line := range all {
		if len(line) > longest {
			all[i] = strings.ToValidUTF8(line[:longest], "") + " ..."
		}
	}
	return strings.Join(all, "\n")
}
