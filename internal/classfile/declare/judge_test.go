package declare

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/classfile"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
)

// truth is what a JVM says.
type truth struct {
	Failure string             `json:"failure"`
	Kind    Kind               `json:"kind"`
	Conf    string             `json:"conf"`
	Streams []*topology.Stream `json:"streams"`
}

// ask returns what a real JVM makes of definitions.
func ask(t *testing.T, classpath []string, definitions []*topology.Definition) []truth {
	t.Helper()
	storm, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := filepath.Abs("../../../runtime/runtime.jar")
	if err != nil {
		t.Fatal(err)
	}
	judge := adapter + string(os.PathListSeparator) + storm
	oracle, err := stormtest.CompileJava(t.Context(), "declare-oracle", os.DirFS("testdata"), "oracle", judge)
	if err != nil {
		t.Fatal(err)
	}
	path := strings.Join(append([]string{oracle, judge}, classpath...), string(os.PathListSeparator))
	cmd := exec.CommandContext(t.Context(), "java", "-XX:+UseSerialGC", "-Xshare:auto", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", path, "stormflux.runtime.Oracle")
	var questions strings.Builder
	for _, d := range definitions {
		questions.Write(wire.FormatDefinition(d))
		questions.WriteByte('\n')
	}
	cmd.Stdin = strings.NewReader(questions.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var answers []truth
	lines := bufio.NewScanner(strings.NewReader(string(out)))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var a truth
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		answers = append(answers, a)
	}
	if len(answers) != len(definitions) {
		t.Fatalf("%d answers for %d questions\n%s", len(answers), len(definitions), stderr.String())
	}
	return answers
}

// differ returns how a declaration differs from the truth; "" if it does not.
func (d Declaration) differ(want truth) string {
	if d.Kind != want.Kind {
		return fmt.Sprintf("kind %s, want %s", d.Kind, want.Kind)
	}
	if len(d.Streams) != len(want.Streams) {
		return fmt.Sprintf("streams %s, want %s", show(d.Streams), show(want.Streams))
	}
	for i := range d.Streams {
		if !reflect.DeepEqual(d.Streams[i], want.Streams[i]) {
			return fmt.Sprintf("streams %s, want %s", show(d.Streams), show(want.Streams))
		}
	}
	var conf map[string]any
	if err := json.Unmarshal([]byte(want.Conf), &conf); err != nil {
		return err.Error()
	}
	got, err := json.Marshal(d.Conf)
	if err != nil {
		return err.Error()
	}
	var plain map[string]any
	if err := json.Unmarshal(got, &plain); err != nil {
		return err.Error()
	}
	if len(plain)+len(conf) > 0 && !reflect.DeepEqual(plain, conf) {
		return fmt.Sprintf("configuration %s, want %s", got, want.Conf)
	}
	return ""
}

func show(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// jarOf puts a folder of class files into a jar.
func jarOf(t testing.TB, folder string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "classes.jar")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	err = w.AddFS(os.DirFS(folder))
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, opts classfile.Options) *classfile.Path {
	t.Helper()
	p, err := classfile.Open(opts)
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

// workerJars returns the jars that Storm has on a worker.
func workerJars(t testing.TB) []string {
	t.Helper()
	folder, err := stormtest.Jars(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	jars, err := fs.Glob(os.DirFS(folder), "*.jar")
	if err != nil {
		t.Fatal(err)
	}
	for i := range jars {
		jars[i] = filepath.Join(folder, jars[i])
	}
	return jars
}

func define(class string, args ...any) *topology.Definition {
	return &topology.Definition{Component: "c", Objects: []*topology.Object{{Class: class, Args: args}}}
}

func (c *testCase) with(steps ...*topology.Step) *testCase {
	c.definition.Root().Steps = steps
	return c
}

func calling(name string, args ...any) *topology.Step {
	return &topology.Step{Method: name, Args: args}
}
func set(name string, v any) *topology.Step { return &topology.Step{Property: name, Args: []any{v}} }

// testCase is a definition of a class of ours. If unknown is set, the interpreter must not claim to know what it declares.
type testCase struct {
	definition *topology.Definition
	unknown    bool
	either     bool // known or not: only a wrong answer is a fault
}

func guess(class string, args ...any) *testCase {
	return &testCase{definition: define("cases."+class, args...), either: true}
}

func known(class string, args ...any) *testCase {
	return &testCase{definition: define("cases."+class, args...)}
}

func never(class string, args ...any) *testCase {
	return &testCase{definition: define("cases."+class, args...), unknown: true}
}

// after adds objects before the last one.
func (c *testCase) after(objects ...*topology.Object) *testCase {
	c.definition.Objects = append(objects, c.definition.Root())
	return c
}

const windowClass = "org.apache.storm.topology.base.BaseWindowedBolt"

func cases() []*testCase {
	count := &topology.Object{Class: windowClass + "$Count", Args: []any{int64(5)}}
	duration := &topology.Object{Class: windowClass + "$Duration", Args: []any{int64(2), "SECONDS"}}
	return []*testCase{
		known("Plain$Constant"), known("Plain$Nothing"), known("Plain$Streams", []any{"a", "b", "c"}),
		known("Plain$Streams", []any{"a", "b"}).with(set("direct", false)),
		known("Plain$Spout"), known("Plain$Spout").with(set("limit", int64(2)), calling("add", "x"), calling("add", "y")),
		known("Plain$Basic"), known("Plain$Windowed"),
		known("Plain$Windowed").after(count, duration).with(calling("withWindow", topology.Ref(0), topology.Ref(1))),
		known("Plain$Windowed").after(duration).with(calling("withTumblingWindow", topology.Ref(0)), calling("withLag", topology.Ref(0)),
			calling("withTimestampField", "ts"), calling("withLateTupleStream", "late")),
		known("Plain$Stateful"), known("Plain$StatefulWindowed"), known("Plain$Shell", []any{"python", "x.py"}),
		never("Plain$Environment"), known("Plain$Harmless", "SECONDS", int64(3)),
		known("Tricky$Numbers"), known("Tricky$Texts"), known("Tricky$Collected"), guess("Tricky$Views"), known("Tricky$Lists"), known("Tricky$Sorting"),
		guess("Tricky$Patterns"), guess("Tricky$Comparing"), guess("Tricky$Streamed"), guess("Tricky$Hidden"), guess("Tricky$Called"), guess("Tricky$Reflected"), known("Tricky$Failures"), known("Tricky$Enums"), guess("Tricky$Mapped"), known("Tricky$Order"),
		known("Tricky$Defaults"), known("Tricky$Lambdas"), known("Tricky$Loops"), known("Tricky$Keys"), guess("Tricky$Inconsistent"), guess("Tricky$Selfish"), known("Tricky$Subclassed"), guess("Tricky$Identity"), guess("Tricky$Guards"),
		known("Tricky$Overloaded", int64(5)), never("Tricky$Ambiguous", int64(5)),
		known("Tricky$Setters").with(set("flag", true), set("char", "x"), set("longs", []any{int64(1), int64(1) << 40}), set("color", "GREEN"),
			set("float", int64(2)), set("map", topology.Map{{Key: "k", Value: int64(1)}, {Key: "a", Value: []any{}}}), set("small", int64(-7)), set("real", 2.5),
			calling("many", "f", 3.9, []any{"r"})),
		{definition: &topology.Definition{Objects: []*topology.Object{{Class: "cases.Tricky$Setters", Factory: "of", Args: []any{"it"}}}}},
	}
}

// What the interpreter says of our classes is what a JVM says, with and without the jars of Storm, for old and new javac.
func TestJudgeCases(t *testing.T) {
	stormtest.Require(t)
	storm, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	for _, release := range []string{"8", "17"} {
		folder, err := stormtest.CompileJava(t.Context(), "declare-cases-"+release, os.DirFS("testdata"), "cases", storm, "--release", release)
		if err != nil {
			t.Fatal(err)
		}
		var definitions []*topology.Definition
		for _, c := range cases() {
			definitions = append(definitions, c.definition)
		}
		truths := ask(t, []string{folder}, definitions)
		jar := jarOf(t, folder)
		for name, opts := range map[string]classfile.Options{
			"without Storm's jars": {Jars: []string{jar}},
			"with Storm's jars":    {Jars: []string{jar}, Platform: workerJars(t)},
		} {
			path := open(t, opts)
			for i, c := range cases() {
				got := Describe(path, c.definition)
				label := fmt.Sprintf("Java %s, %s: %s", release, name, wire.FormatDefinition(c.definition))
				switch {
				case c.unknown && got.Unknown == "":
					t.Errorf("%s: known as %s", label, show(got))
				case c.unknown:
				case c.either && got.Unknown != "":
					t.Logf("%s: %s", label, got.Unknown)
				case got.Unknown != "" && truths[i].Failure == "":
					t.Errorf("%s: %s; a JVM says %s", label, got.Unknown, show(truths[i]))
				case got.Unknown == "" && truths[i].Failure != "":
					t.Errorf("%s: %s; a JVM fails: %s", label, show(got), truths[i].Failure)
				case got.Unknown == "":
					if how := got.differ(truths[i]); how != "" {
						t.Errorf("%s: %s", label, how)
					}
				}
			}
		}
	}
}
