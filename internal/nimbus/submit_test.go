package nimbus_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

func topology() *storm.StormTopology {
	parallelism := int32(1)
	return &storm.StormTopology{
		Spouts: map[string]*storm.SpoutSpec{"words": {
			SpoutObject: &storm.ComponentObject{Shell: &storm.ShellComponent{ExecutionCommand: "sh", Script: "words.sh"}},
			Common: &storm.ComponentCommon{
				Inputs:          map[*storm.GlobalStreamId]*storm.Grouping{},
				Streams:         map[string]*storm.StreamInfo{"default": {OutputFields: []string{"word"}}},
				ParallelismHint: &parallelism,
			},
		}},
		Bolts: map[string]*storm.Bolt{}, StateSpouts: map[string]*storm.StateSpoutSpec{},
	}
}

// jar is a file of n bytes, and the hash of it.
func jar(t testing.TB, n int64) (path, hash string) {
	path = filepath.Join(t.TempDir(), "topology.jar")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	pattern := make([]byte, 1<<16)
	for i := range pattern {
		pattern[i] = byte(i * 7 >> 3)
	}
	for left := n; left > 0; left -= int64(len(pattern)) {
		part := pattern[:min(left, int64(len(pattern)))]
		h.Write(part)
		if _, err := f.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	return path, hex.EncodeToString(h.Sum(nil))
}

func request(t testing.TB, jarSize int64) nimbus.SubmitRequest {
	path, _ := jar(t, jarSize)
	return nimbus.SubmitRequest{Name: "life", Topology: topology(), JarPath: path, Conf: map[string]any{"topology.workers": 1}}
}

func TestSubmit(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	path, hash := jar(t, 1_000_000)
	var progress []int64
	result, err := client.Submit(t.Context(), nimbus.SubmitRequest{
		Name: "word-count", Topology: topology(), JarPath: path, Inactive: true, Credentials: map[string]string{"a": "b"},
		Conf:     map[string]any{"topology.workers": 2, "my.float": 2.0, "my.big": int64(math.MaxInt64), "my.html": "<&>", "my.list": []any{nil, true}},
		Progress: func(sent, total int64) { progress = append(progress, sent, total) },
	})
	if err != nil {
		t.Fatal(err)
	}
	got := server.Topology("word-count")
	if got == nil {
		t.Fatal("it is not there")
	}
	if result.ID != got.ID || result.Server.String() != server.Addr() || result.JarBytes != 1_000_000 || result.AnswerLost {
		t.Errorf("result %+v", result)
	}
	payload := regexp.MustCompile(`"storm.zookeeper.topology.auth.payload":"-[0-9]{18,19}:-[0-9]{18,19}"`)
	conf := payload.ReplaceAllString(got.JSONConf, "PAYLOAD")
	if want := `{"my.big":9223372036854775807,"my.float":2.0,"my.html":"<&>","my.list":[null,true],PAYLOAD,"storm.zookeeper.topology.auth.scheme":"digest","topology.workers":2}`; conf != want {
		t.Errorf("conf is\n%s\nwant\n%s", conf, want)
	}
	if got.Status != "INACTIVE" || got.Options.Creds.Creds["a"] != "b" || got.Topology.Spouts["words"].SpoutObject.Shell.Script != "words.sh" {
		t.Errorf("submitted %+v", got)
	}
	uploads := server.Uploads()
	if len(uploads) != 1 || uploads[0].Size != 1_000_000 || uploads[0].SHA256 != hash || !uploads[0].Finished || got.Jar != uploads[0].Location {
		t.Errorf("uploads %+v", uploads)
	}
	if want := []int64{0, 1e6, 307200, 1e6, 614400, 1e6, 921600, 1e6, 1e6, 1e6}; !equal(progress, want) {
		t.Errorf("progress %v", progress)
	}
	calls := strings.Join(server.Calls(), " ")
	if want := "getLeader isTopologyNameAllowed getTopologySummaries getNimbusConf beginFileUpload uploadChunk uploadChunk uploadChunk uploadChunk finishFileUpload submitTopologyWithOpts getTopologySummaries"; calls != want {
		t.Errorf("calls %s", calls)
	}
}

func equal(a, b []int64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// The payload is the topology's own, else that of storm.yaml. One that cannot be used is replaced, also if storm.yaml has one.
func TestSubmitKeepsZooKeeperPayload(t *testing.T) {
	const key = "storm.zookeeper.topology.auth.payload"
	for _, test := range []struct {
		own  any
		want string
	}{
		{"absent", "me:secret"}, {"u:own", "u:own"}, {"broken", `-\d+:-\d+`}, {"two words:x", `-\d+:-\d+`}, {nil, `-\d+:-\d+`}, {7, `-\d+:-\d+`},
	} {
		server := nimbustest.New(t, nimbustest.Options{})
		config := noRetry(server.Addr())
		config.ZooKeeperPayload = "me:secret"
		r := request(t, 1)
		if test.own != "absent" {
			r.Conf[key] = test.own
		}
		if _, err := connect(t, config).Submit(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if conf := server.Topology("life").JSONConf; !regexp.MustCompile(`"` + key + `":"` + test.want + `"`).MatchString(conf) {
			t.Errorf("own payload %v: %s", test.own, conf)
		}
	}
}

// TestSubmitToOldServer has a Nimbus that knows neither names nor summaries.
func TestSubmitToOldServer(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{Without: []string{"getLeader", "isTopologyNameAllowed", "getTopologySummaries", "getTopologySummaryByName"}})
	client := connect(t, noRetry(server.Addr()))
	result, err := client.Submit(t.Context(), request(t, 1000))
	if err != nil || result.ID == "" {
		t.Fatal(result, err)
	}
	_, err = client.Submit(t.Context(), request(t, 1000))
	if nimbus.KindOf(err) != nimbus.AlreadyAlive || len(server.Uploads()) != 1 {
		t.Errorf("second time: %v", err)
	}
}

// TestSubmitRefusesBeforeUpload holds that what can be known is known before
// anything is uploaded.
func TestSubmitRefusesBeforeUpload(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{MaxBufferSize: 20_000})
	server.Add(nimbustest.Topology{Name: "taken", Started: time.Now().Add(-90 * time.Second), ID: "taken-1-1"})
	server.Add(nimbustest.Topology{Name: "dying", Status: "KILLED", ID: "dying-2-1"})
	client := connect(t, noRetry(server.Addr()))
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.jar")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*nimbus.SubmitRequest)
		kind   nimbus.Kind
		want   string
	}{
		{"taken", func(r *nimbus.SubmitRequest) { r.Name = "taken" }, nimbus.AlreadyAlive,
			`topology "taken" was not submitted: topology "taken" is on the cluster already (taken-1-1, ACTIVE for 1m30s)` +
				"\n  kill \"taken\" first, or submit under another name"},
		{"dying", func(r *nimbus.SubmitRequest) { r.Name = "dying" }, nimbus.AlreadyAlive,
			`topology "dying" was not submitted: topology "dying" (dying-2-1) is being killed and has its name until it is gone` +
				"\n  try again when it is gone"},
		{"name", func(r *nimbus.SubmitRequest) { r.Name = "a.b" }, nimbus.InvalidTopology,
			`topology "a.b" was not submitted: a topology cannot be named "a.b": '.' may not stand in a topology's name; use A-Z, a-z, 0-9, "_" and "-"`},
		{"long name", func(r *nimbus.SubmitRequest) { r.Name = strings.Repeat("n", 222) }, nimbus.InvalidTopology,
			`topology "` + strings.Repeat("n", 222) + `" was not submitted: a topology cannot be named "` + strings.Repeat("n", 222) +
				`": a topology's name has from 1 to 220 bytes`},
		{"no spout", func(r *nimbus.SubmitRequest) { r.Topology.Spouts = nil }, nimbus.InvalidTopology,
			`topology "life" was not submitted: topology "life" does not have any spout`},
		{"NaN", func(r *nimbus.SubmitRequest) {
			r.Conf = map[string]any{"a": map[string]any{"b": []any{1, math.NaN()}}}
		}, nimbus.InvalidTopology,
			`topology "life" was not submitted: the topology's configuration is not JSON-serializable: a.b[1] is NaN, which JSON does not have`},
		{"function", func(r *nimbus.SubmitRequest) { r.Conf = map[string]any{"a": time.Now} }, nimbus.InvalidTopology,
			`topology "life" was not submitted: the topology's configuration is not JSON-serializable: a is a func() time.Time`},
		{"no jar", func(r *nimbus.SubmitRequest) { r.JarPath = filepath.Join(folder, "none.jar") }, 0,
			`topology "life" was not submitted: reading FOLDER/none.jar: no such file or directory`},
		{"empty jar", func(r *nimbus.SubmitRequest) { r.JarPath = empty }, 0,
			`topology "life" was not submitted: reading FOLDER/empty.jar: it is empty`},
		{"folder", func(r *nimbus.SubmitRequest) { r.JarPath = folder }, 0,
			`topology "life" was not submitted: reading FOLDER: it is not a file`},
		{"too large", func(r *nimbus.SubmitRequest) { r.Conf["x"] = strings.Repeat("x", 20_000) }, nimbus.TooLarge,
			`topology "life" was not submitted: the message submitTopologyWithOpts has SIZE bytes, but Nimbus at ADDR reads at most 20000 (nimbus.thrift.max_buffer_size); it was not sent, because a larger one can hang Nimbus` +
				"\n  make the topology and its configuration smaller, or raise nimbus.thrift.max_buffer_size in Nimbus's storm.yaml and restart it"},
		{"broken topology", func(r *nimbus.SubmitRequest) { r.Topology.Spouts["words"].SpoutObject.Shell = nil }, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && c.name == "no jar" {
				t.Skip("the system's words differ")
			}
			r := request(t, 100)
			c.change(&r)
			_, err := client.Submit(t.Context(), r)
			var failed *nimbus.SubmitError
			if !errors.As(err, &failed) {
				t.Fatalf("error is %v", err)
			}
			if failed.Stage != nimbus.Checking || failed.Outcome != nimbus.NotSubmitted || failed.Inbox != "" {
				t.Errorf("%+v", failed)
			}
			got := regexp.MustCompile(`has 20\d\d\d bytes`).ReplaceAllString(err.Error(), "has SIZE bytes")
			got = strings.NewReplacer(server.Addr(), "ADDR", folder+string(filepath.Separator), "FOLDER/", folder, "FOLDER").Replace(got)
			if c.want != "" && got != c.want {
				t.Errorf("error is\n%s\nwant\n%s", got, c.want)
			}
			if kind := nimbus.KindOf(err); kind != c.kind {
				t.Errorf("kind %s", kind)
			}
			checkErr := client.Check(t.Context(), r)
			if checkErr == nil || checkErr.Error() != err.Error() {
				t.Errorf("Check says %v", checkErr)
			}
		})
	}
	if n := server.Count("beginFileUpload"); n != 0 {
		t.Errorf("%d uploads were begun", n)
	}
	if n := server.Overlong(); n != 0 {
		t.Errorf("%d frames above the limit were sent", n)
	}
	for _, name := range []string{strings.Repeat("n", 210), "topo_8-B"} { // what validate accepts, this client sends
		r := request(t, 100)
		r.Name = name
		if err := client.Check(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	if err := client.Check(t.Context(), request(t, 100)); err != nil {
		t.Error(err)
	}
}

// TestFrameLimit goes up to the limit, byte by byte, and never over.
func TestFrameLimit(t *testing.T) {
	const limit = 4096
	server := nimbustest.New(t, nimbustest.Options{MaxBufferSize: limit})
	client := connect(t, noRetry(server.Addr()))
	r := request(t, 100_000)
	accepted, refused := 0, 0
	for n := 3000; n < 4200; n += 3 {
		r.Conf = map[string]any{"x": strings.Repeat("x", n)}
		_, err := client.Submit(t.Context(), r)
		switch {
		case err == nil:
			accepted++
			if err := client.Kill(t.Context(), r.Name, 0); err != nil {
				t.Fatal(err)
			}
		case nimbus.KindOf(err) == nimbus.TooLarge:
			refused++
		default:
			t.Fatal(err)
		}
	}
	if accepted < 50 || refused < 50 || server.Overlong() != 0 {
		t.Errorf("%d accepted, %d refused, %d too large", accepted, refused, server.Overlong())
	}
	if u := server.Uploads()[0]; u.Size != 100_000 || !u.Finished {
		t.Errorf("%+v", u)
	}
}

// interrupted is what a submission that met a fault must say.
type interrupted struct {
	name    string
	onCall  func(s *nimbustest.Server, c nimbustest.Call) nimbustest.Reply
	kind    nimbus.Kind
	stage   nimbus.Stage
	outcome nimbus.Outcome
	want    string // ADDR, INBOX
}

func TestSubmitInterrupted(t *testing.T) {
	on := func(method string, number int, reply nimbustest.Reply) func(*nimbustest.Server, nimbustest.Call) nimbustest.Reply {
		return func(_ *nimbustest.Server, c nimbustest.Call) nimbustest.Reply {
			if c.Method == method && c.Number == number {
				return reply
			}
			return nimbustest.Reply{}
		}
	}
	const (
		broke     = "the connection to Nimbus at ADDR broke before it answered "
		maybe     = "\n  Nimbus may have stopped, or refuse this kind of connection (storm.thrift.transport): see its nimbus.log"
		deletes   = " is left on ADDR as INBOX; Nimbus deletes it itself (nimbus.inbox.jar.expiration.secs, an hour by default)"
		notSubm   = `topology "life" was not submitted: `
		wholeJar  = "\n  the uploaded jar" + deletes
		halfJar   = "\n  an incomplete jar (614400 of 1000000 bytes)" + deletes
		wrongPort = "\n  Nimbus listens on nimbus.thrift.port, 6627 by default; Storm's UI (8080), logviewer (8000), DRPC (3772) and Supervisor (6628) are others"
	)
	for _, c := range []interrupted{
		{"connection breaks in the upload", on("uploadChunk", 3, nimbustest.Reply{Close: true}), nimbus.Disconnected, nimbus.Uploading, nimbus.NotSubmitted,
			notSubm + broke + "uploadChunk: it was closed" + maybe + halfJar},
		{"garbage in the upload", on("uploadChunk", 3, nimbustest.Reply{Raw: []byte("garbage, garbage")}), nimbus.NotNimbus, nimbus.Uploading, nimbus.NotSubmitted,
			notSubm + `what answers at ADDR is not Nimbus's Thrift port: it answers with "garbage, garbage"` + wrongPort + halfJar},
		{"no answer in the upload", on("uploadChunk", 3, nimbustest.Reply{Hang: true}), nimbus.NoAnswer, nimbus.Uploading, nimbus.NotSubmitted,
			notSubm + "Nimbus at ADDR did not answer uploadChunk in time" +
				"\n  it may be overloaded, hung, or not a Nimbus: see its nimbus.log, and whether the port is nimbus.thrift.port" + halfJar},
		{"upload expired", on("uploadChunk", 3, nimbustest.Reply{Internal: true}), nimbus.Internal, nimbus.Uploading, nimbus.NotSubmitted,
			notSubm + `Nimbus at ADDR failed and says only "Internal error processing uploadChunk"` +
				"\n  likely: the upload had paused longer than nimbus.file.copy.expiration.secs (10 minutes)" +
				"\n  likely: the disk of Nimbus's inbox is full\n  likely: Nimbus was restarted since the upload began" +
				"\n  the reason is in nimbus.log on that host" + halfJar},
		{"connection breaks at the beginning", on("beginFileUpload", 1, nimbustest.Reply{Close: true}), nimbus.Disconnected, nimbus.Uploading, nimbus.NotSubmitted,
			notSubm + broke + "beginFileUpload: it was closed" + maybe},
		{"connection breaks at the name", on("isTopologyNameAllowed", 1, nimbustest.Reply{Close: true}), nimbus.Disconnected, nimbus.Checking, nimbus.NotSubmitted,
			notSubm + broke + "isTopologyNameAllowed: it was closed" + maybe},
		{"connection breaks before the submission is carried out", on("submitTopologyWithOpts", 1, nimbustest.Reply{Close: true}), nimbus.Disconnected, nimbus.Submitting, nimbus.NotFound,
			`topology "life" is not on the cluster after its submission was interrupted: ` + broke + "submitTopologyWithOpts: it was closed" + maybe +
				"\n  it appears later if Nimbus still works on it: look at the cluster's topologies before you submit \"life\" again" + wholeJar},
		{"another takes the name", func(s *nimbustest.Server, c nimbustest.Call) nimbustest.Reply {
			if c.Method == "submitTopologyWithOpts" {
				return nimbustest.Reply{Do: func() { s.Add(nimbustest.Topology{Name: "life"}) }}
			}
			return nimbustest.Reply{}
		}, nimbus.AlreadyAlive, nimbus.Submitting, nimbus.NotSubmitted,
			notSubm + "Nimbus at ADDR refused: life is already alive" +
				"\n  a killed topology keeps its name until its wait is over; otherwise kill \"life\" first, or submit under another name" + wholeJar},
		{"another takes the name and the connection breaks", func(s *nimbustest.Server, c nimbustest.Call) nimbustest.Reply {
			if c.Method == "submitTopologyWithOpts" {
				return nimbustest.Reply{Do: func() { s.Add(nimbustest.Topology{Name: "life", ID: "life-1-1"}) }, Drop: true}
			}
			return nimbustest.Reply{}
		}, nimbus.AlreadyAlive, nimbus.Submitting, nimbus.NotSubmitted,
			notSubm + `another topology "life" (life-1-1) took the name, and the connection broke: ` + broke + "submitTopologyWithOpts: it was closed" + maybe +
				"\n  submit under another name, or kill that one first" + wholeJar},
		{"refused", on("submitTopologyWithOpts", 1, nimbustest.Reply{Error: &storm.InvalidTopologyException{Msg: "Field TOPOLOGY_WORKERS must be an Integer within type range."}}),
			nimbus.InvalidTopology, nimbus.Submitting, nimbus.NotSubmitted,
			notSubm + "Nimbus at ADDR refused: Field TOPOLOGY_WORKERS must be an Integer within type range." +
				"\n  correct \"topology.workers\" in the topology's configuration" + wholeJar},
		{"internal error", on("submitTopologyWithOpts", 1, nimbustest.Reply{Internal: true}), nimbus.Internal, nimbus.Submitting, nimbus.NotSubmitted,
			notSubm + `Nimbus at ADDR failed and says only "Internal error processing submitTopologyWithOpts"` +
				"\n  likely: this Nimbus is not the leader any more (only the leader does this): try again" +
				"\n  likely: the name has characters besides letters, digits, spaces, \"-\" and \"_\", or more than 220 bytes: it becomes part of a blob's key" +
				"\n  likely: topology.workers is null or has a decimal point, or the configuration is no JSON object" +
				"\n  likely: a component's configuration is no JSON object" +
				"\n  likely: the topology's storm_version is no version number" +
				"\n  likely: the uploaded jar has gone from Nimbus's inbox (nimbus.inbox.jar.expiration.secs), or its disk is full" +
				"\n  the reason is in nimbus.log on that host" + wholeJar},
		{"loses the lead", func(s *nimbustest.Server, c nimbustest.Call) nimbustest.Reply {
			if c.Method == "beginFileUpload" {
				s.Follow("127.0.0.1", 1)
			}
			return nimbustest.Reply{}
		}, nimbus.NotLeader, nimbus.Uploading, nimbus.NotSubmitted,
			notSubm + `Nimbus at ADDR failed ("Internal error processing beginFileUpload") because it is not the leader: that is 127.0.0.1:1 now` +
				"\n  try again: the leader is looked up anew"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var server *nimbustest.Server
			server = nimbustest.New(t, nimbustest.Options{OnCall: func(call nimbustest.Call) nimbustest.Reply { return c.onCall(server, call) }})
			config := noRetry(server.Addr())
			config.CallTimeout = 2 * time.Second
			client := connect(t, config)
			_, err := client.Submit(t.Context(), request(t, 1_000_000))
			var failed *nimbus.SubmitError
			if !errors.As(err, &failed) {
				t.Fatalf("error is %v", err)
			}
			if failed.Stage != c.stage || failed.Outcome != c.outcome {
				t.Errorf("stage %d, outcome %d", failed.Stage, failed.Outcome)
			}
			names := []string{server.Addr(), "ADDR"}
			if failed.Inbox != "" {
				names = append(names, failed.Inbox, "INBOX")
			}
			mustFail(t, err, c.kind, c.want, names...)
		})
	}
}

// TestSubmitWhoseAnswerIsLost finds the topology, once it is there.
func TestSubmitWhoseAnswerIsLost(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
		return nimbustest.Reply{Drop: c.Method == "submitTopologyWithOpts"}
	}})
	client := connect(t, noRetry(server.Addr()))
	result, err := client.Submit(t.Context(), request(t, 1000))
	if err != nil {
		t.Fatal(err)
	}
	if !result.AnswerLost || result.ID != server.Topology("life").ID {
		t.Errorf("%+v", result)
	}
}

// TestSubmitToKilledNimbus kills Nimbus while it has the jar, and the topology.
func TestSubmitToKilledNimbus(t *testing.T) {
	for _, method := range []string{"uploadChunk", "submitTopologyWithOpts"} {
		t.Run(method, func(t *testing.T) {
			arrived := make(chan struct{})
			server := nimbustest.New(t, nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
				if c.Method == method {
					close(arrived)
					return nimbustest.Reply{Hang: true}
				}
				return nimbustest.Reply{}
			}})
			client := connect(t, noRetry(server.Addr()))
			stopped := make(chan struct{})
			go func() {
				<-arrived
				server.Stop()
				close(stopped)
			}()
			_, err := client.Submit(t.Context(), request(t, 1000))
			<-stopped
			var failed *nimbus.SubmitError
			if !errors.As(err, &failed) || failed.Inbox == "" || nimbus.KindOf(err) != nimbus.Disconnected {
				t.Fatalf("%v", err)
			}
			want := nimbus.NotSubmitted
			if method == "submitTopologyWithOpts" {
				want = nimbus.Unknown
				if !strings.Contains(err.Error(), `whether topology "life" runs is unknown`) || !strings.Contains(err.Error(), "(asking it failed: nothing listens at "+server.Addr()) {
					t.Error(err)
				}
			}
			if failed.Outcome != want {
				t.Errorf("outcome %d: %v", failed.Outcome, err)
			}
		})
	}
}

// TestSubmitCancelled is Ctrl-C while Nimbus does not answer.
func TestSubmitCancelled(t *testing.T) {
	for _, method := range []string{"isTopologyNameAllowed", "uploadChunk", "submitTopologyWithOpts"} {
		t.Run(method, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			server := nimbustest.New(t, nimbustest.Options{OnCall: func(c nimbustest.Call) nimbustest.Reply {
				if c.Method == method {
					cancel()
					return nimbustest.Reply{Hang: true}
				}
				return nimbustest.Reply{}
			}})
			client := connect(t, noRetry(server.Addr()))
			began := time.Now()
			_, err := client.Submit(ctx, request(t, 1_000_000))
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s to stop", took)
			}
			var failed *nimbus.SubmitError
			if !errors.As(err, &failed) || !errors.Is(err, context.Canceled) || nimbus.KindOf(err) != nimbus.Canceled {
				t.Fatalf("%v", err)
			}
			want := map[string]nimbus.Outcome{"submitTopologyWithOpts": nimbus.NotFound}[method]
			if want == 0 {
				want = nimbus.NotSubmitted
			}
			if failed.Outcome != want || (failed.Inbox == "") != (method == "isTopologyNameAllowed") {
				t.Errorf("%+v", failed)
			}
			if method == "uploadChunk" && !strings.Contains(err.Error(), "an incomplete jar (0 of 1000000 bytes) is left on "+server.Addr()) {
				t.Error(err)
			}
		})
	}
}

// TestSlowNimbus holds that slowness within the timeout is no failure.
func TestSlowNimbus(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{OnCall: func(nimbustest.Call) nimbustest.Reply {
		return nimbustest.Reply{Delay: 30 * time.Millisecond}
	}})
	config := noRetry(server.Addr())
	config.CallTimeout = 10 * time.Second
	if _, err := connect(t, config).Submit(t.Context(), request(t, 1_000_000)); err != nil {
		t.Fatal(err)
	}
}

func TestJarThatShrinks(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	r := request(t, 1_000_000)
	r.Progress = func(sent, _ int64) {
		if sent == 0 {
			if err := os.Truncate(r.JarPath, 400_000); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := client.Submit(t.Context(), r)
	if err == nil || !strings.Contains(err.Error(), "it became shorter during the upload") || server.Topology("life") != nil {
		t.Errorf("%v", err)
	}
}

// TestMemoryOfLargeUpload bounds what a 200 MB jar takes, the fake's share included.
func TestMemoryOfLargeUpload(t *testing.T) {
	const size = 200 << 20
	path := filepath.Join(t.TempDir(), "large.jar")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	r := request(t, 1)
	r.JarPath = path
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var most uint64
	n := 0
	r.Progress = func(int64, int64) {
		if n++; n%20 == 0 {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if _, err := client.Submit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if u := server.Uploads()[0]; u.Size != size {
		t.Fatalf("%+v", u)
	}
	if n < 600 || most == 0 || most > before.HeapAlloc+32<<20 {
		t.Errorf("heap grew from %d to %d bytes over %d chunks", before.HeapAlloc, most, n)
	}
}

// BenchmarkUpload is to be held against BenchmarkBareUpload.
func BenchmarkUpload(b *testing.B) {
	server, client, r := benchmarkServer(b)
	for b.Loop() {
		if _, err := client.Submit(b.Context(), r); err != nil {
			b.Fatal(err)
		}
		server.Remove(r.Name)
	}
}

func BenchmarkBareUpload(b *testing.B) {
	server, _, r := benchmarkServer(b)
	calls := bareClient(b, server.Addr())
	buffer := make([]byte, 307200)
	for b.Loop() {
		f, err := os.Open(r.JarPath)
		if err != nil {
			b.Fatal(err)
		}
		location, err := calls.BeginFileUpload(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		for {
			n, err := io.ReadFull(f, buffer)
			if n > 0 {
				if err := calls.UploadChunk(b.Context(), location, buffer[:n]); err != nil {
					b.Fatal(err)
				}
			}
			if err != nil {
				break
			}
		}
		if err := calls.FinishFileUpload(b.Context(), location); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
