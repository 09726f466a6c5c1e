package plan

import (
	"fmt"
	"math"

	"github.com/stormflux/stormflux/internal/topology"
)

const (
	keyTasks   = "topology.tasks"
	keyWorkers = "topology.workers"
	keyAckers  = "topology.acker.executors"
)

// parallelism compares the tasks and executors of a component. Tasks never change while a topology runs, and a rebalance can
// only start as many executors as there are tasks.
//
// A file that does not say how many tasks a component has means one for each executor. The running topology keeps its tasks
// when such a file asks for fewer executors, so that a rebalance is enough.
func (c *comparison) parallelism(o, n *topology.Component) {
	tasks := taskCount(o, c.old.Topology.Conf, nil)
	wanted := taskCount(n, c.new.Topology.Conf, c.old.Cluster.Conf)
	executors := min(hint(n), wanted)
	submitted, now := c.submitted(o), c.now(o)
	drifted := now != submitted
	if drifted {
		c.drift(Drift{Kind: Parallelism, Component: o.ID, Submitted: submitted, Now: now, Text: "a rebalance"})
	}
	set := hasTasks(n, c.new.Topology.Conf)
	if !set && tasks == hint(o) && executors != tasks {
		if executors > tasks {
			c.add(Change{
				Action: Restart, Op: Update, Kind: Parallelism, Component: n.ID, Old: now, New: executors, Drifted: drifted,
				Note: fmt.Sprintf("a running topology keeps its tasks, here %d; `tasks` in the file leaves room for more executors", tasks),
			})
			return
		}
		wanted = tasks
	}
	if wanted != tasks {
		c.add(Change{Action: Restart, Op: Update, Kind: Tasks, Component: n.ID, Old: tasks, New: wanted})
	}
	if now == executors {
		return
	}
	c.add(Change{Action: InPlace, Op: Update, Kind: Parallelism, Component: n.ID, Old: now, New: executors, Drifted: drifted})
	c.rebalance().Executors[n.ID] = executors
}

// rebalance returns the rebalance of the plan. It makes one if there is none.
func (c *comparison) rebalance() *Rebalance {
	if c.plan.Rebalance == nil {
		c.plan.Rebalance = &Rebalance{Executors: map[string]int{}}
	}
	return c.plan.Rebalance
}

// hint returns the executors that a component asks for.
func hint(c *topology.Component) int { return max(c.Parallelism, 1) }

func hasTasks(c *topology.Component, conf map[string]any) bool {
	_, component := number(c.Conf[keyTasks])
	_, whole := number(conf[keyTasks])
	return component || whole
}

// taskCount returns the tasks of a component as Nimbus counts them (ServerUtils.getComponentParallelism of Storm 2.8.3). An
// absent value of conf is that of defaults.
func taskCount(c *topology.Component, conf, defaults map[string]any) int {
	const keyMost = "topology.max.task.parallelism"
	first := func(key string, confs ...map[string]any) (int, bool) {
		for _, conf := range confs {
			if n, ok := number(conf[key]); ok {
				return n, true
			}
		}
		return 0, false
	}
	tasks := hint(c)
	if n, ok := first(keyTasks, c.Conf, conf, defaults); ok {
		tasks = n
	}
	if most, ok := first(keyMost, c.Conf, conf, defaults); ok {
		tasks = min(tasks, most)
	}
	return tasks
}

// number returns a whole number of a configuration.
func number(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		if v < math.MinInt32 || v > math.MaxInt32 {
			return 0, false
		}
		return int(v), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) <= math.MaxInt32 {
			return int(v), true
		}
	}
	return 0, false
}

// submitted returns how many executors a component had when it was submitted.
func (c *comparison) submitted(o *topology.Component) int {
	return min(hint(o), taskCount(o, c.old.Topology.Conf, nil))
}

// now returns how many executors a component has. A topology without a place in workers gets those that were submitted.
func (c *comparison) now(o *topology.Component) int {
	if n := c.old.Executors[o.ID]; n > 0 {
		return n
	}
	return c.submitted(o)
}

// workers compares the number of workers. Nimbus does not say how many a rebalance asked for, only how many are in use.
func (c *comparison) workers() {
	was, _ := number(c.old.Topology.Conf[keyWorkers])
	is, ok := number(c.new.Topology.Conf[keyWorkers])
	if !ok {
		is, _ = number(c.old.Cluster.Conf[keyWorkers])
	}
	was, is = max(was, 1), max(is, 1)
	now, drifted := was, c.otherWorkers(was)
	if drifted {
		now = c.old.Workers
		c.drift(Drift{Kind: Workers, Submitted: was, Now: now, Text: "a rebalance"})
	}
	if now == is || len(c.old.Executors) > 0 && c.old.Workers == is {
		return
	}
	change := Change{Action: InPlace, Op: Update, Kind: Workers, Old: now, New: is, Drifted: drifted}
	if c.new.Topology.Conf[keyAckers] == nil && was != is {
		change.Note = fmt.Sprintf("the ackers stay %d; a submission starts one for each worker", was)
	}
	c.add(change)
	c.rebalance().Workers = is
}

// otherWorkers reports whether the topology certainly uses another number of workers than was asked for. Only Storm's default
// scheduler always uses as many as it can: not more than there are executors and free slots.
func (c *comparison) otherWorkers(asked int) bool {
	if len(c.old.Executors) == 0 || c.old.Cluster.Conf["storm.scheduler"] != nil {
		return false
	}
	executors := 0
	for _, n := range c.old.Executors {
		executors += n
	}
	missing := min(asked, executors) - c.old.Workers
	return missing < 0 && c.old.Workers > asked || missing > 0 && c.old.Cluster.FreeSlots >= missing
}
