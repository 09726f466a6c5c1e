package classfile

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
)

func version(t testing.TB, text string) settings.Version {
	t.Helper()
	v, err := settings.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What is written is read back, for each release as it was.
func TestSummaryOfReleases(t *testing.T) {
	const bolt = "org.apache.storm.Bolt"
	constructor := func(descriptor string) member { return member{flags: Private, name: "<init>", descriptor: descriptor} }
	one := source{name: bolt, interfaces: []string{"org.apache.storm.I"}, methods: []member{constructor("()V"), constructor("(I)V"), constructor("(J)V")}}
	two := source{name: bolt, super: "org.apache.storm.Base", methods: []member{constructor("(J)V"), constructor("()V"), constructor("(D)V")}}
	three := source{name: bolt, super: "org.apache.storm.Base", methods: []member{constructor("(J)V"), constructor("()V"),
		{name: "put", descriptor: "(Ljava/util/List;)V", signature: "(Ljava/util/List<Ljava/lang/String;>;)V"}, {flags: Protected, name: "hidden", descriptor: "()V"}},
		fields: []member{{name: "size", descriptor: "I"}, {flags: Private, name: "hidden", descriptor: "I"}}}
	releases := []settings.Version{version(t, "1.2.4"), version(t, "2.0.0"), version(t, "2.8.3")}
	w := NewSummaryWriter(releases)
	for i, s := range []source{one, two, three} {
		w.Add(i, parsed(t, s))
	}
	w.Add(2, parsed(t, source{name: "org.apache.storm.New"}))
	w.Add(2, parsed(t, source{name: "org.apache.storm.shade.Foreign"}))
	w.Add(2, parsed(t, source{name: "org.apache.storm.New$1"}))
	w.AddJDK(parsed(t, source{name: "java.util.Map"}))
	w.AddJDK(parsed(t, source{name: "java.unusual.Map"}))
	var out bytes.Buffer
	if _, err := w.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	s, err := openSummary(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for release, want := range []string{
		"java.lang.Object [org.apache.storm.I] <init>()V <init>(I)V <init>(J)V",
		"org.apache.storm.Base [] <init>(J)V <init>()V <init>(D)V",
		"org.apache.storm.Base [] <init>(J)V <init>()V put(Ljava/util/List;)V",
	} {
		c := s.class(bolt, release)
		got := c.Super + " [" + strings.Join(c.Interfaces, " ") + "]"
		for _, m := range c.Methods {
			got += " " + m.Name + m.Descriptor
		}
		if got != want || (len(c.Fields) == 1) != (release == 2) {
			t.Errorf("release %d: %s, fields %v, want %s", release, got, c.Fields, want)
		}
	}
	put := s.class(bolt, 2).Method("put", "(Ljava/util/List;)V")
	if params, _ := put.GenericParams(); params[0].String() != "java.util.List<java.lang.String>" {
		t.Errorf("the parameter of put is a %s", params[0])
	}
	for name, want := range map[string]string{
		"org.apache.storm.New": "2", "org.apache.storm.shade.Foreign": "", "org.apache.storm.New$1": "", "java.util.Map": "012", "java.unusual.Map": "",
		"org.apache.storm.Ne": "", "org.apache.storm.Bolt2": "", "zzz": "", "": "",
	} {
		got := ""
		for release := range releases {
			if s.class(name, release) != nil {
				got += string(rune('0' + release))
			}
		}
		if got != want {
			t.Errorf("%s is in the releases %q, want %q", name, got, want)
		}
	}
}

func TestSummaryRelease(t *testing.T) {
	s := &summary{}
	for _, text := range []string{"0.10.2", "1.2.4", "2.0.0", "2.8.0", "2.8.3"} {
		s.releases = append(s.releases, version(t, text))
	}
	for asked, want := range map[string]string{
		"2.8": "2.8.3", "2.8.0": "2.8.0", "2.8.1": "2.8.3", "2.8.3": "2.8.3", "2.8.7": "2.8.3?", "2.9": "2.8.3?", "3.0": "2.8.3?", "2.1.0": "2.0.0?", "1.2.1": "1.2.4",
		"1.2.1-hdp": "1.2.4?", "1.1": "0.10.2?", "0.9.1": "0.10.2?", "0.10": "0.10.2",
	} {
		i, sure := s.release(version(t, asked))
		got := s.releases[i].String()
		if !sure {
			got += "?"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", asked, got, want)
		}
	}
}

func TestOpenSummaryMalformed(t *testing.T) {
	for _, data := range []string{"", "\x05", "\x02ab", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"} {
		if _, err := openSummary([]byte(data)); err == nil {
			t.Errorf("%q is a summary", data)
		}
	}
}

// A few facts that show that the embedded summary is what it should be. The test with the real jars has all of them.
func TestEmbeddedSummary(t *testing.T) {
	if len(embedded) > 320<<10 {
		t.Errorf("the summary has %d bytes", len(embedded))
	}
	now := opening(t, Options{Storm: version(t, "2.8.3")})
	old := opening(t, Options{Storm: version(t, "0.10.2")})
	for name, kind := range map[string]Kind{
		"org.apache.storm.testing.TestWordSpout": RichSpout, "org.apache.storm.testing.TestWordCounter": BasicBolt, "org.apache.storm.topology.base.BaseWindowedBolt": WindowedBolt,
		"org.apache.storm.grouping.PartialKeyGrouping": CustomGrouping, "org.apache.storm.hooks.BaseWorkerHook": WorkerHook, "org.apache.storm.topology.base.BaseStatefulBolt": StatefulBolt,
		"org.apache.storm.flux.wrappers.bolts.LogInfoBolt": BasicBolt,
	} {
		if got := now.IsKind(classOf(t, now, name), kind); got != Yes {
			t.Errorf("%s is of kind %d: %d", name, kind, got)
		}
		if _, err := old.Class(name); !errors.Is(err, ErrMissing) && !errors.Is(err, ErrUnknown) {
			t.Errorf("%s in 0.10: %v", name, err)
		}
	}
	if got := old.IsKind(classOf(t, old, "backtype.storm.testing.TestWordSpout"), RichSpout); got != Yes {
		t.Errorf("the spout of 0.10 is one: %d", got)
	}
	methods, complete := now.Methods(classOf(t, now, "java.time.Duration"), "ofSeconds")
	if len(methods) != 2 || complete || !methods[0].Flags.Has(Static) {
		t.Errorf("java.time.Duration.ofSeconds: %v, complete %v", methods, complete)
	}
	if got := classOf(t, now, "java.util.concurrent.TimeUnit").EnumConstants(); !slices.Contains(got, "SECONDS") {
		t.Errorf("time units %q", got)
	}
	if got := now.Assignable("java.util.Properties", "java.util.Map"); got != Yes {
		t.Errorf("properties are a map: %d", got)
	}
	if _, complete := now.Methods(classOf(t, now, "org.apache.storm.testing.TestWordSpout"), "setSize"); !complete {
		t.Error("TestWordSpout may have more methods")
	}
	later := opening(t, Options{Storm: version(t, "2.9")})
	if _, complete := later.Methods(classOf(t, later, "org.apache.storm.testing.TestWordSpout"), "setSize"); complete {
		t.Error("TestWordSpout has no more methods in an unknown release")
	}
	for name, want := range map[string]error{
		"org.apache.storm.NoSuch": ErrMissing, "org.apache.storm.generated.Bolt": ErrUnknown, "org.apache.storm.utils.Utils$1": ErrUnknown, "com.example.Bolt": ErrMissing,
	} {
		if _, err := now.Class(name); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := later.Class("org.apache.storm.NoSuch"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

func BenchmarkSummary(b *testing.B) {
	for b.Loop() {
		p, err := Open(Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range []string{"org.apache.storm.testing.TestWordSpout", "org.apache.storm.topology.base.BaseWindowedBolt", "java.time.Duration"} {
			c, err := p.Class(name)
			if err != nil {
				b.Fatal(err)
			}
			p.Hierarchy(c)
		}
	}
}
