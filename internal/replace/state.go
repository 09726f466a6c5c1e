package replace

import (
	"context"
	"fmt"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
)

// A Situation is what the record and the cluster say together about a replacement that has not ended.
type Situation int

const (
	_        Situation = iota
	Settled            // there is no open replacement
	Running            // the old topology is there, as it was before
	Paused             // the old topology is there, and the replacement has deactivated it
	Ending             // what has the name belongs to the replacement, and is being killed
	Absent             // neither is there
	Unproven           // the new topology is there, and nobody has seen that it runs
	Returned           // the old topology was put back, and nobody has seen that it runs
	Foreign            // somebody else submitted a topology under the name
	Unknown            // there is a topology, but its configuration, which says whose it is, is not to be had
)

// State is a replacement as it stands.
type State struct {
	Situation Situation
	Record    *Record                // nil if there is none
	Current   *storm.TopologySummary // what has the name now; nil if nothing has it
	Dir       string                 // of the copy
}

// Look compares the record with the cluster.
func Look(ctx context.Context, client *nimbus.Client, store Store, name string) (State, error) {
	s := State{Situation: Settled, Dir: store.Dir}
	var err error
	if s.Record, err = store.Record(); err != nil {
		return s, err
	}
	if s.Record != nil {
		s.Dir = store.copyOf(s.Record.Old).dir
	}
	if s.Current, err = current(ctx, client, name); err != nil {
		return s, err
	}
	if !s.Record.Open() {
		return s, nil
	}
	if s.Situation = situation(s.Record, s.Current, ""); s.Situation != Foreign {
		return s, nil
	}
	mark, err := markOf(ctx, client, s.Current.ID)
	switch nimbus.KindOf(err) {
	case nimbus.NotAuthorized:
		s.Situation = Unknown
		return s, nil
	case nimbus.NotAlive: // it has gone just now
		s.Current, s.Situation = nil, Absent
		return s, nil
	}
	s.Situation = situation(s.Record, s.Current, mark)
	return s, err
}

// current returns the topology that has the name, or nil.
func current(ctx context.Context, client *nimbus.Client, name string) (*storm.TopologySummary, error) {
	t, err := client.Find(ctx, name)
	if nimbus.KindOf(err) == nimbus.NotAlive {
		return nil, nil
	}
	return t, err
}

func situation(r *Record, t *storm.TopologySummary, mark string) Situation {
	switch {
	case t == nil:
		return Absent
	case t.Status == "KILLED" && (t.ID == r.Old || t.ID == r.New || t.ID == r.Back):
		return Ending
	case t.ID == r.Old && t.Status == "INACTIVE" && r.Status != "INACTIVE":
		return Paused
	case t.ID == r.Old:
		return Running
	case t.ID == r.New, mark != "" && mark == r.NewMark:
		return Unproven
	case t.ID == r.Back, mark != "" && mark == r.BackMark:
		return Returned
	}
	return Foreign
}

// markOf returns the mark of the submission of a topology. It returns "" if the topology has none.
func markOf(ctx context.Context, client *nimbus.Client, id string) (string, error) {
	text, err := client.TopologyConf(ctx, id)
	if err != nil {
		return "", fmt.Errorf("asking whose topology %s is: %w", id, err)
	}
	conf, err := readConf(text)
	if err != nil {
		return "", err
	}
	mark, _ := conf[fingerprint.SubmissionKey].(string)
	return mark, nil
}
