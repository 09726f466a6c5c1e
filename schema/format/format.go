// Package format writes YAML files in one canonical layout.
//
// It changes indentation, spaces, line breaks and the places of comments, and nothing else: it copies every scalar as it is
// written, and keeps the order of everything. So a formatted file always reads as the same document. The package knows
// YAML; what the keys of a topology mean is the business of others.
package format

import (
	"bytes"
	"slices"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Format returns the text of a file in the canonical layout. If the file cannot be read as YAML, Format returns nil and
// what is wrong. The text may have other faults, which do not matter here.
func Format(file *diag.File) ([]byte, diag.List) {
	var diags diag.List
	before := yaml.Read(file, &diags)
	if before.Root == nil || before.Truncated {
		diags.Sort()
		return nil, diags
	}
	after := layout(file)
	if !readsAs(after, before) {
		return file.Text, nil // a layout that changes the document is a fault of ours: leave such a file alone
	}
	if after == nil { // nil would say that the file cannot be read
		after = []byte{}
	}
	return after, nil
}

// layout returns the text of a file in the canonical layout, or as it is when it is not a list or map.
func layout(file *diag.File) []byte {
	text, ending := unixLines(file.Text)
	if hasWideBreak(text) {
		return file.Text
	}
	unix := diag.NewFile(file.Name, file.Dir, text)
	tree := yaml.ReadTree(unix)
	if tree == nil || tree.Root != nil && (tree.Root.Kind == yaml.ScalarNode || tree.Root.Kind == yaml.AliasNode || tree.Root.Kind == yaml.EmptyNode) {
		return file.Text
	}
	p := &printer{src: text, comments: tree.Comments}
	p.document(tree)
	out := p.text()
	if ending == "\r\n" {
		out = bytes.ReplaceAll(out, []byte("\n"), []byte("\r\n"))
	}
	return out
}

// unixLines returns a text with "\n" at the end of every line, and the ending of its first line.
func unixLines(text []byte) (unix []byte, ending string) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	at := bytes.IndexAny(text, "\r\n")
	if at < 0 || bytes.IndexByte(text, '\r') < 0 {
		return text, "\n"
	}
	if ending = "\n"; bytes.HasPrefix(text[at:], []byte("\r\n")) {
		ending = "\r\n"
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(text, []byte("\r"), []byte("\n")), ending
}

// hasWideBreak reports whether a text has one of the characters that end a line in YAML 1.1 and nowhere else. What stands
// after one has no indentation that an editor shows.
func hasWideBreak(text []byte) bool {
	return slices.ContainsFunc([]string{"\u0085", "\u2028", "\u2029"}, func(c string) bool { return bytes.Contains(text, []byte(c)) })
}

// readsAs reports whether a text has the values of a file.
func readsAs(text []byte, want *yaml.File) bool {
	var diags diag.List
	got := yaml.Read(diag.NewFile(want.File.Name, want.File.Dir, text), &diags)
	return got.Root != nil && !got.Truncated && equal(got.Root, want.Root, make(map[[2]*yaml.Value]bool))
}

// equal compares two values. Pairs that were compared before are in known: aliases share values.
func equal(a, b *yaml.Value, known map[[2]*yaml.Value]bool) bool {
	if a.Kind != b.Kind || a.Text != b.Text || a.Plain != b.Plain || a.Oddity != b.Oddity || a.Canonical() != b.Canonical() ||
		len(a.Items) != len(b.Items) || len(a.Entries) != len(b.Entries) {
		return false
	}
	if a.IsScalar() || known[[2]*yaml.Value{a, b}] {
		return true
	}
	known[[2]*yaml.Value{a, b}] = true
	for i := range a.Items {
		if !equal(a.Items[i], b.Items[i], known) {
			return false
		}
	}
	for i := range a.Entries {
		if !equal(a.Entries[i].Key, b.Entries[i].Key, known) || !equal(a.Entries[i].Value, b.Entries[i].Value, known) {
			return false
		}
	}
	return true
}
