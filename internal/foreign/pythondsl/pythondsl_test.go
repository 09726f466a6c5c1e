package pythondsl_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/foreign/pythondsl"
)

// project writes files and returns the path of the first one.
func project(t *testing.T, files ...string) string {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, filepath.FromSlash(files[0]))
}

func read(t *testing.T, path, class string) string {
	t.Helper()
	d, err := pythondsl.Read(t.Context(), path, class)
	if err != nil {
		t.Fatal(err)
	}
	return string(asyaml.Write(d))
}

const streamparseComponents = `import no_such_library
from no_such_library.client import connect, Client
from streamparse import Bolt, Spout, Stream
class Words(Spout):
    outputs = ["word"]
class Count(Bolt):
    outputs = [Stream(fields=["word", "count"]), Stream(fields=["word"], name="late", direct=True)]
    config = {"topology.tick.tuple.freq.secs": 5}
class Sink(Bolt):
    client = Client(retries=connect.MANY)
`

// Topology classes are read without streamparse, and without the libraries of their components.
func TestStreamparse(t *testing.T) {
	path := project(t, "topologies/words.py", `import logging
from streamparse import Grouping, JavaBolt, ShellBolt, Stream, Topology
from bolts.all import Count, Sink, Words
print("hello")
class WordCount(Topology):
    config = {"topology.workers": 2, "rate": 0.5}
    words = Words.spec(name="word-spout")
    count = Count.spec(inputs={words: Grouping.fields("word")}, par=3)
    late = Sink.spec(inputs=[count["late"], words], par={"prod": 4, "beta": 1})
    script = ShellBolt.spec(command="bash", script="x.sh", inputs={count["default"]: Grouping.ALL})
    java = JavaBolt.spec(full_class_name="com.example.Bolt", args_list=[1, "a"], inputs=[count],
                         outputs=[Stream(fields=["x"])])
`, "src/bolts/__init__.py", "", "src/bolts/all.py", streamparseComponents)
	want := `# Written by stormflux import from words.py (streamparse).
name: words

config:
  rate: 0.5
  topology.workers: 2

spouts:
  word-spout:
    python: bolts.all.Words
    outputs: [word]

bolts:
  count:
    python: bolts.all.Count
    parallelism: 3
    tick: 5s
    inputs:
      - from: word-spout
        grouping: {fields: [word]}
    outputs:
      default: [word, count]
      late: {fields: [word], direct: true}

  # Its parallelism differs between environments: {"beta":1,"prod":4}. Write it into stormflux.yaml.
  late:
    python: bolts.all.Sink
    inputs:
      - from: count
        stream: late
        grouping: direct
      - from: word-spout

  script:
    command: [bash, x.sh]
    inputs:
      - from: count
        grouping: all

  java:
    className: com.example.Bolt
    constructorArgs: [1, a]
    inputs: [count]
    outputs: [x]
`
	if got := read(t, path, ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// create.py is read without Petrel.
func TestPetrel(t *testing.T) {
	path := project(t, "create.py", `from words import Words, Split
def create(builder):
    builder.setSpout("words", Words(), 1)
    builder.setBolt("split", Split(), 2).fieldsGrouping("words", ["sentence"]).globalGrouping("words", streamId="late")
    builder.addOutputStream("words", "late", ["x"])
`, "words.py", `from petrel import storm
from petrel.emitter import Spout, BasicBolt
log = storm.Log if hasattr(storm, "Log") else None
class Words(Spout):
    def __init__(self):
        super(Words, self).__init__(script=__file__)
    @classmethod
    def declareOutputFields(cls):
        return ["sentence"]
class Split(BasicBolt):
    def __init__(self):
        super(Split, self).__init__(script=__file__)
    def declareOutputFields(self):
        return []
    def getComponentConfiguration(self):
        return {"topology.tick.tuple.freq.secs": 1}
`)
	want := `spouts:
  words:
    python: words.Words
    outputs:
      default: [sentence]
      late: [x]

bolts:
  split:
    python: words.Split
    parallelism: 2
    tick: 1s
    inputs:
      - from: words
        grouping: {fields: [sentence]}
      - from: words
        stream: late
        grouping: global
`
	if got := read(t, path, ""); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What is wrong in a file is one fault, with the line of the file.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"x = 1\n":                 "neither a Topology class of streamparse nor a function create(builder) of Petrel",
		"x = 1\ny = (":            "topology.py:2:1: SyntaxError",
		"x = 1\n\n1 / 0":          "topology.py:3:1: ZeroDivisionError",
		"import sys\nsys.exit(3)": "exit(3)",
		"from streamparse import Topology\nclass A(Topology): pass\nclass B(Topology): pass":                                    "several topologies: A, B",
		"from streamparse import JavaBolt, Topology\nclass A(Topology):\n    b = JavaBolt.spec(name='b', serialized_java=b'x')": "topology.py:3:1: b is a serialised Java object",
		"def create(b):\n    b.addOutputStream('x', 's', [])":                                                                   "topology.py:2:1: addOutputStream names the unknown component 'x'",
	} {
		_, err := pythondsl.Read(t.Context(), project(t, "topology.py", text), "")
		if _, ok := errors.AsType[*foreign.Fault](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
	path := project(t, "topology.py", "from streamparse import Spout, Topology\nclass A(Topology): pass\nclass B(Topology):\n    s = Spout.spec()")
	if got := read(t, path, "B"); !strings.Contains(got, "name: topology\n") {
		t.Error(got)
	}
}

// A component whose class is not here could be a spout or a bolt with any outputs. So nothing is written, and all missing modules
// are reported at once.
func TestMissingModules(t *testing.T) {
	const looks = "; python3 looks beside the file, in src of its project, and among its own packages"
	for name, test := range map[string]struct {
		text, want string
		more       []string
	}{
		"classes": {
			`from streamparse import Grouping, Topology
from bolts.wordcount import WordCountBolt
import spouts.words as words
class A(Topology):
    word = words.Words.spec()
    count = WordCountBolt.spec(inputs={word["late"]: Grouping.fields("word")}, par=2)
`, `topologies/wc.py:5:1: no module "spouts.words" for "word", no module "bolts.wordcount" for "count"` + looks, nil,
		},
		"one of two classes": {
			`from streamparse import Topology
from parts import Words
from other import Count
class A(Topology):
    words = Words.spec()
    count = Count.spec(inputs=[words])
`, `topologies/wc.py:6:1: no module "other" for "count"` + looks, []string{"src/parts.py", "from streamparse import Spout\nclass Words(Spout): outputs = ['word']\n"},
		},
		"a base class": {
			`from streamparse import Topology
from parts import Words
class A(Topology):
    words = Words.spec()
`, `topologies/wc.py:4:1: no module "company.storm" for "words"` + looks, []string{"src/parts.py", "from company.storm import BaseSpout\nclass Words(BaseSpout): outputs = ['word']\n"},
		},
		"a decorator": {
			`from streamparse import Topology
from parts import Words
class A(Topology):
    words = Words.spec()
`, `topologies/wc.py:4:1: no module "company" for "words"` + looks, []string{"src/parts.py", "import company\nfrom streamparse import Spout\n@company.traced\nclass Words(Spout): outputs = ['word']\n"},
		},
		"a function that makes a component": {
			"from streamparse import Topology\nimport company\nclass A(Topology):\n    words = company.words('en')\n",
			`topologies/wc.py: no module "company" for "words"` + looks, nil,
		},
		"a setting": {
			"from streamparse import Spout, Topology\nimport company\nclass A(Topology):\n    s = Spout.spec(config={'a': company.LIMIT})\n",
			`topologies/wc.py: a value of the topology is from the module "company", which python3 does not find`, nil,
		},
		"Petrel": {
			"from words import Words\ndef create(builder):\n    builder.setSpout('words', Words())\n",
			`topologies/wc.py:3:1: no module "words" for "words"` + looks, nil,
		},
		"a base class of Petrel": {
			"from words import Words\ndef create(builder):\n    builder.setSpout('words', Words(script=__file__))\n",
			`topologies/wc.py:3:1: no module "company" for "words"` + looks,
			[]string{"topologies/words.py", "from company import Base\nclass Words(Base):\n    def __init__(self, script): pass\n    def declareOutputFields(self): return ['word']\n"},
		},
		"no components":           {"from streamparse import Topology\nclass A(Topology): pass\n", "topologies/wc.py: the class A has no components", nil},
		"no components of Petrel": {"def create(builder): pass\n", "topologies/wc.py: create(builder) makes no components", nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := project(t, append([]string{"topologies/wc.py", test.text}, test.more...)...)
			_, err := pythondsl.Read(t.Context(), path, "")
			if _, ok := errors.AsType[*foreign.Fault](err); !ok || !strings.HasSuffix(filepath.ToSlash(err.Error()), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// A mixin of a missing library does not hide the component.
func TestMissingMixin(t *testing.T) {
	path := project(t, "topologies/wc.py", "from streamparse import Topology\nfrom parts import Words\nclass A(Topology):\n    words = Words.spec()\n",
		"src/parts.py", "from streamparse import Spout\nfrom company import Traced, Counted\nclass Words(Traced, Counted, Spout): outputs = ['word']\n")
	if got := read(t, path, ""); !strings.HasSuffix(got, "spouts:\n  words:\n    python: parts.Words\n    outputs: [word]\n") {
		t.Error(got)
	}
}
