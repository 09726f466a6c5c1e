package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/validate"
)

// declaration returns the place of a component in the topology's file, and the line to write there: with it, the
// component may emit tuples of so many values on the stream. It is a [local.Options.Declaration].
func (p *prepared) declaration(id, stream string, values int) string {
	for _, c := range p.checked.topology.Components() {
		if c.ID != id {
			continue
		}
		span, streams := c.Span, slices.Clone(c.Streams)
		at := slices.IndexFunc(streams, func(s *validate.Stream) bool { return s.ID == stream })
		if at < 0 {
			streams = append(streams, &validate.Stream{ID: stream})
			at = len(streams) - 1
		} else if !streams[at].Span.IsZero() {
			span = streams[at].Span
		}
		declared := *streams[at]
		declared.Fields = slices.Clone(declared.Fields[:min(values, len(declared.Fields))])
		for len(declared.Fields) < values {
			declared.Fields = append(declared.Fields, fmt.Sprintf("field%d", len(declared.Fields)+1))
		}
		streams[at] = &declared
		if span.IsZero() {
			return outputsLine(streams)
		}
		position := span.File.Position(span.Start)
		return fmt.Sprintf("%s:%d:%d: %s", filepath.ToSlash(span.File.Name), position.Line, position.Column, outputsLine(streams))
	}
	return ""
}

// outputsLine returns the `outputs` of a component with these streams.
func outputsLine(streams []*validate.Stream) string {
	if len(streams) == 1 && streams[0].ID == "default" && !streams[0].Direct {
		return "outputs: " + fieldList(streams[0].Fields)
	}
	var parts []string
	for _, s := range streams {
		fields := fieldList(s.Fields)
		if s.Direct {
			fields = "{fields: " + fields + ", direct: true}"
		}
		parts = append(parts, plainOrQuoted(s.ID)+": "+fields)
	}
	return "outputs: {" + strings.Join(parts, ", ") + "}"
}

func fieldList(fields []string) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = plainOrQuoted(f)
	}
	return "[" + strings.Join(names, ", ") + "]"
}

var (
	plainName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
	yamlKeyword = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// plainOrQuoted returns a name as YAML 1.1 takes it for a string.
func plainOrQuoted(name string) string {
	if plainName.MatchString(name) && !yamlKeyword.MatchString(name) {
		return name
	}
	return fmt.Sprintf("%q", name)
}
