package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/console"
	"github.com/stormflux/stormflux/internal/nimbus"
)

// watchFlags are the flags of commands that look again and again.
type watchFlags struct {
	on    bool
	every durationFlag
}

func (f *watchFlags) add(cmd *cobra.Command) {
	f.every = durationFlag(2 * time.Second)
	cmd.Flags().BoolVarP(&f.on, "watch", "w", false, "look again and again")
	cmd.Flags().Var(&f.every, "every", "with --watch: the time between two looks")
	_ = cmd.RegisterFlagCompletionFunc("every", cobra.NoFileCompletions)
}

// check refuses an interval that would do nothing.
func (f *watchFlags) check(cmd *cobra.Command) error {
	switch {
	case !f.on && cmd.Flags().Changed("every"):
		return usageError("--every is for --watch")
	case f.every <= 0:
		return usageError("--every must be more than 0")
	}
	return nil
}

func (f *watchFlags) interval() time.Duration { return time.Duration(f.every) }

// watchStatus looks at a cluster again and again, until ctx ends or Nimbus refuses. It waits until trouble with the
// connection is over. name is the topology to look at, or "".
func (a *app) watchStatus(ctx context.Context, name string, look func(context.Context) (statusView, error), every time.Duration, asJSON bool) (err error) {
	show, end := a.showLooks(asJSON)
	defer func() {
		if failed := end(); err == nil {
			err = failed
		}
	}()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for seen := false; ; {
		view, err := look(ctx)
		switch kind := nimbus.KindOf(err); {
		case ctx.Err() != nil:
			return nil // the user has seen enough
		case err == nil:
			seen = true
			show(view, "")
		case kind == nimbus.NotAlive && seen:
			return fmt.Errorf("the topology %q is gone", name)
		case kind.Refusal() || kind == 0:
			return err
		default:
			reason, _, _ := strings.Cut(err.Error(), "\n")
			show(statusView{}, reason)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// showLooks returns functions that show a look, or the trouble with it, and that end the output. A terminal shows the last
// look in place, with its age.
func (a *app) showLooks(asJSON bool) (show func(view statusView, trouble string), end func() error) {
	var failed error
	if asJSON {
		return func(view statusView, trouble string) {
			if trouble != "" {
				printTo(a.stderr, "stormflux: %s\n", trouble)
			} else if err := a.printJSONLine(view.document); err != nil {
				failed = err
			}
		}, func() error { return failed }
	}
	screen := console.NewScreen(a.stdout, func(err error) { failed = err })
	if !screen.Live() {
		return func(view statusView, trouble string) {
			if trouble != "" {
				printTo(a.stderr, "stormflux: %s\n", trouble)
				return
			}
			screen.Print(fmt.Sprintf("%s\n%s\n", time.Now().Format(time.DateTime), diag.PrintableLines(view.text)))
		}, func() error { screen.Close(); return failed }
	}
	var mu sync.Mutex
	var last statusView
	var at time.Time
	var problem string
	screen.Show(func() []string {
		mu.Lock()
		defer mu.Unlock()
		var lines []string
		if last.text != "" {
			lines = strings.Split(strings.TrimSuffix(diag.PrintableLines(last.text), "\n"), "\n")
			lines = append(lines, "", fmt.Sprintf("%s ago; Ctrl-C ends", time.Since(at).Truncate(time.Second)))
		}
		if problem != "" {
			lines = append(lines, diag.Printable(problem))
		}
		return lines
	})
	return func(view statusView, trouble string) {
			mu.Lock()
			defer mu.Unlock()
			if problem = trouble; trouble == "" {
				last, at = view, time.Now()
			}
		}, func() error {
			screen.Print(diag.PrintableLines(last.text)) // it stays
			screen.Close()
			return failed
		}
}
