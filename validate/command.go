package validate

import (
	"fmt"
	"path/filepath"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about what a component runs.
const (
	ruleInvalidCommand = "invalid-command"
	ruleNeedsShell     = "command-needs-shell"
	ruleEnv            = "invalid-env"
)

// command reads the words of a `command`, from a list or from one string that is split as a POSIX shell splits.
func (c *checker) command(k *component, v *yaml.Value) {
	switch v.Kind {
	case yaml.Sequence:
		k.Command = c.words(k, v)
	case yaml.String:
		k.Command = c.split(k, v)
	}
	switch {
	case len(k.Command) > 0 && k.Command[0] == "":
		at := v
		if len(v.Items) > 0 {
			at = v.Items[0]
		}
		c.list.Errorf(ruleInvalidCommand, at.Span, "%s: the command's first word, the program, is empty", k.name())
	case v.Kind == yaml.String && v.Text != "" && strings.TrimSpace(v.Text) == "":
		c.list.Errorf(ruleInvalidCommand, v.Span, "%s: the command is empty", k.name()).
			WithHint("write the program and its arguments: [python3, split.py]")
	}
}

// words returns the texts of a list of scalars.
func (c *checker) words(k *component, list *yaml.Value) []string {
	words := make([]string, 0, len(list.Items))
	for _, item := range list.Items {
		switch {
		case item.Kind == yaml.Null || !item.IsScalar(): // reported by the grammar, or by stringList
			continue
		case strings.ContainsRune(item.Text, 0):
			c.list.Errorf(ruleInvalidCommand, item.Span, "%s: a word of a command cannot hold a NUL character", k.name())
			continue
		}
		words = append(words, item.Text)
	}
	return words
}

// plainCommand are the characters that no shell gives a meaning to, in any place.
const plainCommand = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%^"

func (c *checker) split(k *component, v *yaml.Value) []string {
	if strings.Trim(v.Text, plainCommand) == "" {
		return strings.Fields(v.Text)
	}
	if strings.ContainsRune(v.Text, 0) {
		c.list.Errorf(ruleInvalidCommand, v.Span, "%s: a command cannot hold a NUL character", k.name())
		return nil
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX), syntax.KeepComments(true)).Parse(strings.NewReader(v.Text), "")
	if err != nil {
		place, what := v.Span, err.Error()
		if e, ok := err.(syntax.ParseError); ok {
			place, what = inside(v, int(e.Pos.Offset()), int(e.Pos.Offset())+1), e.Text
		}
		c.list.Errorf(ruleInvalidCommand, place, "%s: the command cannot be split into words: %s", k.name(), what).
			WithHint("write a list of words instead: command: [python3, split.py]")
		return nil
	}
	needsShell := func(node syntax.Node, what string) []string {
		start, end := int(node.Pos().Offset()), int(node.End().Offset())
		c.list.Errorf(ruleNeedsShell, inside(v, start, end), "%s: the command has %s, but no shell runs it", k.name(), what).
			WithHint("quote it if it is meant as it stands; for a shell write command: [sh, -c, %s]", quoted(v.Text))
		return nil
	}
	if len(file.Last) > 0 {
		return needsShell(&file.Last[0], "a comment")
	}
	if len(file.Stmts) > 1 {
		return needsShell(file.Stmts[1], "a second command")
	}
	if len(file.Stmts) == 0 {
		return nil
	}
	s := file.Stmts[0]
	call, simple := s.Cmd.(*syntax.CallExpr)
	switch {
	case len(s.Comments) > 0:
		return needsShell(&s.Comments[0], "a comment")
	case len(s.Redirs) > 0:
		return needsShell(s.Redirs[0], "a redirection")
	case s.Background || s.Semicolon.IsValid() || s.Negated || s.Coprocess:
		return needsShell(s, "shell syntax")
	case !simple:
		return needsShell(s, "shell syntax")
	case len(call.Assigns) > 0:
		a := call.Assigns[0]
		c.list.Errorf(ruleNeedsShell, inside(v, int(a.Pos().Offset()), int(a.End().Offset())),
			"%s: the command begins with an assignment, but no shell runs it", k.name()).
			WithHint("use `env` to give the component an environment variable")
		return nil
	}
	words := make([]string, 0, len(call.Args))
	for _, word := range call.Args {
		if node, what := expansion(word); node != nil {
			return needsShell(node, what)
		}
		words = append(words, unquoted(word))
	}
	return words
}

// expansion finds what a shell would replace in a word.
func expansion(word *syntax.Word) (syntax.Node, string) {
	for i, part := range word.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			if i == 0 && strings.HasPrefix(part.Value, "~") {
				return part, "\"~\""
			}
			escaped := false
			for _, r := range part.Value {
				switch {
				case escaped:
					escaped = false
				case r == '\\':
					escaped = true
				case strings.ContainsRune("*?[", r):
					return part, fmt.Sprintf("the pattern %q", part.Value)
				}
			}
		case *syntax.SglQuoted:
			if part.Dollar {
				return part, "shell quoting"
			}
		case *syntax.DblQuoted:
			if part.Dollar {
				return part, "shell quoting"
			}
			for _, inner := range part.Parts {
				if _, ok := inner.(*syntax.Lit); !ok {
					return inner, "an expansion"
				}
			}
		default:
			return part, "an expansion"
		}
	}
	return nil, ""
}

// unquoted returns the text of a word without expansions, as POSIX 2.2 and 2.6.7 (quoting, quote removal) say.
func unquoted(word *syntax.Word) string {
	var b strings.Builder
	unescape := func(text, escapable string) {
		for i := 0; i < len(text); i++ {
			if text[i] == '\\' && i+1 < len(text) && (escapable == "" || strings.IndexByte(escapable, text[i+1]) >= 0) {
				if i++; text[i] == '\n' {
					continue
				}
			}
			b.WriteByte(text[i])
		}
	}
	for _, part := range word.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			unescape(part.Value, "")
		case *syntax.SglQuoted:
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			for _, inner := range part.Parts {
				unescape(inner.(*syntax.Lit).Value, "$`\"\\\n")
			}
		}
	}
	return b.String()
}

// inside returns the span of a part of a string's text, where the string is written as it is, and otherwise that of
// the whole string.
func inside(v *yaml.Value, start, end int) diag.Span {
	if v.Origin != nil || v.Span.IsZero() {
		return v.Span
	}
	written := v.Span.Text()
	skip := 0
	if len(written) == len(v.Text)+2 && (written[0] == '"' || written[0] == '\'') {
		skip = 1
	}
	if len(written) != len(v.Text)+2*skip || written[skip:len(written)-skip] != v.Text {
		return v.Span
	}
	start, end = min(max(start, 0), len(v.Text)), min(max(end, 0), len(v.Text))
	if start == end && start > 0 {
		start--
	}
	return diag.Span{File: v.Span.File, Start: v.Span.Start + skip + start, End: v.Span.Start + skip + max(end, start)}
}

// goProgram reads a `go` component. Whether it is a package or an executable is for the files to say.
func (c *checker) goProgram(k *component, program *schema.GoProgram) {
	v := program.Path
	k.Go = &GoProgram{Dir: resolved(v.Span, v.Text), Span: v.Span}
}

// resolved is a path as it is written in a file, which starts from the file's folder.
func resolved(span diag.Span, path string) string {
	path = filepath.FromSlash(path)
	if span.File == nil || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(span.File.Dir, path)
}

// arguments appends `args` to what runs.
func (c *checker) arguments(k *component) {
	a := k.src.Args
	if a == nil || a.Kind != yaml.Sequence {
		return
	}
	words := c.words(k, a)
	if k.Go != nil {
		k.Go.Args = words
	} else if len(k.Command) > 0 {
		k.Command = append(k.Command, words...)
	}
}

// environment reads `env`.
func (c *checker) environment(k *component) {
	env := k.src.Env
	if env == nil || env.Kind != yaml.Map {
		return
	}
	if k.Class != nil {
		return // the grammar has reported it
	}
	for _, e := range env.Entries {
		c.envVar(k, e, false)
	}
}

func (c *checker) envVar(k *component, e yaml.Entry, flux bool) {
	name, v := e.Key.Text, e.Value
	c.index.declare(Declaration{Kind: EnvironmentVariableSymbol, Name: name, Span: e.Key.Span, Owner: k.declaration})
	switch {
	case !isEnvName(name):
		if flux { // of `env` the grammar has reported it, and the next case
			c.list.Errorf(ruleEnv, e.Key.Span, "%s: %q is not the name of an environment variable", k.name(), shortened(name)).
				WithHint("letters, digits and \"_\" may stand in it, and no digit at its start")
		}
		return
	case v.Kind == yaml.Null || !v.IsScalar():
		if flux {
			c.list.Errorf(ruleEnv, v.Span, "%s: environment variable %q must be a string, not %s", k.name(), name, shown(v)).
				WithHint("an empty value is written \"\"")
		}
		return
	case strings.ContainsRune(v.Text, 0):
		c.list.Errorf(ruleEnv, v.Span, "%s: environment variable %q cannot hold a NUL character", k.name(), name)
		return
	}
	for i := range k.Env {
		if k.Env[i].Name == name { // FluxShellBolt.setEnv called again
			k.Env[i].Value, k.Env[i].Append = v.Text, flux && name == "PATH"
			return
		}
	}
	k.Env = append(k.Env, EnvVar{Name: name, Value: v.Text, Append: flux && name == "PATH"})
}

func isEnvName(name string) bool {
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
