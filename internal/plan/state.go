package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// byHand reports what somebody changed on the running topology that no submission changes back, and that is not compared
// elsewhere.
func (c *comparison) byHand() {
	switch c.old.Status {
	case "INACTIVE":
		c.drift(Drift{Kind: Status, Now: "INACTIVE", Text: "its spouts do not emit until somebody activates it"})
	case "REBALANCING":
		c.drift(Drift{Kind: Status, Now: "REBALANCING", Text: "a rebalance is under way, so the numbers may change"})
	}
	for _, logger := range slices.Sorted(maps.Keys(c.old.LogLevels)) {
		c.drift(Drift{Kind: LogLevel, Name: logger, Now: c.old.LogLevels[logger], Text: "a restart ends that"})
	}
}

func (c *comparison) drift(d Drift) { c.plan.Drift = append(c.plan.Drift, d) }

// digest returns a hash of everything that a submission would send.
func (p Program) digest() string {
	t := *p.Topology
	text, err := wire.Marshal(context.Background(), bare(&t), wire.Binary)
	if err != nil {
		panic(fmt.Sprintf("plan: a compiled topology cannot be written: %v", err)) // it is written to memory
	}
	return digest(t.Name, string(text), string(wire.FormatConf(t.Conf)), p.Fingerprint.Jar)
}

// bare returns a topology without what depends on the place of its file, or on the client that sends it.
func bare(t *topology.Topology) *topology.Topology {
	b := *t
	b.StormVersion, b.JDKVersion = "", ""
	bareCode := func(code topology.Code) topology.Code {
		if d, ok := code.(*topology.Definition); ok {
			return d.WithoutPlaces()
		}
		return code
	}
	components := func(list []*topology.Component) []*topology.Component {
		all := make([]*topology.Component, len(list))
		for i, c := range list {
			component := *c
			component.Code, component.Inputs = bareCode(c.Code), nil
			for _, in := range c.Inputs {
				input := *in
				if custom, ok := in.Grouping.(topology.Custom); ok {
					input.Grouping = topology.Custom{Object: bareCode(custom.Object)}
				}
				component.Inputs = append(component.Inputs, &input)
			}
			all[i] = &component
		}
		return all
	}
	b.Spouts, b.Bolts, b.WorkerHooks = components(t.Spouts), components(t.Bolts), nil
	for _, h := range t.WorkerHooks {
		b.WorkerHooks = append(b.WorkerHooks, bareCode(h))
	}
	return &b
}

// digest returns a hash of what was read about a topology that runs. The structure belongs to the id: Nimbus never changes it.
// Places in workers come and go, so only numbers of executors that a rebalance changed count.
func (r *Running) digest() string {
	c := &comparison{old: r}
	parts := []string{r.ID, r.Status, r.Owner, string(wire.FormatConf(r.Topology.Conf))}
	for _, component := range r.Topology.Components() {
		parts = append(parts, fmt.Sprintf("%s=%d", component.ID, c.now(component)))
	}
	for _, logger := range slices.Sorted(maps.Keys(r.LogLevels)) {
		parts = append(parts, logger+"="+r.LogLevels[logger])
	}
	return digest(parts...)
}

func digest(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
