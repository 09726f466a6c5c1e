package main

import (
	"testing"

	"github.com/stormflux/stormflux/validate"
)

func TestDeclaration(t *testing.T) {
	p := &prepared{checked: &checked{topology: &validate.Topology{Bolts: []*validate.Component{
		{ID: "count", Streams: []*validate.Stream{{ID: "default", Fields: []string{"word", "no"}}}},
		{ID: "sort", Streams: []*validate.Stream{{ID: "late", Fields: []string{"x"}, Direct: true}}},
	}}}}
	for _, test := range []struct {
		component, stream string
		values            int
		want              string
	}{
		{"count", "default", 3, `outputs: [word, "no", field3]`},
		{"count", "default", 1, `outputs: [word]`},
		{"count", "late words", 1, `outputs: {default: [word, "no"], "late words": [field1]}`},
		{"sort", "default", 1, `outputs: {late: {fields: [x], direct: true}, default: [field1]}`},
		{"nobody", "default", 1, ""},
	} {
		if got := p.declaration(test.component, test.stream, test.values); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}
