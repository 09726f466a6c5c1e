package nimbus_test

import (
	"archive/zip"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// cluster is a real Storm, started by the first test that asks.
var cluster stormtest.Shared

func TestMain(m *testing.M) { os.Exit(cluster.Main(m)) }

// A spout that emits nothing, in the multilang protocol.
const idleSpout = `conf=
while read -r line && [ "$line" != end ]; do conf="$conf$line"; done
dir=$(printf %s "$conf" | sed 's/.*"pidDir":"\([^"]*\)".*/\1/; s#\\/#/#g')
: > "$dir/$$"
printf '{"pid":%d}\nend\n' $$
while read -r line; do
	if [ "$line" = end ]; then sleep 0.1; printf '{"command":"sync"}\nend\n'; fi
done
`

// busySpout is idleSpout with many tuples.
func busySpout() string {
	return strings.Replace(idleSpout, "sleep 0.1;", `sleep 0.1
		for i in 1 2 3 4 5 6 7 8 9 10; do printf '{"command":"emit","tuple":["a"],"need_task_ids":false}\nend\n'; done
		`, 1)
}

// stormJar is a jar with words.sh and busy.sh, made larger by padding that does not compress.
func stormJar(t *testing.T, padding int) string {
	path := filepath.Join(t.TempDir(), "topology.jar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, content := range map[string][]byte{"resources/words.sh": []byte(idleSpout), "resources/busy.sh": []byte(busySpout()), "padding": make([]byte, padding)} {
		if name == "padding" {
			rand.Read(content)
		}
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func realRequest(t *testing.T, name string) nimbus.SubmitRequest {
	return nimbus.SubmitRequest{
		Name: name, Topology: topology(), JarPath: stormJar(t, 1<<20),
		Conf: map[string]any{"topology.workers": 1, "topology.acker.executors": 0, "my.double": 2.0, "topology.kryo.register": []any{"java.math.BigDecimal"}},
	}
}

func realClient(t *testing.T, c *stormtest.Cluster) *nimbus.Client {
	config := noRetry(c.NimbusAddr())
	config.Notify = func(remark string) { t.Log(remark) }
	return connect(t, config)
}

func TestRealLifecycle(t *testing.T) {
	storms := cluster.Cluster(t)
	client := realClient(t, storms)
	ctx := t.Context()
	r := realRequest(t, "life-cycle")
	r.Inactive = true
	result, err := client.Submit(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	status := func() string {
		t.Helper()
		list, err := client.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			if l.Name == r.Name {
				if l.ID != result.ID {
					t.Errorf("id is %s, Submit said %s", l.ID, result.ID)
				}
				return l.Status
			}
		}
		return ""
	}
	if s := status(); s != "INACTIVE" {
		t.Errorf("after an inactive submission it is %s", s)
	}
	if _, version := client.Server(); version != stormtest.StormVersion {
		t.Errorf("server says it is %q", version)
	}
	err = client.Check(ctx, r)
	if nimbus.KindOf(err) != nimbus.AlreadyAlive || !strings.Contains(err.Error(), "is on the cluster already ("+result.ID+", INACTIVE") {
		t.Errorf("check of a taken name: %v", err)
	}
	state, err := client.Wait(ctx, r.Name, nimbus.WatchOptions{Fresh: true})
	if err != nil || state.Verdict != nimbus.Up || !strings.Contains(state.Why, "the topology is inactive") {
		t.Errorf("wait: %s, %s, %v", state.Verdict, state.Why, err)
	}
	if err := client.Activate(ctx, r.Name); err != nil || status() != "ACTIVE" {
		t.Error(err)
	}
	state, err = client.Wait(ctx, r.Name, nimbus.WatchOptions{Fresh: true})
	if err != nil || state.Verdict != nimbus.Up {
		t.Errorf("wait: %s, %s, %v", state.Verdict, state.Why, err)
	}
	if err := client.Deactivate(ctx, r.Name); err != nil || status() != "INACTIVE" {
		t.Error(err)
	}
	conf, err := client.TopologyConf(ctx, result.ID)
	var values map[string]any
	if err != nil || json.Unmarshal([]byte(conf), &values) != nil || values["topology.name"] != r.Name || !strings.Contains(conf, `"my.double":2.0`) {
		t.Errorf("conf %s, %v", conf, err)
	}
	user, err := client.UserTopology(ctx, result.ID)
	if err != nil || user.Spouts["words"].SpoutObject.Shell.Script != "words.sh" {
		t.Errorf("%v, %v", user, err)
	}
	if page, err := client.TopologyPage(ctx, result.ID, ":all-time", false); err != nil || page.IDToSpoutAggStats["words"] == nil {
		t.Errorf("%v, %v", page, err)
	}
	_, err = client.ComponentPage(ctx, result.ID, "none", ":all-time", false)
	if nimbus.KindOf(err) != nimbus.Internal || !strings.Contains(err.Error(), "likely: the topology has no such component") {
		t.Errorf("unknown component: %v", err)
	}
	err = client.Rebalance(ctx, r.Name, nimbus.RebalanceOptions{Executors: map[string]int32{"wrods": 2}})
	if nimbus.KindOf(err) != nimbus.InvalidTopology || !strings.Contains(err.Error(), `topology "life-cycle" has the components words`) {
		t.Errorf("rebalance of an unknown component: %v", err)
	}
	if err := client.Rebalance(ctx, r.Name, nimbus.RebalanceOptions{Workers: 2, Wait: time.Minute}); err != nil || status() != "REBALANCING" {
		t.Error(err)
	}
	err = client.Activate(ctx, r.Name)
	if nimbus.KindOf(err) != nimbus.Internal || !strings.Contains(err.Error(), "is REBALANCING, in which state it can only be killed") {
		t.Errorf("activate while rebalancing: %v", err)
	}
	if err := client.Kill(ctx, r.Name, time.Minute); err != nil || status() != "KILLED" {
		t.Error(err)
	}
	if allowed, err := client.NameAllowed(ctx, r.Name); allowed || err != nil {
		t.Errorf("the name of a killed topology: %v, %v", allowed, err)
	}
	if err := client.Kill(ctx, r.Name, 0); err != nil {
		t.Error(err)
	}
	if err := storms.AwaitTopology(ctx, r.Name, ""); err != nil {
		t.Error(err)
	}
	if err := client.Kill(ctx, r.Name, 0); nimbus.KindOf(err) != nimbus.NotAlive {
		t.Errorf("kill of one that has gone: %v", err)
	}
}

// TestRealRefusals holds that Nimbus refuses in the words that we know.
func TestRealRefusals(t *testing.T) {
	client := realClient(t, cluster.Cluster(t))
	for _, c := range []struct {
		name   string
		change func(*nimbus.SubmitRequest)
		kind   nimbus.Kind
		advice string
	}{
		{"workers", func(r *nimbus.SubmitRequest) { r.Conf["topology.workers"] = "2" }, nimbus.InvalidTopology, `correct "topology.workers" in the topology's configuration`},
		{"environment", func(r *nimbus.SubmitRequest) { r.Conf["topology.environment"] = map[string]any{"A": 1} }, nimbus.InvalidTopology, `correct "topology.environment" in the topology's configuration`},
		{"null workers", func(r *nimbus.SubmitRequest) { r.Conf["topology.workers"] = nil }, nimbus.Internal, "likely: topology.workers is null"},
		{"version", func(r *nimbus.SubmitRequest) { v := "9.9.9"; r.Topology.StormVersion = &v }, nimbus.InvalidTopology, "compile for a Storm release this cluster runs workers of: [2.8]"},
		{"blob", func(r *nimbus.SubmitRequest) {
			r.Conf["topology.blobstore.map"] = map[string]any{"nokey": map[string]any{}}
		}, nimbus.InvalidTopology, `there is no blob "nokey"`},
		{"reserved id", func(r *nimbus.SubmitRequest) {
			r.Topology.Spouts["__x"] = r.Topology.Spouts["words"]
			delete(r.Topology.Spouts, "words")
		}, nimbus.InvalidTopology, `choose another component id`},
		{"unknown stream", func(r *nimbus.SubmitRequest) {
			r.Topology.Bolts["b"] = &storm.Bolt{BoltObject: r.Topology.Spouts["words"].SpoutObject, Common: &storm.ComponentCommon{
				Inputs: map[*storm.GlobalStreamId]*storm.Grouping{{ComponentId: "words", StreamId: "nope"}: {Shuffle: &storm.NullStruct{}}},
			}}
		}, nimbus.InvalidTopology, `declare the stream "nope" with its fields at "words"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := realRequest(t, "refused-"+strings.ReplaceAll(c.name, " ", "-"))
			c.change(&r)
			_, err := client.Submit(t.Context(), r)
			var failed *nimbus.SubmitError
			if !errors.As(err, &failed) || failed.Outcome != nimbus.NotSubmitted || failed.Inbox == "" || nimbus.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.advice) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestRealFrameLimit submits a topology as large as Nimbus reads, and holds that
// one byte more is not sent: that would hang it for good.
func TestRealFrameLimit(t *testing.T) {
	storms := cluster.Cluster(t)
	client := realClient(t, storms)
	r := realRequest(t, "large")
	r.Inactive = true
	r.ChunkSize = 10 << 20 // cut to what fits
	low, high := 900_000, 1<<20
	for low+1 < high { // Check sends nothing of it
		middle := (low + high) / 2
		r.Conf["padding"] = strings.Repeat("x", middle)
		err := client.Check(t.Context(), r)
		switch {
		case err == nil:
			low = middle
		case nimbus.KindOf(err) == nimbus.TooLarge:
			high = middle
		default:
			t.Fatal(err)
		}
	}
	// The jar's location, which Check does not know, takes some of it.
	submitted := false
	for n := low; n > low-300 && !submitted; n-- {
		r.Conf["padding"] = strings.Repeat("x", n)
		_, err := client.Submit(t.Context(), r)
		if submitted = err == nil; !submitted && nimbus.KindOf(err) != nimbus.TooLarge {
			t.Fatal(err)
		}
	}
	if !submitted {
		t.Error("nothing near the limit was accepted")
	}
	if err := client.Kill(t.Context(), r.Name, 0); err != nil {
		t.Error(err)
	}
	if err := storms.AwaitTopology(t.Context(), r.Name, ""); err != nil {
		t.Error(err)
	}
}

// TestRealNameWithSpace proves why settings.CheckTopologyName refuses such names: a Supervisor deletes the files of the
// topology while its worker runs. The name without a space is the control.
func TestRealNameWithSpace(t *testing.T) {
	stormtest.Long(t)
	storms := stormtest.New(t, stormtest.Options{Conf: map[string]any{"supervisor.localizer.cleanup.interval.ms": 1000}})
	client := realClient(t, storms)
	kept, lost := realRequest(t, "a-b"), realRequest(t, "a b")
	if _, err := client.Submit(t.Context(), lost); err == nil {
		t.Fatal("Submit takes the name")
	}
	for _, r := range []nimbus.SubmitRequest{kept, lost} {
		if _, err := client.SubmitAnyName(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	present := func(prefix string) bool {
		found, err := filepath.Glob(filepath.Join(storms.Home(), "*", "supervisor", "stormdist", prefix+"-*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found) > 0
	}
	await := func(prefix string, want bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); present(prefix) != want; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("after a minute, the folder of %s is there: %t", prefix, !want)
			}
		}
	}
	await("a-b", true)
	await("a+b", true)
	await("a+b", false)
	if !present("a-b") {
		t.Error("the folder of a-b is not there any more")
	}
}

// TestRealFailure watches a topology whose script does not exist.
func TestRealFailure(t *testing.T) {
	storms := cluster.Cluster(t)
	client := realClient(t, storms)
	r := realRequest(t, "failure")
	r.Topology.Spouts["words"].SpoutObject.Shell.Script = "missing.sh"
	if _, err := client.Submit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	state, err := client.Wait(t.Context(), r.Name, nimbus.WatchOptions{Fresh: true})
	if err != nil || state.Verdict != nimbus.Failing || !strings.HasPrefix(state.Why, `component "words" reports: `) ||
		!strings.Contains(state.Why, "missing.sh") || !strings.HasPrefix(state.News[0].Text, "java.lang.RuntimeException") {
		t.Errorf("%s, %s, %v, %v", state.Verdict, state.Why, state.News, err)
	}
	if err := client.Kill(t.Context(), r.Name, 0); err != nil {
		t.Error(err)
	}
}

// TestRealNimbusKilledInUpload kills Nimbus with two chunks taken, and submits
// again, with the same client, once it is back.
func TestRealNimbusKilledInUpload(t *testing.T) {
	storms := stormtest.New(t, stormtest.Options{})
	client := realClient(t, storms)
	r := realRequest(t, "life")
	r.JarPath = stormJar(t, 3<<20)
	r.Progress = func(sent, _ int64) {
		if sent == 2*307200 {
			storms.KillNimbus()
		}
	}
	_, err := client.Submit(t.Context(), r)
	var failed *nimbus.SubmitError
	if !errors.As(err, &failed) || failed.Stage != nimbus.Uploading || failed.Outcome != nimbus.NotSubmitted || failed.Sent != 2*307200 || nimbus.KindOf(err) != nimbus.Disconnected {
		t.Fatalf("%v", err)
	}
	if info, err := os.Stat(failed.Inbox); err != nil {
		t.Errorf("what the error says is left is not: %v", err)
	} else if info.Size() > failed.Sent {
		t.Errorf("%d bytes are left, %d were sent", info.Size(), failed.Sent)
	}
	if _, err := client.List(t.Context()); nimbus.KindOf(err) != nimbus.Unreachable {
		t.Errorf("Nimbus is down: %v", err)
	}
	if err := storms.StartNimbus(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Progress = nil
	if _, err := client.Submit(t.Context(), r); err != nil {
		t.Error(err)
	}
	if err := client.Kill(t.Context(), r.Name, 0); err != nil {
		t.Error(err)
	}
}

// TestRealSilence watches a bolt whose process never answers the handshake. Its executor reports an uptime as any other.
func TestRealSilence(t *testing.T) {
	storms := cluster.Cluster(t)
	client := realClient(t, storms)
	r := realRequest(t, "silence")
	r.Topology.Spouts["words"].SpoutObject.Shell.Script = "busy.sh"
	r.Topology.Bolts["split"] = &storm.Bolt{
		BoltObject: &storm.ComponentObject{Shell: &storm.ShellComponent{ExecutionCommand: "sleep", Script: "1000"}},
		Common: &storm.ComponentCommon{
			Inputs:  map[*storm.GlobalStreamId]*storm.Grouping{{ComponentId: "words", StreamId: "default"}: {Shuffle: &storm.NullStruct{}}},
			Streams: map[string]*storm.StreamInfo{},
		},
	}
	if _, err := client.Submit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	state, err := client.Wait(t.Context(), r.Name, nimbus.WatchOptions{Fresh: true})
	if err != nil || state.Verdict != nimbus.Silent || !strings.Contains(state.Why, `"split" has executed none of about `) {
		t.Errorf("%s, %s, %v, %v", state.Verdict, state.Why, state.News, err)
	}
	t.Log(state.Why)
	if err := client.Kill(t.Context(), r.Name, 0); err != nil {
		t.Error(err)
	}
}
