package validate_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// classRules are the rules that class files decide.
var classRules = []string{
	"unknown-class", "unusable-class", "wrong-class", "unknown-constructor", "unknown-factory", "unknown-property", "unknown-method", "wrong-argument",
}

// objectClasses are classes with many overloads that do nothing to the machine.
var objectClasses = []string{
	"java.lang.Boolean", "java.lang.Integer", "java.lang.Long", "java.lang.String", "java.lang.StringBuilder", "java.lang.Thread", "java.math.BigDecimal",
	"java.math.BigInteger", "java.net.URI", "java.text.SimpleDateFormat", "java.time.Duration", "java.time.Instant", "java.time.LocalDate",
	"java.util.ArrayDeque", "java.util.ArrayList", "java.util.BitSet", "java.util.Calendar", "java.util.Date", "java.util.HashMap", "java.util.List",
	"java.util.Locale", "java.util.Optional", "java.util.PriorityQueue", "java.util.Properties", "java.util.Random", "java.util.TreeMap", "java.util.UUID",
	"java.util.concurrent.ArrayBlockingQueue", "java.util.concurrent.TimeUnit", "java.util.concurrent.atomic.AtomicInteger", "java.util.concurrent.atomic.AtomicLong",
	"org.apache.storm.bolt.JoinBolt", "org.apache.storm.bolt.JoinBolt$Selector", "org.apache.storm.Config", "org.apache.storm.grouping.PartialKeyGrouping",
	"org.apache.storm.task.ShellBolt", "org.apache.storm.spout.ShellSpout", "org.apache.storm.testing.FeederSpout", "org.apache.storm.testing.FixedTuple",
	"org.apache.storm.testing.FixedTupleSpout", "org.apache.storm.testing.MkClusterParam", "org.apache.storm.testing.MkTupleParam",
	"org.apache.storm.testing.TestAggregatesCounter", "org.apache.storm.testing.TestGlobalCount", "org.apache.storm.testing.TestPlannerBolt",
	"org.apache.storm.testing.TestPlannerSpout", "org.apache.storm.testing.TestWordCounter", "org.apache.storm.testing.TestWordSpout",
	"org.apache.storm.topology.base.BaseWindowedBolt$Count", "org.apache.storm.topology.base.BaseWindowedBolt$Duration", "org.apache.storm.topology.base.BaseRichBolt",
	"org.apache.storm.trident.testing.FixedBatchSpout", "org.apache.storm.trident.windowing.config.SlidingCountWindow", "org.apache.storm.tuple.Fields",
	"org.apache.storm.tuple.MessageId", "org.apache.storm.tuple.Values", "org.apache.storm.utils.MutableInt", "org.apache.storm.utils.MutableLong",
	"org.apache.storm.utils.MutableObject", "org.apache.storm.utils.RotatingMap", "org.apache.storm.utils.SimpleVersion",
}

var objectValues = []string{
	"5", "-1", "5000000000", "20000000000000000000", "2.5", "true", "false", "text", `"7"`, `""`, "STREAM", "SOURCE", "SECONDS", "UTC", "2020-01-01", `"yyyy"`,
	"[1, 2]", "[a, b]", "[1, a]", "[5000000000]", "[true]", "[[a]]", "{a: 1}", "{ref: list}", "{ref: unit}", "{ref: fields}", "{ref: seven}", "{ref: window}",
	"{reflist: [list, seven]}",
}

// writer writes random objects.
type writer struct {
	*rand.Rand
	path *classfile.Path
}

func pick[T any](w *writer, from []T) T { return from[w.IntN(len(from))] }

func (w *writer) values(n int) string {
	values := make([]string, n)
	for i := range values {
		values[i] = pick(w, objectValues)
	}
	return "[" + strings.Join(values, ", ") + "]"
}

// method returns the name of a method of the class and how many arguments it takes, in most cases.
func (w *writer) method(class string, prefix string) (string, int) {
	c, err := w.path.Class(class)
	if err != nil {
		return "nothing", 0
	}
	names := slices.DeleteFunc(slices.Clone(w.path.MethodNames(c)), func(name string) bool {
		// These wait for something, or end it.
		return strings.HasPrefix(name, "wait") || slices.Contains([]string{"join", "sleep", "take", "put", "run", "start", "onSpinWait", "suspend", "yield"}, name) ||
			!strings.HasPrefix(name, prefix)
	})
	names = slices.DeleteFunc(names, func(name string) bool { return name == prefix })
	if len(names) == 0 || w.IntN(12) == 0 {
		return prefix + "Nothing", w.IntN(3)
	}
	name := pick(w, names)
	methods, _ := w.path.Methods(c, name)
	params, _ := pick(w, methods).Params()
	return name, w.near(len(params))
}

// near returns n, or sometimes a number beside it.
func (w *writer) near(n int) int {
	if w.IntN(10) == 0 {
		return max(0, n+w.IntN(3)-1)
	}
	return n
}

// object writes the keys of an object.
func (w *writer) object() string {
	class := pick(w, objectClasses)
	var b strings.Builder
	fmt.Fprintf(&b, "    className: %s\n", class)
	if w.IntN(4) == 0 {
		name, n := w.method(class, "")
		fmt.Fprintf(&b, "    factory: %q\n    factoryArgs: %s\n", name, w.values(n))
	} else if c, err := w.path.Class(class); err == nil {
		n := 0
		if all := c.Constructors(); len(all) > 0 {
			params, _ := pick(w, all).Params()
			n = w.near(len(params))
		}
		fmt.Fprintf(&b, "    constructorArgs: %s\n", w.values(n))
	}
	if w.IntN(3) == 0 {
		name, _ := w.method(class, "set")
		name = strings.TrimPrefix(name, "set")
		name = strings.ToLower(name[:min(1, len(name))]) + name[min(1, len(name)):]
		fmt.Fprintf(&b, "    properties: [{name: %q, value: %s}]\n", name, pick(w, objectValues[:23]))
	}
	if w.IntN(3) == 0 {
		name, n := w.method(class, "")
		fmt.Fprintf(&b, "    configMethods: [{name: %q, args: %s}]\n", name, w.values(n))
	}
	return b.String()
}

const objectsHead = `name: t
components:
  - {id: list, className: java.util.ArrayList}
  - {id: unit, className: java.util.concurrent.TimeUnit, factory: valueOf, factoryArgs: [SECONDS]}
  - {id: fields, className: org.apache.storm.tuple.Fields, constructorArgs: [[a, b]]}
  - {id: seven, className: java.lang.Integer, constructorArgs: ["7"]}
  - {id: window, className: org.apache.storm.topology.base.BaseWindowedBolt$Duration, factory: seconds, factoryArgs: [5]}
  - id: random
`

const objectsTail = `spouts:
  - {id: s, className: org.apache.storm.testing.TestWordSpout, outputs: [word]}
bolts:
  - {id: b, className: org.apache.storm.flux.wrappers.bolts.LogInfoBolt}
streams:
  - {from: s, to: b, grouping: {type: SHUFFLE}}
`

// TestClassesAsFlux compares what class files decide with Flux: what validate refuses, Flux refuses too.
func TestClassesAsFlux(t *testing.T) {
	stormtest.Require(t)
	judge, err := stormtest.NewJudge(t.Context(), stormtest.JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := judge.Close(); err != nil {
			t.Error(err)
		}
	})
	path, err := classfile.Open(classfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer path.Close()
	w := &writer{rand.New(rand.NewPCG(1, 2)), path}
	file := filepath.Join(t.TempDir(), "t.yaml")
	const cases = 2000
	var accepted, refused, unseen int
	for range cases {
		yaml := objectsHead + w.object() + objectsTail
		if err := os.WriteFile(file, []byte(strings.Replace(yaml, ", outputs: [word]", "", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, fluxErr := judge.Flux(t.Context(), file, stormtest.FluxOptions{})
		var refusal *stormtest.Refusal
		if fluxErr != nil && !errors.As(fluxErr, &refusal) {
			t.Fatalf("%v\n%s", fluxErr, yaml)
		}
		if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		_, list := command{}.run(t, file)
		isClassRule := func(d *diag.Diagnostic) bool { return d.Severity == diag.Error && slices.Contains(classRules, d.Rule) }
		said := slices.ContainsFunc(list, isClassRule)
		switch {
		case fluxErr == nil && said:
			t.Errorf("Flux accepts it:\n%s%s", yaml, text(t, list))
		case fluxErr == nil:
			accepted++
		case said:
			refused++
		case strings.Contains(refusal.Message, "Couldn't find a suitable") || strings.Contains(refusal.Message, "Unable to find configuration method"):
			unseen++ // mostly of classes of Java: a newer Java may have the method
		}
	}
	t.Logf("%d cases: Flux accepts %d, both refuse %d, only Flux misses a method in %d", cases, accepted, refused, unseen)
	if accepted < cases/10 || refused < cases/4 {
		t.Errorf("too few cases of one kind")
	}
}
