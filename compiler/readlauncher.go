package compiler

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stormflux/stormflux/validate"
)

// Start is what a launcher starts.
type Start struct {
	Words   []string
	Program bool // Words[0] is a file below resources/
	Env     []validate.EnvVar
	Setup   string // the script of the topology's setup, below resources/, or ""
	// Packages says that it finds the required Python packages, which are in the jar too.
	Packages bool
}

// PythonClass returns the class and the interpreter if the Python SDK starts a class.
func (s *Start) PythonClass() (class, interpreter string, ok bool) {
	if len(s.Words) == 5 && strings.Join(s.Words[1:4], " ") == "-u -m stormflux" {
		return s.Words[4], s.Words[0], true
	}
	return "", "", false
}

// ReadLauncher reads a launcher that this or an earlier release wrote. It reports false for any other script.
func ReadLauncher(text string) (*Start, bool) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, false
	}
	s := &Start{}
	program := ""
	for _, stmt := range file.Stmts {
		switch cmd := stmt.Cmd.(type) {
		case *syntax.BinaryCmd: // (. SETUP) </dev/null >&2 || exit
			shell, ok := cmd.X.Cmd.(*syntax.Subshell)
			if !ok || len(shell.Stmts) != 1 {
				return nil, false
			}
			words, ok := callWords(shell.Stmts[0].Cmd, "")
			if !ok || len(words) != 2 || words[0] != "." {
				return nil, false
			}
			s.Setup = strings.TrimPrefix(words[1], "./")
		case *syntax.IfClause: // [makeRunnable]
		case *syntax.CallExpr:
			if len(cmd.Assigns) == 1 && len(cmd.Args) == 0 {
				name := cmd.Assigns[0].Name.Value
				value, appended, ok := assigned(cmd.Assigns[0]) // false for our PYTHONPATH, which has "$PWD"
				switch {
				case name == "program" && ok:
					program = value
				case ok:
					s.Env = append(s.Env, validate.EnvVar{Name: name, Value: value, Append: appended})
				case name == "PYTHONPATH":
					s.Packages = strings.Contains(text, "/"+packagesFolder)
				default:
					return nil, false
				}
				continue
			}
			words, ok := callWords(cmd, program)
			if !ok {
				return nil, false
			}
			if words[0] == "exec" && len(words) > 1 {
				s.Words, s.Program = words[1:], program != ""
			}
		case *syntax.DeclClause: // export NAME
		default:
			return nil, false
		}
	}
	if s.Program {
		s.Words[0] = strings.TrimPrefix(program, "./")
	}
	return s, len(s.Words) > 0
}

// ReadSetup returns the command of a script that runs a topology's setup.
func ReadSetup(text string) ([]string, bool) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, false
	}
	for _, stmt := range file.Stmts {
		call, ok := stmt.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Assigns) != 1 || call.Assigns[0].Name.Value != "line" {
			continue
		}
		line, _, ok := assigned(call.Assigns[0])
		if !ok {
			return nil, false
		}
		inner, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(line), "")
		if err != nil || len(inner.Stmts) != 1 {
			return nil, false
		}
		return callWords(inner.Stmts[0].Cmd, "")
	}
	return nil, false
}

// callWords returns the words of a simple command. The word "$program" stands for program.
func callWords(cmd syntax.Command, program string) ([]string, bool) {
	call, ok := cmd.(*syntax.CallExpr)
	if !ok || len(call.Assigns) > 0 || len(call.Args) == 0 {
		return nil, false
	}
	var words []string
	for _, arg := range call.Args {
		word, ok := literalWord(arg.Parts)
		if !ok {
			if program == "" || len(words) != 1 || !isExpansion(arg, "program") {
				return nil, false
			}
			word = program
		}
		words = append(words, word)
	}
	return words, true
}

func isExpansion(word *syntax.Word, name string) bool {
	quoted, ok := word.Parts[0].(*syntax.DblQuoted)
	if !ok || len(word.Parts) != 1 || len(quoted.Parts) != 1 {
		return false
	}
	param, ok := quoted.Parts[0].(*syntax.ParamExp)
	return ok && param.Param.Value == name
}

// assigned returns the value of an assignment, and whether it is appended to the value before.
func assigned(a *syntax.Assign) (value string, appended, ok bool) {
	if a.Value == nil {
		return "", false, true
	}
	parts := a.Value.Parts
	if quoted, isQuoted := parts[0].(*syntax.DblQuoted); isQuoted && len(quoted.Parts) == 1 { // "${NAME:+$NAME:}"
		if param, isParam := quoted.Parts[0].(*syntax.ParamExp); isParam && param.Param.Value == a.Name.Value {
			parts, appended = parts[1:], true
		}
	}
	value, ok = literalWord(parts)
	return value, appended, ok
}

// literalWord returns a word that the shell does not change, without its quotes.
func literalWord(parts []syntax.WordPart) (string, bool) {
	var b strings.Builder
	for _, part := range parts {
		switch part := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescaped(part.Value))
		case *syntax.SglQuoted:
			b.WriteString(part.Value)
		case *syntax.DblQuoted: // shellescape writes "'" for a quote
			inner, ok := literalWord(part.Parts)
			if !ok {
				return "", false
			}
			b.WriteString(inner)
		default:
			return "", false
		}
	}
	return b.String(), true
}

func unescaped(lit string) string {
	var b strings.Builder
	for i := 0; i < len(lit); i++ {
		if lit[i] == '\\' && i+1 < len(lit) {
			i++
		}
		b.WriteByte(lit[i])
	}
	return b.String()
}
