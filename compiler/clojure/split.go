package clojure

import (
	"fmt"
)

// methodCode is the form.code that one function may have. The JVM allows 65,535 bytes of code for a method (JVM
// specification 4.7.3) and 65,535 constants for a class. Clojure 1.5 to 1.10 makes about ten bytes of code and a few
// constants of an atom in a collection, so such a function is far below both limits.
const methodCode = 2400

// maxCalls is the number of functions that one function may call to join their pieces.
const maxCalls = 300

// hoistedPrefix are the prefixes of the functions that hold pieces: PREFIX-1, PREFIX-2.
var hoistedPrefix = map[string]bool{"spouts-": true, "bolts-": true, "conf-": true, "values-": true}

// split returns a form with the value of f and at most methodCode: f itself, or calls of private functions that hold
// its pieces.
func (e *emitter) split(f *form, prefix string) *form {
	if f.code <= methodCode || f.solid {
		return f
	}
	switch f.kind {
	case mapForm:
		return e.splitInto(f, prefix, 2, func(pieces []*form) *form { return call("merge", pieces...) })
	case vectorForm:
		return e.splitInto(f, prefix, 1, func(pieces []*form) *form {
			return call("into", vector(), call("concat", pieces...))
		})
	case callForm:
		parts := make([]*form, len(f.parts))
		for i, p := range f.parts {
			parts[i] = p
			if p.code > methodCode/len(f.parts) {
				parts[i] = e.hoist(p, prefix)
			}
		}
		if f.text == "str" && len(parts) > maxCalls {
			return e.splitCall(&form{kind: callForm, text: f.text, parts: parts}, prefix)
		}
		small := call(f.text, parts...)
		small.units, small.comments = f.units, f.comments
		return small
	}
	return f
}

// hoist moves a form into private functions and returns a call that gives its value.
func (e *emitter) hoist(f *form, prefix string) *form {
	f = e.split(f, prefix)
	if f.hoisted {
		return f
	}
	e.counts[prefix]++
	name := fmt.Sprintf("%s-%d", prefix, e.counts[prefix])
	var args []*form
	if f.uses(optionsArg) {
		args = []*form{atom(optionsArg)}
	}
	e.definitions = append(e.definitions, define("defn- "+name+" "+vector(args...).line(), f))
	piece := call(name, args...)
	piece.hoisted = true
	return piece
}

// splitInto splits a collection into runs of entries. step is the number of parts of an entry.
func (e *emitter) splitInto(f *form, prefix string, step int, join func([]*form) *form) *form {
	collect := func(parts []*form) *form {
		return (&form{kind: f.kind, parts: parts}).measure()
	}
	var pieces []*form
	var run []*form
	code := 0
	flush := func() {
		if len(run) > 0 {
			pieces = append(pieces, e.hoist(collect(run), prefix))
			run, code = nil, 0
		}
	}
	for i := 0; i < len(f.parts); i += step {
		entry := make([]*form, step)
		n := 0
		for j := range entry {
			entry[j] = e.shrink(f.parts[i+j], prefix)
			n += entry[j].code
		}
		if 2*(code+n) >= methodCode {
			flush()
		}
		run, code = append(run, entry...), code+n
	}
	flush()
	// If there are too many pieces for one function to call, join them in groups.
	for len(pieces) > maxCalls {
		var groups []*form
		for at := 0; at < len(pieces); at += maxCalls {
			groups = append(groups, e.hoist(join(pieces[at:min(at+maxCalls, len(pieces))]), prefix))
		}
		pieces = groups
	}
	return join(pieces)
}

// shrink returns a form that is small enough to share a function with others.
func (e *emitter) shrink(f *form, prefix string) *form {
	if f.code <= methodCode/5 {
		return f
	}
	small := e.hoist(f, prefix)
	small.comments = f.comments
	return small
}

// splitCall joins the pieces of a long string in groups.
func (e *emitter) splitCall(f *form, prefix string) *form {
	for len(f.parts) > maxCalls {
		var groups []*form
		for at := 0; at < len(f.parts); at += maxCalls {
			groups = append(groups, e.hoist(call(f.text, f.parts[at:min(at+maxCalls, len(f.parts))]...), prefix))
		}
		f = call(f.text, groups...)
	}
	return f
}

// define returns a definition. Its value is on the same line if it fits, else two columns in on the next line.
func define(head string, f *form) string {
	l := &layout{}
	l.write("(" + head)
	if f.flat >= 0 && l.col+1+f.flat+1 <= width {
		l.write(" ")
	} else {
		l.newline(2)
	}
	l.form(f, 1)
	l.write(")\n")
	return l.b.String()
}
