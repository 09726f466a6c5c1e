package clojure

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
)

// components returns the map from id to spec.
func (e *emitter) components(kind string, all []*topology.Component) *form {
	parts := make([]*form, 0, 2*len(all))
	for _, c := range all {
		id := text(c.ID)
		id.comments = e.notes.comments.of(e.notes.components[c.ID].span)
		parts = append(parts, id, e.spec(kind, c))
	}
	return mapping(parts...)
}

// spec returns the call that makes a component.
func (e *emitter) spec(kind string, c *topology.Component) *form {
	var args []*form
	var units []int
	add := func(unit ...*form) {
		args, units = append(args, unit...), append(units, len(unit))
	}
	python, isPython := e.pythonOf(c)
	if isPython {
		add(e.optionsOf(python))
	}
	if kind == "bolt" {
		add(e.inputs(c))
	}
	operator := "shell-" + kind + "-spec"
	switch code := c.Code.(type) {
	case *topology.Definition:
		operator = kind + "-spec" // the class declares its outputs itself
		add(e.object(code, fmt.Sprintf("%s %q", kind, c.ID)))
	case *topology.Process:
		switch {
		case isPython:
			operator = "python-" + kind + "-spec"
			add(text(python.class), e.outputs(c))
		case e.opts.Dialect == Streamparse:
			add(words(code.Words), e.outputs(c))
		default:
			add(text(code.Words[0]), text(code.Words[1]), e.outputs(c))
		}
	default:
		panic(fmt.Sprintf("clojure: code %T of a compiled topology", c.Code))
	}
	e.refers[operator] = true
	notes := e.notes.components[c.ID]
	if c.Parallelism != 1 || notes.parallelism {
		args = append(args, atom(":p"), value(int64(c.Parallelism)))
	}
	if conf := notes.ownConf(c.Conf); len(conf) > 0 {
		args = append(args, atom(":conf"), orderedConf(conf, notes.settings))
	}
	f := call(operator, args...)
	f.units = units
	return f
}

// inputs returns a bolt's subscriptions: a map from a source, or a source and its stream, to a grouping.
func (e *emitter) inputs(c *topology.Component) *form {
	parts := make([]*form, 0, 2*len(c.Inputs))
	for _, in := range c.Inputs {
		from := text(in.Component)
		if in.Stream != topology.DefaultStream {
			from = words([]string{in.Component, in.Stream})
		}
		parts = append(parts, from, e.grouping(c.ID, in.Grouping))
	}
	return mapping(parts...)
}

func (e *emitter) grouping(bolt string, g topology.Grouping) *form {
	switch g := g.(type) {
	case topology.Fields:
		return words(g.Names)
	case topology.PartialKey:
		fields := call(e.className(e.opts.Dialect.pkg()+".tuple.Fields")+".", words(g.Names))
		return call(e.className(e.opts.Dialect.pkg()+".grouping.PartialKeyGrouping")+".", fields)
	case topology.Custom:
		return e.object(g.Object.(*topology.Definition), fmt.Sprintf("bolt %q", bolt))
	}
	return atom(":" + g.Name()) // the DSL and the language have the same names
}

// outputs returns a component's streams: a vector of fields if there is only the default stream, else a map.
func (e *emitter) outputs(c *topology.Component) *form {
	if len(c.Streams) == 1 && c.Streams[0].ID == topology.DefaultStream && !c.Streams[0].Direct {
		return words(c.Streams[0].Fields)
	}
	parts := make([]*form, 0, 2*len(c.Streams))
	for _, s := range c.Streams {
		fields := words(s.Fields)
		if s.Direct {
			e.refers["direct-stream"] = true
			fields = call("direct-stream", fields)
		}
		parts = append(parts, text(s.ID), fields)
	}
	return mapping(parts...)
}

// orderedConf returns a configuration as a map: first the settings of the file, in their order.
func orderedConf(conf map[string]topology.Value, inFile []setting) *form {
	rest := maps.Clone(conf)
	parts := make([]*form, 0, 2*len(conf))
	for _, s := range inFile {
		if v, ok := rest[s.key]; ok { // if the file sets it twice, it stays at the first place
			delete(rest, s.key)
			parts = append(parts, text(s.key), value(v))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		parts = append(parts, text(key), value(rest[key]))
	}
	return mapping(parts...)
}

// conf returns the topology's configuration: the user's settings in their order and with their comments, then what the
// compiler added.
func (e *emitter) conf() *form {
	rest := maps.Clone(e.top.Conf)
	var parts []*form
	for _, s := range e.notes.settings {
		v, ok := rest[s.key]
		if !ok {
			continue // the file sets it twice, and it stays at the first place
		}
		delete(rest, s.key)
		key := text(s.key)
		key.comments = append(e.notes.comments.of(s.span), e.added(s.key)...)
		parts = append(parts, key, value(v))
	}
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		key := text(k)
		key.comments = e.added(k)
		parts = append(parts, key, value(rest[k]))
	}
	return mapping(parts...)
}

// added returns the comment that says why the compiler added something to a setting.
func (e *emitter) added(key string) []string {
	var lines []string
	for _, a := range e.prog.Added {
		if a.Key == key {
			lines = append(lines, wrap("stormflux: "+a.Why, width-6)...)
		}
	}
	return lines
}

// wrap breaks a text at its spaces into lines of at most n bytes.
func wrap(text string, n int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > n {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
