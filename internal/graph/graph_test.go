package graph

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"
)

// everything is a graph with everything that a drawing shows.
func everything() *Graph {
	source := &Node{ID: "clicks", Role: Spout, Language: "Python", Runs: "python3 clicks.py", Parallelism: 2, Tasks: 4,
		Streams: []Stream{{Fields: []string{"user", "url"}}, {ID: "errors", Fields: []string{"message"}}, {ID: "control", Direct: true, Fields: []string{"command"}}}}
	parse := &Node{ID: "parse-the-address-of-the-page-and-of-the-one-before", Role: Bolt, Language: "Go", Parallelism: 8, Tick: "5s",
		Streams: []Stream{{Fields: []string{"user", "page"}}}, Mark: Mark{Text: "1,200 tuples/s", Level: Hot}}
	sessions := &Node{ID: "sessions", Role: Bolt, Language: "JVM", Runs: "org.example.Sessions", Parallelism: 1,
		Streams: []Stream{{ID: "again", Fields: []string{"user"}}, {ID: "tick"}}, Mark: Mark{Text: "busy", Level: Warm}}
	wide := &Node{ID: "wide", Role: Bolt, Language: "Node", Parallelism: 1}
	for i := range 9 {
		wide.Streams = append(wide.Streams, Stream{ID: fmt.Sprintf("s%d", i), Fields: []string{"field"}})
	}
	alone := &Node{ID: "alone", Role: Spout, Parallelism: 1}
	system := &Node{ID: "__system", Role: System}
	g := &Graph{Name: "everything", Nodes: []*Node{source, alone, parse, sessions, wide, system}, Edges: []*Edge{
		{From: source, To: parse, Grouping: "shuffle", Mark: Mark{Text: "1,200/s", Level: Hot}},
		{From: source, To: sessions, Stream: "errors", Grouping: "all"},
		{From: source, To: sessions, Stream: "control", Grouping: "direct"},
		{From: parse, To: sessions, Grouping: "fields(user)"},
		{From: sessions, To: sessions, Stream: "again", Grouping: "local-or-shuffle"},
		{From: sessions, To: parse, Stream: "again", Grouping: "fields(user)", Mark: Mark{Level: Warm}},
		{From: sessions, To: wide, Stream: "tick", Grouping: "global"},
		{From: system, To: wide, Stream: "__system", Grouping: "none"},
	}}
	sink := &Node{ID: "sink", Role: Bolt, Language: "Shell", Parallelism: 1}
	g.Nodes = append(g.Nodes, sink)
	for i := range 9 {
		g.Edges = append(g.Edges, &Edge{From: wide, To: sink, Stream: fmt.Sprintf("s%d", i), Grouping: "shuffle"})
	}
	return g
}

// evil are texts that try to leave their place in a drawing.
var evil = []string{
	`</text><script>alert(1)</script>`, `"><image href="x"/>`, `]]>`, "a\x00b\x1b[31mred", "line\nbreak", `quote"back\slash\`, `\N \l`,
	"style:x#34;y", "`code` **bold**", `a --> b; click x "javascript:"`, "&lt;&quot;", "#quot;", "- list", "1. list", "\u202eright to left", "日本語の名前", "e\u0301 👩‍👩‍👧",
	"\xff\xfe", "end", "%%{init}%%", "subgraph x", strings.Repeat("long", 100), "",
}

func evilGraph() *Graph {
	g := &Graph{Name: evil[0]}
	for i, text := range evil {
		n := &Node{ID: text, Role: Bolt, Language: text, Runs: text, Parallelism: i, Tick: text, Mark: Mark{Text: text},
			Streams: []Stream{{ID: text, Fields: []string{text, text}}}}
		g.Nodes = append(g.Nodes, n)
		g.Edges = append(g.Edges, &Edge{From: g.Nodes[0], To: n, Stream: text, Grouping: text, Mark: Mark{Text: text}})
	}
	return g
}

var extensions = map[Format]string{Text: ".txt", SVG: ".svg", DOT: ".dot", Mermaid: ".mmd"}

// testdata has a drawing in each format. STORMFLUX_UPDATE=1 rewrites them.
func TestDrawings(t *testing.T) {
	for name, g := range map[string]*Graph{"everything": everything(), "evil": evilGraph(), "empty": {Name: "empty"}} {
		for format, extension := range extensions {
			got := Draw(g, format, 0)
			if format == Text && name == "evil" { // too wide for anybody
				got = Draw(g, format, 20)
			}
			path := filepath.Join("testdata", name+extension)
			if os.Getenv("STORMFLUX_UPDATE") != "" {
				if err := os.WriteFile(path, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs (STORMFLUX_UPDATE=1 rewrites it)\n%s", path, diff.Diff("want", want, "got", got))
			}
		}
	}
}

// The SVG is well-formed whatever the names are, shows them, and has no element that runs or loads anything.
func TestSVGIsSafe(t *testing.T) {
	for _, g := range []*Graph{everything(), evilGraph()} {
		decoder := xml.NewDecoder(bytes.NewReader(Draw(g, SVG, 0)))
		var text strings.Builder
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				if !slices.Contains([]string{"svg", "title", "desc", "style", "g", "rect", "path", "text"}, token.Name.Local) {
					t.Errorf("the drawing has an element %q", token.Name.Local)
				}
				for _, a := range token.Attr {
					if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") {
						t.Errorf("the drawing has an attribute %q", a.Name.Local)
					}
				}
			case xml.CharData:
				text.Write(token)
			}
		}
		if g.Name != "everything" {
			for _, want := range []string{`</text><script>alert(1)</script>`, "&lt;&quot;", `\u202eright to left`, "日本語の名前"} {
				if !strings.Contains(text.String(), want) {
					t.Errorf("the drawing does not show %q", want)
				}
			}
		}
	}
}

// Every line of a DOT file has the form that it should have, so no name ends its string.
func TestDOTIsSafe(t *testing.T) {
	for line := range strings.Lines(string(Draw(evilGraph(), DOT, 0))) {
		rest, inside := strings.TrimSpace(line), false
		var outside strings.Builder
		for i := 0; i < len(rest); i++ {
			switch {
			case inside && rest[i] == '\\':
				i++
			case rest[i] == '"':
				inside = !inside
				outside.WriteByte('"')
			case !inside:
				outside.WriteByte(rest[i])
			}
		}
		if inside {
			t.Errorf("a string does not end: %s", line)
		}
		if out := outside.String(); strings.ContainsAny(out, "<>\\`;#&") && !strings.Contains(out, " -> ") {
			t.Errorf("%q is outside of strings: %s", out, line)
		}
	}
}

// In a Mermaid file, each label has only characters without a meaning, line breaks, and codes.
func TestMermaidIsSafe(t *testing.T) {
	for line := range strings.Lines(string(Draw(evilGraph(), Mermaid, 0))) {
		parts := strings.Split(strings.TrimSpace(line), `"`)
		if len(parts) != 3 && line != "flowchart LR\n" {
			t.Errorf("a label does not end: %s", line)
			continue
		}
		if len(parts) == 3 {
			if label := strings.ReplaceAll(parts[1], "<br/>", ""); strings.ContainsAny(label, "<>&`\"*_:[]{}|\\") {
				t.Errorf("the label has markup: %s", line)
			}
		}
	}
}

// No text can control a terminal.
func TestTextIsSafe(t *testing.T) {
	for _, width := range []int{0, 10} {
		for _, r := range string(Draw(evilGraph(), Text, width)) {
			if r < ' ' && r != '\n' || r == '\u202e' {
				t.Errorf("the text has %q", r)
			}
		}
	}
}

// largest returns a topology of a size as large ones are: spouts, and bolts that mostly read from bolts before them.
func largest(seed uint64, size int) *Graph {
	r := rand.New(rand.NewPCG(seed, 3))
	g := &Graph{Name: "largest"}
	for i := range size {
		n := &Node{ID: fmt.Sprintf("component-%d", i), Role: Bolt, Parallelism: 1 + r.IntN(4), Streams: []Stream{{Fields: []string{"id"}}}}
		if i <= size/12 {
			n.Role = Spout
		}
		g.Nodes = append(g.Nodes, n)
		if n.Role == Spout {
			continue
		}
		for range 1 + r.IntN(3) {
			from := g.Nodes[max(0, i-r.IntN(30))]
			g.Edges = append(g.Edges, &Edge{From: from, To: n, Grouping: "shuffle", Stream: []string{"", "errors"}[r.IntN(2)]})
		}
		if r.IntN(20) == 0 {
			g.Edges = append(g.Edges, &Edge{From: n, To: g.Nodes[r.IntN(i)], Grouping: "all"})
		}
	}
	return g
}

// A topology of 200 components is drawn in less than a second, in every format. Tests of other packages may run beside this
// one, so the fastest of three tries counts.
func TestLargeTopologies(t *testing.T) {
	g := largest(1, 200)
	for _, name := range Formats() {
		fastest := time.Hour
		for range 3 {
			began := time.Now()
			Draw(g, Format(name), 0)
			fastest = min(fastest, time.Since(began))
		}
		if fastest > time.Second {
			t.Errorf("%s took %s", name, fastest)
		}
	}
}

func TestFormatOf(t *testing.T) {
	for extension, want := range map[string]Format{".svg": SVG, ".SVG": SVG, ".gv": DOT, ".mmd": Mermaid, ".txt": Text, ".png": "", "": ""} {
		if got, ok := FormatOf(extension); got != want || ok != (want != "") {
			t.Errorf("FormatOf(%q) = %q, %t", extension, got, ok)
		}
	}
}
