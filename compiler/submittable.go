package compiler

import (
	"bytes"
	"context"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/java"
)

// MainClass submits a topology that is in its own jar: see [Program.AddSubmission].
const MainClass = "stormflux.runtime.Main"

// AddSubmission adds the topology and its configuration to the jar, and a main class that submits them. Then Storm's own
// client can submit the jar: "storm jar FILE.jar stormflux.runtime.Main [NAME]".
func (p *Program) AddSubmission(ctx context.Context, a *Assembly) error {
	var topology bytes.Buffer
	if err := p.Encode(ctx, &topology, Binary); err != nil {
		return err
	}
	conf, err := p.SubmittedConf(ctx, a)
	if err != nil {
		return err
	}
	submission, err := java.AppendJSON(nil, map[string]any{"name": p.Topology.Name, "conf": conf})
	if err != nil {
		return err
	}
	const origin = "the compiled topology"
	entries := []jar.Entry{
		{Name: "stormflux/topology.thrift", Data: topology.Bytes(), Origin: origin},
		{Name: "stormflux/submission.json", Data: submission, Origin: origin},
	}
	if len(p.Topology.Definitions()) == 0 { // else Assemble has added them
		classes, err := p.adapterClasses()
		if err != nil {
			return err
		}
		entries = append(entries, classes...)
	}
	a.Archive.Entries = append(a.Archive.Entries, entries...)
	a.Archive.MainClass = MainClass
	return a.Archive.Check().Err()
}
