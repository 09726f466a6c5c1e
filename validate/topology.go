package validate

import (
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/schema"
)

// Topology is a topology as meant: names resolved, groupings and settings typed, every rule passed. Only [Check] makes
// one, and only when it found no error, so a reader need not doubt anything in it.
type Topology struct {
	Name   string
	Config []Setting // in file order, overrides applied
	Spouts []*Component
	Bolts  []*Component // in file order
	Files  []Resource   // what goes into the jar's resources/
	// ResourceEntries are the files that Files stand for, sorted by name; none when [Options.SkipFiles] was set.
	ResourceEntries []jar.Entry
	Jar             string   // path of the user's jar, or ""
	Platform        Platform // of the workers
	Storm           Version  // the Storm to compile for
	Source          *schema.Document
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

// Component is a spout or bolt. Exactly one of Go, Command and Class is set.
type Component struct {
	ID   string
	Kind schema.ComponentKind

	Go      *GoProgram
	Command []string // the words
	Class   *Class

	Env []EnvVar // for Go and Command, in file order

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

// GoProgram is a component written in Go.
type GoProgram struct {
	Dir        string // package folder, or "" for a built executable
	Executable string // path of the executable, or ""
	Args       []string
	Span       diag.Span
}

// Class is a component that is a JVM class.
type Class struct {
	Name   string
	Object *schema.Object
}

// EnvVar is an environment variable of a component's process.
type EnvVar struct {
	Name, Value string
	// Append says that the value is appended to what the process inherits, after the system's path separator. It
	// is set for PATH from the setEnv of Flux's shell wrappers only, where Storm does that (ShellProcess).
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
	Grouping schema.GroupingType
	Fields   []string       // for Fields and PartialKey
	Object   *schema.Object // for Custom
	Span     diag.Span
}

// Components returns spouts, then bolts.
func (t *Topology) Components() []*Component {
	all := make([]*Component, 0, len(t.Spouts)+len(t.Bolts))
	return append(append(all, t.Spouts...), t.Bolts...)
}
