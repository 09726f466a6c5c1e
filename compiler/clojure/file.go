package clojure

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
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

// streamparse returns the file in streamparse's dialect. Streamparse loads the file. The last var that the file defines
// is the topology, and the name of that var is the topology's name.
func (e *emitter) streamparse() string {
	spouts := e.split(e.components("spout", e.top.Spouts), "spouts")
	bolts := e.split(e.components("bolt", e.top.Bolts), "bolts")
	function := TopologyFunction(e.top.Name, e.opts.Dialect)
	var specs, dsl []string
	for _, r := range slices.Sorted(maps.Keys(e.refers)) {
		if strings.HasPrefix(r, "python-") {
			specs = append(specs, r)
		} else {
			dsl = append(dsl, r)
		}
	}
	var b strings.Builder
	e.header(&b)
	e.options(&b)
	b.WriteString("(ns " + e.opts.Namespace + "\n")
	open := "  (:use "
	// Streamparse's own files use the library even where nothing of it is needed.
	if len(dsl) > 0 {
		b.WriteString(open + "[backtype.storm.clojure :only " + atoms(dsl).line() + "]\n")
		open = "        "
	}
	b.WriteString(open + "[streamparse.specs")
	if len(specs) > 0 || len(dsl) > 0 {
		b.WriteString(" :only " + atoms(specs).line())
	}
	b.WriteString("])\n  (:gen-class))\n\n")
	e.writeDefinitions(&b)
	// The option for the interpreter and others is the caller's: the function takes them in any case.
	b.WriteString(define("defn "+function+" [options]", tall(vector(spouts, bolts))))
	return b.String()
}

// options says, above the namespace, how to give the topology's configuration, for which the dialect has no place.
func (e *emitter) options(b *strings.Builder) {
	if len(e.top.Conf) == 0 {
		return
	}
	var lines []string
	keys := e.confKeys()
	for _, key := range keys {
		lines = append(lines, "-o "+shellWord(key+"="+value(e.top.Conf[key]).line()))
	}
	var span diag.Span
	if len(e.notes.settings) > 0 {
		span = e.notes.settings[0].span
	}
	e.diags.Warnf(ruleDialect, span, "the streamparse dialect has no place for the topology's configuration: it is left to the command line").
		WithHint("give it to `sparse`: %s", strings.Join(lines, " "))
	b.WriteString(";; Streamparse takes the topology's configuration from its command line:\n")
	for _, line := range lines {
		b.WriteString(";;   " + line + "\n")
	}
}

// confKeys returns the keys of the topology's configuration: first the user's, in the order of the file.
func (e *emitter) confKeys() []string {
	rest := maps.Clone(e.top.Conf)
	var keys []string
	for _, s := range e.notes.settings {
		if _, ok := rest[s.key]; ok {
			keys = append(keys, s.key)
			delete(rest, s.key)
		}
	}
	return append(keys, slices.Sorted(maps.Keys(rest))...)
}

// shellWord quotes a word for a POSIX shell. A comment cannot contain a line break, but neither can a literal.
func shellWord(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
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
