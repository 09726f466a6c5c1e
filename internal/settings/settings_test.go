package settings_test

import (
	"archive/zip"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// TestDefaults holds the table against the defaults.yaml of Storm 2.8.3.
func TestDefaults(t *testing.T) {
	stormtest.Require(t)
	dir, err := stormtest.Jars(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := zip.OpenReader(filepath.Join(dir, "storm-client-"+stormtest.StormVersion+".jar"))
	if err != nil {
		t.Fatal(err)
	}
	defer jar.Close()
	file, err := jar.Open("defaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var theirs map[string]any
	if err := yaml.NewDecoder(file).Decode(&theirs); err != nil {
		t.Fatal(err)
	}
	for _, key := range settings.Keys() {
		ours := settings.Lookup(key).Default
		value, ok := theirs[key]
		if !ok {
			if ours != "" {
				t.Errorf("%s has the default %s, Storm has none", key, ours)
			}
			continue
		}
		want, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var a, b any
		if err := json.Unmarshal([]byte(ours), &a); err != nil {
			t.Errorf("the default of %s is %q: %v", key, ours, err)
			continue
		}
		if err := json.Unmarshal(want, &b); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("the default of %s is %s, Storm's is %s", key, ours, want)
		}
	}
}

func TestDefault(t *testing.T) {
	heap := settings.Default[float64]("topology.worker.max.heap.size.mb")
	seeds := settings.Default[[]string]("nimbus.seeds")
	if heap != 768 || !slices.Equal(seeds, []string{"localhost"}) {
		t.Errorf("%v %q", heap, seeds)
	}
	defaults := settings.ComponentDefaults()
	if got := defaults["topology.worker.max.heap.size.mb"]; got != "768.0" {
		t.Errorf("a component's default for the heap is %s", got)
	}
	if got, ok := defaults["ui.port"]; ok {
		t.Errorf("a component gets the daemons' %s", got)
	}
}

func TestKeptOnComponent(t *testing.T) {
	for key, want := range map[string]bool{
		"topology.debug": true, "topology.tick.tuple.freq.secs": true, "topology.workers": false, "topology.environment": false,
		"topology.kryo.register": false, "topology.component.resources.map": false, "ui.port": true,
	} {
		if got := settings.Lookup(key).KeptOnComponent(); got != want {
			t.Errorf("%s is kept on a component: %t", key, got)
		}
	}
}

// TestReleases holds the releases that have a key, and its checks in them.
func TestReleases(t *testing.T) {
	for _, c := range []struct {
		key, since, removed string
		daemon              bool
		checks              map[string]string // by release
	}{
		{key: "topology.workers", checks: map[string]string{"0.9.3": "int", "0.10.2": "int", "1.0": "int positive", "2.8": "int positive"}},
		{key: "topology.users", since: "0.10", checks: map[string]string{"0.9.7": "", "0.10": "strings", "2.1.1": "strings", "2.2": "string-or-strings"}},
		{key: "topology.receiver.buffer.size", removed: "0.10", checks: map[string]string{"0.9.7": "int", "0.10": "", "2.8": ""}},
		{key: "topology.eventlogger.rotation.size.mb", since: "2.8.5", checks: map[string]string{"2.8": "", "2.8.4": "", "2.8.8": "int positive"}},
		{key: "nimbus.childopts", daemon: true, checks: map[string]string{"1.2.4": "string-or-strings", "2.0": ""}}, // in DaemonConfig since 2.0
		{key: "nimbus.host", removed: "2.0", checks: map[string]string{"0.9.3": "string", "1.2.4": "string", "2.0": ""}},
		{key: "topology.oci.image", since: "2.3", checks: map[string]string{"2.8": ""}}, // not final, so Storm does not check it
		{key: "topology.python.path", checks: map[string]string{"2.8": ""}},
	} {
		s := settings.Lookup(c.key)
		if s == nil {
			t.Errorf("%s is unknown", c.key)
			continue
		}
		if s.Since != version(t, c.since) || s.Removed != version(t, c.removed) || s.Daemon != c.daemon {
			t.Errorf("%s: since %v, removed %v, daemon %t", c.key, s.Since, s.Removed, s.Daemon)
		}
		for release, want := range c.checks {
			if got := strings.Join(s.Checks(version(t, release)), " "); got != want {
				t.Errorf("%s in %s is checked with %q, want %q", c.key, release, got, want)
			}
		}
	}
}

// version returns the version of a text, the zero Version of "".
func version(t *testing.T, text string) settings.Version {
	t.Helper()
	if text == "" {
		return settings.Version{}
	}
	v, err := settings.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMultilangClasses(t *testing.T) {
	list := []any{"java.math.BigDecimal", map[string]any{"org.apache.storm.shade.net.minidev.json.JSONObject": "a.Serializer"}}
	for _, c := range []struct {
		version string
		given   any
		want    []string
	}{
		{"2.2", nil, nil},
		{"2.5", nil, []string{"org.apache.storm.shade.org.json.simple.JSONArray", "org.apache.storm.shade.org.json.simple.JSONObject"}},
		{"2.8", list, []string{"org.apache.storm.shade.net.minidev.json.JSONArray"}},
	} {
		v, err := settings.ParseVersion(c.version)
		if err != nil {
			t.Fatal(err)
		}
		if got := settings.MultilangClassesOf(v).Unregistered(c.given).Names(); !slices.Equal(got, c.want) {
			t.Errorf("Storm %s with %v: %q", c.version, c.given, got)
		}
	}
}
