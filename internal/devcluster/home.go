package devcluster

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed log4j2
var log4j2 embed.FS

// flight is what worker.profiler.command names. Storm's own script is only in its distribution, and a Supervisor dies of a
// request if there is none.
//
//go:embed flight.sh
var flight string

// javaFlags keep a JVM small and quick to start; its peak speed is lower.
var javaFlags = []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"}

// JavaFlags returns flags of java that keep a JVM small and quick to start; its peak speed is lower.
func JavaFlags() []string { return slices.Clone(javaFlags) }

// profiler is the script in bin that a Supervisor runs. The name is Storm's, so that a Supervisor with other settings finds it.
const profiler = "flight.bash"

// Home is the folder STORM_HOME of a cluster.
type Home struct {
	Dir   string // an absolute path
	Ports Ports
	Conf  map[string]any // more entries of storm.yaml, or other values for existing entries
}

// ConfDir is the folder of storm.yaml, for STORM_CONF_DIR.
func (h Home) ConfDir() string { return filepath.Join(h.Dir, "conf") }

// StormYAML is the path of the storm.yaml that daemons and workers use and clients may use too.
func (h Home) StormYAML() string { return filepath.Join(h.ConfDir(), "storm.yaml") }

// LogDir is the folder of all logs: <daemon>.log, and workers-artifacts/<topology id>/<port>/worker.log and its companions.
func (h Home) LogDir() string { return filepath.Join(h.Dir, "logs") }

// settings returns the entries of storm.yaml.
func (h Home) settings() map[string]any {
	conf := map[string]any{
		"storm.zookeeper.servers": []string{"127.0.0.1"},
		"storm.zookeeper.port":    h.Ports.ZooKeeper,
		"nimbus.seeds":            []string{"127.0.0.1"},
		"nimbus.thrift.port":      h.Ports.Nimbus,
		"ui.port":                 h.Ports.UI,
		"logviewer.port":          h.Ports.Logviewer,
		"storm.local.dir":         filepath.Join(h.Dir, "local"),
		"storm.local.hostname":    "127.0.0.1",
		"worker.childopts":        strings.Join(append([]string{"-Xmx128m"}, javaFlags...), " "),

		// Storm's default flags for workers with a profiler are for Oracle's Java 8.
		"worker.profiler.enabled":   true,
		"worker.profiler.command":   profiler,
		"worker.profiler.childopts": "",

		// By default Storm checks its work every few seconds, and statistics come once a minute. Someone would wait for
		// each.
		"nimbus.monitor.freq.secs":            1,
		"supervisor.monitor.frequency.secs":   1,
		"supervisor.heartbeat.frequency.secs": 1,
		"executor.metrics.frequency.secs":     2,
		"task.heartbeat.frequency.secs":       1,

		// A machine that is busy with other work is slow, not dead.
		"nimbus.supervisor.timeout.secs":       180,
		"nimbus.task.timeout.secs":             120,
		"supervisor.worker.timeout.secs":       120,
		"supervisor.worker.start.timeout.secs": 240,
		"nimbus.task.launch.secs":              240,
	}
	if len(h.Ports.Supervisors) > 0 {
		conf["supervisor.thrift.port"] = h.Ports.Supervisors[0].Thrift
		conf["supervisor.slots.ports"] = h.Ports.Supervisors[0].Slots
	}
	maps.Copy(conf, h.Conf)
	return conf
}

// stormYAML returns the text of storm.yaml.
func (h Home) stormYAML() ([]byte, error) {
	conf := h.settings()
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

// Write makes the folder, or brings it up to date. Libraries are the folders that become the folders of jars below it.
func (h Home) Write(libraries map[Library]string) error {
	for _, dir := range []string{"bin", "conf", "extlib", "extlib-daemon", "local", "logs", "log4j2", "zookeeper"} {
		if err := os.MkdirAll(filepath.Join(h.Dir, dir), 0o755); err != nil {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	for library, jars := range libraries {
		if err := h.Link(library, jars); err != nil {
			return err
		}
	}
	yaml, err := h.stormYAML()
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"conf/storm.yaml": yaml,
		"conf/zoo.cfg": fmt.Appendf(nil, "tickTime=1000\ndataDir=%s\nclientPort=%d\nclientPortAddress=127.0.0.1\n"+
			"maxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=dump\n", filepath.Join(h.Dir, "zookeeper"), h.Ports.ZooKeeper),
	}
	for _, name := range []string{"log4j2/cluster.xml", "log4j2/worker.xml"} {
		text, err := log4j2.ReadFile(name)
		if err != nil {
			panic(err)
		}
		files[name] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(h.Dir, name), text, 0o644); err != nil {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	script := filepath.Join(h.Dir, "bin", profiler)
	if err := cmp.Or(os.WriteFile(script, []byte(flight), 0o755), os.Chmod(script, 0o755)); err != nil {
		return fmt.Errorf("making STORM_HOME: %w", err)
	}
	return nil
}

// Link makes a folder of [Jars] the folder of a library, in place of another one. The pages of the UI come with its library.
func (h Home) Link(library Library, jars string) error {
	links := map[string]string{string(library): jars}
	if library == WebappLibrary {
		links["public"] = filepath.Join(jars, "public")
	}
	for name, to := range links {
		link := filepath.Join(h.Dir, name)
		if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
		if err := os.Symlink(to, link); err != nil {
			return fmt.Errorf("making STORM_HOME: %w", err)
		}
	}
	return nil
}
