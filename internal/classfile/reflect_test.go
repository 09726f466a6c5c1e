package classfile

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// reflected is what Java's reflection says of a class.
type reflected struct {
	failed     string // why Java cannot say it
	modifiers  Flags
	super      string
	interfaces []string
	kinds      []string
	made       []string            // descriptors of the declared constructors with their modifiers
	methods    map[string][]string // name and descriptor -> the classes that declare it
	fields     []string            // type, name and class
	constants  []string
}

var allKinds = []Kind{RichSpout, RichBolt, BasicBolt, WindowedBolt, StatefulBolt, StatefulWindowedBolt, CustomGrouping, WorkerHook, TridentSpout}

// askJava asks Java about classes.
func askJava(t *testing.T, classpath string, names []string) map[string]*reflected {
	t.Helper()
	program, err := stormtest.CompileJava(t.Context(), "classfile", os.DirFS("testdata"), "java", "")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"-Xmx512m", "-Dfile.encoding=UTF-8", "-cp", program + string(os.PathListSeparator) + classpath, "stormflux.classfile.Reflect"}
	for _, kind := range allKinds {
		since1, _ := kind.interfaces()
		args = append(args, since1...)
	}
	cmd := exec.CommandContext(t.Context(), "java", args...)
	cmd.Stdin = strings.NewReader(strings.Join(names, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("asking Java: %v\n%s", err, stderr.String())
	}
	answers := map[string]*reflected{}
	var r *reflected
	for line := range strings.Lines(string(out)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch words[0] {
		case "X":
			answers[words[1]] = &reflected{failed: words[2]}
		case "C":
			r = &reflected{super: words[3], methods: map[string][]string{}}
			modifiers, err := strconv.Atoi(words[2])
			if err != nil {
				t.Fatal(err)
			}
			r.modifiers = Flags(modifiers)
			answers[words[1]] = r
		case "I":
			r.interfaces = append(r.interfaces, words[1])
		case "K":
			r.kinds = append(r.kinds, words[1])
		case "N":
			r.made = append(r.made, words[1]+words[2])
		case "M":
			key := words[3] + words[2]
			r.methods[key] = append(r.methods[key], words[1]+words[4])
		case "F":
			r.fields = append(r.fields, strings.Join(words[1:], " "))
		case "E":
			r.constants = append(r.constants, words[1])
		}
	}
	return answers
}

// compare reports where a class differs from what Java says. It returns whether all its members are known.
func compare(t *testing.T, p *Path, c *Class, r *reflected) (complete bool) {
	t.Helper()
	fault := func(format string, args ...any) { t.Errorf("%s: %s", c.Name, fmt.Sprintf(format, args...)) }
	super := c.Super
	if c.Flags.Has(Interface) {
		super = "" // reflection hides it
	}
	if super != r.super || !slices.Equal(c.Interfaces, r.interfaces) {
		fault("super %s, interfaces %q, want %s %q", c.Super, c.Interfaces, r.super, r.interfaces)
	}
	if c.Jar != "" && c.Modifiers() != r.modifiers {
		fault("modifiers %x, want %x", c.Modifiers(), r.modifiers)
	}
	if got := c.EnumConstants(); c.IsEnum() && !slices.Equal(got, r.constants) {
		fault("constants %q, want %q", got, r.constants)
	}
	var made []string
	for _, m := range c.Constructors() {
		made = append(made, strconv.Itoa(int(m.Flags))+m.Descriptor)
	}
	if !slices.Equal(slices.Sorted(slices.Values(made)), slices.Sorted(slices.Values(r.made))) {
		fault("constructors %q, want %q", made, r.made)
	}
	for _, kind := range allKinds {
		is := No
		since1, _ := kind.interfaces()
		for _, name := range since1 {
			if slices.Contains(r.kinds, name) {
				is = Yes
			}
		}
		if got := p.IsKind(c, kind); got != is {
			fault("is of kind %s: %d, want %d", since1[0], got, is)
		}
	}
	complete = compareMethods(p, c, r, fault)
	for _, want := range r.fields {
		name := strings.Fields(want)[1]
		f, ok, complete := p.PublicField(c, name)
		if !ok {
			if complete {
				fault("no field %s", want)
			}
			continue
		}
		typ, _ := f.Type()
		if got := typ.ClassName() + " " + name + " " + f.Class.Name; got != want && complete {
			fault("field %s, want %s", got, want)
		}
	}
	for _, name := range p.PublicFieldNames(c) {
		if !slices.ContainsFunc(r.fields, func(f string) bool { return strings.Fields(f)[1] == name }) {
			fault("Java knows no field %q", name)
		}
	}
	return complete
}

// compareMethods compares the public methods. The rest of Java's knowledge must be that of supertypes that are unknown
// here.
func compareMethods(p *Path, c *Class, r *reflected, fault func(string, ...any)) (complete bool) {
	_, complete = p.Methods(c, "")
	got := map[string]bool{}
	for _, name := range p.MethodNames(c) {
		methods, _ := p.Methods(c, name)
		for _, m := range methods {
			key := m.Name + m.Descriptor
			got[key] = true
			where := strconv.Itoa(int(m.Flags)) + m.Class.Name
			if len(r.methods[key]) == 0 || complete && !slices.Contains(r.methods[key], where) {
				fault("method %s of %s, want %q", key, where, r.methods[key])
			}
		}
	}
	for key := range r.methods {
		if !got[key] && complete {
			fault("no method %s", key)
		}
	}
	return complete
}

// jarsOf returns the jars of sets.
func jarsOf(t *testing.T, sets ...stormtest.JarSet) []string {
	t.Helper()
	var paths []string
	for _, set := range sets {
		dir, err := stormtest.Jars(context.WithoutCancel(t.Context()), set)
		if err != nil {
			t.Fatal(err)
		}
		jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, jars...)
	}
	return paths
}

// classesIn returns the names of all classes in jars, anonymous ones too, except those that have another version for newer
// releases of Java.
func classesIn(p *Path) []string {
	var names []string
	versions := map[string]bool{}
	for _, a := range p.archives {
		for e := range a.Entries() {
			name, ok := strings.CutSuffix(e.Name(), ".class")
			if ok && !strings.HasPrefix(name, "META-INF/") && !strings.HasSuffix(name, "-info") {
				names = append(names, dotted(name))
			}
			if version, ok := strings.CutPrefix(name, "META-INF/versions/"); ok {
				_, name, _ := strings.Cut(version, "/")
				versions[dotted(name)] = true
			}
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return versions[name] })
	slices.Sort(names)
	return slices.Compact(names)
}

// Over every class of storm-client and of two libraries of components with all they need, the answers are those of Java.
func TestReflection(t *testing.T) {
	stormtest.Require(t)
	worker := jarsOf(t, stormtest.WorkerJars)
	libraries := jarsOf(t, stormtest.RedisLibraryJars, stormtest.KafkaLibraryJars)
	var client []string
	for _, jar := range worker {
		if strings.HasPrefix(filepath.Base(jar), "storm-client") {
			client = append(client, jar)
		}
	}
	p := opening(t, Options{Platform: worker, Jars: libraries})
	names := classesIn(opening(t, Options{Platform: client, Jars: libraries}))
	classpath := strings.Join(slices.Concat(worker, libraries), string(os.PathListSeparator))
	compareAll(t, p, names, classpath)

	// Storm's own libraries once more, without the jars of Storm that they inherit from.
	summarised := opening(t, Options{Storm: version(t, stormtest.StormVersion), Jars: libraries})
	own := slices.DeleteFunc(names, func(name string) bool {
		return !strings.HasPrefix(name, "org.apache.storm.redis.") && !strings.HasPrefix(name, "org.apache.storm.kafka.")
	})
	compareAll(t, summarised, own, classpath)
}

// The same over every class of the summary of this release: what it says of Storm, of Flux and of the JDK.
func TestSummaryReflection(t *testing.T) {
	stormtest.Require(t)
	p := opening(t, Options{Storm: version(t, stormtest.StormVersion)})
	var names []string
	p.api.names(p.release, func(name string) bool {
		names = append(names, name)
		return true
	})
	jars := jarsOf(t, stormtest.WorkerJars, stormtest.FluxJars)
	compareAll(t, p, names, strings.Join(jars, string(os.PathListSeparator)))

	// And the summary has every class of the jars that a user can name.
	real := opening(t, Options{Jars: jars})
	for _, name := range classesIn(real) {
		if c, err := real.Class(name); err == nil && (isStorms(name, p.storm) || isFlux(name)) && isNamed(c) && !slices.Contains(names, name) {
			t.Errorf("the summary lacks %s", name)
		}
	}
}

func compareAll(t *testing.T, p *Path, names []string, classpath string) {
	t.Helper()
	answers := askJava(t, classpath, names)
	compared, complete := 0, 0
	for _, name := range names {
		r := answers[name]
		switch {
		case r == nil:
			t.Errorf("Java says nothing of %s", name)
			continue
		case r.failed != "":
			continue
		}
		c, err := p.Class(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compared++
		if compare(t, p, c, r) {
			complete++
		}
	}
	t.Logf("%d classes, %d compared, all members known of %d", len(names), compared, complete)
	if compared < len(names)*9/10 {
		t.Errorf("only %d of %d classes were compared", compared, len(names))
	}
}
