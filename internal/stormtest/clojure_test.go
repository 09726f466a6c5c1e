package stormtest

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
)

const clojureWordcount = `(ns demo.core
  (:require [PACKAGE.clojure :refer [direct-stream local-cluster shell-bolt-spec shell-spout-spec topology]]))
(defn demo-topology []
  (topology
    {"lines" (shell-spout-spec "python3" "lines.py" ["line"])}
    {"split" (shell-bolt-spec {"lines" :shuffle} "python3" "split.py"
                              {"default" ["word"] "late" (direct-stream ["word"])}
                              :p 3 :conf {"topology.tick.tuple.freq.secs" 5})
     "end" (shell-bolt-spec {"split" ["word"] ["split" "late"] :direct} ["sh" "-c" "cat"] {})}))
(def ^:private conf {"topology.workers" 2})
(defn -main []
  (let [cluster (local-cluster)]
    (try
      (.submitTopology cluster "demo" conf (demo-topology))
      (Thread/sleep 60000)
      (finally (.shutdown cluster)))))
`

// What every library makes of the same file, so that a test of the emitter need not doubt the evaluator.
func TestEvaluate(t *testing.T) {
	for library, dsl := range map[ClojureLibrary]string{
		StormClojure: "org.apache.storm", Storm1Clojure: "org.apache.storm", BacktypeClojure: "backtype.storm", Backtype09: "backtype.storm",
	} {
		kind := "storm"
		if dsl == "backtype.storm" {
			kind = "backtype"
		}
		e := newEvaluator(t, library)
		got, err := e.Evaluate(t.Context(), ClojureFile{
			Kind: kind, Namespace: "demo.core", Function: "demo-topology",
			Text: []byte(strings.ReplaceAll(clojureWordcount, "PACKAGE", dsl)),
		})
		if err != nil {
			t.Errorf("library %d: %v", library, err)
			continue
		}
		split := got.Topology["split"]
		want := ClojureComponent{
			Kind: "bolt", Command: []string{"python3", "split.py"}, Parallelism: 3, Conf: `{"topology.tick.tuple.freq.secs":5}`,
			Streams: map[string]ClojureStream{"default": {Fields: []string{"word"}}, "late": {Fields: []string{"word"}, Direct: true}},
			Inputs:  []ClojureInput{{From: "lines", Stream: "default", Grouping: "shuffle"}},
		}
		if !reflect.DeepEqual(split, want) {
			t.Errorf("library %d: split is\n%+v, want\n%+v", library, split, want)
		}
		end := got.Topology["end"]
		if len(got.Topology) != 3 || len(end.Inputs) != 2 || len(end.Streams) != 0 || end.Parallelism != 1 ||
			!reflect.DeepEqual(end.Command, []string{"sh", "-c", "cat"}) {
			t.Errorf("library %d: %+v", library, got.Topology)
		}
		if string(got.Conf) != `{"topology.workers":2}` {
			t.Errorf("library %d: conf is %s", library, got.Conf)
		}
		if got.Local == nil || got.Local.Name != "demo" || !got.Local.Shutdown || !reflect.DeepEqual(got.Local.Topology["split"], want) {
			t.Errorf("library %d: -main gave the local cluster %+v", library, got.Local)
		}

		_, err = e.Evaluate(t.Context(), ClojureFile{Kind: kind, Namespace: "bad", Function: "x", Text: []byte("(ns bad) (nope)")})
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, "nope") {
			t.Errorf("library %d: a file with a mistake gives %v", library, err)
		}
	}
}

func newEvaluator(t *testing.T, library ClojureLibrary) *Evaluator {
	t.Helper()
	Require(t)
	e, err := NewEvaluator(context.WithoutCancel(t.Context()), library)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}
