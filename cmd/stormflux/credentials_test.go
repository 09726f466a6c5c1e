//go:build unix

package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// The classes of topology.auto-credentials run in the JVM of this machine, at the submission and for new credentials. Those of
// the command line win.
func TestAutoCredentials(t *testing.T) {
	stormtest.Require(t)
	client, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := stormtest.CompileJava(t.Context(), "credentials", os.DirFS(filepath.Join("testdata", "jvm")), "credentials", client)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "explicit.properties"), "shared=of the file\n")
	write(t, filepath.Join(dir, "storm.yaml"), "token.user: ann\n")
	topology := filepath.Join(dir, "topology.yaml")
	write(t, topology, `name: t
jar: `+writeJar(t, classes)+`
config: {topology.auto-credentials: [stormflux.cases.Token]}
spouts:
  numbers: {command: [seq, "10"], outputs: [number]}
bolts:
  print: {command: [cat], inputs: [numbers]}
`)
	server := nimbustest.New(t, nimbustest.Options{})
	stormflux := func(args ...string) (int, string) {
		t.Helper()
		var out bytes.Buffer
		code := run(t.Context(), append(args, "--nimbus", server.Addr()), strings.NewReader(""), &out, &out)
		if strings.Contains(out.String(), "token of") || strings.Contains(out.String(), "of the file") {
			t.Errorf("%s prints a credential:\n%s", args[0], &out)
		}
		return code, out.String()
	}
	if code, out := stormflux("submit", topology); code != exitEnvironment || len(server.Uploads()) > 0 ||
		!strings.Contains(out, "collecting the credentials of the topology: stormflux.cases.Token: java.lang.IllegalStateException: no token.user") {
		t.Errorf("without the setting, it exits with %d:\n%s", code, out)
	}
	explicit := filepath.Join(dir, "explicit.properties")
	if code, out := stormflux("submit", topology, "--storm-config", filepath.Join(dir, "storm.yaml"), "--credentials", explicit); code != exitFine {
		t.Fatalf("submit exits with %d:\n%s", code, out)
	}
	if got, want := server.Topology("t").Creds, map[string]string{"token": "token of ann", "shared": "of the file"}; !maps.Equal(got, want) {
		t.Errorf("submitted %v", got)
	}
	t.Setenv("STORM_EXT_CLASSPATH", classes)
	write(t, filepath.Join(dir, "storm.yaml"), "token.user: ben\n")
	if code, out := stormflux("upload-credentials", "t", "--storm-config", filepath.Join(dir, "storm.yaml")); code != exitFine || !strings.Contains(out, "uploaded shared, token") {
		t.Fatalf("upload-credentials exits with %d:\n%s", code, out)
	}
	if got, want := server.Topology("t").Creds, map[string]string{"token": "token of ben", "shared": "of the plugin"}; !maps.Equal(got, want) {
		t.Errorf("uploaded %v", got)
	}
}
