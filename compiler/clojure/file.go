package clojure

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/internal/classfile/calls"
	"github.com/stormflux/stormflux/internal/topology"
)

// localSeconds is how long -main runs a topology in a local cluster.
const localSeconds = 30

// storm returns the file in Storm's own DSL.
func (e *emitter) storm() string {
	e.refers["local-cluster"] = true
	built := e.built()
	conf := e.split(e.conf(), "conf")
	submitter := e.className(e.opts.Dialect.pkg() + ".StormSubmitter")
	function := TopologyFunction(e.top.Name, e.opts.Dialect)

	var b strings.Builder
	e.header(&b)
	e.stormNamespace(&b)
	e.writeDefinitions(&b)
	b.WriteString(define("defn "+function+" []", built) + "\n")
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
   (` + submitter + `/submitTopology name conf (` + function + `))))
`)
	return b.String()
}

// built returns the form that builds the topology.
func (e *emitter) built() *form {
	if e.notes.builtBy != nil {
		return e.builtBySource()
	}
	e.refers["topology"] = true
	spouts := e.split(e.components("spout", e.top.Spouts), "spouts")
	bolts := e.split(e.components("bolt", e.top.Bolts), "bolts")
	return e.withHooks(block("topology", spouts, bolts))
}

// builtBySource returns the call of a topology source. As in Flux, the method gets the configuration of the file.
func (e *emitter) builtBySource() *form {
	source := e.notes.builtBy
	method := source.Method
	if method == "" {
		method = "getTopology"
	}
	conf := call(e.className(e.opts.Dialect.pkg()+".Config") + ".")
	if len(source.Config) > 0 {
		o := &objects{emitter: e}
		conf = special("doto", conf, call(".putAll", o.value(calls.ValueOf(source.Config)).form))
	}
	return tall(call("."+method, e.object(source.Definition, "the topology source"), conf))
}

// withHooks adds the worker hooks to a topology. The DSL has no form for them, so they are added as TopologyBuilder does it.
func (e *emitter) withHooks(built *form) *form {
	if len(e.top.WorkerHooks) == 0 {
		return built
	}
	parts := []*form{built}
	for _, hook := range e.top.WorkerHooks {
		serialized := call(e.className(e.opts.Dialect.pkg()+".utils.Utils")+"/javaSerialize", e.object(hook.(*topology.Definition), "a worker hook"))
		parts = append(parts, call(".add_to_worker_hooks", call(e.className("java.nio.ByteBuffer")+"/wrap", serialized)))
	}
	return tall(special("doto", parts...))
}

// stormNamespace writes the ns form of a file in Storm's own DSL.
func (e *emitter) stormNamespace(b *strings.Builder) {
	b.WriteString("(ns " + e.opts.Namespace + "\n")
	l := &layout{}
	l.write("  (:require [" + e.opts.Dialect.library() + " :refer ")
	l.form(atoms(slices.Sorted(maps.Keys(e.refers))), 2)
	l.write("])")
	b.WriteString(l.b.String())
	e.writeImports(b)
	b.WriteString("\n  (:gen-class))\n\n")
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
