package schema

import (
	"bytes"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

const ignoreMark = "stormflux:ignore"

// ignores collects the ignore comments of a file. A # begins a comment at the start of a line or behind a blank, and
// not inside of quotes or a block scalar.
func ignores(s *source) []Ignore {
	text := s.file.Text
	if !bytes.Contains(text, []byte(ignoreMark)) {
		return nil
	}
	var list []Ignore
	opaque := s.opaque
	for n := 1; n <= s.file.Lines(); n++ {
		line := s.file.LineSpan(n)
		hash := -1
		for i := line.Start; i < line.End; i++ {
			for len(opaque) > 0 && opaque[0].End <= i {
				opaque = opaque[1:]
			}
			if len(opaque) > 0 && i >= opaque[0].Start {
				i = opaque[0].End - 1
				continue
			}
			if text[i] == '#' && (i == line.Start || isBlankOrBreak(text[i-1])) {
				hash = i
				break
			}
		}
		if hash < 0 {
			continue
		}
		comment := diag.Span{File: s.file, Start: hash, End: line.End}
		rest, ok := strings.CutPrefix(strings.TrimLeft(comment.Text()[1:], " \t"), ignoreMark)
		if !ok || rest != "" && !strings.ContainsAny(rest[:1], " \t,:") {
			continue
		}
		ignore := Ignore{Span: comment, Line: n}
		if len(bytes.TrimSpace(text[line.Start:hash])) == 0 {
			ignore.Line = nextCodeLine(s.file, n)
		}
		for at := comment.End - len(rest); at < comment.End; {
			if c := text[at]; c == ' ' || c == '\t' || c == ',' || c == ':' {
				at++
				continue
			}
			end := at
			for end < comment.End && strings.IndexByte(" \t,", text[end]) < 0 {
				end++
			}
			span := diag.Span{File: s.file, Start: at, End: end}
			if !isRuleName(span.Text()) {
				break // the reason, for people
			}
			ignore.Rules = append(ignore.Rules, IgnoredRule{Name: span.Text(), Span: span})
			at = end
			if next := strings.TrimLeft(string(text[at:comment.End]), " \t"); !strings.HasPrefix(next, ",") {
				break
			}
		}
		list = append(list, ignore)
	}
	return list
}

func isRuleName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !isDigit(c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return s != ""
}

// nextCodeLine returns the next line behind n that holds more than a comment.
func nextCodeLine(file *diag.File, n int) int {
	for next := n + 1; next <= file.Lines(); next++ {
		if line := strings.TrimSpace(file.LineSpan(next).Text()); line != "" && line[0] != '#' {
			return next
		}
	}
	return n
}
