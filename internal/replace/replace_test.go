package replace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

const name = "words"

// fake is a cluster with a topology, and a way to disturb the calls after its submission.
type fake struct {
	*nimbustest.Server
	door    *door
	dir     string
	old     string // the id of the topology
	disturb atomic.Pointer[func(nimbustest.Call) nimbustest.Reply]
}

// newFake starts a cluster that runs the topology "old".
func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{dir: t.TempDir()}
	options := nimbustest.Options{KeepJars: true, OnSubmit: runs, OnCall: func(c nimbustest.Call) nimbustest.Reply {
		if d := f.disturb.Load(); d != nil {
			return (*d)(c)
		}
		return nimbustest.Reply{}
	}}
	f.Server = nimbustest.New(t, options)
	f.door = newDoor(t, f.Server.Addr())
	result, err := f.client(t).Submit(t.Context(), f.request(t, "old"))
	if err != nil {
		t.Fatal(err)
	}
	f.old = result.ID
	return f
}

// runs makes a topology answer as one whose executors run. If the configuration says so, they do not appear in its first answers,
// or report an error.
func runs(t *nimbustest.Topology) {
	var uptime atomic.Int32
	uptime.Store(100)
	crashes := t.Conf["crashes"] == true
	var looks atomic.Int32
	if t.Conf["slow"] == true {
		looks.Store(-50)
	}
	t.Info = func(info *storm.TopologyInfo) {
		if looks.Add(1) < 0 {
			return
		}
		spout := &storm.ExecutorStats{Emitted: map[string]map[string]int64{":all-time": {"default": 5}}, Specific: &storm.ExecutorSpecificStats{Spout: &storm.SpoutStats{}}}
		info.Executors = []*storm.ExecutorSummary{{
			ExecutorInfo: &storm.ExecutorInfo{TaskStart: 1, TaskEnd: 1}, ComponentID: "spout", Host: "h", Port: 6700, UptimeSecs: uptime.Add(1), Stats: spout,
		}}
		if crashes {
			info.Errors["spout"] = []*storm.ErrorInfo{{Error: "java.lang.RuntimeException: boom", ErrorTimeSecs: 1}}
		}
	}
}

func (f *fake) client(t testing.TB) *nimbus.Client {
	t.Helper()
	door := nimbus.Address{Host: "127.0.0.1", Port: f.door.port()}
	c, err := nimbus.Connect(t.Context(), nimbus.Config{Seeds: []nimbus.Address{door}, LeaderOverride: door, Retry: nimbus.Retry{Times: -1}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func (f *fake) store() Store { return StoreFor(f.dir, "{}", f.Addr(), name) }

// request is a topology whose jar and configuration have the version in them.
func (f *fake) request(t testing.TB, version string) nimbus.SubmitRequest {
	t.Helper()
	jar := filepath.Join(t.TempDir(), version+".jar")
	if err := os.WriteFile(jar, []byte("jar of "+version), 0o600); err != nil {
		t.Fatal(err)
	}
	hint := int32(1)
	return nimbus.SubmitRequest{
		Name: name, JarPath: jar, Conf: map[string]any{"version": version, "topology.workers": 1},
		Topology: &storm.StormTopology{
			Spouts: map[string]*storm.SpoutSpec{"spout": {
				SpoutObject: &storm.ComponentObject{Shell: &storm.ShellComponent{ExecutionCommand: "sh", Script: "spout.sh"}},
				Common:      &storm.ComponentCommon{Streams: map[string]*storm.StreamInfo{}, ParallelismHint: &hint},
			}},
			Bolts: map[string]*storm.Bolt{}, StateSpouts: map[string]*storm.StateSpoutSpec{},
		},
	}
}

func fast() Options {
	return Options{Drain: time.Minute, Patience: 10 * time.Second, Interval: time.Millisecond, Stay: time.Nanosecond, Timeout: 5 * time.Second}
}

// version returns the version and the status of the topology that runs, such as "new ACTIVE", and checks that its jar is the
// right one.
func (f *fake) version(t *testing.T) string {
	t.Helper()
	topology := f.Topology(name)
	if topology == nil {
		return "nothing"
	}
	version, _ := topology.Conf["version"].(string)
	var jar bytes.Buffer
	if err := f.client(t).ReadBlob(t.Context(), nimbus.JarKey(topology.ID), &jar); err != nil {
		t.Fatal(err)
	}
	if jar.String() != "jar of "+version {
		t.Errorf("version %s has %q", version, jar.String())
	}
	return version + " " + topology.Status
}

func (f *fake) replace(ctx context.Context, t *testing.T, version string, o Options) error {
	t.Helper()
	old := ""
	if topology := f.Topology(name); topology != nil {
		old = topology.ID
	}
	return Replace(ctx, f.client(t), f.store(), f.request(t, version), old, o)
}

func outcome(err error) OutcomeKind {
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return 0
}

func TestReplace(t *testing.T) {
	f := newFake(t)
	var said []string
	o := fast()
	o.Say = func(e Event) { said = append(said, e.Text) }
	o.Before = func(context.Context) error {
		if got := f.version(t); got != "old ACTIVE" {
			t.Errorf("before the kill, there is %s", got)
		}
		return nil
	}
	before := len(f.Calls())
	if err := f.replace(t.Context(), t, "new", o); err != nil {
		t.Fatal(err)
	}
	if got := f.version(t); got != "new ACTIVE" {
		t.Errorf("there is %s", got)
	}
	text := strings.Join(said, "\n")
	for _, want := range []string{"checked by Nimbus", "saved " + f.old, "deactivated " + f.old, "drained after", "killed " + f.old, "the name is free", "submitted as " + f.Topology(name).ID, "up, 1 executor in 1 worker"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	calls := slices.DeleteFunc(f.Calls()[before:], func(call string) bool { return strings.HasPrefix(call, "get") })
	want := []string{"beginFileUpload", "uploadChunk", "finishFileUpload", "submitTopologyWithOpts", "beginBlobDownload"}
	if !slices.Equal(calls[:len(want)], want) {
		t.Errorf("calls %q", calls)
	}
	if n := f.Count("uploadChunk"); n != 2 {
		t.Errorf("%d uploads of jars, of the old and of the new topology", n)
	}
	record, err := f.store().Record()
	if err != nil || record.Stage != Done || record.New != f.Topology(name).ID || !f.store().Has(f.old) {
		t.Errorf("record %+v, %v", record, err)
	}

	// A change of mind.
	if err := Restore(t.Context(), f.client(t), f.store(), name, fast()); err != nil {
		t.Fatal(err)
	}
	if got := f.version(t); got != "old ACTIVE" {
		t.Errorf("after the restore, there is %s", got)
	}
	id := f.Topology(name).ID
	if err := Restore(t.Context(), f.client(t), f.store(), name, fast()); err != nil || f.Topology(name).ID != id {
		t.Errorf("a second restore: %v, %s", err, f.Topology(name).ID)
	}
}

func TestReplaceNothing(t *testing.T) {
	f := newFake(t)
	f.Remove(name)
	if err := f.replace(t.Context(), t, "new", fast()); err != nil || f.version(t) != "new ACTIVE" {
		t.Error(err, f.version(t))
	}
}

func TestReplaceKeepsInactive(t *testing.T) {
	f := newFake(t)
	if err := f.client(t).Deactivate(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := f.replace(t.Context(), t, "new", fast()); err != nil || f.version(t) != "new INACTIVE" {
		t.Error(err, f.version(t))
	}
	if err := Restore(t.Context(), f.client(t), f.store(), name, fast()); err != nil || f.version(t) != "old INACTIVE" {
		t.Error(err, f.version(t))
	}
}

// What Nimbus refuses is refused while the old topology runs.
func TestRefused(t *testing.T) {
	f := newFake(t)
	request := f.request(t, "new")
	request.Conf["topology.workers"] = "many"
	err := Replace(t.Context(), f.client(t), f.store(), request, f.old, fast())
	if outcome(err) != Untouched || nimbus.KindOf(err) != nimbus.InvalidTopology || !strings.Contains(err.Error(), `correct "topology.workers"`) {
		t.Error(err)
	}
	if f.version(t) != "old ACTIVE" || f.Topology(name).ID != f.old || f.Count("deactivate") != 0 {
		t.Error(f.version(t), f.Calls())
	}
}

func TestChangedSincePlan(t *testing.T) {
	f := newFake(t)
	err := Replace(t.Context(), f.client(t), f.store(), f.request(t, "new"), "words-0-1", fast())
	if outcome(err) != Untouched || !strings.Contains(err.Error(), "the cluster has changed") || f.version(t) != "old ACTIVE" {
		t.Error(err, f.version(t))
	}
}

// A new topology that crashes goes, and the old one comes back.
func TestCrashing(t *testing.T) {
	f := newFake(t)
	request := f.request(t, "new")
	request.Conf["crashes"] = true
	err := Replace(t.Context(), f.client(t), f.store(), request, f.old, fast())
	if outcome(err) != RestoredOld || !strings.Contains(err.Error(), "boom") {
		t.Error(err)
	}
	if got := f.version(t); got != "old ACTIVE" {
		t.Errorf("there is %s", got)
	}
	if state, err := Look(t.Context(), f.client(t), f.store(), name); err != nil || state.Situation != Settled {
		t.Errorf("%+v, %v", state, err)
	}
}

// The old topology gets the time that it needs to come back, however short the timeout of the new one is.
func TestPutBackSlowly(t *testing.T) {
	f := newFake(t)
	slow := f.request(t, "slow")
	slow.Conf["slow"] = true
	if err := Replace(t.Context(), f.client(t), f.store(), slow, f.old, fast()); err != nil {
		t.Fatal(err)
	}
	crashing := f.request(t, "new")
	crashing.Conf["crashes"] = true
	o := fast()
	o.Timeout = time.Millisecond
	err := Replace(t.Context(), f.client(t), f.store(), crashing, f.Topology(name).ID, o)
	if outcome(err) != RestoredOld || !strings.Contains(err.Error(), "boom") {
		t.Error(err)
	}
	if got := f.version(t); got != "slow ACTIVE" {
		t.Errorf("there is %s", got)
	}
}

func TestSlots(t *testing.T) {
	f := newFake(t)
	f.Add(nimbustest.Topology{Name: "other"})
	err := f.replace(t.Context(), t, "new", Options{Before: func(context.Context) error { return errors.New("the hook says no") }})
	if outcome(err) != Untouched || f.version(t) != "old ACTIVE" {
		t.Error(err, f.version(t))
	}
}

// A hook that refuses leaves no open record, because nothing has changed.
func TestRefusedByHook(t *testing.T) {
	f := newFake(t)
	refusing := fast()
	refusing.Before = func(context.Context) error { return errors.New("the hook says no") }
	stays := func(err error, want string, situation Situation) {
		t.Helper()
		if outcome(err) != Untouched || f.version(t) != want {
			t.Errorf("%v (outcome %d), there is %s", err, outcome(err), f.version(t))
		}
		if state, err := Look(t.Context(), f.client(t), f.store(), name); err != nil || state.Situation != situation {
			t.Errorf("%+v, %v", state, err)
		}
	}
	stays(f.replace(t.Context(), t, "new", refusing), "old ACTIVE", Settled)
	if err := f.replace(t.Context(), t, "new", fast()); err != nil {
		t.Fatal(err)
	}
	stays(Restore(t.Context(), f.client(t), f.store(), name, refusing), "new ACTIVE", Settled)
	if err := f.store().write(&Record{Topology: name, Stage: Killing, Old: "words-0-1", Status: "ACTIVE"}); err != nil {
		t.Fatal(err)
	}
	stays(f.replace(t.Context(), t, "newer", refusing), "new ACTIVE", Foreign) // it is somebody else's by that record
}

// A replacement that fails before it touches the topology leaves the copy of the one before.
func TestEarlierCopyStays(t *testing.T) {
	f := newFake(t)
	if err := f.replace(t.Context(), t, "new", fast()); err != nil {
		t.Fatal(err)
	}
	refusing := fast()
	refusing.Before = func(context.Context) error { return errors.New("the hook says no") }
	if err := f.replace(t.Context(), t, "newer", refusing); outcome(err) != Untouched {
		t.Error(err)
	}
	disturb := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "beginBlobDownload" {
			return nimbustest.Reply{Error: &storm.KeyNotFoundException{Msg: "no jar"}}
		}
		return nimbustest.Reply{}
	}
	f.disturb.Store(&disturb)
	if err := f.replace(t.Context(), t, "newer", fast()); outcome(err) != Untouched {
		t.Error(err)
	}
	f.disturb.Store(nil)
	copies, err := os.ReadDir(f.store().path(copiesFolder))
	if err != nil || len(copies) != 1 || copies[0].Name() != f.old {
		t.Errorf("copies %v, %v", copies, err)
	}
	if err := Restore(t.Context(), f.client(t), f.store(), name, fast()); err != nil || f.version(t) != "old ACTIVE" {
		t.Errorf("%v, there is %s", err, f.version(t))
	}
}

// A hook that refuses to go on with a replacement leaves it open.
func TestRefusedByHookInTheMiddle(t *testing.T) {
	f := newFake(t)
	if err := f.client(t).Deactivate(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	if err := f.store().write(&Record{Topology: name, Stage: Deactivating, Old: f.old, Status: "ACTIVE"}); err != nil {
		t.Fatal(err)
	}
	o := fast()
	o.Before = func(context.Context) error { return errors.New("the hook says no") }
	if err := f.replace(t.Context(), t, "new", o); outcome(err) != Unfinished {
		t.Errorf("%v (outcome %d)", err, outcome(err))
	}
	if state, err := Look(t.Context(), f.client(t), f.store(), name); err != nil || state.Situation != Paused {
		t.Errorf("%+v, %v", state, err)
	}
}

// A topology that somebody else submits after the kill stays.
func TestTakenByOther(t *testing.T) {
	f := newFake(t)
	disturb := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "isTopologyNameAllowed" {
			return nimbustest.Reply{Do: func() { f.Add(nimbustest.Topology{Name: name, Conf: map[string]any{"version": "other"}}) }}
		}
		return nimbustest.Reply{}
	}
	f.disturb.Store(&disturb)
	err := f.replace(t.Context(), t, "new", fast())
	f.disturb.Store(nil)
	other := f.Topology(name)
	if outcome(err) != TakenByOther || other.Conf["version"] != "other" || other.Status != "ACTIVE" {
		t.Errorf("%v, there is %+v", err, other)
	}
	state, err := Look(t.Context(), f.client(t), f.store(), name)
	if err != nil {
		t.Fatal(err)
	}
	if state.Situation != Foreign || state.Current.ID != other.ID {
		t.Errorf("%+v", state)
	}
}

// A restore that somebody else disturbs does not take their topology for the old one, neither then nor later.
func TestRestoreTakenByOther(t *testing.T) {
	f := newFake(t)
	if err := f.replace(t.Context(), t, "new", fast()); err != nil {
		t.Fatal(err)
	}
	o := fast()
	o.Drain = 0
	disturb := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "deactivate" {
			return nimbustest.Reply{Do: func() {
				f.Remove(name)
				if _, err := f.client(t).Submit(t.Context(), f.request(t, "other")); err != nil {
					t.Error(err)
				}
			}}
		}
		return nimbustest.Reply{}
	}
	f.disturb.Store(&disturb)
	err := Restore(t.Context(), f.client(t), f.store(), name, o)
	f.disturb.Store(nil)
	if outcome(err) != TakenByOther || !strings.HasPrefix(f.version(t), "other") {
		t.Errorf("%v, there is %s", err, f.version(t))
	}
	if state, err := Look(t.Context(), f.client(t), f.store(), name); err != nil || state.Situation != Foreign {
		t.Errorf("%+v, %v", state, err)
	}
	if err := Restore(t.Context(), f.client(t), f.store(), name, fast()); err != nil || f.version(t) != "old ACTIVE" {
		t.Errorf("%v, there is %s", err, f.version(t))
	}
}

// Without the configuration of a topology, nobody claims to know whose it is.
func TestUnknownOwner(t *testing.T) {
	f := newFake(t)
	if err := f.store().write(&Record{Topology: name, Stage: PuttingBack, Old: "words-0-1", NewMark: "a", BackMark: "b"}); err != nil {
		t.Fatal(err)
	}
	disturb := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == "getTopologyConf" {
			return nimbustest.Reply{Error: &storm.AuthorizationException{Msg: "no"}}
		}
		return nimbustest.Reply{}
	}
	f.disturb.Store(&disturb)
	if state, err := Look(t.Context(), f.client(t), f.store(), name); err != nil || state.Situation != Unknown {
		t.Errorf("%+v, %v", state, err)
	}
}

// A restoration waits for a topology that a user has killed, as long as that kill says.
func TestRestoreAfterKill(t *testing.T) {
	f := newFake(t)
	if err := f.replace(t.Context(), t, "new", fast()); err != nil {
		t.Fatal(err)
	}
	if err := f.client(t).Kill(t.Context(), name, 30*time.Second); err != nil {
		t.Fatal(err)
	}
	kills := f.Count("killTopologyWithOpts")
	o := fast()
	o.Say = func(e Event) {
		if strings.HasPrefix(e.Text, "waiting until") {
			f.Remove(name)
		}
	}
	if err := Restore(t.Context(), f.client(t), f.store(), name, o); err != nil || f.version(t) != "old ACTIVE" {
		t.Errorf("%v, there is %s", err, f.version(t))
	}
	if f.Count("killTopologyWithOpts") != kills {
		t.Error("it shortened the time of the kill")
	}
}

// Two replacements at once, on two machines, do not kill what the other one has submitted.
func TestTwoAtOnce(t *testing.T) {
	f := newFake(t)
	var running sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		client, request, store := f.client(t), f.request(t, "new"), Store{Dir: t.TempDir()}
		running.Go(func() { errs[i] = Replace(t.Context(), client, store, request, f.old, fast()) })
	}
	running.Wait()
	if (errs[0] != nil) && (errs[1] != nil) || f.version(t) != "new ACTIVE" {
		t.Errorf("%v; %v; there is %s", errs[0], errs[1], f.version(t))
	}
}

// changing are the calls that change the cluster, in their order, and others between them.
var changing = []string{
	"beginFileUpload", "uploadChunk", "finishFileUpload", "submitTopologyWithOpts", "getUserTopology", "getTopologyConf", "beginBlobDownload",
	"deactivate", "getTopologyInfoByName", "killTopologyWithOpts", "isTopologyNameAllowed",
}

// interruptions are the ways in which Nimbus ends at a call: before the call has an effect, or after it.
var interruptions = map[string]nimbustest.Reply{
	"Nimbus dies before the call": {Close: true},
	"Nimbus dies after the call":  {Drop: true},
}

// After an interruption at any call, the old or the new topology is there, or the record names the copy. From each such state,
// the same replacement and the restoration both succeed.
func TestInterruptedAtEachCall(t *testing.T) {
	for _, call := range changing {
		for what, reply := range interruptions {
			for nth := 1; nth <= 2; nth++ {
				for _, then := range []string{"replace", "restore"} {
					t.Run(fmt.Sprintf("%s/%d/%s/%s", call, nth, what, then), func(t *testing.T) {
						testInterruption(t, call, nth, reply, then)
					})
				}
			}
		}
	}
}

func testInterruption(t *testing.T, call string, nth int, reply nimbustest.Reply, then string) {
	f := newFake(t)
	before := f.Count(call)
	reply.Do = f.door.close
	disturb := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method == call && c.Number == before+nth {
			return reply
		}
		return nimbustest.Reply{}
	}
	f.disturb.Store(&disturb)
	o := fast()
	o.Patience, o.Timeout = 20*time.Millisecond, 50*time.Millisecond
	err := f.replace(t.Context(), t, "new", o)
	if err == nil && f.Count(call) >= before+nth && !(call == "getUserTopology" && nth == 2) { // the watch can do without
		t.Fatal("it succeeded without Nimbus")
	}
	f.disturb.Store(nil)
	f.door.open(t)
	state, err := Look(t.Context(), f.client(t), f.store(), name)
	if err != nil {
		t.Fatal(err)
	}
	if state.Situation == Foreign {
		t.Fatalf("the record %+v does not explain %+v", state.Record, state.Current)
	}
	if state.Current == nil && (state.Situation != Absent || !f.store().Has(state.Record.Old)) {
		t.Fatalf("nothing is there, and the situation is %d", state.Situation)
	}
	if then == "replace" {
		if state.Situation == Unproven {
			err = Watch(t.Context(), f.client(t), f.store(), state, fast())
		} else {
			err = f.replace(t.Context(), t, "new", fast())
		}
		if err != nil || f.version(t) != "new ACTIVE" {
			t.Errorf("going on from %d: %v, there is %s", state.Situation, err, f.version(t))
		}
		return
	}
	err = Restore(t.Context(), f.client(t), f.store(), name, fast())
	if errors.Is(err, ErrNothingSaved) {
		err = nil
	}
	if err != nil || f.version(t) != "old ACTIVE" {
		t.Errorf("putting back from %d: %v, there is %s", state.Situation, err, f.version(t))
	}
}

// The first signal stops at a point where a topology runs.
func TestStoppedAtEachCall(t *testing.T) {
	for _, call := range changing {
		for nth := 1; nth <= 2; nth++ {
			t.Run(fmt.Sprintf("%s/%d", call, nth), func(t *testing.T) {
				f := newFake(t)
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan struct{})
				before := f.Count(call)
				disturb := func(c nimbustest.Call) nimbustest.Reply {
					if c.Method != call || c.Number != before+nth {
						return nimbustest.Reply{}
					}
					return nimbustest.Reply{Do: func() { // the call takes effect after whatever the client does next
						stop()
						select {
						case <-ended:
						case <-time.After(50 * time.Millisecond):
						}
					}}
				}
				f.disturb.Store(&disturb)
				err := f.replace(ctx, t, "new", fast())
				close(ended)
				f.disturb.Store(nil)
				state, lookErr := Look(t.Context(), f.client(t), f.store(), name)
				if lookErr != nil {
					t.Fatal(lookErr)
				}
				if err != nil && strings.Contains(err.Error(), call) {
					t.Errorf("people do not know %s: %v", call, err)
				}
				got := f.version(t)
				switch {
				case ctx.Err() == nil: // there is no such call
				case outcome(err) == Untouched && got == "old ACTIVE" && state.Situation <= Running:
				case outcome(err) == Unfinished && got == "new ACTIVE" && state.Situation == Unproven:
				case err == nil && got == "new ACTIVE":
				default:
					t.Errorf("%v (%d), there is %s, %d", err, outcome(err), got, state.Situation)
				}
			})
		}
	}
}

// A restoration that ends while it drains leaves a record, or has activated the topology again.
func TestRestoreStopped(t *testing.T) {
	f := newFake(t)
	if err := f.replace(t.Context(), t, "new", fast()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var during Situation
	disturb := func(c nimbustest.Call) nimbustest.Reply {
		if c.Method != "getTopologyInfoByName" && c.Method != "getTopologyInfo" || f.Topology(name).Status != "INACTIVE" {
			return nimbustest.Reply{}
		}
		return nimbustest.Reply{Do: func() { // a client that is killed now leaves this behind
			record, err := f.store().Record()
			if err != nil {
				t.Error(err)
			}
			during = situation(record, &storm.TopologySummary{ID: f.Topology(name).ID, Status: "INACTIVE"}, "")
			stop()
		}}
	}
	f.disturb.Store(&disturb)
	err := Restore(ctx, f.client(t), f.store(), name, fast())
	f.disturb.Store(nil)
	if during != Unproven {
		t.Errorf("while it drains, the record says %d", during)
	}
	if state, lookErr := Look(t.Context(), f.client(t), f.store(), name); outcome(err) != Untouched || f.version(t) != "new ACTIVE" || lookErr != nil || state.Situation != Settled {
		t.Errorf("%v (%d), there is %s, %+v, %v", err, outcome(err), f.version(t), state, lookErr)
	}
}

// door is what a client connects to. While it is closed, nothing listens there, as when Nimbus is dead.
type door struct {
	addr, behind string

	mu       sync.Mutex
	listener net.Listener
	conns    []net.Conn
	running  sync.WaitGroup
}

func newDoor(t *testing.T, behind string) *door {
	t.Helper()
	d := &door{addr: "127.0.0.1:0", behind: behind}
	d.open(t)
	t.Cleanup(func() {
		d.close()
		d.running.Wait()
	})
	return d
}

func (d *door) port() int {
	_, port, _ := net.SplitHostPort(d.addr)
	n, _ := strconv.Atoi(port)
	return n
}

func (d *door) open(t *testing.T) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener != nil {
		return
	}
	listener, err := net.Listen("tcp", d.addr)
	if err != nil {
		t.Fatal(err)
	}
	d.listener, d.addr = listener, listener.Addr().String()
	d.running.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", d.behind)
			if err != nil {
				in.Close()
				continue
			}
			d.mu.Lock()
			d.conns = append(d.conns, in, out)
			d.mu.Unlock()
			d.running.Go(func() { io.Copy(out, in); out.Close() })
			d.running.Go(func() { io.Copy(in, out); in.Close() })
		}
	})
}

func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.listener != nil {
		d.listener.Close()
		d.listener = nil
	}
	for _, c := range d.conns {
		c.Close()
	}
	d.conns = nil
}
