package diag

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/mattn/go-runewidth"
)

const (
	defaultWidth = 120  // columns of an excerpt by default
	minWidth     = 40   // the fewest columns of an excerpt that make sense
	tabWidth     = 4    // columns between tab stops
	nearby       = 1024 // bytes that an excerpt may show before and after the start of a span; lines may have megabytes
	maxRelated   = 8    // related places shown
	ellipsis     = "..."
)

// ANSI escape sequences (ECMA-48, select graphic rendition).
const (
	ansiReset   = "\x1b[0m"
	ansiBold    = "\x1b[1m"
	ansiRed     = "\x1b[1;31m"
	ansiMagenta = "\x1b[1;35m"
	ansiCyan    = "\x1b[1;36m"
	ansiBlue    = "\x1b[34m"
)

// painter puts a colour around text if it is true.
type painter bool

func (p painter) paint(color, text string) string {
	if !p || text == "" {
		return text
	}
	return color + text + ansiReset
}

func (s Severity) color() string {
	switch s {
	case Error:
		return ansiRed
	case Warning:
		return ansiMagenta
	}
	return ansiCyan
}

func writeText(w *bufio.Writer, l List, opts Options) {
	shown, more := l.worst()
	for i, d := range shown {
		if i > 0 {
			w.WriteByte('\n')
		}
		writeDiagnostic(w, d, opts)
	}
	if more > 0 {
		fmt.Fprintf(w, "\n%s\n", andMore(more))
	}
}

// andMore says that diagnostics are left out.
func andMore(n int) string { return fmt.Sprintf("... and %d more", n) }

func writeDiagnostic(w *bufio.Writer, d *Diagnostic, opts Options) {
	p := painter(opts.Color)
	if !d.Span.IsZero() {
		w.WriteString(p.paint(ansiBold, placeOf(d.Span)+":"))
		w.WriteByte(' ')
	}
	w.WriteString(p.paint(d.Severity.color(), d.Severity.String()+":"))
	w.WriteByte(' ')
	w.WriteString(p.paint(ansiBold, Printable(d.Message)))
	if d.Rule != "" {
		fmt.Fprintf(w, " [%s]", Printable(d.Rule))
	}
	w.WriteByte('\n')

	digits := 2
	if !d.Span.IsZero() && len(d.Span.File.Text) > 0 && !d.Span.File.Private {
		number := fmt.Sprintf("%2d", d.Span.File.Position(d.Span.Start).Line)
		digits = len(number)
		width := opts.Width
		if width == 0 {
			width = defaultWidth
		}
		e := excerptOf(d.Span, max(width, minWidth)-digits-3)
		margin := strings.Repeat(" ", digits)
		fmt.Fprintln(w, p.paint(ansiBlue, margin+" |"))
		fmt.Fprintln(w, strings.TrimRight(p.paint(ansiBlue, number+" |")+" "+e.text, " "))
		fmt.Fprintln(w, p.paint(ansiBlue, margin+" |")+" "+strings.Repeat(" ", e.column)+
			p.paint(d.Severity.color(), "^"+strings.Repeat("~", e.width-1)))
	}
	indent := strings.Repeat(" ", digits+1)
	if d.Hint != "" {
		hint := strings.ReplaceAll(PrintableLines(d.Hint), "\n", "\n"+indent+"        ")
		fmt.Fprintln(w, indent+p.paint(ansiBlue, "=")+" "+p.paint(ansiCyan, "help:")+" "+hint)
	}
	// The same place with the same message, and the hundredth place, are of no use to a reader.
	shown, left := map[string]bool{}, 0
	for _, r := range d.Related {
		key := "\x00" + r.Message
		if !r.Span.IsZero() {
			key = fmt.Sprintf("%s\x00%d%s", r.Span.File.Name, r.Span.File.Position(r.Span.Start).Line, key)
		}
		switch {
		case shown[key]:
			continue
		case len(shown) == maxRelated:
			left++
			continue
		}
		shown[key] = true
		place := ""
		if !r.Span.IsZero() {
			place = p.paint(ansiBold, placeOf(r.Span)+":") + " "
		}
		fmt.Fprintln(w, indent+place+p.paint(Note.color(), "note:")+" "+Printable(r.Message))
	}
	if left > 0 {
		fmt.Fprintf(w, "%s... and %d more\n", indent, left)
	}
}

// relatedLine returns a related place as one line.
func relatedLine(r Related) string {
	if r.Span.IsZero() {
		return "note: " + Printable(r.Message)
	}
	return placeOf(r.Span) + ": note: " + Printable(r.Message)
}

func placeOf(s Span) string {
	p := s.File.Position(s.Start)
	return fmt.Sprintf("%s:%d:%d", Printable(s.File.Name), p.Line, p.Column)
}

// firstLine returns the line in which the span starts, and the part of the span in it. Of a very long line it returns
// the part near the span. It leaves out a byte order mark.
func (s Span) firstLine() (line, part Span) {
	s = s.within()
	line = s.File.LineSpan(s.File.Position(s.Start).Line)
	if line.Start == 0 && strings.HasPrefix(string(s.File.Text[:min(len(byteOrderMark), line.End)]), string(byteOrderMark)) {
		line.Start = len(byteOrderMark)
	}
	// A span may start on the line ending, or on the byte order mark.
	s.Start = min(max(s.Start, line.Start), line.End)
	text := s.File.Text
	if from := s.Start - nearby; from > line.Start {
		for i := 0; i < utf8.UTFMax-1 && !utf8.RuneStart(text[from]); i++ {
			from++
		}
		line.Start = from
	}
	if to := s.Start + nearby; to < line.End {
		for i := 0; i < utf8.UTFMax-1 && !utf8.RuneStart(text[to]); i++ {
			to--
		}
		line.End = to
	}
	s.End = min(max(s.End, s.Start), line.End)
	return line, s
}

// excerpt is a line as the output shows it, with the columns to mark in it.
type excerpt struct {
	text          string
	column, width int // from 0; width is at least 1
}

// cell is one character to a reader (a grapheme cluster), as the output shows it.
type cell struct {
	text   string
	column int // where it starts
	width  int
}

// excerptOf returns the line in which the span starts, at most width columns of it.
func excerptOf(s Span, width int) excerpt {
	whole := s.within()
	lineOf := s.File.LineSpan(s.File.Position(whole.Start).Line)
	line, s := s.firstLine()
	text := string(s.File.Text[line.Start:line.End])
	start, end := s.Start-line.Start, s.End-line.Start
	if whole.End > lineOf.End { // several lines: mark to the end of the first one, without the spaces at its end
		end = max(start, min(end, len(strings.TrimRight(text, " \t"))))
	}

	var cells []cell
	column := 0
	first, last := -1, -1 // the cells in which the span starts and after which it ends
	for tokens := graphemes.FromString(text); tokens.Next(); {
		if tokens.End() > start && first < 0 {
			first = len(cells)
		}
		if tokens.Start() >= end && last < 0 {
			last = len(cells)
		}
		c := cell{text: show(tokens.Value(), column), column: column}
		c.width = columnsOf(c.text)
		column += c.width
		cells = append(cells, c)
	}
	if first < 0 {
		first = len(cells)
	}
	if last < 0 {
		last = len(cells)
	}
	last = max(last, first)
	at := func(i int) int {
		if i < len(cells) {
			return cells[i].column
		}
		return column
	}

	from, to := 0, len(cells)
	cutLeft := line.Start > max(lineOf.Start, 0) && !(lineOf.Start == 0 && line.Start == len(byteOrderMark))
	cutRight := line.End < lineOf.End
	if max(column, at(first)+1) > width || cutLeft || cutRight { // a caret may stand after the last character
		room := width - 2*len(ellipsis)
		if at(min(first+1, len(cells))) > room || cutLeft {
			// The text before the fault gets a third of the room, or all of it if the fault is short and ends the line.
			before := max(room/3, room-(column-at(first))-1)
			for from < first && at(first)-at(from) > before {
				from++
			}
		}
		for to > from && at(to)-at(from) > room {
			to--
		}
	}
	var b strings.Builder
	shift := -at(from)
	if from > 0 || cutLeft {
		b.WriteString(ellipsis)
		shift += len(ellipsis)
	}
	for _, c := range cells[from:to] {
		b.WriteString(c.text)
	}
	marked := at(min(last, to)) - at(min(first, to))
	if to < len(cells) || cutRight {
		b.WriteString(ellipsis)
	}
	return excerpt{text: b.String(), column: at(first) + shift, width: max(1, marked)}
}

// show returns a grapheme cluster at the column as a terminal can show it. It expands tabs, and it escapes characters
// that are invisible or would control the terminal.
func show(cluster string, column int) string {
	if cluster == "\t" {
		return strings.Repeat(" ", tabWidth-column%tabWidth)
	}
	return Printable(cluster)
}

// columnsOf returns how many columns of a terminal the text takes. It ignores what the locale says about characters of
// ambiguous width, so that the output is the same everywhere.
func columnsOf(text string) int {
	c := runewidth.Condition{StrictEmojiNeutral: true}
	return c.StringWidth(text)
}
