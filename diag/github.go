package diag

import (
	"bufio"
	"fmt"
	"strings"
)

// Workflow commands: https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions. The escapes
// are those of actions/toolkit, packages/core/src/command.ts.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// writeGitHub counts columns in UTF-16 code units. GitHub does not document its unit, and a browser shows the
// annotations.
func writeGitHub(w *bufio.Writer, l List, opts Options) {
	shown, more := l.worst()
	for _, d := range shown {
		command := d.Severity.String()
		if d.Severity == Note {
			command = "notice"
		}
		fmt.Fprintf(w, "::%s ", command)
		if !d.Span.IsZero() {
			s := d.Span.within()
			start, end := s.File.PositionUTF16(s.Start), s.File.PositionUTF16(s.End)
			if s.File.Name != "-" {
				fmt.Fprintf(w, "file=%s,", githubProperty.Replace(Printable(opts.path(s.File.Name))))
			}
			fmt.Fprintf(w, "line=%d,endLine=%d,", start.Line, end.Line)
			if start.Line == end.Line { // GitHub refuses columns in an annotation of several lines
				fmt.Fprintf(w, "col=%d,endColumn=%d,", start.Column, max(start.Column, end.Column-1))
			}
		}
		fmt.Fprintf(w, "title=%s::", githubProperty.Replace(Printable(d.Rule)))
		text := Printable(d.Message)
		if d.Hint != "" {
			text += "\nhelp: " + PrintableLines(d.Hint)
		}
		for _, r := range d.Related {
			text += "\n" + relatedLine(r)
		}
		w.WriteString(githubData.Replace(text))
		w.WriteByte('\n')
	}
	for _, failure := range opts.Failures {
		fmt.Fprintf(w, "::error ::%s\n", githubData.Replace(PrintableLines(failure)))
	}
	if more > 0 {
		fmt.Fprintf(w, "::notice ::%s\n", andMore(more))
	}
}
