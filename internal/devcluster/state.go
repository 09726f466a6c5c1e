package devcluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/stormflux/stormflux/internal/atomicfile"
	"github.com/stormflux/stormflux/internal/cachedir"
)

// ErrNone says that a folder has no cluster.
var ErrNone = errors.New("there is no cluster")

// DefaultDir returns the folder of the cluster that a user has when they name no folder. It may be deleted while the cluster
// does not run.
func DefaultDir() (string, error) {
	cache, err := cachedir.Path()
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, "dev-cluster"), nil
}

// process is a process that started at a known time: another one with the same id later is a different process.
type process struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // in the system's words
}

func (p process) running() bool {
	return p.PID > 0 && p.Started != "" && Alive(p.PID) && startTime(p.PID) == p.Started
}

// Cluster is the cluster of a folder. It outlives the process that starts it.
type Cluster struct {
	dir   string
	state state
}

// state is what a folder remembers of its cluster, in stateFile.
type state struct {
	Version   string             `json:"version"`
	Ports     Ports              `json:"ports"`
	UI        bool               `json:"ui"` // with the logviewer
	Mark      Mark               `json:"mark"`
	Processes map[Daemon]process `json:"processes"`
}

const stateFile = "cluster.json"

// Open returns the cluster of a folder, or [ErrNone].
func Open(dir string) (*Cluster, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the cluster: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("opening the cluster: %w", err)
	}
	c := &Cluster{dir: dir}
	if err := json.Unmarshal(text, &c.state); err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Join(dir, stateFile), err)
	}
	return c, nil
}

func (c *Cluster) save() error {
	return atomicfile.Write(filepath.Join(c.dir, stateFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(c.state)
	})
}

// lock keeps other commands from changing the cluster of a folder.
func lock(dir string) (unlock func(), err error) {
	unlock, err = lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
	if err != nil {
		return nil, fmt.Errorf("locking the cluster: %w", err)
	}
	return unlock, nil
}

// Home returns the folder STORM_HOME of the cluster.
func (c *Cluster) Home() Home {
	// Workers of a developer compute, so they have more memory than those of Storm's own tests, and all optimisations.
	return Home{Dir: c.dir, Ports: c.state.Ports, Conf: map[string]any{"worker.childopts": "-Xmx512m"}}
}

// Version is the cluster's release of Storm.
func (c *Cluster) Version() string { return c.state.Version }

// HasUI reports whether the cluster has Storm's UI and logviewer.
func (c *Cluster) HasUI() bool { return c.state.UI }

// Daemons returns the daemons of the cluster, in the order of their start.
func (c *Cluster) Daemons() []Daemon {
	list := []Daemon{ZooKeeper, Nimbus, Supervisor}
	if c.state.UI {
		list = append(list, UI, Logviewer)
	}
	return list
}

// Port returns the port that a daemon listens to.
func (c *Cluster) Port(d Daemon) int {
	p := c.state.Ports
	ports := map[Daemon]int{ZooKeeper: p.ZooKeeper, Nimbus: p.Nimbus, Supervisor: p.Supervisors[0].Thrift, UI: p.UI, Logviewer: p.Logviewer}
	return ports[d]
}

// Log is the path of a daemon's log.
func (c *Cluster) Log(d Daemon) string { return filepath.Join(c.Home().LogDir(), string(d)+".log") }

// Running returns the ids of the processes of the daemons that run.
func (c *Cluster) Running() map[Daemon]int {
	pids := map[Daemon]int{}
	for d, p := range c.state.Processes {
		if p.running() {
			pids[d] = p.PID
		}
	}
	return pids
}

// Ended returns the daemons that were started and have ended without [Down], in the order of their start.
func (c *Cluster) Ended() (list []Daemon) {
	for _, d := range c.Daemons() {
		if p, started := c.state.Processes[d]; started && !p.running() {
			list = append(list, d)
		}
	}
	return list
}

// whole reports whether all daemons run.
func (c *Cluster) whole() bool { return len(c.Running()) == len(c.Daemons()) }

// forget removes the memory of processes.
func (c *Cluster) forget() { c.state.Processes = map[Daemon]process{} }
