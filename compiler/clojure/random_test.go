package clojure_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler/clojure"
)

// The Clojure files of random topologies build what the compiler makes.
func TestRandomTopologies(t *testing.T) {
	for _, run := range []struct {
		target
		topologies int
	}{{storm25, 300}, {storm12, 100}, {storm010, 100}, {storm09, 100}, {sparse, 100}} {
		for seed := range uint64(run.topologies) {
			g := &generator{rand.New(rand.NewPCG(seed, 5)), run.target}
			text, err := json.Marshal(g.topology()) // JSON is YAML
			if err != nil {
				t.Fatal(err)
			}
			prog := load(t, "random.yaml", text, run.target)
			file, diags := prog.emit(run.dialect)
			if file == nil {
				t.Fatalf("%s, seed %d: %s\n%s", run.target, seed, show(t, diags), text)
			}
			agree(t, prog, file, run.target, "")
			if t.Failed() {
				t.Fatalf("%s, seed %d", run.target, seed)
			}
		}
	}
}

type generator struct {
	*rand.Rand
	target target
}

type object = map[string]any

// word returns a string with many characters that are special in Clojure, YAML or a shell.
func (g *generator) word() string {
	const letters = `aZ0_-~#"\'@^;:/%{}()[]|&$ ` + "`" + `é日😀*+!?<>=.,` + "\u200b\u2028\u00ad"
	runes := []rune(letters)
	var b strings.Builder
	b.WriteString([]string{"w", ":k", "7", "~", "#", "\\", "\"", "nil", "'", "é"}[g.IntN(10)])
	for range g.IntN(6) {
		b.WriteRune(runes[g.IntN(len(runes))])
	}
	// "${" would be a reference to a variable.
	return strings.ReplaceAll(strings.TrimSpace(b.String()), "${", "{$")
}

func (g *generator) unique(taken map[string]bool) string {
	for {
		if w := g.word(); !taken[strings.ToLower(w)] {
			taken[strings.ToLower(w)] = true
			return w
		}
	}
}

func (g *generator) value(depth int) any {
	switch n := g.IntN(8); {
	case n == 0:
		return g.IntN(2) == 0
	case n == 1:
		return g.Int64() - g.Int64()
	case n == 2:
		return g.NormFloat64() * 1e10
	case n == 3:
		return nil
	case n == 4 && depth > 0:
		list := make([]any, g.IntN(4))
		for i := range list {
			list[i] = g.value(depth - 1)
		}
		return list
	case n == 5 && depth > 0:
		m := object{}
		for range g.IntN(4) {
			m[g.word()] = g.value(depth - 1)
		}
		return m
	}
	return g.word() + []string{"", "\n", "\t\x00\x1b", "\r\n"}[g.IntN(4)]
}

func (g *generator) settings() object {
	m := object{}
	for range g.IntN(4) {
		m["app."+g.word()] = g.value(4)
	}
	return m
}

type stream struct {
	component, id string
	fields        []string
	direct        bool
}

func (g *generator) topology() object {
	taken := map[string]bool{}
	var streams []stream
	spouts, bolts := object{}, object{}
	for range 1 + g.IntN(3) {
		id, c := g.unique(taken), g.component()
		streams = append(streams, g.outputs(id, c, true)...)
		spouts[id] = c
	}
	for range g.IntN(5) {
		id, c := g.unique(taken), g.component()
		if g.IntN(2) == 0 {
			c["tick"] = fmt.Sprintf("%ds", 1+g.IntN(9))
		}
		var inputs []object
		for _, n := range g.Perm(len(streams))[:1+g.IntN(min(4, len(streams)))] {
			s := streams[n]
			inputs = append(inputs, object{"from": s.component, "stream": s.id, "grouping": g.grouping(s)})
		}
		c["inputs"] = inputs
		streams = append(streams, g.outputs(id, c, false)...)
		bolts[id] = c
	}
	return object{
		"name":   "t-" + strings.Map(letter, g.word()),
		"config": g.settings(),
		"spouts": spouts, "bolts": bolts,
	}
}

// component returns a component without inputs and outputs.
func (g *generator) component() object {
	c := object{}
	switch n := g.IntN(3); {
	case n == 0 && g.target.dialect == clojure.Streamparse:
		interpreter := []string{"python", "python3", "/srv/virtual env/bin/python"}[g.IntN(3)]
		c["command"] = []string{interpreter, "-m", "streamparse.run", "pkg." + strings.Map(letter, g.word())}
	case n == 0:
		c["command"] = []string{"cat", "-"}
	default:
		c["command"] = []string{"printf", g.word(), g.word()}
	}
	if g.IntN(2) == 0 {
		c["env"] = object{"NAME": g.word()}
	}
	if g.IntN(2) == 0 {
		c["parallelism"] = 1 + g.IntN(5)
		if g.IntN(2) == 0 {
			c["tasks"] = 5 + g.IntN(5)
		}
	}
	c["config"] = g.settings()
	if g.target.storm.Major > 0 && g.IntN(3) == 0 {
		c["onHeapMemoryLoad"], c["cpuLoad"] = 64+g.IntN(64), 10+g.IntN(50)
	}
	return c
}

// outputs gives a component streams and returns them. A component that must have some always gets them.
func (g *generator) outputs(id string, c object, must bool) []stream {
	var own []stream
	names := map[string]bool{}
	for n := g.IntN(3); n >= 0; n-- {
		s := stream{component: id, id: "default", direct: g.IntN(4) == 0}
		if len(own) > 0 || g.IntN(3) == 0 {
			s.id = g.unique(names)
		}
		fields := map[string]bool{}
		for range 1 + g.IntN(3) {
			s.fields = append(s.fields, g.unique(fields))
		}
		own = append(own, s)
	}
	if !must && g.IntN(4) == 0 {
		return nil
	}
	if len(own) == 1 && own[0].id == "default" && !own[0].direct {
		c["outputs"] = own[0].fields
		return own
	}
	all := object{}
	for _, s := range own {
		all[s.id] = object{"fields": s.fields, "direct": s.direct}
	}
	c["outputs"] = all
	return own
}

func (g *generator) grouping(s stream) any {
	if s.direct {
		return "direct"
	}
	fields := s.fields[:1+g.IntN(len(s.fields))]
	switch n := g.IntN(7); {
	case n < 5:
		return []string{"shuffle", "local-or-shuffle", "all", "global", "none"}[n]
	case n == 5 && g.target.storm.Major >= 2:
		return object{"partial-key": fields}
	}
	return object{"fields": fields}
}

// letter keeps the characters that names of topologies and Python classes consist of.
func letter(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' {
		return r
	}
	return -1
}
