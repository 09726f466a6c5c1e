// Package clojuredsl reads topologies that are written in Clojure: in Storm's own DSL and in that of streamparse 1 and 2.
//
// It evaluates what such files usually consist of: literals, let, merge, functions of the file, the specs of the DSL, and
// calls of constructors. Everything else is a fault at its place.
package clojuredsl

import (
	"errors"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/cljform"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/topology"
)

// Read reads the topology in the text of a file. If the file has several, it is the last one, as for streamparse. The error
// is a [*foreign.Fault].
func Read(path string, text []byte) (*topology.Topology, error) {
	file := diag.NewFile(path, "", text)
	forms, err := cljform.Forms(string(text))
	if err != nil {
		return nil, &foreign.Fault{File: path, Message: err.Error()}
	}
	r := &reader{defs: map[string]*cljform.Form{}, functions: map[string]*cljform.Form{}, imports: map[string]string{}, inClojure: map[string]bool{}}
	t, err := r.read(forms)
	if unclear, ok := errors.AsType[*unclear](err); ok {
		at := file.Position(unclear.at)
		return nil, &foreign.Fault{File: path, Line: at.Line, Column: at.Column, Message: unclear.message}
	}
	if err != nil {
		return nil, &foreign.Fault{File: path, Message: err.Error()}
	}
	return t, nil
}

// unclear is a form that the reader does not understand.
type unclear struct {
	at      int
	message string
}

func (u *unclear) Error() string { return u.message }

type reader struct {
	defs      map[string]*cljform.Form // the values of (def NAME VALUE)
	functions map[string]*cljform.Form // (defn NAME ...)
	imports   map[string]string        // full names of classes
	inClojure map[string]bool          // components in Clojure: (defbolt NAME ...)
	depth     int
}

func (r *reader) read(forms []*cljform.Form) (*topology.Topology, error) {
	var order []*cljform.Form
	for _, f := range forms {
		if len(f.Items) < 2 {
			continue
		}
		name := f.Items[1].Text
		switch f.Head() {
		case "ns", "import":
			r.readImports(f)
		case "def", "defonce":
			r.defs[name] = f.Items[len(f.Items)-1]
		case "defn", "defn-":
			r.functions[name] = f
			order = append(order, f)
		case "defspout", "defbolt":
			r.inClojure[name] = true
		}
	}
	var found *topology.Topology
	var first error
	for _, f := range order {
		if !mentionsTopology(f) {
			continue
		}
		v, err := r.call(f, nil)
		if err != nil && first == nil {
			first = err
		}
		if t := asTopology(v); err == nil && t != nil {
			t.Name = f.Items[1].Text
			found = t
		}
	}
	switch {
	case first != nil:
		return nil, first
	case found == nil:
		return nil, errors.New("no function of this file returns a topology: (topology {SPOUTS} {BOLTS}), or [{SPOUTS} {BOLTS}] for streamparse")
	}
	return found, r.submission(forms, found)
}

// mentionsTopology reports whether a function makes a topology or a part of one.
func mentionsTopology(f *cljform.Form) bool {
	head := f.Head()
	if head == "topology" || strings.HasSuffix(head, "/topology") || strings.HasSuffix(head, "-spec") {
		return true
	}
	for _, item := range f.Items {
		if mentionsTopology(item) {
			return true
		}
	}
	return false
}

// submission looks for the calls that submit the topology, for its name and configuration.
func (r *reader) submission(forms []*cljform.Form, t *topology.Topology) error {
	for _, f := range forms {
		head, args := f.Head(), []*cljform.Form(nil)
		switch {
		case head == ".submitTopology" && len(f.Items) > 3:
			args = f.Items[2:]
		case strings.HasSuffix(head, "/submitTopology") && len(f.Items) > 2:
			args = f.Items[1:]
		}
		if args != nil {
			if err := r.submitted(args, t); err != nil {
				return err
			}
		}
		if err := r.submission(f.Items, t); err != nil {
			return err
		}
	}
	return nil
}

// submitted reads the name and the configuration of a submission. A name that is a parameter is not known.
func (r *reader) submitted(args []*cljform.Form, t *topology.Topology) error {
	if args[0].Kind == cljform.String {
		t.Name = args[0].Text
	}
	conf, err := r.eval(args[1], nil)
	if err != nil {
		return err
	}
	m, ok := conf.(mapping)
	if !ok {
		return fault(args[1], "the configuration of the topology is not a map")
	}
	t.Conf, err = r.configuration(args[1], m)
	return err
}

// readImports collects the classes that (:import ...) of a namespace and (import ...) name.
func (r *reader) readImports(f *cljform.Form) {
	specs := f.Items[1:]
	if f.Head() == "ns" {
		specs = nil
		for _, clause := range f.Items {
			if clause.Kind == cljform.List && len(clause.Items) > 0 && clause.Items[0].Text == "import" {
				specs = append(specs, clause.Items[1:]...)
			}
		}
	}
	for _, spec := range specs {
		if spec.Kind == cljform.Symbol {
			r.imports[spec.Text[strings.LastIndexByte(spec.Text, '.')+1:]] = spec.Text
		}
		for i, class := range spec.Items {
			if i > 0 {
				r.imports[class.Text] = spec.Items[0].Text + "." + class.Text
			}
		}
	}
}
