package settings

// KeyKryoRegister is the key of the list of classes that workers may send to each other.
const KeyKryoRegister = "topology.kryo.register"

// MultilangClasses are the Java classes that Storm's JSON parser makes of values of a multilang process, and that Kryo does
// not know. A worker refuses to send one to another worker (`Class is not registered: ...`), unless it is registered; a
// single worker hides it. "" stands for a class that Kryo knows.
type MultilangClasses struct {
	List, Map, Decimal string
}

// MultilangClassesOf returns the classes of a version; none before Storm 2.3, which fell back on Java's serialisation.
// Storm 2.6 changed its JSON library: only since then a number can become a BigDecimal.
func MultilangClassesOf(v Version) MultilangClasses {
	switch {
	case v.AtLeast(2, 6):
		return MultilangClasses{
			List:    "org.apache.storm.shade.net.minidev.json.JSONArray",
			Map:     "org.apache.storm.shade.net.minidev.json.JSONObject",
			Decimal: "java.math.BigDecimal",
		}
	case v.AtLeast(2, 3):
		return MultilangClasses{
			List: "org.apache.storm.shade.org.json.simple.JSONArray",
			Map:  "org.apache.storm.shade.org.json.simple.JSONObject",
		}
	}
	return MultilangClasses{}
}

// Names returns the classes, sorted.
func (c MultilangClasses) Names() []string {
	var names []string
	for _, name := range []string{c.Decimal, c.List, c.Map} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Unregistered returns the classes that a value of [KeyKryoRegister] does not name: a list of class names, and of maps from
// class names to serializers.
func (c MultilangClasses) Unregistered(value any) MultilangClasses {
	registered := map[string]bool{}
	list, _ := value.([]any)
	for _, entry := range list {
		switch entry := entry.(type) {
		case string:
			registered[entry] = true
		case map[string]any:
			for class := range entry {
				registered[class] = true
			}
		}
	}
	for _, class := range []*string{&c.List, &c.Map, &c.Decimal} {
		if registered[*class] {
			*class = ""
		}
	}
	return c
}
