package schema

import (
	"bytes"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

const ignoreMark = "stormflux:ignore"

// ignores returns the ignore comments of a file.
func ignores(file *diag.File) []Ignore {
	text := file.Text
	if !bytes.Contains(text, []byte(ignoreMark)) {
		return nil
	}
	var list []Ignore
	for _, comment := range yaml.Comments(file) {
		rest, ok := strings.CutPrefix(strings.TrimLeft(comment.Text()[1:], " \t"), ignoreMark)
		if !ok || rest != "" && !strings.ContainsAny(rest[:1], " \t,:") {
			continue
		}
		line := file.Position(comment.Start).Line
		ignore := Ignore{Span: comment, Line: line}
		if len(bytes.TrimSpace(text[file.LineSpan(line).Start:comment.Start])) == 0 {
			ignore.Line = nextCodeLine(file, line)
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
			span := diag.Span{File: file, Start: at, End: end}
			if !isRuleName(span.Text()) {
				break // the reason, for people
			}
			ignore.Rules = append(ignore.Rules, IgnoredRule{Name: span.Text(), Span: span})
			at = end
			if next := bytes.TrimLeft(text[at:comment.End], " \t"); !bytes.HasPrefix(next, []byte(",")) {
				break
			}
		}
		list = append(list, ignore)
	}
	return list
}

func isRuleName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return s != ""
}

// nextCodeLine returns the next line after n that holds more than a comment, or n.
func nextCodeLine(file *diag.File, n int) int {
	for next := n + 1; next <= file.Lines(); next++ {
		if line := strings.TrimSpace(file.LineSpan(next).Text()); line != "" && line[0] != '#' {
			return next
		}
	}
	return n
}
