// Package exception reads the texts in which components report errors: stack traces of Python, Node, Java and Go, and
// what Storm wraps around them. Every command that shows an error of a component uses it, so that the same error looks the
// same everywhere. How lines and tables look is the business of the callers.
package exception

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// An Exception is what a reader wants to know first about an error.
type Exception struct {
	Message string // one line: the exception with its message
	File    string // where it was raised, or ""; a file from the jar is named resources/...
	Line    int
}

// String returns the exception on one line, with its place.
func (e Exception) String() string {
	if e.File == "" {
		return e.Message
	}
	return fmt.Sprintf("%s (%s:%d)", e.Message, e.File, e.Line)
}

// In returns the exception with the file that a resource comes from. sources has the files by the names of the resources.
func (e Exception) In(sources map[string]string) Exception {
	if source := sources[e.File]; source != "" {
		e.File = source
	}
	return e
}

// Read finds the exception in a text: of several, the one that caused the others. A text that is no stack trace counts by
// its first line.
func Read(text string) Exception {
	e, _ := ReadTrace(text)
	return e
}

// ReadTrace is [Read], and reports whether the text holds a stack trace.
func ReadTrace(text string) (e Exception, trace bool) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for _, read := range []func([]string) (Exception, bool){readPython, readGo, readJavaScript, readJava} {
		if e, ok := read(lines); ok {
			e.Message = unwrapped(e.Message)
			e.File = inJar(e.File)
			return e, true
		}
	}
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return Exception{Message: unwrapped(line)}, false
		}
	}
	return Exception{}, false
}

// unwrapped removes what Storm puts before the words of a component: ShellBolt and ShellSpout report the command "error"
// as an Exception, and ShellProcess puts standard error behind "errorString:".
func unwrapped(message string) string {
	message = strings.TrimSpace(message)
	const reported = "java.lang.Exception: Shell Process Exception:"
	if words, ok := strings.CutPrefix(message, reported); ok && strings.TrimSpace(words) != "" {
		return strings.TrimSpace(words)
	}
	return message
}

// inJar shortens the path of a file that a worker or `stormflux run` has unpacked: its folder is a temporary one.
func inJar(path string) string {
	path = strings.ReplaceAll(path, `\`, "/")
	if i := strings.LastIndex(path, "/resources/"); i >= 0 {
		return path[i+1:]
	}
	return path
}

// onFirstUse is a regular expression that is compiled when it is first used: most commands show no error of a component.
func onFirstUse(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// The lines of Python's traceback module. A SyntaxError of the main program has no "Traceback" line.
var (
	pythonFrame = onFirstUse(`^\s*File "(.+)", line (\d+)`)
	pythonName  = onFirstUse(`^[\pL_][\pL\pN_.]*(: |:?$)`)
)

// inPythonSDK reports whether a file is one of our SDK for Python: in the folder of the package, wherever that is. Where an
// exception comes from there, the mistake is in the frame that called it.
func inPythonSDK(file string) bool {
	return path.Base(path.Dir(strings.ReplaceAll(file, `\`, "/"))) == "stormflux"
}

func readPython(lines []string) (e Exception, ok bool) {
	var own []string // the last frame of the component
	for i, line := range lines {
		m := pythonFrame().FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if !inPythonSDK(m[1]) && !strings.HasPrefix(m[1], "<frozen ") {
			own = m
		} else if own != nil {
			m = own
		}
		for _, next := range lines[i+1:] {
			if next == "" || next[0] == ' ' || next[0] == '\t' {
				if pythonFrame().MatchString(next) {
					break
				}
				continue
			}
			if pythonName().MatchString(next) {
				e, ok = Exception{Message: next, File: m[1], Line: number(m[2])}, true
				own = nil
			}
			break
		}
	}
	return e, ok
}

// The lines of a Go panic, and of an error of Go's runtime.
var goFrame = onFirstUse(`^\t(.+\.go):(\d+)( \+0x[0-9a-f]+)?$`)

func readGo(lines []string) (e Exception, ok bool) {
	for i, line := range lines {
		if !goFailure(line) {
			continue
		}
		e = Exception{Message: strings.TrimSuffix(line, " [recovered]")}
		first := i + 1
		for n := first; n < len(lines); n++ {
			if strings.HasPrefix(lines[n], "panic(") { // what stands above has recovered the panic
				first = n + 1
			}
		}
		for n := first; n < len(lines) && e.File == ""; n++ {
			m := goFrame().FindStringSubmatch(lines[n])
			if m == nil {
				continue
			}
			function := lines[n-1]
			if !strings.HasPrefix(function, "panic(") && !strings.HasPrefix(function, "runtime.") && !strings.HasPrefix(function, "runtime/") {
				e.File, e.Line = m[1], number(m[2])
			}
		}
		return e, true
	}
	return e, false
}

// goFailure reports whether a line begins a stack trace of Go. Our SDK puts the name of the method before a panic.
func goFailure(line string) bool {
	if method, rest, ok := strings.Cut(line, ": "); ok && strings.HasPrefix(rest, "panic: ") && !strings.Contains(method, " ") {
		return true
	}
	return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")
}

// The lines of a JavaScript stack: "at f (file:1:2)" or "at file:1:2".
var javaScriptFrame = onFirstUse(`^\s+at (?:.*\()?((?:file://|node:)?[^()]+?):(\d+):\d+\)?( \{)?$`)

// javaScriptPlace is Node's first line about an error of the main program.
var javaScriptPlace = onFirstUse(`^(?:file://)?(/.+|[A-Z]:.+):(\d+)$`)

// javaScriptCause is the first line of an error that caused the error above. Without a stack it has brackets.
var javaScriptCause = onFirstUse(`^(\s+)\[cause\]: (?:\[(.+)\]|(.+?))(?: \{)?$`)

func readJavaScript(lines []string) (e Exception, ok bool) {
	for i, line := range lines {
		m := javaScriptFrame().FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if !ok {
			e.Message = before(lines[:i])
			ok = true
		}
		if !strings.HasPrefix(m[1], "node:") {
			e.File, e.Line = strings.TrimPrefix(m[1], "file://"), number(m[2])
			break
		}
	}
	if e.File == "" {
		e, ok = readJavaScriptPlace(lines, e, ok)
	}
	return javaScriptRoot(lines, e), ok
}

// readJavaScriptPlace adds the place of a SyntaxError, which stands above it: the program has no frame yet.
func readJavaScriptPlace(lines []string, e Exception, ok bool) (Exception, bool) {
	for i, line := range lines {
		m := javaScriptPlace().FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for n := i + 1; !ok && n < len(lines); n++ {
			if strings.HasPrefix(lines[n], "SyntaxError: ") {
				e.Message, ok = lines[n], true
			}
		}
		if ok {
			e.File, e.Line = m[1], number(m[2])
			break
		}
	}
	return e, ok
}

// javaScriptRoot returns the error that caused e, or e. Each cause stands deeper than what it caused.
func javaScriptRoot(lines []string, e Exception) Exception {
	depth := 0
	placed := true // e.File belongs to e.Message
	for _, line := range lines {
		if m := javaScriptCause().FindStringSubmatch(line); m != nil {
			if words := m[2] + m[3]; len(m[1]) > depth && pythonName().MatchString(words) {
				e.Message, depth, placed = words, len(m[1]), false
			}
			continue
		}
		m := javaScriptFrame().FindStringSubmatch(line)
		if m != nil && !placed && !strings.HasPrefix(m[1], "node:") {
			e.File, e.Line, placed = strings.TrimPrefix(m[1], "file://"), number(m[2]), true
		}
	}
	return e
}

// before returns the first line of the message above a stack: the last line that is not indented and looks like an error.
func before(lines []string) string {
	for i := len(lines) - 1; i >= 0; i-- {
		if pythonName().MatchString(lines[i]) || strings.Contains(lines[i], "Error") {
			return lines[i]
		}
	}
	if len(lines) > 0 {
		return lines[len(lines)-1]
	}
	return "error"
}

// The lines of a Java stack.
var javaFrame = onFirstUse(`^\s+at ([\w.$/@<>-]+)\(([^():]+)(?::(\d+))?\)$`)

func readJava(lines []string) (e Exception, ok bool) {
	for i, line := range lines {
		m := javaFrame().FindStringSubmatch(line)
		cause, caused := strings.CutPrefix(line, "Caused by: ")
		switch {
		case caused:
			// "Cannot run program X: error=2" is caused by "error=2".
			if _, words, _ := strings.Cut(cause, ": "); words == "" || !strings.HasSuffix(e.Message, words) {
				e = Exception{Message: cause}
			}
		case m == nil:
			continue
		case !ok && i > 0:
			e.Message = firstLine(lines[:i])
		}
		ok = true
		if m != nil && e.File == "" && m[3] != "" && !library(m[1]) {
			e.File, e.Line = m[2], number(m[3])
		}
	}
	if words := lastWords(lines); ok && words != "" {
		return Exception{Message: words}, true
	}
	return e, ok
}

func firstLine(lines []string) string {
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			return line
		}
	}
	return ""
}

// lastWords returns the last line on the standard error of a process that ended before the handshake, or "". Storm puts the
// standard error behind these phrases (ShellProcess.launch in 2.8.3); what caused the exception is only the closed pipe.
func lastWords(lines []string) (words string) {
	inside := false
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "Serializer Exception:"), strings.HasSuffix(line, "Error when launching multilang subprocess"):
			inside = true
		case strings.HasPrefix(line, "Caused by: "), javaFrame().MatchString(line):
			inside = false
		case inside && strings.TrimSpace(line) != "":
			words = line
		}
	}
	return words
}

// library reports whether a Java method belongs to Java or Storm, where no user looks for a mistake.
func library(method string) bool {
	for _, prefix := range []string{"java.", "javax.", "jdk.", "sun.", "clojure.", "org.apache.storm.", "java.base/"} {
		if strings.HasPrefix(method, prefix) {
			return true
		}
	}
	return false
}

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
