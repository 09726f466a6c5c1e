package local

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/stormflux/stormflux/internal/java"
)

// size sets the number of executors and the length of c.tasks. Nimbus computes both in normalizeTopology, with the
// component's whole configuration: it drops no key before.
func (p *plan) size(c *component, hint int, own conf) error {
	hint = cmp.Or(hint, 1)
	combined := maps.Clone(p.conf)
	maps.Copy(combined, own)
	tasks, err := combined.integer("topology.tasks", hint)
	if err != nil {
		return err
	}
	limit, err := combined.integer("topology.max.task.parallelism", tasks)
	if err != nil {
		return err
	}
	tasks = min(tasks, limit)
	if tasks < 1 || hint < 1 {
		return fmt.Errorf("it has %d tasks and a parallelism of %d: Storm would not run it", tasks, hint)
	}
	if tasks > maxTasks {
		return tooManyTasks(tasks)
	}
	c.executors = min(hint, tasks)
	c.tasks = make([]int, tasks)
	return nil
}

// addTasks numbers all tasks from 1 on, by component id. Storm's own components count too (StormCommon.stormTaskInfo).
func (p *plan) addTasks() error {
	type named struct {
		id    string
		count int
		user  *component
	}
	all := make([]named, 0, len(p.components)+2)
	for _, c := range p.components {
		all = append(all, named{c.id, len(c.tasks), c})
	}
	workers, err := p.conf.integer("topology.workers", 1)
	if err != nil {
		return err
	}
	if p.ackers, err = p.conf.integer("topology.acker.executors", workers); err != nil {
		return err
	}
	loggers, err := p.conf.integer("topology.eventlogger.executors", workers)
	if err != nil {
		return err
	}
	all = append(all, named{"__acker", p.ackers, nil}, named{"__eventlogger", loggers, nil})
	consumers, err := p.metricsConsumers()
	if err != nil {
		return err
	}
	for id, count := range consumers {
		all = append(all, named{id, count, nil})
	}
	slices.SortFunc(all, func(a, b named) int { return java.CompareStrings(a.id, b.id) })
	total := 0
	for _, c := range all {
		if total += max(c.count, 0); total > maxTasks {
			return tooManyTasks(total)
		}
	}
	next := 1
	for _, c := range all {
		for i := range c.count {
			p.taskNames[next] = c.id
			if c.user != nil {
				c.user.tasks[i] = next
				p.tasksByID[next] = c.user
				p.tasks = append(p.tasks, taskPlan{next, c.user, executorOf(i, c.count, c.user.executors)})
			}
			next++
		}
	}
	return nil
}

// executorOf returns the index of the executor, one of n, that runs the task at index i of count. Each executor runs a
// contiguous range of tasks; the larger ranges come first.
func executorOf(i, count, n int) int {
	size, larger := count/n, count%n
	if i < larger*(size+1) {
		return i / (size + 1)
	}
	return larger + (i-larger*(size+1))/size
}

// metricsConsumers returns the number of tasks of each component that topology.metrics.consumer.register makes
// (StormCommon.metricsConsumerBoltSpecs).
func (p *plan) metricsConsumers() (map[string]int, error) {
	const key = "topology.metrics.consumer.register"
	var list []struct {
		Class       string   `json:"class"`
		Parallelism *float64 `json:"parallelism.hint"`
	}
	if text := p.conf[key]; len(text) > 0 {
		if err := json.Unmarshal(text, &list); err != nil {
			return nil, fmt.Errorf("the setting %s: %w", key, err)
		}
	}
	counts := map[string]int{}
	seen := map[string]int{}
	for _, c := range list {
		n := 1
		if c.Parallelism != nil {
			n = int(*c.Parallelism)
		}
		id := "__metrics_" + c.Class
		if seen[c.Class]++; seen[c.Class] > 1 {
			id += "#" + strconv.Itoa(seen[c.Class])
		}
		counts[id] = n
	}
	return counts, nil
}

// javaMapOrder returns the subscriptions in the order in which Storm visits them. Storm has them in a java.util.HashMap
// by component id, filled from another such map. The list of task ids that answers an emit has the same order.
func javaMapOrder(subs []*subscription) []*subscription {
	order := slices.Clone(subs)
	java.SortAsHashMap(order, func(s *subscription) string { return s.target.id })
	return order
}
