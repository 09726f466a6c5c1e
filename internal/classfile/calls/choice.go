package calls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
)

// member is a constructor or method that a call can mean.
type member struct {
	params    []classfile.Type
	class     string // that declares it
	public    bool
	static    bool
	synthetic bool
}

func memberOf(m classfile.MethodOf) member {
	params, _ := m.Params()
	return member{params, m.Class.Name, m.Flags.Has(classfile.Public), m.Flags.Has(classfile.Static), m.Flags.Has(classfile.Synthetic)}
}

func members(methods []classfile.MethodOf) []member {
	all := make([]member, len(methods))
	for i, m := range methods {
		all[i] = memberOf(m)
	}
	return all
}

func (r *resolver) constructors(c *classfile.Class) []member {
	var all []member
	for _, m := range c.Constructors() {
		all = append(all, memberOf(classfile.MethodOf{Method: m, Class: c}))
	}
	return all
}

// choice says among what to choose.
type choice struct {
	kind        Kind
	class, name string
	first       bool // of several that Flux accepts, the first one counts, as for setters
	open        bool // there may be more members than those that are known
}

// choose does what Choice.choose of the adapter does.
func (r *resolver) choose(all []member, args []any, of choice) *Call {
	values := r.values(args)
	same := slices.DeleteFunc(slices.Clone(all), func(m member) bool { return len(m.params) != len(values) })
	unknown := func(why string) *Call {
		return &Call{Kind: of.kind, Class: of.class, Name: of.name, Args: values, Unknown: why}
	}
	accepted, sure := r.accepted(same, values)
	if !sure && len(same) > 1 {
		return unknown("the class of an argument is not known here")
	}
	if of.first {
		slices.Reverse(accepted)
	}
	// Flux takes the last one in the order of reflection, which only a JVM knows. So one that works is as good.
	var overflow *unfit
	for _, chosen := range slices.Backward(accepted) {
		failing := r.isFailingBridge(chosen, same, values)
		if failing == classfile.Unknown {
			return unknown("the class of an argument is not known here")
		}
		if !chosen.public || failing == classfile.Yes {
			continue
		}
		converted, bad := r.convertAll(values, chosen.params)
		if bad == nil {
			call := made(of, chosen, converted, same)
			call.Alike = alike(chosen, accepted, same)
			return call
		}
		if bad.overflow {
			overflow = bad
		}
	}
	if overflow != nil {
		return &Call{Kind: of.kind, Class: of.class, Name: of.name, Fault: overflow.why}
	}
	return r.bestFit(same, values, of, unknown)
}

// accepted returns the members that Flux accepts. It is not sure if it does not know the class of an argument.
func (r *resolver) accepted(same []member, values []Value) (accepted []member, sure bool) {
	sure = true
	for _, m := range same {
		answer := classfile.Yes
		for i, v := range values {
			switch r.accepts(v, m.params[i]) {
			case classfile.No:
				answer = classfile.No
			case classfile.Unknown:
				if answer == classfile.Yes {
					answer = classfile.Unknown
				}
			}
		}
		if answer == classfile.Yes {
			accepted = append(accepted, m)
		}
		sure = sure && answer != classfile.Unknown
	}
	return accepted, sure
}

// bestFit chooses the member with the most specific parameters of those to which the values can be converted.
func (r *resolver) bestFit(same []member, values []Value, of choice, unknown func(string) *Call) *Call {
	type candidate struct {
		member
		values []Value
	}
	var fitting []candidate
	why := ""
	for _, m := range same {
		converted, bad := r.convertAll(values, m.params)
		switch {
		case !m.public:
			why = "; it is not public"
		case bad == nil:
			fitting = append(fitting, candidate{m, converted})
		case bad.unknown && len(same) > 1:
			return unknown("the class of an argument is not known here")
		case bad.unknown:
			fitting = append(fitting, candidate{m, values})
		default:
			why = "; " + bad.why
		}
	}
	for _, c := range fitting {
		best := classfile.Yes
		for _, other := range fitting {
			if answer := r.asSpecific(c.params, other.params); answer != classfile.Yes {
				best = answer
				break
			}
		}
		if best == classfile.Unknown {
			return unknown("the superclasses of a parameter are not known here")
		}
		if best == classfile.Yes {
			return made(of, c.member, c.values, same)
		}
	}
	switch {
	case of.open:
		return unknown("not all of its methods are known here")
	case len(fitting) > 0:
		return &Call{Kind: of.kind, Class: of.class, Name: of.name, Fault: "several overloads fit equally well"}
	case len(same) != 1:
		why = ""
	}
	what := "constructor"
	if of.name != "" {
		what = fmt.Sprintf("method %q", of.name)
	}
	return &Call{Kind: of.kind, Class: of.class, Name: of.name, Fault: "it has no " + what + " for these arguments" + why}
}

// made returns the call of a member.
func made(of choice, m member, values []Value, same []member) *Call {
	call := &Call{Kind: of.kind, Class: of.class, Name: of.name, Params: m.params, Args: values}
	if call.Params == nil {
		call.Params = []classfile.Type{}
	}
	if m.static && of.kind == Method {
		call.Kind = StaticMethod
	}
	for _, other := range same {
		if other.public && other.static == m.static && !sameTypes(other.params, m.params) {
			call.Others = append(call.Others, other.params)
		}
	}
	return call
}

// alike returns the parameters of the other members that Flux accepts.
func alike(chosen member, accepted, same []member) [][]classfile.Type {
	var others [][]classfile.Type
	for _, m := range accepted {
		hidden := m.static && m.class != chosen.class // a static method hides that of a superclass
		if (hidden || !sameTypes(m.params, chosen.params)) && !isBridge(m, same) {
			others = append(others, m.params)
		}
	}
	return others
}

// isBridge reports whether the compiler made the method for a generic class, and it is clear which one it calls.
func isBridge(m member, same []member) bool {
	targets := 0
	for _, other := range same {
		if m.synthetic && !other.synthetic && other.class == m.class {
			targets++
		}
	}
	return targets == 1
}

// isFailingBridge reports whether a method only casts its arguments for another one, and cannot do so.
func (r *resolver) isFailingBridge(m member, same []member, values []Value) classfile.Answer {
	isBridge := classfile.No
	for _, other := range same {
		if !m.synthetic || other.synthetic || other.class != m.class || r.asSpecific(other.params, m.params) != classfile.Yes {
			continue
		}
		fits := classfile.Yes
		for i, v := range values {
			if sameTypes(other.params[i:i+1], m.params[i:i+1]) || v.V == nil {
				continue
			}
			if answer := r.isInstance(v, other.params[i]); answer != classfile.Yes {
				fits = answer
			}
		}
		switch fits {
		case classfile.Yes:
			return classfile.No
		case classfile.Unknown:
			return classfile.Unknown
		}
		isBridge = classfile.Yes
	}
	return isBridge
}

// asSpecific reports whether each parameter can stand for that of another member.
func (r *resolver) asSpecific(types, others []classfile.Type) classfile.Answer {
	answer := classfile.Yes
	for i := range types {
		switch r.assignable(types[i], others[i]) {
		case classfile.No:
			return classfile.No
		case classfile.Unknown:
			answer = classfile.Unknown
		}
	}
	return answer
}

func sameTypes(a, b []classfile.Type) bool {
	return slices.EqualFunc(a, b, func(x, y classfile.Type) bool { return x.ClassName() == y.ClassName() })
}

// Signature returns parameters as Java source has them, without packages.
func Signature(params []classfile.Type) string {
	var names []string
	for _, p := range params {
		name := p.String()
		names = append(names, name[strings.LastIndexAny(name, ".$")+1:])
	}
	return "(" + strings.Join(names, ", ") + ")"
}
