package diag

import (
	"bufio"
	"slices"
	"strings"
)

// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Section numbers below are its.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	ColumnKind  string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string              `json:"id"`
	ShortDescription *sarifMessage       `json:"shortDescription,omitempty"`
	FullDescription  *sarifMessage       `json:"fullDescription,omitempty"`
	Help             *sarifMessage       `json:"help,omitempty"`
	Configuration    *sarifConfiguration `json:"defaultConfiguration,omitempty"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

func (i *sarifInvocation) notify(level, text string) {
	i.Notifications = append(i.Notifications, sarifNotification{Level: level, Message: sarifMessage{Text: text}})
}

type sarifNotification struct { // 3.58
	Level   string       `json:"level"`
	Message sarifMessage `json:"message"`
}

// Section 3.11.5 doubles braces because of placeholders. Here are no placeholders, and viewers show the text as it is,
// so braces stay single.
type sarifMessage struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID           string          `json:"ruleId"`
	RuleIndex        int             `json:"ruleIndex"`
	Level            string          `json:"level"`
	Message          sarifMessage    `json:"message"`
	Locations        []sarifLocation `json:"locations"`
	RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	Fixes            []sarifFix      `json:"fixes,omitempty"`
}

type sarifFix struct { // 3.55
	Description sarifMessage  `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct { // 3.56
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct { // 3.57
	Deleted  sarifRegion  `json:"deletedRegion"`
	Inserted sarifContent `json:"insertedContent"`
}

type sarifContent struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	ID       int            `json:"id,omitempty"`
	Physical *sarifPhysical `json:"physicalLocation,omitempty"`
	Message  *sarifMessage  `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI       string `json:"uri"`
	URIBaseID string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// projectURL is the address of the project's home page.
const projectURL = "https://github.com/stormflux/stormflux"

// writeSARIF gets the rules from a function. It asks only for the rules in the list.
func writeSARIF(w *bufio.Writer, l List, opts Options, lookup func(string) (Rule, bool)) {
	var names []string
	l, more := l.worst()
	for _, d := range l {
		names = append(names, d.Rule)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name:           "stormflux",
			Version:        opts.Version,
			InformationURI: projectURL,
			Rules:          make([]sarifRule, 0, len(names)),
		}},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true}},
		ColumnKind:  "utf16CodeUnits", // viewers in editors always count these units
		Results:     make([]sarifResult, 0, len(l)),
	}
	invocation := &run.Invocations[0]
	if more > 0 {
		invocation.notify("warning", andMore(more))
	}
	for _, failure := range opts.Failures {
		invocation.ExecutionSuccessful = false
		invocation.notify("error", failure)
	}
	for _, name := range names {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(name, lookup))
	}
	for _, d := range l {
		index, _ := slices.BinarySearch(names, d.Rule)
		r := sarifResult{
			RuleID:    d.Rule,
			RuleIndex: index,
			Level:     d.Severity.String(), // error, warning and note are SARIF's words too (3.27.10)
			Message:   sarifMessage{Text: d.Message},
			Locations: []sarifLocation{},
		}
		if d.Hint != "" {
			r.Message.Text += "\nhelp: " + d.Hint
		}
		if !d.Span.IsZero() {
			r.Locations = append(r.Locations, sarifLocation{Physical: opts.physical(d.Span)})
		}
		for i, related := range d.Related {
			at := sarifLocation{ID: i + 1, Message: &sarifMessage{Text: related.Message}}
			if !related.Span.IsZero() {
				at.Physical = opts.physical(related.Span)
			}
			r.RelatedLocations = append(r.RelatedLocations, at)
		}
		for _, fix := range d.Fixes {
			r.Fixes = append(r.Fixes, opts.sarifFix(fix))
		}
		run.Results = append(run.Results, r)
	}
	encodeJSON(w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

func sarifRuleOf(name string, lookup func(string) (Rule, bool)) sarifRule {
	rule, ok := lookup(name)
	if !ok {
		return sarifRule{ID: name}
	}
	var help strings.Builder
	rule.writeMarkdown(&help)
	first, _, _ := strings.Cut(rule.Text, "\n\n")
	return sarifRule{
		ID:               name,
		ShortDescription: &sarifMessage{Text: rule.Title},
		FullDescription:  &sarifMessage{Text: first},
		Help:             &sarifMessage{Text: rule.Text, Markdown: help.String()},
		Configuration:    &sarifConfiguration{Level: rule.Severity.String()},
	}
}

func (o Options) physical(s Span) *sarifPhysical {
	return &sarifPhysical{Artifact: o.artifact(s.File), Region: regionOf(s)}
}

func (o Options) artifact(f *File) sarifArtifact {
	uri, relative := o.uri(f.Name)
	artifact := sarifArtifact{URI: uri}
	if relative {
		artifact.URIBaseID = "%SRCROOT%"
	}
	return artifact
}

func regionOf(s Span) sarifRegion {
	s = s.within()
	start, end := s.File.PositionUTF16(s.Start), s.File.PositionUTF16(s.End)
	return sarifRegion{
		StartLine: start.Line, StartColumn: start.Column,
		EndLine: end.Line, EndColumn: end.Column,
	}
}

// sarifFix returns the fix with the edits of each file as one change.
func (o Options) sarifFix(fix Fix) sarifFix {
	out := sarifFix{Description: sarifMessage{Text: fix.Title}}
	var files []*File
	for _, e := range fix.Edits {
		i := slices.Index(files, e.Span.File)
		if i < 0 {
			i = len(files)
			files = append(files, e.Span.File)
			out.Changes = append(out.Changes, sarifChange{Artifact: o.artifact(e.Span.File)})
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements,
			sarifReplacement{Deleted: regionOf(e.Span), Inserted: sarifContent{Text: e.Text}})
	}
	return out
}
