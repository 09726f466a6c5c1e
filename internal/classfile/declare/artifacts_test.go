package declare

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// Of every spout and bolt of Storm's artifacts on Maven Central, made with guessed arguments, the interpreter says what a
// JVM says, or nothing.
func TestJudgeArtifacts(t *testing.T) {
	stormtest.Require(t)
	var jars []string
	for _, set := range []stormtest.JarSet{stormtest.FluxJars, stormtest.RedisLibraryJars, stormtest.KafkaLibraryJars, stormtest.ComponentJars} {
		folder, err := stormtest.Jars(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(os.DirFS(folder), "*.jar")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			jars = append(jars, filepath.Join(folder, name))
		}
	}
	path := open(t, classfile.Options{Jars: jars, Platform: workerJars(t)})
	g := &guesser{path: path, implementers: map[string]string{}}
	for _, jar := range append(workerJars(t), jars...) {
		if strings.Contains(filepath.Base(jar), "storm-") || strings.Contains(filepath.Base(jar), "flux-") {
			g.addJar(t, jar)
		}
	}
	definitions := g.definitions()
	truths := ask(t, jars, definitions)
	alone := open(t, classfile.Options{Jars: jars})
	made, known, models, refused := 0, 0, 0, 0
	reasons := map[string]int{}
	for i, d := range definitions {
		got := Describe(path, d)
		label := string(wire.FormatDefinition(d))
		if bare := Describe(alone, d); bare.Unknown == "" && truths[i].Failure == "" {
			models++
			if how := bare.differ(truths[i]); how != "" {
				t.Errorf("wrong without Storm's jars: %s: %s", label, how)
			}
		}
		switch {
		case truths[i].Failure != "" && got.Unknown == "":
			refused++
			t.Logf("a JVM fails: %s: %s; the interpreter says %s", label, truths[i].Failure, show(got.Streams))
		case truths[i].Failure != "":
		case got.Unknown != "":
			made++
			reasons[got.Unknown]++
			t.Logf("unknown: %s: %s", label, got.Unknown)
		default:
			made++
			known++
			if how := got.differ(truths[i]); how != "" {
				t.Errorf("wrong: %s: %s", label, how)
			}
		}
	}
	for _, reason := range slices.SortedFunc(mapKeys(reasons), func(a, b string) int { return reasons[b] - reasons[a] }) {
		t.Logf("%5d %s", reasons[reason], reason)
	}
	t.Logf("%d definitions of %d classes; a JVM makes %d; known: %d (%.1f%%), without Storm's jars %d; known although a JVM fails: %d",
		len(definitions), len(g.components), made, known, 100*float64(known)/float64(max(made, 1)), models, refused)
	if known*10 < made*8 {
		t.Errorf("only %d of %d are known", known, made)
	}
}

func mapKeys(m map[string]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// guesser makes definitions for classes.
type guesser struct {
	path         *classfile.Path
	components   []*classfile.Class
	implementers map[string]string // a concrete class for each interface and superclass, the simplest
}

func (g *guesser) addJar(t *testing.T, jar string) {
	t.Helper()
	r, err := zip.OpenReader(jar)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, f := range r.File {
		name, ok := strings.CutSuffix(f.Name, ".class")
		if !ok || !strings.HasPrefix(name, "org/apache/storm/") || strings.Contains(name, "/shade/") || strings.Contains(name, "/generated/") {
			continue
		}
		c, err := g.path.Class(strings.ReplaceAll(name, "/", "."))
		if err != nil || !c.Modifiers().Has(classfile.Public) || c.Flags.Has(classfile.Abstract) || c.Flags.Has(classfile.Interface) {
			continue
		}
		for _, kind := range []classfile.Kind{classfile.RichSpout, classfile.RichBolt, classfile.BasicBolt, classfile.WindowedBolt, classfile.StatefulBolt} {
			if g.path.IsKind(c, kind) == classfile.Yes && !slices.Contains(g.components, c) {
				g.components = append(g.components, c)
			}
		}
		for _, super := range g.path.Hierarchy(c).Classes {
			old := g.implementers[super.Name]
			if len(publicConstructors(c)) > 0 && (old == "" || len(c.Name) < len(old) || len(c.Name) == len(old) && c.Name < old) {
				g.implementers[super.Name] = c.Name
			}
		}
	}
}

func publicConstructors(c *classfile.Class) []*classfile.Method {
	return slices.DeleteFunc(c.Constructors(), func(m *classfile.Method) bool { return !m.Flags.Has(classfile.Public) })
}

// definitions returns for each constructor objects with plain arguments, with nulls, and with setters and methods called.
func (g *guesser) definitions() []*topology.Definition {
	var all []*topology.Definition
	for _, c := range g.components {
		for _, constructor := range publicConstructors(c) {
			for variant := range 4 {
				d := &topology.Definition{Component: "c"}
				if o, ok := g.object(d, c, constructor, variant, 0); ok {
					if variant >= 2 {
						g.steps(d, o, c, variant)
					}
					d.Objects = append(d.Objects, o)
					all = append(all, d)
				}
			}
		}
	}
	return all
}

func (g *guesser) object(d *topology.Definition, c *classfile.Class, constructor *classfile.Method, variant, depth int) (*topology.Object, bool) {
	params, ok := constructor.Params()
	o := &topology.Object{Class: c.Name}
	for i, p := range params {
		v, fits := g.value(d, p, variant+i, depth)
		ok = ok && fits
		o.Args = append(o.Args, v)
	}
	return o, ok
}

// steps calls the methods that configure an object: those that return void or the object's class.
func (g *guesser) steps(d *topology.Definition, o *topology.Object, c *classfile.Class, variant int) {
	for _, name := range g.path.MethodNames(c) {
		if !strings.HasPrefix(name, "with") && !strings.HasPrefix(name, "set") && !strings.HasPrefix(name, "add") || name == "setCredentials" {
			continue
		}
		methods, _ := g.path.Methods(c, name)
		m := methods[variant%len(methods)]
		params, ok := m.Params()
		if !ok || m.Flags.Has(classfile.Static) || len(params) == 0 {
			continue
		}
		var args []any
		for i, p := range params {
			v, fits := g.value(d, p, variant+i, 1)
			ok = ok && fits
			args = append(args, v)
		}
		if ok {
			o.Steps = append(o.Steps, &topology.Step{Method: name, Args: args})
		}
	}
}

// value guesses an argument.
func (g *guesser) value(d *topology.Definition, p classfile.Type, variant, depth int) (any, bool) {
	if p.IsArray() {
		v, ok := g.value(d, p.Element(), variant, depth)
		return []any{v}, ok
	}
	switch p.Name {
	case "boolean", "java.lang.Boolean":
		return variant%2 == 0, true
	case "int", "long", "short", "byte", "java.lang.Integer", "java.lang.Long", "java.lang.Number":
		return int64(variant + 1), true
	case "float", "double", "java.lang.Double":
		return 1.5, true
	case "char":
		return "x", true
	case "java.lang.String", "java.lang.Object", "java.io.Serializable", "java.lang.CharSequence":
		return fmt.Sprint("text", variant), true
	case "java.util.List", "java.util.Collection", "java.util.ArrayList":
		return []any{"a", fmt.Sprint("b", variant)}, true
	case "java.util.Map", "java.util.HashMap":
		return topology.Map{{Key: "k", Value: "v"}, {Key: fmt.Sprint("l", variant), Value: int64(1)}}, true
	}
	c, err := g.path.Class(p.Name)
	if variant == 1 || err != nil || depth > 3 {
		return nil, true
	}
	if names := c.EnumConstants(); names != nil {
		return names[variant%len(names)], true
	}
	if c.Flags.Has(classfile.Abstract) {
		if c, err = g.path.Class(g.implementers[p.Name]); err != nil {
			return nil, true
		}
	}
	constructors := publicConstructors(c)
	if len(constructors) == 0 {
		return nil, true
	}
	o, ok := g.object(d, c, constructors[variant%len(constructors)], 0, depth+1)
	if !ok {
		return nil, true
	}
	d.Objects = append(d.Objects, o)
	return topology.Ref(len(d.Objects) - 1), true
}
