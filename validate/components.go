package validate

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about one component.
const (
	ruleNoSpout               = "no-spout"
	ruleTasks                 = "invalid-tasks"
	ruleTasksBelowParallelism = "tasks-below-parallelism"
	ruleParallelismCapped     = "parallelism-capped"
	ruleTick                  = "invalid-tick"
	ruleTickOnSpout           = "tick-on-spout"
	ruleMemoryLoad            = "invalid-load"
	ruleOffHeapAlone          = "off-heap-without-on-heap"
	ruleComponentMemory       = "component-memory"
	ruleGivenTwice            = "setting-given-twice"
)

// component is a spout or bolt while it is checked.
type component struct {
	*Component
	src         *schema.Component
	number      int // in checker.all
	declaration *Declaration

	// open is set when there may be streams that we do not know: of a class whose outputs are not written, or when
	// outputs have faults.
	open bool
	// multilang is set when Storm runs it as a process that speaks the multilang protocol.
	multilang bool
	// inputsUnclear is set when one of its inputs has a fault. Then we do not know what leads to it.
	inputsUnclear bool
	// leftOut is set when it is not in the topology, because Flux leaves it out.
	leftOut bool
	// missingOutputs is set when it has been reported that somebody reads from it and it has no outputs.
	missingOutputs bool
	byStream       map[string]int // see streamIndex
	fluxConfig     []yaml.Entry   // set by addComponentConfig of Flux's shell wrappers
	// read are the streams with a subscription, by index in Streams.
	read []bool
}

func (k *component) name() string {
	if k.ID == "" {
		return k.Kind.String()
	}
	return k.Kind.String() + " " + strconv.Quote(k.ID)
}

// inFluxForm reports whether Flux could read the component: it is a class in a list, without keys that only we have.
func (k *component) inFluxForm() bool {
	_, class := k.src.Implementation.(*schema.Class)
	return class && k.src.Value.Get("id") != nil && k.src.Value.Get("inputs") == nil
}

func (c *checker) components() {
	spouts, bolts := c.doc.Spouts, c.doc.Bolts
	n := len(spouts) + len(bolts)
	c.all = make([]component, n)
	made := make([]Component, n)
	c.topology.Spouts = make([]*Component, 0, len(spouts))
	c.topology.Bolts = make([]*Component, 0, len(bolts))
	for i := range c.all {
		src := &schema.Component{}
		if i < len(spouts) {
			src = spouts[i]
		} else {
			src = bolts[i-len(spouts)]
		}
		k := &c.all[i]
		k.src, k.number, k.Component = src, i, &made[i]
		k.Kind, k.Source, k.Parallelism = src.Kind, src, 1
		k.Span = c.componentSpan(src)
		if src.ID != nil {
			k.ID = src.ID.Text
		}
		k.declaration = c.index.component(k.Kind, k.ID, k.Span, i)
		if i < len(spouts) {
			c.topology.Spouts = append(c.topology.Spouts, k.Component)
		} else {
			c.topology.Bolts = append(c.topology.Bolts, k.Component)
		}
	}
	c.index.incomplete(c.doc.Root)
	c.index.replaced(c.doc.Replaced)
	c.index.parallelism(c.doc.Environment)
	c.ids()
	if len(spouts) == 0 && !c.doc.Incomplete {
		c.noSpout()
	}
	for i := range c.all {
		c.component(&c.all[i])
	}
	c.memory()
}

func (c *checker) componentSpan(src *schema.Component) diag.Span {
	switch {
	case src.ID != nil:
		return src.ID.Span
	case src.Value != nil:
		return src.Value.Span
	}
	return diag.Span{File: c.doc.File}
}

func (c *checker) noSpout() {
	key, value := c.doc.Root.Lookup("spouts")
	if source := c.doc.TopologySource; source != nil || c.doc.IsMeant(c.doc.Root, "spouts") {
		return
	}
	switch {
	case key == nil:
		c.list.Errorf(ruleNoSpout, c.start(), "the topology has no spout").
			WithHint("add `spouts:` with at least one component: all tuples start at a spout")
	case value.Kind == yaml.Null || (value.Kind == yaml.Map || value.Kind == yaml.Sequence) &&
		len(value.Entries) == 0 && len(value.Items) == 0:
		c.list.Errorf(ruleNoSpout, key.Span, "the topology has no spout: \"spouts\" is empty")
	}
	// Otherwise the value is not a spout, and the grammar has reported that.
}

func (c *checker) component(k *component) {
	c.implementation(k)
	c.outputs(k)
	c.parallelism(k)
	k.Config = append(k.Config, c.componentConfig(k)...)
	c.tick(k)
	c.loads(k)
}

// number returns the value of a whole number that fits Storm's 32 bits.
func number(v *yaml.Value) (int, bool) {
	if v.Kind != yaml.Int || v.Int != nil || v.Int64 > math.MaxInt32 || v.Int64 < math.MinInt32 {
		return 0, false
	}
	return int(v.Int64), true
}

func (c *checker) parallelism(k *component) {
	// The grammar has reported everything that is not a whole number in range, here and in tick and loads.
	if p := k.src.Parallelism; p != nil {
		if n, ok := number(p); ok && n >= 1 {
			k.Parallelism = n
		}
	}
	if t := k.src.Tasks; t != nil {
		switch n, ok := number(t); {
		case !ok || n < -1:
		case n == -1: // Flux: not set
		case n == 0:
			c.list.Errorf(ruleTasks, t.Span, "%s: tasks is %d, expected at least 1", k.name(), n).
				WithHint("Nimbus accepts the topology, but the workers then fail again and again: there is no task to send to")
		default:
			k.Tasks = n
		}
	}
}

// tasksAgainstParallelism warns of fewer tasks than executors.
func (c *checker) tasksAgainstParallelism(k *component, tasks int, span diag.Span) {
	if tasks < 1 || tasks >= k.Parallelism {
		return
	}
	d := c.list.Warnf(ruleTasksBelowParallelism, span, "%s has %d task%s for a parallelism of %d, so Storm starts only %d executor%s",
		k.name(), tasks, plural(tasks), k.Parallelism, tasks, plural(tasks)).
		WithHint("write a multiple of the parallelism: each executor runs at least one task")
	if p := k.src.Parallelism; p != nil && p.Span != span {
		d.WithRelated(p.Span, "the parallelism is set here")
	}
}

// tick reads `tick`, which becomes topology.tick.tuple.freq.secs of the component.
func (c *checker) tick(k *component) {
	t := k.src.Tick
	if t == nil {
		return
	}
	seconds, wrong := tickSeconds(t)
	if wrong != "" {
		c.list.Errorf(ruleTick, t.Span, "%s: tick %s %s", k.name(), shown(t), wrong)
		return
	}
	if seconds == 0 {
		return
	}
	if k.Kind == schema.Spout {
		c.tickOnSpout(k, t.Span)
	}
	for _, s := range k.Config {
		if s.Key == keyTick {
			c.list.Errorf(ruleGivenTwice, t.Span, "%s: the tick is set twice, with `tick` and with %q", k.name(), keyTick).
				WithHint("keep one of them").WithRelated(s.Span, "%q is set here", keyTick)
			return
		}
	}
	key := t.Span
	if node, _ := k.src.Value.Lookup("tick"); node != nil {
		key = node.Span
	}
	k.Config = append(k.Config, Setting{Key: keyTick, Value: int64(seconds), Span: key})
}

func (c *checker) tickOnSpout(k *component, span diag.Span) {
	c.list.Warnf(ruleTickOnSpout, span, "%s asks for tick tuples, but a spout never gets any", k.name()).
		WithHint("Storm uses the setting of a spout for its message timeout; measure the time in nextTuple instead")
}

// tickSeconds reads a tick. It returns 0 when the grammar has reported it, and what is wrong otherwise.
func tickSeconds(t *yaml.Value) (seconds int, wrong string) {
	if t.Kind == yaml.Int {
		n, ok := number(t)
		if !ok {
			n = 0
		}
		return max(n, 0), ""
	}
	if strings.Trim(t.Text, "0123456789hms") != "" || strings.Contains(t.Text, "ms") {
		return 0, ""
	}
	d, err := time.ParseDuration(t.Text)
	switch {
	case err != nil || d/time.Second > math.MaxInt32:
		return 0, "is longer than Storm's timer can wait"
	case d == 0:
		return 0, "must be at least 1s"
	}
	return int(d / time.Second), ""
}

// loads reads the resources of a component. Flux takes -1 for "not set".
func (c *checker) loads(k *component) {
	read := func(name string, v *yaml.Value) *float64 {
		if v == nil {
			return nil
		}
		f, ok := float(v)
		switch {
		case !ok || math.IsNaN(f) || math.IsInf(f, 0) || f <= -1:
			return nil
		case f < 0:
			c.list.Errorf(ruleMemoryLoad, v.Span, "%s: %s cannot be negative, but it is %s", k.name(), name, v.Text)
			return nil
		}
		return &f
	}
	k.OnHeapMemoryLoad = read("onHeapMemoryLoad", k.src.OnHeapMemoryLoad)
	k.OffHeapMemoryLoad = read("offHeapMemoryLoad", k.src.OffHeapMemoryLoad)
	k.CPULoad = read("cpuLoad", k.src.CPULoad)
	if k.OffHeapMemoryLoad != nil && k.OnHeapMemoryLoad == nil {
		c.list.Warnf(ruleOffHeapAlone, k.src.OffHeapMemoryLoad.Span,
			"%s: offHeapMemoryLoad has no effect without onHeapMemoryLoad", k.name()).
			WithHint("add onHeapMemoryLoad, in MB; Storm's default is %v", settings.Default[float64](keyOnHeap))
		k.OffHeapMemoryLoad = nil
	}
}

func float(v *yaml.Value) (float64, bool) {
	switch {
	case v == nil:
		return 0, false
	case v.Kind == yaml.Float:
		return v.Float, true
	case v.Kind == yaml.Int && v.Int != nil:
		f, _ := v.Int.Float64()
		return f, true
	case v.Kind == yaml.Int:
		return float64(v.Int64), true
	}
	return 0, false
}

// shown writes a value for a message, short and on one line.
func shown(v *yaml.Value) string {
	switch v.Kind {
	case yaml.Null:
		return "nothing"
	case yaml.String:
		return strconv.Quote(shortened(v.Text))
	case yaml.Sequence:
		return "a list"
	case yaml.Map:
		return "a map"
	}
	return shortened(v.Text)
}

func shortened(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > 0 && text[cut]&0xC0 == 0x80 {
		cut--
	}
	return text[:cut] + "…"
}
