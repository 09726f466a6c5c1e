package schema

import (
	"github.com/stormflux/stormflux/schema/grammar"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Decoding takes what has the right form and leaves the rest out: the grammar has reported it.

// decode fills the parts of doc from its Root.
func decode(doc *Document) {
	root := doc.Root
	doc.Name = root.Get("name").AsScalar()
	doc.Config = root.Get("config").AsMap()
	doc.Jars = texts(root.Get("jar"))
	doc.Dependencies = texts(root.Get("dependencies").As(yaml.Sequence))
	doc.Platform = root.Get("platform").AsScalar()
	if setup := root.Get("setup"); setup.AsScalar() != nil || setup.AsSequence() != nil {
		doc.Setup = setup
	}
	doc.Python = decodePython(root.Get("python").AsMap())
	if resources := root.Get("resources"); resources != nil && resources.Kind == yaml.Sequence {
		doc.ResourcesGiven = true
		for _, v := range resources.Items {
			if r := decodeResource(v); r != nil {
				doc.Resources = append(doc.Resources, r)
			}
		}
	}
	doc.Spouts = decodeComponents(Spout, root.Get("spouts"))
	doc.Bolts = decodeComponents(Bolt, root.Get("bolts"))
	for _, v := range root.Get("streams").Elements() {
		if in := decodeInput(v.As(yaml.Map)); in != nil {
			doc.Streams = append(doc.Streams, in)
		}
	}
	doc.Beans = decodeObjects(root.Get("components"))
	doc.WorkerHooks = decodeObjects(root.Get("workerHooks"))
	if v := root.Get("topologySource"); v != nil && v.Kind == yaml.Map {
		doc.TopologySource = decodeObject(v)
	}
	doc.Tests = append(decodeTests(root.Get("tests")), doc.Tests...)
	doc.resolve()
}

// texts returns a text, or the texts of a list.
func texts(v *yaml.Value) []*yaml.Value {
	if v == nil || v.Kind == yaml.Null {
		return nil
	}
	if one := v.AsScalar(); one != nil {
		return []*yaml.Value{one}
	}
	var list []*yaml.Value
	for _, item := range v.Elements() {
		if one := item.AsScalar(); one != nil && one.Text != "" {
			list = append(list, one)
		}
	}
	return list
}

func decodePython(v *yaml.Value) *Python {
	if v == nil {
		return nil
	}
	return &Python{
		Value: v, Interpreter: v.Get("interpreter").AsScalar(), VirtualEnv: v.Get("venv").AsScalar(),
		Requirements: v.Get("requirements").AsScalar(), Platforms: texts(v.Get("platforms")),
		IndexURL: v.Get("index-url").AsScalar(), ExtraIndexURLs: texts(v.Get("extra-index-url")),
		FindLinks: texts(v.Get("find-links")), NoIndex: v.Get("no-index").As(yaml.Bool),
	}
}

func decodeResource(v *yaml.Value) *Resource {
	if from := v.AsScalar(); from != nil {
		return &Resource{From: from}
	}
	if from := v.Get("from").AsScalar(); from != nil {
		return &Resource{From: from, To: v.Get("to").AsScalar()}
	}
	return nil
}

func decodeComponents(kind ComponentKind, v *yaml.Value) []*Component {
	if v == nil {
		return nil
	}
	var list []*Component
	switch v.Kind {
	case yaml.Sequence:
		list = make([]*Component, 0, len(v.Items))
		for _, item := range v.Items {
			if item.Kind == yaml.Map {
				list = append(list, decodeComponent(kind, item.Get("id").AsScalar(), item))
			}
		}
	case yaml.Map:
		list = make([]*Component, 0, len(v.Entries))
		for _, e := range v.Entries {
			if e.Value.Kind == yaml.Map && !grammar.IsFree(e.Key.Text) {
				list = append(list, decodeComponent(kind, e.Key, e.Value))
			}
		}
	}
	return list
}

func decodeComponent(kind ComponentKind, id, v *yaml.Value) *Component {
	c := &Component{Kind: kind, ID: id, Value: v}
	var program *GoProgram
	var command *Command
	var python *PythonClass
	class := false
	for _, e := range v.Entries {
		switch e.Key.Text {
		case "go":
			if path := e.Value.AsScalar(); path != nil {
				program = &GoProgram{Path: path}
			}
		case "command":
			if e.Value.AsScalar() != nil || e.Value.Kind == yaml.Sequence {
				command = &Command{Line: e.Value}
			}
		case "python":
			if name := e.Value.As(yaml.String); name != nil {
				python = &PythonClass{Name: name}
			}
		case "className":
			class = e.Value.AsScalar() != nil
		case "args":
			c.Args = e.Value.AsSequence()
		case "env":
			c.Env = e.Value.AsMap()
		case "outputs":
			c.OutputsValue = e.Value
			c.Outputs = decodeOutputs(e.Value)
		case "inputs":
			for _, item := range e.Value.Elements() {
				if in := decodeInput(item); in != nil {
					c.Inputs = append(c.Inputs, in)
				}
			}
		case "parallelism":
			c.Parallelism = e.Value.As(yaml.Int)
		case "tasks", "numTasks":
			if n := e.Value.As(yaml.Int); n != nil {
				c.Tasks = n
			}
		case "tick":
			if e.Value.Kind == yaml.String || e.Value.Kind == yaml.Int {
				c.Tick = e.Value
			}
		case "config":
			c.Config = e.Value.AsMap()
		case "onHeapMemoryLoad":
			c.OnHeapMemoryLoad = number(e.Value)
		case "offHeapMemoryLoad":
			c.OffHeapMemoryLoad = number(e.Value)
		case "cpuLoad":
			c.CPULoad = number(e.Value)
		}
	}
	// The grammar refuses more than one of them.
	switch {
	case program != nil:
		c.Implementation = program
	case command != nil:
		c.Implementation = command
	case python != nil:
		c.Implementation = python
	case class:
		c.Implementation = &Class{Object: decodeObject(v)}
	}
	return c
}

func number(v *yaml.Value) *yaml.Value {
	if v.Kind == yaml.Int || v.Kind == yaml.Float {
		return v
	}
	return nil
}

func decodeOutputs(v *yaml.Value) []*Output {
	switch v.Kind {
	case yaml.Sequence:
		return []*Output{{Fields: v.Scalars(), Span: v.Span}}
	case yaml.Map:
		outputs := make([]*Output, 0, len(v.Entries))
		for _, e := range v.Entries {
			o := &Output{Stream: e.Key, Span: e.Key.Span}
			switch e.Value.Kind {
			case yaml.Sequence:
				o.Fields = e.Value.Scalars()
			case yaml.Map:
				o.Fields = e.Value.Get("fields").Scalars()
				o.Direct = e.Value.Get("direct").As(yaml.Bool)
			default:
				continue
			}
			outputs = append(outputs, o)
		}
		return outputs
	}
	return nil
}

// decodeInput returns nil for a value that is no input. A single value is the id of the source.
func decodeInput(v *yaml.Value) *Input {
	if from := v.AsScalar(); from != nil {
		return &Input{Value: v, From: from, Grouping: decodeGrouping(nil)}
	}
	if v.As(yaml.Map) == nil {
		return nil
	}
	in := &Input{
		Value:  v,
		From:   v.Get("from").AsScalar(),
		To:     v.Get("to").AsScalar(),
		Stream: v.Get("stream").AsScalar(),
	}
	grouping := v.Get("grouping")
	in.Grouping = decodeGrouping(grouping)
	if in.Stream == nil {
		in.Stream = grouping.Get("streamId").AsScalar()
	}
	return in
}

// decodeGrouping never returns nil. A grouping that is missing, or that breaks the grammar, is a shuffle.
func decodeGrouping(v *yaml.Value) *Grouping {
	g := &Grouping{Type: Shuffle, Value: v}
	if v == nil {
		return g
	}
	if v.Kind != yaml.Map {
		if t := groupingType(v.Text); v.Kind == yaml.String && t != 0 {
			g.Type = t
		}
		return g
	}
	for _, e := range v.Entries {
		switch e.Key.Text {
		case "fields":
			g.Type, g.Fields = Fields, e.Value.Scalars()
		case "partial-key":
			g.Type, g.Fields = PartialKey, e.Value.Scalars()
		case "custom":
			if g.Type = Custom; e.Value.Kind == yaml.Map {
				g.Object = decodeObject(e.Value)
			}
		case "type":
			if t := groupingType(e.Value.Text); e.Value.Kind == yaml.String && t != 0 {
				g.Type = t
			}
		case "args":
			g.Fields = e.Value.Scalars()
		case "customClass":
			if e.Value.Kind == yaml.Map {
				g.Object = decodeObject(e.Value)
			}
		}
	}
	return g
}
