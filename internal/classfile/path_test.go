package classfile

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
)

// jarOf returns the path of a jar with the classes.
func jarOf(t testing.TB, classes ...source) string {
	t.Helper()
	var entries []entry
	for _, c := range classes {
		entries = append(entries, entry{strings.ReplaceAll(c.name, ".", "/") + ".class", c.file()})
	}
	return jarWith(t, entries...)
}

// entry is a file of a jar that a test needs.
type entry struct {
	name    string
	content []byte
}

// jarWith returns the path of a jar with the entries.
func jarWith(t testing.TB, entries ...entry) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.jar")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(out)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err == nil {
			_, err = f.Write(e.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func opening(t testing.TB, opts Options) *Path {
	t.Helper()
	p, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func classOf(t testing.TB, p *Path, name string) *Class {
	t.Helper()
	c, err := p.Class(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

func TestPathClass(t *testing.T) {
	first := jarOf(t, source{name: "a.Same", major: 50}, source{name: "a.Outer$Inner"})
	second := jarWith(t,
		entry{"a/Same.class", source{name: "a.Same", major: 61}.file()},
		entry{"a/Other.class", source{name: "a.Elsewhere"}.file()},
		entry{"a/Broken.class", []byte("text")},
		entry{"META-INF/versions/9/a/Same.class", source{name: "a.Same", major: 53}.file()},
		entry{"../a/Up.class", source{name: "..a.Up"}.file()},
		entry{"topology.yaml", []byte("name: x")})
	p := opening(t, Options{Jars: []string{first, second}})
	c := classOf(t, p, "a.Same")
	if c.Major != 50 {
		t.Errorf("a.Same is of the second jar: version %d", c.Major)
	}
	if again := classOf(t, p, "a.Same"); again != c {
		t.Error("a class is read twice")
	}
	classOf(t, p, "a.Outer$Inner")
	for name, want := range map[string]string{
		"a.Outer.Inner": ErrMissing.Error(), "a/Same": ErrMissing.Error(), "Same": ErrMissing.Error(), "": ErrMissing.Error(), "a.same": ErrMissing.Error(),
		"java.util.NoSuch": ErrUnknown.Error(), "[La.Same;": ErrUnknown.Error(), "org.slf4j.Logger": ErrUnknown.Error(),
		"a.Other": `it is the class "a.Elsewhere"`, "a.Broken": "not a Java class file",
	} {
		if _, err := p.Class(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
	if content, ok, err := p.Read("topology.yaml"); !ok || err != nil || string(content) != "name: x" {
		t.Errorf("topology.yaml is %q, %v, %v", content, ok, err)
	}
	var names []string
	for _, name := range p.Names() {
		if !strings.HasPrefix(name, "org.apache.storm.") {
			names = append(names, name)
		}
	}
	if want := []string{"...a.Up", "a.Broken", "a.Other", "a.Outer$Inner", "a.Same"}; !slices.Equal(names, want) {
		t.Errorf("names %q", names)
	}
	if _, err := Open(Options{Jars: []string{first, first + "x"}}); err == nil {
		t.Error("a jar that does not exist is opened")
	}
}

func TestHierarchy(t *testing.T) {
	inJar := jarOf(t,
		source{name: "A", super: "B", interfaces: []string{"I"}},
		source{name: "Lost", super: "A", interfaces: []string{"gone.J"}},
		source{name: "Self", super: "Self"},
		source{name: "Round", super: "Robin"}, source{name: "Robin", super: "Round"},
		source{name: "I", flags: Public | Interface | Abstract, interfaces: []string{"K", "L"}},
		source{name: "L", flags: Public | Interface | Abstract, interfaces: []string{"K"}},
		source{name: "X", flags: Public | Interface | Abstract, interfaces: []string{"Y"}},
		source{name: "Y", flags: Public | Interface | Abstract, interfaces: []string{"X"}},
		source{name: "Z", interfaces: []string{"X"}})
	other := jarOf(t, source{name: "B", interfaces: []string{"K"}}, source{name: "K", flags: Public | Interface | Abstract})
	p := opening(t, Options{Jars: []string{inJar, other}})
	for _, test := range []struct {
		name, classes, unknown string
		loop                   bool
	}{
		{"A", "A B java.lang.Object I K L", "", false},
		{"Lost", "Lost A B java.lang.Object I K L", "gone.J", false},
		{"I", "I K L", "", false},
		{"Self", "Self", "", true},
		{"Round", "Round Robin", "", true},
		{"X", "X Y", "", true},
		{"Z", "Z java.lang.Object X Y", "", true},
	} {
		h := p.Hierarchy(classOf(t, p, test.name))
		var names []string
		for _, c := range h.Classes {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != test.classes || strings.Join(h.Unknown, " ") != test.unknown || h.Loop != test.loop {
			t.Errorf("%s: %s, unknown %q, loop %v", test.name, got, h.Unknown, h.Loop)
		}
	}
	for _, test := range []struct {
		from, to string
		want     Answer
	}{
		{"A", "A", Yes}, {"A", "K", Yes}, {"A", "Lost", No}, {"K", "A", No}, {"Lost", "K", Yes}, {"Lost", "M", Unknown}, {"Lost", "gone.J", Yes},
		{"Round", "A", Unknown}, {"gone.J", "K", Unknown}, {"gone.J", object, Yes},
		{"Lost", "Self", No}, {"Lost", "X", Unknown}, {"Round", "Self", Unknown},
	} {
		if got := p.Assignable(test.from, test.to); got != test.want {
			t.Errorf("%s to %s: %d, want %d", test.from, test.to, got, test.want)
		}
	}
}

// A supertype of Java that is not known here cannot be what makes a class a spout.
func TestAssignableBeyondJava(t *testing.T) {
	p := opening(t, Options{Jars: []string{jarOf(t, source{name: "A", super: "javax.unknown.Base"})}})
	if got := p.Assignable("A", "B"); got != No {
		t.Errorf("A to B: %d", got)
	}
	if got := p.Assignable("A", "java.unknown.Base"); got != Unknown {
		t.Errorf("A to a class of Java: %d", got)
	}
}

// A chain of superclasses ends at a limit, in no long time.
func TestLongHierarchy(t *testing.T) {
	var chain []source
	for i := range 5000 {
		chain = append(chain, source{name: "C" + strings.Repeat("x", i), super: "C" + strings.Repeat("x", i+1)})
	}
	p := opening(t, Options{Jars: []string{jarOf(t, chain...)}})
	h := p.Hierarchy(classOf(t, p, "C"))
	if len(h.Classes) != mostSupertypes || len(h.Unknown) != 1 {
		t.Errorf("%d classes, %d unknown", len(h.Classes), len(h.Unknown))
	}
}

func TestMembers(t *testing.T) {
	p := opening(t, Options{Jars: []string{jarOf(t,
		source{name: "Bolt", super: "Base", interfaces: []string{"Named"}, fields: []member{{flags: Private, name: "size", descriptor: "I"}},
			methods: []member{
				{name: "setSize", descriptor: "(J)V"}, {name: "setSize", descriptor: "(I)V"}, {flags: Private, name: "setSize", descriptor: "(Z)V"},
				{flags: Static, name: "<clinit>", descriptor: "()V"}, {name: "", descriptor: "()V"},
			}},
		source{name: "Base", interfaces: []string{"Sized"}, fields: []member{{name: "size", descriptor: "J"}, {name: "name", descriptor: "J"}},
			methods: []member{{name: "setSize", descriptor: "(I)V"}, {name: "setSize", descriptor: "(D)V"}, {flags: Public | Static, name: "of", descriptor: "()LBase;"}}},
		source{name: "Named", flags: Public | Interface | Abstract, fields: []member{{flags: Public | Static | Final, name: "name", descriptor: "I"}},
			methods: []member{{flags: Public | Static, name: "named", descriptor: "()V"}, {flags: Public | Abstract, name: "name", descriptor: "()V"}}},
		source{name: "Sized", flags: Public | Interface | Abstract},
		source{name: "Part", super: "gone.Base"})}})
	bolt := classOf(t, p, "Bolt")
	methods, complete := p.Methods(bolt, "setSize")
	var got []string
	for _, m := range methods {
		got = append(got, m.Class.Name+m.Descriptor)
	}
	if !complete || strings.Join(got, " ") != "Bolt(J)V Bolt(I)V Base(D)V" {
		t.Errorf("setSize: %q, complete %v", got, complete)
	}
	if names := strings.Join(p.MethodNames(bolt), " "); names != " equals getClass hashCode name notify notifyAll of setSize toString wait" {
		t.Errorf("methods: %q", names)
	}
	if names := strings.Join(p.MethodNames(classOf(t, p, "Named")), " "); names != "name named" {
		t.Errorf("methods of an interface: %q", names)
	}
	for name, want := range map[string]string{"size": "Base", "name": "Named", "none": ""} {
		f, ok, complete := p.PublicField(bolt, name)
		if !complete || ok != (want != "") || ok && f.Class.Name != want {
			t.Errorf("field %s: %+v %v %v", name, f, ok, complete)
		}
	}
	if names := strings.Join(p.PublicFieldNames(bolt), " "); names != "name size" {
		t.Errorf("fields: %q", names)
	}
	if _, complete := p.Methods(classOf(t, p, "Part"), "x"); complete {
		t.Error("the methods of an unknown superclass are known")
	}
	if _, ok, complete := p.PublicField(classOf(t, p, "Part"), "x"); ok || complete {
		t.Error("the fields of an unknown superclass are known")
	}
}

func TestIsKind(t *testing.T) {
	classes := jarOf(t,
		source{name: "New", interfaces: []string{"org.apache.storm.topology.IRichBolt"}},
		source{name: "Old", super: "backtype.storm.topology.base.BaseRichBolt"},
		source{name: "Windowed", super: "org.apache.storm.topology.base.BaseStatefulWindowedBolt"},
		source{name: "Trident", interfaces: []string{"org.apache.storm.trident.spout.IBatchSpout"}},
		source{name: "Plain"})
	for version, want := range map[string]map[string]string{
		"2.8.3":  {"New": "bolt", "Trident": "trident", "Windowed": "windowed", "Plain": ""},
		"0.10.2": {"Old": "bolt", "Plain": ""},
	} {
		storm, err := settings.ParseVersion(version)
		if err != nil {
			t.Fatal(err)
		}
		p := opening(t, Options{Storm: storm, Jars: []string{classes}})
		for name, is := range want {
			c := classOf(t, p, name)
			for kind, label := range map[Kind]string{RichBolt: "bolt", TridentSpout: "trident", RichSpout: "spout", WorkerHook: "hook", StatefulWindowedBolt: "windowed"} {
				if got := p.IsKind(c, kind); (got == Yes) != (label == is) || got == Unknown {
					t.Errorf("%s: %s is a %s: %d", version, name, label, got)
				}
			}
		}
	}
}

func TestPathWithoutJars(t *testing.T) {
	p := opening(t, Options{})
	if _, err := p.Class("a.B"); !errors.Is(err, ErrMissing) {
		t.Error(err)
	}
	if names := p.Names(); !slices.Contains(names, "org.apache.storm.topology.base.BaseRichBolt") || slices.Contains(names, "java.lang.String") {
		t.Errorf("%d names", len(names))
	}
}
