// Package stormflux_test holds the rules of the repository itself: which package may import which, that nothing generated
// is left over, and that documents name what exists.
package stormflux_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/diag"
)

const module = "github.com/stormflux/stormflux/"

// mayImport lists, for each package, the packages of this module that its code (tests aside) may import. A package that
// is not listed may import none; "cmd/stormflux", "bench" and the examples may import any.
var mayImport = map[string][]string{
	"diag":                         {},
	"schema/yaml":                  {"diag"},
	"schema/grammar":               {"diag", "schema/yaml"},
	"schema":                       {"diag", "schema/yaml", "schema/grammar", "internal/java", "internal/topology", "internal/jarfile", "internal/maven"},
	"schema/format":                {"diag", "schema/yaml"},
	"schema/shortform":             {"diag", "schema/yaml", "schema/format"},
	"validate":                     {"diag", "schema", "schema/yaml", "internal/classfile", "internal/classfile/declare", "internal/jar", "internal/gobuild", "internal/hooks", "internal/settings", "internal/topology", "internal/maven", "internal/rows", "internal/wheels"},
	"internal/wheels":              {"internal/cachedir"},
	"compiler":                     {"diag", "schema", "schema/yaml", "validate", "internal/topology", "internal/wire", "internal/jar", "internal/gobuild", "internal/settings", "runtime", "sdk/python", "internal/fingerprint", "internal/java", "internal/wheels"},
	"compiler/clojure":             {"diag", "schema", "schema/yaml", "validate", "compiler", "internal/classfile", "internal/classfile/calls", "internal/topology", "internal/java", "internal/settings"},
	"component":                    {"internal/multilang", "internal/java"},
	"component/componenttest":      {"component", "internal/multilang", "internal/java"},
	"internal/java":                {},
	"internal/classfile":           {"internal/jarfile", "internal/java", "internal/settings"},
	"internal/classfile/calls":     {"internal/classfile", "internal/topology"},
	"internal/classfile/declare":   {"internal/classfile", "internal/java", "internal/topology"},
	"internal/classfile/summarize": {"internal/atomicfile", "internal/classfile", "internal/settings", "internal/stormtest"},
	"internal/settings":            {"internal/java"},
	"internal/settings/gen":        {"diag", "schema/yaml", "internal/atomicfile", "internal/java", "internal/settings"},
	"internal/storm":               {},
	"internal/topology":            {},
	"internal/jvm":                 {"runtime", "internal/atomicfile", "internal/cachedir", "internal/jar", "internal/settings", "internal/topology", "internal/wire"},
	"internal/wire":                {"internal/storm", "internal/topology", "internal/java"},
	"internal/multilang":           {"internal/java", "internal/topology"},
	"internal/graph":               {"diag", "validate", "internal/graph/layered", "internal/topology"},
	"internal/graph/layered":       {},
	"internal/graph/live":          {"internal/graph", "internal/nimbus"},
	"internal/jar":                 {"internal/jarfile"},
	"internal/jarfile":             {},
	"internal/maven":               {"internal/atomicfile", "internal/cachedir"},
	"internal/cachedir":            {},
	"internal/rows":                {},
	"internal/running":             {"internal/nimbus", "internal/plan", "internal/topology", "internal/wire"},
	"internal/classes":             {"validate", "internal/jvm", "internal/maven", "internal/stormclient", "internal/topology", "internal/wire"},
	"internal/stormclient":         {"internal/maven", "internal/settings"},
	"internal/gobuild":             {},
	"internal/hooks":               {},
	"internal/atomicfile":          {},
	"internal/autofix":             {"diag", "schema/yaml", "internal/atomicfile"},
	"internal/exception":           {},
	"internal/fingerprint":         {},
	"internal/plan":                {"diag", "internal/fingerprint", "internal/settings", "internal/topology", "internal/wire"},
	"internal/cljform":             {},
	"internal/foreign":             {},
	"internal/foreign/clojuredsl":  {"diag", "internal/cljform", "internal/foreign", "internal/settings", "internal/topology"},
	"internal/foreign/pythondsl":   {"internal/asyaml", "internal/foreign", "internal/topology"},
	"internal/foreign/yamldsl":     {"diag", "schema/yaml", "internal/asyaml", "internal/foreign", "internal/topology"},
	"internal/importer":            {"schema/yaml", "internal/asyaml", "internal/foreign", "internal/foreign/clojuredsl", "internal/foreign/pythondsl", "internal/foreign/yamldsl", "internal/leiningen"},
	"internal/asyaml":              {"compiler", "diag", "schema/format", "schema/yaml", "internal/fingerprint", "internal/java", "internal/settings", "internal/topology"},
	"internal/stormjar":            {"compiler", "internal/jar", "internal/jarfile"},
	"internal/nimbus":              {"internal/exception", "internal/jaas", "internal/keystore", "internal/sasl", "internal/storm", "internal/java", "internal/settings"},
	"internal/nimbus/nimbustest":   {"internal/storm", "internal/nimbus", "internal/settings"},
	"internal/replace":             {"internal/atomicfile", "internal/console", "internal/fingerprint", "internal/java", "internal/nimbus", "internal/storm"},
	"internal/leiningen":           {"compiler/clojure", "internal/cljform", "validate", "internal/atomicfile", "internal/jar", "internal/settings"},
	"internal/console":             {"diag"},
	"internal/runview":             {"diag", "internal/console", "internal/exception", "internal/local", "internal/logviewer", "internal/multilang"},
	"internal/logviewer":           {},
	"internal/project":             {"diag", "schema"},
	"internal/staging":             {"compiler", "validate"},
	"internal/watch":               {"diag", "validate"},
	"internal/testview":            {"diag", "internal/console", "internal/local", "internal/rows", "internal/topologytest"},
	"internal/topologytest":        {"component", "diag", "validate", "internal/exception", "internal/local", "internal/local/clock", "internal/rows", "internal/settings", "internal/topology"},
	"internal/local":               {"internal/exception", "internal/topology", "internal/multilang", "internal/java", "internal/local/clock", "internal/local/host", "internal/local/process", "internal/settings", "internal/wire", "runtime"},
	"internal/local/clock":         {},
	"internal/local/host":          {"internal/local/process"},
	"internal/local/process":       {},
	"internal/stormtest":           {"internal/cachedir", "internal/devcluster", "internal/maven"},
	"internal/stormtest/secured":   {"internal/nimbus", "internal/stormtest"},
	"internal/doctor":              {"internal/devcluster", "internal/jvm", "internal/nimbus", "internal/settings"},
	"internal/devcluster":          {"internal/atomicfile", "internal/cachedir", "internal/maven", "internal/settings"},
	"internal/stormtest/overloads": {"internal/topology"},
	"internal/scaffold":            {"internal/atomicfile", "sdk/node", "sdk/python"},
	"sdk/node":                     {},
	"sdk/python":                   {},
	"runtime":                      {"internal/settings"},
	"runtime/build":                {"internal/jar", "internal/stormtest"},
}

// onlyIn lists libraries that only some packages may import, tests aside.
var onlyIn = map[string][]string{
	"gopkg.in/yaml.v3":                      {"schema/yaml", "bench"},
	"github.com/santhosh-tekuri/jsonschema": {"schema/grammar"},
	"github.com/apache/thrift":              {"internal/storm", "internal/nimbus", "internal/nimbus/nimbustest", "internal/wire", "bench"},
	"github.com/spf13":                      {"cmd/stormflux"},
	"github.com/jedib0t/go-pretty":          {"internal/console"},
	"github.com/mattn/go-isatty":            {"internal/console"},
	"golang.org/x/term":                     {"internal/console"},
	"github.com/schollz/progressbar":        {"internal/console"},
	"github.com/fsnotify/fsnotify":          {"internal/watch"},
	"github.com/jcmturner/gokrb5":           {"internal/sasl", "internal/nimbus"},
	"github.com/pavlo-v-chernykh":           {"internal/keystore"},
	"software.sslmate.com/src/go-pkcs12":    {"internal/keystore"},
}

func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg := strings.TrimPrefix(words[0], module)
		top, _, _ := strings.Cut(pkg, "/")
		for _, path := range words[1:] {
			ours, isOurs := strings.CutPrefix(path, module)
			allowed, known := mayImport[pkg]
			if isOurs && !slices.Contains([]string{"cmd", "bench", "examples"}, top) && !(known && slices.Contains(allowed, ours)) {
				t.Errorf("%s imports %s, which the arrows in docs/architecture.md do not allow", pkg, ours)
			}
			for _, library := range slices.Sorted(maps.Keys(onlyIn)) {
				if (path == library || strings.HasPrefix(path, library+"/")) && !slices.ContainsFunc(onlyIn[library], func(p string) bool {
					return pkg == p || strings.HasPrefix(pkg, p+"/")
				}) {
					t.Errorf("%s imports %s, which belongs in %s only", pkg, path, strings.Join(onlyIn[library], ", "))
				}
			}
		}
	}
}

// No exported variable can change, errors aside: tables are private, and functions return them.
func TestNoExportedVariables(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || path == filepath.Join("internal", "storm")): // Thrift's is generated
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			for _, spec := range vars.Specs {
				for _, id := range spec.(*ast.ValueSpec).Names {
					if id.IsExported() && !strings.HasPrefix(id.Name, "Err") {
						t.Errorf("%s: %s is an exported variable; make it a constant or a function", path, id.Name)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Storm's Python protocol stands three times: Go embeds only files below its package, and a Flux file takes its scripts from the
// folder beside it. The Leiningen example has the schema as `stormflux init` writes it. The copies are equal.
func TestCopiesAreEqual(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for example, source := range map[string]string{
		"examples/resources/multilang.py":                 "internal/leiningen/template/resources/multilang.py",
		"examples/wordcount-mixed/resources/multilang.py": "internal/leiningen/template/resources/multilang.py",
		"examples/leiningen/topology.schema.json":         "schema/grammar/topology.schema.json",
	} {
		if read(example) != read(source) {
			t.Errorf("%s and %s differ", example, source)
		}
	}
}

// Every example has its golden folder, and no golden folder is left of an example that is gone.
func TestGoldenFoldersAreExamples(t *testing.T) {
	var want []string
	examples, err := filepath.Glob("examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		want = append(want, strings.TrimSuffix(filepath.Base(e), ".yaml"))
	}
	slices.Sort(want)
	entries, err := os.ReadDir("golden")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("golden/ has %q, the examples are %q (make update; delete what is left over)", got, want)
	}
}

// Every rule that code reports has a page in diag/rules, and every page is of a rule that code reports.
func TestRulePagesAreRules(t *testing.T) {
	reported := map[string]bool{}
	for _, dir := range []string{"schema/yaml", "schema/grammar", "schema", "validate", "compiler", "compiler/clojure", "cmd/stormflux"} {
		for _, name := range ruleConstants(t, dir) {
			reported[name] = true
		}
	}
	for _, r := range diag.Rules() {
		if !reported[r.Name] {
			t.Errorf("diag/rules/%s.md documents a rule that nothing reports", r.Name)
		}
		delete(reported, r.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(reported)) {
		t.Errorf("rule %q has no page in diag/rules", name)
	}
}

// ruleConstants returns the values of the string constants named rule... or Rule... in a folder's code.
func ruleConstants(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || strings.HasSuffix(path, "_test.go") {
				return true
			}
			for i, id := range spec.Names {
				if !strings.HasPrefix(id.Name, "rule") && !strings.HasPrefix(id.Name, "Rule") || i >= len(spec.Values) {
					continue
				}
				if literal, ok := spec.Values[i].(*ast.BasicLit); ok && literal.Kind == token.STRING {
					value, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					names = append(names, value)
				}
			}
			return true
		})
	}
	return names
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

// Links between documents lead somewhere.
func TestLinks(t *testing.T) {
	for _, doc := range linkedPages(t) {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			target := filepath.Join(filepath.Dir(doc), filepath.FromSlash(string(m[1])))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", doc, m[1], err)
			}
		}
	}
}
