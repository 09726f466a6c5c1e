package asyaml

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema/format"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Write returns the text of a file, in the canonical layout.
func Write(d *Document) []byte {
	p := &printer{}
	p.comments(0, d.Header)
	before := true // the section before takes one line
	for _, s := range d.sections() {
		if s.value == nil && len(d.Notes[s.key]) == 0 {
			continue
		}
		_, short := s.onOneLine()
		if short = short && len(d.Notes[s.key]) == 0; (!short || !before) && s.key != "name" {
			p.b.WriteString("\n")
		}
		before = short
		p.comments(0, d.Notes[s.key])
		if s.value != nil {
			n := newMap()
			n.put(s.key, s.value)
			p.entries(n, 0, "")
		}
	}
	written, _ := format.Format(diag.NewFile("topology.yaml", "", []byte(p.b.String())))
	if written == nil {
		panic("asyaml: the text that it wrote is not YAML:\n" + p.b.String())
	}
	return written
}

type section struct {
	key   string
	value *node // nil if the document does not have it
}

// onOneLine returns a section without notes that takes one line. One that is not there takes none.
func (s section) onOneLine() (string, bool) {
	if s.value == nil {
		return "", true
	}
	return s.value.onOneLine()
}

// sections returns the keys of a document in the order of docs/language.md.
func (d *Document) sections() []section {
	all := []section{{"name", text(d.Name)}, {"config", nil}, {"resources", nil}, {"jar", nil}, {"dependencies", nil},
		{"python", nil}, {"setup", nil}, {"components", nil}, {"workerHooks", nil}, {"spouts", nil}, {"bolts", nil}, {"end", nil}}
	set := func(key string, present bool, value func() *node) {
		for i := range all {
			if all[i].key == key && present {
				all[i].value = value()
			}
		}
	}
	set("config", len(d.Config) > 0, func() *node { return value(map[string]any(d.Config)) })
	set("resources", len(d.Resources) > 0 || d.NoResources, d.resources)
	set("jar", len(d.Jars) > 0, func() *node {
		if len(d.Jars) == 1 {
			return text(d.Jars[0])
		}
		return texts(d.Jars)
	})
	set("python", d.Python != Python{}, d.Python.node)
	set("setup", len(d.Setup) > 0, func() *node { return texts(d.Setup) })
	set("components", len(d.Beans) > 0, func() *node { return objects(d.Beans) })
	set("workerHooks", len(d.Hooks) > 0, func() *node { return objects(d.Hooks) })
	set("spouts", len(d.Spouts) > 0, func() *node { return components(d.Spouts) })
	set("bolts", len(d.Bolts) > 0, func() *node { return components(d.Bolts) })
	return all
}

func (d *Document) resources() *node {
	list := &node{kind: yaml.Sequence}
	for _, r := range d.Resources {
		if r.To == "" {
			list.items = append(list.items, text(r.From))
			continue
		}
		n := newMap()
		n.inline = true
		n.put("from", text(r.From))
		n.put("to", text(r.To))
		list.items = append(list.items, n)
	}
	return list
}

func (p Python) node() *node {
	n := newMap()
	n.putText("interpreter", p.Interpreter)
	n.putText("venv", p.Venv)
	n.putText("requirements", p.Requirements)
	return n
}

func (n *node) putText(key, s string) {
	if s != "" {
		n.put(key, text(s))
	}
}

func (n *node) putInt(key string, i int) {
	if i != 0 {
		n.put(key, raw(strconv.Itoa(i)))
	}
}

func (n *node) putFloat(key string, f *float64) {
	if f != nil {
		n.put(key, scalar(yaml.FromGo(*f)))
	}
}

func components(list []*Component) *node {
	// In a map, keys that begin with x- are free.
	if slices.ContainsFunc(list, func(c *Component) bool { return strings.HasPrefix(c.ID, "x-") }) {
		return componentList(list)
	}
	n := newMap()
	n.spaced = true
	for _, c := range list {
		n.put(c.ID, c.node(), c.Notes...)
	}
	return n
}

func componentList(list []*Component) *node {
	n := &node{kind: yaml.Sequence}
	for _, c := range list {
		item := newMap()
		item.notes = c.Notes
		item.put("id", text(c.ID))
		c.into(item)
		n.items = append(n.items, item)
	}
	return n
}

func (c *Component) node() *node {
	n := newMap()
	c.into(n)
	return n
}

// into adds the keys of a component to a map.
func (c *Component) into(n *node) {
	n.putText("go", c.Go)
	if len(c.Command) > 0 {
		n.put("command", texts(c.Command))
	}
	n.putText("python", c.Class)
	if c.Object != nil {
		c.Object.into(n)
	}
	if len(c.Args) > 0 {
		n.put("args", texts(c.Args))
	}
	if len(c.Env) > 0 {
		env := newMap()
		for _, e := range c.Env {
			env.put(e.Name, text(e.Value))
		}
		n.put("env", env)
	}
	if c.Parallelism != 1 { // the default
		n.putInt("parallelism", c.Parallelism)
	}
	n.putInt("tasks", c.Tasks)
	if c.Tick > 0 {
		n.put("tick", raw(duration(c.Tick)))
	}
	n.putFloat("onHeapMemoryLoad", c.OnHeapMemoryLoad)
	n.putFloat("offHeapMemoryLoad", c.OffHeapMemoryLoad)
	n.putFloat("cpuLoad", c.CPULoad)
	if len(c.Config) > 0 {
		n.put("config", value(map[string]any(c.Config)))
	}
	if len(c.Inputs) > 0 {
		n.put("inputs", inputs(c.Inputs))
	}
	if len(c.Outputs) > 0 {
		n.put("outputs", outputs(c.Outputs), c.OutputNotes...)
	} else {
		n.notes = append(n.notes, c.OutputNotes...)
	}
}

// duration returns seconds as the language writes them: 1m30s. A duration that Go cannot hold is a plain number.
func duration(seconds int64) string {
	if seconds > int64(time.Duration(1<<63-1)/time.Second) || seconds < 60 || seconds%60 != 0 && seconds > 3600 {
		if seconds < 3600 {
			return strconv.FormatInt(seconds, 10) + "s"
		}
		return strconv.FormatInt(seconds, 10)
	}
	s := ""
	if h := seconds / 3600; h > 0 {
		s += strconv.FormatInt(h, 10) + "h"
	}
	if m := seconds % 3600 / 60; m > 0 {
		s += strconv.FormatInt(m, 10) + "m"
	}
	if rest := seconds % 60; rest > 0 {
		s += strconv.FormatInt(rest, 10) + "s"
	}
	return s
}

// outputs returns the declared streams: a list of fields for the default stream alone, else a map.
func outputs(streams []*topology.Stream) *node {
	if s := streams[0]; len(streams) == 1 && s.ID == topology.DefaultStream && !s.Direct {
		return texts(s.Fields)
	}
	n := newMap()
	for _, s := range streams {
		fields := texts(s.Fields)
		if s.Direct {
			direct := newMap()
			direct.inline = true
			direct.put("fields", fields)
			direct.put("direct", raw("true"))
			fields = direct
		}
		n.put(s.ID, fields)
	}
	return n
}

func inputs(list []*Input) *node {
	n := &node{kind: yaml.Sequence}
	short := true
	for _, in := range list {
		_, shuffle := in.Grouping.(topology.Shuffle)
		short = short && in.Stream == "" && (in.Grouping == nil || shuffle) && len(in.Notes) == 0
	}
	for _, in := range list {
		if short {
			n.items = append(n.items, text(in.From))
			continue
		}
		item := newMap()
		item.notes = in.Notes
		item.put("from", text(in.From))
		item.putText("stream", in.Stream)
		if g := in.grouping(); g != nil {
			item.put("grouping", g)
		}
		n.items = append(n.items, item)
	}
	return n
}

// grouping returns a grouping, or nil for shuffle.
func (in *Input) grouping() *node {
	if in.Custom != nil {
		object := newMap()
		object.inline = true
		in.Custom.into(object)
		n := newMap()
		n.inline = true
		n.put("custom", object)
		return n
	}
	switch g := in.Grouping.(type) {
	case nil, topology.Shuffle:
		return nil
	case topology.Fields, topology.PartialKey:
		n := newMap()
		n.inline = true
		n.put(g.Name(), texts(topology.FieldNames(g)))
		return n
	}
	return text(in.Grouping.Name())
}

func objects(list []*Object) *node {
	n := &node{kind: yaml.Sequence}
	for _, o := range list {
		item := newMap()
		item.notes = o.Notes
		item.putText("id", o.ID)
		o.into(item)
		n.items = append(n.items, item)
	}
	return n
}

// into adds the keys of an object to a map.
func (o *Object) into(n *node) {
	n.put("className", text(o.Class))
	if o.Factory != "" {
		n.put("factory", text(o.Factory))
	}
	if len(o.Args) > 0 {
		key := "constructorArgs"
		if o.Factory != "" {
			key = "factoryArgs"
		}
		n.put(key, value(o.Args))
	}
	// Flux sets all properties before it calls the first method.
	properties, methods := &node{kind: yaml.Sequence}, &node{kind: yaml.Sequence}
	for _, s := range o.Steps {
		item := newMap()
		item.inline = true
		if s.Property != "" {
			item.put("name", text(s.Property))
			item.put("value", value(s.Args[0]))
			properties.items = append(properties.items, item)
			continue
		}
		item.put("name", text(s.Method))
		if len(s.Args) > 0 {
			item.put("args", value(s.Args))
		}
		methods.items = append(methods.items, item)
	}
	if len(properties.items) > 0 {
		n.put("properties", properties)
	}
	if len(methods.items) > 0 {
		n.put("configMethods", methods)
	}
}
