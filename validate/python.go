package validate

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/internal/jar"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about Python classes.
const ruleUnknownPythonClass = "unknown-python-class"

// defaultPython is the program of Python where the file names none.
const defaultPython = "python3"

// Python is what the Python components of a topology run with.
type Python struct {
	Interpreter string    // a program of the workers; "" means the default
	VirtualEnv  string    // folder on the workers, with an interpreter; "" for none
	Span        diag.Span // of the value of either
}

// Program returns the interpreter: a name in PATH, a path on the workers, or a path below resources/.
func (p Python) Program() string {
	switch {
	case p.VirtualEnv != "":
		return p.VirtualEnv + "/bin/python"
	case p.Interpreter != "":
		return p.Interpreter
	}
	return defaultPython
}

// PythonClass is a class in Python that is a spout or bolt. Either File or Module is set.
type PythonClass struct {
	File   string // path below resources/
	Module string // with dots
	Class  string
	Env    []EnvVar  // in file order
	Span   diag.Span // of the name

	name *yaml.Value
}

// Name returns module.Class or file.py:Class.
func (p *PythonClass) Name() string {
	if p.File != "" {
		return p.File + ":" + p.Class
	}
	return p.Module + "." + p.Class
}

// python reads the document's `python`.
func (c *checker) python() {
	written := c.doc.Python
	if written != nil && written.Requirements != nil {
		c.pythonPackages(written)
	}
	switch {
	case written == nil:
	case written.VirtualEnv != nil:
		folder := strings.TrimRight(written.VirtualEnv.Text, "/")
		c.topology.Python = Python{VirtualEnv: folder, Span: written.VirtualEnv.Span}
	case written.Interpreter != nil:
		c.topology.Python = Python{Interpreter: written.Interpreter.Text, Span: written.Interpreter.Span}
	}
}

// pythonClass reads the name of a Python class; nil when the grammar has reported it.
func (c *checker) pythonClass(k *component, name *yaml.Value) *PythonClass {
	made := &PythonClass{Env: c.environment(k), Span: name.Span, name: name}
	if file, class, ok := strings.Cut(name.Text, ":"); ok {
		made.File, made.Class = file, class
	} else if dot := strings.LastIndexByte(name.Text, '.'); dot > 0 {
		made.Module, made.Class = name.Text[:dot], name.Text[dot+1:]
	}
	if made.Class == "" || made.File == "" && made.Module == "" {
		return nil
	}
	return made
}

// pythonFiles checks that the class of a component exists, as far as the resources decide it.
func (c *checker) pythonFiles(k *component, p *PythonClass) {
	span := c.topology.Python.Span
	if span.IsZero() {
		span = p.Span
	}
	c.program(k.name(), k.ID, c.topology.Python.Program(), p.Env, span)
	c.shadowedModules(k, ".", sdkModules, p.Span)
	switch {
	case c.resourcesUnclear:
		return
	case p.Module != "" && p.Class == "py":
		c.classMissing(k, p)
		return
	case p.Module != "":
		c.pythonModule(k, p)
		return
	}
	name := path.Clean(p.File)
	switch {
	case c.resourceNames[name]:
		c.classInFile(k, p, name)
	case !path.IsAbs(p.File) && !hasDrive(p.File) && !strings.HasPrefix(name, "..") && !strings.Contains(p.File, `\`):
		c.hintScript(c.list.Errorf(ruleMissingScript, inside(p.name, 0, len(p.File)), "%s runs %q, but that file is not among the resources",
			k.name(), p.File), name)
	}
}

// pythonModule looks for a module in the resources. A module that is not there may be installed on the workers, unless
// another file of the resources takes its place.
func (c *checker) pythonModule(k *component, p *PythonClass) {
	parts := strings.Split(p.Module, ".")
	name := strings.Join(parts, "/")
	for _, file := range []string{name + "/__init__.py", name + ".py"} { // Python's order
		if c.resourceNames[file] {
			c.classInFile(k, p, file)
			return
		}
	}
	compiled := func(file string) bool {
		rest, ok := strings.CutPrefix(file, name+".")
		return ok && !strings.Contains(rest, "/") && slices.Contains([]string{".so", ".pyd", ".pyc"}, path.Ext(file))
	}
	for file := range c.resourceNames {
		if compiled(file) {
			return
		}
	}
	report := c.list.Warnf
	if len(parts) > 1 && c.closedModule(parts[0]) {
		report = c.list.Errorf
	} else if c.topology.Python.VirtualEnv != "" || len(c.topology.Setup) > 0 || c.topology.Packages != nil {
		return
	}
	c.hintScript(report(ruleMissingScript, inside(p.name, 0, len(p.Module)), "%s runs module %q, but %q is not among the resources",
		k.name(), p.Module, name+".py"), name+".py")
}

// closedModule reports whether all modules of a package are in the resources.
func (c *checker) closedModule(name string) bool {
	if c.resourceNames[name+".py"] {
		return true
	}
	text, ok := c.resourceText(name + "/__init__.py")
	return ok && !strings.Contains(text, "__path__")
}

// classInFile checks that a Python file has the class. It reports only files that cannot have it: nothing in the file can
// define the name, and nothing there can make names that are not written.
func (c *checker) classInFile(k *component, p *PythonClass, file string) {
	text, ok := c.resourceText(file)
	if !ok || dynamicNames.MatchString(text) || canDefine(text, p.Class) {
		return
	}
	classes := classesOf(text)
	at := len(p.name.Text) - len(p.Class)
	d := c.list.Errorf(ruleUnknownPythonClass, inside(p.name, at, len(p.name.Text)), "%s runs class %q, but %q has no such class", k.name(), p.Class, file)
	if near, ok := c.similar.closest(p.Class, classes); ok {
		d.WithHint("did you mean %q?", near.Name)
	} else if len(classes) > 0 {
		d.WithHint("classes of the file: %s", listed(classes))
	}
}

// classMissing reports the name of a file where a class should be.
func (c *checker) classMissing(k *component, p *PythonClass) {
	file := p.name.Text
	class := "Class"
	if text, ok := c.resourceText(file); ok {
		if classes := classesOf(text); len(classes) == 1 {
			class = classes[0]
		}
	}
	c.list.Errorf(ruleUnknownPythonClass, p.Span, "%s runs the file %q, but names no class of it", k.name(), file).
		WithHint("write \"%s:%s\"; to run a script, use `command`", file, class)
}

// classesOf returns the classes that a Python file defines.
func classesOf(text string) []string {
	var classes []string
	for _, found := range pythonClasses.FindAllStringSubmatch(text, -1) {
		classes = append(classes, found[1])
	}
	return classes
}

var (
	pythonClasses = regexp.MustCompile(`(?m)^class[ \t]+([\pL_][\pL\pN_]*)`)
	dynamicNames  = regexp.MustCompile(`import[ \t]*\*|\b(?:__getattr__|globals|exec|eval|setattr|__setattr__|locals|vars|__dict__|f_globals|f_locals|modules)\b`)
)

// resourceText returns the text of a file of the resources.
func (c *checker) resourceText(name string) (string, bool) {
	for _, e := range c.topology.ResourceEntries {
		if e.Name != jar.Root+name {
			continue
		}
		if e.Path == "" {
			return string(e.Data), true
		}
		text, err := c.files.Read(e.Path)
		return string(text), err == nil
	}
	return "", false
}

// needsLauncher reports whether a component is a process that Storm can start only with a launcher.
func (c *checker) needsLauncher(runs Implementation) bool {
	switch runs := runs.(type) {
	case *GoProgram, *PythonClass:
		return true
	case *Command:
		return len(c.topology.Setup) > 0 || c.topology.Packages != nil && runs.Language() == "Python" || len(runs.Words) != 2 || len(runs.Env) > 0 || c.resourceNames[path.Clean(runs.Words[0])]
	}
	return false
}
