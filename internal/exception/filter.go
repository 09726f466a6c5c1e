package exception

import "strings"

// A Filter finds the lines of standard error that only a reader of the whole text needs: the frames of a stack. The zero
// value is for a process that has written nothing.
type Filter struct {
	python, golang bool     // inside a trace
	lines          []string // of the trace, or the last lines
}

// maxLines is how many lines a Filter keeps of a trace.
const maxLines = 400

// Frame takes the next line, and reports whether it is a frame or belongs to one.
func (f *Filter) Frame(line string) bool {
	f.keep(line)
	switch {
	case f.golang:
		return true // a program in Go that panics writes nothing else
	case goFailure(line):
		f.golang, f.lines = true, []string{line}
		return false
	case strings.HasPrefix(line, "Traceback (most recent call last):"), pythonFrame().MatchString(line):
		f.python = true
		return true
	case f.python:
		f.python = line == "" || line[0] == ' ' || line[0] == '\t'
		return f.python
	case strings.HasPrefix(line, "During handling of the above exception,"), strings.HasPrefix(line, "The above exception was the direct cause"):
		return true
	}
	return javaFrame().MatchString(line) || javaScriptFrame().MatchString(line)
}

func (f *Filter) keep(line string) {
	if len(f.lines) >= maxLines {
		if f.golang {
			return
		}
		f.lines = append(f.lines[:0], f.lines[maxLines/2:]...)
	}
	f.lines = append(f.lines, line)
}

// Cause returns the exception that the process probably died of.
func (f *Filter) Cause() (e Exception, ok bool) {
	return ReadTrace(strings.Join(f.lines, "\n"))
}
