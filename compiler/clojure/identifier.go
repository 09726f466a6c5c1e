package clojure

import (
	"strings"
)

// Symbol makes a Clojure symbol of a topology's name. Characters other than ASCII letters, digits, "-" and "_" become
// "-". Letters outside ASCII are not allowed because a function's name becomes the name of a class file, and not every
// locale can write such a file. If no character is left, the symbol is "topology".
func Symbol(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		default:
			if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
	}
	s := strings.TrimRight(b.String(), "-")
	switch {
	case strings.Trim(s, "_") == "":
		return "topology"
	case s[0] >= '0' && s[0] <= '9':
		return "topology-" + s
	}
	return s
}

// ValidNamespace reports whether a text can be the name of a namespace, and its classes can be files in every file
// system. Segments are joined by ".". They consist of ASCII letters, digits, "-" and "_", and begin with a letter or
// "_".
func ValidNamespace(ns string) bool {
	if ns == "nil" || ns == "true" || ns == "false" {
		return false // Clojure's reader does not read these as symbols
	}
	for segment := range strings.SplitSeq(ns, ".") {
		for i, r := range segment {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
			if !letter && (i == 0 || r != '-' && (r < '0' || r > '9')) {
				return false
			}
		}
		if segment == "" {
			return false
		}
	}
	return true
}

// DefaultNamespace returns the namespace of a topology's file if the user names none: "name.core", or for streamparse
// the name of the function, as streamparse's own projects have it.
func DefaultNamespace(name string, d Dialect) string {
	if d == Streamparse {
		return TopologyFunction(name, d)
	}
	return strings.ToLower(Symbol(name)) + ".core"
}

// SourcePath returns the path of a namespace's file below a source path, with slashes. Clojure replaces "-" by "_" to find
// the file of a namespace.
func SourcePath(ns string) string {
	return strings.ReplaceAll(strings.ReplaceAll(ns, "-", "_"), ".", "/") + ".clj"
}

// SparsePath returns the path of a topology's file below the folder of streamparse's topologies. Sparse (streamparse
// 2.0.2, get_topology_definition in util.py) loads NAME.clj and uses NAME as the topology's name where it does not ask the
// file: for its virtualenv, and to find the running topology. So NAME is the function's name, "-" included.
func SparsePath(topology string) string {
	return TopologyFunction(topology, Streamparse) + ".clj"
}

// reserved are the symbols that cannot be the name of a streamparse file's function: Clojure's special forms, and the
// functions that the file uses.
var reserved = map[string]bool{
	"def": true, "if": true, "do": true, "let": true, "quote": true, "var": true, "fn": true, "loop": true, "recur": true,
	"throw": true, "try": true, "catch": true, "finally": true, "new": true, "set": true, "nil": true, "true": true, "false": true,
	"defn": true, "defn-": true, "str": true, "merge": true, "into": true, "concat": true, "biginteger": true,
	"options": true, "python-spout-spec": true, "python-bolt-spec": true, "shell-spout-spec": true, "shell-bolt-spec": true,
	"direct-stream": true, "topology": true,
}
