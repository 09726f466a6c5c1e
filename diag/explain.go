package diag

import (
	"fmt"
	"io"
	"strings"
)

// explainWidth is how many columns the text of an explanation takes.
const explainWidth = 80

// Explain writes a rule's documentation for a terminal, with ANSI colours if color is set. The error is that of w.
func Explain(w io.Writer, rule Rule, color bool) error {
	p := painter(color)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n%s\n\n", p.paint(ansiBold, rule.Name), p.paint(rule.Severity.color(), "("+rule.Severity.String()+")"), rule.Title)
	b.WriteString(wrapMarkdown(rule.Text, explainWidth))
	if rule.Fixable {
		b.WriteString("\n" + wrapMarkdown(fixableText, explainWidth))
	}
	for _, part := range rule.parts() {
		fmt.Fprintf(&b, "\n%s\n\n", p.paint(ansiBold, part.heading+":"))
		for line := range strings.Lines(part.text) {
			line = Printable(strings.TrimSuffix(line, "\n"))
			if line != "" {
				line = "    " + line
			}
			b.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fixableText is what the documentation of a fixable rule says.
const fixableText = "`stormflux validate --fix` corrects it where only one correction is possible."

// part is a text in a fence of a rule's documentation.
type part struct{ heading, language, text string }

func (r Rule) parts() []part {
	example := func(heading string, e Example) part {
		if e.source != e.YAML {
			heading += `, with \xNN for the byte NN`
		}
		if len(e.Args) > 0 {
			heading += ", read with " + quoteWords(e.Args)
		}
		return part{heading, "yaml", e.source}
	}
	parts := []part{example("Wrong", r.Bad), example("Fixed", r.Fixed)}
	for _, f := range r.Files {
		parts = append(parts, part{"With the file " + f.Path, "text", f.Text})
	}
	return parts
}

// quoteWords is the inverse of splitWords.
func quoteWords(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		if word == "" || strings.Contains(word, " ") {
			word = "'" + word + "'"
		}
		quoted[i] = word
	}
	return strings.Join(quoted, " ")
}

// writeMarkdown writes the text under the heading of a rule.
func (r Rule) writeMarkdown(b *strings.Builder) {
	b.WriteString(r.Text)
	b.WriteByte('\n')
	if r.Fixable {
		b.WriteString("\n" + fixableText + "\n")
	}
	for _, part := range r.parts() {
		fence := "```"
		for strings.Contains(part.text, fence) {
			fence += "`"
		}
		fmt.Fprintf(b, "\n%s:\n\n%s%s\n%s%s\n", part.heading, fence, part.language, part.text, fence)
	}
}

// WriteReference writes the documentation of all rules as one Markdown document, docs/diagnostics.md. The error is
// that of w.
func WriteReference(w io.Writer) error {
	_, err := io.WriteString(w, reference(Rules()))
	return err
}

func reference(rules []Rule) string {
	var b strings.Builder
	b.WriteString(`# Diagnostics

<!-- Generated from diag/rules. Do not edit: run "make update". -->

These are the rules that ` + "`stormflux validate`" + `, and every other command that reads a topology, can report.

- An **error**: the cluster would refuse the topology, or the topology would fail or misbehave there. stormflux compiles nothing.
- A **warning** is probably a mistake. A command fails because of it only with ` + "`--strict`" + `.
- A **note** is worth knowing.

The comment ` + "`# stormflux:ignore RULE`" + ` silences warnings and notes on its line. ` + "`stormflux explain RULE`" + ` prints one
entry in the terminal. A test runs every example on this page.

| Rule | Severity | What it finds | Fix |
| --- | --- | --- | --- |
`)
	for _, r := range rules {
		fixable := ""
		if r.Fixable {
			fixable = "`--fix`"
		}
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s |\n", r.Name, r.Name, r.Severity, strings.ReplaceAll(r.Title, "|", `\|`), fixable)
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## `%s`\n\n%s (%s).\n\n", r.Name, r.Title, r.Severity)
		r.writeMarkdown(&b)
	}
	return b.String()
}

// wrapMarkdown breaks the paragraphs and list items of a text at width columns. It keeps fences, tables and quotes.
func wrapMarkdown(text string, width int) string {
	var b strings.Builder
	var words []string // of the open paragraph
	var first, rest string
	flush := func() {
		column := 0
		for i, word := range words {
			n := columnsOf(word)
			switch {
			case i == 0:
				b.WriteString(first)
				column = len(first)
			case column+1+n > width:
				b.WriteString("\n" + rest)
				column = len(rest)
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += n
		}
		if len(words) > 0 {
			b.WriteByte('\n')
		}
		words, first, rest = nil, "", ""
	}
	fence := ""
	for line := range strings.Lines(text) {
		line = Printable(strings.TrimRight(line, "\n"))
		trimmed := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(trimmed)]
		switch m := fenceLine.FindStringSubmatch(trimmed); {
		case fence != "":
			if m != nil && m[1] == fence && m[2] == "" {
				fence = ""
			}
			b.WriteString(line + "\n")
			continue
		case m != nil:
			fence = m[1]
			flush()
			b.WriteString(line + "\n")
			continue
		}
		marker := listMarker(trimmed)
		switch {
		case trimmed == "", strings.HasPrefix(trimmed, "|"), strings.HasPrefix(trimmed, ">"), len(words) == 0 && len(indent) >= 4:
			flush()
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			continue
		case marker != "":
			flush()
			first = indent + marker
			rest = strings.Repeat(" ", len(first))
			trimmed = trimmed[len(marker):]
		case len(words) == 0:
			first, rest = indent, indent
		}
		words = append(words, strings.Fields(trimmed)...)
	}
	flush()
	return b.String()
}

// listMarker returns the "- " or "1. " at the start of a line, or "".
func listMarker(line string) string {
	if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ") {
		return line[:2]
	}
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if digits > 0 && strings.HasPrefix(line[digits:], ". ") {
		return line[:digits+2]
	}
	return ""
}
