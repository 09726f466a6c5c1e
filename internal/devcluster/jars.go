package devcluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/stormflux/stormflux/internal/cachedir"
	"github.com/stormflux/stormflux/internal/maven"
)

// DefaultVersion is the release of Storm that a cluster runs by default: the newest one that is complete on Maven Central.
const DefaultVersion = "2.8.3"

// Library is a folder of jars below STORM_HOME.
type Library string

// The libraries of a cluster.
const (
	DaemonLibrary    Library = "lib"           // Nimbus, Supervisor and the commands of the storm client
	WorkerLibrary    Library = "lib-worker"    // what a worker and a submitting client have
	ZooKeeperLibrary Library = "lib-zookeeper" // a standalone ZooKeeper server
	// WebappLibrary is the UI and the logviewer, together with DaemonLibrary. Nobody publishes them as a jar, so they are
	// compiled from the sources of Storm's release, which are on Maven Central (38 MB). This needs javac.
	WebappLibrary Library = "lib-webapp"
)

// coordinates returns the artifacts of a library. Their dependencies belong to it too.
func (l Library) coordinates(version string) []maven.Coordinate {
	switch storm := "org.apache.storm"; l {
	case DaemonLibrary:
		without := []maven.Exclusion{
			{Group: "org.clojars.bipinprasad", Artifact: "*"}, // not on Maven Central; only an unusual scheduler needs it
			{Group: "com.twitter", Artifact: "carbonite"},     // neither; only Clojure components need it
			{Group: "org.slf4j", Artifact: "slf4j-reload4j"},  // a second binding of the logging
			{Group: "org.slf4j", Artifact: "slf4j-log4j12"},
		}
		return []maven.Coordinate{
			{Group: storm, Artifact: "storm-server", Version: version, Exclusions: without},
			{Group: storm, Artifact: "storm-core", Version: version, Exclusions: without},
		}
	case WorkerLibrary:
		return []maven.Coordinate{{Group: storm, Artifact: "storm-client", Version: version}}
	case ZooKeeperLibrary: // one that serves the clients of all releases; it dies with NoClassDefFoundError without the last two
		return []maven.Coordinate{
			{Group: "org.apache.zookeeper", Artifact: "zookeeper", Version: "3.9.3"},
			{Group: "io.dropwizard.metrics", Artifact: "metrics-core", Version: "4.2.37"},
			{Group: "org.xerial.snappy", Artifact: "snappy-java", Version: "1.1.10.7"},
		}
	case WebappLibrary: // what storm-webapp 2.8.3 adds to the daemons' jars
		return []maven.Coordinate{
			{Group: "io.dropwizard", Artifact: "dropwizard-core", Version: "5.0.0", Exclusions: []maven.Exclusion{{Group: "ch.qos.logback", Artifact: "*"}}},
			{Group: "com.j2html", Artifact: "j2html", Version: "1.6.0"},
			{Group: "org.eclipse.jetty.ee10", Artifact: "jetty-ee10-servlet", Version: "12.1.1"},
			{Group: "org.eclipse.jetty.ee10", Artifact: "jetty-ee10-servlets", Version: "12.1.1"},
			{Group: "org.glassfish.jersey.containers", Artifact: "jersey-container-grizzly2-http", Version: "3.1.11"},
			{Group: "org.glassfish.jersey.containers", Artifact: "jersey-container-grizzly2-servlet", Version: "3.1.11"},
			{Group: "org.glassfish.jersey.inject", Artifact: "jersey-hk2", Version: "3.1.11"},
			{Group: "jakarta.ws.rs", Artifact: "jakarta.ws.rs-api", Version: "3.1.0"},
			{Group: "net.minidev", Artifact: "json-smart", Version: "2.5.2"},
		}
	}
	panic(fmt.Sprintf("devcluster: %q is no library", l))
}

// Jars returns a folder with only the jars of a library. The first call on a machine fetches them with Maven, which takes
// some seconds; later calls, also by other processes, find them in [cachedir.Path]. The folder is shared: do not write to
// it. The error is one of [maven.Resolve]'s if Maven has no answer.
func Jars(ctx context.Context, library Library, version string, opts maven.Options) (string, error) {
	coordinates := library.coordinates(version)
	opts.WithStorm = true
	opts.Without = []string{"clojars"} // Storm's POMs name this repository, which has nothing that a cluster needs
	return cachedir.Folder(ctx, "storm-"+version, string(library), [][]byte{fmt.Append(nil, coordinates)}, func(dir string) error {
		if err := fetch(ctx, version, coordinates, opts, dir); err != nil {
			return err
		}
		if library == WebappLibrary {
			return compileWebapp(ctx, version, opts, dir)
		}
		return nil
	})
}

// fetch puts the files of coordinates into a folder.
func fetch(ctx context.Context, version string, coordinates []maven.Coordinate, opts maven.Options, dir string) error {
	found, err := maven.Resolve(ctx, coordinates, opts)
	if missing := (*maven.MissingError)(nil); errors.As(err, &missing) {
		return fmt.Errorf("fetching Storm %s needs Maven 3.6 or later, but %q is not on the PATH", version, missing.Program)
	}
	if unreachable := (*maven.UnreachableError)(nil); errors.As(err, &unreachable) {
		return fmt.Errorf("fetching Storm %s: %w; check the network, and the proxy and mirrors in Maven's settings.xml", version, err)
	}
	if err != nil {
		return fmt.Errorf("fetching Storm %s from Maven Central: %w", version, err)
	}
	for _, part := range found.Parts {
		for _, f := range part {
			if err := place(f.Path, filepath.Join(dir, filepath.Base(f.Path))); err != nil {
				return fmt.Errorf("fetching Storm %s: %w", version, err)
			}
		}
	}
	return nil
}

// place makes a file appear at a second place, where it stays when the first one is deleted.
func place(from, to string) error {
	if err := os.Link(from, to); err == nil {
		return nil
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	copied, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, source)
	return errors.Join(err, copied.Close())
}
