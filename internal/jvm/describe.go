package jvm

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Options say how to ask. Only ClassPath is required.
type Options struct {
	// ClassPath has jars, folders and "folder/*": those of the topology, then Storm's client with its dependencies.
	ClassPath []string
	// Storm is the release in ClassPath; the zero Version means the default.
	Storm settings.Version
	// Java is the program; "" means the one that [Find] returns.
	Java string
	// Cache is the folder that keeps the answers. "" means $STORMFLUX_CACHE/describe, else stormflux/describe in the user's
	// cache folder.
	Cache string
	// Timeout limits the time of the JVM; 0 means a minute.
	Timeout time.Duration
}

// Role is what a topology needs an object for. The zero value stands for a component: a spout or a bolt.
type Role string

// The roles other than a component of either kind.
const (
	Spout    Role = "spout"
	Bolt     Role = "bolt"
	Grouping Role = "grouping"
	Hook     Role = "hook"
)

// Question is an object and its role.
type Question struct {
	Role       Role
	Definition *topology.Definition
}

// Description is what an object says about itself.
type Description struct {
	Class string // that of the object, which a factory may choose
	// Kind is the interface that decides how Storm runs a component: IRichSpout, IRichBolt, IBasicBolt, IWindowedBolt,
	// IStatefulBolt or IStatefulWindowedBolt. It is "" for a grouping and a hook.
	Kind    string
	Streams []*topology.Stream // in the order of their declaration; without the stream of checkpoints
	Conf    map[string]topology.Value
	// Fails is why there is no description: the object cannot be made, or what it declares cannot be used. It may contain
	// the text of an exception. It names neither the component nor its place.
	Fails string
}

// describedComponent is a description in the form that the JVM writes and the cache keeps.
type describedComponent struct {
	Class   string `json:"class,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Streams []struct {
		ID     string   `json:"id"`
		Fields []string `json:"fields"`
		Direct bool     `json:"direct"`
	} `json:"streams,omitempty"`
	Conf  string `json:"conf,omitempty"`
	Error string `json:"error,omitempty"`
}

func (d *describedComponent) description() (Description, error) {
	out := Description{Class: d.Class, Kind: d.Kind, Fails: d.Error}
	for _, s := range d.Streams {
		out.Streams = append(out.Streams, &topology.Stream{ID: s.ID, Fields: s.Fields, Direct: s.Direct})
	}
	var err error
	if d.Conf != "" {
		out.Conf, err = wire.ParseConf([]byte(d.Conf))
	}
	return out, err
}

// Describe makes objects in one JVM and returns what they say, in the order of the questions. If the cache has all
// answers, no JVM starts. The error says why there are no answers: it is [ErrNoJava], or a file cannot be read, or the JVM
// failed.
func Describe(ctx context.Context, questions []Question, opts Options) ([]Description, error) {
	c, err := newConversation(opts)
	if err != nil {
		return nil, err
	}
	answers := make([]*describedComponent, len(questions))
	keys := make([]string, len(questions))
	var asked []int
	request := request{Components: []requestedComponent{}}
	for i, q := range questions {
		keys[i] = c.key("component", string(q.Role), anonymous(q.Definition))
		if answers[i] = load[describedComponent](c, keys[i]); answers[i] == nil {
			asked = append(asked, i)
			request.Components = append(request.Components, requestedComponent{string(q.Role), string(wire.FormatDefinition(q.Definition))})
		}
	}
	if len(asked) > 0 {
		response, err := c.ask(ctx, request)
		if err != nil {
			return nil, fmt.Errorf("asking the classes of components with Java: %w", err)
		}
		if len(response.Components) != len(asked) {
			return nil, fmt.Errorf("asking the classes of components with Java: %d answers for %d components", len(response.Components), len(asked))
		}
		for n, i := range asked {
			answers[i] = &response.Components[n]
			if answers[i].Error == "" { // an error may be gone the next time
				c.save(keys[i], answers[i])
			}
		}
	}
	descriptions := make([]Description, len(questions))
	for i, a := range answers {
		if descriptions[i], err = a.description(); err != nil {
			return nil, fmt.Errorf("asking the class %s with Java: %w", a.Class, err)
		}
	}
	return descriptions, nil
}

// anonymous returns the text of a definition without what is in it for messages only.
func anonymous(d *topology.Definition) string {
	bare := d.WithoutPlaces()
	bare.Component = ""
	return string(wire.FormatDefinition(bare))
}

// Source is an object whose method builds a topology: `topologySource` in Flux.
type Source struct {
	Definition *topology.Definition
	Method     string       // "" means getTopology
	Config     topology.Map // the topology's configuration, which the method gets as a Map or a Config
}

// BuildError is why a class builds no topology. It may contain the text of an exception.
type BuildError struct{ Reason string }

// Error returns the reason.
func (e *BuildError) Error() string { return e.Reason }

// Build makes the object and calls its method in a JVM. It returns the topology in Thrift's binary protocol. The error is a
// [*BuildError] if the class is at fault; else it is as that of [Describe].
func Build(ctx context.Context, source Source, opts Options) ([]byte, error) {
	c, err := newConversation(opts)
	if err != nil {
		return nil, err
	}
	if source.Method == "" {
		source.Method = "getTopology"
	}
	// The configuration is an object like any other, so it needs no form of its own.
	config := wire.FormatDefinition(&topology.Definition{Objects: []*topology.Object{
		{Class: "java.util.LinkedHashMap", Args: []any{source.Config}},
	}})
	key := c.key("source", source.Method, anonymous(source.Definition), string(config))
	if kept := load[[]byte](c, key); kept != nil {
		return *kept, nil
	}
	response, err := c.ask(ctx, request{
		Components: []requestedComponent{},
		Source:     &requestedSource{string(wire.FormatDefinition(source.Definition)), source.Method, string(config)},
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("building the topology with Java: %w", err)
	case response.Error != "":
		return nil, &BuildError{response.Error}
	case len(response.Topology) == 0:
		return nil, fmt.Errorf("building the topology with Java: the answer has no topology")
	}
	c.save(key, response.Topology)
	return response.Topology, nil
}

// The conversation with stormflux.runtime.Describe, whose comment describes it.
type (
	request struct {
		Components []requestedComponent `json:"components"`
		Source     *requestedSource     `json:"source,omitempty"`
		Plugins    *requestedPlugins    `json:"credentials,omitempty"`
	}
	requestedComponent struct {
		Role       string `json:"role"`
		Definition string `json:"definition"`
	}
	requestedSource struct {
		Definition string `json:"definition"`
		Method     string `json:"method"`
		Config     string `json:"config"`
	}
	requestedPlugins struct {
		Plugins []string        `json:"plugins"`
		Conf    json.RawMessage `json:"conf"`
	}
	response struct {
		Components  []describedComponent `json:"components"`
		Topology    []byte               `json:"topology"`
		Credentials map[string]string    `json:"credentials"`
		Error       string               `json:"error"`
	}
)

func parseResponse(text []byte) (*response, error) {
	r := &response{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("reading the answer of the JVM: %w", err)
	}
	return r, nil
}
