//go:build unix

package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
)

// jvm adds a JVM with Storm's classes, and with the classes of testdata/java.
func (f *fixture) jvm() {
	f.t.Helper()
	stormtest.Require(f.t)
	storm, err := stormtest.Classpath(f.t.Context(), stormtest.WorkerJars, stormtest.FluxJars)
	if err != nil {
		f.t.Fatal(err)
	}
	classes, err := stormtest.CompileJava(f.t.Context(), "local", os.DirFS("testdata"), "java", storm)
	if err != nil {
		f.t.Fatal(err)
	}
	java, err := exec.LookPath("java")
	if err != nil {
		f.t.Fatal(err)
	}
	f.opts.JVM = &JVM{
		Java: java, Flags: []string{"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"},
		ClassPath: append([]string{classes}, filepath.SplitList(storm)...),
	}
	f.opts.For = time.Minute
}

// class returns the code of a component that is one object of a class. Its place is that of the component in the file.
func class(component, name string, args ...any) *topology.Definition {
	return &topology.Definition{Component: component, Objects: []*topology.Object{{Class: name, Place: "top.yaml:7", Args: args}}}
}

func (f *fixture) javaSpout(id, name string, outputs map[string][]string, args ...any) *topology.Component {
	c := f.spout(id, outputs, 1, "none")
	c.Code = class(id, name, args...)
	return c
}

func (f *fixture) javaBolt(id, name string, outputs map[string][]string, parallelism int, args []any, inputs ...input) *topology.Component {
	c := f.bolt(id, outputs, parallelism, []string{"none"}, inputs...)
	c.Code = class(id, name, args...)
	return c
}

// Tuples pass from Storm's own spout through Storm's own bolt to a process.
func TestJVMComponents(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.javaSpout("words", "org.apache.storm.testing.TestWordSpout", map[string][]string{"default": {"word"}})
	f.javaBolt("count", "org.apache.storm.testing.TestWordCounter", map[string][]string{"default": {"word", "count"}}, 3, nil,
		input{"words", "default", topology.Fields{Names: []string{"word"}}})
	f.bolt("sink", nil, 1, []string{"task"}, input{"count", "default", topology.Shuffle{}})
	f.javaBolt("log", "org.apache.storm.flux.wrappers.bolts.LogInfoBolt", nil, 1, nil, input{"count", "default", topology.Shuffle{}})
	s, err := f.runUntil("words arrive everywhere", func(s Snapshot) bool {
		return s.component("sink").Acked >= 10 && s.component("log").Acked >= 10
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Components {
		if c.Failed > 0 || c.Errors > 0 || c.Restarts > 0 {
			t.Errorf("%+v", c)
		}
	}
	for _, text := range []string{"LogInfoBolt: source: count:", "[mike, 1]", "count [mike 1]"} {
		if !f.events.has(LogEvent, text) {
			t.Errorf("no bolt logged %q", text)
		}
	}
}

// Values keep their types between JVM components. A value from a process has the type that Storm's JSON parser gives it.
func TestTypesInTheJVM(t *testing.T) {
	f := newFixture(t)
	f.jvm()
	f.javaSpout("values", "stormflux.cases.Values", map[string][]string{"default": {"value"}})
	f.javaBolt("types", "stormflux.cases.Values$Types", nil, 2, nil, input{"values", "default", topology.Fields{Names: []string{"value"}}})
	f.opts.UntilIdle, f.opts.IdleAfter = true, 300*time.Millisecond
	s, err := f.run()
	if err != nil {
		t.Fatal(err)
	}
	if s.End != Idle || s.component("values").Acked != 16 {
		t.Errorf("end %s, %d acked", s.End, s.component("values").Acked)
	}
	for _, text := range []string{
		"Integer 1", "Long 1099511627776", "Double 1.5", "Float 1.5", "Short 2", "Byte 3", "Character c", "String text", "Boolean true", "[B [B@",
		"java.math.BigInteger 123456789012345678901234567890", "java.math.BigDecimal 1.5", "java.util.Arrays$ArrayList [1, a]",
		"java.util.Collections$SingletonMap {k=1}", "stormflux.cases.Values$Own own", "got null", "acked message 15",
	} {
		if !f.events.has(StderrEvent, text) {
			t.Errorf("no bolt got %q", text)
		}
	}
}
