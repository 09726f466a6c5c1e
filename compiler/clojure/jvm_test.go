package clojure_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/classes"
	"github.com/stormflux/stormflux/internal/stormclient"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/validate"
)

const wordsSpout = `
components:
  - {id: short, className: "org.apache.storm.topology.base.BaseWindowedBolt$Duration", constructorArgs: [500, MILLISECONDS]}
spouts:
  words:
    className: stormflux.parts.Parts$Words
    constructorArgs: [BACKWARD, [one, 2, {three: [4.5, null]}]]
    config: {of.both: file, of.file: 1.5}
`

// kindsOfBolts are topologies with bolts of every kind.
var kindsOfBolts = map[string]string{
	"without state": wordsSpout + `
workerHooks:
  - {id: hello, className: stormflux.parts.Parts$Hello, properties: [{name: name, value: joe}]}
bolts:
  exclaim:
    className: stormflux.parts.Parts$Exclaim
    properties: [{name: mark, value: "!"}, {name: times, value: 3}]
    parallelism: 3
    inputs:
      - {from: words, grouping: {custom: {className: stormflux.parts.Parts$Nth, constructorArgs: [1, [2, 3]]}}}
      - {from: words, stream: late, grouping: direct}
  join:
    className: stormflux.parts.Parts$Join
    configMethods:
      - {name: withWindow, args: [{ref: short}, {ref: short}]}
    config: {topology.bolts.late.tuple.stream: too-late}
    inputs: [{from: exclaim, grouping: {fields: [word]}}]
  sink:
    className: stormflux.parts.Parts$Sink
    tick: 2s
    inputs: [{from: exclaim, grouping: all}]
`,
	"with state": wordsSpout + `
bolts:
  count:
    className: stormflux.parts.Parts$Count
    parallelism: 2
    inputs: [{from: words, grouping: {fields: [word]}}]
  stateful-join:
    className: stormflux.parts.Parts$StatefulJoin
    configMethods: [{name: withTumblingWindow, args: [{ref: short}]}]
    inputs: [{from: count}]
  join:
    className: stormflux.parts.Parts$Join
    configMethods: [{name: withTumblingWindow, args: [{ref: short}]}]
    inputs: [{from: count}]
  exclaim: {className: stormflux.parts.Parts$Exclaim, inputs: [{from: words}]}
  sink: {className: stormflux.parts.Parts$Sink, inputs: [{from: exclaim}, {from: words}]}
`,
}

const libraryBolts = wordsSpout + `
  test: {className: org.apache.storm.testing.TestWordSpout}
bolts:
  log: {className: org.apache.storm.flux.wrappers.bolts.LogInfoBolt, inputs: [{from: words}, {from: test}]}
  store:
    className: org.apache.storm.redis.bolt.RedisStoreBolt
    constructorArgs:
      - {ref: config}
      - {ref: mapper}
    inputs: [{from: test}]
`

// parts compiles Java sources of testdata and starts an evaluator that has their classes.
func parts(t *testing.T, x target, sets []stormtest.JarSet, sources ...string) (jar string, e *stormtest.Evaluator) {
	t.Helper()
	stormtest.Require(t)
	classpath, err := stormtest.Classpath(t.Context(), sets...)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sources {
		sources[i] = filepath.Join("testdata", "java", s)
	}
	dir, jar := javaJar(t, classpath, sources...)
	return jar, objectEvaluator(t, x.library, dir, classpath)
}

// What Clojure builds of JVM classes is what the compiler builds: the objects, wrapped as on a worker, their streams and
// configuration, checkpoints and hooks.
func TestKindsOfBolts(t *testing.T) {
	for _, c := range []struct {
		target
		folder string
		jars   stormtest.JarSet
	}{{storm28, "lib-worker", stormtest.WorkerJars}, {storm12, "lib", stormtest.Storm1Jars}} {
		c.jvm = stormHome(t, c.folder, c.jars)
		jar, e := parts(t, c.target, []stormtest.JarSet{c.jars}, "Parts.java")
		for name, yaml := range kindsOfBolts {
			t.Run(name+"/"+c.String(), func(t *testing.T) {
				builtAlike(t, e, fmt.Sprintf("name: kinds\njar: %q\n%s", jar, yaml), c.target)
			})
		}
	}
}

// stormHome returns a JVM with the jars of a Storm in a folder of STORM_HOME.
func stormHome(t *testing.T, folder string, set stormtest.JarSet) validate.JVM {
	t.Helper()
	jars, err := stormtest.Jars(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := os.Symlink(jars, filepath.Join(home, folder)); err != nil {
		t.Fatal(err)
	}
	return classes.JVM{Storm: stormclient.Options{Home: home}}
}

func builtAlike(t *testing.T, e *stormtest.Evaluator, yaml string, x target) {
	t.Helper()
	prog := load(t, "topology.yaml", []byte(yaml), x)
	text, diags := prog.emit(x.dialect)
	if text == nil || len(diags) > 0 {
		t.Fatalf("%s\n%s", show(t, diags), text)
	}
	agreeIn(t, e, prog, text, x, "")
}

// The bolts of Flux and of Storm's library for Redis.
func TestLibraryBolts(t *testing.T) {
	sets := []stormtest.JarSet{stormtest.WorkerJars, stormtest.FluxJars, stormtest.RedisLibraryJars}
	jar, e := parts(t, storm28, sets, "Parts.java", "Store.java")
	jars := []string{jar}
	for _, set := range sets[1:] {
		dir, err := stormtest.Jars(t.Context(), set)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"flux-wrappers-*.jar", "storm-redis-*.jar", "jedis-*.jar"} {
			found, err := filepath.Glob(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			jars = append(jars, found...)
		}
	}
	config := `
  - {id: config, className: org.apache.storm.redis.common.config.JedisPoolConfig, constructorArgs: [localhost, 6379, 2000, null, 1]}
  - {id: mapper, className: stormflux.parts.Store, constructorArgs: [LIST]}
spouts:`
	yaml := strings.Replace(libraryBolts, "\nspouts:", config, 1)
	x := storm28
	x.jvm = stormHome(t, "lib-worker", stormtest.WorkerJars)
	builtAlike(t, e, fmt.Sprintf("name: library\njar: [%s]\n%s", `"`+strings.Join(jars, `", "`)+`"`, yaml), x)
}

// A topology source is called as Flux calls it.
func TestTopologySource(t *testing.T) {
	jar, e := parts(t, storm28, []stormtest.JarSet{stormtest.WorkerJars}, "Parts.java")
	yaml := fmt.Sprintf(`name: built
jar: %q
config: {app.word: {a: [1]}, app.counters: 3}
topologySource: {className: stormflux.parts.Parts$Source, methodName: make, constructorArgs: [2]}
`, jar)
	x := storm28
	x.jvm = stormHome(t, "lib-worker", stormtest.WorkerJars)
	builtAlike(t, e, yaml, x)
}

// What the DSL cannot express of JVM classes is an error at its place.
func TestRefusedClasses(t *testing.T) {
	stormtest.Require(t)
	classpath, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	_, jar := javaJar(t, classpath, filepath.Join("testdata", "java", "Parts.java"))
	const words = `spouts: {words: {className: stormflux.parts.Parts$Words, constructorArgs: [FORWARD, []]}}` + "\n"
	for yaml, want := range map[string]string{
		words + "bolts:\n  b:\n    className: stormflux.parts.Parts$Exclaim\n    outputs: [other]\n    inputs: [{from: words}]\n": `7:14: error: bolt "b": its outputs name the fields of stream "default" [other], but its class names them [word]`,
		words + "bolts:\n  b:\n    className: stormflux.parts.Parts$Both\n    inputs: [{from: words}]\n":                          `6:16: error: bolt "b": Both implements IRichBolt and IBasicBolt`,
		words + "bolts:\n  b:\n    className: stormflux.parts.Parts$Exclaim\n    properties: [{name: times, value: 40000}]\n    outputs: [word]\n" +
			"    inputs: [{from: words}]\n": `7:25: error: bolt "b": "setTimes" of Exclaim cannot be called: a number for a short is out of range`,
	} {
		prog, diags := tryLoad(t, "topology.yaml", []byte(fmt.Sprintf("name: refused\njar: %q\n%s", jar, yaml)), storm28)
		var text []byte
		if prog != nil {
			text, diags = prog.emit(storm28.dialect)
		}
		if got := show(t, diags); text != nil || !strings.Contains(got, want) {
			t.Errorf("%s\ngives\n%s\nwant\n%s", yaml, got, want)
		}
	}
}
