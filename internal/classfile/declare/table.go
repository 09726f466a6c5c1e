package declare

import (
	"cmp"
	"slices"

	"github.com/stormflux/stormflux/internal/java"
)

// The orders of tables.
const (
	hashed    = iota // HashMap
	linked           // LinkedHashMap
	sorted           // TreeMap without a Comparator
	unordered        // ConcurrentHashMap: the order has no model
)

// table is what maps keep, and sets, whose values are null. A view shares the content with its source.
type table struct {
	*content
	readonly bool
	source   *object // nil, or the map or set that this one shows
}

// content is what is in a table.
type content struct {
	kind    int
	entries []*entry // in the order of insertion
	// buckets of a HashMap; 0 before the first entry. least is what the constructor asks for. The first number is that of
	// Java before 19, the second one that of later releases.
	buckets, least [2]int
}

func newTable(kind int) *table { return &table{content: &content{kind: kind}} }

// table returns what the receiver keeps.
func (c *call) table() *table {
	t := kept[*table](c)
	if t.source != nil && t.source.blurred {
		panic(unknown{why: "the content of a map"})
	}
	return t
}

type entry struct{ key, value value }

func (t *table) held(*machine) ([]value, bool) {
	var all []value
	for _, e := range t.entries {
		all = append(all, e.key, e.value)
	}
	if t.source != nil {
		all = append(all, t.source)
	}
	return all, false
}

func (t *table) isFixed() bool { return t.readonly && t.source == nil }

func (e *entry) held(*machine) ([]value, bool) { return []value{e.key, e.value}, false }

// find returns the entry of a key, or nil. An unknown key makes everything unknown.
func (t *table) find(c *call, key value) *entry {
	c.step(len(t.entries) / 4)
	if u, ok := key.(unknown); ok {
		c.blur(c.receiver)
		panic(u)
	}
	for _, e := range t.entries {
		if t.matches(c, key, e.key) {
			return e
		}
	}
	return nil
}

// matches reports whether a map takes two keys for the same: their hash codes must be equal, too.
func (t *table) matches(c *call, key, has value) bool {
	if isPlainKey(key) && isPlainKey(has) {
		return key == has
	}
	if t.kind == sorted { // compareTo decides
		panic(unmodelled{})
	}
	if key == nil || has == nil {
		return key == has
	}
	if a, ok := key.(*object); ok && value(a) == has && !a.blurred {
		return true
	}
	a, b := c.hash(key), c.hash(has)
	if isUnknown(a) || isUnknown(b) {
		if isPlainKey(key) || isPlainKey(has) || !c.isEqual(key, has) {
			return false
		}
		return key == has || c.decide("an identity hash code")
	}
	return a == b && c.isEqual(key, has)
}

// isPlainKey reports whether a key is compared by its content.
func isPlainKey(key value) bool {
	switch key := key.(type) {
	case string, classRef:
		return true
	case box:
		return key.class != "java.lang.Double" && key.class != "java.lang.Float"
	}
	return false
}

// put returns the entry of a key and whether it is new.
func (t *table) put(c *call, key, v value) (e *entry, isNew bool) {
	if t.readonly {
		c.fail("UnsupportedOperationException", "")
	}
	if key == nil && t.kind >= sorted || v == nil && t.kind == unordered && c.receiverIs("java.util.Map") {
		panic(c.nullPointer())
	}
	if e = t.find(c, key); e != nil {
		return e, false
	}
	c.allocate(2)
	e = &entry{key, v}
	t.entries = append(t.entries, e)
	for i := range t.buckets {
		if t.buckets[i] == 0 {
			if t.buckets[i] = t.least[i]; t.least[i] == 0 {
				t.buckets[i] = 16
			}
		}
		if len(t.entries)*4 > t.buckets[i]*3 {
			t.buckets[i] *= 2
		}
	}
	return e, true
}

func (c *call) receiverIs(name string) bool {
	o, ok := c.receiver.(*object)
	return ok && o.class.is(name) == 1
}

// bucketsFor returns the power of two at least n (HashMap.tableSizeFor).
func bucketsFor(n int) int {
	size := 1
	for size < n {
		size *= 2
	}
	return size
}

// reserve makes room for n entries, as HashMap does before it copies a collection.
func (t *table) reserve(n int) {
	t.least[0] = max(t.least[0], bucketsFor(n*4/3+1))
	t.least[1] = max(t.least[1], bucketsFor((n*4+2)/3))
}

// ordered returns the entries in the order in which Java visits them.
func (t *table) ordered(c *call) []*entry {
	c.step(len(t.entries))
	if len(t.entries) < 2 || t.kind == linked {
		return t.entries
	}
	switch t.kind {
	case sorted:
		return sortKeys(slices.Clone(t.entries))
	case hashed:
		first, second := t.hashOrder(c, t.buckets[0]), t.hashOrder(c, t.buckets[1])
		if !slices.Equal(first, second) {
			panic(unknown{why: "the release of Java: it changes the order of a HashMap"})
		}
		return first
	}
	panic(unknown{why: "the order of a map"})
}

// hashOrder returns the entries as a HashMap with so many buckets visits them.
func (t *table) hashOrder(c *call, buckets int) []*entry {
	all := slices.Clone(t.entries)
	places := make(map[*entry]int, len(all))
	sizes := map[int]int{}
	for _, e := range all {
		h, ok := int32(0), true
		if e.key != nil {
			h, ok = c.hash(e.key).(int32)
		}
		if !ok {
			panic(unknown{why: "the order of a HashMap"})
		}
		place := int((uint32(h) ^ uint32(h)>>16) & uint32(buckets-1))
		places[e] = place
		if sizes[place]++; sizes[place] > 7 { // Java may make a tree of them
			panic(unknown{why: "the order of a HashMap"})
		}
	}
	slices.SortStableFunc(all, func(a, b *entry) int { return cmp.Compare(places[a], places[b]) })
	return all
}

// sortKeys sorts strings, or integers of one class.
func sortKeys(all []*entry) []*entry {
	class := ""
	for _, e := range all {
		is := "java.lang.String"
		if b, ok := e.key.(box); ok {
			is = b.class
		} else if _, ok := e.key.(string); !ok {
			is = ""
		}
		if is == "" || class != "" && class != is {
			panic(unknown{why: "the order of a sorted map"})
		}
		class = is
	}
	slices.SortStableFunc(all, func(a, b *entry) int {
		if s, ok := a.key.(string); ok {
			return java.CompareStrings(s, b.key.(string))
		}
		x, okX := integer(a.key.(box).v)
		y, okY := integer(b.key.(box).v)
		if !okX || !okY {
			panic(unknown{why: "the order of a sorted map"})
		}
		return cmp.Compare(x, y)
	})
	return all
}

func (t *table) keys(c *call) []value {
	var keys []value
	for _, e := range t.ordered(c) {
		keys = append(keys, e.key)
	}
	return keys
}

func (t *table) values(c *call) []value {
	var values []value
	for _, e := range t.ordered(c) {
		values = append(values, e.value)
	}
	return values
}

func mapModels() map[string]*model {
	all := map[string]*model{}
	iface := func(name string, supers ...string) { all[name] = &model{isInterface: true, interfaces: supers} }
	iface("java.util.Map")
	iface("java.util.SortedMap", "java.util.Map")
	iface("java.util.NavigableMap", "java.util.SortedMap")
	iface("java.util.concurrent.ConcurrentMap", "java.util.Map")
	iface("java.util.Map$Entry")
	all["java.util.Map"].methods = methods{"of": mapOf}
	all["java.util.Set"] = &model{isInterface: true, interfaces: []string{"java.util.Collection"}, methods: methods{"of": setOf}}
	for _, t := range []struct {
		class string
		kind  int
		super string
		is    string
		of    methods
	}{
		{"java.util.HashMap", hashed, "", "java.util.Map", mapMethods()},
		{"java.util.LinkedHashMap", linked, "java.util.HashMap", "java.util.Map", mapMethods()},
		{"java.util.TreeMap", sorted, "", "java.util.NavigableMap", mapMethods()},
		{"java.util.concurrent.ConcurrentHashMap", unordered, "", "java.util.concurrent.ConcurrentMap", mapMethods()},
		{"java.util.Hashtable", unordered, "", "java.util.Map", mapMethods()},
		{"java.util.Properties", unordered, "java.util.Hashtable", "java.util.Map", propertiesMethods()},
		{"java.util.HashSet", hashed, "", "java.util.Set", setMethods()},
		{"java.util.LinkedHashSet", linked, "java.util.HashSet", "java.util.Set", setMethods()},
		{"java.util.TreeSet", sorted, "", "java.util.NavigableSet", setMethods()},
		{"java.util.Collections$UnmodifiableMap", linked, "", "java.util.Map", mapMethods()},
		{"java.util.Collections$UnmodifiableSet", linked, "", "java.util.Set", setMethods()},
	} {
		all[t.class] = &model{
			super: t.super, interfaces: []string{t.is, "java.lang.Cloneable", "java.io.Serializable"}, methods: t.of,
			make: func(*machine) any { return newTable(t.kind) },
		}
	}
	all["an entry"] = &model{interfaces: []string{"java.util.Map$Entry"}, methods: methods{
		"getKey": func(c *call) value { return kept[*entry](c).key }, "getValue": func(c *call) value { return kept[*entry](c).value },
		"equals": unknownMethod, "hashCode": unknownMethod, "toString": unknownMethod,
	}}
	return all
}

func common() methods {
	return methods{
		"size":    func(c *call) value { return int32(len(c.table().entries)) },
		"isEmpty": func(c *call) value { return boolean(len(c.table().entries) == 0) },
		"clear": func(c *call) value {
			if c.table().readonly {
				c.fail("UnsupportedOperationException", "")
			}
			c.table().entries = nil
			return nil
		},
		"equals": unknownMethod, "hashCode": unknownResult("the hash code of a collection"), "toString": unknownResult("the text of a collection"),
		"clone": unknownMethod,
	}
}

func mapMethods() methods {
	all := common()
	for name, n := range (methods{
		"<init>": mapInit, "put": mapPut, "get": mapGet, "containsKey": func(c *call) value { return boolean(c.table().find(c, c.at(0)) != nil) },
		"remove": mapRemove, "putAll": mapPutAll, "putIfAbsent": putIfAbsent, "computeIfAbsent": computeIfAbsent, "getOrDefault": getOrDefault,
		"keySet": tableList("a set", (*table).keys), "values": tableList("a collection", (*table).values), "entrySet": tableList("a set", entryObjects), "forEach": mapForEach,
		"containsValue": func(c *call) value {
			return boolean(slices.ContainsFunc(c.table().entries, func(e *entry) bool { return c.isEqual(c.at(0), e.value) }))
		},
	}) {
		all[name] = n
	}
	for _, name := range []string{"compute", "computeIfPresent", "merge", "replace", "replaceAll", "firstKey", "lastKey", "headMap", "tailMap"} {
		all[name] = unknownMethod
	}
	return all
}

func propertiesMethods() methods {
	all := mapMethods()
	all["setProperty"] = mapPut
	all["getProperty"] = func(c *call) value {
		e := c.table().find(c, c.at(0))
		switch {
		case e == nil && len(c.args) == 2:
			return c.at(1)
		case e == nil:
			return nil
		}
		return typed[string](c, e.value)
	}
	all["<init>"] = func(c *call) value {
		if len(c.args) == 0 {
			return nil
		}
		panic(unmodelled{})
	}
	return all
}

func setMethods() methods {
	all := common()
	for name, n := range (methods{
		"<init>": setInit, "add": setAdd, "addAll": setAddAll, "contains": func(c *call) value { return boolean(c.table().find(c, c.at(0)) != nil) },
		"remove": func(c *call) value { return boolean(remove(c) != nil) }, "iterator": iterate, "forEach": forEach, "toArray": toArray,
		"toString": setText,
	}) {
		all[name] = n
	}
	for _, name := range []string{"removeAll", "retainAll", "containsAll", "removeIf", "first", "last"} {
		all[name] = unknownMethod
	}
	return all
}

// capacity reads what a constructor with an int or a collection asks for; false for any other constructor.
func (t *table) capacity(c *call) bool {
	if len(c.args) > 0 && c.descriptor(c.ref.Descriptor).params[0] == "I" {
		n, ok := c.at(0).(int32)
		if !ok || len(c.args) > 1 || n < 0 || n > 1<<20 {
			if t.kind == hashed || len(c.args) == 3 { // the order of access
				t.kind = unordered
			}
			return true
		}
		t.least = [2]int{bucketsFor(int(n)), bucketsFor(int(n))}
		return true
	}
	return len(c.args) == 0
}

func mapInit(c *call) value {
	t := c.table()
	if t.capacity(c) {
		return nil
	}
	if c.descriptor(c.ref.Descriptor).params[0] != "Ljava/util/Map;" {
		panic(unmodelled{})
	}
	return mapPutAll(c)
}

func setInit(c *call) value {
	t := c.table()
	if t.capacity(c) {
		return nil
	}
	if c.descriptor(c.ref.Descriptor).params[0] != "Ljava/util/Collection;" {
		panic(unmodelled{})
	}
	t.least = [2]int{16, 16}
	t.reserve(len(c.items(0)))
	return setAddAll(c)
}

func mapPut(c *call) value {
	if isUnknown(c.at(0)) {
		c.blur(c.at(1))
	}
	e, isNew := c.table().put(c, c.at(0), c.at(1))
	if isNew {
		return nil
	}
	old := e.value
	e.value = c.at(1)
	return old
}

func setAdd(c *call) value {
	_, isNew := c.table().put(c, c.at(0), nil)
	return boolean(isNew)
}

func setAddAll(c *call) value {
	if o, ok := c.receiver.(*object); ok && o.class.overrides() { // it calls add
		panic(unmodelled{})
	}
	changed := false
	for _, item := range c.items(0) {
		_, isNew := c.table().put(c, item, nil)
		changed = changed || isNew
	}
	return boolean(changed)
}

func mapGet(c *call) value {
	if e := c.table().find(c, c.at(0)); e != nil {
		return e.value
	}
	return nil
}

func getOrDefault(c *call) value {
	if e := c.table().find(c, c.at(0)); e != nil {
		return e.value
	}
	return c.at(1)
}

func remove(c *call) *entry {
	t := c.table()
	if t.readonly {
		c.fail("UnsupportedOperationException", "")
	}
	if len(c.args) != 1 {
		panic(unmodelled{})
	}
	e := t.find(c, c.at(0))
	if e != nil {
		t.entries = slices.DeleteFunc(t.entries, func(o *entry) bool { return o == e })
	}
	return e
}

func mapRemove(c *call) value {
	if e := remove(c); e != nil {
		return e.value
	}
	return nil
}

func mapPutAll(c *call) value {
	t := c.table()
	if c.at(0) == nil {
		panic(c.nullPointer())
	}
	from, ok := c.at(0).(*object)
	if !ok || from.blurred {
		c.blur(c.receiver)
		panic(unknown{why: "the content of a map"})
	}
	other, ok := from.native.(*table)
	if !ok || from.class.overrides() {
		panic(unmodelled{})
	}
	if t.kind == hashed && len(other.entries) > 0 {
		if t.buckets[0] == 0 {
			t.reserve(len(other.entries))
		} else if len(other.entries)*4 > min(t.buckets[0], t.buckets[1])*3 {
			t.kind = unordered // how much the map grows differs between releases of Java
		}
	}
	entries := other.entries
	if t.kind == linked || t.kind == hashed {
		entries = other.ordered(c)
	}
	for _, e := range entries {
		into, _ := t.put(c, e.key, e.value)
		into.value = e.value
	}
	return nil
}

func putIfAbsent(c *call) value {
	e, isNew := c.table().put(c, c.at(0), c.at(1))
	old := e.value
	switch {
	case isNew:
		return nil
	case old == nil:
		e.value = c.at(1)
	}
	return old
}

func computeIfAbsent(c *call) value {
	t := c.table()
	if e := t.find(c, c.at(0)); e != nil && e.value != nil {
		return e.value
	}
	if c.arg(1) == nil {
		panic(c.nullPointer())
	}
	v := must(c.invoke(c.at(1), "apply", "(Ljava/lang/Object;)Ljava/lang/Object;", c.at(0)))
	if v != nil {
		e, _ := t.put(c, c.at(0), v)
		e.value = v
	}
	return v
}

func mapForEach(c *call) value {
	if c.arg(0) == nil {
		panic(c.nullPointer())
	}
	for _, e := range slices.Clone(c.table().ordered(c)) {
		must(c.invoke(c.at(0), "accept", "(Ljava/lang/Object;Ljava/lang/Object;)V", e.key, e.value))
	}
	return nil
}

// tableList returns a view of a map.
func tableList(class string, of func(*table, *call) []value) native {
	return func(c *call) value {
		t := c.table()
		return c.made(class, &list{source: c.receiver, view: func(c *call) []value { return of(t, c) }})
	}
}

func entryObjects(t *table, c *call) []value {
	var all []value
	for _, e := range t.ordered(c) {
		all = append(all, c.made("an entry", e))
	}
	return all
}

func tableView(is string, readonly bool) native {
	return func(c *call) value {
		o := argument[*object](c, 0)
		t, ok := o.native.(*table)
		if !ok || o.blurred || o.class.overrides() {
			panic(unmodelled{})
		}
		if !readonly {
			return o
		}
		class := "java.util.Collections$UnmodifiableMap"
		if is == "java.util.Set" {
			class = "java.util.Collections$UnmodifiableSet"
		}
		return c.made(class, &table{content: t.content, readonly: true, source: o})
	}
}

func mapOf(c *call) value {
	t := newTable(unordered)
	for i := 0; i+1 < len(c.args); i += 2 {
		if c.at(i) == nil || c.args[i+1] == nil {
			panic(c.nullPointer())
		}
		if _, isNew := t.put(c, c.at(i), c.args[i+1]); !isNew {
			c.fail("IllegalArgumentException", "duplicate key")
		}
	}
	t.readonly = true
	return c.made("java.util.Collections$UnmodifiableMap", t)
}

func setOf(c *call) value {
	items := c.args
	if c.ref.Descriptor == "([Ljava/lang/Object;)Ljava/util/Set;" {
		items = c.items(0)
	}
	t := newTable(unordered)
	for _, item := range items {
		if item == nil {
			panic(c.nullPointer())
		}
		if _, isNew := t.put(c, item, nil); !isNew {
			c.fail("IllegalArgumentException", "duplicate element")
		}
	}
	t.readonly = true
	return c.made("java.util.Collections$UnmodifiableSet", t)
}

func setText(c *call) value {
	out := &textBuilder{}
	c.appendString(out, "[")
	for i, item := range c.table().keys(c) {
		if i > 0 {
			c.appendString(out, ", ")
		}
		if ex := c.appendText(out, item, "Ljava/lang/Object;"); ex != nil {
			panic(ex)
		}
	}
	c.appendString(out, "]")
	return out.value()
}
