package validate

import (
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// The rules about what a component runs.
const (
	ruleInvalidCommand = "invalid-command"
	ruleNeedsShell     = "command-needs-shell"
)

// command reads the command line of a component, or of the setup: a list of words, or one string that is split as a POSIX shell splits.
func (c *checker) command(who string, v *yaml.Value) []string {
	var words []string
	switch v.Kind {
	case yaml.Sequence:
		words = c.words(who, v)
	case yaml.String:
		words = c.split(who, v)
	}
	switch {
	case len(words) > 0 && words[0] == "":
		at := v
		if len(v.Items) > 0 {
			at = v.Items[0]
		}
		c.list.Errorf(ruleInvalidCommand, at.Span, "%s: the first word of the command, the program, is empty", who)
	case v.Kind == yaml.String && v.Text != "" && strings.TrimSpace(v.Text) == "":
		c.list.Errorf(ruleInvalidCommand, v.Span, "%s: the command is empty", who).
			WithHint("write the program and its arguments: [python3, split.py]")
	}
	return words
}

// words returns the texts of the scalars in a list.
func (c *checker) words(who string, list *yaml.Value) []string {
	words := make([]string, 0, len(list.Items))
	for _, item := range list.Items {
		switch {
		case item.Kind == yaml.Null || !item.IsScalar(): // has been reported
			continue
		case strings.ContainsRune(item.Text, 0):
			c.list.Errorf(ruleInvalidCommand, item.Span, "%s: a word of a command cannot hold a NUL character", who)
			continue
		}
		words = append(words, item.Text)
	}
	return words
}

// plainCommand are the characters that mean nothing special to any shell, wherever they are.
const plainCommand = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%^"

func (c *checker) split(who string, v *yaml.Value) []string {
	if strings.Trim(v.Text, plainCommand) == "" {
		return strings.Fields(v.Text)
	}
	if strings.ContainsRune(v.Text, 0) {
		c.list.Errorf(ruleInvalidCommand, v.Span, "%s: a command cannot hold a NUL character", who)
		return nil
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX), syntax.KeepComments(true)).Parse(strings.NewReader(v.Text), "")
	if err != nil {
		place, what := v.Span, err.Error()
		if e, ok := err.(syntax.ParseError); ok {
			place, what = inside(v, int(e.Pos.Offset()), int(e.Pos.Offset())+1), e.Text
		}
		c.list.Errorf(ruleInvalidCommand, place, "%s: the command cannot be split into words: %s", who, what).
			WithHint("write a list of words instead: command: [python3, split.py]")
		return nil
	}
	needsShell := func(node syntax.Node, what, hint string) []string {
		start, end := int(node.Pos().Offset()), int(node.End().Offset())
		c.list.Errorf(ruleNeedsShell, inside(v, start, end), "%s: the command contains %s, but no shell runs it", who, what).
			WithHint("%s", hint)
		return nil
	}
	const leaveOut = "leave it out; to pass it on, write a list of words"
	const listOfWords = "; to pass it on as it is, write a list of words"
	if len(file.Last) > 0 {
		return needsShell(&file.Last[0], "a comment", leaveOut)
	}
	if len(file.Stmts) > 1 {
		return needsShell(file.Stmts[1], "a second command", inShell(v.Text)+listOfWords)
	}
	if len(file.Stmts) == 0 {
		return nil
	}
	s := file.Stmts[0]
	call, simple := s.Cmd.(*syntax.CallExpr)
	switch {
	case len(s.Comments) > 0:
		return needsShell(&s.Comments[0], "a comment", leaveOut)
	case s.Background:
		return needsShell(s, "\"&\"", "leave \"&\" out: the program must not go to the background")
	case s.Semicolon.IsValid() && simple && len(s.Redirs) == 0:
		return needsShell(s, "\";\"", "leave \";\" out")
	case len(s.Redirs) > 0:
		return needsShell(s.Redirs[0], "a redirection", inShell(v.Text))
	case s.Negated || s.Coprocess || !simple:
		return needsShell(s, "shell syntax", inShell(v.Text))
	case len(call.Assigns) > 0:
		a := call.Assigns[0]
		c.list.Errorf(ruleNeedsShell, inside(v, int(a.Pos().Offset()), int(a.End().Offset())),
			"%s: the command begins with an assignment, but no shell runs it", who).
			WithHint("a component sets its environment variables with `env`; elsewhere, %s", inShell(v.Text))
		return nil
	}
	words := make([]string, 0, len(call.Args))
	for _, word := range call.Args {
		if node, what := expansion(word); node != nil {
			return needsShell(node, what, inShell(v.Text)+listOfWords+asWords(v.Text, call.Args))
		}
		words = append(words, unquoted(word))
	}
	return words
}

// inShell says how a command becomes one of a shell. The text of a long command is left out.
func inShell(text string) string {
	example := "..."
	if text = strings.TrimSpace(text); shortened(text) == text {
		example = unsubstituted(text)
	}
	return fmt.Sprintf("to run it in a shell, write [sh, -c, %s]", strconv.Quote(strings.ToValidUTF8(example, "?")))
}

// asWords returns a command as a list with every word as it is written, such as `: [ls, "*.txt"]`. It returns "" if the list is
// long, or if a word is partly in quotes, because nobody knows then which text is meant.
func asWords(text string, args []*syntax.Word) string {
	var words []string
	for _, word := range args {
		if node, _ := expansion(word); node == nil {
			words = append(words, quotedIfNeeded(unsubstituted(unquoted(word))))
			continue
		}
		start, end := word.Pos().Offset(), word.End().Offset()
		if q, ok := word.Parts[0].(*syntax.DblQuoted); ok && len(word.Parts) == 1 && !q.Dollar {
			start, end = start+1, end-1
		}
		raw := text[start:end]
		if strings.ContainsAny(raw, "\"'\\") {
			return ""
		}
		words = append(words, quotedIfNeeded(unsubstituted(raw)))
	}
	list := ": [" + strings.Join(words, ", ") + "]"
	if shortened(list) != list {
		return ""
	}
	return list
}

// unsubstituted writes a text so that nothing in it is substituted.
func unsubstituted(text string) string { return strings.ReplaceAll(text, "${", "$${") }

// expansion returns the part of a word that a shell would replace, and what it is; nil when there is none.
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

// unquoted returns the text of a word without expansions, by the rules of POSIX 2.2 and 2.6.7 (quoting, quote removal).
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

// inside returns the span of a part of a string's text. Where the text differs from what is written, it returns the
// span of the whole string.
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
