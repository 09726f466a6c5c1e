package schema

import (
	"bytes"
	"runtime"
	"sync"

	"gopkg.in/yaml.v3"
)

// minParts is the size in bytes from which a text is parsed in parts: below, one part is parsed before others could start.
const minParts = 256 << 10

// unmarshalParts parses a large document on several processors: parsing is most of the time of a validate. It cuts the
// text before keys of the outermost map and puts the maps of the parts together again. The nodes are those of
// [unmarshal] without their comments, which nobody here looks at. ok is false where the text cannot be cut that way or
// a part has a fault: then the whole has to be parsed, and tells of it.
//
// A line that begins with a plain key is a key of the outermost map, or the text before it is unfinished (quotes, flow
// collections) and so a part with a fault: block scalars and plain scalars of a map in the first column end before it.
// What crosses the cuts in other ways is not cut: anchors, directives, documents.
func unmarshalParts(text []byte, parts int, doc *yaml.Node) (ok bool) {
	cuts := cuts(text, parts)
	if cuts == nil {
		return false
	}
	docs := make([]yaml.Node, len(cuts)-1)
	fine := make([]bool, len(docs))
	var running sync.WaitGroup
	for i := range docs {
		running.Go(func() {
			fine[i] = unmarshalPart(text[cuts[i]:cuts[i+1]], bytes.Count(text[:cuts[i]], []byte("\n")), &docs[i])
		})
	}
	running.Wait()
	for _, f := range fine {
		if !f {
			return false
		}
	}
	*doc = docs[0]
	root := doc.Content[0]
	for _, d := range docs[1:] {
		root.Content = append(root.Content, d.Content[0].Content...)
	}
	return true
}

// processors is the number of parts that are worth while.
func processors(size int) int {
	return min(runtime.GOMAXPROCS(0), size/(minParts/2))
}

// unmarshalPart parses a part that begins behind so many lines. It has to be a block map in the first column.
func unmarshalPart(text []byte, lines int, doc *yaml.Node) (ok bool) {
	if err := unmarshal(text, doc); err != nil || len(doc.Content) != 1 {
		return false
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 || root.Column != 1 {
		return false
	}
	if lines > 0 {
		shift(doc, lines)
	}
	return true
}

func shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, c := range n.Content {
		shift(c, lines)
	}
}

// cuts returns the offsets of up to so many parts of about the same size, with the offset of the end; nil when there are
// not two.
func cuts(text []byte, parts int) []int {
	// An "&" or "*" may be an anchor or an alias. Other line breaks than "\n" would have to be counted as the library does.
	if parts < 2 || bytes.ContainsAny(text, "&*\r") {
		return nil
	}
	for _, c := range text {
		if c >= 0x80 {
			return nil
		}
	}
	at := []int{0}
	for start := 0; start < len(text); {
		line := text[start:]
		end := len(text)
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line, end = line[:n], start+n+1
		}
		switch {
		case len(line) == 0:
		case line[0] == '%' || bytes.HasPrefix(line, []byte("---")) || bytes.HasPrefix(line, []byte("...")):
			return nil
		// The next cut is the first that is possible behind its share of the text.
		case start > 0 && len(at) < parts && start >= len(text)*len(at)/parts && beginsWithKey(line):
			at = append(at, start)
		}
		start = end
	}
	if len(at) < 2 {
		return nil
	}
	return append(at, len(text))
}

// beginsWithKey reports whether a line begins with a word and a colon.
func beginsWithKey(line []byte) bool {
	for i, c := range line {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return i+1 == len(line) || line[i+1] == ' '
		default:
			return false
		}
	}
	return false
}
