package nimbus_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/storm"
)

// withDependencies is a request with a jar of the topology's own, an artifact, and an artifact that the cluster has.
func withDependencies(t *testing.T, server *nimbustest.Server) nimbus.SubmitRequest {
	dir := t.TempDir()
	write := func(name string, size int) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.Repeat([]byte(name[:1]), size), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	server.AddBlob(nimbustest.Blob{Key: "dep-g-there-1.jar", Bytes: []byte("there")})
	r := request(t, 1000)
	r.Dependencies = []nimbus.Dependency{
		{Path: write("own jar.jar", 700_000)},
		{Path: write("new.jar", 10), Artifact: "g:new:1+2"},
		{Path: write("there.jar", 10), Artifact: "g:there:1"},
	}
	return r
}

var ownKey = regexp.MustCompile(`^dep-own_jar-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.jar$`)

func keys(server *nimbustest.Server) []string {
	var list []string
	for _, b := range server.Blobs() {
		list = append(list, ownKey.ReplaceAllString(b.Key, "OWN"))
	}
	return list
}

func TestSubmitDependencies(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	r := withDependencies(t, server)
	if _, err := client.Submit(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	top := server.Topology("life").Topology
	if len(top.DependencyJars) != 1 || !ownKey.MatchString(top.DependencyJars[0]) || !slices.Equal(top.DependencyArtifacts, []string{"dep-g-new-1_2.jar", "dep-g-there-1.jar"}) {
		t.Errorf("jars %q, artifacts %q", top.DependencyJars, top.DependencyArtifacts)
	}
	if r.Topology.DependencyJars != nil {
		t.Error("Submit changed the caller's topology")
	}
	if got := keys(server); !slices.Equal(got, []string{"dep-g-new-1_2.jar", "dep-g-there-1.jar", "OWN"}) {
		t.Errorf("blobs %q", got)
	}
	for _, b := range server.Blobs() {
		if b.Key == "dep-g-there-1.jar" {
			continue
		}
		if !b.InZooKeeper || len(b.ACL) != 2 || b.ACL[0].Type != storm.AccessControlType_USER || b.ACL[0].Access != 7 || b.ACL[1].Type != storm.AccessControlType_OTHER || b.ACL[1].Access != 1 {
			t.Errorf("blob %s, in ZooKeeper %v, access %v", b.Key, b.InZooKeeper, b.ACL)
		}
	}
	var out bytes.Buffer
	if err := client.ReadBlob(t.Context(), top.DependencyJars[0], &out); err != nil || !bytes.Equal(out.Bytes(), bytes.Repeat([]byte("o"), 700_000)) {
		t.Errorf("read %d bytes, %v", out.Len(), err)
	}
	calls := strings.Join(server.Calls(), " ")
	if before, _, _ := strings.Cut(calls, " beginFileUpload"); !strings.HasSuffix(before, "getBlobMeta beginCreateBlob uploadBlobChunk uploadBlobChunk uploadBlobChunk finishBlobUpload createStateInZookeeper"+
		" getBlobMeta beginCreateBlob uploadBlobChunk finishBlobUpload createStateInZookeeper getBlobMeta") {
		t.Errorf("calls %s", calls)
	}
	if server.BlobSessions() != 0 || server.Overlong() != 0 {
		t.Errorf("%d sessions, %d overlong", server.BlobSessions(), server.Overlong())
	}
}

// When the cluster refuses the topology, or something breaks before it has it, the topology's own jars go and the artifacts
// stay.
func TestSubmitDependenciesFails(t *testing.T) {
	artifacts := []string{"dep-g-new-1_2.jar", "dep-g-there-1.jar"}
	for name, c := range map[string]struct {
		call  string
		reply nimbustest.Reply
		want  []string
		left  bool
	}{
		"refused":               {"submitTopologyWithOpts", nimbustest.Reply{Error: &storm.InvalidTopologyException{Msg: "no"}}, artifacts, false},
		"upload fails":          {"uploadChunk", nimbustest.Reply{Internal: true}, artifacts, false},
		"connection breaks":     {"beginFileUpload", nimbustest.Reply{Close: true}, artifacts, false},
		"answer lost, gone":     {"submitTopologyWithOpts", nimbustest.Reply{Close: true}, append(slices.Clone(artifacts), "OWN"), false},
		"blob refused":          {"uploadBlobChunk", nimbustest.Reply{Error: &storm.AuthorizationException{Msg: "no"}}, artifacts[1:], false},
		"blob is already there": {"beginCreateBlob", nimbustest.Reply{Error: &storm.KeyAlreadyExistsException{Msg: "race"}}, artifacts[1:], false},
		"cannot be deleted":     {"deleteBlob submitTopologyWithOpts", nimbustest.Reply{Internal: true}, append(slices.Clone(artifacts), "OWN"), true},
	} {
		t.Run(name, func(t *testing.T) {
			server := nimbustest.New(t, nimbustest.Options{OnCall: func(call nimbustest.Call) nimbustest.Reply {
				if slices.Contains(strings.Fields(c.call), call.Method) {
					return c.reply
				}
				return nimbustest.Reply{}
			}})
			client := connect(t, noRetry(server.Addr()))
			client.SetLookUpTime(1)
			_, err := client.Submit(t.Context(), withDependencies(t, server))
			if err == nil {
				t.Fatal("it was submitted")
			}
			if got := keys(server); !slices.Equal(got, c.want) {
				t.Errorf("blobs %q, want %q", got, c.want)
			}
			var failed *nimbus.SubmitError
			if !errors.As(err, &failed) || (len(failed.Blobs) > 0) != c.left && name != "answer lost, gone" || c.left != strings.Contains(err.Error(), "\n  dependencies of it are left in the cluster's blobstore") && name != "answer lost, gone" {
				t.Errorf("error %v", err)
			}
			if n := server.BlobSessions(); n != 0 {
				t.Errorf("%d uploads are open", n)
			}
		})
	}
}

// A cancelled upload leaves no blob behind.
func TestSubmitDependenciesCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := nimbustest.New(t, nimbustest.Options{OnCall: func(call nimbustest.Call) nimbustest.Reply {
		if call.Method == "beginFileUpload" {
			cancel()
			return nimbustest.Reply{Hang: true}
		}
		return nimbustest.Reply{}
	}})
	client := connect(t, noRetry(server.Addr()))
	if _, err := client.Submit(ctx, withDependencies(t, server)); nimbus.KindOf(err) != nimbus.Canceled {
		t.Errorf("error %v", err)
	}
	if got := keys(server); !slices.Equal(got, []string{"dep-g-new-1_2.jar", "dep-g-there-1.jar"}) {
		t.Errorf("blobs %q", got)
	}
}

// A file that is missing is found before anything is sent.
func TestSubmitMissingDependency(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	r := request(t, 1000)
	r.Dependencies = []nimbus.Dependency{{Path: "none.jar"}}
	for name, try := range map[string]func() error{
		"Check":  func() error { return client.Check(t.Context(), r) },
		"Submit": func() error { _, err := client.Submit(t.Context(), r); return err },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), "reading none.jar: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls := server.Calls(); slices.Contains(calls, "beginFileUpload") || slices.Contains(calls, "getBlobMeta") {
		t.Errorf("calls %q", calls)
	}
}

func TestBlobs(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	client := connect(t, noRetry(server.Addr()))
	ctx := t.Context()
	if err := client.CreateBlob(ctx, "a", strings.NewReader("text"), 4); err != nil {
		t.Fatal(err)
	}
	if err := client.CreateBlob(ctx, "a", strings.NewReader("text"), 4); nimbus.KindOf(err) != nimbus.KeyExists {
		t.Errorf("error %v", err)
	}
	if err := client.CreateBlob(ctx, "short", strings.NewReader("text"), 5); err == nil || !strings.Contains(err.Error(), "reading blob short: it became shorter") {
		t.Errorf("error %v", err)
	}
	if has, err := client.HasBlob(ctx, "a"); !has || err != nil {
		t.Errorf("%v, %v", has, err)
	}
	if err := client.DeleteBlob(ctx, "a"); err != nil {
		t.Error(err)
	}
	if has, err := client.HasBlob(ctx, "a"); has || err != nil {
		t.Errorf("%v, %v", has, err)
	}
	if err := client.DeleteBlob(ctx, "a"); nimbus.KindOf(err) != nimbus.KeyNotFound {
		t.Errorf("error %v", err)
	}
	if err := client.ReadBlob(ctx, "a", &bytes.Buffer{}); nimbus.KindOf(err) != nimbus.KeyNotFound {
		t.Errorf("error %v", err)
	}
	if n := len(server.Blobs()) + server.BlobSessions(); n != 0 {
		t.Errorf("%d blobs and sessions", n)
	}
}
