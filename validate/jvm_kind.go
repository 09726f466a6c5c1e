package validate

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/schema"
)

const ruleWrongClass = "wrong-class"

var boltKinds = []classfile.Kind{classfile.RichBolt, classfile.BasicBolt, classfile.WindowedBolt, classfile.StatefulBolt}

// isOfKind reports a class that implements none of the interfaces that its place needs.
func (j *jvm) isOfKind(o *schema.Object, class *classfile.Class, place string, kinds ...classfile.Kind) {
	if j.mayBe(class, kinds) {
		return
	}
	d := j.fault(o, ruleWrongClass, o.ClassName.Span, "%s is not %s: it does not implement %s", shortClass(class.Name), place, interfaceNames(kinds))
	for _, other := range otherKinds {
		if j.path.IsKind(class, other.kind) == classfile.Yes {
			d.WithHint("it is %s: %s", other.is, other.remedy)
			return
		}
	}
}

// mayBe reports whether a class is of one of the kinds, as far as that is known.
func (j *jvm) mayBe(class *classfile.Class, kinds []classfile.Kind) bool {
	return slices.ContainsFunc(kinds, func(kind classfile.Kind) bool { return j.path.IsKind(class, kind) != classfile.No })
}

// interfaceNames lists the interfaces of kinds.
func interfaceNames(kinds []classfile.Kind) string {
	var names []string
	for _, kind := range kinds {
		names = append(names, kind.Interface())
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return names[0]
}

// otherKinds are what a class in a wrong place may be.
var otherKinds = []struct {
	kind       classfile.Kind
	is, remedy string
}{
	{classfile.TridentSpout, "a spout for Trident", "make a class that builds the Trident topology the `topologySource`"},
	{classfile.RichSpout, "a spout", "move the component to `spouts`"},
	{classfile.RichBolt, "a bolt", "move the component to `bolts`"},
	{classfile.BasicBolt, "a bolt", "move the component to `bolts`"},
	{classfile.WindowedBolt, "a bolt", "move the component to `bolts`"},
	{classfile.StatefulBolt, "a bolt", "move the component to `bolts`"},
	{classfile.CustomGrouping, "a grouping", "name it as the `customClass` of a grouping"},
	{classfile.WorkerHook, "a worker hook", "move the object to `workerHooks`"},
}
