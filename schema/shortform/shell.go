package shortform

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// shell is one of Flux's shell wrappers as the lines of a command.
type shell struct {
	command []string // and the environment
	config  []string // and the tick
	outputs []string
	keys    []string // the keys that these lines replace, but className
}

func (s *shell) replaces(key string) bool { return slices.Contains(s.keys, key) }

// shellClasses are the wrappers of flux-wrappers that run a process, by the kind of component.
var shellClasses = map[string]string{
	"spout": "org.apache.storm.flux.wrappers.spouts.FluxShellSpout",
	"bolt":  "org.apache.storm.flux.wrappers.bolts.FluxShellBolt",
}

// shellOf returns a component as a command. It returns nil if the component is no shell wrapper, or does what a command
// cannot say.
func (r *rewriter) shellOf(c *component) *shell {
	if class := r.scalar(r.value(c, "className")); c.stays != "" || class == nil || class.Text != shellClasses[c.kind] {
		return nil
	}
	b := &shellBuilder{rewriter: r, c: c, shell: &shell{}}
	if !b.build() {
		r.keep("%s keeps its class: what it does has no short form", c)
		return nil
	}
	r.result.Commands = true
	return b.shell
}

// shellBuilder makes the lines of a command.
type shellBuilder struct {
	*rewriter
	c       *component
	shell   *shell
	streams []outputStream
	config  []string
	known   []string // the keys of the configuration
}

type outputStream struct {
	id       string // as it is written; "" for the default stream
	fields   string
	comments []string
}

func (b *shellBuilder) build() bool {
	for _, k := range b.c.keys {
		ok := true
		switch name := b.key(k.entry); name {
		case "className":
			b.shell.command = append(b.comments(k.start, k.end, nil), b.shell.command...)
		case "constructorArgs":
			b.shell.keys = append(b.shell.keys, name)
			ok = b.construct(k)
		case "configMethods", "properties":
			b.shell.keys = append(b.shell.keys, name)
			ok = b.calls(k, name == "properties")
		case "factory", "factoryArgs", "config", "tick", "outputs", "args", "env", "command", "go", "python":
			ok = false
		}
		if !ok {
			return false
		}
	}
	if b.value(b.c, "constructorArgs") == nil {
		return false
	}
	if len(b.config) > 0 {
		b.shell.config = append(b.shell.config, "    config:")
		b.shell.config = append(b.shell.config, b.config...)
	}
	b.outputs()
	return true
}

// comments returns the comments of a part of the component as lines before a key, except those in a node that is copied.
func (b *shellBuilder) comments(from, to int, copied *yaml.Node) []string {
	if copied != nil && !isFlow(copied) {
		copied = nil // a list in block style becomes words in brackets
	}
	return b.commentsIn(from, to, keyColumn, copied)
}

// construct reads the command and the fields of the default stream.
func (b *shellBuilder) construct(k section) bool {
	args := k.entry.Value
	if !isList(args) || len(args.Entries) == 0 || len(args.Entries) > 2 {
		return false
	}
	command := args.Entries[0].Value
	words, ok := b.words(command)
	if !ok {
		return false
	}
	split := k.end
	if len(args.Entries) == 2 {
		split = b.lineEnd(args.Entries[0].End())
		if fields := args.Entries[1].Value; fields == nil || split > fields.Start {
			split = args.Entries[0].End()
		}
		if !b.declare("", args.Entries[1].Value, split, k.end) {
			return false
		}
	}
	b.shell.command = append(b.shell.command, b.comments(k.start, split, command)...)
	b.shell.command = append(b.shell.command, strings.Split("    command: "+words, "\n")...)
	return true
}

// declare declares a stream, with the comments of a part of the source. The later declaration wins, as in Java.
func (b *shellBuilder) declare(id string, fields *yaml.Node, from, to int) bool {
	words, ok := b.words(fields)
	if !ok {
		return false
	}
	made := outputStream{id, words, b.comments(from, to, fields)}
	for i, s := range b.streams {
		if s.id == id {
			made.comments = append(s.comments, made.comments...)
			b.streams[i] = made
			return true
		}
	}
	b.streams = append(b.streams, made)
	return true
}

func (b *shellBuilder) outputs() {
	switch {
	case len(b.streams) == 0:
	case len(b.streams) == 1 && b.streams[0].id == "":
		b.shell.outputs = append(b.streams[0].comments, strings.Split("    outputs: "+b.streams[0].fields, "\n")...)
	default:
		b.shell.outputs = []string{"    outputs:"}
		for _, s := range b.streams {
			if s.id == "" {
				s.id = "default"
			}
			b.shell.outputs = append(b.shell.outputs, shift(s.comments, 2)...)
			b.shell.outputs = append(b.shell.outputs, strings.Split("      "+s.id+": "+s.fields, "\n")...)
		}
	}
}

// calls reads the elements of configMethods or properties.
func (b *shellBuilder) calls(k section, properties bool) bool {
	if !isList(k.entry.Value) {
		return false
	}
	from := k.start
	items := k.entry.Value.Entries
	for i, item := range items {
		to := k.end
		if i+1 < len(items) {
			to = min(b.lineEnd(item.End()), items[i+1].First())
		}
		name := b.scalar(b.get(item.Value, "name"))
		if name == nil {
			return false
		}
		var args []*yaml.Node
		method := name.Text
		if properties {
			method = "set" + strings.ToUpper(method[:min(1, len(method))]) + method[min(1, len(method)):]
			args = append(args, b.get(item.Value, "value"))
		} else if list := b.get(item.Value, "args"); isList(list) {
			for _, e := range list.Entries {
				args = append(args, e.Value)
			}
		}
		if slices.Contains(args, nil) || !b.call(method, args, from, to) {
			return false
		}
		from = to
	}
	return true
}

// call reads one call of a method of the wrapper, as flux-wrappers 2.8.3 has them.
func (b *shellBuilder) call(method string, args []*yaml.Node, from, to int) bool {
	switch {
	case method == "setDefaultStream" && len(args) == 1:
		return b.declare("", args[0], from, to)
	case method == "setNamedStream" && len(args) == 2 && b.isWord(args[0]):
		id := b.of(args[0])
		if text := b.scalar(args[0]).Text; text == "default" {
			id = ""
		} else if strings.HasPrefix(text, "x-") {
			return false
		}
		return b.declare(id, args[1], from, to)
	case method == "addComponentConfig" && len(args) == 2 && b.isWord(args[0]):
		return b.setting(args[0], args[1], from, to)
	case method == "setEnv" && len(args) == 1:
		return b.environment(args[0], from, to)
	case method == "changeChildCWD" && len(args) == 1:
		v := b.scalar(args[0])
		b.shell.command = append(b.commentsIn(from, to, keyColumn), b.shell.command...)
		return v != nil && v.Kind == yaml.Bool && v.Bool // always the case for a command
	}
	return false
}

const tickKey = "topology.tick.tuple.freq.secs"

func (b *shellBuilder) setting(key, value *yaml.Node, from, to int) bool {
	name := b.scalar(key).Text
	if slices.Contains(b.known, name) || len(value.Properties) > 0 || strings.Contains(b.of(key), "${") {
		return false
	}
	b.known = append(b.known, name)
	comments := b.commentsIn(from, to, keyColumn, value)
	if v := b.scalar(value); name == tickKey && b.c.kind == "bolt" && v != nil && v.Kind == yaml.Int && v.Int64 > 0 && v.Canonical() == v.Text {
		b.shell.config = append(append(comments, "    tick: "+v.Text+"s"), b.shell.config...)
		return true
	}
	b.config = append(b.config, shift(comments, 2)...)
	b.config = append(b.config, b.pair(keyColumn+2, b.of(key), value)...)
	return true
}

// environment reads setEnv. It sets PATH in another way than `env` does.
func (b *shellBuilder) environment(n *yaml.Node, from, to int) bool {
	if !isMap(n) || len(n.Entries) == 0 || slices.Contains(b.known, "") {
		return false
	}
	b.known = append(b.known, "") // a second call would add to the first one
	for _, e := range n.Entries {
		if key := b.key(e); key == "" || key == "PATH" || key == "<<" || !b.isWord(e.Value) {
			return false
		}
	}
	b.shell.command = append(b.shell.command, b.commentsIn(from, to, keyColumn, n)...)
	b.shell.command = append(b.shell.command, b.pair(keyColumn, "env", n)...)
	return true
}
