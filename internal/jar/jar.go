// Package jar builds the jar that is submitted with a topology.
//
// It decides what goes into the jar and under which name (Collect). It makes every check that is possible before a byte
// is written (Check). It writes the jar as a stream, reproducibly, and its memory does not grow with the jar. It knows
// nothing about topologies or YAML: the caller generates launchers, builds programs and turns a [Fault] into a
// diagnostic.
//
// A jar is a zip file as the JAR File Specification of the JDK describes it. This package relies on one fact about
// Storm: a supervisor extracts each entry whose name begins with "resources/" to the working directory of the
// components. It removes this prefix, makes the folders that names imply, and drops modes (storm-server 2.8.3,
// ServerUtils.extractZipFile). So this package never writes entries for folders, and an empty folder does not reach the
// worker.
//
// # Same input, same bytes
//
// The manifest comes first, then the entries of the user's jars in their own order and unchanged, then our own entries,
// sorted by the bytes of their names. Our own entries have one fixed time, one compression method and level, and mode
// 0755 if their owner may execute them, else 0644. So the jar does not depend on modification times, umask, locale or
// the order of a folder's entries. (Windows has no execute bit: there all are 0644.)
//
// # Several jars
//
// The merged jar behaves as its jars one after the other on a class path: the first entry of a name wins. Files that Java
// reads from each jar of a class path are joined (META-INF/services). The manifest is that of the first jar. It says
// Multi-Release when any jar is a multi-release jar; entries below META-INF/versions that had no effect on the class path
// are then left out. Signatures, and the digests that a manifest has for them, are dropped: they do not hold for another
// jar. So is META-INF/INDEX.LIST.
//
// Jars come from outside. No entry is unpacked except manifests and lists of services, which have a limit. An entry whose
// name leads out of the folder, that claims an impossible size, or that shares its bytes with others is a fault.
package jar

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Root is the folder of the jar that becomes the working directory of shell and Go components.
const Root = "resources/"

// ManifestName is the entry that java.util.jar needs first.
const ManifestName = "META-INF/MANIFEST.MF"

// defaultManifest is the minimum that the JAR File Specification requires.
const defaultManifest = "Manifest-Version: 1.0\r\nCreated-By: stormflux\r\n\r\n"

// entryTime is the time of all our entries. The zip format counts from 1980-01-01 in local time; one month later, no
// time zone moves it before that date. Gradle and Bazel's tools do the same.
var entryTime = time.Date(1980, time.February, 1, 0, 0, 0, 0, time.UTC)

// Entry is a file of the jar. Its content is the file at Path, or Data when Path is empty.
type Entry struct {
	// Name is the place in the jar, such as "resources/split.py": relative, with slashes, no "." or ".." in it.
	Name string
	Path string
	Data []byte
	// Executable records the execute bit. Storm drops it on the worker; other tools honour it.
	Executable bool
	// Size is in bytes, when the entry was collected. It is only information: a file may change before it is written.
	Size int64
	// Origin describes the entry in messages if its Path does not ("the launcher of bolt \"split\"").
	Origin string
	// Resource is the number of the resource, counted from 1, that [Collect] found the entry in; 0 for any other entry.
	Resource int

	// folder and inside name the file as [Collect] found it: inside is relative to folder, and no link was on the way. They
	// are "" for any other entry.
	folder, inside string
}

// Open opens the file at Path. A file that [Collect] found is opened only if it is still in its folder: somebody may have
// put a link to another place there since.
func (e Entry) Open() (*os.File, error) {
	if e.folder == "" {
		return os.Open(e.Path)
	}
	root, err := os.OpenRoot(e.folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.Open(e.inside)
	if err == nil {
		return file, nil
	}
	if real, realErr := realPath(filepath.Join(e.folder, e.inside)); realErr == nil && !within(e.folder, real) {
		return nil, changed(e, "became a symbolic link that leads out of its folder", err)
	}
	if system, ok := errors.AsType[*fs.PathError](err); ok {
		system.Path = e.Path
	}
	return nil, err
}

// source describes the origin of the entry, for messages.
func (e Entry) source() string {
	switch {
	case e.Origin != "":
		return e.Origin
	case e.Path != "":
		return quote(e.Path)
	}
	return "a generated file"
}

// Archive is a jar to write. Its zero value is a jar with only a manifest.
type Archive struct {
	// Jars are the paths of the user's jars with the JVM classes. The first is the base; the others add what the ones
	// before lack. Their entries are copied without compressing them again.
	Jars []string
	// MainClass, if set, is the Main-Class in the manifest, unless the manifest of the first jar names one.
	MainClass string
	// Entries are our own, in any order. Archive does not change them.
	Entries []Entry
}
