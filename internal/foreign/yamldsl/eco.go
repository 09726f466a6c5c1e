package yamldsl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The settings of ECO that no other system has (Heron, eco: EcoBuilder and its ConfigBuilder).
const (
	resourceMap = "topology.component.resourcemap"
	jvmOptions  = "topology.component.jvmoptions"
)

// isECO reports whether a file is one of ECO, and not just one of Flux: both have the same keys otherwise.
func isECO(root *yaml.Value) bool {
	if root.Get("type") != nil {
		return true
	}
	for _, e := range root.Get("config").Members() {
		if e.Key.Text == resourceMap || e.Key.Text == jvmOptions {
			return true
		}
	}
	return slices.ContainsFunc(slices.Concat(root.Get("spouts").Elements(), root.Get("bolts").Elements()), func(c *yaml.Value) bool {
		class := c.Get("className")
		return class != nil && (strings.HasPrefix(class.Text, "org.apache.heron.") || strings.HasPrefix(class.Text, "com.twitter.heron."))
	})
}

func (r *reader) eco(root *yaml.Value) (*asyaml.Document, error) {
	r.unknown(root, "name", "type", "config", "spouts", "bolts", "streams", "components")
	d := &asyaml.Document{Name: r.text(root.Get("name")), Header: r.header("Heron ECO"), Config: map[string]topology.Value{}}
	if strings.EqualFold(r.text(root.Get("type")), "heron") {
		d.Note("jar", "The classes are for Heron's own API. Storm needs classes for Storm's.")
	}
	for _, e := range root.Get("config").Members() {
		if e.Key.Text != resourceMap && e.Key.Text != jvmOptions {
			d.Config[e.Key.Text] = e.Value.Go()
		}
	}
	for _, bean := range root.Get("components").Elements() {
		o := r.object(bean)
		o.ID = r.text(bean.Get("id"))
		d.Beans = append(d.Beans, o)
	}
	d.Spouts, d.Bolts = r.ecoComponents(root.Get("spouts")), r.ecoComponents(root.Get("bolts"))
	for _, s := range root.Get("streams").Elements() {
		r.ecoStream(d, s)
	}
	for _, list := range []string{resourceMap, jvmOptions} {
		for _, entry := range root.Get("config").Get(list).Elements() {
			r.ecoResources(d, entry)
		}
	}
	return d, r.err
}

func (r *reader) ecoComponents(list *yaml.Value) []*asyaml.Component {
	var all []*asyaml.Component
	for _, v := range list.Elements() {
		c := &asyaml.Component{ID: r.text(v.Get("id")), Object: r.object(v), Parallelism: max(1, r.integer(v.Get("parallelism")))}
		if c.ID == "" {
			r.report(v, "a component has no id")
		}
		all = append(all, c)
	}
	return all
}

// object reads the keys that ECO has from Flux.
func (r *reader) object(v *yaml.Value) *asyaml.Object {
	r.unknown(v, "id", "className", "constructorArgs", "properties", "configMethods", "parallelism")
	o := &asyaml.Object{Class: r.text(v.Get("className")), Args: arguments(v.Get("constructorArgs"))}
	if o.Class == "" {
		r.report(v, "an object has no className")
	}
	for _, p := range v.Get("properties").Elements() {
		value := p.Get("value")
		if ref := p.Get("ref"); ref != nil {
			o.Steps = append(o.Steps, asyaml.Step{Property: r.text(p.Get("name")), Args: []any{asyaml.Ref(ref.Text)}})
		} else if value != nil {
			o.Steps = append(o.Steps, asyaml.Step{Property: r.text(p.Get("name")), Args: []any{argument(value)}})
		}
	}
	for _, m := range v.Get("configMethods").Elements() {
		o.Steps = append(o.Steps, asyaml.Step{Method: r.text(m.Get("name")), Args: arguments(m.Get("args"))})
	}
	return o
}

func arguments(list *yaml.Value) []any {
	var all []any
	for _, v := range list.Elements() {
		all = append(all, argument(v))
	}
	return all
}

func argument(v *yaml.Value) any {
	if ref := v.Get("ref"); ref != nil && len(v.Entries) == 1 {
		return asyaml.Ref(ref.Text)
	}
	if v.Kind == yaml.Sequence {
		return append([]any{}, arguments(v)...)
	}
	return v.Go()
}

// ecoStream adds a stream to the inputs of the bolt that it leads to. ECO's name of the stream is `id` beside `type`
// (Heron, StreamsBuilder).
func (r *reader) ecoStream(d *asyaml.Document, s *yaml.Value) {
	r.unknown(s, "id", "name", "from", "to", "grouping")
	to := r.text(s.Get("to"))
	at := slices.IndexFunc(d.Bolts, func(b *asyaml.Component) bool { return b.ID == to })
	if at < 0 {
		r.report(s, "a stream leads to %q, which is no bolt of the file", to)
		return
	}
	g := s.Get("grouping")
	in := &asyaml.Input{From: r.text(s.Get("from")), Stream: r.text(g.Get("streamId"))}
	if in.Stream == topology.DefaultStream {
		in.Stream = ""
	}
	switch kind := strings.ToLower(r.text(g.Get("type"))); kind {
	case "fields":
		in.Grouping = topology.Fields{Names: r.texts(g.Get("args"))}
	case "custom":
		if class := g.Get("customClass"); class != nil {
			in.Custom = r.object(class)
		}
	default:
		in.Grouping = plainGroupings[kind]
	}
	if in.Grouping == nil && in.Custom == nil {
		r.report(s, "the stream from %q to %q has no grouping that stormflux knows", in.From, to)
	}
	d.Bolts[at].Inputs = append(d.Bolts[at].Inputs, in)
}

// ecoResources reads what ECO asks for one component: {id: bolt-1, ram: 256MB, cpu: 0.5} or {id: bolt-1, options: [...]}.
func (r *reader) ecoResources(d *asyaml.Document, entry *yaml.Value) {
	id := r.text(entry.Get("id"))
	for _, c := range slices.Concat(d.Spouts, d.Bolts) {
		if c.ID != id {
			continue
		}
		for _, e := range entry.Members() {
			switch e.Key.Text {
			case "id":
			case "ram":
				c.OnHeapMemoryLoad = r.megabytes(e.Value)
			case "cpu":
				c.CPULoad = r.percent(e.Value)
			default:
				c.Notes = append(c.Notes, "Heron gives it "+e.Key.Text+": "+strings.Join(r.texts(e.Value), " "))
			}
		}
		return
	}
	r.report(entry, "the resources are for %q, which is no component of the file", id)
}

// megabytes reads a size of ECO: a number of bytes, or one with a unit (Heron, ConfigBuilder.assignRam).
func (r *reader) megabytes(v *yaml.Value) *float64 {
	digits := strings.TrimRight(v.Text, "kKmMgGbB")
	factor, known := map[string]float64{"": 1. / (1 << 20), "b": 1. / (1 << 20), "kb": 1. / 1024, "mb": 1, "gb": 1024}[strings.ToLower(v.Text[len(digits):])]
	n, ok := number(digits)
	if !known || !ok {
		r.report(v, "%q is not a size such as 256MB", v.Text)
		return nil
	}
	n *= factor
	return &n
}

// percent reads a number of cores.
func (r *reader) percent(v *yaml.Value) *float64 {
	n, ok := number(v.Text)
	if !ok {
		r.report(v, "%q is not a number of cores", v.Text)
		return nil
	}
	n *= 100
	return &n
}

func number(text string) (float64, bool) {
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && n >= 0 && n-n == 0
}
