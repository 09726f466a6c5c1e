package yaml

import "bytes"

// MaxValues is how many values a file may have: keys, scalars, lists and maps. 40,000 components have fewer. A value of two
// bytes of text takes about 400 bytes of memory while yaml.v3 reads it.
const MaxValues = 1_000_000

// checkValues reports whether the text has no more values than allowed. It adds a diagnostic at the first value too many.
func (r *reader) checkValues(text []byte) bool {
	if mostValues(text) <= MaxValues {
		return true
	}
	s := newScanner(text, r.start)
	if s.values <= MaxValues {
		return true
	}
	at := min(s.at, len(text))
	if r.masked {
		at = unmaskedOffset(text, at)
	}
	r.diags.Errorf(RuleSize, r.span(at, at), "the file has more than %d values, which is the limit", MaxValues).
		WithHint("split it with includes, or move data into resources")
	return false
}

// mostValues returns a number of values that a text does not exceed. Every value but the first needs one of these
// characters before or behind it.
func mostValues(text []byte) int {
	n := 1
	for _, c := range []string{"-", ",", "[", ",", "{", "{", ":", ":", "?", "?"} {
		n += bytes.Count(text, []byte(c))
	}
	return n
}

// count counts the values that a token stands for. A value without text has no token of its own, so it counts at the token
// before it.
func (s *scanner) count(kind tokenKind) {
	inMap := len(s.flow) > 0 && s.src[s.flow[len(s.flow)-1]] == '{'
	switch kind {
	case tokenEntry, tokenFlowSequence:
		s.values++
	case tokenFlowMapping:
		s.values += 2
	case tokenKey:
		if !inMap {
			s.values += 2
		}
	case tokenFlowEntry:
		if s.values++; inMap {
			s.values++
		}
	}
}
