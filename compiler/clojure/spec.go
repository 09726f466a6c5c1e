package clojure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/internal/storm"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// components returns the map from id to spec.
func (e *emitter) components(all []*validate.Component) *form {
	parts := make([]*form, 0, 2*len(all))
	for _, c := range all {
		id := text(c.ID)
		id.comments = e.notes.of(c.Span)
		parts = append(parts, id, e.spec(c))
	}
	return mapping(parts...)
}

// spec returns the call that makes a component.
func (e *emitter) spec(c *validate.Component) *form {
	shell, common := e.component(c)
	kind := "spout"
	var args []*form
	var units []int
	add := func(unit ...*form) {
		args, units = append(args, unit...), append(units, len(unit))
	}
	class, python := e.pythonClass(c)
	if python {
		add(atom("options"))
	}
	if c.Kind == schema.Bolt {
		kind = "bolt"
		add(e.inputs(c))
	}
	operator := "shell-" + kind + "-spec"
	switch {
	case python:
		operator = "python-" + kind + "-spec"
		add(text(class), e.outputs(c))
	case e.opts.Dialect == Streamparse:
		add(words([]string{shell.ExecutionCommand, shell.Script}), e.outputs(c))
	default:
		add(text(shell.ExecutionCommand), text(shell.Script), e.outputs(c))
	}
	e.refers[operator] = true
	if c.Parallelism != 1 || c.Source != nil && c.Source.Parallelism != nil {
		args = append(args, atom(":p"), value(int64(c.Parallelism)))
	}
	if conf := e.componentConf(c, common); conf != nil {
		args = append(args, atom(":conf"), conf)
	}
	f := call(operator, args...)
	f.units = units
	return f
}

// pythonClass returns the class of a component that is a Python class run by streamparse, in the dialect that has a word for it.
// Streamparse 1 and 2 run `python -m streamparse.run CLASS`, with the interpreter of topology.python.path if
// that option is given; streamparse 3 runs `streamparse_run CLASS`.
func (e *emitter) pythonClass(c *validate.Component) (string, bool) {
	if e.opts.Dialect != Streamparse || len(c.Env) > 0 || c.Go != nil {
		return "", false
	}
	w := c.Command
	switch {
	case len(w) == 2 && w[0] == "streamparse_run":
		return w[1], !strings.HasPrefix(w[1], "-")
	case len(w) == 4 && w[0] == "python" && w[1] == "-m" && w[2] == "streamparse.run":
		return w[3], true
	}
	return "", false
}

// inputs returns a bolt's subscriptions: a source, or the source and its stream, to a grouping.
func (e *emitter) inputs(c *validate.Component) *form {
	parts := make([]*form, 0, 2*len(c.Inputs))
	for _, in := range c.Inputs {
		from := text(in.From.ID)
		if in.Stream.ID != schema.DefaultStream {
			from = words([]string{in.From.ID, in.Stream.ID})
		}
		parts = append(parts, from, e.grouping(in))
	}
	return mapping(parts...)
}

func (e *emitter) grouping(in *validate.Input) *form {
	switch in.Grouping {
	case schema.Shuffle:
		return atom(":shuffle")
	case schema.LocalOrShuffle:
		return atom(":local-or-shuffle")
	case schema.All:
		return atom(":all")
	case schema.Global:
		return atom(":global")
	case schema.NoGrouping:
		return atom(":none")
	case schema.Direct:
		return atom(":direct")
	case schema.Fields:
		return words(in.Fields)
	case schema.PartialKey:
		e.imports[e.opts.Dialect.pkg()+".grouping PartialKeyGrouping"] = true
		e.imports[e.opts.Dialect.pkg()+".tuple Fields"] = true
		return call("PartialKeyGrouping.", call("Fields.", words(in.Fields)))
	case schema.Custom:
		// A JVM class: its constructor call belongs here. The compiler refuses classes so far.
	}
	panic(fmt.Sprintf("clojure: grouping %s of a compiled topology", in.Grouping))
}

// outputs returns a component's streams: a vector of fields where there is just the default stream, else a map.
func (e *emitter) outputs(c *validate.Component) *form {
	if len(c.Streams) == 1 && c.Streams[0].ID == schema.DefaultStream && !c.Streams[0].Direct {
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

// componentConf returns a component's configuration as it was compiled, its own settings first and in their order; nil for
// none.
func (e *emitter) componentConf(c *validate.Component, common *storm.ComponentCommon) *form {
	if common.JSONConf == nil {
		return nil
	}
	compiled := decode(*common.JSONConf)
	parts := make([]*form, 0, 2*len(compiled))
	for _, s := range c.Config {
		v, ok := compiled[s.Key]
		if !ok {
			continue
		}
		delete(compiled, s.Key)
		if _, isMap := v.(map[string]any); !isMap {
			v = s.Value // which tells 1.0 from 1; only maps are merged with something else
		}
		parts = append(parts, text(s.Key), value(v))
	}
	for _, key := range slices.Sorted(maps.Keys(compiled)) {
		parts = append(parts, text(key), value(compiled[key]))
	}
	if len(parts) == 0 {
		return nil
	}
	return mapping(parts...)
}

// decode reads the compiler's JSON with its numbers as value takes them.
func decode(text string) map[string]any {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	var conf map[string]any
	if err := dec.Decode(&conf); err != nil {
		panic(fmt.Sprintf("clojure: the compiler wrote %q: %v", text, err))
	}
	return numbers(conf).(map[string]any)
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, ok := new(big.Int).SetString(v.String(), 10); ok {
			if n.IsInt64() {
				return n.Int64()
			}
			return n
		}
		f, err := v.Float64()
		if err != nil {
			panic(fmt.Sprintf("clojure: the compiler wrote the number %s: %v", v, err))
		}
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

// conf returns the topology's configuration: the user's settings in their order, with their comments, then what the
// compiler added.
func (e *emitter) conf() *form {
	rest := maps.Clone(e.prog.Conf)
	var parts []*form
	for _, s := range e.prog.Source.Config {
		v, ok := rest[s.Key]
		if !ok {
			continue // given twice: the first place has it
		}
		delete(rest, s.Key)
		key := text(s.Key)
		key.comments = append(e.notes.of(s.Span), e.added(s.Key)...)
		parts = append(parts, key, value(v))
	}
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		key := text(k)
		key.comments = e.added(k)
		parts = append(parts, key, value(rest[k]))
	}
	return mapping(parts...)
}

// added returns why the compiler added something to a setting.
func (e *emitter) added(key string) []string {
	var lines []string
	for _, a := range e.prog.Added {
		if a.Key == key {
			lines = append(lines, wrap("stormflux: "+a.Why, width-6)...)
		}
	}
	return lines
}

// wrap breaks a text into lines of at most n characters where it has blanks.
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
