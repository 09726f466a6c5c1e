// Package jar builds the jar that is submitted with a topology.
//
// It owns what goes in and under which name (Collect), every check that can be made before a byte is written (Check),
// and the writing: streamed, in memory that does not grow with the jar, and reproducible. It knows nothing of
// topologies or YAML: the caller generates launchers, builds programs and turns a [Fault] into a diagnostic.
//
// A jar is a zip file as the JAR File Specification of the JDK describes it. Of Storm's side this package relies on
// one fact: a supervisor extracts each entry whose name begins with "resources/" to the components' working directory
// with that prefix cut off, makes the folders that names imply, and drops modes (storm-server 2.8.3,
// ServerUtils.extractZipFile). Hence entries for folders are never written, and an empty folder does not travel.
//
// # Same input, same bytes
//
// The manifest comes first, then the entries of the base jar in their own order and unchanged, then our own sorted by
// the bytes of their names. Our own carry one fixed time, one compression method and level, and mode 0755 when their
// owner may execute them, else 0644. So neither modification times, umask, locale nor the order of a folder's entries
// can be seen in the jar. (Windows has no execute bit: there all are 0644.)
package jar

import (
	"time"
)

// Root is the folder of the jar that becomes the working directory of shell and Go components.
const Root = "resources/"

// ManifestName is the entry that java.util.jar wants first.
const ManifestName = "META-INF/MANIFEST.MF"

// defaultManifest is the least that the JAR File Specification asks for.
const defaultManifest = "Manifest-Version: 1.0\r\nCreated-By: stormflux\r\n\r\n"

// entryTime is the time that every entry of ours carries. The zip format counts from 1980-01-01 in local time; a month
// later no time zone moves it before that. Gradle and Bazel's tools chose alike.
var entryTime = time.Date(1980, time.February, 1, 0, 0, 0, 0, time.UTC)

// Entry is a file of the jar. Its content is the file at Path, or Data when Path is empty.
type Entry struct {
	// Name is the place in the jar, such as "resources/split.py": relative, with slashes, no "." or ".." in it.
	Name string
	Path string
	Data []byte
	// Executable records the execute bit. Storm drops it on the worker; other tools honour it.
	Executable bool
	// Size in bytes, when the entry was collected. It only informs: a file may change until it is written.
	Size int64
	// Origin says what the entry is where its Path does not ("the launcher of bolt \"split\""), for messages.
	Origin string
	// Resource is the number of the resource, counted from 1, that [Collect] found the entry in; 0 for any other entry.
	Resource int
}

// source is the entry's origin in words, for messages.
func (e Entry) source() string {
	switch {
	case e.Origin != "":
		return e.Origin
	case e.Path != "":
		return quote(e.Path)
	}
	return "a generated file"
}

// Archive is a jar to be written. Its zero value is a jar with nothing but a manifest.
type Archive struct {
	// Base is the path of a jar whose entries come along as they are, without being compressed anew: the user's jar with the JVM
	// classes. Its signatures are dropped, because they would no longer hold. "" for none.
	Base string
	// Entries are our own, in any order. Archive does not change them.
	Entries []Entry
}
