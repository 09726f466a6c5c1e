package stormtest

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/cachedir"
	"github.com/stormflux/stormflux/internal/devcluster"
	"github.com/stormflux/stormflux/internal/maven"
)

// StormVersion is the release that everything here runs: the newest one that is complete on Maven Central.
const StormVersion = devcluster.DefaultVersion

// JarSet names a folder of jars from Maven Central. One of our POMs in maven/ lists its content.
type JarSet uint8

// The sets of jars. The zero value is invalid.
const (
	DaemonJars       JarSet = iota + 1 // Nimbus, Supervisor and the commands of the storm client (STORM_HOME/lib)
	WorkerJars                         // what a worker and a submitting client have (STORM_HOME/lib-worker)
	ZooKeeperJars                      // a standalone ZooKeeper server
	FluxJars                           // flux-core, flux-wrappers and SnakeYAML; used together with WorkerJars
	ClojureJars                        // storm-clojure and Clojure, without carbonite; used together with WorkerJars
	Storm1Jars                         // Storm 1.2.4 with what its Clojure DSL needs
	Backtype010Jars                    // Storm 0.10.2 with what its Clojure DSL needs
	Backtype09Jars                     // Storm 0.9.7 with what its Clojure DSL needs
	MultilangJars                      // Storm's multilang adapters for Python and Node, scripts below resources/
	KafkaJars                          // a Kafka broker and its clients
	MongoDBJars                        // a server in memory that speaks the protocol of MongoDB
	RedisLibraryJars                   // storm-redis with its dependencies, without Storm
	KafkaLibraryJars                   // storm-kafka-client with its dependencies, without Storm
	ComponentJars                      // Storm's libraries of spouts and bolts for other systems; used together with WorkerJars
)

//go:embed maven/*.xml
var poms embed.FS

// name is the file name of the set's POM without its extension.
func (s JarSet) name() string {
	switch s {
	case FluxJars:
		return "flux"
	case ClojureJars:
		return "clojure"
	case MultilangJars:
		return "multilang"
	case Storm1Jars:
		return "storm-1"
	case KafkaJars:
		return "kafka"
	case MongoDBJars:
		return "mongodb"
	case RedisLibraryJars:
		return "library-redis"
	case ComponentJars:
		return "components"
	case KafkaLibraryJars:
		return "library-kafka"
	case Backtype010Jars:
		return "backtype-0.10"
	case Backtype09Jars:
		return "backtype-0.9"
	}
	panic(fmt.Sprintf("stormtest: invalid jar set %d", s))
}

// goal is the Maven goal for the set. Flux's and Clojure's dependencies cannot be resolved (a POM is missing
// on Maven Central), so their jars are listed one by one and copied alone.
func (s JarSet) goal() string {
	switch s {
	case FluxJars, ClojureJars, MultilangJars, ComponentJars, Storm1Jars, Backtype010Jars, Backtype09Jars:
		return goalCopy
	}
	return dependencyPlugin + "copy-dependencies"
}

// goalCopy is the goal that copies the jars that a POM lists one by one, without their dependencies.
const (
	dependencyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:2.10:"
	goalCopy         = dependencyPlugin + "copy"
)

// Jars returns the folder with only the jars of a set. The first call on a machine fetches them with
// Maven, which takes some seconds; later calls, also by other processes, find them in [cachedir.Path].
// The folder is shared: do not write to it.
func Jars(ctx context.Context, set JarSet) (string, error) {
	if library := set.library(); library != "" {
		return libraryJars(ctx, library)
	}
	pom, err := poms.ReadFile("maven/" + set.name() + ".xml")
	if err != nil {
		panic(err)
	}
	return cached(ctx, set.name(), [][]byte{pom, []byte(set.goal())}, func(dir string) error {
		return copyJars(ctx, set.name(), set.goal(), pom, dir)
	})
}

// Classpath returns a Java classpath of the given sets, in their order.
func Classpath(ctx context.Context, sets ...JarSet) (string, error) {
	var path []string
	for _, set := range sets {
		dir, err := Jars(ctx, set)
		if err != nil {
			return "", err
		}
		path = append(path, filepath.Join(dir, "*"))
	}
	return joinClasspath(path...), nil
}

// library returns the library of a cluster that a set is, or "".
func (s JarSet) library() devcluster.Library {
	switch s {
	case DaemonJars:
		return devcluster.DaemonLibrary
	case WorkerJars:
		return devcluster.WorkerLibrary
	case ZooKeeperJars:
		return devcluster.ZooKeeperLibrary
	}
	return ""
}

// libraryJars returns the jars of a library of a cluster. Maven does not always survive an unstable network.
func libraryJars(ctx context.Context, library devcluster.Library) (string, error) {
	const attempts = 4
	for attempt := 1; ; attempt++ {
		dir, err := devcluster.Jars(ctx, library, StormVersion, maven.Options{Args: mavenArgs()})
		if unreachable := (*maven.UnreachableError)(nil); !errors.As(err, &unreachable) || attempt == attempts {
			return dir, err
		}
		if err := wait(ctx, time.Duration(attempt)*2*time.Second); err != nil {
			return "", err
		}
	}
}

// cached returns a folder of this package's part of the cache. See [cachedir.Folder].
func cached(ctx context.Context, name string, parts [][]byte, fill func(dir string) error) (string, error) {
	return cachedir.Folder(ctx, "storm-"+StormVersion, name, parts, fill)
}

// copyJars makes Maven put the jars that a POM lists into dir.
func copyJars(ctx context.Context, name, goal string, pom []byte, dir string) error {
	if err := runMaven(ctx, name, goal, pom, dir); err != nil {
		return err
	}
	jars, err := fs.Glob(os.DirFS(dir), "*.jar")
	if err != nil || len(jars) == 0 {
		return fmt.Errorf("fetching the %s jars with Maven: it succeeded but left no jar", name)
	}
	return nil
}

// runMaven runs a goal of Maven that puts files into dir. Maven does not always survive an unstable network, and remembers a
// failure unless -U makes it look again.
func runMaven(ctx context.Context, name, goal string, pom []byte, dir string) error {
	project, err := os.MkdirTemp("", "stormflux-maven-")
	if err != nil {
		return fmt.Errorf("making a folder for Maven: %w", err)
	}
	defer os.RemoveAll(project)
	file := filepath.Join(project, "pom.xml")
	if err := os.WriteFile(file, pom, 0o644); err != nil {
		return fmt.Errorf("writing a POM: %w", err)
	}
	const attempts = 4
	for attempt := 1; ; attempt++ {
		args := []string{"-q", "-B", "-f", file, goal,
			"-DoutputDirectory=" + dir, "-DincludeScope=runtime",
			"-Dmaven.wagon.http.retryHandler.count=3"}
		if attempt > 1 {
			args = append(args, "-U")
		}
		args = append(args, mavenArgs()...)
		cmd := exec.CommandContext(ctx, "mvn", args...)
		cmd.WaitDelay = 10 * time.Second
		out, err := cmd.CombinedOutput()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil || attempt == attempts || errors.Is(err, exec.ErrNotFound) {
			return fmt.Errorf("fetching the %s jars with Maven: %w\n%s", name, err, lastLines(out, 12))
		}
		if err := wait(ctx, time.Duration(attempt)*2*time.Second); err != nil {
			return err
		}
	}
}

// mavenArgs returns Maven's arguments for the local repository that a test of this package asks for.
func mavenArgs() []string {
	if repo := os.Getenv("STORMFLUX_MAVEN_REPO"); repo != "" {
		return []string{"-Dmaven.repo.local=" + repo}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lastLines returns the last n lines of text.
func lastLines(text []byte, n int) []byte {
	text = bytes.TrimRight(text, "\n")
	at := len(text)
	for ; n > 0 && at >= 0; n-- {
		at = bytes.LastIndexByte(text[:at], '\n')
	}
	return text[at+1:]
}

func joinClasspath(entries ...string) string {
	return strings.Join(entries, string(os.PathListSeparator))
}
