package yaml

import (
	"slices"

	"github.com/stormflux/stormflux/diag"
)

// Clone returns a copy of v with its own list of items and entries. Changing them does not change v, which an alias may
// share.
func (v *Value) Clone() *Value {
	c := *v
	c.Items, c.Entries = slices.Clone(v.Items), slices.Clone(v.Entries)
	return &c
}

// Put sets the value of a key of a map. A key that the map has already keeps its position. Put returns the value that the
// key had before, or nil.
func (v *Value) Put(key, val *Value) (was *Value) {
	for i := range v.Entries {
		if v.Entries[i].Key.Text == key.Text {
			was = v.Entries[i].Value
			v.Entries[i] = Entry{Key: key, Value: val}
			return was
		}
	}
	v.Entries = append(v.Entries, Entry{Key: key, Value: val})
	return nil
}

// Remove removes a key from a map.
func (v *Value) Remove(key string) {
	v.Entries = slices.DeleteFunc(v.Entries, func(e Entry) bool { return e.Key.Text == key })
}

// WithOrigin returns a copy of v that comes from elsewhere and replaces was.
func (v *Value) WithOrigin(from string, span diag.Span, was *Value) *Value {
	c := *v
	c.Origin = &Origin{From: from, Span: span, Was: was}
	return &c
}
