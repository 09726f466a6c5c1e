package classfile

import "strings"

// Kind is something that a class can be for Storm. One class can be of several kinds.
type Kind uint8

// The kinds. The zero value is invalid.
const (
	RichSpout            Kind = iota + 1 // IRichSpout
	RichBolt                             // IRichBolt
	BasicBolt                            // IBasicBolt
	WindowedBolt                         // IWindowedBolt, the stateful one too
	StatefulBolt                         // IStatefulBolt
	StatefulWindowedBolt                 // IStatefulWindowedBolt
	CustomGrouping                       // CustomStreamGrouping
	WorkerHook                           // IWorkerHook
	TridentSpout                         // one of Trident's interfaces of spouts
)

// interfaces returns the interfaces of a kind, of which a class must implement one: those of Storm 1.0 and later, then
// those of 0.9 and 0.10, whose packages have other names.
func (k Kind) interfaces() (since1, before []string) {
	switch k {
	case RichSpout:
		return []string{"org.apache.storm.topology.IRichSpout"}, []string{"backtype.storm.topology.IRichSpout"}
	case RichBolt:
		return []string{"org.apache.storm.topology.IRichBolt"}, []string{"backtype.storm.topology.IRichBolt"}
	case BasicBolt:
		return []string{"org.apache.storm.topology.IBasicBolt"}, []string{"backtype.storm.topology.IBasicBolt"}
	case WindowedBolt:
		return []string{"org.apache.storm.topology.IWindowedBolt"}, nil
	case StatefulBolt:
		return []string{"org.apache.storm.topology.IStatefulBolt"}, nil
	case StatefulWindowedBolt:
		return []string{"org.apache.storm.topology.IStatefulWindowedBolt"}, nil
	case CustomGrouping:
		return []string{"org.apache.storm.grouping.CustomStreamGrouping"}, []string{"backtype.storm.grouping.CustomStreamGrouping"}
	case WorkerHook:
		return []string{"org.apache.storm.hooks.IWorkerHook"}, nil
	case TridentSpout:
		return tridentSpouts("org.apache.storm.trident.spout."), tridentSpouts("storm.trident.spout.")
	}
	panic("classfile: invalid kind")
}

// Interface returns the name of the kind's interface without its package; for Trident's spouts the first of them.
func (k Kind) Interface() string {
	since1, _ := k.interfaces()
	return since1[0][strings.LastIndexByte(since1[0], '.')+1:]
}

func tridentSpouts(pkg string) []string {
	var names []string
	for _, name := range []string{"ITridentSpout", "IBatchSpout", "IPartitionedTridentSpout", "IOpaquePartitionedTridentSpout", "ITridentDataSource"} {
		names = append(names, pkg+name)
	}
	return names
}

// IsKind reports whether the class is of the kind in the release of the class path.
func (p *Path) IsKind(c *Class, kind Kind) Answer {
	since1, before := kind.interfaces()
	wanted := since1
	if !p.storm.AtLeast(1, 0) {
		wanted = before
	}
	h := p.Hierarchy(c)
	answer := No
	for _, name := range wanted {
		switch h.Is(name) {
		case Yes:
			return Yes
		case Unknown:
			answer = Unknown
		}
	}
	return answer
}
