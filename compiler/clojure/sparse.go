package clojure

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/topology"
)

// streamparse returns the file in streamparse's dialect. Streamparse loads the file. The last var that the file defines
// is the topology, and the name of that var is the topology's name.
func (e *emitter) streamparse() string {
	e.interpreter = e.commonInterpreter()
	spouts := e.split(e.components("spout", e.top.Spouts), "spouts")
	bolts := e.split(e.components("bolt", e.top.Bolts), "bolts")
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
	e.writeOptions(&b)
	b.WriteString("(ns " + e.opts.Namespace + "\n")
	var uses []string
	if len(dsl) > 0 {
		uses = append(uses, "[backtype.storm.clojure :only "+atoms(dsl).line()+"]")
	}
	if len(specs) > 0 {
		uses = append(uses, "[streamparse.specs :only "+atoms(specs).line()+"]")
	}
	b.WriteString("  (:use " + strings.Join(uses, "\n        ") + ")")
	e.writeImports(&b)
	b.WriteString("\n  (:gen-class))\n\n")
	e.writeDefinitions(&b)
	// The function takes the options even if no component needs them: streamparse passes them in any case.
	head := "defn " + TopologyFunction(e.top.Name, e.opts.Dialect) + " [" + optionsArg + "]"
	body := tall(vector(spouts, bolts))
	if e.interpreter == "" {
		b.WriteString(define(head, body))
		return b.String()
	}
	l := &layout{}
	l.write("(" + head)
	l.newline(2)
	l.write("(let [" + optionsArg + " ")
	l.form(withInterpreter(e.interpreter), 1)
	l.write("]")
	l.newline(4)
	l.form(body, 2)
	l.write("))\n")
	b.WriteString(l.b.String())
	return b.String()
}

// optionsArg is the parameter of a streamparse topology: a map of the options of the command line.
const optionsArg = "options"

// pythonPath is the option for the interpreter of Python components. `sparse submit` sets it to the interpreter of the
// topology's virtualenv, unless the environment in config.json has use_virtualenv false.
const pythonPath = "topology.python.path"

// defaultInterpreter is the interpreter if there is no such option.
const defaultInterpreter = "python"

// python is a component that is a Python class of streamparse.
type python struct {
	class       string
	interpreter string // "" for the default
}

// pythonOf returns what a component runs if it is a Python class of streamparse. Only streamparse's dialect has a spec for
// it. Streamparse 1 and 2 run `PYTHON -m streamparse.run CLASS`, streamparse 3 runs `streamparse_run CLASS`.
func (e *emitter) pythonOf(c *topology.Component) (python, bool) {
	process, ok := c.Code.(*topology.Process)
	if !ok || e.opts.Dialect != Streamparse {
		return python{}, false
	}
	switch w := process.Words; {
	case len(w) == 2 && w[0] == "streamparse_run":
		return python{class: w[1]}, !strings.HasPrefix(w[1], "-")
	case len(w) == 4 && w[1] == "-m" && w[2] == "streamparse.run":
		p := python{class: w[3]}
		if w[0] != defaultInterpreter {
			p.interpreter = w[0]
		}
		return p, true
	}
	return python{}, false
}

// commonInterpreter returns the interpreter that all Python components name, or "" if they differ or name the default.
func (e *emitter) commonInterpreter() string {
	common, first := "", true
	for _, c := range e.top.Components() {
		p, ok := e.pythonOf(c)
		switch {
		case !ok:
		case first:
			common, first = p.interpreter, false
		case p.interpreter != common:
			return ""
		}
	}
	return common
}

// optionsOf returns the options for the spec of a Python component.
func (e *emitter) optionsOf(p python) *form {
	if p.interpreter == "" || p.interpreter == e.interpreter {
		return atom(optionsArg)
	}
	return withInterpreter(p.interpreter)
}

// withInterpreter returns the options with an interpreter that applies if the options have none.
func withInterpreter(interpreter string) *form {
	return call("merge", mapping(text(pythonPath), text(interpreter)), atom(optionsArg))
}

// writeOptions writes, above the namespace, how to give the topology's configuration to sparse: the dialect has no place
// for it.
func (e *emitter) writeOptions(b *strings.Builder) {
	if len(e.top.Conf) == 0 {
		return
	}
	var span diag.Span
	if len(e.notes.settings) > 0 {
		span = e.notes.settings[0].span
	}
	var lines []string
	for _, key := range e.confKeys() {
		if strings.Contains(key, "=") {
			e.diags.Warnf(ruleDialect, span, "sparse cannot set %q, because the key contains \"=\"", key)
			continue
		}
		lines = append(lines, sparseOption(key, e.top.Conf[key]))
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

// sparseOption returns the words for a POSIX shell that give a setting to sparse. Facts of streamparse 2.0.2:
//
//   - cli/run.py and cli/submit.py put the text of an -o option into a second shell command without quotes, so it needs
//     quotes for two shells. Here the second level has backslashes.
//   - jvm/.../run.clj and submit_topology.clj split the option at "=" and ignore what follows a second one. They read the
//     value with read-string and do not evaluate it.
//   - sparse always gives the number of workers and ackers itself, and -assoc-topo-option fails on a number that comes
//     twice, so they have their own flags.
func sparseOption(key string, v topology.Value) string {
	if n, ok := v.(int64); ok && n >= 0 {
		switch key {
		case "topology.workers":
			return fmt.Sprintf("-w %d", n)
		case "topology.acker.executors":
			return fmt.Sprintf("-a %d", n)
		}
	}
	var inner strings.Builder
	for _, r := range key + "=" + readable(v) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_@%+=:,./-", r) {
			inner.WriteByte('\\')
		}
		inner.WriteRune(r)
	}
	word := inner.String()
	if !strings.ContainsAny(word, `\`) {
		return "-o " + word
	}
	return "-o '" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// readable returns the text of a value for read-string. It contains neither "=" nor, because sparse runs on Python 2,
// characters outside ASCII.
func readable(v topology.Value) string {
	switch v := v.(type) {
	case string:
		return asciiLiteral(v)
	case *big.Int:
		return v.String() // read-string would not evaluate the call that a file needs
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = readable(v[i])
		}
		return "[" + strings.Join(items, " ") + "]"
	case map[string]any:
		var entries []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			entries = append(entries, asciiLiteral(key)+" "+readable(v[key]))
		}
		return "{" + strings.Join(entries, ", ") + "}"
	}
	return value(v).line()
}

// asciiLiteral returns a string literal with \uXXXX for "=" and for everything outside ASCII.
func asciiLiteral(s string) string {
	var b strings.Builder
	for _, r := range quote(s) {
		switch {
		case r == '=' || r > unicode.MaxASCII:
			writeUnicode(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
