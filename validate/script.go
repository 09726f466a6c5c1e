package validate

import (
	"path"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// The rules about the program of a command.
const ruleMissingScript = "missing-script"

// interpreter is a program whose first plain argument is a script.
type interpreter struct {
	language   string // for people
	extensions []string
	inline     []string // flags after which there is no script: the program is in the command, in a module or on stdin
	valued     []string // flags that take the next word
	plain      string   // the letters that may stand in a bundle of flags without value, as in -uB
}

var (
	pythonInterpreter = interpreter{"Python", []string{".py", ".pyw", ".pyc", ".pyz"}, []string{"-c", "-m", "-"},
		[]string{"-W", "-X", "--check-hash-based-pycs"}, "bBdEhiIOPqRsSuvVx"}
	shellInterpreter = interpreter{"Shell", []string{".sh", ".bash", ".ksh", ".zsh"}, []string{"-c", "-s", "-"},
		[]string{"-o", "-O", "+o", "+O", "--rcfile", "--init-file"}, "abefhiklmnprtuvxBCEHPT"}
	rubyInterpreter = interpreter{"Ruby", []string{".rb"}, []string{"-e", "-S", "-C", "-"}, []string{"-I", "-r", "-E", "-W"}, "aclnpsvwyU"}
	nodeInterpreter = interpreter{"Node", []string{".js", ".mjs", ".cjs", ".ts"}, []string{"-e", "-p", "-pe", "--eval", "--print", "-"},
		[]string{"-r", "--require", "--import", "--loader", "-C", "--conditions", "--env-file"}, "ci"}
	perlInterpreter = interpreter{"Perl", []string{".pl"}, []string{"-e", "-E", "-S", "-"}, []string{"-I"}, "acflnpstTuUvwWX"}
	phpInterpreter  = interpreter{"PHP", []string{".php"}, []string{"-r", "-B", "-R", "-a", "-S", "-"}, []string{"-d", "-c", "-z"}, "nqew"}
)

// interpreters are the interpreters whose flags we know, by their name without the version.
var interpreters = map[string]*interpreter{
	"python": &pythonInterpreter, "pypy": &pythonInterpreter,
	"sh": &shellInterpreter, "bash": &shellInterpreter, "dash": &shellInterpreter, "ash": &shellInterpreter,
	"ksh": &shellInterpreter, "zsh": &shellInterpreter,
	"ruby": &rubyInterpreter, "jruby": &rubyInterpreter,
	"node": &nodeInterpreter, "nodejs": &nodeInterpreter,
	"perl": &perlInterpreter,
	"php":  &phpInterpreter,
}

// script checks that the file which a command runs goes into the jar. It looks only at clear cases: a program with a
// relative path, or the script of an interpreter whose flags we know. Absolute paths, also those of Windows, and those that begin with "../"
// (a blob of topology.blobstore.map), belong to the worker.
func (c *checker) script(who string, words []string, place func(word int) diag.Span) {
	if c.resourcesUnclear {
		return
	}
	i, certain := scriptWord(words)
	if i < 0 {
		return
	}
	word := words[i]
	name := path.Clean(word)
	if path.IsAbs(word) || hasDrive(word) || strings.HasPrefix(name, "..") || name == "." || strings.Contains(word, `\`) || c.resourceNames[name] {
		return
	}
	report := c.list.Errorf
	if !certain {
		report = c.list.Warnf
	}
	c.hintScript(report(ruleMissingScript, place(i), "%s runs %q, but that file is not among the resources", who, word), name)
}

// hasDrive reports whether a path begins with a drive of Windows, as in "C:/split.py".
func hasDrive(path string) bool {
	return len(path) > 2 && path[1] == ':' && path[2] == '/' && (path[0]|0x20) >= 'a' && (path[0]|0x20) <= 'z'
}

func (c *checker) hintScript(d *diag.Diagnostic, name string) {
	names := make([]string, 0, len(c.resourceNames))
	for n := range c.resourceNames {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		if n != name && strings.EqualFold(n, name) {
			d.WithHint("the file is named %q: the cluster distinguishes upper and lower case", n)
			return
		}
	}
	for _, n := range names {
		if path.Base(n) == path.Base(name) {
			d.WithHint("write %q: the program starts in the resources folder", n)
			return
		}
	}
	if near, ok := c.similar.suggest(name, names); ok {
		d.WithHint("did you mean %q?", near)
		return
	}
	switch beside, found := c.beside(name); {
	case found && len(c.topology.Files) > 0:
		d.WithHint("that file is beside the topology: add %q to `resources`", beside)
	case found:
		d.WithHint("that file is beside the topology: write `resources: [%s]`", beside)
	case len(c.topology.Files) == 0:
		d.WithHint("put it into a folder \"resources\" beside the topology, or name its folder in `resources` or with --resources")
	case len(names) > 0:
		d.WithHint("known resources: %s", listed(names))
	default:
		d.WithHint("put %s into the resources, which are empty", quoted(name))
	}
}

// programWord returns the index of the word that names the program, or -1 if it is not clear.
func programWord(words []string) int {
	at := 0
	for at < len(words) && path.Base(words[at]) == "env" { // env [-i] [NAME=value]... program
		at++
		for at < len(words) && strings.Contains(words[at], "=") && !strings.HasPrefix(words[at], "-") {
			at++
		}
		if at < len(words) && strings.HasPrefix(words[at], "-") {
			return -1
		}
	}
	if at == len(words) || words[at] == "" {
		return -1
	}
	return at
}

// interpreterOf returns the interpreter that a program is, or nil.
func interpreterOf(program string) *interpreter {
	return interpreters[strings.TrimRight(path.Base(program), "0123456789.")]
}

// scriptWord returns the index of the word that names a file of ours, or -1. It is certain when the word cannot mean
// anything else.
func scriptWord(words []string) (index int, certain bool) {
	at := programWord(words)
	if at < 0 {
		return -1, false
	}
	program := words[at]
	in := interpreterOf(program)
	if in == nil {
		switch ext := path.Ext(program); {
		case strings.Contains(program, "/"):
			return at, true
		case ext != "" && isScriptExtension(ext):
			return at, false
		}
		return -1, false
	}
	if strings.Contains(program, "/") && !path.IsAbs(program) {
		return at, true // an interpreter from the resources
	}
	unknown := false
	for i := at + 1; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "--":
			if i+1 < len(words) {
				return i + 1, true
			}
			return -1, false
		case slices.Contains(in.inline, w), strings.HasPrefix(w, "--eval="), strings.HasPrefix(w, "--print="):
			return -1, false
		case slices.Contains(in.valued, w):
			i++
		case strings.HasPrefix(w, "--"):
			unknown = unknown || !strings.Contains(w, "=")
		case strings.HasPrefix(w, "-") && len(w) > 1 || strings.HasPrefix(w, "+"):
			if !bundled(in, w[1:]) {
				return -1, false
			}
		case w == "" || strings.ContainsAny(w, " \n"):
			return -1, false
		case unknown && !slices.Contains(in.extensions, path.Ext(w)):
			return -1, false // it may be the value of a flag that we do not know
		default:
			return i, true
		}
	}
	return -1, false
}

// bundled reports whether the letters are flags without a value, or one flag with its value (-Wignore).
func bundled(in *interpreter, letters string) bool {
	if strings.Trim(letters, in.plain) == "" {
		return true
	}
	return slices.ContainsFunc(in.valued, func(flag string) bool {
		return len(flag) == 2 && len(letters) > 1 && letters[0] == flag[1]
	})
}

func isScriptExtension(ext string) bool {
	for _, in := range []*interpreter{&pythonInterpreter, &shellInterpreter, &rubyInterpreter, &nodeInterpreter, &perlInterpreter, &phpInterpreter} {
		if slices.Contains(in.extensions, ext) {
			return true
		}
	}
	return false
}
