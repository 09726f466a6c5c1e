package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	stormthrift "github.com/stormflux/stormflux/internal/storm"
)

// Against a cluster of dev-cluster, logs names what starts a logviewer there.
func TestLogsOfDevCluster(t *testing.T) {
	server, err := nimbustest.Start(nimbustest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	server.Add(nimbustest.Topology{Name: "words", ID: "words-1-1790000000", Info: func(info *stormthrift.TopologyInfo) {
		info.Executors = []*stormthrift.ExecutorSummary{{ComponentID: "split", ExecutorInfo: &stormthrift.ExecutorInfo{TaskStart: 1, TaskEnd: 1}, Host: "h", Port: 6700}}
	}})
	cache := t.TempDir()
	t.Setenv("STORMFLUX_CACHE", cache)
	for _, ui := range []bool{false, true} {
		state := fmt.Sprintf(`{"version": "2.8.3", "ports": {"nimbus": %d, "supervisors": [{"thrift": 1, "slots": [2]}]}, "ui": %t}`, server.Port(), ui)
		dir := filepath.Join(cache, "dev-cluster")
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "cluster.json"), []byte(state), 0o666); err != nil {
			t.Fatal(err)
		}
		var errs bytes.Buffer
		code := run(t.Context(), []string{"logs", "words", "--nimbus", server.Addr(), "--logviewer", "127.0.0.1:1"}, strings.NewReader(""), &errs, &errs)
		if got := strings.Contains(errs.String(), `"stormflux dev-cluster up --ui" starts a logviewer`); code != exitEnvironment || got == ui {
			t.Errorf("with UI %t: exit code %d\n%s", ui, code, &errs)
		}
	}
}
