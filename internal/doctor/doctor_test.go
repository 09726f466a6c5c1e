package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/doctor"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/nimbus/nimbustest"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/storm"
)

// write returns findings as lines "name level: text (fix)".
func write(findings []doctor.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s: %s", f.Name, f.Level, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(&b, " (%s)", f.Fix)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func expect(t *testing.T, findings []doctor.Finding, want string) {
	t.Helper()
	if got := write(findings); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// programs makes the only programs on PATH: each prints a text.
func programs(t *testing.T, outputs map[string]string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the programs are scripts of sh")
	}
	dir := t.TempDir()
	for name, output := range outputs {
		script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", output)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	t.Setenv("JAVA_HOME", "")
}

func TestMachine(t *testing.T) {
	programs(t, map[string]string{
		"go": "go version go1.30.1 linux/amd64", "python": "Python 3.12.1", "node": "v22.1.0", "mvn": "Apache Maven 3.9.6 (abc)",
		"java": `openjdk version "21.0.2" 2024-01-16`,
	})
	findings := doctor.Run(t.Context(), doctor.Machine(doctor.Needs{}, t.TempDir()))
	expect(t, findings, `go ok: version 1.30.1
python ok: version 3.12.1
node ok: version 22.1.0
mvn ok: version 3.9.6
java ok: version 21
`)
	if doctor.Worst(findings) != doctor.OK {
		t.Errorf("the worst level is %s", doctor.Worst(findings))
	}
}

// What nobody needs is a warning. What a topology cannot be submitted without is a failure.
func TestMachineWithoutTools(t *testing.T) {
	programs(t, map[string]string{"python3": "Python 3.6.9", "java": `java version "1.8.0_392"`, "ruby": ""})
	findings := doctor.Run(t.Context(), doctor.Machine(doctor.Needs{}, t.TempDir()))
	java := filepath.Join(os.Getenv("PATH"), "java")
	python := filepath.Join(os.Getenv("PATH"), "python3")
	expect(t, findings, `go warning: not found; needed by components in Go (install Go 1.26 or later: https://go.dev/dl)
python warning: `+python+` is too old: version 3.6.9; needed by components in Python (install Python 3.9 or later: https://www.python.org/downloads)
node warning: not found; needed by components in JavaScript (install Node.js 20 or later: https://nodejs.org)
mvn warning: not found; needed by Maven coordinates and dev-cluster (install Maven 3.6 or later: https://maven.apache.org/download.cgi)
java warning: `+java+` is version 8: Storm 2.8 needs 17 (install Java 17 or later, or set JAVA_HOME)
`)
	if doctor.Worst(findings) != doctor.Warning {
		t.Errorf("the worst level is %s", doctor.Worst(findings))
	}
	programs(t, map[string]string{"ruby": ""})
	findings = doctor.Run(t.Context(), doctor.Machine(doctor.Needs{
		Go: []string{`bolt "a"`, `bolt "b"`, `bolt "c"`, `bolt "d"`, `bolt "e"`}, Python: []string{`bolt "p"`}, Java: []string{`bolt "j"`}, Maven: []string{"a coordinate"},
		Programs: map[string][]string{"ruby": {`bolt "r"`}, "perl": {`spout "s"`}},
	}, t.TempDir()))
	expect(t, findings, `go failure: not found; needed by bolt "a", bolt "b", bolt "c" and 2 more (install Go 1.26 or later: https://go.dev/dl)
python warning: not found; needed by bolt "p" (install Python 3.9 or later: https://www.python.org/downloads)
node warning: not found; needed by components in JavaScript (install Node.js 20 or later: https://nodejs.org)
mvn failure: not found; needed by a coordinate (install Maven 3.6 or later: https://maven.apache.org/download.cgi)
java warning: java is not installed, or not on PATH, and JAVA_HOME is not set; needed to run bolt "j" (install Java 17 or later, or set JAVA_HOME)
perl warning: not found; needed to run spout "s" (install perl, or change the command)
ruby ok: `+filepath.Join(os.Getenv("PATH"), "ruby")+`
`)
	if doctor.Worst(findings) != doctor.Failure {
		t.Errorf("the worst level is %s", doctor.Worst(findings))
	}
}

// The dev-cluster counts when there is one.
func TestDevCluster(t *testing.T) {
	programs(t, nil)
	dir := t.TempDir()
	write := func(processes string) {
		text := `{"version": "2.8.3", "ports": {"supervisors": [{}]}, "processes": {` + processes + `}}`
		if err := os.WriteFile(filepath.Join(dir, "cluster.json"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	last := func() doctor.Finding {
		findings := doctor.Run(t.Context(), doctor.Machine(doctor.Needs{}, dir))
		return findings[len(findings)-1]
	}
	write("")
	if f := last(); f.Level != doctor.OK || f.Text != "down" {
		t.Errorf("got %+v", f)
	}
	write(`"nimbus": {"pid": 1, "started": "long ago"}`)
	if f := last(); f.Level != doctor.Warning || f.Text != "nimbus ended by itself" {
		t.Errorf("got %+v", f)
	}
}

// logviewer starts a web server whose clock is ahead, and returns its port.
func logviewer(t *testing.T, ahead time.Duration) int {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().(*net.TCPAddr).Port
}

// port returns the configuration of a Nimbus whose logviewers listen to a port.
func port(port int) map[string]any { return map[string]any{"logviewer.port": port} }

func supervisor(slots, used int32) *storm.SupervisorSummary {
	return &storm.SupervisorSummary{Host: "127.0.0.1", NumWorkers: slots, NumUsedWorkers: used, SupervisorID: "s"}
}

func TestCluster(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().(*net.TCPAddr).Port
	closed.Close()
	for _, test := range []struct {
		name    string
		options nimbustest.Options
		storm   settings.Version
		want    string
	}{
		{
			"everything is fine",
			nimbustest.Options{Supervisors: []*storm.SupervisorSummary{supervisor(4, 1), supervisor(4, 4)}, Conf: port(logviewer(t, 0))},
			settings.Version{Major: 2, Minor: 8, Patch: -1},
			`nimbus ok: ADDRESS leads
version ok: Storm 2.8.3
login ok: none: everybody who reaches Nimbus may submit
supervisors ok: 2, with 3 of 8 slots free
buffer ok: Nimbus takes messages of 1024 KiB
logviewer ok: 1 of 1 hosts answer
clock ok: the clocks agree
`,
		},
		{
			"nothing is fine",
			nimbustest.Options{Supervisors: []*storm.SupervisorSummary{supervisor(4, 4)}, Conf: port(logviewer(t, time.Hour)), MaxBufferSize: 300 << 10},
			settings.Version{Major: 1, Minor: 2, Patch: -1},
			`nimbus ok: ADDRESS leads
version warning: Storm 2.8.3, but the topology is for 1.2 (change storm of the environment, or --storm-version)
login ok: none: everybody who reaches Nimbus may submit
supervisors warning: 1, and all of their 4 slots are in use (kill a topology, give topologies fewer workers, or add Supervisors)
buffer failure: Nimbus takes messages of 307200 bytes at most: the parts of a jar have 300 KiB (raise nimbus.thrift.max_buffer_size of Nimbus to 1048576 or more)
logviewer ok: 1 of 1 hosts answer
clock warning: the clock of LOGVIEWER is SKEW ahead of this machine's (set the clocks of both by NTP)
`,
		},
		{
			"no logviewer",
			nimbustest.Options{Supervisors: []*storm.SupervisorSummary{supervisor(4, 0)}, Conf: port(nobody), Version: "2.9.0-SNAPSHOT"},
			settings.Version{},
			`nimbus ok: ADDRESS leads
version ok: Storm 2.9.0-SNAPSHOT
login ok: none: everybody who reaches Nimbus may submit
supervisors ok: 1, with 4 of 4 slots free
buffer ok: Nimbus takes messages of 1024 KiB
logviewer warning: LOGVIEWER does not answer: no logs of its workers over HTTP (run "storm logviewer" on that host, or open its port)
`,
		},
		{
			"no Supervisor",
			nimbustest.Options{},
			settings.Version{},
			`nimbus ok: ADDRESS leads
version ok: Storm 2.8.3
login ok: none: everybody who reaches Nimbus may submit
supervisors failure: none has reported to Nimbus: topologies are accepted, but do not run (start a Supervisor)
buffer ok: Nimbus takes messages of 1024 KiB
`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := nimbustest.New(t, test.options)
			findings := doctor.Run(t.Context(), doctor.Cluster(config(t, server.Addr()), test.storm))
			for i, f := range findings {
				text := strings.ReplaceAll(f.Text, server.Addr(), "ADDRESS")
				text = strings.ReplaceAll(text, "127.0.0.1:"+fmt.Sprint(test.options.Conf["logviewer.port"]), "LOGVIEWER")
				for _, skew := range []string{"1h0m0s", "59m59s", "1h0m1s"} {
					text = strings.ReplaceAll(text, skew, "SKEW")
				}
				findings[i].Text = text
			}
			expect(t, findings, test.want)
		})
	}
}

func config(t *testing.T, address string) nimbus.Config {
	t.Helper()
	seed, err := nimbus.ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	return nimbus.Config{Seeds: []nimbus.Address{seed}}
}

// If nobody answers, only the first check says so.
func TestUnreachableCluster(t *testing.T) {
	server := nimbustest.New(t, nimbustest.Options{})
	address := server.Addr()
	server.Stop()
	expect(t, doctor.Run(t.Context(), doctor.Cluster(config(t, address), settings.Version{})),
		"nimbus failure: nothing listens at "+address+": connection refused (is Nimbus running, and is that its nimbus.thrift.port?)\n")
}

// A check that does not end is a failure, and does not keep the others.
func TestCheckWithoutEnd(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(errors.New("the test is over"))
	findings := doctor.Run(t.Context(), []doctor.Check{
		{Name: "hangs", Timeout: time.Millisecond, Run: func(context.Context) []doctor.Finding { <-ctx.Done(); return nil }},
		{Name: "answers", Run: func(context.Context) []doctor.Finding { return []doctor.Finding{{Level: doctor.OK, Text: "yes"}} }},
	})
	expect(t, findings, "hangs failure: no answer within 1ms (try again when the machine or the network is less busy)\nanswers ok: yes\n")
}
