package stormclient_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormclient"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// An installed Storm counts if its major version fits.
func TestInstalledStorm(t *testing.T) {
	home := t.TempDir()
	write := func(names ...string) {
		for _, name := range names {
			path := filepath.Join(home, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	write("lib/storm-server-2.6.2.jar", "lib-worker/a.jar", "lib-worker/storm-client-2.6.2.jar")
	offline := stormclient.Options{Home: home, Maven: maven.Options{Cache: t.TempDir(), Offline: true}}
	got, err := stormclient.ClassPath(t.Context(), settings.Version{Major: 2, Minor: 8, Patch: -1}, offline)
	want := []string{filepath.Join(home, "lib-worker/a.jar"), filepath.Join(home, "lib-worker/storm-client-2.6.2.jar")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
	if got, err := stormclient.ClassPath(t.Context(), settings.Version{Major: 1, Minor: 2, Patch: -1}, offline); err == nil {
		t.Errorf("Storm 2.6 counts as Storm 1.2: %q", got)
	}
	write("old/lib/storm-core-1.2.4.jar")
	offline.Home = filepath.Join(home, "old")
	if got, err := stormclient.ClassPath(t.Context(), settings.Version{Major: 1, Minor: 1, Patch: -1}, offline); err != nil || len(got) != 1 {
		t.Errorf("got %q (%v), want Storm 1.2.4", got, err)
	}
}

// Without an installed Storm, Maven fetches the client, and later calls do not start it.
func TestClientFromMaven(t *testing.T) {
	stormtest.Require(t)
	t.Setenv("STORM_HOME", "")
	cache := t.TempDir()
	for _, offline := range []bool{false, true} {
		jars, err := stormclient.ClassPath(t.Context(), settings.Version{}, stormclient.Options{Maven: maven.Options{Cache: cache, Offline: offline}})
		if err != nil {
			t.Fatal(err)
		}
		for _, artifact := range []string{"storm-client-2.8.3", "slf4j-api-", "storm-shaded-deps-2.8.3"} {
			if !slices.ContainsFunc(jars, func(path string) bool { return strings.HasPrefix(filepath.Base(path), artifact) }) {
				t.Errorf("no %s in %q", artifact, jars)
			}
		}
	}
}

// Maven Central lacks an artifact that Storm 1 names. Only Storm's UI needs it.
func TestOldClientFromMaven(t *testing.T) {
	stormtest.Require(t)
	t.Setenv("STORM_HOME", "")
	jars, err := stormclient.ClassPath(t.Context(), settings.Version{Major: 1, Minor: 2, Patch: -1}, stormclient.Options{Maven: maven.Options{Cache: t.TempDir()}})
	if err != nil || !slices.ContainsFunc(jars, func(path string) bool { return filepath.Base(path) == "storm-core-1.2.4.jar" }) {
		t.Errorf("got %q (%v)", jars, err)
	}
}
