package jvmruntime_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/internal/wire"
	jvmruntime "github.com/stormflux/stormflux/runtime"
)

// verdict is what the adapter and Flux make of the same object: its state, or why there is none.
type verdict struct {
	Adapter     string `json:"adapter"`
	Refusal     string `json:"refusal"`
	Flux        string `json:"flux"`
	FluxRefusal string `json:"fluxRefusal"`
}

// judge is a JVM with the adapter and with Flux.
type judge struct {
	stdin   io.Writer
	answers *bufio.Reader
}

// startJudge starts a JVM with the classes in testdata/java, and with further sources.
func startJudge(t *testing.T, sources map[string]string) *judge {
	t.Helper()
	stormtest.Require(t)
	adapter := unpack(t, settings.Version{})
	storm, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars, stormtest.FluxJars)
	if err != nil {
		t.Fatal(err)
	}
	classes := compile(t, joinPath(adapter, storm), sources)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "java", "-Xmx512m", "-XX:TieredStopAtLevel=1",
		"-cp", joinPath(classes, adapter, storm), "stormflux.runtime.FluxJudge")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		io.Copy(io.Discard, stdout)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the judge: %v\n%s", err, stderr.String())
		}
	})
	return &judge{stdin: stdin, answers: bufio.NewReader(stdout)}
}

// unpack writes the adapter's classes for a release to a folder.
func unpack(t *testing.T, storm settings.Version) string {
	t.Helper()
	classes, err := jvmruntime.Classes(storm)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for _, class := range classes {
		path := filepath.Join(folder, filepath.FromSlash(class.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, class.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// compile compiles the sources of testdata/java and further ones.
func compile(t *testing.T, classpath string, sources map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	files, err := filepath.Glob(filepath.Join("testdata", "java", "*.java"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range sources {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	args := append([]string{"-nowarn", "-encoding", "UTF-8", "-cp", classpath, "-d", folder}, files...)
	if out, err := exec.CommandContext(t.Context(), "javac", args...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	return folder
}

func joinPath(parts ...string) string { return strings.Join(parts, string(os.PathListSeparator)) }

// ask judges definitions, in order.
func (j *judge) ask(t *testing.T, definitions []*topology.Definition) []verdict {
	t.Helper()
	var writing sync.WaitGroup
	writing.Go(func() {
		for _, d := range definitions {
			question, err := json.Marshal(map[string]string{"definition": string(wire.FormatDefinition(d)), "yaml": fluxFile(d)})
			if err == nil {
				_, err = j.stdin.Write(append(question, '\n'))
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer writing.Wait()
	verdicts := make([]verdict, len(definitions))
	for i := range verdicts {
		line, err := j.answers.ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, &verdicts[i])
		}
		if err != nil {
			t.Errorf("reading the judge's answer: %v", err)
			return verdicts
		}
	}
	return verdicts
}

// fluxFile writes a definition as a user of Flux does.
func fluxFile(d *topology.Definition) string {
	var out strings.Builder
	out.WriteString("components:\n")
	for i, o := range d.Objects {
		fmt.Fprintf(&out, "- id: %s\n  className: %s\n", fluxID(d, i), quoted(o.Class))
		args := "constructorArgs"
		if o.Factory != "" {
			fmt.Fprintf(&out, "  factory: %s\n", quoted(o.Factory))
			args = "factoryArgs"
		}
		if len(o.Args) > 0 {
			fmt.Fprintf(&out, "  %s: %s\n", args, fluxList(d, o.Args))
		}
		var properties, methods strings.Builder
		for _, s := range o.Steps {
			if s.Method != "" {
				fmt.Fprintf(&methods, "  - {name: %s, args: %s}\n", quoted(s.Method), fluxList(d, s.Args))
			} else if ref, ok := s.Args[0].(topology.Ref); ok {
				fmt.Fprintf(&properties, "  - {name: %s, ref: %s}\n", quoted(s.Property), fluxID(d, int(ref)))
			} else {
				fmt.Fprintf(&properties, "  - {name: %s, value: %s}\n", quoted(s.Property), fluxValue(d, s.Args[0]))
			}
		}
		if properties.Len() > 0 {
			out.WriteString("  properties:\n" + properties.String())
		}
		if methods.Len() > 0 {
			out.WriteString("  configMethods:\n" + methods.String())
		}
	}
	return out.String()
}

func fluxID(d *topology.Definition, i int) string { return "object-" + strconv.Itoa(i) }

func quoted(text string) string {
	out, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// fluxValue writes a value in YAML's flow style, so that SnakeYAML reads the value of the definition.
func fluxValue(d *topology.Definition, value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		return quoted(value)
	case topology.Ref:
		return "{ref: " + fluxID(d, int(value)) + "}"
	case topology.Map:
		var entries []string
		for _, e := range value {
			entries = append(entries, fluxValue(d, e.Key)+": "+fluxValue(d, e.Value))
		}
		return "{" + strings.Join(entries, ", ") + "}"
	case []any:
		var ids []string
		for _, e := range value {
			if ref, ok := e.(topology.Ref); ok {
				ids = append(ids, fluxID(d, int(ref)))
			}
		}
		if len(ids) > 0 && len(ids) == len(value) {
			return "{reflist: [" + strings.Join(ids, ", ") + "]}"
		}
		return fluxList(d, value)
	case float64:
		switch {
		case math.IsNaN(value):
			return ".nan"
		case math.IsInf(value, 1):
			return ".inf"
		case math.IsInf(value, -1):
			return "-.inf"
		}
		text := strconv.FormatFloat(value, 'e', -1, 64)
		if !strings.Contains(text, ".") { // YAML 1.1 wants a point
			text = strings.Replace(text, "e", ".0e", 1)
		}
		return text
	}
	return fmt.Sprint(value)
}

func fluxList(d *topology.Definition, values []any) string {
	var elements []string
	for _, v := range values {
		elements = append(elements, fluxValue(d, v))
	}
	return "[" + strings.Join(elements, ", ") + "]"
}
