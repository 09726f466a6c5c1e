package schema

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Document is a topology as written: includes merged, references substituted, the environment applied, short and list
// form unified, but nothing resolved or checked beyond the grammar. Every part knows its place.
//
// A part that is absent is nil. Where the grammar was broken a diagnostic has been given and the part is left out, so
// that a reader of the Document need not complain again.
type Document struct {
	File *diag.File
	Root *yaml.Value // the effective document

	Name      *yaml.Value // String
	Config    *yaml.Value // Map
	Resources []*Resource
	// ResourcesGiven tells `resources: []` from no `resources` at all (which means the default folder).
	ResourcesGiven bool
	Jar            *yaml.Value // String: a path
	Platform       *yaml.Value // String: os/arch

	Spouts  []*Component
	Bolts   []*Component
	Streams []*Input // Flux's top-level list; To is set. The bolts' own inputs are in their Component.

	Beans          []*Object // Flux's `components`
	WorkerHooks    []*Object
	TopologySource *Object
	beans          map[string]*Object // by id, see Bean

	Environment *Environment // the chosen one, nil when none

	// Ignores holds the `# stormflux:ignore RULE ...` comments of all files.
	Ignores []Ignore
	// Unresolved are the places of the values that hold a reference for which there was no value. That was reported,
	// and they still hold their text as written: see [Document.IsUnresolved].
	Unresolved []diag.Span
	// Shared are the places of values that the document reads in several places, by an alias or a variable: what is wrong
	// with one in one place cannot be fixed where it stands.
	Shared []diag.Span
	// Files are all the files that were read, the main one first.
	Files []*diag.File

	// Includes are the includes of all files, in the order in which they were followed.
	Includes []Include
	// Incomplete reports whether a part of the document was not read: an included file, or a second document in a file.
	// That is an error of its own; what the document seems to lack may be in that part.
	Incomplete bool
	// UnknownKeys are the places of the keys that the grammar does not know, with the keys that were probably meant, ""
	// for none. They have been reported.
	UnknownKeys map[diag.Span]string
	// VariableReferences are the references to variables in all files.
	VariableReferences []VariableReference
	// VariableNames are the names that have a value: of --set, of the environment, of the properties files.
	VariableNames []string
}

// Include is an element of `includes`.
type Include struct {
	Name *yaml.Value // the path as written
	File *diag.File  // nil when there is no such file, or it cannot be read
}

// VariableReference is a reference to a variable: `${name}`, `${env:NAME}`.
type VariableReference struct {
	Name        string
	Environment bool // it refers to an environment variable of the process
	Span        diag.Span
	// Declaration is the variable's key in the chosen environment. It is zero when the value comes from elsewhere, or
	// when there is none.
	Declaration diag.Span
}

// IsMeant reports whether an unknown key of the map probably stands for the given key.
func (d *Document) IsMeant(m *yaml.Value, key string) bool {
	if len(d.UnknownKeys) == 0 || m == nil {
		return false
	}
	return slices.ContainsFunc(m.Entries, func(e yaml.Entry) bool { return d.UnknownKeys[e.Key.Span] == key })
}

// IsUnresolved reports whether the span is of, or in, a value whose reference could not be replaced: what is wrong with
// its text is no fault of its own.
func (d *Document) IsUnresolved(span diag.Span) bool {
	for _, u := range d.Unresolved {
		if u.File == span.File && u.Start <= span.Start && span.End <= u.End {
			return true
		}
	}
	return false
}

// Resource is an element of `resources`. Paths are relative to From.Span.File.Dir.
type Resource struct {
	From *yaml.Value // String: path or glob
	To   *yaml.Value // String: folder in resources/, or nil
}

// Environment is one environment of stormflux.yaml.
type Environment struct {
	Name  string
	Value *yaml.Value // the environment's map
	File  *diag.File

	Nimbus      []*yaml.Value // host[:port], String
	TLS         *yaml.Value   // Map: ca, cert, key (paths relative to File.Dir)
	Config      *yaml.Value   // Map; already applied to the Document
	Parallelism *yaml.Value   // Map component -> Int; already applied
	Variables   *yaml.Value   // Map; already applied
	Storm       *yaml.Value   // String: the Storm version to compile for
}

// Ignore is one `# stormflux:ignore RULE ...` comment. On a line of its own it counts for the next line that is not a
// comment, otherwise for its own line.
type Ignore struct {
	Span  diag.Span // the comment
	Line  int       // the line it silences, from 1
	Rules []IgnoredRule
}

// IgnoredRule is a rule's name in an ignore comment with its place.
type IgnoredRule struct {
	Name string
	Span diag.Span
}
