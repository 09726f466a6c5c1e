package validate

import (
	"path"
	"slices"
	"strings"
)

// Language returns "Go".
func (g *GoProgram) Language() string { return "Go" }

// Language returns the language of the interpreter or of the script, if one of the two is known.
func (c *Command) Language() string {
	at := programWord(c.Words)
	if at < 0 {
		return ""
	}
	if in := interpreterOf(c.Words[at]); in != nil {
		return in.language
	}
	for _, in := range interpreters {
		if slices.Contains(in.extensions, path.Ext(c.Words[at])) {
			return in.language
		}
	}
	return ""
}

// Language returns "Python".
func (p *PythonClass) Language() string { return "Python" }

// Language returns "JVM".
func (c *Class) Language() string { return "JVM" }

// String returns "go" with the folder of the package, or the path of the executable, and the arguments.
func (g *GoProgram) String() string {
	program := g.Path
	if g.Executable == "" {
		program = "go " + program
	}
	return strings.Join(append([]string{program}, g.Args...), " ")
}

// String returns the words of the command.
func (c *Command) String() string { return strings.Join(c.Words, " ") }

// String returns "python" with the name of the class.
func (p *PythonClass) String() string { return "python " + p.Name() }

// String returns the name of the class.
func (c *Class) String() string { return c.Name }
