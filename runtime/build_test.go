package jvmruntime_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	random "github.com/stormflux/stormflux/internal/stormtest/overloads"
	"github.com/stormflux/stormflux/internal/topology"
)

// one is a definition of one object.
func one(o topology.Object) *topology.Definition {
	return &topology.Definition{Component: "count", Objects: []*topology.Object{&o}}
}

func kinds(args ...any) *topology.Definition {
	return one(topology.Object{Class: "stormflux.cases.Kinds", Place: "top.yaml:14", Args: args})
}

func overloads(args ...any) *topology.Definition {
	return one(topology.Object{Class: "stormflux.cases.Overloads", Place: "top.yaml:14", Args: args})
}

func factory(name string, args ...any) *topology.Definition {
	return one(topology.Object{Class: "stormflux.cases.Kinds", Place: "top.yaml:14", Factory: name, Args: args})
}

// steps is an object with properties and calls: a step with a name that begins with "set " sets a property.
func steps(list ...*topology.Step) *topology.Definition {
	return one(topology.Object{Class: "stormflux.cases.Kinds", Place: "top.yaml:14", Steps: list})
}

func set(property string, value any) *topology.Step {
	return &topology.Step{Property: property, Args: []any{value}, Place: "top.yaml:15"}
}

func call(method string, args ...any) *topology.Step {
	return &topology.Step{Method: method, Args: args, Place: "top.yaml:16"}
}

func sharing(root topology.Object) *topology.Definition {
	return &topology.Definition{Component: "count", Objects: []*topology.Object{
		{Class: "stormflux.cases.Kinds", ID: "first", Place: "top.yaml:3", Args: []any{"a"}},
		{Class: "stormflux.cases.Kinds", ID: "second", Place: "top.yaml:5", Steps: []*topology.Step{set("peer", topology.Ref(0))}},
		&root,
	}}
}

func integer(text string) *big.Int {
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic(text)
	}
	return n
}

// buildCases are definitions that Flux builds too, with a part of the state that both give.
var buildCases = map[string]struct {
	definition *topology.Definition
	want       string
}{
	"no arguments":        {kinds(), "[ArrayList[String ()]]"},
	"text":                {kinds("é\u2028\"\\\U0001f600"), "String é\u2028\"\\\U0001f600"},
	"every number":        {kinds(int64(1), int64(2), 1.5, 2.5, int64(3), int64(4)), "(int, long, double, float, short, byte)"},
	"whole for fractions": {kinds(int64(1), int64(2), int64(3), int64(1<<24+1), int64(3), int64(4)), "Double 3.0, Float 1.6777216E7"},
	"fractions are cut":   {kinds(-1.9, 2.9, 1.5, 2.5, 3.9, -4.9), "Integer -1, Long 2, Double 1.5, Float 2.5, Short 3, Byte -4"},
	"limits": {kinds(int64(math.MaxInt32), int64(math.MinInt64), math.MaxFloat64, float64(math.MaxFloat32), int64(-32768), int64(127)),
		"Integer 2147483647, Long -9223372036854775808, Double 1.7976931348623157E308, Float 3.4028235E38, Short -32768, Byte 127"},
	"infinities":    {kinds(int64(1), int64(2), math.Inf(-1), math.Inf(1), int64(3), int64(4)), "Double -Infinity, Float Infinity"},
	"not a number":  {kinds(int64(1), int64(2), math.NaN(), math.NaN(), int64(3), int64(4)), "Double NaN, Float NaN"},
	"boxed":         {kinds(int64(1), int64(2)), "Integer 1, Long 2"},
	"enum, boolean": {kinds("SECONDS", true, false), "TimeUnit SECONDS, Boolean true, Boolean false"},
	"arrays, list, map": {kinds([]any{"a", "b"}, []any{int64(1)}, []any{int64(1), "x", []any{1.5}}, topology.Map{{Key: "b", Value: int64(1)}, {Key: "a", Value: nil}}),
		"String[String a, String b], int[Integer 1], ArrayList[Integer 1, String x, ArrayList[Double 1.5]], LinkedHashMap[String b, Integer 1, String a, null]"},
	"supertypes":              {kinds([]any{}, 1.5, int64(1)<<40, []any{int64(1)}, "s"), "Double 1.5, Long 1099511627776, ArrayList[Integer 1], String s"},
	"widened elements":        {overloads([]any{int64(1), int64(1) << 40}, int64(1), int64(2), int64(3)), "(long[], int, int, int), long[Long 1, Long 1099511627776]"},
	"overloads":               {overloads(int64(5)), " 5]]"},
	"enum or text":            {overloads("SECONDS"), " SECONDS]]"},
	"two overloads":           {overloads("a", "b"), ", String a, String b]]"},
	"factory":                 {factory("of", int64(5)), "of(int), Integer 5"},
	"factory with text":       {factory("of", "x"), "of(String), String x"},
	"factory, no args":        {factory("of"), "of()"},
	"another type":            {factory("other", "x"), "StringBuilder x"},
	"static of the JDK":       {one(topology.Object{Class: "java.time.Duration", Factory: "ofSeconds", Args: []any{int64(90)}}), "PT1M30S"},
	"properties":              {steps(set("name", "n"), set("count", 7.9), set("unit", "DAYS"), set("words", []any{"a"})), "setCount(int), Integer 7"},
	"field, no setter for it": {steps(set("text", "c")), "text=String c"},
	"methods of a hidden superclass": {one(topology.Object{Class: "stormflux.cases.Bridges", Steps: []*topology.Step{call("call", "x"), call("call", int64(1))}}),
		"called=String  call(CharSequence) call(int)"},
	"fields":           {steps(set("field", int64(3)), set("wide", int64(4))), "field=Integer 3 wide=Long 4"},
	"calls":            {steps(call("with", "k", []any{"v"}), call("with", int64(3)), call("start"), call("shared", "x")), "start()"},
	"properties first": {steps(set("name", "n"), call("start")), "setName(String), String n], ArrayList[String start()]"},
	"references":       {sharing(topology.Object{Class: "stormflux.cases.Kinds", Args: []any{topology.Ref(0), int64(1), "c", []any{topology.Ref(0), topology.Ref(1)}, "e"}}), "ArrayList[#1, #2 "},
	"setter of a reference": {sharing(topology.Object{Class: "stormflux.cases.Kinds",
		Steps: []*topology.Step{set("peer", topology.Ref(1)), call("with", "x", topology.Ref(0))}}), "setPeer(Kinds), #1 "},
}

func TestBuild(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	g := &random.Generator{Rand: r}
	for i := range 60 {
		var parent *random.Class
		if i >= 20 && i%3 == 0 {
			parent = g.Classes[r.IntN(10)*2]
		}
		g.Classes = append(g.Classes, random.NewClass(r, fmt.Sprint("C", i), parent))
	}
	j := startJudge(t, map[string]string{"Random.java": random.Source(r, g.Classes)})
	t.Run("as Flux", func(t *testing.T) { buildAsFlux(t, j) })
	t.Run("beyond Flux", func(t *testing.T) { buildBeyondFlux(t, j) })
	t.Run("random", func(t *testing.T) { buildRandom(t, j, g) })
}

// What Flux builds, the adapter builds equally. Flux takes the last fitting overload in the order of reflection, which
// is not the order of the source and depends on the JVM. So the cases with overloads do not say which one it is.
func buildAsFlux(t *testing.T, j *judge) {
	for name, c := range buildCases {
		v := j.ask(t, []*topology.Definition{c.definition})[0]
		if v.FluxRefusal != "" || v.Refusal != "" || v.Adapter != v.Flux || !strings.Contains(v.Adapter, c.want) {
			t.Errorf("%s:\nadapter %s%s\nflux    %s%s\nwant    %s", name, v.Adapter, v.Refusal, v.Flux, v.FluxRefusal, c.want)
		}
	}
}

// What Flux cannot build, or gets wrong: the adapter builds it or reports why not.
func buildBeyondFlux(t *testing.T, j *judge) {
	cases := map[string]struct {
		definition *topology.Definition
		want       string // a part of the object's state, or of the refusal
		flux       string // a part of Flux's exception, or of the object's state
	}{
		"overflow":           {kinds(int64(1), int64(2), 1.5, 2.5, int64(70000), int64(4)), "count (top.yaml:14): the constructor (int, long, double, float, short, byte) of class stormflux.cases.Kinds: argument 5: 70000 is out of the range of a short", "Short 4464"},
		"big integer":        {kinds(integer("9223372036854775808"), int64(1)), "argument 1: 9223372036854775808 is out of the range of an Integer", "Integer 0"},
		"infinite float":     {kinds(int64(1), int64(2), 1.5, 1e39, int64(3), int64(4)), "argument 4: 1.0E39 is out of the range of a float", "Infinity"},
		"not an integer":     {kinds(math.NaN(), int64(2)), "argument 1: NaN is out of the range of an Integer", "Integer 0"},
		"infinite integer":   {kinds(math.Inf(1), int64(2)), "argument 1: Infinity is out of the range of an Integer", "Integer 2147483647"},
		"setter overflow":    {steps(set("count", int64(1)<<32)), "count (top.yaml:15): the method setCount(int) of class stormflux.cases.Kinds: argument 1: 4294967296 is out of the range of an int", "Integer 0"},
		"no constructor":     {overloads("a", int64(1), true), "count (top.yaml:14): class stormflux.cases.Overloads has no constructor for (String, Integer, Boolean); it has: (", "Couldn't find a suitable constructor"},
		"unknown constant":   {kinds("SECS", true, true), "argument 1: \"SECS\" is no constant of java.util.concurrent.TimeUnit; known constants: NANOSECONDS, ", "No enum constant"},
		"unknown class":      {one(topology.Object{Class: "a.B", Place: "top.yaml:14"}), "count (top.yaml:14): there is no class a.B in the jar", "ClassNotFoundException"},
		"abstract class":     {one(topology.Object{Class: "stormflux.cases.Abstract"}), "class stormflux.cases.Abstract is abstract, so it has no objects", "IllegalAccessException"},
		"interface":          {one(topology.Object{Class: "java.util.List"}), "interface java.util.List is abstract", "InstantiationException"},
		"instance factory":   {factory("member", "x"), "the method \"member\" of class stormflux.cases.Kinds is not static", "NullPointerException"},
		"no factory":         {factory("nope", "x"), "class stormflux.cases.Kinds has no public static method \"nope\" for (String); it has: none", "suitable static method"},
		"null of a factory":  {factory("nothing"), "\"nothing\" of class stormflux.cases.Kinds returned null", "NullPointerException"},
		"no property":        {steps(set("nope", int64(1))), "count (top.yaml:15): class stormflux.cases.Kinds has neither a public method \"setNope\" with one parameter nor a public field \"nope\"", "NoSuchFieldException"},
		"wrong property":     {steps(set("name", int64(1))), "class stormflux.cases.Kinds has no setter \"setName\" for (Integer); it has: setName(String); argument 1: an Integer is not a String", "NoSuchFieldException"},
		"wrong field":        {steps(set("field", "x")), "the field \"field\" of class stormflux.cases.Kinds: a String is not an int", "IllegalArgumentException"},
		"no method":          {steps(call("nope", "x")), "count (top.yaml:16): class stormflux.cases.Kinds has no public method \"nope\" for (String); it has: none", "Unable to find configuration method"},
		"exception":          {steps(call("fail", "because")), "count (top.yaml:16): \"fail\" of class stormflux.cases.Kinds failed: java.lang.IllegalStateException: because", "InvocationTargetException"},
		"number for text":    {kinds([]any{"a", int64(1)}, []any{int64(1)}, []any{}, topology.Map{}), "argument 1: element 2 of the list: an Integer is not a String", "array element type mismatch"},
		"place of component": {sharing(topology.Object{Class: "a.B"}), "count: there is no class a.B in the jar", "ClassNotFoundException"},

		"converted elements": {overloads(1.5, []any{}, "c", []any{"DAYS"}, []any{[]any{int64(1)}, []any{2.9}}),
			"BigDecimal 1.5, ArrayList[], Character c, java.util.concurrent.TimeUnit[concurrent.TimeUnit DAYS], [I[int[Integer 1], int[Integer 2]]", "Couldn't find a suitable constructor"},
		"empty array":        {kinds([]any{}, []any{}, []any{}, topology.Map{}), "String[], int[]", "IndexOutOfBounds"},
		"field, no setter":   {steps(set("both", "text")), "both=String text", "No enum constant"},
		"field conversions":  {steps(set("field", 2.0), set("unitField", "DAYS"), set("arrayField", []any{int64(1)})), "field=Integer 2", "IllegalArgumentException"},
		"null":               {kinds(nil), "[String (String), null]", "argument shouldn't be null"},
		"fallback":           {overloads(int64(1), int64(2), int64(3)), "(int, int, int)", ""},
		"fallback of arrays": {overloads([]any{"a"}, int64(1), int64(2), int64(3)), "(String[], int, int, int)", ""},
		"ambiguous":          {overloads(nil, nil, nil, nil, nil, nil), "several fit equally well: (", "argument shouldn't be null"},
		"generic interface":  {one(topology.Object{Class: "stormflux.cases.Bridges", Steps: []*topology.Step{call("hold", int64(5))}}), "called=String  hold(Long) 5", ""},
		"wrong for generic":  {one(topology.Object{Class: "stormflux.cases.Bridges", Steps: []*topology.Step{call("hold", "x")}}), "ClassCastException", "InvocationTargetException"},
		"not public":         {one(topology.Object{Class: "stormflux.cases.Hidden", Args: []any{int64(1)}, Steps: []*topology.Step{set("number", int64(2))}}), "number=Integer 2", "IllegalAccessException"},
		"its factory":        {one(topology.Object{Class: "stormflux.cases.Hidden", Factory: "of", Args: []any{int64(1)}}), "number=Integer 1", "IllegalAccessException"},
	}
	for name, c := range cases {
		v := j.ask(t, []*topology.Definition{c.definition})[0]
		if !strings.Contains(v.Adapter+v.Refusal, c.want) || !strings.Contains(v.Flux+v.FluxRefusal, c.flux) {
			t.Errorf("%s:\nadapter %s%s\nwant    %s\nflux    %s%s\nwant    %s", name, v.Adapter, v.Refusal, c.want, v.Flux, v.FluxRefusal, c.flux)
		}
	}
}
