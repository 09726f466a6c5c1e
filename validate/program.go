package validate

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

const ruleProgramNotFound = "program-not-found"

// program checks that the program of a component is in a folder of [Options.Path]. It looks at names without a folder, and
// at absolute paths if the topology is about to run here. The PATH of a component with a PATH of its own is not known here.
// id is that of the component, or "" for the setup.
func (c *checker) program(who, id, name string, env []EnvVar, span diag.Span) {
	here := c.opts.RunsHere && (c.opts.Runs == nil || c.opts.Runs(id))
	absolute := filepath.IsAbs(name) && here
	if c.opts.Path == "" || name == "" || strings.ContainsAny(name, `/\`) && !absolute ||
		!absolute && slices.ContainsFunc(env, func(e EnvVar) bool { return e.Name == "PATH" }) {
		return
	}
	hint, checked := c.missing[name]
	if !checked {
		if absolute && !c.isProgram(name) {
			hint = "install it, or give the path that it has here"
		} else if !absolute && !c.onPath(name) {
			hint = c.hintProgram(name)
		}
		if c.missing == nil {
			c.missing = map[string]string{}
		}
		c.missing[name] = hint
	}
	if hint == "" {
		return
	}
	where := " in PATH"
	if absolute {
		where = ""
	}
	report := c.list.Notef
	if here {
		report = c.list.Errorf
	}
	report(ruleProgramNotFound, span, "%s runs %q, but this machine has no such program%s", who, name, where).
		WithHint("%s", hint)
}

func (c *checker) onPath(name string) bool {
	return slices.ContainsFunc(filepath.SplitList(c.opts.Path), func(folder string) bool {
		return c.isProgram(filepath.Join(folder, name))
	})
}

func (c *checker) isProgram(path string) bool {
	info, err := c.files.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// hintProgram returns what to do about a program that is not there.
func (c *checker) hintProgram(name string) string {
	if c.resourceNames[name] {
		return "the resources have that file: write \"./" + name + "\""
	}
	if near, ok := c.similar.suggest(name, c.programNames(name)); ok {
		return "did you mean \"" + near + "\"?"
	}
	if c.opts.RunsHere {
		return "install it, or give its path"
	}
	return "the workers need it; \"stormflux run\" cannot start the component here"
}

// programNames returns the names in PATH that a user may have meant. The name of an interpreter is no typing error: only
// another name of the same interpreter comes into question.
func (c *checker) programNames(name string) []string {
	var names []string
	for _, folder := range filepath.SplitList(c.opts.Path) {
		names = append(names, c.files.Names(folder)...)
	}
	slices.Sort(names)
	known := interpreterOf(name)
	return slices.DeleteFunc(slices.Compact(names), func(other string) bool {
		return known != nil && interpreterOf(other) != known || !c.onPath(other)
	})
}

// MissingPrograms returns the errors about programs that this machine does not have.
func MissingPrograms(list diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(list), func(d *diag.Diagnostic) bool {
		return d.Severity != diag.Error || d.Rule != ruleProgramNotFound
	})
}

// OnlyProgramsMissing reports whether the errors in the list are only about programs that this machine does not have.
func OnlyProgramsMissing(list diag.List) bool {
	return list.HasErrors() && !slices.ContainsFunc(list, func(d *diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Rule != ruleProgramNotFound
	})
}
