package schema

import "strings"

// This file makes a Document of the effective values. It takes what has the right form and leaves the rest out: the
// grammar has reported it.

// decode fills the parts of doc from its Root.
func decode(doc *Document) {
	root := doc.Root
	doc.Name = scalarOf(root.Get("name"))
	doc.Config = mapOf(root.Get("config"))
	doc.Jar = scalarOf(root.Get("jar"))
	doc.Platform = scalarOf(root.Get("platform"))
	if resources := root.Get("resources"); resources != nil && resources.Kind == Sequence {
		doc.ResourcesGiven = true
		for _, v := range resources.Items {
			if r := decodeResource(v); r != nil {
				doc.Resources = append(doc.Resources, r)
			}
		}
	}
	doc.Spouts = decodeComponents(Spout, root.Get("spouts"))
	doc.Bolts = decodeComponents(Bolt, root.Get("bolts"))
	for _, v := range items(root.Get("streams")) {
		if in := decodeInput(v); in != nil {
			doc.Streams = append(doc.Streams, in)
		}
	}
	doc.Beans = decodeObjects(root.Get("components"))
	doc.WorkerHooks = decodeObjects(root.Get("workerHooks"))
	if v := root.Get("topologySource"); v != nil && v.Kind == Map {
		doc.TopologySource = decodeObject(v)
	}
}

// scalarOf returns v when it is a scalar that says something.
func scalarOf(v *Value) *Value {
	if v == nil || !v.IsScalar() || v.Kind == Null {
		return nil
	}
	return v
}

func mapOf(v *Value) *Value {
	if v == nil || v.Kind != Map {
		return nil
	}
	return v
}

func sequenceOf(v *Value) *Value {
	if v == nil || v.Kind != Sequence {
		return nil
	}
	return v
}

// items returns the elements of a list; nil for anything else.
func items(v *Value) []*Value {
	if v == nil || v.Kind != Sequence {
		return nil
	}
	return v.Items
}

// scalars returns the elements of a list that are scalars.
func scalars(v *Value) []*Value {
	all := items(v)
	for i, item := range all {
		if scalarOf(item) != nil {
			continue
		}
		kept := append([]*Value(nil), all[:i]...)
		for _, item := range all[i+1:] {
			if scalarOf(item) != nil {
				kept = append(kept, item)
			}
		}
		return kept
	}
	return all
}

func decodeResource(v *Value) *Resource {
	if from := scalarOf(v); from != nil {
		return &Resource{From: from}
	}
	if from := scalarOf(v.Get("from")); from != nil {
		return &Resource{From: from, To: scalarOf(v.Get("to"))}
	}
	return nil
}

func decodeComponents(kind ComponentKind, v *Value) []*Component {
	if v == nil {
		return nil
	}
	var list []*Component
	switch v.Kind {
	case Sequence:
		list = make([]*Component, 0, len(v.Items))
		for _, item := range v.Items {
			if item.Kind == Map {
				list = append(list, decodeComponent(kind, scalarOf(item.Get("id")), item))
			}
		}
	case Map:
		list = make([]*Component, 0, len(v.Entries))
		for _, e := range v.Entries {
			if e.Value.Kind == Map && !isFree(e.Key) {
				list = append(list, decodeComponent(kind, e.Key, e.Value))
			}
		}
	}
	return list
}

// isFree reports whether a key is one of the x- keys, which are free for notes and YAML anchors.
func isFree(key *Value) bool { return strings.HasPrefix(key.Text, "x-") }

func decodeComponent(kind ComponentKind, id, v *Value) *Component {
	c := &Component{Kind: kind, ID: id, Value: v}
	object := false
	for _, e := range v.Entries {
		switch e.Key.Text {
		case "go":
			c.Go = scalarOf(e.Value)
		case "command":
			if c.Command = scalarOf(e.Value); c.Command == nil {
				c.Command = sequenceOf(e.Value)
			}
		case "className":
			object = scalarOf(e.Value) != nil
		case "args":
			c.Args = sequenceOf(e.Value)
		case "env":
			c.Env = mapOf(e.Value)
		case "outputs":
			c.OutputsValue = e.Value
			c.Outputs = decodeOutputs(e.Value)
		case "inputs":
			for _, item := range items(e.Value) {
				if in := decodeInput(item); in != nil {
					c.Inputs = append(c.Inputs, in)
				}
			}
		case "parallelism":
			c.Parallelism = kindOf(Int, e.Value)
		case "tasks", "numTasks":
			if n := kindOf(Int, e.Value); n != nil {
				c.Tasks = n
			}
		case "tick":
			if e.Value.Kind == String || e.Value.Kind == Int {
				c.Tick = e.Value
			}
		case "config":
			c.Config = mapOf(e.Value)
		case "onHeapMemoryLoad":
			c.OnHeapMemoryLoad = number(e.Value)
		case "offHeapMemoryLoad":
			c.OffHeapMemoryLoad = number(e.Value)
		case "cpuLoad":
			c.CPULoad = number(e.Value)
		}
	}
	// Of go, command and className the first one written counts; the grammar refuses more than one.
	switch {
	case c.Go != nil:
		c.Command = nil
	case c.Command != nil:
	case object:
		c.Object = decodeObject(v)
	}
	return c
}

func kindOf(kind Kind, v *Value) *Value {
	if v == nil || v.Kind != kind {
		return nil
	}
	return v
}

func number(v *Value) *Value {
	if v.Kind == Int || v.Kind == Float {
		return v
	}
	return nil
}

func decodeOutputs(v *Value) []*Output {
	switch v.Kind {
	case Sequence:
		return []*Output{{Fields: scalars(v), Span: v.Span}}
	case Map:
		outputs := make([]*Output, 0, len(v.Entries))
		for _, e := range v.Entries {
			o := &Output{Stream: e.Key, Span: e.Key.Span}
			switch e.Value.Kind {
			case Sequence:
				o.Fields = scalars(e.Value)
			case Map:
				o.Fields = scalars(e.Value.Get("fields"))
				o.Direct = kindOf(Bool, e.Value.Get("direct"))
			default:
				continue
			}
			outputs = append(outputs, o)
		}
		return outputs
	}
	return nil
}

func decodeInput(v *Value) *Input {
	if v.Kind != Map {
		return nil
	}
	in := &Input{
		Value:  v,
		From:   scalarOf(v.Get("from")),
		To:     scalarOf(v.Get("to")),
		Stream: scalarOf(v.Get("stream")),
	}
	grouping := v.Get("grouping")
	in.Grouping = decodeGrouping(grouping)
	if in.Stream == nil {
		in.Stream = scalarOf(grouping.Get("streamId"))
	}
	return in
}

// groupingTypes are the names of groupings: those of the short form and Flux's GroupingDef.Type.
func groupingType(name string) GroupingType {
	switch name {
	case "shuffle", "SHUFFLE":
		return Shuffle
	case "fields", "FIELDS":
		return Fields
	case "partial-key", "PARTIAL_KEY":
		return PartialKey
	case "local-or-shuffle", "LOCAL_OR_SHUFFLE":
		return LocalOrShuffle
	case "all", "ALL":
		return All
	case "global", "GLOBAL":
		return Global
	case "none", "NONE":
		return NoGrouping
	case "direct", "DIRECT":
		return Direct
	case "custom", "CUSTOM":
		return Custom
	}
	return 0
}

// decodeGrouping never returns nil; a grouping that is missing, or whose form the grammar refused, is a shuffle.
func decodeGrouping(v *Value) *Grouping {
	g := &Grouping{Type: Shuffle, Value: v}
	if v == nil {
		return g
	}
	if v.Kind != Map {
		if t := groupingType(v.Text); v.Kind == String && t != 0 {
			g.Type = t
		}
		return g
	}
	for _, e := range v.Entries {
		switch e.Key.Text {
		case "fields":
			g.Type, g.Fields = Fields, scalars(e.Value)
		case "partial-key":
			g.Type, g.Fields = PartialKey, scalars(e.Value)
		case "custom":
			if g.Type = Custom; e.Value.Kind == Map {
				g.Object = decodeObject(e.Value)
			}
		case "type":
			if t := groupingType(e.Value.Text); e.Value.Kind == String && t != 0 {
				g.Type = t
			}
		case "args":
			g.Fields = scalars(e.Value)
		case "customClass":
			if e.Value.Kind == Map {
				g.Object = decodeObject(e.Value)
			}
		}
	}
	return g
}

func decodeObjects(v *Value) []*Object {
	var list []*Object
	for _, item := range items(v) {
		if item.Kind == Map {
			list = append(list, decodeObject(item))
		}
	}
	return list
}

func decodeObject(v *Value) *Object {
	o := &Object{Value: v}
	for _, e := range v.Entries {
		switch e.Key.Text {
		case "id":
			o.ID = scalarOf(e.Value)
		case "className":
			o.ClassName = scalarOf(e.Value)
		case "constructorArgs":
			o.ConstructorArgs = sequenceOf(e.Value)
		case "factory":
			o.Factory = scalarOf(e.Value)
		case "factoryArgs":
			o.FactoryArgs = sequenceOf(e.Value)
		case "methodName":
			o.MethodName = scalarOf(e.Value)
		case "properties":
			for _, p := range items(e.Value) {
				name := scalarOf(p.Get("name"))
				value, ref := p.Get("value"), scalarOf(p.Get("ref"))
				if name != nil && (value == nil) != (ref == nil) {
					o.Properties = append(o.Properties, &Property{Node: p, Name: name, Value: value, Ref: ref})
				}
			}
		case "configMethods":
			for _, m := range items(e.Value) {
				if name := scalarOf(m.Get("name")); name != nil {
					o.ConfigMethods = append(o.ConfigMethods, &ConfigMethod{Node: m, Name: name, Args: sequenceOf(m.Get("args"))})
				}
			}
		}
	}
	return o
}
