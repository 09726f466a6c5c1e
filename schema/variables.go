package schema

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// variables are the names that references take their values from, in the order of the language: --set, the chosen
// environment, --filter.
type variables struct {
	l          *loader
	set        map[string]string
	env        *yaml.Value          // the environment's variables
	envFile    *yaml.File           // of the environment's file
	pending    map[*yaml.Value]bool // strings of the environment's file whose references are not replaced yet
	state      map[string]int8      // of the environment's variables
	path       []string             // the environment's variables that are being replaced, outermost first
	filters    []filter
	unresolved []diag.Span // of values with a reference that could not be replaced
	unset      int         // references without a value
	replaced   int         // bytes that took the place of references inside of text
	shared     bool        // a list or map took the place of a reference
	blind      bool        // the environment could not be read: what is not set may be set there
	names      []string    // all names, for suggestions; made when first needed
}

const (
	variableOpen = int8(iota + 1)
	variableDone
	variableFailed
)

// filter is a properties file.
type filter struct {
	path   string
	values map[string]string
	names  []string
}

// found is the value of a variable: typed, or a text.
type found struct {
	value *yaml.Value
	text  string
	from  string
	span  diag.Span
}

// asText returns the value as it stands inside other text; ok is false for a list or map.
func (f *found) asText() (text string, ok bool) {
	switch {
	case f.value == nil:
		return f.text, true
	case f.value.Kind == yaml.Null:
		return "", true
	}
	return f.value.Text, f.value.IsScalar()
}

// find looks a reference's name up. A nil result with failed set was reported already.
func (vars *variables) find(s *yaml.File, v *yaml.Value, ref *reference) (f *found, failed bool) {
	if ref.env {
		lookup := vars.l.opts.LookupEnv
		if lookup == nil {
			lookup = os.LookupEnv
		}
		if ref.flux && !vars.l.opts.EnvFilter {
			return nil, false
		}
		if text, ok := lookup(ref.name); ok {
			return &found{text: text, from: "environment variable " + ref.name}, false
		}
		return nil, false
	}
	if text, ok := vars.set[ref.name]; ok {
		return &found{text: text, from: "--set " + ref.name}, false
	}
	if key, val := vars.env.Lookup(ref.name); val != nil {
		switch vars.state[ref.name] {
		case variableFailed:
			return nil, true
		case variableOpen:
			path := append(slices.Clone(vars.path[slices.Index(vars.path, ref.name):]), ref.name)
			d := vars.l.diags.Errorf(ruleVariableCycle, referenceSpan(s, v, ref),
				"variable %q stands for itself: %s", ref.name, strings.Join(path, " -> "))
			if len(path) > 2 {
				d.WithRelated(key.Span, "%q is set here", ref.name)
			}
			for _, name := range path {
				vars.state[name] = variableFailed
			}
			return nil, true
		case 0:
			if !vars.resolve(ref.name, val) {
				return nil, true
			}
		}
		return &found{value: val, from: fmt.Sprintf("environment %q", vars.l.opts.Environment), span: val.Span}, false
	}
	for i := len(vars.filters) - 1; i >= 0; i-- {
		if text, ok := vars.filters[i].values[ref.name]; ok {
			return &found{text: text, from: "--filter " + vars.filters[i].path}, false
		}
	}
	return nil, false
}

// resolve replaces the references in the value of an environment's variable, once.
func (vars *variables) resolve(name string, val *yaml.Value) bool {
	if vars.state[name] != 0 {
		return vars.state[name] == variableDone
	}
	vars.state[name] = variableOpen
	vars.path = append(vars.path, name)
	vars.replaceInside(val)
	vars.path = vars.path[:len(vars.path)-1]
	if vars.state[name] == variableFailed {
		return false
	}
	vars.state[name] = variableDone
	return true
}

// all returns the names of the variables that have a value, the first of --set, then of the environment and of the
// properties files.
func (vars *variables) all() []string {
	if vars.names != nil {
		return vars.names
	}
	vars.names = slices.Sorted(maps.Keys(vars.set))
	for _, e := range vars.env.Members() {
		vars.names = append(vars.names, e.Key.Text)
	}
	for _, f := range vars.filters {
		vars.names = append(vars.names, f.names...)
	}
	return vars.names
}

// hint says how to set a variable, or which one was probably meant.
func (vars *variables) hint(ref *reference) string {
	if ref.env {
		return fmt.Sprintf("export %s, or write ${env:%s:-default}", ref.name, ref.name)
	}
	if best, ok := diag.Suggest(ref.name, vars.all()); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return fmt.Sprintf("give --set %s=VALUE, set it in an environment or a --filter file, or write ${%s:-default}", ref.name, ref.name)
}
