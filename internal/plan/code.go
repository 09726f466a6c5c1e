package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/fingerprint"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// code compares what two components with the same id run: the command or object of the model, then the files.
func (c *comparison) code(o, n *topology.Component) {
	change := Change{Action: Restart, Op: Update, Kind: Code, Component: n.ID}
	if !sameCode(o.Code, n.Code) {
		was, is := codeText(o.Code), codeText(n.Code)
		if was != is {
			change.Old, change.New = was, is
		} else {
			change.Note = otherObject(n.Code)
		}
		c.add(change)
		return
	}
	if c.known == nil {
		return
	}
	program := c.known.Programs[n.ID] != c.new.Fingerprint.Programs[n.ID]
	start := c.known.Starts[n.ID] != c.new.Fingerprint.Starts[n.ID]
	switch {
	case program && start:
		change.Note = "its program changed, and its arguments or environment"
	case program:
		change.Note = "its program changed"
	case start:
		change.Note = "its arguments or environment changed"
	default:
		return
	}
	c.add(change)
}

// otherObject says what differs between two objects of one class.
func otherObject(code topology.Code) string {
	if _, serialized := code.(topology.SerializedJava); serialized {
		return "its serialized Java object differs"
	}
	return "its object is made with other arguments, properties or calls"
}

// partNames are the parts of a fingerprint, for people, in the order of a plan.
var partNames = []struct {
	part fingerprint.Part
	name string
}{
	{fingerprint.Setup, "setup"},
	{fingerprint.Resources, "resources"},
	{fingerprint.PythonPackages, "Python packages"},
	{fingerprint.PythonSDK, "stormflux's Python SDK"},
	{fingerprint.Classes, "JVM classes"},
	{fingerprint.Adapter, "stormflux's JVM adapter"},
	{fingerprint.Dependencies, "dependencies"},
}

// wholeCode compares the files that no single component owns.
func (c *comparison) wholeCode() {
	if c.known == nil {
		c.plan.CodeUnknown = true
		c.add(Change{Action: Restart, Op: Update, Kind: Code, Note: "unknown: the topology was not submitted by stormflux"})
		return
	}
	for _, p := range partNames {
		was, is := c.known.Parts[p.part], c.new.Fingerprint.Parts[p.part]
		if was == is {
			continue
		}
		c.add(Change{Action: Restart, Op: opOf(was != "", is != ""), Kind: Code, Name: p.name})
	}
}

func (c *comparison) hooks() {
	was, is := c.old.Topology.WorkerHooks, c.new.Topology.WorkerHooks
	if !slices.EqualFunc(was, is, sameCode) {
		c.add(Change{Action: Restart, Op: opOf(len(was) > 0, len(is) > 0), Kind: WorkerHook, Old: hooksText(was), New: hooksText(is)})
	}
}

func hooksText(hooks []topology.Code) any {
	var all []string
	for _, h := range hooks {
		all = append(all, codeText(h))
	}
	if len(all) == 0 {
		return nil
	}
	return strings.Join(all, ", ")
}

// sameCode reports whether a worker runs the same. The places in the definitions of JVM objects do not count: they are for
// messages.
func sameCode(a, b topology.Code) bool { return identity(a) == identity(b) }

// identity returns a text that is equal for equal code.
func identity(code topology.Code) string {
	switch code := code.(type) {
	case *topology.Process:
		return fmt.Sprintf("process %q", code.Words)
	case *topology.Definition:
		return "definition " + string(wire.FormatDefinition(code.WithoutPlaces()))
	case *topology.JavaObject:
		return fmt.Sprintf("object %s %#v", code.Class, code.Args)
	case topology.SerializedJava:
		return "serialized " + string(code)
	}
	panic(fmt.Sprintf("plan: code of type %T", code))
}

// codeText returns what runs, for people. Arguments of objects may be secrets, so it has none.
func codeText(code topology.Code) string {
	switch code := code.(type) {
	case *topology.Process:
		var words []string
		for _, w := range code.Words {
			if w == "" || strings.ContainsAny(w, " \t\n\"'") {
				w = strconv.Quote(w)
			}
			words = append(words, w)
		}
		return strings.Join(words, " ")
	case *topology.Definition:
		return code.Root().Class
	case *topology.JavaObject:
		return code.Class
	}
	return "a serialized Java object"
}

func streamText(s *topology.Stream) string {
	text := "[" + strings.Join(s.Fields, ", ") + "]"
	if s.Direct {
		text += " direct"
	}
	return text
}

func groupingText(g topology.Grouping) string {
	if custom, ok := g.(topology.Custom); ok {
		return "custom(" + codeText(custom.Object) + ")"
	}
	if fields := topology.FieldNames(g); len(fields) > 0 {
		return g.Name() + "(" + strings.Join(fields, ", ") + ")"
	}
	return g.Name()
}

func sameGrouping(a, b topology.Grouping) bool {
	x, custom := a.(topology.Custom)
	y, both := b.(topology.Custom)
	if custom && both {
		return sameCode(x.Object, y.Object)
	}
	return custom == both && a.Name() == b.Name() && slices.Equal(topology.FieldNames(a), topology.FieldNames(b))
}

func memoryOf(t *topology.Topology) map[string]string {
	all := map[string]string{}
	for _, m := range t.SharedMemory {
		var sizes []string
		for _, s := range []struct {
			name string
			mb   *float64
		}{{"on-heap", m.OnHeap}, {"off-heap worker", m.OffHeapWorker}, {"off-heap node", m.OffHeapNode}} {
			if s.mb != nil {
				sizes = append(sizes, fmt.Sprintf("%s %g MB", s.name, *s.mb))
			}
		}
		all[m.Name] = strings.Join(sizes, ", ") + " for " + strings.Join(m.Components, ", ")
	}
	return all
}
