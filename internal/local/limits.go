package local

import (
	"fmt"

	"github.com/stormflux/stormflux/internal/local/process"
)

// maxTasks is how many tasks one component, and the whole topology, may have here. Each task of a component is a process.
const maxTasks = 10_000

func tooManyTasks(n int) error {
	return fmt.Errorf("%d tasks are too many for one machine, which may run %d: lower the parallelism, for example with an environment "+
		"or with topology.max.task.parallelism", n, maxTasks)
}

// baseFiles is how many files this program has open besides those of its components, with some to spare.
const baseFiles = 40

// checkFiles returns an error when the system does not let this program open as many files as the run needs: three pipes
// for each process, and a log file for each task.
func (e *Engine) checkFiles() error {
	limit, limited := process.OpenFileLimit()
	if !limited || e.opts.Start != nil {
		return nil
	}
	processes, files := 0, baseFiles
	for _, t := range e.plan.tasks {
		if !t.component.jvm {
			processes++
			files += 3
		}
		if e.opts.LogDir != "" {
			files++
		}
	}
	if need := uint64(files); need > limit {
		return fmt.Errorf("%d processes of components need %d open files, but the limit for this program is %d: "+
			"raise it (ulimit -n %d), or lower the parallelism", processes, need, limit, need)
	}
	return nil
}
