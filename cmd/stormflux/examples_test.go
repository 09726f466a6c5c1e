package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// exampleRuns says how the tests run each topology in examples/. An example in a folder has a README.md there, and each has a
// row in examples/README.md.
var exampleRuns = map[string]exampleRun{
	"examples/flux-wordcount.yaml":          {needs: []string{"python3"}, says: []string{`emitting 100 lines`, `the: 120`}},
	"examples/environments/wordcount.yaml":  {says: []string{`emitting a text`, `the: \d+`}},
	"examples/kafka/topology.yaml":          {elsewhere: "TestKafkaOrders"},
	"examples/leiningen/wordcount.yaml":     {needs: []string{"python3"}, says: []string{`emitting 100 lines`, `the: 120`}},
	"examples/mongodb-cities/topology.yaml": {elsewhere: "TestMongoDBCities"},
	"examples/named-streams/topology.yaml": {
		needs: []string{"java", "mvn", "python3"}, prepare: "mvn -q package",
		says: []string{`measuring 12 rooms`, `floor \d: room \d+ has 31.0 degrees`, `12 rooms: coldest`},
	},
	"examples/redis-top-n/topology.yaml":   {elsewhere: "TestRedisTopN"},
	"examples/rolling-count.yaml":          {needs: []string{"python3"}, says: []string{`emitting a text`, `top words:`}},
	"examples/rolling-words/topology.yaml": {elsewhere: "TestRollingWords"},
	"examples/streams.yaml":                {says: []string{`emitting orders`, `report: \d+ from check/rejected`}},
	"examples/wordcount-python.yaml":       {needs: []string{"python3"}, says: []string{`emitting a text`, `the: 226`}},
	"examples/wordcount-java/topology.yaml": {
		needs: []string{"java", "mvn"}, prepare: "mvn -q package", says: []string{`emitting 104 sentences`, `the: 226`},
	},
	"examples/wordcount-mixed/flux.yaml": {
		needs: []string{"node", "python3"}, says: []string{`emitting ten sentences a second`, `the: \d+`},
	},
	"examples/wordcount-mixed/topology.yaml": {
		needs: []string{"node", "python3"}, says: []string{`emitting ten sentences a second`, `the: \d+`},
	},
	"examples/wordcount-node/topology.yaml": {needs: []string{"node"}, says: []string{`emitting 104 sentences`, `the: 226`}},
	"examples/wordcount.yaml":               {says: []string{`emitting a text`, `the: 226`}},
}

// An exampleRun says how the tests run an example.
type exampleRun struct {
	needs   []string // the programs that must be installed, beside Go
	prepare string   // a command that runs before everything else, in a copy of the example's folder
	args    []string // more arguments of run
	says    []string // what the log has, in this order; the first is what a user sees at the start

	// elsewhere is the test that runs the example in place of TestExamplesRun, because the example needs a server.
	elsewhere string
}

// The tests know how to run every example, and examples/README.md describes each.
func TestExamplesAreListed(t *testing.T) {
	t.Chdir(root)
	list, err := os.ReadFile("examples/README.md")
	if err != nil {
		t.Fatal(err)
	}
	topologies := exampleTopologies(t)
	for _, path := range topologies {
		example, known := exampleRuns[path]
		if !known {
			t.Errorf("exampleRuns in cmd/stormflux/examples_test.go has no %s", path)
		}
		if len(example.says) == 0 && !testExists(t, example.elsewhere) {
			t.Errorf("no test runs %s: there is no %q", path, example.elsewhere)
		}
		page, rowLink := "", strings.TrimPrefix(path, "examples/")
		if dir := filepath.Dir(path); dir != "examples" {
			page = filepath.Join(dir, "README.md")
			if _, err := os.Stat(page); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		row := regexp.MustCompile(`(?m)^\| .*\(` + regexp.QuoteMeta(rowLink) + `\).*$`).FindString(string(list))
		if row == "" && page != "" {
			row = regexp.MustCompile(`(?m)^\| .*\(` + regexp.QuoteMeta(strings.TrimPrefix(filepath.ToSlash(page), "examples/")) + `\).*$`).FindString(string(list))
		}
		if !strings.Contains(row, "(../"+pictureOf(path)+")") {
			t.Errorf("examples/README.md has no row with a link to %s or its README.md, and to its picture ../%s", rowLink, pictureOf(path))
		}
	}
	for path := range exampleRuns {
		if !slices.Contains(topologies, path) {
			t.Errorf("exampleRuns in cmd/stormflux/examples_test.go has %s, which is no topology", path)
		}
	}
}

// needExample skips the test of a page that stands beside an example, if the example cannot run here, or if another test runs it.
func needExample(t *testing.T, dir string) {
	t.Helper()
	for path, example := range exampleRuns {
		if filepath.Dir(path) != dir {
			continue
		}
		for _, program := range example.needs {
			stormtest.RequireProgram(t, program)
		}
		switch page, err := os.ReadFile(filepath.Join(root, dir, "README.md")); {
		case err != nil:
			t.Fatal(err)
		case example.elsewhere != "":
			t.Skip(example.elsewhere + " runs this example")
		case example.prepare != "" && !strings.Contains(string(page), "\n"+example.prepare+" "):
			t.Errorf("the page does not have the command %q", example.prepare)
		case example.prepare != "":
			t.Skip("TestExamplesRun does this in a copy of the folder")
		}
	}
}

// testExists reports whether this package has a test.
func testExists(t *testing.T, name string) bool {
	t.Helper()
	files, err := filepath.Glob("cmd/stormflux/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if name != "" && strings.Contains(string(text), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
