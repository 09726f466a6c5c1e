// Package stormclient finds the jars that a client of Storm, or a worker, has on its class path.
//
// It owns where to look: the Storm in STORM_HOME, else Maven. It starts no JVM.
package stormclient

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/settings"
)

// Options says where to look.
type Options struct {
	// Home is the folder of an installed Storm; "" means $STORM_HOME. It counts only if its Storm has the wanted major
	// version.
	Home string
	// Maven says how to fetch the jars.
	Maven maven.Options
}

// ClassPath returns the jars of Storm's client for a release, in the order of a class path. The zero Version means the
// default. The error is one of [maven.Resolve]'s if there is neither an installed Storm nor an answer of Maven.
func ClassPath(ctx context.Context, storm settings.Version, opts Options) ([]string, error) {
	if storm.IsZero() {
		storm = settings.DefaultVersion()
	}
	if opts.Home == "" {
		opts.Home = os.Getenv("STORM_HOME")
	}
	if jars := installed(opts.Home, storm); jars != nil {
		return jars, nil
	}
	client := coordinate(storm)
	opts.Maven.WithStorm = true
	opts.Maven.Without = []string{"clojars"} // Storm's POM names this repository, which has nothing that the client needs
	found, err := maven.Resolve(ctx, []maven.Coordinate{client}, opts.Maven)
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", client, err)
	}
	var jars []string
	for _, f := range found.Parts[0] {
		jars = append(jars, f.Path)
	}
	return jars, nil
}

// External returns what the storm command adds to the class path of a client: the jars in extlib of an installed Storm, and the
// elements of STORM_EXT_CLASSPATH.
func External(opts Options) []string {
	if opts.Home == "" {
		opts.Home = os.Getenv("STORM_HOME")
	}
	var paths []string
	if opts.Home != "" {
		paths, _ = filepath.Glob(filepath.Join(opts.Home, "extlib", "*.jar")) // the pattern is correct
	}
	for _, element := range filepath.SplitList(os.Getenv("STORM_EXT_CLASSPATH")) {
		if element != "" {
			paths = append(paths, element)
		}
	}
	return paths
}

// installed returns the jars of the Storm in a folder, or nil if there is none of the same major version. Since 2.0 a
// worker's jars have a folder of their own.
func installed(home string, storm settings.Version) []string {
	if home == "" {
		return nil
	}
	for _, folder := range []string{"lib-worker", "lib"} {
		jars, err := filepath.Glob(filepath.Join(home, folder, "*.jar"))
		if err != nil {
			continue
		}
		for _, path := range jars {
			name := strings.TrimSuffix(filepath.Base(path), ".jar")
			for _, artifact := range []string{"storm-client-", "storm-core-"} {
				if text, ok := strings.CutPrefix(name, artifact); ok {
					if v, err := settings.ParseVersion(text); err == nil && v.Major == storm.Major && (v.Major > 0 || v.Minor == storm.Minor) {
						return jars
					}
				}
			}
		}
	}
	return nil
}

// coordinate returns the artifact with Storm's client. Before 2.0, one artifact had everything.
func coordinate(storm settings.Version) maven.Coordinate {
	artifact := "storm-client"
	if storm.Major < 2 {
		artifact = "storm-core"
	}
	c := maven.Coordinate{Group: "org.apache.storm", Artifact: artifact, Version: release(storm)}
	if storm.Major == 1 { // only Storm's UI needs it, and Maven Central does not have it
		c.Exclusions = append(c.Exclusions, maven.Exclusion{Group: "ring-cors", Artifact: "ring-cors"})
	}
	return c
}

// release returns the release of a version that names no patch: the newest one of which Maven Central has all parts.
func release(v settings.Version) string {
	if v.Patch >= 0 {
		return v.String()
	}
	newest := map[string]string{
		"0.9": "0.9.7", "0.10": "0.10.2", "1.0": "1.0.6", "1.1": "1.1.3", "1.2": "1.2.4", "2.1": "2.1.1", "2.2": "2.2.1",
		"2.6": "2.6.4", "2.7": "2.7.1", "2.8": "2.8.3",
	}
	if r := newest[v.String()]; r != "" {
		return r
	}
	return v.String() + ".0"
}
