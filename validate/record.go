package validate

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// newIndex returns the index of a document whose components are not known yet.
func newIndex(doc *schema.Document) *Index {
	x := &Index{
		components: make(map[string]*Declaration),
		settings:   make(map[string]*Declaration),
		others:     make(map[symbol]*Declaration),
	}
	if doc == nil {
		return x
	}
	x.files, x.variables = doc.Files, doc.VariableNames
	for _, i := range doc.Includes {
		x.refer(Reference{Kind: FileSymbol, Name: i.Name.Text, Span: i.Name.Span, Declaration: x.file(i.File)})
	}
	declared := make(map[string]bool, len(doc.VariableNames))
	for _, name := range doc.VariableNames {
		declared[name] = true
	}
	for _, r := range doc.VariableReferences {
		use := Reference{Kind: VariableSymbol, Name: r.Name, Span: r.Span}
		switch {
		case r.Environment:
			use.Kind = EnvironmentVariableSymbol
			use.Declaration = x.other(use.Kind, r.Name, diag.Span{})
		case declared[r.Name]:
			use.Declaration = x.other(use.Kind, r.Name, r.Declaration)
		}
		x.refer(use)
	}
	return x
}

// declare adds a declaration. Many of them share one piece of memory: a large topology has tens of thousands.
func (x *Index) declare(d Declaration) *Declaration {
	if len(x.declarationSlab) == cap(x.declarationSlab) {
		x.declarationSlab = make([]Declaration, 0, min(max(16, 2*cap(x.declarationSlab)), 1024))
	}
	x.declarationSlab = append(x.declarationSlab, d)
	made := &x.declarationSlab[len(x.declarationSlab)-1]
	x.declarations = append(x.declarations, made)
	if d.Owner != nil && (d.Kind == StreamSymbol || d.Kind == FieldSymbol) {
		d.Owner.Members = append(d.Owner.Members, made)
	}
	return made
}

// refer adds a reference. One without a place, which came from the command line, is left out.
func (x *Index) refer(r Reference) {
	if r.Span.IsZero() {
		return
	}
	if len(x.referenceSlab) == cap(x.referenceSlab) {
		x.referenceSlab = make([]Reference, 0, min(max(16, 2*cap(x.referenceSlab)), 1024))
	}
	x.referenceSlab = append(x.referenceSlab, r)
	x.references = append(x.references, &x.referenceSlab[len(x.referenceSlab)-1])
}

// other returns the declaration of a name that is the same in the whole document.
func (x *Index) other(kind SymbolKind, name string, span diag.Span) *Declaration {
	key := symbol{kind, name}
	if x.others[key] == nil {
		x.others[key] = x.declare(Declaration{Kind: kind, Name: name, Span: span})
	}
	return x.others[key]
}

func (x *Index) file(f *diag.File) *Declaration {
	if f == nil {
		return nil
	}
	return x.other(FileSymbol, f.Name, diag.Span{File: f})
}

// component declares a spout or bolt.
func (x *Index) component(kind schema.ComponentKind, id string, span diag.Span, number int) *Declaration {
	d := x.declare(Declaration{Kind: ComponentSymbol, Name: id, Span: span, Component: kind, number: number})
	if id == "" || x.components[id] != nil {
		return d
	}
	x.components[id] = d
	if x.allIDs = append(x.allIDs, id); kind == schema.Bolt {
		x.boltIDs = append(x.boltIDs, id)
	}
	return d
}

// object declares an element of `components`. first reports whether its id is not declared yet.
func (x *Index) object(id *yaml.Value, first bool) *Declaration {
	if first {
		x.objectIDs = append(x.objectIDs, id.Text)
	}
	return x.declare(Declaration{Kind: ObjectSymbol, Name: id.Text, Span: id.Span})
}

// parallelism records the components that an environment names.
func (x *Index) parallelism(e *schema.Environment) {
	if e == nil {
		return
	}
	for _, entry := range slices.Concat(e.Parallelism.Members(), e.Topology.Get("parallelism").Members()) {
		id := entry.Key
		x.refer(Reference{Kind: ComponentSymbol, Name: id.Text, Span: id.Span, Declaration: x.components[id.Text]})
	}
}

// incomplete declares the components that the grammar left out of the document, such as one without a value.
func (x *Index) incomplete(root *yaml.Value) {
	for _, kind := range []schema.ComponentKind{schema.Spout, schema.Bolt} {
		components := root.Get(kind.String() + "s")
		if components == nil {
			continue
		}
		for _, e := range components.Entries {
			if e.Value.Kind != yaml.Map && !strings.HasPrefix(e.Key.Text, "x-") {
				x.component(kind, e.Key.Text, e.Key.Span, -1)
			}
		}
	}
}

// replaced declares the objects that Flux replaces by a later one of the same id.
func (x *Index) replaced(all []schema.Replaced) {
	for _, r := range all {
		switch r.Section {
		case "components":
			x.object(r.ID, false)
		case "spouts":
			x.component(schema.Spout, r.ID.Text, r.ID.Span, -1)
		case "bolts":
			x.component(schema.Bolt, r.ID.Text, r.ID.Span, -1)
		}
	}
}

// stream declares a stream with its fields, of which s has each once.
func (x *Index) stream(owner *Declaration, s *Stream, fields []*yaml.Value) {
	stream := x.declare(Declaration{Kind: StreamSymbol, Name: s.ID, Span: s.Span, Owner: owner})
	stream.Members = make([]*Declaration, 0, len(s.Fields))
	for _, f := range fields {
		if n := len(stream.Members); n < len(s.Fields) && s.Fields[n] == f.Text {
			x.declare(Declaration{Kind: FieldSymbol, Name: f.Text, Span: f.Span, Owner: stream})
			continue
		}
		x.refer(Reference{Kind: FieldSymbol, Name: f.Text, Span: f.Span, Declaration: stream.member(f.Text), scope: stream})
	}
}

// setting records a key of a configuration. A key that Storm does not have is declared where it stands first.
func (x *Index) setting(key *yaml.Value, known, component bool) {
	d := x.settings[key.Text]
	if d == nil {
		span := key.Span
		if known {
			span = diag.Span{}
		}
		d = x.declare(Declaration{Kind: SettingSymbol, Name: key.Text, Span: span})
		x.settings[key.Text] = d
	}
	x.refer(Reference{Kind: SettingSymbol, Name: key.Text, Span: key.Span, Declaration: d, component: component})
}

// writtenName returns the name at a key of a map with its place. The name is "" when nothing is written behind the key.
func writtenName(in *yaml.Value, key string, name *yaml.Value) (string, diag.Span) {
	if name != nil {
		return name.Text, name.Span
	}
	if v := in.Get(key); v != nil && v.Kind == yaml.Null {
		return "", v.Span
	}
	return "", diag.Span{}
}

// indexInput records what a subscription refers to.
func (c *checker) indexInput(in *schema.Input) {
	x := c.index
	id, span := writtenName(in.Value, "to", in.To)
	x.refer(Reference{Kind: ComponentSymbol, Name: id, Span: span, Declaration: x.components[id], boltsOnly: true})

	id, span = writtenName(in.Value, "from", in.From)
	if id == settings.SystemComponent {
		return // no text declares it
	}
	from := x.components[id]
	x.refer(Reference{Kind: ComponentSymbol, Name: id, Span: span, Declaration: from})

	id, span = writtenName(in.Value, "stream", in.Stream)
	stream := c.streamDeclaration(from, id)
	x.refer(Reference{Kind: StreamSymbol, Name: id, Span: span, Declaration: stream, scope: from})
	if in.Grouping == nil {
		return
	}
	if span.IsZero() {
		stream = c.streamDeclaration(from, schema.DefaultStream)
	}
	for _, f := range in.Grouping.Fields {
		x.refer(Reference{Kind: FieldSymbol, Name: f.Text, Span: f.Span, Declaration: stream.member(f.Text), scope: stream})
	}
}

// streamDeclaration returns the declaration of a component's stream, or nil.
func (c *checker) streamDeclaration(from *Declaration, id string) *Declaration {
	if from == nil || from.number < 0 {
		return nil
	}
	if i := c.all[from.number].streamIndex(id); i >= 0 {
		return from.Members[i]
	}
	return nil
}

// member returns the first member of a name, or nil.
func (d *Declaration) member(name string) *Declaration {
	if d == nil {
		return nil
	}
	for _, m := range d.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}
