package validate

import (
	"errors"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
)

const ruleSourceFails = "source-fails"

// build lets the topology source build its topology, and checks it.
func (c *checker) build() {
	source := c.doc.TopologySource
	if source == nil || source.ClassName == nil || c.sourceBeside || c.opts.SkipFiles {
		return
	}
	definition := c.define("", source)
	if definition == nil || c.list.HasErrors() { // a JVM would report the same fault with less of a place
		return
	}
	place, class := source.ClassName.Span, shortClass(source.ClassName.Text)
	if c.opts.JVM == nil {
		c.list.Errorf(ruleSourceFails, place, "%s cannot build the topology: no Java is asked here", class)
		return
	}
	request := TopologySource{Definition: definition, Config: topology.Map{}}
	if source.MethodName != nil {
		request.Method = source.MethodName.Text
	}
	for _, s := range c.topology.Config {
		request.Config = append(request.Config, topology.MapEntry{Key: s.Key, Value: argumentOf(s.Value)})
	}
	top, err := c.opts.JVM.Build(c.ctx, c.on(), request)
	var failed *BuildError
	switch {
	case errors.As(err, &failed):
		d := c.list.Errorf(ruleSourceFails, place, "%s cannot build the topology: %s", class, failed.Reason)
		if failed.Remedy != "" {
			d.WithHint("%s", failed.Remedy)
		}
	case err != nil:
		return // the context ended, which Check reports
	default:
		c.topology.Built, c.topology.BuiltBy = top, &request
		c.checkBuilt(top, place)
	}
}

// argumentOf returns a value of a configuration as an argument for a JVM object.
func argumentOf(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = argumentOf(item)
		}
		return out
	case map[string]any:
		out := topology.Map{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, topology.MapEntry{Key: key, Value: argumentOf(v[key])})
		}
		return out
	}
	return v
}

// checkBuilt reports what Nimbus or a worker would refuse in a built topology (StormCommon.validateBasic and
// validateStructure).
func (c *checker) checkBuilt(top *topology.Topology, place diag.Span) {
	fault := func(format string, args ...any) {
		c.list.Errorf(ruleSourceFails, place, "the built topology: "+format, args...).
			WithHint("change the method that builds it")
	}
	if len(top.Spouts) == 0 {
		fault("it has no spout")
	}
	for _, bolt := range top.Bolts {
		for _, in := range bolt.Inputs {
			if !settings.IsReserved(in.Component) {
				c.checkBuiltInput(top, bolt, in, fault)
			}
		}
	}
}

func (c *checker) checkBuiltInput(top *topology.Topology, bolt *topology.Component, in *topology.Input, fault func(string, ...any)) {
	source := top.Component(in.Component)
	if source == nil {
		fault("bolt %q reads from unknown component %q", bolt.ID, in.Component)
		return
	}
	stream := source.Stream(in.Stream)
	if stream == nil {
		if _, common := settings.CommonStream(in.Stream); !common {
			fault("bolt %q reads stream %q, but %q declares no such stream", bolt.ID, in.Stream, in.Component)
		}
		return
	}
	for _, field := range topology.FieldNames(in.Grouping) {
		if !slices.Contains(stream.Fields, field) {
			fault("bolt %q groups by field %q, but stream %q of %q has no such field", bolt.ID, field, in.Stream, in.Component)
		}
	}
}
