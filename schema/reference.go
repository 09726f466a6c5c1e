package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// reference is one ${...} in the text of a scalar.
type reference struct {
	start, end int // offsets in the text, with the braces
	name       string
	env        bool   // ${env:NAME} or ${ENV-NAME}
	flux       bool   // ${ENV-NAME}, which needs --env-filter
	index      int    // of ${list[0]}, or -1
	op         byte   // '-' of ${name:-default}, '?' of ${name:?message}, or 0
	arg        string // the default or the message
}

// part is a piece of a scalar's text: literal text or a reference.
type part struct {
	text string
	ref  *reference
}

// referenceFault is why a part of a text is not a reference.
type referenceFault struct {
	start, end    int
	message, hint string
}

const literalHint = `write "$${" for a literal "${"`

// splitReferences splits the text of a scalar at its references. `$${` is a literal `${`. isName reports whether a text is
// the name of a variable although it does not look like one.
func splitReferences(text string, isName func(string) bool) (parts []part, faults []referenceFault) {
	var pending strings.Builder
	literal := func(s string) { pending.WriteString(s) }
	flush := func() {
		if pending.Len() > 0 {
			parts = append(parts, part{text: pending.String()})
			pending.Reset()
		}
	}
	at := 0
	pairs := yaml.FindReferences(text)
	for {
		i := strings.Index(text[at:], "${")
		if i < 0 || len(faults) >= maxFaults {
			literal(text[at:])
			flush()
			return parts, faults
		}
		i += at
		if i > at && text[i-1] == '$' {
			literal(text[at : i-1])
			literal("${")
			at = i + 2
			continue
		}
		literal(text[at:i])
		for len(pairs) > 0 && pairs[0].Start < i {
			pairs = pairs[1:]
		}
		end := -1
		if len(pairs) > 0 && pairs[0].Start == i {
			end = pairs[0].End - i
		}
		if end < 0 {
			faults = append(faults, referenceFault{i, i + 2, `reference "${" is not closed, expected "}"`, literalHint})
			literal("${")
			at = i + 2
			continue
		}
		inside := text[i+2 : i+end-1]
		ref, fault := parseReference(inside)
		if fault != "" && isName(inside) {
			ref, fault = &reference{name: inside, index: -1}, ""
		}
		if fault != "" {
			faults = append(faults, referenceFault{i, i + end, fmt.Sprintf("%q is not a reference: %s", text[i:i+end], fault), literalHint})
			literal(text[i : i+end])
		} else {
			ref.start, ref.end = i, i+end
			flush()
			parts = append(parts, part{ref: ref})
		}
		at = i + end
	}
}

func joinParts(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.text)
	}
	return b.String()
}

// referenceEnd returns the length of the reference at the start of text, or -1.
func referenceEnd(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// parseReference reads the text between the braces.
func parseReference(text string) (ref *reference, fault string) {
	ref = &reference{index: -1}
	rest := text
	switch {
	case strings.HasPrefix(rest, "env:") && !strings.HasPrefix(rest, "env:-") && !strings.HasPrefix(rest, "env:?"):
		ref.env, rest = true, rest[len("env:"):]
	case strings.HasPrefix(rest, "ENV-"):
		ref.env, ref.flux, rest = true, true, rest[len("ENV-"):]
	}
	n := 0
	for n < len(rest) && isNameByte(rest[n]) {
		n++
	}
	if ref.name, rest = rest[:n], rest[n:]; ref.name == "" {
		return nil, "the name is missing"
	}
	if strings.HasPrefix(rest, "[") {
		digits, after, closed := strings.Cut(rest[1:], "]")
		index, err := strconv.Atoi(digits)
		if !closed || err != nil || index < 0 {
			return nil, "expected a whole number in brackets after the name"
		}
		ref.index, rest = index, after
	}
	switch {
	case rest == "":
	case strings.HasPrefix(rest, ":-"):
		ref.op, ref.arg = '-', rest[2:]
	case strings.HasPrefix(rest, ":?"):
		ref.op, ref.arg = '?', rest[2:]
	default:
		return nil, `expected a name, "name[0]", "name:-default" or "name:?message"`
	}
	return ref, ""
}

// isNameByte reports whether the name of a variable may contain c. Property files use such names.
func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' || c == '/' || c >= 0x80
}

// referenceSpan returns the place of a reference in the file.
func referenceSpan(s *yaml.File, v *yaml.Value, ref *reference) diag.Span {
	return spanInText(s, v, ref.start, ref.end)
}

// spanInText returns the place of a part of a scalar's text that begins with "${". With escapes and folded lines, the text
// in the file can be longer than the value. But the references in both have the same order.
func spanInText(s *yaml.File, v *yaml.Value, start, end int) diag.Span {
	text := v.Text
	if v.Origin != nil && v.Origin.Was != nil {
		text = v.Origin.Was.Text
	}
	if start > len(text) {
		return v.Span
	}
	raw := v.Span.Text()
	at := 0
	for skip := strings.Count(text[:start], "${"); ; skip-- {
		i := strings.Index(raw[at:], "${")
		if i < 0 {
			return v.Span
		}
		if at += i; skip == 0 {
			break
		}
		at += 2
	}
	length := end - start
	if end-start > 2 {
		if length = referenceEnd(raw[at:]); length < 0 {
			return v.Span
		}
	}
	return diag.Span{File: s.File, Start: v.Span.Start + at, End: v.Span.Start + at + length}
}
