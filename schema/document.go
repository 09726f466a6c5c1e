package schema

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Document is a topology as written. Includes are merged, references are replaced, the environment is applied, and the
// short form and Flux's list form look the same. Of names, only references to JVM objects are resolved, and nothing is
// checked beyond the grammar. Every part knows its place.
//
// An absent part is nil. A part that breaks the grammar is left out after a diagnostic, so a reader of the Document need
// not report it again.
type Document struct {
	File *diag.File
	Root *yaml.Value // the effective document

	Name      *yaml.Value // String
	Config    *yaml.Value // Map
	Resources []*Resource
	// ResourcesGiven distinguishes `resources: []` from no `resources` at all, which means the default folder.
	ResourcesGiven bool
	// ClassPath are the folders of [Options.Resources].
	ClassPath    []string
	Jars         []*yaml.Value // String: paths and Maven coordinates; a path without a place, from --jar, starts from the working directory
	Dependencies []*yaml.Value // String: jars that go to the cluster as blobs, named as in Jars
	Platform     *yaml.Value   // String: os/arch
	Python       *Python       // nil when absent
	Setup        *yaml.Value   // String, or Sequence of scalars: a command line; nil when absent

	Spouts  []*Component
	Bolts   []*Component
	Streams []*Input // Flux's top-level list; To is set. The bolts' own inputs are in their Component.

	Beans          []*Object // Flux's `components`
	WorkerHooks    []*Object
	TopologySource *Object
	beans          map[string]*Object // by id, see Bean

	// Tests are those of the topology's own file, then those of [Options.TestFiles]. They are not part of the topology.
	Tests []*Test

	Environment *Environment // the chosen one, or nil

	// Ignores holds the `# stormflux:ignore RULE ...` comments of all files.
	Ignores []Ignore
	// Unresolved are the places of the values with a reference that has no value. Load reported them, and they still hold
	// their text as written: see [Document.IsUnresolved].
	Unresolved []diag.Span
	// Shared are the places of values that the document uses in several places, through an alias or a variable. A fault of
	// one of these places cannot be fixed in the text of the value.
	Shared []diag.Span
	// Files are all files that Load read, the main one first.
	Files []*diag.File

	// Includes are the includes of all files, in the order in which Load followed them.
	Includes []Include
	// Incomplete reports whether a part of the document is missing: an included file, or a second document in a file. Load
	// reported that as an error. What the document seems to lack may be in that part.
	Incomplete bool
	// UnknownKeys are the places of the keys that the grammar does not know, each with the key that was probably meant, or
	// "". Load reported them.
	UnknownKeys map[diag.Span]string
	// Replaced are the ids of the objects that a later one of the same list and id replaces.
	Replaced []Replaced
	// VariableReferences are the references to variables in all files.
	VariableReferences []VariableReference
	// VariableNames are the names that have a value: from --set, from the environment, from the properties files.
	VariableNames []string
}

// Include is an element of `includes`.
type Include struct {
	Name *yaml.Value // the path as written
	File *diag.File  // nil when the file does not exist or cannot be read
}

// Replaced is an object in a list of Flux's that a later one of the same id replaces. It is not in the Document.
type Replaced struct {
	Section string // the key of the list: "components", "spouts", "bolts" or "workerHooks"
	ID      *yaml.Value
}

// VariableReference is a reference to a variable: `${name}`, `${env:NAME}`.
type VariableReference struct {
	Name        string
	Environment bool // it refers to an environment variable of our own process
	Span        diag.Span
	// Declaration is the variable's key in the chosen environment. It is zero when the value comes from elsewhere, or
	// the variable has no value.
	Declaration diag.Span
}

// IsMeant reports whether an unknown key of the map is probably a misspelling of the given key.
func (d *Document) IsMeant(m *yaml.Value, key string) bool {
	if len(d.UnknownKeys) == 0 || m == nil {
		return false
	}
	return slices.ContainsFunc(m.Entries, func(e yaml.Entry) bool { return d.UnknownKeys[e.Key.Span] == key })
}

// IsUnresolved reports whether the span is part of a value with a reference that has no value. That is the only fault of
// such a value: the rest of its text is not final.
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

// Python is what Python components run with.
type Python struct {
	Value       *yaml.Value // the whole map
	Interpreter *yaml.Value // String, or nil
	VirtualEnv  *yaml.Value // String: a folder on the workers, or nil

	Requirements   *yaml.Value // String: a file relative to Requirements.Span.File.Dir, or nil
	Platforms      []*yaml.Value
	IndexURL       *yaml.Value // String, or nil
	ExtraIndexURLs []*yaml.Value
	FindLinks      []*yaml.Value // String: addresses, and folders relative to their Span.File.Dir
	NoIndex        *yaml.Value   // Bool, or nil
}

// Environment is one environment of stormflux.yaml.
type Environment struct {
	Name  string
	Value *yaml.Value // the environment's map
	File  *diag.File

	Nimbus      []*yaml.Value // host[:port], String
	TLS         *yaml.Value   // Map: ca, cert, key (paths relative to File.Dir), server-name
	Auth        *yaml.Value   // Map: kind, user, password, principal, keytab, ticket-cache, service, krb5-conf, as
	Hooks       *yaml.Value   // Map moment -> Sequence of commands; they run in File.Dir
	Config      *yaml.Value   // Map; the Document has it already
	Parallelism *yaml.Value   // Map component -> Int; the Document has it already
	Topology    *yaml.Value   // Map with Config and Parallelism for this topology alone; the Document has them already
	Variables   *yaml.Value   // Map; their references are replaced already
	Storm       *yaml.Value   // String: the Storm version to compile for
}

// Ignore is one `# stormflux:ignore RULE ...` comment. On its own line it applies to the next line that is not a comment,
// otherwise to its own line.
type Ignore struct {
	Span  diag.Span     // the comment
	Line  int           // the line it silences, from 1
	Rules []IgnoredRule // none if the comment names none
}

// IgnoredRule is the name of a rule in an ignore comment, with its place.
type IgnoredRule struct {
	Name string
	Span diag.Span
}
