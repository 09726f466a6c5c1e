package jar

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Kind is the kind of a fault. The zero value is invalid.
type Kind uint8

const (
	// Missing: the path of a resource does not exist.
	Missing Kind = iota + 1
	// NoMatch: a glob matches no file.
	NoMatch
	// BadGlob: a glob cannot be parsed, for example because a bracket is open.
	BadGlob
	// AbsolutePath: a path begins at a root or a drive and would work only on one machine.
	AbsolutePath
	// BadTarget: the target folder of a resource would be outside resources/.
	BadTarget
	// Unreadable: a file or folder may not be read, or reading it fails.
	Unreadable
	// NotRegular: a socket, device or named pipe.
	NotRegular
	// BrokenLink: a symbolic link to nothing.
	BrokenLink
	// LinkLeaves: a symbolic link leads out of its tree.
	LinkLeaves
	// LinkCycle: a symbolic link leads back to a folder that contains it, or to itself.
	LinkCycle
	// BadName: not a valid name of a jar entry: invalid UTF-8, a backslash, a control character, or an element that is
	// empty, "." or "..".
	BadName
	// Collision: two files, or a file and a folder, have the same name.
	Collision
	// CaseCollision: two names differ only in case. A warning: they are two files on Linux, but one on macOS and
	// Windows.
	CaseCollision
	// TooMany: more files and folders than [MaxEntries], or a jar with too many entries.
	TooMany
	// BadJar: one of the jars is not a zip file, or has entries that cannot be copied.
	BadJar
	// BundlesStorm: a jar contains Storm itself with its defaults.yaml, so no worker starts.
	BundlesStorm
	// HoldsStorm: a jar contains the classes of Storm itself. A warning.
	HoldsStorm
	// SignatureDropped: the signature of a jar is left out. A warning.
	SignatureDropped
	// DifferentContent: a jar has files of the same names as a jar before it, or several of one name, with other content. A
	// warning.
	DifferentContent
	// Changed: a file vanished or changed while the jar was written.
	Changed
)

var kindNames = [...]string{
	Missing: "missing", NoMatch: "no-match", BadGlob: "bad-glob", AbsolutePath: "absolute-path", BadTarget: "bad-target",
	Unreadable: "unreadable", NotRegular: "not-regular", BrokenLink: "broken-link", LinkLeaves: "link-leaves",
	LinkCycle: "link-cycle", BadName: "bad-name", Collision: "collision", CaseCollision: "case-collision",
	TooMany: "too-many", BadJar: "bad-jar", BundlesStorm: "bundles-storm", HoldsStorm: "holds-storm",
	SignatureDropped: "signature-dropped", DifferentContent: "different-content", Changed: "changed",
}

// String returns the kind in kebab-case.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		panic("jar: invalid kind " + strconv.Itoa(int(k)))
	}
	return kindNames[k]
}

// Fault is one fault of the content of a jar.
type Fault struct {
	Kind Kind
	// Resource is the number of the resource at fault, counted from 1, or 0.
	Resource int
	// Jar is the number of the jar at fault, counted from 1, or 0.
	Jar int
	// Path is the file at fault, and Name is its entry. Both may be empty.
	Path, Name string
	// Message is one sentence in lower case that names the things involved. Hint says what to do, or is empty.
	Message, Hint string
	// Other describes the other side of a collision. OtherResource is its number, or 0.
	Other         string
	OtherResource int
	// Err is the error of the system, or nil.
	Err error
}

// Warning reports whether the jar can be built in spite of the fault.
func (f Fault) Warning() bool {
	switch f.Kind {
	case CaseCollision, SignatureDropped, DifferentContent, HoldsStorm:
		return true
	}
	return false
}

// Error returns the message and the hint.
func (f Fault) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + " (" + f.Hint + ")"
}

// Unwrap returns Err.
func (f Fault) Unwrap() error { return f.Err }

// Faults is a list of faults. As an error it lists them, one per line.
type Faults []Fault

// Err returns the faults that are not warnings, or nil if there are none. errors.As turns the error into Faults.
func (f Faults) Err() error {
	grave := slices.DeleteFunc(slices.Clone(f), Fault.Warning)
	if len(grave) == 0 {
		return nil
	}
	return grave
}

// Error returns one line per fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// sort puts faults in the order of resources, names and paths.
func (f Faults) sort() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Jar, b.Jar), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Kind, b.Kind))
	})
}

// quote returns a path or name in quotes. It escapes characters that would break the line or the terminal.
func quote(s string) string { return strconv.Quote(s) }
