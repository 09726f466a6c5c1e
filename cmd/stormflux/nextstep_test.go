package main

import (
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus"
)

func TestNextStep(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{&nimbus.Error{Kind: nimbus.Unreachable}, ""},
		{&nimbus.Error{Kind: nimbus.NotAlive}, `"stormflux list" shows the cluster's topologies and their status`},
		{&nimbus.Error{Kind: nimbus.NotAlive, Next: nimbus.Next{Step: nimbus.LookAtTopologies, Topology: "wrodcount", Known: []string{"orders", "wordcount"}}},
			`did you mean "wordcount"?`},
		{&nimbus.Error{Kind: nimbus.NotAlive, Next: nimbus.Next{Step: nimbus.LookAtTopologies, Topology: "sales", Known: []string{"orders", "wordcount"}}},
			`"stormflux list" shows the cluster's topologies and their status`},
		{&nimbus.SubmitError{Outcome: nimbus.Unknown, Err: &nimbus.Error{Kind: nimbus.Disconnected}}, `"stormflux list" shows the cluster's topologies and their status`},
		{&nimbus.SubmitError{Outcome: nimbus.NotSubmitted, Err: &nimbus.Error{Next: nimbus.Next{Step: nimbus.KillFirst, Topology: "word count"}}},
			`"stormflux kill 'word count'" kills it, "stormflux submit --replace" replaces it`},
		{&nimbus.Error{Next: nimbus.Next{Step: nimbus.NameLeader}}, "--leader HOST[:PORT] gives the address to dial"},
	} {
		if got := nextStep(nimbus.NextOf(c.err), ""); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
