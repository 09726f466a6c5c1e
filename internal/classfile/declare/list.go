package declare

import (
	"slices"
)

// list is what lists and views of collections keep.
type list struct {
	items []value
	// fixed: Arrays.asList; readonly: an immutable list or view.
	fixed, readonly bool
	// source is the array or collection that the list shows; nil for a list with items of its own.
	source value
	// view returns the items of a view.
	view func(c *call) []value
}

func (l *list) held(*machine) ([]value, bool) {
	if l.source != nil {
		return []value{l.source}, false
	}
	return l.items, false
}

// isFixed reports whether nothing can change the list, although its items may change.
func (l *list) isFixed() bool { return l.readonly && l.source == nil && l.view == nil }

// read returns the items.
func (l *list) read(c *call) []value {
	switch source := l.source.(type) {
	case *array:
		if source.blurred {
			panic(unknown{why: "the content of an array"})
		}
		return source.items
	case *object:
		if source.blurred {
			panic(unknown{why: "the content of a " + source.class.name})
		}
		if l.view == nil {
			return source.native.(*list).read(c)
		}
	}
	if l.view != nil {
		return l.view(c)
	}
	return l.items
}

// own returns the list for a change of its length.
func (l *list) own(c *call) *list {
	if l.readonly || l.fixed {
		c.fail("UnsupportedOperationException", "")
	}
	if l.view != nil {
		c.giveUp("it changes a view of a collection")
	}
	if source, ok := l.source.(*object); ok {
		if source.blurred {
			panic(unmodelled{})
		}
		return source.native.(*list).own(c)
	}
	return l
}

// elements returns the elements of a collection or array; false if they are not known.
func (m *machine) elements(v value) ([]value, bool) {
	c := &call{machine: m}
	switch v := v.(type) {
	case nil:
		panic(m.nullPointer())
	case *array:
		return v.items, !v.blurred
	case *object:
		if v.blurred || v.class.overrides() {
			return nil, false
		}
		m.step(1)
		switch n := v.native.(type) {
		case *list:
			return n.read(c), true
		case *table:
			if n.source != nil && n.source.blurred {
				return nil, false
			}
			if v.class.is("java.util.Collection") == 1 {
				return n.keys(c), true
			}
		}
	}
	return nil, false
}

// items returns the elements of an argument. If they are not known, the receiver is blurred.
func (c *call) items(i int) []value {
	items, ok := c.elements(c.at(i))
	if !ok {
		c.blur(c.receiver)
		panic(unknown{why: "the content of a collection"})
	}
	return items
}

func listModels() map[string]*model {
	all := map[string]*model{}
	iface := func(name string, supers ...string) { all[name] = &model{isInterface: true, interfaces: supers} }
	iface("java.lang.Iterable")
	all["java.lang.Iterable"].methods = methods{"forEach": forEach}
	iface("java.util.Collection", "java.lang.Iterable")
	iface("java.util.List", "java.util.Collection")
	iface("java.util.Set", "java.util.Collection")
	iface("java.util.SortedSet", "java.util.Set")
	iface("java.util.NavigableSet", "java.util.SortedSet")
	iface("java.util.Queue", "java.util.Collection")
	iface("java.util.Deque", "java.util.Queue")
	iface("java.util.Iterator")
	iface("java.util.Comparator")
	for _, name := range []string{"Function", "BiFunction", "Supplier", "Consumer", "BiConsumer", "Predicate", "BiPredicate", "UnaryOperator", "BinaryOperator"} {
		iface("java.util.function." + name)
	}
	all["java.util.function.UnaryOperator"].interfaces = []string{"java.util.function.Function"}
	all["java.util.function.BinaryOperator"].interfaces = []string{"java.util.function.BiFunction"}
	all["java.util.List"].methods = methods{"of": listOf, "copyOf": copyOf}
	newList := func(*machine) any { return &list{} }
	lists := func(interfaces ...string) *model {
		return &model{interfaces: append([]string{"java.util.List"}, interfaces...), make: newList, methods: listMethods()}
	}
	all["java.util.ArrayList"] = lists("java.util.RandomAccess", "java.lang.Cloneable", "java.io.Serializable")
	all["java.util.LinkedList"] = lists("java.util.Deque", "java.lang.Cloneable", "java.io.Serializable")
	all["java.util.Vector"] = lists("java.util.RandomAccess", "java.lang.Cloneable", "java.io.Serializable")
	all["java.util.concurrent.CopyOnWriteArrayList"] = lists("java.util.RandomAccess", "java.lang.Cloneable", "java.io.Serializable")
	all["java.util.ImmutableCollections$ListN"] = lists("java.util.RandomAccess", "java.io.Serializable")
	all["java.util.Collections$UnmodifiableList"] = lists("java.io.Serializable")
	all["java.util.Arrays$ArrayList"] = lists("java.util.RandomAccess", "java.io.Serializable")
	all["a set"] = &model{interfaces: []string{"java.util.Set"}, methods: listMethods()}
	all["a collection"] = &model{interfaces: []string{"java.util.Collection"}, methods: listMethods()}
	all["java.util.Arrays"] = &model{methods: methods{"asList": asList, "copyOf": arrayCopyOf, "copyOfRange": arrayCopyOfRange, "sort": func(c *call) value {
		return sortItems(c, func() []value {
			a := argument[*array](c, 0)
			if a.blurred {
				panic(unmodelled{})
			}
			return a.items
		})
	}}}
	all["java.util.Optional"] = &model{methods: optionalMethods()}
	all["an iterator"] = &model{interfaces: []string{"java.util.Iterator"}, methods: methods{
		"hasNext": func(c *call) value { it := kept[*iterator](c); return boolean(it.at < len(it.items)) }, "next": next,
	}}
	all["java.util.Collections"] = &model{methods: methods{
		"emptyList": func(c *call) value { return c.made("java.util.ImmutableCollections$ListN", &list{readonly: true}) },
		"singletonList": func(c *call) value {
			return c.made("java.util.ImmutableCollections$ListN", &list{readonly: true, items: c.args})
		},
		"unmodifiableList": listView(true), "synchronizedList": listView(false), "unmodifiableCollection": listView(true),
		"addAll": addAllOf, "sort": func(c *call) value { return sortItems(c, func() []value { return c.items(0) }) },
		"emptyMap": func(c *call) value {
			return c.made("java.util.Collections$UnmodifiableMap", &table{content: &content{kind: linked}, readonly: true})
		},
		"emptySet": func(c *call) value {
			return c.made("java.util.Collections$UnmodifiableSet", &table{content: &content{kind: linked}, readonly: true})
		},
		"singleton": func(c *call) value {
			t := newTable(linked)
			t.put(c, c.at(0), nil)
			t.readonly = true
			return c.made("java.util.Collections$UnmodifiableSet", t)
		},
		"singletonMap": func(c *call) value {
			t := newTable(linked)
			t.put(c, c.at(0), c.at(1))
			t.readonly = true
			return c.made("java.util.Collections$UnmodifiableMap", t)
		},
		"unmodifiableMap": tableView("java.util.Map", true), "synchronizedMap": tableView("java.util.Map", false),
		"unmodifiableSet": tableView("java.util.Set", true), "synchronizedSet": tableView("java.util.Set", false),
	}}
	return all
}

func listMethods() methods {
	return methods{
		"<init>": listInit, "size": func(c *call) value { return int32(len(kept[*list](c).read(c))) },
		"isEmpty": func(c *call) value { return boolean(len(kept[*list](c).read(c)) == 0) },
		"get":     listGet, "set": listSet, "add": listAdd, "addAll": listAddAll, "remove": listRemove, "clear": listClear,
		"contains": func(c *call) value { return boolean(position(c) >= 0) }, "indexOf": func(c *call) value { return int32(position(c)) },
		"containsAll": unknownMethod, "iterator": iterate, "listIterator": unknownMethod, "forEach": forEach, "toArray": toArray,
		"equals": listEquals, "hashCode": unknownResult("the hash code of a list"), "toString": listText, "subList": subList,
		"addFirst": func(c *call) value { return insertAt(c, 0, c.at(0)) }, "addLast": listAdd, "push": func(c *call) value { return insertAt(c, 0, c.at(0)) },
		"offer": listAdd, "getFirst": listFirst, "getLast": listLast, "addElement": listAdd, "ensureCapacity": nothing, "trimToSize": nothing,
	}
}

// unknownMethod is a method without a model that a superclass has.
func unknownMethod(*call) value { panic(unmodelled{}) }

func unknownResult(why string) native { return func(*call) value { return unknown{why: why} } }

func listInit(c *call) value {
	l := kept[*list](c)
	if len(c.args) == 1 && c.ref.Descriptor != "(I)V" {
		l.items = slices.Clone(c.items(0))
		c.allocate(len(l.items))
	}
	return nil
}

// index returns an argument that is an index of the list. An unknown one makes the items unknown.
func (c *call) index(i, length int) int {
	n, ok := c.at(i).(int32)
	if !ok {
		c.blur(c.receiver)
		panic(unknown{why: whyOf(c.at(i))})
	}
	if n < 0 || int(n) >= length {
		c.fail("IndexOutOfBoundsException", "")
	}
	return int(n)
}

func listGet(c *call) value {
	items := kept[*list](c).read(c)
	return items[c.index(0, len(items))]
}

func listFirst(c *call) value {
	items := kept[*list](c).read(c)
	if len(items) == 0 {
		panic(c.throw("java.util.NoSuchElementException", ""))
	}
	return items[0]
}

func listLast(c *call) value {
	items := kept[*list](c).read(c)
	if len(items) == 0 {
		panic(c.throw("java.util.NoSuchElementException", ""))
	}
	return items[len(items)-1]
}

func listSet(c *call) value {
	l := kept[*list](c)
	if l.readonly {
		c.fail("UnsupportedOperationException", "")
	}
	if l.view != nil {
		panic(unmodelled{})
	}
	items := l.read(c)
	i := c.index(0, len(items))
	old := items[i]
	items[i] = c.at(1)
	return old
}

func listAdd(c *call) value {
	if len(c.args) == 2 {
		l := kept[*list](c)
		return insertAt(c, c.index(0, len(l.read(c))+1), c.at(1))
	}
	l := kept[*list](c).own(c)
	c.allocate(1)
	l.items = append(l.items, c.at(0))
	return int32(1)
}

func insertAt(c *call, i int, v value) value {
	l := kept[*list](c).own(c)
	c.allocate(1)
	c.step(len(l.items) / 16)
	l.items = slices.Insert(l.items, i, v)
	return nil
}

func listAddAll(c *call) value {
	l := kept[*list](c).own(c)
	if len(c.args) != 1 {
		panic(unmodelled{})
	}
	items := c.items(0)
	c.allocate(len(items))
	l.items = append(l.items, items...)
	return boolean(len(items) > 0)
}

// addAllOf is Collections.addAll for a list or a set.
func addAllOf(c *call) value {
	into, items := argument[*object](c, 0), argument[*array](c, 1)
	if into.blurred || items.blurred {
		panic(unmodelled{})
	}
	for _, item := range items.items {
		must(c.invoke(into, "add", "(Ljava/lang/Object;)Z", item))
	}
	return boolean(len(items.items) > 0)
}

func listRemove(c *call) value {
	l := kept[*list](c).own(c)
	if len(c.args) != 1 {
		panic(unmodelled{})
	}
	if c.ref.Descriptor == "(Ljava/lang/Object;)Z" {
		i := position(c)
		if i >= 0 {
			l.items = slices.Delete(l.items, i, i+1)
		}
		return boolean(i >= 0)
	}
	i := c.index(0, len(l.items))
	old := l.items[i]
	l.items = slices.Delete(l.items, i, i+1)
	return old
}

func listClear(c *call) value {
	kept[*list](c).own(c).items = nil
	return nil
}

// position returns the index of the argument; -1 if the list does not have it.
func position(c *call) int {
	return slices.IndexFunc(kept[*list](c).read(c), func(item value) bool { return c.isEqual(c.at(0), item) })
}

func listEquals(c *call) value {
	other, ok := c.arg(0).(*object)
	if !ok {
		return int32(0)
	}
	b, ok := other.native.(*list)
	if !ok || other.blurred {
		panic(unmodelled{})
	}
	return boolean(slices.EqualFunc(kept[*list](c).read(c), b.read(c), c.isEqual))
}

func listText(c *call) value {
	out := &textBuilder{}
	c.appendString(out, "[")
	for i, item := range kept[*list](c).read(c) {
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

func subList(c *call) value {
	items := kept[*list](c).read(c)
	from, to := argument[int32](c, 0), argument[int32](c, 1)
	if from < 0 || from > to || int(to) > len(items) {
		c.fail("IndexOutOfBoundsException", "")
	}
	l := &list{source: c.receiver, readonly: kept[*list](c).readonly}
	l.view = func(c *call) []value {
		if now := l.source.(*object).native.(*list).read(c); len(now) == len(items) {
			return now[from:to]
		}
		panic(unknown{why: "a part of a list that changed"})
	}
	return c.made("java.util.ArrayList", l)
}

func toArray(c *call) value {
	items, _ := c.elements(c.receiver)
	element := "Ljava/lang/Object;"
	if len(c.args) == 1 {
		a, ok := c.arg(0).(*array)
		if !ok || len(a.items) > len(items) {
			panic(unmodelled{})
		}
		if element = a.element; len(a.items) == len(items) && len(items) > 0 {
			if a.blurred {
				panic(unmodelled{})
			}
			copy(a.items, items)
			return a
		}
	}
	c.allocate(len(items))
	for _, item := range items {
		if item != nil && !c.isInstance(item, classOfDescriptor(element)) {
			c.fail("ArrayStoreException", "")
		}
	}
	return &array{element: element, items: slices.Clone(items)}
}

// iterator walks over the items that a collection had.
type iterator struct {
	items []value
	at    int
	of    value
}

func (it *iterator) held(*machine) ([]value, bool) { return append([]value{it.of}, it.items...), false }

func iterate(c *call) value {
	items, ok := c.elements(c.receiver)
	if !ok {
		panic(unmodelled{})
	}
	return c.made("an iterator", &iterator{items: slices.Clone(items), of: c.receiver})
}

func next(c *call) value {
	it := kept[*iterator](c)
	if now, ok := c.elements(it.of); !ok || len(now) != len(it.items) {
		panic(c.throw("java.util.ConcurrentModificationException", ""))
	}
	if it.at >= len(it.items) {
		panic(c.throw("java.util.NoSuchElementException", ""))
	}
	it.at++
	return it.items[it.at-1]
}

func forEach(c *call) value {
	items, ok := c.elements(c.receiver)
	if !ok {
		panic(unmodelled{})
	}
	if c.arg(0) == nil {
		panic(c.nullPointer())
	}
	for _, item := range slices.Clone(items) {
		must(c.invoke(c.at(0), "accept", "(Ljava/lang/Object;)V", item))
	}
	return nil
}

func asList(c *call) value {
	return c.made("java.util.Arrays$ArrayList", &list{source: argument[*array](c, 0), fixed: true})
}

// sortItems sorts strings or integers in their natural order. Without a model for the rest, the items become unknown.
func sortItems(c *call, of func() []value) value {
	if len(c.args) != 1 {
		panic(unmodelled{})
	}
	if o, ok := c.at(0).(*object); ok {
		if l, ok := o.native.(*list); !ok || l.readonly || l.view != nil {
			panic(unmodelled{})
		}
	}
	items := of()
	entries := make([]*entry, len(items))
	for i, item := range items {
		if _, known := item.(box); !known {
			if _, known = item.(string); !known {
				panic(unmodelled{})
			}
		}
		entries[i] = &entry{key: item}
	}
	c.step(len(items) * 8)
	for i, e := range sortKeys(entries) {
		items[i] = e.key
	}
	return nil
}

func arrayCopyOf(c *call) value {
	from := argument[*array](c, 0)
	n := argument[int32](c, 1)
	if from.blurred || len(c.args) != 2 {
		panic(unmodelled{})
	}
	if n < 0 {
		c.fail("NegativeArraySizeException", "")
	}
	a := c.newArray(from.element, int(n))
	copy(a.items, from.items)
	return a
}

func arrayCopyOfRange(c *call) value {
	from := argument[*array](c, 0)
	i, j := argument[int32](c, 1), argument[int32](c, 2)
	if from.blurred || len(c.args) != 3 {
		panic(unmodelled{})
	}
	if i < 0 || int(i) > len(from.items) {
		c.fail("ArrayIndexOutOfBoundsException", "")
	}
	if i > j {
		c.fail("IllegalArgumentException", "")
	}
	a := c.newArray(from.element, int(j-i))
	copy(a.items, from.items[i:])
	return a
}

// listOf is List.of with elements or an array.
func listOf(c *call) value {
	items := c.args
	if c.ref.Descriptor == "([Ljava/lang/Object;)Ljava/util/List;" {
		items = slices.Clone(c.items(0))
	}
	return c.immutable(items)
}

func copyOf(c *call) value { return c.immutable(slices.Clone(c.items(0))) }

func (c *call) immutable(items []value) value {
	c.allocate(len(items))
	if slices.Contains(items, nil) {
		panic(c.nullPointer())
	}
	return c.made("java.util.ImmutableCollections$ListN", &list{items: items, readonly: true})
}

func listView(readonly bool) native {
	return func(c *call) value {
		o := argument[*object](c, 0)
		if l, ok := o.native.(*list); !ok || o.blurred || l.view != nil || o.class.overrides() {
			panic(unmodelled{})
		}
		return c.made("java.util.Collections$UnmodifiableList", &list{source: o, readonly: readonly})
	}
}

// optional is what an Optional keeps.
type optional struct{ value value }

func (o *optional) held(*machine) ([]value, bool) { return []value{o.value}, false }

func optionalMethods() methods {
	made := func(c *call, v value) value { return c.made("java.util.Optional", &optional{v}) }
	return methods{
		"empty":      func(c *call) value { return made(c, nil) },
		"of":         func(c *call) value { return made(c, requireNonNull(c)) },
		"ofNullable": func(c *call) value { return made(c, c.arg(0)) },
		"isPresent":  func(c *call) value { return boolean(kept[*optional](c).value != nil) },
		"get": func(c *call) value {
			if v := kept[*optional](c).value; v != nil {
				return v
			}
			panic(c.throw("java.util.NoSuchElementException", "No value present"))
		},
		"orElse": func(c *call) value {
			if v := kept[*optional](c).value; v != nil {
				return v
			}
			return c.at(0)
		},
		"map": func(c *call) value {
			v := kept[*optional](c).value
			if v == nil {
				return c.receiver
			}
			mapped := must(c.invoke(requireNonNull(c), "apply", "(Ljava/lang/Object;)Ljava/lang/Object;", v))
			if isUnknown(mapped) {
				panic(mapped)
			}
			return made(c, mapped)
		},
		"equals": unknownMethod, "hashCode": unknownMethod, "toString": unknownMethod,
	}
}
