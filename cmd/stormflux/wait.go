package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// waitFor waits until a topology that was just submitted is up, or clearly is not. A topology that is not up is an error of
// the environment; it stays on the cluster. Errors are shown with places in the files that declared and sources have.
func (a *app) waitFor(ctx context.Context, client *nimbus.Client, name string, timeout time.Duration, declared, sources map[string]string) error {
	var last nimbus.WatchState
	said := ""
	for state, err := range client.Watch(ctx, name, nimbus.WatchOptions{Fresh: true, Timeout: timeout}) {
		if err != nil {
			return environmentError(err)
		}
		last = state
		if state.Why != said {
			said = state.Why
			printTo(a.stderr, "stormflux: %s\n", said)
		}
	}
	for _, e := range slices.Backward(differentErrors(last.News, sources)) {
		component := e.Component
		if place := declared[component]; place != "" {
			component += " (" + place + ")"
		}
		printTo(a.stderr, "  %s  %s  %s\n", e.Time.Format(time.TimeOnly), component, e.text)
	}
	for _, line := range last.Advice {
		printTo(a.stderr, "  %s\n", line)
	}
	if step := nextStep(last.Next, a.cluster); step != "" {
		printTo(a.stderr, "  %s\n", step)
	}
	if last.Verdict != nimbus.Up {
		return environmentError(fmt.Errorf("%s is submitted, but %s", name, last.Verdict))
	}
	executors, _ := last.Scheduled()
	printTo(a.stdout, "%s: up, %s in %s\n", name, console.Count(executors, "executor"), console.Count(len(last.Workers), "worker"))
	return nil
}
