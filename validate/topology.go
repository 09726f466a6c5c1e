package validate

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
)

// Topology is a topology as meant: names resolved, groupings and settings typed, every rule passed. Only [Check] makes
// one, and only when it found no error, so a reader need not doubt anything in it.
type Topology struct {
	Name        string
	Config      []Setting // in file order, overrides applied
	Spouts      []*Component
	Bolts       []*Component           // in file order
	Files       []Resource             // what goes into the jar's resources/
	WorkerHooks []*topology.Definition // in file order
	// Built is what a topology source has built, without name and configuration; nil without a source. There are no Spouts
	// and Bolts then.
	Built *topology.Topology
	// BuiltBy is what Built comes from, or nil.
	BuiltBy *TopologySource
	// ResourceEntries are the files that Files stand for, sorted by name; none when [Options.SkipFiles] was set.
	ResourceEntries []jar.Entry
	Jars            []string // paths of the user's jars; the first is the base of the submitted one
	// Dependencies are jars that are not part of the submitted one: workers get them as blobs.
	Dependencies []Dependency
	// JarsMissing says that some jars or dependencies are Maven coordinates whose files are not known.
	JarsMissing bool
	Python      Python // of the Python components
	// Packages are Python packages for the jar; nil when the topology requires none.
	Packages *PythonPackages
	Setup    []string         // words of the command that runs before the components start; none without one
	Platform Platform         // of the workers
	Storm    settings.Version // the Storm to compile for
	Source   *schema.Document
	// Tests are what `stormflux test` runs. They are not part of the topology.
	Tests []*Test
}

// Platform is an operating system and architecture in Go's words.
type Platform struct{ OS, Arch string }

// String returns os/arch.
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Setting is one configuration key with its value as Storm gets it: nil, bool, int64, *big.Int, float64, string, []any
// or map[string]any.
type Setting struct {
	Key   string
	Value any
	Span  diag.Span // of the key
}

// Resource is a checked element of `resources`.
type Resource struct {
	Dir  string // folder that From is relative to
	From string // path or glob
	To   string // folder below resources/, or ""
	Span diag.Span
}

// Dependency is a jar that workers get as a blob.
type Dependency struct {
	Path string
	// Artifact is group:artifact:version, for a file that is the same for everybody. Else it is "": for a file of the user,
	// and for a snapshot.
	Artifact string
}

// ClassPath returns the paths of the user's jars and dependencies in the order of a worker's class path.
func (t *Topology) ClassPath() []string {
	paths := slices.Clip(t.Jars)
	for _, d := range t.Dependencies {
		paths = append(paths, d.Path)
	}
	return paths
}

// Component is a spout or bolt.
type Component struct {
	ID             string
	Kind           schema.ComponentKind
	Implementation Implementation

	Streams []*Stream // in file order
	Inputs  []*Input  // its own inputs, then Flux's streams, in file order

	Parallelism int       // executors, at least 1
	Tasks       int       // 0 when not given: as many as executors
	Config      []Setting // the component's own configuration with ticks; resources (memory, CPU) are apart

	OnHeapMemoryLoad  *float64 // MB
	OffHeapMemoryLoad *float64 // MB
	CPULoad           *float64 // percent of a core

	Span   diag.Span // of its id
	Source *schema.Component
}

// Implementation is what a component runs: a [*GoProgram], a [*Command], a [*PythonClass] or a [*Class].
type Implementation interface {
	implementation()
	// Language returns the language that it is written in, for people. It is "JVM" for a class, and "" if it is not known.
	Language() string
	// String returns in a few words what runs: the command line, or the class.
	String() string
}

// GoProgram is a program written in Go. Either Dir or Executable is set.
type GoProgram struct {
	Dir        string // folder of a main package, which is to be built
	Executable string // path of a program that is built already
	Path       string // either, as the file has it
	Args       []string
	Env        []EnvVar  // in file order
	Span       diag.Span // of the path
}

// Command is a program with its arguments.
type Command struct {
	Words []string // at least one; the first is not empty
	Env   []EnvVar // in file order
}

// Class is a JVM class.
type Class struct {
	Name       string
	Object     *schema.Object       // the object as written
	Definition *topology.Definition // how to make it
	// Kind and Conf are what [Options.Classes] found out: what Storm takes the object for, and the configuration that it
	// asks for.
	Kind ClassKind
	Conf map[string]topology.Value
	// Declared says that Conf and Streams are known. Streams are those that the class declares, in any order; those of the
	// component can have fields of other names.
	Declared bool
	Streams  []*topology.Stream
}

func (*GoProgram) implementation()   {}
func (*Command) implementation()     {}
func (*PythonClass) implementation() {}
func (*Class) implementation()       {}

// EnvVar is an environment variable of a component's process.
type EnvVar struct {
	Name, Value string
	// Append says that the value is appended to what the process inherits, after the system's path separator. It is
	// set only for a PATH from setEnv of Flux's shell wrappers, because Storm does that (ShellProcess).
	Append bool
}

// Stream is a declared output stream.
type Stream struct {
	ID     string
	Fields []string
	Direct bool
	Span   diag.Span
}

// Input is a subscription to a stream of another component.
type Input struct {
	From     *Component
	Stream   *Stream
	Grouping Grouping
	Span     diag.Span
}

// Grouping is how the tuples of an input are spread over a bolt's tasks: a [PlainGrouping], a [FieldsGrouping], a
// [PartialKeyGrouping] or a [CustomGrouping].
type Grouping interface{ Type() schema.GroupingType }

// PlainGrouping is a grouping that has no more to say than its type.
type PlainGrouping schema.GroupingType

// FieldsGrouping groups by the values of fields.
type FieldsGrouping struct{ Fields []string }

// PartialKeyGrouping groups by the values of fields, with two tasks for each.
type PartialKeyGrouping struct{ Fields []string }

// CustomGrouping is a JVM class that chooses the tasks.
type CustomGrouping struct {
	Object     *schema.Object       // the object as written
	Definition *topology.Definition // how to make it
}

// Type returns the type itself.
func (g PlainGrouping) Type() schema.GroupingType { return schema.GroupingType(g) }

// Type returns [schema.Fields].
func (FieldsGrouping) Type() schema.GroupingType { return schema.Fields }

// Type returns [schema.PartialKey].
func (PartialKeyGrouping) Type() schema.GroupingType { return schema.PartialKey }

// Type returns [schema.Custom].
func (CustomGrouping) Type() schema.GroupingType { return schema.Custom }

// FieldNames returns the fields that a grouping groups by; nil for a grouping without fields.
func FieldNames(g Grouping) []string {
	switch g := g.(type) {
	case FieldsGrouping:
		return g.Fields
	case PartialKeyGrouping:
		return g.Fields
	}
	return nil
}

// Components returns spouts, then bolts.
func (t *Topology) Components() []*Component {
	all := make([]*Component, 0, len(t.Spouts)+len(t.Bolts))
	return append(append(all, t.Spouts...), t.Bolts...)
}
