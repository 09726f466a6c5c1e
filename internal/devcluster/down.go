package devcluster

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// gracePeriod is how long a daemon may take to end by itself.
const gracePeriod = 10 * time.Second

// Down ends the cluster of a folder: its daemons, then its workers and what they started. It returns the daemons that it
// ended. The topologies and the logs stay, so [Up] continues where Down ended. A cluster that does not run is no error.
func Down(ctx context.Context, dir string) ([]Daemon, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	c, err := Open(dir)
	if err != nil {
		return nil, err
	}
	unlock, err := lock(c.dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if c, err = Open(dir); err != nil { // it may be another one after the wait
		return nil, err
	}
	var ended []Daemon
	running := c.Running()
	for _, d := range c.Daemons() {
		if running[d] != 0 {
			ended = append(ended, d)
		}
	}
	return ended, c.stop(ctx)
}

// Delete deletes the folder of a cluster that does not run.
func Delete(dir string) error {
	c, err := Open(dir)
	if err != nil {
		return err
	}
	if len(c.Running()) > 0 {
		return fmt.Errorf("the cluster in %s still runs", c.dir)
	}
	// The memory goes last: until then, the folder is still known to have a cluster.
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("deleting the cluster: %w", err)
	}
	for _, e := range entries {
		if e.Name() == stateFile {
			continue
		}
		if err := os.RemoveAll(filepath.Join(c.dir, e.Name())); err != nil {
			return fmt.Errorf("deleting the cluster: %w", err)
		}
	}
	if err := os.RemoveAll(c.dir); err != nil {
		return fmt.Errorf("deleting the cluster: %w", err)
	}
	return nil
}

// stop ends all processes of the cluster. ZooKeeper ends last, because the others still write to it.
func (c *Cluster) stop(ctx context.Context) error {
	var others []process
	for d, p := range c.state.Processes {
		if d != ZooKeeper {
			others = append(others, p)
		}
	}
	end(ctx, others)
	end(ctx, []process{c.state.Processes[ZooKeeper]})
	if err := c.state.Mark.Kill(); err != nil {
		return err
	}
	if len(c.state.Processes) == 0 { // then this may be a folder without a cluster yet
		return nil
	}
	c.forget()
	return c.save()
}

// end asks processes to end, and waits for their end. It gives up after a while, or when the context is done.
func end(ctx context.Context, processes []process) {
	ctx, cancel := context.WithTimeout(ctx, gracePeriod)
	defer cancel()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for _, p := range processes {
		if p.running() {
			terminate(p.PID)
		}
	}
	for _, p := range processes {
		for p.running() {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	}
}
