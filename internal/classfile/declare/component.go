package declare

import (
	"math"
	"math/big"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/topology"
)

var kinds = []Kind{RichSpout, RichBolt, BasicBolt, StatefulWindowedBolt, WindowedBolt, StatefulBolt}

// kindOf returns what Storm takes an object for. If it is not sure, the run ends.
func (m *machine) kindOf(root value) Kind {
	c := m.classOf(root)
	if c == nil {
		m.giveUp("its class depends on " + whyOf(root))
	}
	found := Kind("")
	for _, kind := range kinds {
		for _, pkg := range []string{stormPackage, "backtype.storm."} {
			switch c.is(pkg + "topology." + string(kind)) {
			case classfile.Unknown:
				m.giveUp("the superclasses of " + c.name + " are not known")
			case classfile.Yes:
				if found == RichSpout {
					m.giveUp(c.name + " is a spout and a bolt")
				}
				if found == "" {
					found = kind
				}
			}
		}
	}
	if found == "" {
		m.giveUp(c.name + " is neither a spout nor a bolt")
	}
	return found
}

// describe asks an object as Storm's TopologyBuilder does: first for its configuration, then for its streams.
func (m *machine) describe(root value, kind Kind) *Declaration {
	answer := &Declaration{Kind: kind}
	inWindows := kind == WindowedBolt || kind == StatefulWindowedBolt
	if inWindows {
		pass(m.invoke(root, "getTimestampExtractor", "()Lorg/apache/storm/windowing/TimestampExtractor;"))
	}
	conf := pass(m.invoke(root, "getComponentConfiguration", "()Ljava/util/Map;"))
	answer.Conf = m.configuration(conf)
	getter := &declarer{}
	if late, ok := answer.Conf[lateStreamKey]; inWindows && ok && late != nil { // WindowedBoltExecutor
		name, ok := late.(string)
		if !ok {
			panic(m.throw("java.lang.ClassCastException", ""))
		}
		getter.streams = append(getter.streams, &topology.Stream{ID: name, Fields: []string{"late_tuple"}})
	}
	class := stormPackage + "topology.a declarer"
	desc := "(Lorg/apache/storm/topology/OutputFieldsDeclarer;)V"
	if m.classOf(root).is("backtype.storm.topology.IComponent") == classfile.Yes {
		class, desc = before1(class), "(Lbacktype/storm/topology/OutputFieldsDeclarer;)V"
	}
	m.declare(root, m.made(class, getter), desc)
	if kind == StatefulBolt || kind == StatefulWindowedBolt { // BaseStatefulBoltExecutor
		for _, s := range getter.streams {
			if s.ID == "$checkpoint" {
				panic(m.throw("java.lang.IllegalArgumentException", "Fields for $checkpoint already set"))
			}
		}
		getter.streams = append(getter.streams, &topology.Stream{ID: "$checkpoint", Fields: []string{"txid", "action"}})
	}
	answer.Streams = getter.streams
	return answer
}

// pass returns the result of a call outside of code.
func pass(v value, ex *thrown) value {
	if ex != nil {
		panic(ex)
	}
	return v
}

// declare calls declareOutputFields.
func (m *machine) declare(root value, getter *object, desc string) {
	ref := classfile.Ref{Class: m.classOf(root).name, Name: "declareOutputFields", Descriptor: desc}
	t := m.classOf(root).find(ref.Name, desc)
	if !t.found() {
		m.giveUp("the code of " + ref.Class + ".declareOutputFields is not known")
	}
	if o, ok := root.(*object); ok && o.blurred && t.native != nil {
		m.giveUp("its state depends on code that only a JVM can run")
	}
	pass(m.call(t, root, []value{getter}, ref))
}

// configuration returns what Storm writes of a component's configuration (JSONValue.toJSONString).
func (m *machine) configuration(v value) map[string]topology.Value {
	if v == nil {
		return nil
	}
	conf, ok := m.plain(v, 0).(map[string]any)
	if !ok {
		m.giveUp("its configuration is no Map")
	}
	if len(conf) == 0 {
		return nil
	}
	return conf
}

func (m *machine) plain(v value, depth int) topology.Value {
	m.step(1)
	if depth > 100 {
		m.giveUp("its configuration contains itself")
	}
	switch v := v.(type) {
	case nil, string:
		return v
	case box:
		return m.plainBox(v)
	case *object:
		if v.blurred || v.class.overrides() {
			break
		}
		switch n := v.native.(type) {
		case *list:
			items, _ := m.elements(v)
			all := make([]any, len(items))
			for i, item := range items {
				all[i] = m.plain(item, depth+1)
			}
			return all
		case *table:
			if n.source != nil && n.source.blurred || v.class.is("java.util.Map") != classfile.Yes {
				break
			}
			all := map[string]any{}
			for _, e := range n.entries {
				key, ok := e.key.(string)
				if !ok {
					m.giveUp("a key of its configuration is no String")
				}
				all[key] = m.plain(e.value, depth+1)
			}
			return all
		}
	}
	m.giveUp("its configuration depends on " + whyOf(v))
	return nil
}

func (m *machine) plainBox(b box) topology.Value {
	switch v := b.v.(type) {
	case int32:
		if b.class == "java.lang.Boolean" {
			return v != 0
		}
		if b.class != "java.lang.Character" {
			return int64(v)
		}
	case int64:
		return v
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v
		}
	}
	m.giveUp("a number of its configuration has no exact form")
	return new(big.Int)
}
