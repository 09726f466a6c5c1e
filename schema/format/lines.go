package format

import (
	"strings"
	"unicode/utf8"
)

// line is a line of the output.
type line struct {
	code      string // with its indentation
	comment   string // behind the code, or alone with its indentation in code
	continues bool   // the comment continues the comment of the line before, and stands below it
}

// widest is how wide a line may be and still move the comments of the lines around it.
const widest = 80

// align puts the comments behind the code of the lines. Comments of lines that follow each other stand in one column.
func align(lines []line) string {
	var b strings.Builder
	for i := 0; i < len(lines); {
		end := i
		for end < len(lines) && lines[end].isBehind() {
			end++
		}
		column := 0
		for _, l := range lines[i:end] {
			if n := utf8.RuneCountInString(l.code); n <= widest {
				column = max(column, n+2)
			}
		}
		for _, l := range lines[i:end] {
			b.WriteString(l.code)
			b.WriteString(strings.Repeat(" ", max(2, column-utf8.RuneCountInString(l.code))))
			b.WriteString(l.comment)
			b.WriteByte('\n')
		}
		if i = end; i < len(lines) {
			b.WriteString(lines[i].code)
			b.WriteString(lines[i].comment)
			b.WriteByte('\n')
			i++
		}
	}
	return b.String()
}

// isBehind reports whether the line has a comment behind code, or one that continues such a comment.
func (l line) isBehind() bool {
	return l.comment != "" && (l.continues || strings.TrimLeft(l.code, " ") != "")
}
