// Package declare finds out what the class of a spout or bolt declares, without a JVM: what Storm's TopologyBuilder takes
// it for, its output streams and its own configuration.
//
// It makes the object of a definition and calls declareOutputFields and getComponentConfiguration in a small interpreter
// for JVM bytecode. Classes of Java and, where their code is not on the class path, of Storm are models written in Go.
// What neither code nor a model knows becomes an unknown value. An unknown value does no harm until a decision depends on
// it: then the interpreter runs the rest once for each outcome. If the answers differ, the result is unknown, too.
//
// The result holds for an object that can be made: a run that ends with an exception has no streams. Input is hostile:
// steps, memory, depth and the number of runs are limited, and every class file gets an answer.
//
// It knows the JVM, Flux's choice of constructors, and Storm's executors. It knows no YAML and makes no diagnostics.
package declare

import (
	"fmt"
	"reflect"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

// Classes finds class files. [classfile.Path] is one.
type Classes interface {
	// Class returns the class of a binary name. Any error means that the code of the class is not known.
	Class(name string) (*classfile.Class, error)
}

// Kind is what Storm's TopologyBuilder takes an object for: the simple name of an interface.
type Kind string

// The kinds. Of several, the first in this order counts, as in Flux and the runtime adapter.
const (
	RichSpout            Kind = "IRichSpout"
	RichBolt             Kind = "IRichBolt"
	BasicBolt            Kind = "IBasicBolt"
	StatefulWindowedBolt Kind = "IStatefulWindowedBolt"
	WindowedBolt         Kind = "IWindowedBolt"
	StatefulBolt         Kind = "IStatefulBolt"
)

// Declaration is what an object declares.
type Declaration struct {
	Kind    Kind
	Streams []*topology.Stream // in the order of the calls
	// Conf is the component's own configuration. It is empty if the class has none.
	Conf map[string]topology.Value
	// Unknown says why the streams and the configuration are not known; "" if they are. Kind may be known nevertheless.
	Unknown string
}

// The limits of one description.
const (
	mostRuns    = 200
	mostChoices = 40      // of one run
	mostSteps   = 2000000 // of all runs
	mostMemory  = 4000000 // values of one run
	mostDepth   = 150     // calls inside each other
)

// Describe returns what the object of a definition declares.
func Describe(classes Classes, d *topology.Definition) Declaration {
	w := &world{classes: classes, loaded: map[string]*class{}, codes: map[*classfile.Method]*code{}, descriptors: map[string]*descriptor{}}
	var answer *Declaration
	var failure string
	kind := Kind("")
	tried := &choices{}
	steps := mostSteps
	for runs := 1; ; runs++ {
		r := w.run(d, tried, &steps)
		if r.kind != "" {
			kind = r.kind
		}
		switch {
		case r.unknown != "":
			return Declaration{Kind: kind, Unknown: r.unknown}
		case r.failure != "":
			if failure == "" {
				failure = r.failure
			}
		case answer == nil:
			answer = r.answer
		case !reflect.DeepEqual(answer, r.answer):
			return Declaration{Kind: kind, Unknown: "it depends on " + tried.last()}
		}
		if !tried.next() {
			break
		}
		if runs == mostRuns {
			return Declaration{Kind: kind, Unknown: "it depends on " + tried.last()}
		}
	}
	if answer == nil {
		return Declaration{Kind: kind, Unknown: failure}
	}
	return *answer
}

// outcome is how a run ended. One of answer, failure and unknown is set.
type outcome struct {
	kind    Kind
	answer  *Declaration
	failure string // the object cannot be made
	unknown string
}

// giveUp is the panic that ends a run whose answer is not known. It does not leave this package.
type giveUp struct{ why string }

// run makes the object once, with the outcomes of choices that tried holds.
func (w *world) run(d *topology.Definition, tried *choices, steps *int) (out outcome) {
	tried.restart()
	m := &machine{
		world: w, tried: tried, steps: steps, memory: mostMemory,
		statics: map[string]value{}, states: map[*class]initState{}, constants: map[string]*object{},
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case giveUp:
			out = outcome{kind: out.kind, unknown: r.why}
		case *thrown:
			out = outcome{kind: out.kind, failure: m.describeThrown(r)}
		default:
			panic(r)
		}
	}()
	root := m.build(d)
	out.kind = m.kindOf(root)
	out.answer = m.describe(root, out.kind)
	return out
}

// describeThrown returns the reason of a failure.
func (m *machine) describeThrown(t *thrown) string {
	text := "it throws an exception"
	if o, ok := t.exception.(*object); ok {
		text = "it throws " + o.class.name
		if message, ok := o.fields[throwableMessage].(string); ok {
			text += fmt.Sprintf(" (%q)", message)
		}
	}
	return text
}
