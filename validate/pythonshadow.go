package validate

import (
	"path"
	"slices"

	"github.com/stormflux/stormflux/diag"
)

const ruleShadowedPythonModule = "shadowed-python-module"

// Modules of Python's standard library without which a component cannot start. The interpreter imports others of them before
// it looks into the folder of the component, so that a file there takes no module's place.
var (
	sdkModules    = []string{"json", "logging", "signal", "string", "token"} // for a class, which the SDK runs
	scriptModules = []string{"json"}                                         // for any script: Storm's protocol is JSON
)

// shadowedModules reports files in a folder of the resources that Python imports instead of the modules that the component
// needs. A file is reported once.
func (c *checker) shadowedModules(k *component, folder string, modules []string, span diag.Span) {
	for _, module := range modules {
		for _, file := range []string{module + "/__init__.py", module + ".py"} { // Python's order
			name := path.Join(folder, file)
			if !c.resourceNames[name] {
				continue
			}
			if c.shadowing == nil {
				c.shadowing = map[string]bool{}
			}
			if !c.shadowing[name] {
				c.list.Warnf(ruleShadowedPythonModule, span, "%s needs Python's module %q, but imports %q from the resources instead", k.name(), module, name).
					WithHint("give the file another name")
			}
			c.shadowing[name] = true
			break
		}
	}
}

// scriptShadows is [checker.shadowedModules] for a command that runs a script in Python. It looks only at commands that put
// the script's folder first on Python's path for sure.
func (c *checker) scriptShadows(k *component, runs *Command, place func(word int) diag.Span) {
	words := runs.Words
	at := programWord(words)
	if at < 0 || interpreterOf(words[at]) != &pythonInterpreter {
		return
	}
	if at++; at < len(words) && words[at] == "-u" {
		at++
	}
	if at == len(words) || path.Ext(words[at]) != ".py" || !c.resourceNames[path.Clean(words[at])] ||
		slices.ContainsFunc(runs.Env, func(e EnvVar) bool { return e.Name == "PYTHONSAFEPATH" }) {
		return
	}
	c.shadowedModules(k, path.Dir(path.Clean(words[at])), scriptModules, place(at))
}
