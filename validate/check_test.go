package validate_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/maven"
	"github.com/stormflux/stormflux/internal/settings"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

// command is the arguments that a case or an example is read with.
type command struct {
	load  schema.Options
	check validate.Options
}

// parseArgs understands the options of `stormflux validate` that change what is found.
func parseArgs(t *testing.T, args []string) command {
	t.Helper()
	var c command
	for i := 0; i < len(args); i++ {
		name := args[i]
		value := func() string {
			i++
			if i == len(args) {
				t.Fatalf("option %s needs a value", name)
			}
			return args[i]
		}
		switch name {
		case "-e":
			c.load.Environment = value()
		case "--set":
			k, v, _ := strings.Cut(value(), "=")
			c.load.Set = append(c.load.Set, schema.Assignment{Name: k, Value: v})
		case "-c":
			k, v, err := settings.ParseOption(value())
			if err != nil {
				t.Fatal(err)
			}
			c.load.Config = append(c.load.Config, schema.ConfigOption{Key: k, Value: v})
		case "--name":
			c.load.Name = value()
		case "--filter":
			c.load.Filters = append(c.load.Filters, value())
		case "--resources":
			c.load.Resources = append(c.load.Resources, value())
		case "--allow-outside":
			c.load.AllowOutside = true
		case "--env-filter":
			c.load.EnvFilter = true
		case "--storm-version":
			v, err := settings.ParseVersion(value())
			if err != nil {
				t.Fatal(err)
			}
			c.check.Storm = v
		case "--jar":
			path := value()
			_, err := os.Stat(path)
			if path == "app.jar" && err != nil { // of the example's classes
				c.check.JVM = exampleClasses{}
			} else {
				c.load.Jars = append(c.load.Jars, path)
			}
		case "--java-version":
			n, err := strconv.Atoi(value())
			if err != nil {
				t.Fatal(err)
			}
			c.check.Java = n
		case "--runs-here": // as `stormflux run`
			c.check.RunsHere = true
		case "--skip-files":
			c.check.SkipFiles = true
		default:
			t.Fatalf("unknown option %s", name)
		}
	}
	return c
}

// run loads and checks a file in the working directory.
func (c command) run(t *testing.T, path string) (*validate.Topology, diag.List) {
	t.Helper()
	result := c.result(t, path)
	return result.Topology, result.Diagnostics
}

func (c command) result(t *testing.T, path string) *validate.Result {
	t.Helper()
	doc, loaded, err := schema.Load(t.Context(), path, c.load)
	if err != nil {
		t.Fatal(err)
	}
	c.check.Loaded = loaded
	c.check.Artifacts, c.check.ArtifactsError = exampleArtifacts(validate.Coordinates(doc))
	dependencies, err := exampleArtifacts(validate.DependencyCoordinates(doc))
	if c.check.Dependencies = dependencies; err != nil {
		c.check.ArtifactsError = err
	}
	result, err := validate.Check(t.Context(), doc, c.check)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// exampleArtifacts answers as Maven would: the file of g:a:v is m2/a-v.jar, and it depends on m2/a-needs.jar. Central has no
// version 0, and nobody can reach the repository of the group "far".
func exampleArtifacts(coordinates []maven.Coordinate) (*maven.Resolution, error) {
	if len(coordinates) == 0 {
		return nil, nil
	}
	r := &maven.Resolution{}
	for _, c := range coordinates {
		artifact := c.Group + ":" + c.Artifact + ":jar:" + c.Version
		switch {
		case c.Version == "0":
			return nil, &maven.NotFoundError{Artifact: artifact, Said: "Could not find artifact " + artifact + " in central (https://repo.maven.apache.org/maven2)"}
		case c.Group == "far":
			return nil, &maven.UnreachableError{Said: "Could not transfer artifact " + artifact + " from/to far (https://far.example): Unknown host far.example"}
		case c.OfStorm():
			r.Parts = append(r.Parts, nil)
			continue
		}
		r.Parts = append(r.Parts, []maven.File{
			{Coordinate: c, Path: "m2/" + c.Artifact + "-" + c.Version + ".jar"},
			{Coordinate: maven.Coordinate{Group: "needs", Artifact: c.Artifact, Version: "1-SNAPSHOT"}, Path: "m2/" + c.Artifact + "-needs.jar"},
		})
	}
	return r, nil
}

// writeFiles writes files. Those named "x.jar!/entry" become entries of x.jar.
func writeFiles(t *testing.T, dir string, files []txtar.File) {
	t.Helper()
	jars := map[string][]txtar.File{}
	for _, f := range files {
		if path, entry, ok := strings.Cut(f.Name, "!/"); ok {
			jars[path] = append(jars[path], txtar.File{Name: entry, Data: f.Data})
			continue
		}
		writeFile(t, filepath.Join(dir, filepath.FromSlash(f.Name)), f.Data)
	}
	for path, entries := range jars {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(path)), zipped(t, entries))
	}
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func zipped(t *testing.T, files []txtar.File) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(classFile(f.Data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestCheck runs the archives in testdata. Each *.yaml in the root of an archive is checked; "<name>.want" beside it
// holds what a person sees and what the topology came to. The archive's comment may have lines "args <file>: ...".
// STORMFLUX_UPDATE=1 rewrites the wants.
func TestCheck(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives (%v)", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Abs(name)
			if err != nil {
				t.Fatal(err)
			}
			var inputs, wants, result []txtar.File
			for _, f := range archive.Files {
				if strings.HasSuffix(f.Name, ".want") {
					wants = append(wants, f)
				} else {
					inputs = append(inputs, f)
				}
			}
			dir := t.TempDir()
			writeFiles(t, dir, inputs)
			t.Chdir(dir)
			cases := 0
			for _, f := range inputs {
				result = append(result, f)
				base, isYAML := strings.CutSuffix(f.Name, ".yaml")
				if !isYAML || strings.Contains(base, "/") || f.Name == "stormflux.yaml" || strings.HasPrefix(base, "part-") {
					continue
				}
				cases++
				var args []string
				for line := range strings.Lines(string(archive.Comment)) {
					if rest, ok := strings.CutPrefix(line, "args "+f.Name+":"); ok {
						args = strings.Fields(rest)
					}
				}
				topology, list := parseArgs(t, args).run(t, f.Name)
				var got bytes.Buffer
				if err := diag.Write(&got, list, diag.Options{Format: diag.Text}); err != nil {
					t.Fatal(err)
				}
				if list.HasErrors() != (topology == nil) {
					t.Errorf("%s: topology %v, but errors %v", f.Name, topology != nil, list.HasErrors())
				}
				if topology != nil {
					got.WriteString(described(topology))
				}
				want := ""
				for _, w := range wants {
					if w.Name == base+".want" {
						want = string(w.Data)
					}
				}
				if os.Getenv("STORMFLUX_UPDATE") == "" && got.String() != want {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, got.String(), want)
				}
				result = append(result, txtar.File{Name: base + ".want", Data: got.Bytes()})
			}
			if cases == 0 || len(wants) > cases && os.Getenv("STORMFLUX_UPDATE") == "" {
				t.Errorf("%d cases, %d wants", cases, len(wants))
			}
			if os.Getenv("STORMFLUX_UPDATE") != "" {
				archive.Files = result
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// described writes a topology as the wants have it.
func described(top *validate.Topology) string {
	var b strings.Builder
	fmt.Fprintf(&b, "topology %q storm %s platform %s\n", top.Name, top.Storm, top.Platform)
	for _, s := range top.Config {
		fmt.Fprintf(&b, "  config %s = %#v\n", s.Key, s.Value)
	}
	for _, r := range top.Files {
		fmt.Fprintf(&b, "  resource %q from %q to %q\n", r.Dir, r.From, r.To)
	}
	for _, jar := range top.Jars {
		fmt.Fprintf(&b, "  jar %q\n", jar)
	}
	for _, d := range top.Dependencies {
		fmt.Fprintf(&b, "  dependency %q of %q\n", d.Path, d.Artifact)
	}
	if p := top.Packages; p != nil {
		fmt.Fprintf(&b, "  packages of %q for %d platforms from %q %q %q, only these %t\n",
			p.Requirements, len(p.Platforms), p.IndexURL, p.ExtraIndexURLs, p.FindLinks, p.NoIndex)
	}
	if top.Setup != nil {
		fmt.Fprintf(&b, "  setup %q\n", top.Setup)
	}
	for _, c := range top.Components() {
		fmt.Fprintf(&b, "%s %q parallelism %d", c.Kind, c.ID, c.Parallelism)
		if c.Tasks > 0 {
			fmt.Fprintf(&b, " tasks %d", c.Tasks)
		}
		b.WriteByte('\n')
		var env []validate.EnvVar
		switch runs := c.Implementation.(type) {
		case *validate.GoProgram:
			env = runs.Env
			fmt.Fprintf(&b, "  go dir %q executable %q args %q\n", runs.Dir, runs.Executable, runs.Args)
		case *validate.Command:
			env = runs.Env
			fmt.Fprintf(&b, "  command %q\n", runs.Words)
		case *validate.PythonClass:
			env = runs.Env
			fmt.Fprintf(&b, "  python %q with %q\n", runs.Name(), top.Python.Program())
		case *validate.Class:
			fmt.Fprintf(&b, "  class %s\n", runs.Name)
		}
		for _, e := range env {
			appended := ""
			if e.Append {
				appended = " appended"
			}
			fmt.Fprintf(&b, "  env %s=%q%s\n", e.Name, e.Value, appended)
		}
		for _, s := range c.Config {
			fmt.Fprintf(&b, "  config %s = %#v\n", s.Key, s.Value)
		}
		for _, load := range []struct {
			name  string
			value *float64
		}{{"on-heap", c.OnHeapMemoryLoad}, {"off-heap", c.OffHeapMemoryLoad}, {"cpu", c.CPULoad}} {
			if load.value != nil {
				fmt.Fprintf(&b, "  %s %v\n", load.name, *load.value)
			}
		}
		for _, s := range c.Streams {
			direct := ""
			if s.Direct {
				direct = " direct"
			}
			fmt.Fprintf(&b, "  stream %q %q%s\n", s.ID, s.Fields, direct)
		}
		for _, in := range c.Inputs {
			fmt.Fprintf(&b, "  reads %q %q %s", in.From.ID, in.Stream.ID, in.Grouping.Type())
			if fields := validate.FieldNames(in.Grouping); fields != nil {
				fmt.Fprintf(&b, " %q", fields)
			}
			if custom, ok := in.Grouping.(validate.CustomGrouping); ok {
				fmt.Fprintf(&b, " class %s", custom.Object.ClassName.Text)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}
