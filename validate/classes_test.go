package validate_test

import (
	"context"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/validate"
)

// exampleClasses describes the classes of the examples. Tests of other packages ask real class files.
type exampleClasses struct{}

func (exampleClasses) Describe(_ context.Context, _ validate.ClassPath, definitions []*topology.Definition) ([]validate.Description, error) {
	word := &topology.Stream{ID: "default", Fields: []string{"word"}}
	late := &topology.Stream{ID: "late", Direct: true, Fields: []string{}}
	known := map[string]validate.Description{
		"com.example.Words":  {Kind: validate.SpoutClass, Streams: []*topology.Stream{word}},
		"com.example.Count":  {Kind: validate.BasicBoltClass, Streams: []*topology.Stream{word, late}, Conf: map[string]any{"topology.tick.tuple.freq.secs": int64(5)}},
		"com.example.State":  {Kind: validate.StatefulBoltClass, Streams: []*topology.Stream{word}},
		"com.example.Log":    {Kind: validate.BoltClass},
		"com.example.Broken": {Fails: "java.lang.IllegalArgumentException: no host is set"},
	}
	out := make([]validate.Description, len(definitions))
	for i, d := range definitions {
		var ok bool
		if out[i], ok = known[d.Root().Class]; !ok {
			out[i] = validate.Description{Unknown: "there is no Java on this machine", Remedy: "install Java"}
		}
	}
	return out, nil
}

// Build builds a topology with one spout.
func (exampleClasses) Build(_ context.Context, _ validate.ClassPath, source validate.TopologySource) (*topology.Topology, error) {
	if source.Definition.Root().Class != "com.example.Source" {
		return nil, &validate.BuildError{Reason: "java.lang.IllegalStateException: no host is set"}
	}
	words := &topology.Component{ID: "words", Code: &topology.Process{Words: []string{"cat", "-"}}}
	return &topology.Topology{Spouts: []*topology.Component{words}}, nil
}
