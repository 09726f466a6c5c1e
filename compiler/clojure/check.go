package clojure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

// checkOutputs reports streams of a component that its class does not declare: in Storm's DSL, only the class declares
// them.
func (e *emitter) checkOutputs(kind string, c *topology.Component, notes *componentNotes) {
	if notes.outputs.IsZero() || !notes.class.Declared {
		return
	}
	for _, s := range c.Streams {
		i := slices.IndexFunc(notes.class.Streams, func(own *topology.Stream) bool { return own.ID == s.ID })
		what := ""
		switch {
		case i < 0:
			what = fmt.Sprintf("stream %q is not one that its class declares", s.ID)
		case !slices.Equal(notes.class.Streams[i].Fields, s.Fields):
			what = fmt.Sprintf("its outputs name the fields of stream %q [%s], but its class names them [%s]",
				s.ID, strings.Join(s.Fields, ", "), strings.Join(notes.class.Streams[i].Fields, ", "))
		default:
			continue
		}
		e.diags.Errorf(ruleDialect, notes.outputs, "%s %q: %s, and Storm's Clojure DSL has no other outputs for a class", kind, c.ID, what).
			WithHint("remove `outputs`, and use the names of the class in `inputs`")
	}
}

// checkKind reports a bolt that Storm's TopologyBuilder can take for several kinds of bolts. Its methods are overloaded, and
// the DSL leaves the choice to Clojure.
func (e *emitter) checkKind(c *topology.Component, root *topology.Object) {
	if e.opts.Classes == nil || root.Factory != "" {
		return
	}
	class, err := e.opts.Classes.Class(root.Class)
	if err != nil {
		return
	}
	var kinds []string
	for _, kind := range []classfile.Kind{classfile.RichBolt, classfile.BasicBolt, classfile.WindowedBolt, classfile.StatefulBolt} {
		if e.opts.Classes.IsKind(class, kind) == classfile.Yes {
			kinds = append(kinds, kind.Interface())
		}
	}
	if len(kinds) > 1 {
		e.diags.Errorf(ruleDialect, e.notes.places[root].span, "bolt %q: %s implements %s, and Storm's Clojure DSL can take it for any of them",
			c.ID, shortName(root.Class), strings.Join(kinds, " and ")).
			WithHint("let the class implement only one of them")
	}
}

// checkHooks reports worker hooks where the dialect has no place for them.
func (e *emitter) checkHooks() {
	if e.opts.Dialect == Storm {
		return
	}
	for _, hook := range e.top.WorkerHooks {
		if d, ok := hook.(*topology.Definition); ok {
			e.diags.Errorf(ruleDialect, e.notes.places[d.Root()].span, "the %s dialect has no worker hooks", e.opts.Dialect).
				WithHint("remove the worker hook, or use `--dialect storm`")
		}
	}
}

// checkSource reports a topology source that the file cannot call.
func (e *emitter) checkSource() {
	if e.opts.Dialect == Streamparse {
		e.diags.Errorf(ruleDialect, e.notes.places[e.notes.builtBy.Definition.Root()].span, "a streamparse file cannot contain a topology that a class builds").
			WithHint("use `--dialect backtype`")
	}
}
