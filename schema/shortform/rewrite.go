// Package shortform rewrites a topology in Flux's form into the short form: components become maps, streams become inputs of
// the bolts that read them, and Flux's shell wrappers become commands. It changes the text, and keeps its comments.
//
// What has no short form stays as it is. The package does not check the topology: its callers compare what both texts
// compile to.
package shortform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stormflux/stormflux/diag"
	"github.com/stormflux/stormflux/schema/format"
	"github.com/stormflux/stormflux/schema/yaml"
)

// Options say what the rewritten file needs besides.
type Options struct {
	// Resources becomes the key `resources`. Flux's shell wrappers find their scripts in more places than commands do.
	Resources []string
}

// Result is a rewritten file.
type Result struct {
	Text []byte // in the canonical layout
	// Kept says what stays in Flux's form, and why.
	Kept []string
	// Commands reports whether one of Flux's shell wrappers became a command.
	Commands bool
	// Loose are comments that are kept, although what they stood at is gone.
	Loose []string
}

// Rewrite returns a file in the short form. The diagnostics say why it cannot be read; the result is then nil.
func Rewrite(file *diag.File, opts Options) (*Result, diag.List) {
	text, diags := format.Format(file)
	if text == nil {
		return nil, diags
	}
	windows := strings.Contains(string(text), "\r\n")
	unix := []byte(strings.ReplaceAll(string(text), "\r\n", "\n"))
	s := newSource(unix)
	if s == nil || s.tree.Root.Kind != yaml.BlockMap {
		return &Result{Text: text}, nil
	}
	r := &rewriter{source: s, opts: opts}
	if s.twice || r.idTwice() {
		r.keep("a key or an id occurs twice, which only Flux's form allows")
		r.result.Text = text
		return &r.result, nil
	}
	written := diag.NewFile(file.Name, file.Dir, []byte(r.document()))
	if r.result.Text, _ = format.Format(written); r.result.Text == nil {
		return &Result{Text: text, Kept: []string{"parts of the file have no short form"}}, nil // anchors, for example, cannot move
	}
	if windows {
		r.result.Text = []byte(strings.ReplaceAll(string(r.result.Text), "\n", "\r\n"))
	}
	return &r.result, nil
}

// rewriter is one call of Rewrite.
type rewriter struct {
	*source
	opts   Options
	result Result
}

func (r *rewriter) keep(format string, args ...any) {
	r.result.Kept = append(r.result.Kept, fmt.Sprintf(format, args...))
}

// idTwice reports whether two elements of a list have the same id.
func (r *rewriter) idTwice() bool {
	for _, e := range r.tree.Root.Entries {
		if !isList(e.Value) || !slices.Contains([]string{"components", "spouts", "bolts"}, r.key(e)) {
			continue
		}
		ids := map[string]bool{}
		for _, item := range e.Value.Entries {
			if id := r.scalar(r.get(item.Value, "id")); id != nil {
				if ids[id.Text] {
					return true
				}
				ids[id.Text] = true
			}
		}
	}
	return false
}

// document returns the lines of the rewritten document.
func (r *rewriter) document() string {
	top, rest := r.sections(r.tree.Root, len(r.text))
	var spouts, bolts, streams *section
	for i := range top {
		e := top[i].entry
		if !isList(e.Value) {
			continue
		}
		switch r.key(e) {
		case "spouts":
			spouts = &top[i]
		case "bolts":
			bolts = &top[i]
		case "streams":
			streams = &top[i]
		}
	}
	var parts [3]*part
	if spouts != nil {
		parts[0] = r.componentPart("spout", *spouts)
	}
	if bolts != nil {
		parts[1] = r.componentPart("bolt", *bolts)
	}
	if streams != nil {
		parts[2] = r.streamPart(*streams)
	}
	r.connect(parts[1], parts[2])

	lines := slices.Clone(r.lines[:r.line(top[0].start)])
	resources := r.opts.Resources
	for i := range top {
		if len(resources) > 0 && slices.Contains([]string{"spouts", "bolts", "streams"}, r.key(top[i].entry)) {
			lines = append(lines, "resources: ["+strings.Join(resources, ", ")+"]", "")
			resources = nil
		}
		switch &top[i] {
		case spouts:
			lines = append(lines, r.writeComponents(parts[0])...)
		case bolts:
			lines = append(lines, r.writeComponents(parts[1])...)
		case streams:
			lines = append(lines, r.writeStreams(parts[2])...)
		default:
			lines = append(append(lines, top[i].lead...), top[i].body...)
		}
	}
	return strings.Join(append(lines, rest...), "\n") + "\n"
}

// part is a list of components or streams.
type part struct {
	section    section
	components []*component
	streams    []*stream
	rest       []string
}

func (r *rewriter) componentPart(kind string, of section) *part {
	p := &part{section: of}
	p.components, p.rest = r.components(kind, of)
	return p
}

func (r *rewriter) streamPart(of section) *part {
	p := &part{section: of}
	p.streams, p.rest = r.streams(of)
	return p
}

// connect makes inputs of the streams. A bolt without a stream, and one that reads a stream twice, mean something in Flux's
// form only, so they stay in it.
func (r *rewriter) connect(bolts, streams *part) {
	if bolts == nil {
		return
	}
	to := map[string][]*stream{}
	if streams != nil {
		for _, s := range streams.streams {
			to[s.to] = append(to[s.to], s)
		}
	}
	for _, b := range bolts.components {
		if b.stays = r.onlyFlux(b, to[b.idText]); b.stays != "" {
			r.keep("%s stays in Flux's form: %s", b, b.stays)
			continue
		}
		for _, s := range to[b.idText] {
			b.inputs = append(b.inputs, s.input)
			s.moved = true
		}
	}
}

// onlyFlux returns why a bolt with these streams has no short form; "" if it has one.
func (r *rewriter) onlyFlux(b *component, streams []*stream) string {
	own := r.value(b, "inputs") != nil
	switch {
	case len(streams) == 0 && !own:
		return "no stream goes to it"
	case len(streams) > 0 && own:
		return "it has inputs besides its streams"
	}
	read := map[[2]string]bool{}
	for _, s := range streams {
		key := [2]string{s.from, s.id}
		switch {
		case s.stays:
			return "a stream to it has no short form"
		case read[key]:
			return "it reads a stream twice"
		}
		read[key] = true
	}
	return ""
}

func (r *rewriter) writeComponents(p *part) []string {
	lines := append([]string(nil), p.section.lead...)
	if len(p.components) == 0 {
		return append(lines, p.section.body...)
	}
	inMap := true
	for _, c := range p.components {
		inMap = inMap && c.stays == "" && r.isKey(c)
	}
	if !inMap {
		r.keep("`%ss` stays a list", p.components[0].kind)
	}
	e := p.section.entry
	lines = append(lines, r.of(e.Key)+":"+r.header(p))
	for _, c := range p.components {
		lines = append(lines, r.write(c, inMap)...)
	}
	return append(lines, p.rest...)
}

// header returns the comment behind the key of a list.
func (r *rewriter) header(p *part) string {
	if e := p.section.entry; !isFlow(e.Value) {
		return r.behind(e.Colon + 1)
	}
	return ""
}

func (r *rewriter) writeStreams(p *part) []string {
	lines := append([]string(nil), p.section.lead...)
	left := slices.DeleteFunc(slices.Clone(p.streams), func(s *stream) bool { return s.moved })
	switch {
	case len(left) == len(p.streams):
		return append(lines, p.section.body...)
	case len(left) == 0:
		lines = append(append(lines, strings.TrimSpace(r.header(p))), p.rest...)
		for i, l := range lines {
			if lines[i] = strings.TrimLeft(l, " "); isComment(l) {
				r.result.Loose = append(r.result.Loose, lines[i])
			}
		}
		return lines
	}
	r.keep("`streams` keeps %d of %d streams", len(left), len(p.streams))
	lines = append(lines, r.of(p.section.entry.Key)+":"+r.header(p))
	for _, s := range left {
		lines = append(lines, s.section.lead...)
		if len(s.section.body) > 0 {
			lines = append(lines, s.section.body...)
		} else {
			lines = append(lines, strings.Split("  - "+r.of(s.section.entry.Value), "\n")...)
		}
	}
	return append(lines, p.rest...)
}
