package compiler_test

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/classes"
	"github.com/stormflux/stormflux/internal/stormclient"
	"github.com/stormflux/stormflux/internal/stormtest"
	jvmruntime "github.com/stormflux/stormflux/runtime"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// Flux and stormflux read the same topology from every Flux file of the corpus: the same components with the same objects,
// inputs, streams, parallelism and configuration, and the same worker hooks. What Flux refuses, stormflux refuses. The files
// of known differences say so, and the difference must exist and stand in docs/flux.md.
func TestFluxFilesMeanTheSame(t *testing.T) {
	stormtest.Require(t)
	source, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	cases := fluxCorpus(t)
	f := startFlux(t, source)
	for _, section := range f.sections {
		if !slices.ContainsFunc(cases, func(c *fluxCase) bool { return c.section == section }) {
			t.Errorf("no case shows what docs/flux.md says under %q", section)
		}
	}
	for _, c := range cases {
		t.Run(strings.TrimSuffix(c.name, ".yaml"), func(t *testing.T) { f.judgeCase(t, c) })
	}
}

// Flux accepts a file whose faults Storm finds later. docs/flux.md shows it, and what stormflux reports.
func TestFluxAcceptsWhatStormRefuses(t *testing.T) {
	path, err := filepath.Abs("testdata/late.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := storm.Judge(t).Flux(t.Context(), path, stormtest.FluxOptions{}); err != nil {
		t.Error(err)
	}
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags}); err != nil || result.Topology != nil {
		t.Errorf("stormflux accepts it too (%v)", err)
	}
}

// flux is a JVM with Flux, the classes of the corpus and the adapter, in a folder with all files of the corpus.
type flux struct {
	judge    *stormtest.Judge
	sections []string     // of the known differences in docs/flux.md
	jars     []string     // with the classes of the corpus, and Flux's wrappers
	jvm      validate.JVM // with the judge's Storm
}

// startFlux needs the files of the corpus in the working directory. Source is the folder of this package.
func startFlux(t *testing.T, source string) *flux {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	worker, err := stormtest.Jars(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := stormtest.CompileJava(t.Context(), "flux-corpus", os.DirFS(filepath.Join(source, "testdata/flux")), "java", filepath.Join(worker, "*"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	own := filepath.Join(folder, "corpus.jar")
	writeJar(t, own, compiled)
	fluxJars, err := stormtest.Jars(t.Context(), stormtest.FluxJars)
	if err != nil {
		t.Fatal(err)
	}
	f := &flux{jars: []string{own, filepath.Join(fluxJars, "flux-wrappers-"+stormtest.StormVersion+".jar")}, sections: sections(t, filepath.Join(source, "../docs/flux.md"))}
	adapter := filepath.Join(folder, "adapter.jar")
	if err := os.WriteFile(adapter, jvmruntime.Jar(), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(worker, filepath.Join(folder, "lib-worker")); err != nil {
		t.Fatal(err)
	}
	f.jvm = classes.JVM{Storm: stormclient.Options{Home: folder}}
	f.judge, err = stormtest.NewJudge(context.WithoutCancel(t.Context()), stormtest.JudgeOptions{
		Classpath: []string{compiled, adapter, root}, Dir: root, Env: []string{"FLUX_WORD=from-env"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.judge.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// writeJar packs the class files of a folder.
func writeJar(t *testing.T, path, folder string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	if err := cmp.Or(w.AddFS(os.DirFS(folder)), w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// verdict is what stormflux or Flux makes of a file.
type verdict struct {
	name     string
	conf     json.RawMessage
	topology json.RawMessage // with the objects as Java makes them
	err      error           // why there is no topology

	// Of stormflux only:
	diags     diag.List
	processes map[string]process // of the components that are processes
}

func (f *flux) judgeCase(t *testing.T, c *fluxCase) {
	theirs := f.flux(t, c)
	ours := f.stormflux(t, c, theirs.err == nil)
	if c.section != "" && !slices.Contains(f.sections, c.section) {
		t.Errorf("docs/flux.md does not say under \"What changes\": %q", c.section)
	}
	if rules := rulesOf(ours.diags, diag.Error); !slices.Equal(rules, c.errors) {
		t.Errorf("stormflux reports errors %q, the file says %q:\n%s", rules, c.errors, messages(ours.diags))
	}
	if rules := rulesOf(ours.diags, diag.Warning); !c.anyWarnings && !slices.Equal(rules, c.warnings) {
		t.Errorf("stormflux reports warnings %q, the file says %q:\n%s", rules, c.warnings, messages(ours.diags))
	}
	if accepts := theirs.err == nil; accepts != c.fluxAccepts {
		t.Errorf("the file says that Flux accepts it: %v; it says: %v", c.fluxAccepts, theirs.err)
	}
	if t.Failed() || theirs.err != nil || ours.err != nil {
		return
	}
	if same := sameTopology(ours, theirs); c.otherMeaning && same == "" {
		t.Error("both mean the same: remove the mark, and the text in docs/flux.md")
	} else if !c.otherMeaning && same != "" {
		t.Error(same)
	}
}

// flux asks Flux, and what it accepts, also Nimbus.
func (f *flux) flux(t *testing.T, c *fluxCase) verdict {
	t.Helper()
	opts := stormtest.FluxOptions{Env: c.env}
	if len(c.filters) > 0 {
		opts.Properties = c.filters[0]
	}
	found, err := f.judge.Flux(t.Context(), c.name, opts)
	var refusal *stormtest.Refusal
	if err != nil && !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	if err != nil {
		return verdict{err: err}
	}
	nimbus := f.judge.ValidateTopology(t.Context(), stormtest.Submission{
		Name: found.Name, Conf: string(found.Conf), Topology: found.Thrift, Protocol: stormtest.Binary,
	})
	if (nimbus == nil) == c.nimbusRefuses {
		t.Errorf("the file says that Nimbus refuses it: %v; it says: %v", c.nimbusRefuses, nimbus)
	}
	return verdict{name: found.Name, conf: found.Conf, topology: found.Topology}
}

// stormflux compiles a case. With made, a worker's JVM makes its objects.
func (f *flux) stormflux(t *testing.T, c *fluxCase, made bool) verdict {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), c.name, schema.Options{
		Filters: c.filters, EnvFilter: c.env, Jars: f.jars,
		LookupEnv: func(name string) (string, bool) { return "from-env", name == "FLUX_WORD" },
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, JVM: f.jvm})
	if err != nil {
		t.Fatal(err)
	}
	out := verdict{diags: result.Diagnostics}
	if result.Topology == nil {
		out.err = errors.New("stormflux reports errors")
		return out
	}
	program := compiler.Compile(result.Topology, compiler.Options{})
	conf := maps.Clone(program.Topology.Conf)
	for _, a := range program.Added {
		delete(conf, a.Key)
	}
	if out.conf, err = json.Marshal(conf); err != nil {
		t.Fatal(err)
	}
	out.name, out.processes = program.Topology.Name, map[string]process{}
	for _, c := range result.Topology.Components() {
		if command, ok := c.Implementation.(*validate.Command); ok {
			p := process{Words: command.Words, Env: map[string]string{}}
			for _, e := range command.Env {
				p.Env[e.Name] = e.Value
			}
			out.processes[c.ID] = p
		}
	}
	if !made {
		return out
	}
	if out.topology, err = f.judge.MakeTopology(t.Context(), encode(t, program, compiler.Binary), stormtest.Binary); err != nil {
		t.Errorf("a worker cannot make its objects: %v", err)
	}
	return out
}

// sameTopology returns how two topologies differ, or "".
func sameTopology(ours, theirs verdict) string {
	var differences strings.Builder
	differ := func(what string, our, their any) {
		if o, f := canonicalJSON(our), canonicalJSON(their); o != f {
			fmt.Fprintf(&differences, "%s: stormflux has\n  %s\nFlux has\n  %s\n", what, o, f)
		}
	}
	differ("name", ours.name, theirs.name)
	differ("config", ours.conf, theirs.conf)
	type topology struct {
		Spouts, Bolts map[string]map[string]any
		Hooks         []any `json:"worker_hooks"`
	}
	var a, b topology
	if err := cmp.Or(json.Unmarshal(ours.topology, &a), json.Unmarshal(theirs.topology, &b)); err != nil {
		return err.Error()
	}
	differ("spouts", slices.Sorted(maps.Keys(a.Spouts)), slices.Sorted(maps.Keys(b.Spouts)))
	differ("bolts", slices.Sorted(maps.Keys(a.Bolts)), slices.Sorted(maps.Keys(b.Bolts)))
	if len(a.Hooks)+len(b.Hooks) > 0 {
		differ("worker hooks", a.Hooks, b.Hooks)
	}
	for _, components := range [][2]map[string]map[string]any{{a.Spouts, b.Spouts}, {a.Bolts, b.Bolts}} {
		for _, id := range slices.Sorted(maps.Keys(components[0])) {
			our, their := components[0][id], components[1][id]
			differ(id+"'s common part", our["common"], their["common"])
			ourObject, theirObject := cmp.Or(our["spout_object"], our["bolt_object"]), cmp.Or(their["spout_object"], their["bolt_object"])
			if p, ok := ours.processes[id]; ok { // Flux's wrapper; here, Storm's shell component, a launcher or the adapter
				ourObject, theirObject = p, processIn(theirObject)
			}
			differ(id+"'s object", ourObject, theirObject)
		}
	}
	return differences.String()
}

func canonicalJSON(v any) string {
	text, err := json.Marshal(v) // sorts the keys of maps
	if err != nil {
		panic(err)
	}
	var again any
	if json.Unmarshal(text, &again) != nil {
		panic("compiler: JSON that cannot be read")
	}
	text, _ = json.Marshal(again)
	return string(text)
}

// process is the process of a component.
type process struct {
	Words []string          `json:"words"`
	Env   map[string]string `json:"env,omitempty"`
}

// processIn finds the process in an object of a component, as Java's reflection shows it.
func processIn(object any) process {
	p := process{Env: map[string]string{}}
	m, _ := object.(map[string]any)
	if serialized, ok := m["serialized_java"].(map[string]any); ok {
		p.read(serialized)
	}
	return p
}

func (p *process) read(object map[string]any) {
	fields, _ := object["fields"].(map[string]any)
	for name, value := range fields {
		inside, _ := value.(map[string]any)
		switch strings.TrimPrefix(name, "_") {
		case "command":
			words, _ := inside["items"].([]any)
			for _, w := range words {
				p.Words = append(p.Words, fmt.Sprint(w))
			}
		case "env":
			entries, _ := inside["entries"].([]any)
			for _, e := range entries {
				pair := e.([]any)
				p.Env[fmt.Sprint(pair[0])] = fmt.Sprint(pair[1])
			}
		default:
			p.read(inside)
		}
	}
}

func rulesOf(diags diag.List, severity diag.Severity) []string {
	var rules []string
	for _, d := range diags {
		if d.Severity == severity {
			rules = append(rules, d.Rule)
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// sections returns the anchors of the sections below "What changes".
func sections(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "\n## What changes\n")
	part, _, _ = strings.Cut(part, "\n## ")
	var anchors []string
	for line := range strings.Lines(part) {
		if title, ok := strings.CutPrefix(line, "### "); ok {
			anchors = append(anchors, strings.ReplaceAll(strings.ToLower(strings.TrimSpace(title)), " ", "-"))
		}
	}
	return anchors
}
