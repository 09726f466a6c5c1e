package nimbus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/storm"
)

// lookUp finds out what became of a topology after cause interrupted its submission. It connects again and asks until
// the topology is there or the time is over. If the topology is there and certainly this one, it returns the id.
// Otherwise it sets the outcome and returns cause.
func (sub *submission) lookUp(ctx context.Context, cause error) (id string, err error) {
	window := cmp.Or(sub.LookUp, lookUpTime)
	if ctx.Err() != nil {
		window = lookUpTimeCanceled
	}
	if sub.client.lookUpTime > 0 {
		window = sub.client.lookUpTime
	}
	deadline := time.Now().Add(window)
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	defer cancel()
	asked := false // and the answer was that it is not there
	sub.outcome = Unknown
	for {
		var t *storm.TopologySummary
		s, err := sub.client.whole(ctx)
		if err == nil {
			t, err = sub.find(ctx, s)
		}
		if err == nil && t != nil {
			return sub.identify(ctx, s, t, cause)
		}
		if err == nil {
			asked = true
		}
		if err != nil && time.Now().Before(deadline) { // otherwise the error is only that the time is over
			sub.lookedUp = err
		}
		if sleep(ctx, min(lookUpInterval, window/10)) != nil {
			break
		}
	}
	if asked {
		sub.outcome, sub.lookedUp = NotFound, nil
	} else if sub.lookedUp == nil {
		sub.lookedUp = fmt.Errorf("no answer within %s", window)
	}
	return "", cause
}

// identify reports whether t, which has the name, is the submitted topology. The name was free when Submit began, so a
// topology of somebody else would have to be as young and have the same configuration.
func (sub *submission) identify(ctx context.Context, s *session, t *storm.TopologySummary, cause error) (string, error) {
	taken := func() (string, error) {
		sub.outcome = NotSubmitted
		return "", &Error{
			Kind: AlreadyAlive, Addr: s.addr.String(), Call: "submitTopologyWithOpts", Err: cause,
			Reason: fmt.Sprintf("another topology %q (%s) took the name, and the connection broke: %v", sub.Name, t.ID, cause),
			Advice: []string{"submit under another name, or kill that one first"},
		}
	}
	// Both sides count whole seconds, and Nimbus has its own clock.
	if age := time.Duration(t.UptimeSecs) * time.Second; age > time.Since(sub.started)+2*time.Second {
		return taken()
	}
	text, err := invoke(ctx, s, sub.timeout, "getTopologyConf", func(ctx context.Context) (string, error) {
		return s.calls.GetTopologyConf(ctx, t.ID)
	})
	if err != nil {
		sub.lookedUp = fmt.Errorf("a topology %s is there, but its configuration is not to be had: %w", t.ID, err)
		return "", cause
	}
	same, err := sameConf(sub.conf, text)
	if err != nil {
		sub.lookedUp = fmt.Errorf("a topology %s is there, but its configuration cannot be read: %w", t.ID, err)
		return "", cause
	}
	if !same {
		return taken()
	}
	return t.ID, nil
}

// rewritten are the keys of a sent configuration that Nimbus changes or drops (Nimbus.normalizeConf and
// submitTopologyWithOpts in 2.8.3).
var rewritten = []string{
	"storm.id", "topology.name", "topology.submitter.user", "topology.submitter.principal", "topology.users",
	"storm.zookeeper.superACL", "storm.zookeeper.topology.auth.scheme", "storm.zookeeper.topology.auth.payload",
	"storm.cgroup.hierarchy.dir", "worker.metrics", "storm.workers.artifacts.dir", "storm.local.hostname",
	"topology.classpath.beginning", "topology.kryo.register", "topology.kryo.decorators", "topology.acker.executors",
	"topology.eventlogger.executors", "topology.max.task.parallelism",
}

// sameConf reports whether Nimbus has everything that was sent.
func sameConf(sent, saved string) (bool, error) {
	var ours, theirs map[string]any
	if err := json.Unmarshal([]byte(sent), &ours); err != nil {
		return false, err
	}
	if err := json.Unmarshal([]byte(saved), &theirs); err != nil {
		return false, err
	}
	if theirs == nil {
		return false, errors.New("it is not an object")
	}
	for _, key := range slices.Sorted(maps.Keys(ours)) {
		if slices.Contains(rewritten, key) || strings.HasPrefix(key, "storm.messaging.netty.") {
			continue
		}
		a, err := json.Marshal(ours[key])
		if err != nil {
			return false, err
		}
		b, err := json.Marshal(theirs[key])
		if err != nil {
			return false, err
		}
		if string(a) != string(b) {
			return false, nil
		}
	}
	return true, nil
}
