package yaml

import (
	"bytes"

	"github.com/stormflux/stormflux/diag"
)

// Comments returns the comments of a YAML file in file order, each from its "#" to the end of its line. If the text is
// not YAML, it returns the comments before the fault.
func Comments(file *diag.File) []diag.Span {
	text, start, masked := file.Text, 0, false
	if !bytes.Contains(text, []byte("#")) {
		return nil
	}
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		start = len("\ufeff")
	}
	if bytes.Contains(text, []byte("${")) {
		text, masked = mask(text)
	}
	found := newScanner(text, start).comments
	spans := make([]diag.Span, len(found))
	from, shift := 0, 0 // up to offset from, the masked text is longer by shift
	place := func(at int) int {
		if masked {
			shift += at - from - unmaskedOffset(text[from:at], at-from)
			from = at
		}
		return at - shift
	}
	for i, c := range found {
		begin := place(c[0])
		spans[i] = diag.Span{File: file, Start: begin, End: place(c[1])}
	}
	return spans
}
