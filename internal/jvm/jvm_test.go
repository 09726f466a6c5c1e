package jvm_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/jvm"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
)

var storm stormtest.Shared

// fakeJava is the environment variable with the answer of this test binary when it plays java.
const fakeJava = "STORMFLUX_TEST_FAKE_JAVA"

func TestMain(m *testing.M) {
	if answer, ok := os.LookupEnv(fakeJava); ok {
		io.Copy(io.Discard, os.Stdin)
		fmt.Fprintln(os.Stderr, "a line of the log")
		fmt.Print(answer)
		os.Exit(0)
	}
	os.Exit(storm.Main(m))
}

// options returns Java with the classes in testdata/java and an empty cache.
func options(t *testing.T) jvm.Options {
	t.Helper()
	stormtest.Require(t)
	client, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := stormtest.CompileJava(t.Context(), "jvm", os.DirFS("testdata"), "java", client)
	if err != nil {
		t.Fatal(err)
	}
	return jvm.Options{ClassPath: []string{classes, client}, Cache: t.TempDir()}
}

// object is a question about an object of a class in testdata/java.
func object(class string, args ...any) jvm.Question {
	o := &topology.Object{Class: "stormflux.cases.Declared$" + class, Place: "top.yaml:3", Args: args}
	return jvm.Question{Definition: &topology.Definition{Component: "it", Objects: []*topology.Object{o}}}
}

func with(q jvm.Question, role jvm.Role, steps ...*topology.Step) jvm.Question {
	q.Role, q.Definition.Objects[0].Steps = role, steps
	return q
}

func stream(id string, direct bool, fields ...string) *topology.Stream {
	return &topology.Stream{ID: id, Direct: direct, Fields: append([]string{}, fields...)}
}

// withoutJava makes any further start of a JVM fail.
func withoutJava(opts jvm.Options) jvm.Options {
	opts.Java = filepath.Join("no", "such", "java")
	return opts
}

func TestDescribe(t *testing.T) {
	opts := options(t)
	cases := []struct {
		question jvm.Question
		want     jvm.Description
	}{
		{object("Words", []any{"x", "y"}), jvm.Description{
			Kind: "IRichSpout", Streams: []*topology.Stream{stream("z", true, "a"), stream("default", false, "x", "y"), stream("b", false)},
			Conf: map[string]any{"n": int64(5), "x": 1.0, "list": []any{"é"}},
		}},
		{with(object("Words", []any{}), jvm.Spout), jvm.Description{
			Kind: "IRichSpout", Streams: []*topology.Stream{stream("z", true, "a"), stream("default", false), stream("b", false)},
			Conf: map[string]any{"n": int64(5), "x": 1.0, "list": []any{"é"}},
		}},
		{with(object("Windowed"), jvm.Bolt, &topology.Step{Method: "withTimestampField", Args: []any{"at"}}, &topology.Step{Method: "withLateTupleStream", Args: []any{"late"}}),
			jvm.Description{
				Kind: "IWindowedBolt", Streams: []*topology.Stream{stream("late", false, "late_tuple"), stream("default", false, "w")},
				Conf: map[string]any{"topology.bolts.late.tuple.stream": "late"},
			}},
		{object("Stateful"), jvm.Description{Kind: "IStatefulBolt", Streams: []*topology.Stream{stream("default", false, "s")}}},
		{with(object("First"), jvm.Grouping), jvm.Description{}},
		{with(object("Greet"), jvm.Hook), jvm.Description{}},
		{object("Twice"), jvm.Description{Fails: "java.lang.IllegalArgumentException: Fields for default already set"}},
		{object("Windowed", "x"), jvm.Description{Fails: "class stormflux.cases.Declared$Windowed has no constructor for (String); it has: ()"}},
		{object("Nope"), jvm.Description{Fails: "there is no class stormflux.cases.Declared$Nope in the jar"}},
		{object("First"), jvm.Description{Fails: "class stormflux.cases.Declared$First is not a spout or bolt: it does not implement an interface of theirs"}},
		{with(object("Stateful"), jvm.Spout), jvm.Description{Fails: "class stormflux.cases.Declared$Stateful is not a spout: it does not implement IRichSpout"}},
		{with(object("First"), jvm.Bolt), jvm.Description{
			Fails: "class stormflux.cases.Declared$First is not a bolt: it implements neither IRichBolt nor IBasicBolt, IWindowedBolt or IStatefulBolt",
		}},
		{with(object("Greet"), jvm.Grouping), jvm.Description{Fails: "class stormflux.cases.Declared$Greet is not a grouping: it does not implement CustomStreamGrouping"}},
		{with(object("First"), jvm.Hook), jvm.Description{Fails: "class stormflux.cases.Declared$First is not a worker hook: it does not implement IWorkerHook"}},
	}
	var all, good []jvm.Question
	for _, c := range cases {
		all = append(all, c.question)
		if c.want.Fails == "" {
			good = append(good, c.question)
		}
	}
	got, err := jvm.Describe(t.Context(), all, opts)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if c.want.Fails == "" {
			c.want.Class = c.question.Definition.Root().Class
		}
		if !reflect.DeepEqual(got[i], c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", c.question.Definition.Root().Class, show(got[i]), show(c.want))
		}
	}
	for i := range good { // a place says nothing about a class
		good[i].Definition.Component, good[i].Definition.Root().Place = "other", "other.yaml:9"
	}
	again, err := jvm.Describe(t.Context(), good, withoutJava(opts))
	if err != nil || !reflect.DeepEqual(again, got[:len(good)]) {
		t.Errorf("the cache gives %s, %v", show(again), err)
	}
	if _, err := jvm.Describe(t.Context(), all, withoutJava(opts)); err == nil {
		t.Error("the cache keeps what fails")
	}
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// A JVM that gives no answer is an error, with what it printed.
func TestDescribeEnds(t *testing.T) {
	opts := options(t)
	_, err := jvm.Describe(t.Context(), []jvm.Question{object("Exits")}, opts)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "good bye") {
		t.Errorf("an end of the JVM: %v", err)
	}
	opts.Timeout = 3 * time.Second
	_, err = jvm.Describe(t.Context(), []jvm.Question{object("Waits")}, opts)
	if err == nil || !strings.Contains(err.Error(), "no answer after 3s") {
		t.Errorf("no answer: %v", err)
	}
	t.Setenv("JAVA_HOME", "")
	t.Setenv("PATH", t.TempDir())
	if _, err = jvm.Describe(t.Context(), []jvm.Question{object("Stateful")}, opts); !errors.Is(err, jvm.ErrNoJava) {
		t.Errorf("without java: %v", err)
	}
}

// What a class builds is the topology that Flux builds with it.
func TestBuild(t *testing.T) {
	opts := options(t)
	source := func(class, method string, conf topology.Map, args ...any) jvm.Source {
		return jvm.Source{Definition: object(class, args...).Definition, Method: method, Config: conf}
	}
	fromMap := source("FromMap", "", topology.Map{{Key: "id", Value: "words"}, {Key: "n", Value: int64(3)}})
	for want, s := range map[string]jvm.Source{
		`"spouts":{"words":{"common":{"inputs":[],"parallelism_hint":3,`: fromMap,
		`"$mastercoord-bg0":`: source("FromConfig", "trident", nil, int64(2)),
	} {
		thrift, err := jvm.Build(t.Context(), s, opts)
		if err != nil {
			t.Error(err)
			continue
		}
		text, err := storm.Judge(t).ReadTopology(t.Context(), thrift, stormtest.Binary)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s, %v\nwant %s", text, err, want)
		}
		again, err := jvm.Build(t.Context(), s, withoutJava(opts))
		if err != nil || string(again) != string(thrift) {
			t.Errorf("the cache gives %d bytes, %v", len(again), err)
		}
	}
	for want, s := range map[string]jvm.Source{
		"the method \"none\" returned null":        source("FromMap", "none", nil),
		"java.lang.IllegalStateException: because": source("FromMap", "broken", nil),
		`class stormflux.cases.Declared$FromMap has no public method "nope" that takes a Map or a Config and returns a StormTopology`: source("FromMap", "nope", nil),
		"has no constructor for (String); it has: (int); argument 1: a String is not an int":                                          source("FromConfig", "trident", nil, "x"),
	} {
		_, err := jvm.Build(t.Context(), s, opts)
		var wrong *jvm.BuildError
		if !errors.As(err, &wrong) || !strings.Contains(wrong.Reason, want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// The answer depends on what is on the class path, not on where it is.
func TestContentOfClassPath(t *testing.T) {
	opts := options(t)
	classes := opts.ClassPath[0]
	jarFile := filepath.Join(t.TempDir(), "a.jar")
	pack := func(extra string) {
		args := []string{"--create", "--file", jarFile, "-C", classes, "stormflux"}
		if extra != "" {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "extra"), []byte(extra), 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, "-C", dir, "extra")
		}
		if out, err := exec.CommandContext(t.Context(), "jar", args...).CombinedOutput(); err != nil {
			t.Fatalf("jar: %v\n%s", err, out)
		}
	}
	question := []jvm.Question{object("Stateful")}
	ask := func(opts jvm.Options) error {
		_, err := jvm.Describe(t.Context(), question, opts)
		return err
	}
	pack("one")
	opts.ClassPath[0] = jarFile
	if err := ask(opts); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "b.jar")
	if err := os.Rename(jarFile, moved); err != nil {
		t.Fatal(err)
	}
	opts.ClassPath[0] = moved
	if err := ask(withoutJava(opts)); err != nil {
		t.Errorf("a jar at another place: %v", err)
	}
	pack("two") // of the same size
	opts.ClassPath[0] = jarFile
	if err := ask(withoutJava(opts)); err == nil {
		t.Error("the answer of another jar counts")
	}
	opts.ClassPath[0] = filepath.Join(t.TempDir(), "none.jar")
	if err := ask(opts); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing jar: %v", err)
	}
}

// What a JVM answers is checked, and kept if it describes a component.
func TestAnswers(t *testing.T) {
	for answer, want := range map[string]string{
		"":                              "the JVM ended without an answer; it printed:\na line of the log",
		"x":                             "reading the answer of the JVM: invalid character 'x'",
		`{"components":[]}`:             "0 answers for 1 components",
		`{"components":[{"conf":"["}]}`: "reading a configuration",
		`{"components":[{"class":"a.B","kind":"IRichBolt","streams":[{"id":"s","fields":[],"direct":true}],"conf":"{\"a\":1}"}]}`: "",
		`{"components":[{"error":"because"}]}`: "fails: because",
	} {
		t.Setenv(fakeJava, answer)
		opts := jvm.Options{Java: os.Args[0], Cache: t.TempDir()}
		for range 2 {
			got, err := jvm.Describe(t.Context(), []jvm.Question{object("Any")}, opts)
			switch {
			case err == nil && got[0].Fails != "":
				err = errors.New("fails: " + got[0].Fails)
			case err == nil && !reflect.DeepEqual(got[0], jvm.Description{
				Class: "a.B", Kind: "IRichBolt", Streams: []*topology.Stream{stream("s", true)}, Conf: map[string]any{"a": int64(1)},
			}):
				t.Errorf("%s: %s", answer, show(got))
			}
			if text := fmt.Sprint(err); (want == "") != (err == nil) || !strings.Contains(text, want) && err != nil {
				t.Errorf("%s: %v, want %q", answer, err, want)
			}
			if want == "" {
				opts = withoutJava(opts)
			}
		}
	}
}
