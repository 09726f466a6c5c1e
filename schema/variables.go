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

// variables holds the values for references. The first of these that has a name wins: --set, the chosen environment,
// --filter.
type variables struct {
	l                 *loader
	set               map[string]string
	env               *yaml.Value          // the environment's variables
	envFile           *yaml.File           // of the environment's file
	pending           map[*yaml.Value]bool // strings of the environment's file with references to replace
	state             map[string]int8      // of the environment's variables
	path              []string             // the environment's variables in progress, outermost first
	filters           []filter
	unresolved        []diag.Span // values with a reference that has no value
	unset             int         // references without a value
	replaced          int         // bytes of the values that replaced references inside text
	shared            bool        // a list or map replaced a reference
	unreadEnvironment bool        // the environment cannot be read: it may set what is missing
	names             []string    // see all
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

// found is the value of a variable: a typed value, or a text.
type found struct {
	value *yaml.Value
	text  string
	from  string
	span  diag.Span
}

// asText returns the value as a part of other text. It returns false for a list or map.
func (f *found) asText() (text string, ok bool) {
	switch {
	case f.value == nil:
		return f.text, true
	case f.value.Kind == yaml.Null:
		return "", true
	}
	return f.value.Text, f.value.IsScalar()
}

// find looks up the name of a reference. failed means that there is a diagnostic already.
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
				"variable %q refers to itself: %s", ref.name, strings.Join(path, " -> "))
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

// all returns the names of all variables that have a value: those of --set, then of the environment, then of the
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

// isFiltered reports whether a properties file has a name. Flux takes any text there.
func (vars *variables) isFiltered(name string) bool {
	return slices.ContainsFunc(vars.filters, func(f filter) bool {
		_, ok := f.values[name]
		return ok
	})
}

// hint says how to set a variable.
func (vars *variables) hint(ref *reference) string {
	if ref.env {
		return fmt.Sprintf("export %s, or write ${env:%s:-default}", ref.name, ref.name)
	}
	if best, ok := diag.Suggest(ref.name, vars.all()); ok {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return fmt.Sprintf("set it with --set %s=VALUE, in an environment or in a --filter file, or write ${%s:-default}", ref.name, ref.name)
}
