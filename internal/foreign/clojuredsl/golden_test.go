package clojuredsl_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/compiler"
	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/asyaml"
	"github.com/stormflux/stormflux/internal/foreign"
	"github.com/stormflux/stormflux/internal/foreign/clojuredsl"
	"github.com/stormflux/stormflux/internal/topology"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/validate"
)

const root = "../../.."

// What `stormflux emit-clj` writes is read as the same model, and the YAML file of this compiles to the same model again.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "golden", "*", "*.clj"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name+"/"+filepath.Base(file), func(t *testing.T) {
			dialect, err := clojure.ParseDialect(strings.TrimSuffix(filepath.Base(file), ".clj"))
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := clojuredsl.Read(file, text)
			if err != nil {
				t.Fatal(err)
			}
			want := compiled(t, filepath.Join(root, "examples", name+".yaml"), dialect)
			if dialect == clojure.Streamparse {
				want.Conf = nil // the dialect has no place for it
			}
			same(t, got, want)

			dir := t.TempDir()
			path := filepath.Join(dir, "topology.yaml")
			if err := os.WriteFile(path, asyaml.Write(asyaml.Of(got, asyaml.Options{})), 0o666); err != nil {
				t.Fatal(err)
			}
			for _, c := range got.Components() {
				if p, ok := c.Code.(*topology.Process); ok {
					script := filepath.Join(dir, "resources", p.Words[1])
					if err := os.MkdirAll(filepath.Dir(script), 0o777); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(script, nil, 0o666); err != nil {
						t.Fatal(err)
					}
				}
			}
			again := compiled(t, path, dialect)
			if dialect == clojure.Streamparse {
				again.Conf = nil
			}
			same(t, again, want)
		})
	}
}

func compiled(t *testing.T, path string, dialect clojure.Dialect) *topology.Topology {
	t.Helper()
	doc, diags, err := schema.Load(t.Context(), path, schema.Options{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := validate.Check(t.Context(), doc, validate.Options{Loaded: diags, Storm: dialect.Version()})
	if err != nil {
		t.Fatal(err)
	}
	if result.Topology == nil {
		var b bytes.Buffer
		if err := diag.Write(&b, result.Diagnostics, diag.Options{Format: diag.Text}); err != nil {
			t.Fatal(err)
		}
		t.Fatal(b.String())
	}
	return compiler.Compile(result.Topology, dialect.CompileOptions()).Topology
}

// same compares two models. The order of the components is for people, and the lines of the file are its own.
func same(t *testing.T, got, want *topology.Topology) {
	t.Helper()
	if got.Name != want.Name || len(got.Spouts) != len(want.Spouts) || len(got.Bolts) != len(want.Bolts) {
		t.Errorf("got %s with %d spouts and %d bolts, want %s with %d and %d", got.Name, len(got.Spouts), len(got.Bolts), want.Name, len(want.Spouts), len(want.Bolts))
	}
	if len(got.Conf)+len(want.Conf) > 0 && !reflect.DeepEqual(got.Conf, want.Conf) {
		t.Errorf("the configuration is %v, want %v", got.Conf, want.Conf)
	}
	for _, w := range want.Components() {
		g := got.Component(w.ID)
		if a, b := show(t, g), show(t, w); a != b {
			t.Errorf("%s: got\n%s\nwant\n%s", w.ID, a, b)
		}
	}
}

func show(t *testing.T, c *topology.Component) string {
	t.Helper()
	if c == nil {
		return "nothing"
	}
	text, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Files that people write with the tutorials of Storm, and of streamparse 1 and 2.
func TestWrittenByHand(t *testing.T) {
	storm, err := clojuredsl.Read("core.clj", []byte(`
(ns wordcount.core
  (:import [org.apache.storm StormSubmitter LocalCluster] [com.example Count])
  (:use [org.apache.storm clojure config])
  (:gen-class))
(def workers 3)
(defn mk-topology []
  (topology
    {"1" (shell-spout-spec "python" "sentencespout.py" ["sentence"] :p 1)}
    {"2" (shell-bolt-spec {"1" :shuffle} "python" "split.py" ["word"] :p 2)
     "3" (bolt-spec {"2" ["word"] ["1" "late"] nil} (doto (Count. 5 {"a" [1.5 true]}) (.withName "x")) :conf {TOPOLOGY-TICK-TUPLE-FREQ-SECS 5})}))
(defn submit-topology! [name]
  (StormSubmitter/submitTopology name {TOPOLOGY-DEBUG true TOPOLOGY-WORKERS workers} (mk-topology)))
(defn -main ([] (println "local")) ([name] (submit-topology! name)))
`))
	if err != nil {
		t.Fatal(err)
	}
	if storm.Name != "mk-topology" || storm.Conf["topology.workers"] != int64(3) || storm.Conf["topology.debug"] != true {
		t.Errorf("%s %v", storm.Name, storm.Conf)
	}
	bolt := storm.Component("3")
	object := bolt.Code.(*topology.Definition).Root()
	if bolt.Conf["topology.tick.tuple.freq.secs"] != int64(5) || object.Class != "com.example.Count" || len(object.Args) != 2 || object.Steps[0].Method != "withName" {
		t.Errorf("%s", show(t, bolt))
	}
	if _, none := bolt.Inputs[1].Grouping.(topology.None); !none || bolt.Inputs[1].Stream != "late" {
		t.Errorf("%s", show(t, bolt))
	}

	sparse, err := clojuredsl.Read("wordcount.clj", []byte(`
(ns wordcount
  (:use     [streamparse.specs])
  (:gen-class))
;; a comment
(defn wordcount [options]
   [
    {"word-spout" (python-spout-spec options "spouts.words.WordSpout" ["word"])}
    {"count-bolt" (python-bolt-spec
          options
          {"word-spout" :shuffle}
          "bolts.wordcount.WordCounter"
          ["word" "count"]
          :p 2)}
  ])
`))
	if err != nil {
		t.Fatal(err)
	}
	if words := sparse.Component("count-bolt").Code.(*topology.Process).Words; sparse.Name != "wordcount" || words[3] != "bolts.wordcount.WordCounter" {
		t.Errorf("%s %q", sparse.Name, words)
	}
	text := string(asyaml.Write(asyaml.Of(sparse, asyaml.Options{})))
	if !strings.Contains(text, "python: bolts.wordcount.WordCounter\n") {
		t.Errorf("the file is\n%s", text)
	}
}

// What the reader does not understand is one fault at its place.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"(defn a []":                  "x.clj: line 1: a ')' is missing",
		"(defn a [] 1)":               "x.clj: no function of this file returns a topology",
		"(defn a []\n  (topology 1))": "x.clj:2:3: a topology needs a map of spouts and a map of bolts",
		"(defn a [o]\n [{\"s\" (shell-spout-spec (slurp \"x\") [\"a\"])} {}])":            "x.clj:2:26: stormflux does not know the function slurp",
		"(defbolt b [\"w\"] [t c] 1)\n(defn a [] (topology {} {\"b\" (bolt-spec {} b)}))": "x.clj:2:30: b is a component written in Clojure",
		"(defn a [] (topology {\"s\" (shell-spout-spec [\"a\"] [\"b\"] :p 0)} {}))":       "x.clj:1:27: :p is not a number of executors",
		"(defn a [] (topology {} {\"b\" (shell-bolt-spec {\"s\" :any} [\"a\"] [])}))":     "there is no grouping :any",
		"(defn a [] (topology (a) {}))":                                                   "functions call each other without end",
		"(def x x)\n(defn a [] (topology x {}))":                                          "x needs itself",
	} {
		_, err := clojuredsl.Read("x.clj", []byte(text))
		if _, ok := errors.AsType[*foreign.Fault](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, err, want)
		}
	}
}
