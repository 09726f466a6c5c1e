package shortform

import (
	"slices"
	"strings"

	"github.com/stormflux/stormflux/schema/yaml"
)

// input is a stream as an input of a bolt.
type input struct {
	comments []string
	from     string
	stream   string   // "" for the default stream
	grouping string   // in one line; "" for shuffle
	block    []string // a grouping that needs several lines, below "grouping:"
}

// stream is an element of Flux's `streams`.
type stream struct {
	section section
	from    string
	to      string
	id      string // of the stream
	input   input
	stays   bool // it has no form as an input
	moved   bool // it became an input
}

// streams reads the elements of `streams`.
func (r *rewriter) streams(of section) (list []*stream, rest []string) {
	items, rest := r.sections(of.entry.Value, of.end)
	for _, item := range items {
		list = append(list, r.stream(item))
	}
	return list, rest
}

func (r *rewriter) stream(item section) *stream {
	n := item.entry.Value
	s := &stream{section: item, stays: true}
	if !isMap(n) || item.entry.Key != nil {
		return s
	}
	from, to := r.scalar(r.get(n, "from")), r.scalar(r.get(n, "to"))
	if from == nil || to == nil {
		return s
	}
	s.from, s.to, s.id = from.Text, to.Text, "default"
	s.input.from = r.of(r.get(n, "from"))
	if strings.Contains(from.Text+to.Text, "${") || strings.Contains(s.input.from, "\n") {
		return s
	}
	if id := r.get(n, "stream"); id != nil {
		if !r.isWord(id) {
			return s
		}
		s.input.stream, s.id = r.of(id), r.scalar(id).Text
	}
	for _, e := range n.Entries {
		if key := r.key(e); !slices.Contains([]string{"name", "from", "to", "stream", "grouping"}, key) {
			return s
		}
	}
	grouping := r.get(n, "grouping")
	if grouping != nil && !r.grouping(s, grouping) {
		return s
	}
	s.stays = false
	for _, l := range item.lead {
		if strings.TrimSpace(l) != "" {
			s.input.comments = append(s.input.comments, strings.TrimSpace(l))
		}
	}
	s.addName(r.scalar(r.get(n, "name")))
	var copied *yaml.Node
	if s.input.grouping != "" || s.input.block != nil {
		copied = r.copied(grouping)
	}
	begin, end := n.Start, n.End
	if item.entry.Mark >= 0 {
		begin, end = item.entry.Mark, item.end
	}
	s.input.comments = append(s.input.comments, r.commentsIn(begin, end, 0, copied)...)
	return s
}

// addName keeps the name of a stream as a comment, if it says more than where the stream begins and ends.
func (s *stream) addName(name *yaml.Value) {
	if name == nil || strings.TrimSpace(name.Text) == "" || strings.Contains(name.Text, "\n") {
		return
	}
	rest := strings.NewReplacer(s.from, "", s.to, "").Replace(name.Text)
	if strings.Trim(rest, " ->=_:.,0123456789") == "" || strings.Contains(strings.ReplaceAll(name.Text, " ", ""), "-->") {
		return
	}
	s.input.comments = append(s.input.comments, "# "+name.Text)
}

// copied returns the part of a grouping whose text is copied with its comments.
func (r *rewriter) copied(grouping *yaml.Node) *yaml.Node {
	if grouping == nil {
		return nil
	}
	if custom := r.get(grouping, "customClass"); custom != nil {
		return custom
	}
	if args := r.get(grouping, "args"); args != nil && isFlow(args) {
		return args
	}
	return nil
}

// groupings are the names of Flux's groupings without arguments in the short form.
var groupings = map[string]string{
	"SHUFFLE": "", "LOCAL_OR_SHUFFLE": "local-or-shuffle", "ALL": "all", "GLOBAL": "global", "NONE": "none", "DIRECT": "direct",
}

// grouping reads a grouping in Flux's form. It returns false for one without a short form.
func (r *rewriter) grouping(s *stream, n *yaml.Node) bool {
	kind := r.scalar(r.get(n, "type"))
	if kind == nil {
		return false
	}
	for _, e := range n.Entries {
		if !slices.Contains([]string{"type", "args", "streamId", "customClass"}, r.key(e)) {
			return false
		}
	}
	if id := r.get(n, "streamId"); id != nil {
		if s.input.stream != "" || !r.isWord(id) {
			return false
		}
		s.input.stream, s.id = r.of(id), r.scalar(id).Text
	}
	args, class := r.get(n, "args"), r.get(n, "customClass")
	short, plain := groupings[kind.Text]
	switch {
	case plain && args == nil && class == nil:
		s.input.grouping = short
		return true
	case kind.Text == "FIELDS" && class == nil:
		fields, ok := r.words(args)
		s.input.grouping = "{fields: " + fields + "}"
		return ok
	case kind.Text == "CUSTOM" && args == nil && isMap(class):
		if isFlow(class) {
			s.input.grouping = "{custom: " + r.of(class) + "}"
			return true
		}
		s.input.block = append([]string{"custom:"}, r.block(2, class)...)
		return true
	}
	return false
}

// widest is how wide an input in one line may be.
const widest = 100

// inputLines returns the key `inputs` with its lines.
func inputLines(inputs []input) []string {
	if len(inputs) == 0 {
		return nil
	}
	var names []string
	for _, in := range inputs {
		if in.isName() && len(in.comments) == 0 {
			names = append(names, in.from)
		}
	}
	if line := "    inputs: [" + strings.Join(names, ", ") + "]"; len(names) == len(inputs) && len(line) <= widest && !strings.ContainsAny(strings.Join(names, ""), ",[]{}") {
		return []string{line}
	}
	lines := []string{"    inputs:"}
	for _, in := range inputs {
		for _, c := range in.comments {
			lines = append(lines, "      "+c)
		}
		lines = append(lines, in.lines()...)
	}
	return lines
}

// isName reports whether the id of the source says everything.
func (in input) isName() bool { return in.stream == "" && in.grouping == "" && in.block == nil }

func (in input) lines() []string {
	if in.isName() {
		return []string{"      - " + in.from}
	}
	parts := []string{"from: " + in.from}
	if in.stream != "" {
		parts = append(parts, "stream: "+in.stream)
	}
	if in.grouping != "" {
		parts = append(parts, "grouping: "+in.grouping)
	}
	line := "      - {" + strings.Join(parts, ", ") + "}"
	if in.block == nil && len(line) <= widest && !strings.Contains(line, "\n") && !strings.ContainsAny(in.from+in.stream, ",[]{}") {
		return []string{line}
	}
	var lines []string
	for i, p := range parts {
		mark := "        "
		if i == 0 {
			mark = "      - "
		}
		lines = append(lines, strings.Split(mark+p, "\n")...)
	}
	if in.block != nil {
		lines = append(lines, "        grouping:")
		lines = append(lines, shift(slices.Clone(in.block), 10)...)
	}
	return lines
}
