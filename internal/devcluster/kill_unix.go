//go:build linux || darwin

package devcluster

import (
	"fmt"
	"maps"
	"slices"
	"syscall"
	"time"
)

// Kill kills all processes with the mark, and waits until none of them is left and none that they have started.
func (m Mark) Kill() error {
	deadline := time.Now().Add(20 * time.Second)
	killed := map[int]bool{}
	for {
		pids, err := m.Processes()
		if err != nil {
			return err
		}
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL) // it may be gone already
			killed[pid] = true
		}
		maps.DeleteFunc(killed, func(pid int, _ bool) bool { return !Alive(pid) })
		if len(pids) == 0 && len(killed) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes of the cluster are still there after being killed: %v", slices.Sorted(maps.Keys(killed)))
		}
		time.Sleep(pollInterval)
	}
}
