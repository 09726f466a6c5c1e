package clojuredsl

import (
	"fmt"
	"slices"

	"github.com/stormflux/stormflux/internal/cljform"
	"github.com/stormflux/stormflux/internal/topology"
)

// dsl evaluates the functions of Storm's DSL (storm-clojure 2.x, org/apache/storm/clojure.clj) and of streamparse's
// (streamparse 2.0.2, streamparse.specs).
func (r *reader) dsl(f *cljform.Form, name string, args []any) (any, error) {
	s := &spec{reader: r, form: f, args: args}
	switch name {
	case "topology":
		if t := asTopology(args); t != nil {
			return t, nil
		}
		return nil, fault(f, "a topology needs a map of spouts and a map of bolts")
	case "direct-stream":
		if fields, ok := s.next().([]any); ok {
			return direct(fields), nil
		}
		return nil, fault(f, "direct-stream needs a vector of fields")
	case "spout-spec":
		s.object()
	case "bolt-spec":
		s.inputs()
		s.object()
	case "shell-spout-spec":
		s.shell()
	case "shell-bolt-spec":
		s.inputs()
		s.shell()
	case "python-spout-spec":
		s.python(s.next())
	case "python-bolt-spec":
		options := s.next()
		s.inputs()
		s.python(options)
	default:
		return nil, fault(f, "stormflux does not know the function %s", name)
	}
	s.options()
	return &s.component, s.err
}

// asTopology returns a topology, or a pair of maps of components as a topology, or nil.
func asTopology(v any) *topology.Topology {
	if t, ok := v.(*topology.Topology); ok {
		return t
	}
	maps, ok := v.([]any)
	if !ok || len(maps) != 2 {
		return nil
	}
	t := &topology.Topology{}
	for i, list := range []*[]*topology.Component{&t.Spouts, &t.Bolts} {
		m, ok := maps[i].(mapping)
		if !ok {
			return nil
		}
		for _, p := range m {
			id, isText := p.key.(string)
			c, isComponent := p.value.(*topology.Component)
			if !isText || !isComponent {
				return nil
			}
			*list = append(*list, named(c, id))
		}
	}
	return t
}

// named returns a component with an id, which its definitions have too.
func named(c *topology.Component, id string) *topology.Component {
	out := *c
	out.ID = id
	for _, d := range (&topology.Topology{Bolts: []*topology.Component{&out}}).Definitions() {
		d.Component = id
	}
	return &out
}

// spec reads the arguments of a spec, one after the other. After a fault, err is set.
type spec struct {
	reader    *reader
	form      *cljform.Form
	args      []any
	component topology.Component
	err       error
}

func (s *spec) fault(format string, args ...any) {
	if s.err == nil {
		s.err = fault(s.form, format, args...)
	}
}

func (s *spec) next() any {
	if len(s.args) == 0 {
		s.fault("an argument of %s is missing", s.form.Head())
		return nil
	}
	v := s.args[0]
	s.args = s.args[1:]
	return v
}

func (s *spec) object() {
	o, ok := s.next().(*object)
	if !ok {
		s.fault("%s needs an object of a class", s.form.Head())
		return
	}
	s.component.Code = o.definition()
}

// shell reads the command and the outputs: "python" "bolt.py" ["word"], or ["python" "bolt.py"] ["word"].
func (s *spec) shell() {
	var words []string
	switch command := s.next().(type) {
	case string:
		script, ok := s.next().(string)
		if !ok {
			s.fault("the script of the command is not a string")
		}
		words = []string{command, script}
	case []any:
		words = s.strings(command)
	default:
		s.fault("the command is neither a string nor a vector of strings")
	}
	s.component.Code = &topology.Process{Words: words}
	s.outputs()
}

// python reads the class and the outputs of a component that streamparse starts.
func (s *spec) python(options any) {
	program := "python" // streamparse's default
	if m, ok := options.(mapping); ok {
		if p, ok := m.get("topology.python.path").(string); ok {
			program = p
		}
	}
	class, ok := s.next().(string)
	if !ok {
		s.fault("the class of the component is not a string")
	}
	s.component.Code = &topology.Process{Words: []string{program, "-m", "streamparse.run", class}}
	s.outputs()
}

func (s *spec) strings(list []any) []string {
	var all []string
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			s.fault("%v stands where a string belongs", v)
		}
		all = append(all, text)
	}
	return all
}

func (s *spec) outputs() {
	add := func(id string, v any) {
		stream := &topology.Stream{ID: id}
		switch fields := v.(type) {
		case []any:
			stream.Fields = s.strings(fields)
		case direct:
			stream.Fields, stream.Direct = s.strings(fields), true
		default:
			s.fault("the fields of the stream %q are not a vector", id)
		}
		s.component.Streams = append(s.component.Streams, stream)
	}
	switch v := s.next().(type) {
	case mapping:
		for _, p := range v {
			add(fmt.Sprint(p.key), p.value)
		}
	case nil:
	default:
		add(topology.DefaultStream, v)
	}
}

func (s *spec) inputs() {
	m, ok := s.next().(mapping)
	if !ok {
		s.fault("the inputs of a bolt are not a map")
	}
	for _, p := range m {
		in := &topology.Input{Stream: topology.DefaultStream, Grouping: s.grouping(p.value)}
		var words []string
		switch source := p.key.(type) {
		case string:
			words = []string{source, topology.DefaultStream}
		case []any:
			words = s.strings(source)
		}
		if len(words) == 2 {
			in.Component, in.Stream = words[0], words[1]
		} else {
			s.fault("a source is neither \"ID\" nor [\"ID\" \"STREAM\"]")
		}
		s.component.Inputs = append(s.component.Inputs, in)
	}
}

func (s *spec) grouping(v any) topology.Grouping {
	switch v := v.(type) {
	case nil:
		return topology.None{}
	case []any:
		if len(v) == 0 {
			return topology.Global{} // as Storm reads it
		}
		return topology.Fields{Names: s.strings(v)}
	case keyword:
		for _, g := range []topology.Grouping{
			topology.Shuffle{}, topology.LocalOrShuffle{}, topology.All{}, topology.Global{}, topology.None{}, topology.Direct{},
		} {
			if g.Name() == string(v) {
				return g
			}
		}
		s.fault("there is no grouping :%s", string(v))
	case *object:
		if fields, ok := partialKey(v); ok {
			return topology.PartialKey{Names: s.strings(fields)}
		}
		return topology.Custom{Object: v.definition()}
	default:
		s.fault("a grouping is neither a keyword, a vector of fields nor an object")
	}
	return topology.Shuffle{}
}

// partialKey returns the fields of (PartialKeyGrouping. (Fields. [FIELDS])).
func partialKey(o *object) ([]any, bool) {
	packages := []string{"org.apache.storm", "backtype.storm"}
	if len(o.args) != 1 || !slices.ContainsFunc(packages, func(p string) bool { return o.class == p+".grouping.PartialKeyGrouping" }) {
		return nil, false
	}
	fields, ok := o.args[0].(*object)
	if !ok || len(fields.args) != 1 {
		return nil, false
	}
	names, ok := fields.args[0].([]any)
	return names, ok
}

// options reads :p and :conf.
func (s *spec) options() {
	s.component.Parallelism = 1
	for s.err == nil && len(s.args) > 0 {
		key, v := s.next(), s.next()
		switch key {
		case keyword("p"):
			n, ok := v.(int64)
			if !ok || n < 1 || n > 1<<31-1 {
				s.fault(":p is not a number of executors")
			}
			s.component.Parallelism = int(n)
		case keyword("conf"):
			m, ok := v.(mapping)
			if !ok && v != nil {
				s.fault(":conf is not a map")
			}
			conf, err := s.reader.configuration(s.form, m)
			if s.err == nil {
				s.err = err
			}
			if len(conf) > 0 {
				s.component.Conf = conf
			}
		default:
			s.fault("stormflux knows the options :p and :conf, and not %v", key)
		}
	}
}

// configuration returns a map as a configuration.
func (r *reader) configuration(f *cljform.Form, m mapping) (map[string]topology.Value, error) {
	conf := map[string]topology.Value{}
	for _, p := range m {
		key, ok := p.key.(string)
		if !ok {
			return nil, fault(f, "a key of the configuration is not a string")
		}
		var err error
		if conf[key], err = r.setting(f, p.value); err != nil {
			return nil, err
		}
	}
	return conf, nil
}

func (r *reader) setting(f *cljform.Form, v any) (topology.Value, error) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string:
		return v, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = r.setting(f, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case mapping:
		return r.configuration(f, v)
	}
	return nil, fault(f, "a value of the configuration has no form in YAML")
}
