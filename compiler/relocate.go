package compiler

import (
	"maps"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/internal/storm"
)

// NoteName is the entry that [Program.Assemble] adds to every jar beside the launchers, wherever those are.
const NoteName = jar.Root + launcherDir + "/README"

// WithLaunchersIn returns the program with what stormflux adds to resources/ (launchers, Go programs) in another folder
// of it, for build tools that leave out folders that begin with a dot. p is not changed. [Program.Assemble] of the
// result checks that nothing else has those names.
func (p *Program) WithLaunchersIn(dir string) *Program {
	moved := func(name string) string {
		if rest, ok := strings.CutPrefix(name, launcherDir+"/"); ok {
			return dir + "/" + rest
		}
		return name
	}
	q := *p
	q.Builds = slices.Clone(p.Builds)
	for i := range q.Builds {
		q.Builds[i].Name = moved(p.Builds[i].Name)
	}
	q.Launchers = slices.Clone(p.Launchers)
	shells := map[string]bool{} // the commands that are launchers of ours
	for i, l := range p.Launchers {
		shells[l.Name] = true
		q.Launchers[i].Name = moved(l.Name)
		for _, b := range p.Builds {
			q.Launchers[i].Text = strings.Replace(q.Launchers[i].Text, programLine(b.Name), programLine(moved(b.Name)), 1)
		}
	}
	shell := func(o *storm.ComponentObject) *storm.ComponentObject {
		if o.Shell == nil || !shells[o.Shell.Script] {
			return o
		}
		s := *o.Shell
		s.Script = moved(s.Script)
		return &storm.ComponentObject{Shell: &s}
	}
	top := *p.Topology
	top.Spouts, top.Bolts = maps.Clone(top.Spouts), maps.Clone(top.Bolts)
	for id, s := range top.Spouts {
		c := *s
		c.SpoutObject = shell(s.SpoutObject)
		top.Spouts[id] = &c
	}
	for id, b := range top.Bolts {
		c := *b
		c.BoltObject = shell(b.BoltObject)
		top.Bolts[id] = &c
	}
	q.Topology = &top
	return &q
}

// programLine is what names a built program in a launcher. With the lines behind it, it is nothing that a user's words
// can hold.
func programLine(name string) string {
	return "program=" + shellescape.Quote(relativeProgram(name)) + "\n" + makeRunnable
}
