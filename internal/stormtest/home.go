package stormtest

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

//go:embed home
var homeFiles embed.FS

// ports are the ports of one cluster, all different.
type ports struct {
	zookeeper   int
	nimbus      int
	logviewer   int
	ui          int
	supervisors []supervisorPorts
}

type supervisorPorts struct {
	thrift int
	slots  []int
}

// choosePorts returns ports that are free now. They are below the range from which systems assign ports, so neither
// another program's ":0" nor an outgoing connection takes one before its daemon does.
func choosePorts(supervisors, slots int) (ports, error) {
	taken := map[int]bool{}
	var failed error
	next := func() int {
		for range 1000 {
			port := 10240 + rand.IntN(32000-10240)
			if taken[port] {
				continue
			}
			// Storm's daemons bind all interfaces, so the port must be free on all.
			listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
			if err != nil {
				failed = err
				continue
			}
			listener.Close()
			taken[port] = true
			return port
		}
		return 0
	}
	p := ports{zookeeper: next(), nimbus: next(), logviewer: next(), ui: next()}
	for range supervisors {
		s := supervisorPorts{thrift: next()}
		for range slots {
			s.slots = append(s.slots, next())
		}
		p.supervisors = append(p.supervisors, s)
	}
	if len(taken) != 4+supervisors*(1+slots) {
		return ports{}, fmt.Errorf("finding free ports: %w", failed)
	}
	return p, nil
}

// daemonFlags keep a JVM small and quick to start; its peak speed is lower.
var daemonFlags = []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"}

// stormYAML is the configuration of all daemons, workers and clients; more overrides these values.
func stormYAML(home string, p ports, more map[string]any) ([]byte, error) {
	conf := map[string]any{
		"storm.zookeeper.servers": []string{"127.0.0.1"},
		"storm.zookeeper.port":    p.zookeeper,
		"nimbus.seeds":            []string{"127.0.0.1"},
		"nimbus.thrift.port":      p.nimbus,
		"logviewer.port":          p.logviewer,
		"ui.port":                 p.ui,
		"storm.local.dir":         filepath.Join(home, "local"),
		"storm.local.hostname":    "127.0.0.1",
		"worker.childopts":        strings.Join(append([]string{"-Xmx128m"}, daemonFlags...), " "),

		// By default Storm checks its work every few seconds, and statistics come once a minute. A test would wait for
		// each.
		"nimbus.monitor.freq.secs":            1,
		"supervisor.monitor.frequency.secs":   1,
		"supervisor.heartbeat.frequency.secs": 1,
		"executor.metrics.frequency.secs":     2,
		"task.heartbeat.frequency.secs":       1,

		// A machine that is busy with other tests is slow, not dead.
		"nimbus.supervisor.timeout.secs":       180,
		"nimbus.task.timeout.secs":             120,
		"supervisor.worker.timeout.secs":       120,
		"supervisor.worker.start.timeout.secs": 240,
		"nimbus.task.launch.secs":              240,
	}
	if len(p.supervisors) > 0 {
		conf["supervisor.thrift.port"] = p.supervisors[0].thrift
		conf["supervisor.slots.ports"] = p.supervisors[0].slots
	}
	maps.Copy(conf, more)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		value, err := json.Marshal(conf[key]) // JSON is YAML
		if err != nil {
			return nil, fmt.Errorf("writing %s into storm.yaml: %w", key, err)
		}
		fmt.Fprintf(&text, "%s: %s\n", key, value)
	}
	return []byte(text.String()), nil
}

// makeHome fills STORM_HOME.
func makeHome(ctx context.Context, home string, yaml []byte, p ports) error {
	for _, dir := range []string{"bin", "conf", "extlib", "extlib-daemon", "local", "logs", "log4j2", "zookeeper"} {
		if err := os.MkdirAll(filepath.Join(home, dir), 0o755); err != nil {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	for dir, set := range map[string]JarSet{"lib": DaemonJars, "lib-worker": WorkerJars} {
		jars, err := Jars(ctx, set)
		if err != nil {
			return err
		}
		if err := os.Symlink(jars, filepath.Join(home, dir)); err != nil {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	files := map[string][]byte{
		"conf/storm.yaml": yaml,
		"conf/zoo.cfg": fmt.Appendf(nil, "tickTime=1000\ndataDir=%s\nclientPort=%d\nclientPortAddress=127.0.0.1\n"+
			"maxClientCnxns=0\nadmin.enableServer=false\n", filepath.Join(home, "zookeeper"), p.zookeeper),
	}
	for _, name := range []string{"cluster.xml", "worker.xml"} {
		text, err := homeFiles.ReadFile("home/log4j2/" + name)
		if err != nil {
			panic(err)
		}
		files["log4j2/"+name] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(home, name), text, 0o644); err != nil {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	return nil
}

func joinClasspath(entries ...string) string {
	return strings.Join(entries, string(os.PathListSeparator))
}
