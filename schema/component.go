package schema

import (
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema/yaml"
)

// ComponentKind is the kind of a component: spout or bolt. The zero value is invalid.
type ComponentKind uint8

// The kinds of components.
const (
	Spout ComponentKind = iota + 1
	Bolt
)

// String returns "spout" or "bolt".
func (k ComponentKind) String() string {
	switch k {
	case Spout:
		return "spout"
	case Bolt:
		return "bolt"
	}
	panic("schema: invalid component kind")
}

// Component is a spout or bolt as written.
type Component struct {
	Kind  ComponentKind
	ID    *yaml.Value // a scalar: the map's key, or Flux's `id`; nil when missing
	Value *yaml.Value // the whole map

	// Implementation is what the component runs; nil when the grammar reported it.
	Implementation Implementation

	Args *yaml.Value // Sequence of scalars, for a GoProgram or a Command
	Env  *yaml.Value // Map of scalars, for a GoProgram, a Command or a PythonClass

	Outputs      []*Output
	OutputsValue *yaml.Value // the value of `outputs`; nil when absent

	Inputs []*Input // `inputs` of a bolt

	Parallelism *yaml.Value // Int
	Tasks       *yaml.Value // Int (`tasks` or `numTasks`)
	Tick        *yaml.Value // String duration, or Int seconds
	Config      *yaml.Value // Map

	OnHeapMemoryLoad  *yaml.Value // number, MB
	OffHeapMemoryLoad *yaml.Value // number, MB
	CPULoad           *yaml.Value // number, percent of a core
}

// Implementation is what a component runs: a *[GoProgram], a *[Command], a *[PythonClass] or a *[Class].
type Implementation interface{ implementation() }

// GoProgram is `go`: a program in Go.
type GoProgram struct {
	Path *yaml.Value // String: package folder or executable
}

// Command is `command`: the command line of a program.
type Command struct {
	Line *yaml.Value // String, or Sequence of scalars
}

// PythonClass is `python`: a class in Python.
type PythonClass struct {
	Name *yaml.Value // String: module.Class or file.py:Class
}

// Class is `className` and what belongs to it: a JVM class.
type Class struct {
	Object *Object
}

func (*GoProgram) implementation()   {}
func (*Command) implementation()     {}
func (*PythonClass) implementation() {}
func (*Class) implementation()       {}

// Output is one declared output stream.
type Output struct {
	Stream *yaml.Value // String: the map's key; nil in the short form, which declares stream "default"
	Fields []*yaml.Value
	Direct *yaml.Value // Bool or nil
	Span   diag.Span
}

// StreamID returns the declared stream's id.
func (o *Output) StreamID() string {
	if o.Stream == nil {
		return DefaultStream
	}
	return o.Stream.Text
}

// DefaultStream is the id of the stream where the text names none.
const DefaultStream = topology.DefaultStream

// Input is one subscription: an element of a bolt's `inputs` or of Flux's `streams`.
type Input struct {
	Value    *yaml.Value // the whole element: a map, or the source alone
	From     *yaml.Value // String
	To       *yaml.Value // String; nil in a bolt's own `inputs`
	Stream   *yaml.Value // String (`stream`, or Flux's `streamId` in the grouping); nil means "default"
	Grouping *Grouping
}

// GroupingType is the kind of a grouping. The zero value is invalid.
type GroupingType uint8

// The groupings.
const (
	Shuffle GroupingType = iota + 1
	Fields
	PartialKey
	LocalOrShuffle
	All
	Global
	NoGrouping // `none`
	Direct
	Custom
)

// groupingNames are the names of groupings: in the short form, and in the `type` of Flux's form (GroupingDef.Type).
var groupingNames = [...]struct{ short, flux string }{
	Shuffle:        {"shuffle", "SHUFFLE"},
	Fields:         {"fields", "FIELDS"},
	PartialKey:     {"partial-key", "PARTIAL_KEY"},
	LocalOrShuffle: {"local-or-shuffle", "LOCAL_OR_SHUFFLE"},
	All:            {"all", "ALL"},
	Global:         {"global", "GLOBAL"},
	NoGrouping:     {"none", "NONE"},
	Direct:         {"direct", "DIRECT"},
	Custom:         {"custom", "CUSTOM"},
}

// String returns the grouping's name in the short form.
func (t GroupingType) String() string { return groupingNames[t].short }

// groupingType returns the grouping with the name, in either form, or 0.
func groupingType(name string) GroupingType {
	for t, names := range groupingNames {
		if name != "" && (names.short == name || names.flux == name) {
			return GroupingType(t)
		}
	}
	return 0
}

// Grouping is how the tuples of a subscription are spread over the tasks. A subscription without one has Type Shuffle and
// a nil Value.
type Grouping struct {
	Type   GroupingType
	Value  *yaml.Value   // the value of `grouping`; nil when absent
	Fields []*yaml.Value // for Fields and PartialKey
	Object *Object       // for Custom
}
