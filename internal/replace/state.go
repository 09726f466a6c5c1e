package replace

import (
	"context"
	"time"

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
	Ending             // the old topology is being killed
	Absent             // neither is there
	Unproven           // the new topology is there, and nobody has seen that it runs
	Returned           // the old topology was put back, and nobody has seen that it runs
	Foreign            // somebody else submitted a topology under the name
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
	if s.Current, err = current(ctx, client, name); err != nil {
		return s, err
	}
	if s.Record.Open() {
		s.Situation = situation(s.Record, s.Current)
	}
	return s, nil
}

// current returns the topology that has the name, or nil.
func current(ctx context.Context, client *nimbus.Client, name string) (*storm.TopologySummary, error) {
	t, err := client.Find(ctx, name)
	if nimbus.KindOf(err) == nimbus.NotAlive {
		return nil, nil
	}
	return t, err
}

func situation(r *Record, t *storm.TopologySummary) Situation {
	switch {
	case t == nil:
		return Absent
	case t.ID == r.Old && t.Status == "KILLED":
		return Ending
	case t.ID == r.Old && t.Status == "INACTIVE" && r.Status != "INACTIVE":
		return Paused
	case t.ID == r.Old:
		return Running
	case t.ID == r.New, r.Stage == Submitting && since(r, t):
		return Unproven
	case t.ID == r.Back, r.Stage == PuttingBack && since(r, t):
		return Returned
	}
	return Foreign
}

// since reports whether the topology is younger than the record's last change. Both sides count whole seconds.
func since(r *Record, t *storm.TopologySummary) bool {
	return time.Duration(t.UptimeSecs)*time.Second <= time.Since(r.Changed)+2*time.Second
}
