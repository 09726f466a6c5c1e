package clojure

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// localSeconds is how long -main runs a topology in a local cluster.
const localSeconds = 30

// storm returns the file in Storm's own DSL.
func (e *emitter) storm() string {
	e.refers["topology"] = true
	e.refers["local-cluster"] = true
	spouts := e.split(e.components("spout", e.top.Spouts), "spouts")
	bolts := e.split(e.components("bolt", e.top.Bolts), "bolts")
	conf := e.split(e.conf(), "conf")
	e.imports[e.opts.Dialect.pkg()+" StormSubmitter"] = true
	function := TopologyFunction(e.top.Name, e.opts.Dialect)

	var b strings.Builder
	e.header(&b)
	e.stormNamespace(&b)
	e.writeDefinitions(&b)
	b.WriteString(define("defn "+function+" []", block("topology", spouts, bolts)) + "\n")
	b.WriteString(define("def ^:private conf", conf) + "\n")
	name := text(e.top.Name).line()
	b.WriteString(`(defn -main
  "Runs the topology in this process for ` + strconv.Itoa(localSeconds) + ` seconds; with a name, submits it
  to the cluster under that name."
  ([]
   (let [cluster (local-cluster)]
     (try
       (.submitTopology cluster ` + name + ` conf (` + function + `))
       (Thread/sleep ` + strconv.Itoa(localSeconds*1000) + `)
       (finally
         (.shutdown cluster)))
     ;; Threads of the local cluster would keep the process.
     (System/exit 0)))
  ([name]
   (StormSubmitter/submitTopology name conf (` + function + `))))
`)
	return b.String()
}

// stormNamespace writes the ns form of a file in Storm's own DSL.
func (e *emitter) stormNamespace(b *strings.Builder) {
	b.WriteString("(ns " + e.opts.Namespace + "\n")
	l := &layout{}
	l.write("  (:require [" + e.opts.Dialect.library() + " :refer ")
	l.form(atoms(slices.Sorted(maps.Keys(e.refers))), 2)
	l.write("])\n")
	b.WriteString(l.b.String())
	b.WriteString("  (:import ")
	for i, class := range slices.Sorted(maps.Keys(e.imports)) {
		if i > 0 {
			b.WriteString("\n           ")
		}
		b.WriteString("[" + class + "]")
	}
	b.WriteString(")\n  (:gen-class))\n\n")
}

func (e *emitter) header(b *strings.Builder) {
	b.WriteString(Marker + " from " + printable(e.opts.Source) + ": change that file, not this one.\n")
	for _, line := range e.notes.comments.header {
		b.WriteString(strings.TrimRight(";; "+line, " ") + "\n")
	}
}

// writeDefinitions writes the private functions.
func (e *emitter) writeDefinitions(b *strings.Builder) {
	for _, d := range e.definitions {
		b.WriteString(d + "\n")
	}
}

// atoms returns a vector of symbols.
func atoms(symbols []string) *form {
	parts := make([]*form, len(symbols))
	for i, s := range symbols {
		parts[i] = atom(s)
	}
	return vector(parts...)
}

// block returns a call that always takes several lines.
func block(operator string, args ...*form) *form {
	return tall(call(operator, args...))
}

// tall makes a form take several lines.
func tall(f *form) *form {
	f.flat = -1
	return f
}

// printable replaces the characters of a text that must not be in a comment.
func printable(s string) string {
	q := quote(s)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(q[1 : len(q)-1])
}
