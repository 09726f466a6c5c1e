package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/plan"
	"github.com/stormflux/stormflux/internal/replace"
)

// change is a change of one topology on a cluster, with the record of the last one.
type change struct {
	app    *app
	client *nimbus.Client
	name   string
	flags  *changeFlags
	store  replace.Store
	state  replace.State
	unlock func() // the record, for other processes
}

// close lets other processes change the topology.
func (ch *change) close() { ch.unlock() }

// newChange looks at the last replacement of a topology, and says what became of it. With flags, it also locks the record, so
// that no other process on this machine changes the topology until close.
func (a *app) newChange(ctx context.Context, client *nimbus.Client, name string, flags *changeFlags) (*change, error) {
	store, err := storeFor(ctx, client, name)
	if err != nil {
		return nil, environmentError(err)
	}
	ch := &change{app: a, client: client, name: name, flags: flags, store: store, unlock: func() {}}
	busy := fmt.Sprintf("another apply or restore of %q runs on this machine", name)
	if flags != nil {
		ch.unlock, err = store.Lock()
		switch {
		case errors.Is(err, replace.ErrLocked):
			return nil, environmentError(errors.New(busy + ": try again when it has ended"))
		case err != nil:
			return nil, environmentError(fmt.Errorf("%w\n  nothing has changed on the cluster: a replacement needs this folder for the copy of the old topology; "+
				"STORMFLUX_STATE names another one", err))
		}
	}
	if ch.state, err = replace.Look(ctx, client, store, name); err != nil {
		ch.close()
		return nil, environmentError(err)
	}
	switch lines := ch.explain(); {
	case flags == nil && store.Locked(): // the record says how far it is
		printTo(a.stderr, "stormflux: %s\n", busy)
	case flags == nil:
		for _, line := range lines {
			printTo(a.stderr, "stormflux: %s\n", line)
		}
	default:
		for _, line := range lines {
			ch.say(replace.Event{Text: line, Warning: true})
		}
	}
	return ch, nil
}

// mentionReplacement says what became of a replacement that has not ended, for commands that do not depend on it. So a record
// that cannot be read stops nobody.
func (a *app) mentionReplacement(ctx context.Context, client *nimbus.Client, name string) {
	_, _ = a.newChange(ctx, client, name, nil)
}

// storeFor returns the place of the record and the saved copy of a topology.
func storeFor(ctx context.Context, client *nimbus.Client, name string) (replace.Store, error) {
	dir, err := replace.StateDir()
	if err != nil {
		return replace.Store{}, err
	}
	conf, err := client.NimbusConf(ctx)
	if kind := nimbus.KindOf(err); err != nil && kind != nimbus.NotAuthorized && kind != nimbus.Internal && kind != nimbus.Unsupported {
		return replace.Store{}, err
	}
	server, _ := client.Server()
	return replace.StoreFor(dir, conf, server.String(), name), nil
}

// explain says what became of a replacement that has not ended, and what a user can do. It returns nil if there is none.
func (ch *change) explain() []string {
	s, r := ch.state, ch.state.Record
	if s.Situation == replace.Settled {
		return nil
	}
	began := fmt.Sprintf("the replacement of %s, which began at %s, has not ended", r.Old, r.Began.Local().Format(time.DateTime))
	saved := fmt.Sprintf("a copy of %s is in %s", r.Old, filepath.ToSlash(s.Dir))
	back := ch.toRestore()
	switch s.Situation {
	case replace.Running:
		return []string{began + ": " + r.Old + " runs as before", "\"stormflux apply\" starts again"}
	case replace.Paused:
		return []string{began + ": " + r.Old + " is deactivated, so its spouts do not emit", "\"stormflux apply\" goes on, " + back + " activates it again"}
	case replace.Ending:
		return []string{began + ": " + s.Current.ID + " is being killed", saved, "\"stormflux apply\" goes on, " + back + " submits the copy"}
	case replace.Absent:
		return []string{began + ": nothing on the cluster has the name", saved, "\"stormflux apply\" goes on, " + back + " submits the copy"}
	case replace.Unproven:
		return []string{began + ": " + s.Current.ID + " is on the cluster, and nobody has seen whether it runs", saved, "\"stormflux apply\" goes on, " + back + " puts the copy in its place"}
	case replace.Returned:
		return []string{began + ": the old topology is back as " + s.Current.ID + ", and nobody has seen whether it runs", saved, back + " waits until it runs"}
	}
	if s.Situation == replace.Unknown {
		return []string{began + ": " + s.Current.ID + " is on the cluster, and nobody can say whose it is, because you may not read its configuration", saved}
	}
	return []string{began + ": meanwhile, another command or person submitted " + s.Current.ID, saved, "\"stormflux apply\" begins anew with it, " + back + " puts the copy in its place"}
}

// toRestore returns the command line that puts the old topology back, in quotation marks.
func (ch *change) toRestore() string {
	return fmt.Sprintf("\"stormflux restore %s%s\"", shellescape.Quote(ch.name), ch.app.cluster)
}

// settle ends what an interrupted replacement left, if no replacement follows. done reports that there was something to end.
func (ch *change) settle(ctx context.Context) (done bool, err error) {
	switch ch.state.Situation {
	case replace.Unproven:
		err = replace.Watch(ctx, ch.client, ch.store, ch.state, ch.options())
	case replace.Paused, replace.Running, replace.Returned:
		err = replace.Restore(ctx, ch.client, ch.store, ch.name, ch.options())
	case replace.Foreign:
		if err := replace.Accept(ch.store, ch.state); err != nil {
			return false, environmentError(err)
		}
		return false, nil
	default:
		return false, nil
	}
	if err != nil {
		return true, ch.failed(ctx, err)
	}
	return true, ch.ended("done", ch.present(ctx))
}

func (ch *change) options() replace.Options {
	watch := ch.app.watch
	return replace.Options{
		Drain: ch.flags.drain, Timeout: ch.flags.timeout, Settle: watch.Settle, Stay: watch.Stay, Interval: watch.Interval,
		Say: ch.say,
	}
}

// changeEvent is a line of --format json.
type changeEvent struct {
	Event    string        `json:"event"` // plan, step, remark or end
	Topology string        `json:"topology"`
	Plan     *plan.Plan    `json:"plan,omitempty"`
	Stage    replace.Stage `json:"stage,omitempty"` // of a step
	Text     string        `json:"text,omitempty"`
	Outcome  string        `json:"outcome,omitempty"` // of the end
	ID       string        `json:"id,omitempty"`      // of the topology that is there at the end
}

func (ch *change) emit(e changeEvent) error {
	e.Topology = ch.name
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = io.WriteString(ch.app.stdout, diag.PrintableJSON(string(text)+"\n"))
	return err
}

func (ch *change) asJSON() bool { return ch.flags.format == "json" }

// show prints the plan.
func (ch *change) show(p *plan.Plan) error {
	if ch.asJSON() {
		return ch.emit(changeEvent{Event: "plan", Plan: p})
	}
	return ch.app.printPlan(p)
}

func (ch *change) say(e replace.Event) {
	switch {
	case ch.asJSON() && e.Warning:
		_ = ch.emit(changeEvent{Event: "remark", Text: e.Text})
	case ch.asJSON():
		_ = ch.emit(changeEvent{Event: "step", Stage: e.Stage, Text: e.Text})
	case e.Warning:
		printTo(ch.app.stderr, "stormflux: %s\n", e.Text)
	default:
		printTo(ch.app.stdout, "%s: %s\n", ch.name, e.Text)
	}
}

// ended writes the last line of JSON.
func (ch *change) ended(outcome, id string) error {
	if !ch.asJSON() {
		return nil
	}
	return ch.emit(changeEvent{Event: "end", Outcome: outcome, ID: id})
}

// present returns the id of the topology that has the name, or "" if nothing has it or Nimbus does not say it soon. Only programs
// read it. It also works after ctx has ended.
func (ch *change) present(ctx context.Context) string {
	if !ch.asJSON() {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	t, err := ch.client.Find(ctx, ch.name)
	if err != nil {
		return ""
	}
	return t.ID
}

// failed returns the error of a change that says what is on the cluster now.
func (ch *change) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var failed *replace.Error
	if !errors.As(err, &failed) {
		return clusterError(err)
	}
	lines := []string{err.Error()}
	end := "failed"
	switch failed.Outcome {
	case replace.Untouched:
		end = "untouched"
		lines = append(lines, "the topology that was on the cluster is there as before")
	case replace.RestoredOld:
		end = "restored"
		lines = append(lines, "the old topology is back: \"stormflux list"+ch.app.cluster+"\" shows it")
	case replace.TakenByOther:
		end = "taken"
		lines = append(lines, "nothing was put back, because another command or person submitted this", "a copy of the old topology is in "+filepath.ToSlash(failed.Dir),
			"\"stormflux plan\" compares a file with what is there, "+ch.toRestore()+" puts the copy in its place")
	case replace.Unfinished:
		end = "unfinished"
		lines = append(lines, "the replacement has not ended: \"stormflux plan\" says what is there, \"stormflux apply\" goes on",
			ch.toRestore()+" puts the old topology back; its copy is in "+filepath.ToSlash(failed.Dir))
	}
	return environmentError(errors.Join(&explained{err: err, text: strings.Join(lines, "\n  ")}, ch.ended(end, ch.present(ctx))))
}

// explained is an error with more lines.
type explained struct {
	err  error
	text string
}

func (e *explained) Error() string { return e.text }

func (e *explained) Unwrap() error { return e.err }
