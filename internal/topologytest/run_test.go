//go:build unix

package topologytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/component"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// The components of these tests are this test binary itself: it runs again with the name of a component.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "component" {
		runComponent(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

func runComponent(name string) {
	switch name {
	case "numbers":
		n := 0
		component.RunSpout(component.SpoutFunc(func(out *component.SpoutCollector) error {
			if n++; n%2 == 0 { // every second call has nothing
				out.EmitID(strconv.Itoa(n), n)
			}
			return nil
		}))
	case "split":
		component.RunBasicBolt(component.BasicBoltFunc(split))
	case "count":
		component.RunBasicBolt(&count{words: map[string]int{}})
	case "later":
		component.RunBolt(component.BoltFunc(func(t *component.Tuple, out *component.Collector) error {
			go func() {
				time.Sleep(50 * time.Millisecond)
				out.Emit(t, t.Values()[0])
				out.Ack(t)
			}()
			return nil
		}))
	}
}

func split(t *component.Tuple, out *component.BasicCollector) error {
	switch text := t.String(0); text {
	case "":
		return errors.New("no words")
	case "boom":
		panic("boom")
	case "hang":
		select {}
	case "bad":
		out.Send(component.Emission{Stream: "nowhere", Values: []any{text}})
	default:
		for _, word := range strings.Fields(text) {
			out.Emit(word)
		}
		out.Context().Logger().Info("split " + text)
	}
	return nil
}

type count struct {
	words map[string]int
	order []string
}

func (c *count) Execute(t *component.Tuple, out *component.BasicCollector) error {
	word := t.String(0)
	if c.words[word]++; c.words[word] == 1 {
		c.order = append(c.order, word)
	} else {
		out.Send(component.Emission{Stream: "again", Values: []any{word}})
	}
	return nil
}

func (c *count) Tick(_ *component.Tuple, out *component.BasicCollector) error {
	for _, word := range c.order {
		out.Emit(word, c.words[word])
	}
	return nil
}

// program compiles testdata/tests.yaml.
func program(t *testing.T) (*compiler.Program, *validate.Topology) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "tests.yaml")
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{Set: []schema.Assignment{{Name: "exe", Value: exe}}})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, SkipFiles: true})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		t.Fatal(result.Diagnostics.Err())
	}
	return compiler.Compile(result.Topology, compiler.Options{}), result.Topology
}

// stage writes the launchers of the program.
func stage(t *testing.T, p *compiler.Program) string {
	t.Helper()
	dir := t.TempDir()
	for _, l := range p.Launchers {
		path := filepath.Join(dir, filepath.FromSlash(l.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(l.Text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var folders = regexp.MustCompile(`\(\S*/`)

// TestRun runs the tests of testdata/tests.yaml. Each says in `x-want` how it fails; it passes without this key.
func TestRun(t *testing.T) {
	p, top := program(t)
	for i, test := range top.Tests {
		t.Run(test.Name, func(t *testing.T) {
			t.Parallel()
			var want []string
			for _, line := range top.Source.Tests[i].Value.Get("x-want").Scalars() {
				want = append(want, line.Text)
			}
			opts := Options{Topology: p.Topology, Resources: stage(t, p), Storm: p.Storm}
			if strings.HasPrefix(test.Name, "hangs") {
				opts.Timeout = 3 * time.Second
			}
			r, err := Run(t.Context(), test, opts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range r.Failures {
				line := 0
				if !f.Span.IsZero() {
					line = f.Span.File.Position(f.Span.Start).Line - test.Span.File.Position(test.Span.Start).Line
				}
				summary := folders.ReplaceAllString(f.Summary, "(") // they depend on the flags of the build
				got = append(got, fmt.Sprintf("%d: %s", line, summary))
				got = append(got, f.Notes...)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// TestTenHours checks that ten hours of ticks, one a minute, take about a second.
func TestTenHours(t *testing.T) {
	p, top := program(t)
	for _, test := range top.Tests {
		if test.Name != "ten hours" {
			continue
		}
		r, err := Run(t.Context(), test, Options{Topology: p.Topology, Resources: stage(t, p), Storm: p.Storm})
		if err != nil || len(r.Failures) > 0 {
			t.Fatal(err, r)
		}
		t.Logf("ten hours in %s", r.Elapsed)
		if r.Elapsed > 20*time.Second { // the machine may be busy
			t.Errorf("ten hours took %s", r.Elapsed)
		}
		return
	}
	t.Error("there is no such test")
}

func TestCancelled(t *testing.T) {
	p, top := program(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Run(ctx, top.Tests[0], Options{Topology: p.Topology, Resources: stage(t, p), Storm: p.Storm}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", r, err)
	}
}
