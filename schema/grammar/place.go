package grammar

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// site is a value of a document together with how it is reached.
type site struct {
	parent *site       // nil for the document
	key    *yaml.Value // in a map: the key; nil in a list
	index  int         // in a list: from 0
	value  *yaml.Value
}

// span is the place for a complaint about the value: the value, or its key if the value has no text.
func (p *site) span() diag.Span {
	if p.value.Span.Start == p.value.Span.End && p.key != nil {
		return p.key.Span
	}
	return p.value.Span
}

// ownSpan is the place for a complaint about something that the value lacks: its key, its id or its first key.
func (p *site) ownSpan() diag.Span {
	if p.key != nil {
		return p.key.Span
	}
	if id := p.value.Get("id"); id != nil && id.IsScalar() && id.Text != "" {
		return id.Span
	}
	if p.value.Kind == yaml.Map && len(p.value.Entries) > 0 {
		return p.value.Entries[0].Key.Span
	}
	return p.span()
}

// child returns the place of a key of the value, or nil.
func (p *site) child(name string) *site {
	key, value := p.value.Lookup(name)
	if value == nil {
		return nil
	}
	return &site{parent: p, key: key, value: value}
}

// nouns are the names of the parts of one kind of document.
type nouns struct {
	document string
	// members maps the key of a list or map to the name of one of its members. Keys of the document itself have a dot in
	// front.
	members map[string]string
}

var topologyNouns = nouns{
	document: "the topology",
	members: map[string]string{
		".spouts": "spout", ".bolts": "bolt", ".components": "object", ".workerHooks": "worker hook",
		".streams": "stream", ".includes": "include", ".resources": "resource", ".tests": "test", "steps": "step",
		"inputs": "input", "properties": "property", "configMethods": "method",
	},
}

var testsNouns = nouns{document: "the test file", members: topologyNouns.members}

var environmentsNouns = nouns{
	document: "the environments file",
	members:  map[string]string{".environments": "environment"},
}

// named returns the name of a place in a sentence: `bolt "split"`, `"tick" of bolt "split"`, `input from "a" of bolt
// "split"`.
func (n *nouns) named(p *site) string {
	if p.parent == nil {
		return n.document
	}
	if list := p.parent; list.key != nil {
		name := list.key.Text
		if list.parent.parent == nil {
			name = "." + name
		}
		if member := n.members[name]; member != "" {
			own := member + " " + n.which(p, member)
			if list.parent.parent != nil {
				own += " of " + n.named(list.parent)
			}
			return own
		}
	}
	own := "item " + strconv.Itoa(p.index+1)
	if p.key != nil {
		own = strconv.Quote(p.key.Text)
	}
	if p.parent.parent == nil {
		return own
	}
	return own + " of " + n.named(p.parent)
}

// which distinguishes a member from its neighbours: by its key or its name, else by its number.
func (n *nouns) which(p *site, member string) string {
	if p.key != nil {
		return strconv.Quote(p.key.Text)
	}
	text := func(key string) string {
		if v := p.value.Get(key); v != nil && v.IsScalar() && v.Text != "" && v.Kind != yaml.Null {
			return strconv.Quote(v.Text)
		}
		return ""
	}
	from, to := text("from"), text("to")
	switch {
	case member == "input" && from != "":
		return "from " + from
	case member == "stream" && from != "" && to != "":
		return "from " + from + " to " + to
	case member == "stream", member == "input", member == "resource":
	case member == "include":
		if file := text("file"); file != "" {
			return file
		}
	default:
		for _, key := range []string{"id", "name"} {
			if name := text(key); name != "" {
				return name
			}
		}
	}
	return strconv.Itoa(p.index + 1)
}

// places finds the places in a document for a cause of the library.
type places interface {
	// find returns the places at an instance location. With key, the cause is about the last part of the location, a key,
	// and not about its value.
	find(location string, key bool) []*site
}

// pointer splits an instance location of the library.
func pointer(location string) []string {
	if location == "" {
		return nil
	}
	tokens := strings.Split(location[1:], "/")
	for i, token := range tokens {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	}
	return tokens
}

// foldedPlaces finds places in a document by their locations in its folded form.
type foldedPlaces struct {
	folder *folding
	root   *site
	// members holds, for each list or map, the indices of its items or entries by the part that they were folded into.
	members map[folded]map[int32][]int
}

func (f *foldedPlaces) find(location string, key bool) []*site {
	type step struct {
		place   *site
		context context
	}
	at := []step{{f.root, f.folder.rootContext}}
	tokens := pointer(location)
	for depth, token := range tokens {
		var next []step
		seen := map[*yaml.Value]bool{}
		for _, s := range at {
			v := s.place.value
			shape := &f.folder.shapes[f.folder.fold(v, s.context)]
			var part int32
			if v.Kind == yaml.Sequence {
				i, _ := strconv.Atoi(token)
				part = shape.parts[i]
			} else {
				part = shape.parts[slices.Index(shape.names, token)]
			}
			for _, i := range f.membersOf(v, s.context)[part] {
				reached := step{&site{parent: s.place, index: i}, s.context}
				if v.Kind == yaml.Sequence {
					reached.place.value = v.Items[i]
				} else {
					e := &v.Entries[i]
					reached.place.key, reached.place.value = e.Key, e.Value
					reached.context = f.folder.below(s.context, e.Key)
				}
				// A list or map with aliases is reported once.
				if value := reached.place.value; !value.IsScalar() && !(key && depth == len(tokens)-1) {
					if seen[value] {
						continue
					}
					seen[value] = true
				}
				next = append(next, reached)
			}
		}
		at = next
	}
	found := make([]*site, len(at))
	for i, s := range at {
		found[i] = s.place
	}
	return found
}

func (f *foldedPlaces) membersOf(v *yaml.Value, c context) map[int32][]int {
	at := folded{v, c}
	if m, ok := f.members[at]; ok {
		return m
	}
	m := map[int32][]int{}
	for i, item := range v.Items {
		part := f.folder.fold(item, c)
		m[part] = append(m[part], i)
	}
	for i := range v.Entries {
		part := f.folder.foldEntry(&v.Entries[i], c)
		m[part] = append(m[part], i)
	}
	if f.members == nil {
		f.members = map[folded]map[int32][]int{}
	}
	f.members[at] = m
	return m
}
