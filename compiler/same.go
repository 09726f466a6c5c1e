package compiler

import (
	"bytes"
	"context"
	"slices"
)

// Same reports whether two programs send a cluster the same bytes. The places in the definitions of JVM objects do not
// count: they are for messages, and Same removes them from both.
func Same(ctx context.Context, a, b *Program) (bool, error) {
	var encoded [2]bytes.Buffer
	for i, p := range []*Program{a, b} {
		p.dropPlaces()
		if err := p.Encode(ctx, &encoded[i], Binary); err != nil {
			return false, err
		}
	}
	return bytes.Equal(encoded[0].Bytes(), encoded[1].Bytes()) &&
		slices.Equal(a.Launchers, b.Launchers) && slices.Equal(a.Builds, b.Builds), nil
}

func (p *Program) dropPlaces() {
	for _, d := range p.Topology.Definitions() {
		for _, o := range d.Objects {
			o.Place = ""
			for _, s := range o.Steps {
				s.Place = ""
			}
		}
	}
}
