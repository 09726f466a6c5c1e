// Package maven finds the files of Maven coordinates, with the files that they depend on.
//
// It owns coordinates, the call of Maven's command mvn, which does the work, and a cache of its answers: with a cached
// answer no process starts and no network is needed. The files stay in Maven's local repository. It reads no POM and knows
// no repository: the user's settings.xml says where artifacts come from.
//
// What every Storm worker has already is left out: Storm itself, and the logging that it brings.
package maven

import (
	"fmt"
	"slices"
	"strings"
)

// Coordinate names an artifact, and what of its dependencies is not wanted.
type Coordinate struct {
	Group, Artifact string
	Extension       string // "" means jar
	Classifier      string // often ""
	Version         string
	Exclusions      []Exclusion
}

// Exclusion names artifacts that do not come along as dependencies. The artifact may be "*".
type Exclusion struct{ Group, Artifact string }

// IsCoordinate reports whether a text has the form of a coordinate, and so is no path: three to five words with colons
// between them, without slashes and spaces.
func IsCoordinate(text string) bool {
	main, _, _ := strings.Cut(text, "^")
	words := strings.Split(main, ":")
	return len(words) >= 3 && len(words) <= 5 && !slices.ContainsFunc(words, func(w string) bool { return w == "" || strings.Trim(w, letters) != "" })
}

// letters are what a name or a version, also a range of versions, consists of.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+[](),"

// Parse reads group:artifact:version, group:artifact:extension:version or group:artifact:extension:classifier:version, as
// Maven's resolver and Storm's option --artifacts do. Each "^group:artifact" after it excludes a dependency, as in Storm.
func Parse(text string) (Coordinate, error) {
	if !IsCoordinate(text) {
		return Coordinate{}, fmt.Errorf("%q is not a coordinate, expected group:artifact:version", text)
	}
	parts := strings.Split(text, "^")
	words := strings.Split(parts[0], ":")
	c := Coordinate{Group: words[0], Artifact: words[1], Version: words[len(words)-1]}
	if len(words) > 3 {
		c.Extension = words[2]
	}
	if len(words) > 4 {
		c.Classifier = words[3]
	}
	if c.Extension == "jar" {
		c.Extension = ""
	}
	for _, part := range parts[1:] {
		group, artifact, ok := strings.Cut(part, ":")
		if !ok || strings.Trim(group, letters) != "" || strings.Trim(artifact, letters+"*") != "" || group == "" || artifact == "" {
			return Coordinate{}, fmt.Errorf("%q excludes %q, expected ^group:artifact", text, part)
		}
		c.Exclusions = append(c.Exclusions, Exclusion{group, artifact})
	}
	return c, nil
}

// String returns the coordinate as [Parse] reads it.
func (c Coordinate) String() string {
	text := c.name()
	for _, e := range c.Exclusions {
		text += "^" + e.Group + ":" + e.Artifact
	}
	return text
}

// name returns the coordinate without its exclusions.
func (c Coordinate) name() string {
	words := []string{c.Group, c.Artifact}
	if c.Extension != "" || c.Classifier != "" {
		words = append(words, c.extension())
	}
	if c.Classifier != "" {
		words = append(words, c.Classifier)
	}
	return strings.Join(append(words, c.Version), ":")
}

// Names reports whether the coordinate names an artifact in Maven's own words: group:artifact:type[:classifier]:version.
func (c Coordinate) Names(artifact string) bool {
	words := []string{c.Group, c.Artifact, c.extension()}
	if c.Classifier != "" {
		words = append(words, c.Classifier)
	}
	return strings.Join(append(words, c.Version), ":") == artifact
}

func (c Coordinate) extension() string {
	if c.Extension == "" {
		return "jar"
	}
	return c.Extension
}

// changes reports whether another file can stand for the coordinate tomorrow: of a snapshot, of a range of versions.
func (c Coordinate) changes() bool {
	return strings.HasSuffix(c.Version, "-SNAPSHOT") || c.Version == "LATEST" || c.Version == "RELEASE" || strings.ContainsAny(c.Version, "[(,")
}

// same reports whether two coordinates name one artifact, in any version.
func (c Coordinate) same(other Coordinate) bool {
	return c.Group == other.Group && c.Artifact == other.Artifact && c.extension() == other.extension() && c.Classifier == other.Classifier
}

// OfStorm reports whether every worker of Storm has the artifact: it is Storm itself, or a binding of its logging.
func (c Coordinate) OfStorm() bool {
	for _, e := range ofStorm {
		if e.Group == c.Group && e.Artifact == c.Artifact {
			return true
		}
	}
	return false
}

// ofStorm is what the scope "provided" of storm-client or storm-core leaves out of a jar, as far as another version of it
// would do harm (the folders lib and lib-worker of the releases 0.9 to 2.8).
var ofStorm = []Exclusion{
	{"org.apache.storm", "storm-client"}, {"org.apache.storm", "storm-core"}, {"org.apache.storm", "storm-server"},
	{"org.apache.storm", "storm-shaded-deps"}, {"storm", "storm"}, {"storm", "storm-core"},
	{"org.apache.logging.log4j", "log4j-api"}, {"org.apache.logging.log4j", "log4j-core"},
	{"org.apache.logging.log4j", "log4j-slf4j-impl"}, {"org.apache.logging.log4j", "log4j-slf4j2-impl"},
	{"org.slf4j", "slf4j-api"}, {"org.slf4j", "slf4j-log4j12"}, {"org.slf4j", "slf4j-reload4j"}, {"org.slf4j", "slf4j-simple"},
	{"org.slf4j", "slf4j-jdk14"}, {"org.slf4j", "slf4j-nop"}, {"org.slf4j", "log4j-over-slf4j"},
	{"ch.qos.logback", "logback-classic"}, {"ch.qos.logback", "logback-core"},
}

// File is a file of an artifact.
type File struct {
	Coordinate Coordinate // without exclusions
	Path       string
}

// Shared returns the coordinate as group:artifact:version, with the extension and classifier that it has, if the file is the
// same for everybody; else "".
func (f File) Shared() string {
	if f.Coordinate.changes() {
		return ""
	}
	return f.Coordinate.name()
}

// Resolution is what Maven made of coordinates.
type Resolution struct {
	// Parts are the files of each coordinate: its own, and those that it depends on and no coordinate before it has. They
	// are in the order of a class path. A coordinate of Storm itself has none.
	Parts [][]File
	// Stale says why a snapshot that is due for a refresh was not refreshed, or is nil.
	Stale error
}
