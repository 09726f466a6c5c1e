package validate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
)

// SymbolKind is what a name in a document stands for. The zero value is invalid.
type SymbolKind uint8

// The kinds of symbols.
const (
	ComponentSymbol           SymbolKind = iota + 1 // a spout or bolt
	StreamSymbol                                    // an output stream; its owner is the component
	FieldSymbol                                     // a field of a stream; its owner is the stream
	ObjectSymbol                                    // an element of Flux's `components`
	SettingSymbol                                   // a key of the configuration
	VariableSymbol                                  // what `${name}` refers to
	EnvironmentVariableSymbol                       // of a component, its owner; or of our own process, in `${env:NAME}`
	FileSymbol                                      // an included file
	RuleSymbol                                      // a rule, in an ignore comment
)

var symbolNames = [...]string{
	ComponentSymbol: "component", StreamSymbol: "stream", FieldSymbol: "field", ObjectSymbol: "object", SettingSymbol: "setting",
	VariableSymbol: "variable", EnvironmentVariableSymbol: "environment variable", FileSymbol: "file", RuleSymbol: "rule",
}

// String returns the kind in words.
func (k SymbolKind) String() string { return symbolNames[k] }

// Declaration is a name that a document, Storm or the command line declares.
type Declaration struct {
	Kind SymbolKind
	Name string
	// Span is the place of the name. It is zero when no file declares it: a setting of Storm, a variable of --set.
	Span diag.Span
	// Owner is the component of a stream or environment variable, and the stream of a field; nil for the other kinds.
	Owner *Declaration
	// Members are the streams of a component and the fields of a stream, in file order.
	Members []*Declaration
	// Component is the kind of a component, and 0 for everything else.
	Component schema.ComponentKind

	number int // of a component: its index in checker.all, and -1 when the grammar left it out of the document
}

// Reference is a place where a document uses a name.
type Reference struct {
	Kind SymbolKind
	Name string // "" where a name is missing, as behind `from:`
	Span diag.Span
	// Declaration is what the name stands for; nil when nothing of that name is declared.
	Declaration *Declaration

	scope     *Declaration // what the declaration must be a member of: the component of a stream, the stream of a field
	boltsOnly bool         // of a component: only a bolt is legal here
	component bool         // of a setting: it is one of a component, not of the topology
}

// Index is what Check understood of a document: every name that is declared and every place that uses one. It is
// complete for the parts of a document that could be read, also when there are errors. It does not change after Check,
// and may be used concurrently.
type Index struct {
	files        []*diag.File
	declarations []*Declaration
	references   []*Reference
	variables    []string // the names that have a value

	components map[string]*Declaration // by id: the first of each
	settings   map[string]*Declaration // by key
	others     map[symbol]*Declaration // what is declared outside of the text, and files

	allIDs, boltIDs []string // in file order
	objectIDs       []string
	declarationSlab []Declaration
	referenceSlab   []Reference
}

type symbol struct {
	kind SymbolKind
	name string
}

// Declarations returns everything that is declared in a file, ordered by file and place.
func (x *Index) Declarations() []*Declaration {
	var found []*Declaration
	for _, d := range x.declarations {
		if !d.Span.IsZero() {
			found = append(found, d)
		}
	}
	slices.SortStableFunc(found, func(a, b *Declaration) int { return x.compare(a.Span, b.Span) })
	return found
}

// References returns the places that refer to a declaration, ordered by file and place, each once.
func (x *Index) References(d *Declaration) []*Reference {
	return x.find(func(r *Reference) bool { return r.Declaration == d })
}

// Unknown returns the references to names that are not declared.
func (x *Index) Unknown() []*Reference {
	return x.find(func(r *Reference) bool { return r.Declaration == nil })
}

func (x *Index) find(want func(*Reference) bool) []*Reference {
	var found []*Reference
	for _, r := range x.references {
		if want(r) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b *Reference) int { return x.compare(a.Span, b.Span) })
	// An alias uses the text of its anchor again.
	return slices.CompactFunc(found, func(a, b *Reference) bool { return a.Span == b.Span && a.Kind == b.Kind })
}

func (x *Index) compare(a, b diag.Span) int {
	return cmp.Or(cmp.Compare(slices.Index(x.files, a.File), slices.Index(x.files, b.File)), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// At returns what stands at an offset of a file: the declaration that the text there names, and the reference when the
// text is one. The declaration is nil when the name is unknown; both are nil when the text is no name.
func (x *Index) At(file *diag.File, offset int) (*Declaration, *Reference) {
	var declaration *Declaration
	var reference *Reference
	size := -1
	nearer := func(s diag.Span) bool {
		return s.File == file && covers(s, offset) && (size < 0 || s.End-s.Start < size)
	}
	for _, r := range x.references {
		if nearer(r.Span) {
			declaration, reference, size = r.Declaration, r, r.Span.End-r.Span.Start
		}
	}
	for _, d := range x.declarations {
		if d.Kind != FileSymbol && nearer(d.Span) {
			declaration, reference, size = d, nil, d.Span.End-d.Span.Start
		}
	}
	return declaration, reference
}

// covers reports whether a cursor at the offset is in the span, or at one of its ends. A span without text stands for a
// missing value: there the spaces behind it count too.
func covers(s diag.Span, offset int) bool {
	if s.Start < s.End {
		return s.Start <= offset && offset <= s.End
	}
	return s.Start <= offset && offset <= len(s.File.Text) && strings.Trim(string(s.File.Text[s.Start:offset]), " \t") == ""
}

// LegalNames returns the names that may stand where r stands, those of declared things in file order.
func (x *Index) LegalNames(r *Reference) []string {
	switch r.Kind {
	case ComponentSymbol:
		return x.ids(r.boltsOnly)
	case StreamSymbol, FieldSymbol:
		return r.scope.memberNames()
	case ObjectSymbol:
		return x.objectIDs
	case SettingSymbol:
		return settingKeys(r.component)
	case VariableSymbol:
		return x.variables
	case RuleSymbol:
		return ruleNames()
	}
	return nil // environment variables and files are not ours to know
}

// Components returns the ids of the spouts and bolts, in file order.
func (x *Index) Components() []string { return x.ids(false) }

// Variables returns the names of the variables that the document refers to with `${name}`, each once.
func (x *Index) Variables() []string {
	var names []string
	seen := make(map[string]bool)
	for _, r := range x.references {
		if r.Kind == VariableSymbol && !seen[r.Name] {
			seen[r.Name] = true
			names = append(names, r.Name)
		}
	}
	return names
}

func (x *Index) ids(boltsOnly bool) []string {
	if boltsOnly {
		return x.boltIDs
	}
	return x.allIDs
}

func (d *Declaration) memberNames() []string {
	if d == nil {
		return nil
	}
	names := make([]string, len(d.Members))
	for i, m := range d.Members {
		names[i] = m.Name
	}
	return names
}

// settingKeys returns the keys of Storm's that a component's configuration, or the topology's, may hold.
func settingKeys(component bool) []string {
	keys := settings.TopologyKeys()
	if !component {
		return keys
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !settings.Lookup(key).Component })
}

func ruleNames() []string {
	rules := diag.Rules()
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	return names
}
