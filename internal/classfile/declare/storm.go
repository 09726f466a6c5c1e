package declare

import (
	"strings"

	"github.com/stormflux/stormflux/internal/topology"
)

const (
	stormPackage  = "org.apache.storm."
	windowed      = stormPackage + "topology.base.BaseWindowedBolt"
	windowConf    = windowed + ".windowConfiguration"
	extractor     = windowed + ".timestampExtractor"
	countClass    = windowed + "$Count"
	durationClass = windowed + "$Duration"
	fieldsClass   = stormPackage + "tuple.Fields" // its objects never change
	lateStreamKey = "topology.bolts.late.tuple.stream"
)

// stormModels are Storm's own classes, for class paths without them (Storm 2.8.3, storm-client). Those of before Storm
// 1.0 have another package.
func stormModels() map[string]*model {
	all := map[string]*model{}
	for name, m := range storm1Models() {
		all[stormPackage+name] = m
		old := *m
		old.super = before1(m.super)
		old.interfaces = nil
		for _, i := range m.interfaces {
			old.interfaces = append(old.interfaces, before1(i))
		}
		if !strings.Contains(name, "Stateful") && !strings.Contains(name, "Window") && !strings.HasPrefix(name, "testing") {
			all["backtype.storm."+name] = &old
		}
	}
	return all
}

func before1(name string) string { return strings.Replace(name, stormPackage, "backtype.storm.", 1) }

func storm1Models() map[string]*model {
	iface := func(supers ...string) *model {
		m := &model{isInterface: true}
		for _, s := range supers {
			if !strings.HasPrefix(s, "java.") {
				s = stormPackage + s
			}
			m.interfaces = append(m.interfaces, s)
		}
		return m
	}
	base := func(super string, interfaces ...string) *model {
		m := iface(interfaces...)
		m.isInterface, m.methods = false, methods{"<init>": nothing, "<init>()V": nothing}
		if super != "" {
			m.super = stormPackage + super
		}
		return m
	}
	all := map[string]*model{
		"topology.IComponent":            iface("java.io.Serializable"),
		"spout.ISpout":                   iface("java.io.Serializable"),
		"task.IBolt":                     iface("java.io.Serializable"),
		"topology.IRichSpout":            iface("spout.ISpout", "topology.IComponent"),
		"topology.IRichBolt":             iface("task.IBolt", "topology.IComponent"),
		"topology.IBasicBolt":            iface("topology.IComponent"),
		"topology.IWindowedBolt":         iface("topology.IComponent"),
		"topology.IStatefulComponent":    iface("topology.IComponent"),
		"topology.IStatefulBolt":         iface("topology.IStatefulComponent"),
		"topology.IStatefulWindowedBolt": iface("topology.IStatefulComponent", "topology.IWindowedBolt"),
		"topology.OutputFieldsDeclarer":  iface(),
		"topology.a declarer":            {interfaces: []string{stormPackage + "topology.OutputFieldsDeclarer"}, methods: declarerMethods()},
		"windowing.TimestampExtractor":   iface("java.io.Serializable"),

		"topology.base.BaseComponent":              base("", "topology.IComponent"),
		"topology.base.BaseRichBolt":               base("topology.base.BaseComponent", "topology.IRichBolt"),
		"topology.base.BaseRichSpout":              base("topology.base.BaseComponent", "topology.IRichSpout"),
		"topology.base.BaseBasicBolt":              base("topology.base.BaseComponent", "topology.IBasicBolt"),
		"topology.base.BaseTickTupleAwareRichBolt": base("topology.base.BaseRichBolt"),
		"topology.base.BaseStatefulBolt":           base("", "topology.IStatefulBolt"),
		"topology.base.BaseWindowedBolt":           windowedModel(),
		"topology.base.BaseStatefulWindowedBolt":   base("topology.base.BaseWindowedBolt", "topology.IStatefulWindowedBolt"),
		"topology.base.BaseWindowedBolt$Count":     countModel(),
		"topology.base.BaseWindowedBolt$Duration":  durationModel(),
		"task.ShellBolt":                           shell("task.IBolt"),
		"spout.ShellSpout":                         shell("spout.ISpout"),
		"tuple.Fields":                             fieldsModel(),
		"Config":                                   configModel(),
	}
	all["topology.base.BaseComponent"].methods["getComponentConfiguration()Ljava/util/Map;"] = nothing
	stateful := all["topology.base.BaseStatefulBolt"].methods
	stateful["getComponentConfiguration()Ljava/util/Map;"] = nothing
	stateful["declareOutputFields"] = nothing
	all["topology.base.BaseStatefulWindowedBolt"].methods["<init>"] = windowedInit
	return all
}

// shell is a model of ShellBolt and ShellSpout, which keep a command.
func shell(is string) *model {
	return &model{interfaces: []string{stormPackage + is}, methods: methods{"<init>": nothing, "setEnv": itself, "changeChildCWD": nothing}}
}

func windowedInit(c *call) value {
	o := typed[*object](c, c.receiver)
	o.fields[windowConf] = c.made("java.util.HashMap", newTable(hashed))
	return nil
}

func windowedModel() *model {
	count, duration := "L"+strings.ReplaceAll(countClass, ".", "/")+";", "L"+strings.ReplaceAll(durationClass, ".", "/")+";"
	result := ")L" + strings.ReplaceAll(windowed, ".", "/") + ";"
	of := map[string]string{count: "count", duration: "duration.ms"}
	m := &model{
		interfaces: []string{stormPackage + "topology.IWindowedBolt"}, fields: []string{"windowConfiguration", "timestampExtractor"},
		methods: methods{
			"<init>": windowedInit, "<init>()V": windowedInit, "declareOutputFields": nothing, "prepare": nothing, "cleanup": nothing,
			"getComponentConfiguration()Ljava/util/Map;": func(c *call) value { return typed[*object](c, c.receiver).fields[windowConf] },
			"getTimestampExtractor":                      func(c *call) value { return typed[*object](c, c.receiver).fields[extractor] },
			"withTimestampField(Ljava/lang/String;" + result: func(c *call) value {
				return setExtractor(c, c.made("java.io.Serializable", nil))
			},
			"withTimestampExtractor(Lorg/apache/storm/windowing/TimestampExtractor;" + result: func(c *call) value { return setExtractor(c, c.arg(0)) },
			"withLateTupleStream(Ljava/lang/String;" + result: func(c *call) value {
				if c.at(0) == nil {
					c.fail("IllegalArgumentException", "Cannot set late tuple stream id to null")
				}
				return configure(c, lateStreamKey, c.at(0))
			},
			"withLag(" + duration + result:               configureSize("topology.bolts.tuple.timestamp.max.lag.ms", false),
			"withWatermarkInterval(" + duration + result: configureSize("topology.bolts.watermark.event.interval.ms", false),
		},
	}
	for length, name := range of {
		set := configureSize("topology.bolts.window.length."+name, true)
		slide := func(c *call, v value, name string) value {
			c.args = []value{v}
			return configureSize("topology.bolts.window.sliding.interval."+name, true)(c)
		}
		m.methods["withTumblingWindow("+length+result] = func(c *call) value {
			set(c)
			return slide(c, c.at(0), name)
		}
		m.methods["withWindow("+length+result] = func(c *call) value {
			set(c)
			return configure(c, "topology.bolts.window.sliding.interval.count", box{"java.lang.Integer", int32(1)})
		}
		for interval, intervalName := range of {
			m.methods["withWindow("+length+interval+result] = func(c *call) value {
				second := c.at(1)
				set(c)
				return slide(c, second, intervalName)
			}
		}
	}
	return m
}

func setExtractor(c *call, v value) value {
	o := typed[*object](c, c.receiver)
	if v == nil || o.fields[extractor] != nil {
		c.fail("IllegalArgumentException", "Window is already configured with a timestamp extractor")
	}
	o.fields[extractor] = v
	return o
}

// configure puts a value into the window configuration of a bolt.
func configure(c *call, key string, v value) value {
	conf := typed[*object](c, typed[*object](c, c.receiver).fields[windowConf])
	must(c.invoke(conf, "put", "(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;", key, v))
	return c.receiver
}

// configureSize puts the value of a Count or Duration.
func configureSize(key string, positive bool) native {
	return func(c *call) value {
		size := c.arg(0)
		if size == nil && positive {
			c.fail("IllegalArgumentException", "")
		}
		o := typed[*object](c, size)
		v := o.fields[o.class.name+".value"]
		if n, ok := v.(int32); positive && ok && n <= 0 {
			c.fail("IllegalArgumentException", "Window length and sliding interval must be positive")
		}
		if isUnknown(v) || o.blurred {
			v = unknown{why: whyOf(v)}
		} else {
			v = boxed(v, "I")
		}
		return configure(c, key, v)
	}
}

func countModel() *model {
	set := func(c *call) value {
		typed[*object](c, c.receiver).fields[countClass+".value"] = c.at(0)
		return nil
	}
	return &model{
		interfaces: []string{"java.io.Serializable"}, fields: []string{"value"}, factories: []string{"of"},
		methods: methods{"<init>(I)V": set, "of(I)Lorg/apache/storm/topology/base/BaseWindowedBolt$Count;": func(c *call) value {
			o := c.made(countClass, nil)
			o.fields[countClass+".value"] = c.at(0)
			return o
		}},
	}
}

func durationModel() *model {
	m := &model{
		interfaces: []string{"java.io.Serializable"}, fields: []string{"value"},
		methods: methods{"<init>(ILjava/util/concurrent/TimeUnit;)V": func(c *call) value {
			if c.at(1) == nil {
				panic(c.nullPointer())
			}
			o := typed[*object](c, c.at(1))
			unit, ok := o.fields[enumOrdinal].(int32)
			if !ok || unit < 2 || unit > 6 {
				panic(unmodelled{})
			}
			setDuration(c, typed[*object](c, c.receiver), []int64{0, 0, 1, 1000, 60000, 3600000, 86400000}[unit])
			return nil
		}},
	}
	for name, millis := range map[string]int64{"of": 1, "seconds": 1000, "minutes": 60000, "hours": 3600000, "days": 86400000} {
		m.factories = append(m.factories, name)
		m.methods[name+"(I)Lorg/apache/storm/topology/base/BaseWindowedBolt$Duration;"] = func(c *call) value {
			o := c.made(durationClass, nil)
			setDuration(c, o, millis)
			return o
		}
	}
	return m
}

func setDuration(c *call, o *object, millis int64) {
	n, ok := c.at(0).(int32)
	if !ok {
		o.fields[durationClass+".value"] = unknown{why: whyOf(c.at(0))}
		return
	}
	total := int64(n) * millis
	if n < 0 || total > 1<<31-1 {
		c.fail("IllegalArgumentException", "Duration cannot be negative or is too long")
	}
	o.fields[durationClass+".value"] = int32(total)
}

// fieldsModel is Storm's tuple.Fields, which keeps a list of names.
func fieldsModel() *model {
	return &model{
		interfaces: []string{"java.lang.Iterable", "java.io.Serializable"}, make: func(*machine) any { return &list{} },
		methods: methods{
			"<init>([Ljava/lang/String;)V": fieldsInit, "<init>(Ljava/util/List;)V": fieldsInit,
			"toList()Ljava/util/List;": func(c *call) value {
				return c.made("java.util.ArrayList", &list{items: append([]value{}, kept[*list](c).items...)})
			},
			"size()I": func(c *call) value { return int32(len(kept[*list](c).items)) },
			"get(I)Ljava/lang/String;": func(c *call) value {
				items := kept[*list](c).items
				return items[c.index(0, len(items))]
			},
			"iterator()Ljava/util/Iterator;": iterate, "contains": func(c *call) value { return boolean(position(c) >= 0) },
		},
	}
}

func fieldsInit(c *call) value {
	l := kept[*list](c)
	for _, item := range c.items(0) {
		if item == nil {
			panic(unmodelled{})
		}
		for _, has := range l.items {
			if c.isEqual(has, item) {
				c.fail("IllegalArgumentException", "duplicate field")
			}
		}
		l.items = append(l.items, item)
	}
	return nil
}

// declarer is what the OutputFieldsDeclarer of a run keeps.
type declarer struct{ streams []*topology.Stream }

// held ends the run: code that the interpreter does not see may declare streams.
func (d *declarer) held(m *machine) ([]value, bool) {
	m.giveUp("it passes its OutputFieldsDeclarer to code that only a JVM can run")
	return nil, false
}

func declarerMethods() methods {
	return methods{
		"declare": func(c *call) value {
			direct := value(int32(0))
			if len(c.args) == 2 {
				direct = c.at(0)
			}
			return declareStream(c, topology.DefaultStream, direct, c.at(len(c.args)-1))
		},
		"declareStream": func(c *call) value {
			direct := value(int32(0))
			if len(c.args) == 3 {
				direct = c.at(1)
			}
			return declareStream(c, c.at(0), direct, c.at(len(c.args)-1))
		},
	}
}

func declareStream(c *call, id, direct, fields value) value {
	d := kept[*declarer](c)
	name, ok := id.(string)
	flag, okFlag := direct.(int32)
	if !ok || !okFlag {
		c.giveUp("a stream's id depends on " + whyOf(id, direct))
	}
	for _, s := range d.streams {
		if s.ID == name {
			c.fail("IllegalArgumentException", "Fields for "+name+" already set")
		}
	}
	if fields == nil {
		panic(c.nullPointer())
	}
	d.streams = append(d.streams, &topology.Stream{ID: name, Direct: flag != 0, Fields: c.fieldNames(fields)})
	return nil
}

// fieldNames returns the names of a Fields.
func (m *machine) fieldNames(fields value) []string {
	items, ok := m.elements(must(m.invoke(fields, "toList", "()Ljava/util/List;")))
	if !ok {
		m.giveUp("the fields of a stream depend on " + whyOf(fields))
	}
	names := []string{}
	for _, item := range items {
		name, ok := item.(string)
		if !ok {
			m.giveUp("a field's name depends on " + whyOf(item))
		}
		names = append(names, name)
	}
	return names
}
