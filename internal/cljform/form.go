package cljform

import (
	"strconv"
	"strings"

	"olympos.io/encoding/edn"
)

// Kind is the kind of a [Form]. The zero value is invalid.
type Kind uint8

// The kinds of forms. Other is a form that needs evaluation: a quoted one, a function literal, a regular expression.
const (
	List Kind = iota + 1
	Vector
	Map // its items are keys and values in turn
	String
	Symbol
	Keyword
	Integer
	Float
	Bool
	Nil
	Other
)

// Form is a form of a Clojure file.
type Form struct {
	Kind  Kind
	At    int    // the offset of a collection; that of the collection around any other form
	Text  string // of a string, symbol or keyword; the tag of Other
	Int   int64
	Float float64
	Bool  bool
	Items []*Form
}

// Head returns the symbol at the start of a list, or "".
func (f *Form) Head() string {
	if f.Kind == List && len(f.Items) > 0 && f.Items[0].Kind == Symbol {
		return f.Items[0].Text
	}
	return ""
}

const tagAt = "clj/at"

// Forms returns the forms of a Clojure file with their places.
func Forms(text string) ([]*Form, error) {
	decoded, err := read(text, true)
	if err != nil {
		return nil, err
	}
	forms := make([]*Form, len(decoded))
	for i, v := range decoded {
		forms[i] = form(v, 0)
	}
	return forms, nil
}

func form(v any, at int) *Form {
	f := &Form{At: at}
	switch v := v.(type) {
	case []any:
		f.collection(v)
	case edn.Tag:
		f.tagged(v)
	case string:
		f.Kind, f.Text = String, v
	case edn.Symbol:
		f.Kind, f.Text = Symbol, string(v)
	case edn.Keyword:
		f.Kind, f.Text = Keyword, string(v)
	case int64:
		f.Kind, f.Int = Integer, v
	case float64:
		f.Kind, f.Float = Float, v
	case bool:
		f.Kind, f.Bool = Bool, v
	case nil:
		f.Kind = Nil
	default:
		f.Kind = Other
	}
	return f
}

// collection reads the items of a collection. The first one says what it is, and where.
func (f *Form) collection(items []any) {
	f.Kind = Other
	if len(items) == 0 {
		return
	}
	tag, _ := items[0].(edn.Tag)
	place, ok := tag.Value.(string)
	if !ok || tag.Tagname != tagAt {
		return
	}
	f.At, _ = strconv.Atoi(place[1:])
	f.Kind = map[byte]Kind{'(': List, '[': Vector, '{': Map}[place[0]]
	for _, item := range items[1:] {
		f.Items = append(f.Items, form(item, f.At))
	}
}

func (f *Form) tagged(tag edn.Tag) {
	f.Kind, f.Text = Other, tag.Tagname
	text, _ := tag.Value.(string)
	switch tag.Tagname {
	case TagMap:
		items, _ := tag.Value.([]any)
		f.collection(items)
	case "clj/symbol":
		f.Kind, f.Text = Symbol, text
		if name, keyword := strings.CutPrefix(text, ":"); keyword {
			f.Kind, f.Text = Keyword, name
		}
	case "clj/number":
		if n, err := strconv.ParseInt(strings.TrimSuffix(text, "N"), 0, 64); err == nil {
			f.Kind, f.Int = Integer, n
		} else if x, err := strconv.ParseFloat(strings.TrimSuffix(text, "M"), 64); err == nil {
			f.Kind, f.Float = Float, x
		}
	}
}
