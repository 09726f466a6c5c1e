package jar

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Kind says what is wrong. The zero value is invalid.
type Kind uint8

const (
	// Missing: the path of a resource leads to nothing.
	Missing Kind = iota + 1
	// NoMatch: a glob matches no file.
	NoMatch
	// BadGlob: a glob that cannot be read, such as one with an open bracket.
	BadGlob
	// AbsolutePath: a path begins at a root or a drive and would work on one machine only.
	AbsolutePath
	// BadTarget: the folder that a resource is to be placed in would lie outside of resources/.
	BadTarget
	// Unreadable: a file or folder may not be read, or reading it fails.
	Unreadable
	// NotRegular: a socket, device or named pipe.
	NotRegular
	// BrokenLink: a symbolic link to nothing.
	BrokenLink
	// LinkLeaves: a symbolic link leads out of the tree that it is in.
	LinkLeaves
	// LinkCycle: a symbolic link leads back to a folder that it is in, or to itself.
	LinkCycle
	// BadName: no name for a jar entry: invalid UTF-8, a backslash, a control character, an empty, "." or ".." element.
	BadName
	// Collision: two files, or a file and a folder, want the same name.
	Collision
	// CaseCollision: two names differ by case only. A warning: it is fine on Linux, and one file on macOS and Windows.
	CaseCollision
	// TooMany: more files and folders than [MaxEntries].
	TooMany
	// BadBase: the base jar is not a zip file, or holds entries that cannot be taken over.
	BadBase
	// BundlesStorm: the base jar holds Storm itself.
	BundlesStorm
	// SignatureDropped: a signature file of the base jar is left out. A warning.
	SignatureDropped
	// Changed: a file vanished or changed while the jar was written.
	Changed
)

var kindNames = [...]string{
	Missing: "missing", NoMatch: "no-match", BadGlob: "bad-glob", AbsolutePath: "absolute-path", BadTarget: "bad-target",
	Unreadable: "unreadable", NotRegular: "not-regular", BrokenLink: "broken-link", LinkLeaves: "link-leaves",
	LinkCycle: "link-cycle", BadName: "bad-name", Collision: "collision", CaseCollision: "case-collision",
	TooMany: "too-many", BadBase: "bad-base", BundlesStorm: "bundles-storm", SignatureDropped: "signature-dropped",
	Changed: "changed",
}

// String returns the kind in kebab-case.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		panic("jar: invalid kind " + strconv.Itoa(int(k)))
	}
	return kindNames[k]
}

// Fault is one thing that is wrong with what is to go into a jar.
type Fault struct {
	Kind Kind
	// Resource is the number of the resource at fault, counted from 1; 0 when it is none of them.
	Resource int
	// Path is the file at fault, where it is one; Name the entry, where it has one already.
	Path, Name string
	// Message is one sentence in lower case that names the things involved; Hint says what to do, or is empty.
	Message, Hint string
	// Other is the other party of a collision, as words, and OtherResource its number, or 0.
	Other         string
	OtherResource int
	// Err is what the system said, or nil.
	Err error
}

// Warning says whether the jar can be built in spite of the fault.
func (f Fault) Warning() bool { return f.Kind == CaseCollision || f.Kind == SignatureDropped }

// Error returns the message and the hint.
func (f Fault) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + " (" + f.Hint + ")"
}

// Unwrap returns Err.
func (f Fault) Unwrap() error { return f.Err }

// Faults is a list of faults. As an error it tells those that are no warnings, one a line.
type Faults []Fault

// Err returns the faults that are no warnings as an error that errors.As turns into Faults, or nil when there are none.
func (f Faults) Err() error {
	grave := slices.DeleteFunc(slices.Clone(f), Fault.Warning)
	if len(grave) == 0 {
		return nil
	}
	return grave
}

// Error returns one line a fault.
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
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Kind, b.Kind))
	})
}

// quote shows a path or name: quoted, with what would break the line or the terminal escaped.
func quote(s string) string { return strconv.Quote(s) }
