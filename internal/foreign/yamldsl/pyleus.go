package yamldsl

import (
	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema/yaml"
)

// settingsOf are pyleus's names of Storm's settings.
var settingsOf = map[string]string{
	"topology_debug": "topology.debug", "workers": "topology.workers", "ackers": "topology.acker.executors",
	"max_spout_pending": "topology.max.spout.pending", "message_timeout_secs": "topology.message.timeout.secs",
	"max_shellbolt_pending": "topology.shellbolt.max.pending",
}

// pyleus reads a pyleus_topology.yaml. Components that declare their fields only in Python get a note.
func (r *reader) pyleus(root *yaml.Value) (*asyaml.Document, error) {
	d := &asyaml.Document{Name: r.text(root.Get("name")), Header: r.header("pyleus"), Config: map[string]topology.Value{}}
	for _, e := range root.Members() {
		switch key := e.Key.Text; key {
		case "name", "topology":
		case "requirements_filename":
			d.Python.Requirements = r.text(e.Value)
		case "python_interpreter":
			d.Python.Interpreter = r.text(e.Value)
		case "logging_config", "serializer":
			d.Note("config", "pyleus has "+key+": "+r.text(e.Value)+", which its own library reads.")
		default:
			if setting := settingsOf[key]; setting != "" {
				d.Config[setting] = e.Value.Go()
			} else {
				r.report(e.Key, "stormflux does not know the key %q of pyleus", key)
			}
		}
	}
	for _, item := range root.Get("topology").Elements() {
		switch spout, bolt := item.Get("spout"), item.Get("bolt"); {
		case spout != nil:
			d.Spouts = append(d.Spouts, r.pyleusComponent(spout))
		case bolt != nil:
			d.Bolts = append(d.Bolts, r.pyleusComponent(bolt))
		default:
			r.report(item, "an element of `topology` is neither a spout nor a bolt")
		}
	}
	d.Note("end", "Classes of pyleus speak a protocol of their own: port them to the Python SDK of stormflux, whose classes are similar.")
	return d, r.err
}

func (r *reader) pyleusComponent(v *yaml.Value) *asyaml.Component {
	c := &asyaml.Component{
		ID: r.text(v.Get("name")), Parallelism: max(1, r.integer(v.Get("parallelism_hint"))), Tasks: r.integer(v.Get("tasks")),
		Tick: int64(r.integer(v.Get("tick_freq_secs"))),
	}
	if c.ID == "" {
		r.report(v, "a component has no name")
	}
	r.unknown(v, "name", "module", "type", "tick_freq_secs", "parallelism_hint", "tasks", "options", "groupings", "output_fields")
	if kind := v.Get("type"); kind != nil && r.text(kind) != "python" {
		r.report(kind, "a spout of the type %q has no form without its Java classes", kind.Text)
	}
	c.Class = r.text(v.Get("module"))
	c.Notes = append(c.Notes, "Write the class of the component: python: module.Class")
	if options := v.Get("options"); options != nil && options.Kind == yaml.Map {
		c.Config = map[string]topology.Value{}
		for _, e := range options.Entries {
			c.Config[e.Key.Text] = e.Value.Go()
		}
		c.Notes = append(c.Notes, "The options of pyleus stand in its config.")
	}
	if fields := v.Get("output_fields"); fields != nil {
		c.Outputs = []*topology.Stream{{ID: topology.DefaultStream, Fields: r.texts(fields)}}
	} else {
		c.OutputNotes = []string{"Its outputs are those that the class declares: outputs: [FIELD]"}
	}
	groupings := v.Get("groupings")
	for _, g := range groupings.Elements() {
		for _, e := range g.Members() {
			c.Inputs = append(c.Inputs, r.pyleusInput(e))
		}
	}
	return c
}

// pyleusInput reads a grouping: shuffle_grouping: COMPONENT, or fields_grouping: {component: C, stream: S, fields: [F]}.
func (r *reader) pyleusInput(e yaml.Entry) *asyaml.Input {
	in := &asyaml.Input{}
	kind := e.Key.Text
	if v := e.Value; v.Kind == yaml.Map {
		r.unknown(v, "component", "stream", "fields")
		in.From, in.Stream = r.text(v.Get("component")), r.text(v.Get("stream"))
		if in.Stream == topology.DefaultStream {
			in.Stream = ""
		}
		if kind == "fields_grouping" {
			in.Grouping = topology.Fields{Names: r.texts(v.Get("fields"))}
			return in
		}
	} else {
		in.From = r.text(v)
	}
	const suffix = "_grouping"
	if len(kind) > len(suffix) {
		in.Grouping = plainGroupings[kind[:len(kind)-len(suffix)]]
	}
	if in.Grouping == nil {
		r.report(e.Key, "stormflux does not know the grouping %q of pyleus", kind)
	}
	return in
}
