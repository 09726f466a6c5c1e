package diag

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Suggest returns the candidate that the writer of word most likely meant, and false if none is near. It never suggests
// the word itself.
//
// A candidate is near in one of these cases, in the order of preference:
//   - It differs only in case.
//   - It differs only in case and separators (numTasks, num-tasks, num_tasks).
//   - It differs by few insertions, deletions, substitutions and transpositions of neighbours: one for each three
//     characters, and four at most. So there is no suggestion for a word of two characters.
//   - One of the two is the start of the other, or the word is the end of a dotted name (workers, topology.workers).
//
// Among equals the earlier candidate wins. The time is linear in the candidates: about a millisecond for ten thousand.
func Suggest(word string, candidates []string) (best string, ok bool) {
	near, ok := Closest(word, candidates)
	return near.Name, ok
}

// Suggestion is the name that a misspelt one is near to.
type Suggestion struct {
	Word string // the misspelt one
	Name string
	// Sure reports whether Word is certainly a misspelling of Name. The two differ only in case or separators, or by
	// one typing error (two in a name of six characters or more) that changes no digit. No other candidate is as near.
	Sure bool
}

// Closest is [Suggest] that also reports whether the suggestion is sure.
func Closest(word string, candidates []string) (near Suggestion, ok bool) {
	matches, tied := nearest(word, candidates, 1)
	if len(matches) == 0 {
		return Suggestion{}, false
	}
	best := candidates[matches[0].index]
	return Suggestion{Word: word, Name: best, Sure: !tied && isSlip(word, best, matches[0])}, true
}

// isSlip reports whether a match is a typing error rather than the name of something else, such as split2 and split1.
func isSlip(word, candidate string, m match) bool {
	switch m.how {
	case nearCase, nearSeparators:
		return true
	case nearDistance:
		slips := 1
		if max(len(word), len(candidate)) >= 6 {
			slips = 2
		}
		return m.distance <= slips && digits(word) == digits(candidate)
	}
	return false
}

// digits returns the digits of a word in their order.
func digits(word string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, word)
}

// Nearest returns at most n candidates that are near word in the sense of [Suggest], the best first, none twice.
func Nearest(word string, candidates []string, n int) []string {
	matches, _ := nearest(word, candidates, n)
	var names []string
	for _, m := range matches {
		names = append(names, candidates[m.index])
	}
	return names
}

// The ways to be near, in the order of preference. Among those of nearDistance the distance decides.
const (
	nearCase = iota
	nearSeparators
	nearDistance
	nearPart
)

const (
	maxWord     = 200 // bytes of a word or candidate; a longer one is not a name and is near nothing
	maxDistance = 4
)

type match struct {
	how, distance, index int
}

func (a match) compare(b match) int {
	return cmp.Or(cmp.Compare(a.how, b.how), cmp.Compare(a.distance, b.distance), cmp.Compare(a.index, b.index))
}

// nearest returns the n best matches, the best first, each name once. For n = 1, tied reports whether another candidate
// is as near as the best one.
func nearest(word string, candidates []string, n int) (matches []match, tied bool) {
	if len(word) > maxWord || n <= 0 {
		return nil, false
	}
	var s speller
	target := appendBare(nil, word)
	letters := lettersOf(target)
	bare := make([]rune, 0, maxWord)
	for i, candidate := range candidates {
		if candidate == word || len(candidate) > maxWord || candidate == "" {
			continue
		}
		m := match{how: -1, index: i}
		bare = appendBare(bare[:0], candidate)
		limit := maxDistance
		if n == 1 && len(matches) > 0 { // only a match that is at least as near matters
			switch matches[0].how {
			case nearCase, nearSeparators:
				limit = 0
			case nearDistance:
				limit = matches[0].distance
			}
		}
		limit = min(limit, allowed(len(target), len(bare)))
		switch {
		case len(target) > 0 && slices.Equal(bare, target):
			m.how = nearSeparators
			if strings.EqualFold(candidate, word) {
				m.how = nearCase
			}
		default:
			if d := len(target) - len(bare); limit > 0 && max(d, -d) <= limit && letters.apart(lettersOf(bare)) <= 2*limit {
				if d, ok := s.distance(target, bare, limit); ok && !unlike(target, bare, d) {
					m.how, m.distance = nearDistance, d
				}
			}
			if m.how < 0 && isPart(word, target, candidate, bare) {
				d := len(target) - len(bare)
				m.how, m.distance = nearPart, max(d, -d)
			}
		}
		if m.how < 0 {
			continue
		}
		if n == 1 && len(matches) > 0 {
			switch best := matches[0]; {
			case m.how == best.how && m.distance == best.distance:
				tied = tied || candidate != candidates[best.index]
			case m.compare(best) < 0:
				matches[0], tied = m, false
			}
			continue
		}
		matches = append(matches, m)
	}
	slices.SortFunc(matches, match.compare)
	found := matches[:0]
	for _, m := range matches {
		if len(found) < n && !slices.ContainsFunc(found, func(f match) bool { return candidates[f.index] == candidates[m.index] }) {
			found = append(found, m)
		}
	}
	return found, tied
}

// appendBare appends the word in lower case and without separators.
func appendBare(to []rune, word string) []rune {
	for _, r := range word {
		switch {
		case r == '-' || r == '_' || r == '.' || r == ' ':
			continue
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		case r >= utf8.RuneSelf:
			r = unicode.ToLower(r)
		}
		to = append(to, r)
	}
	return to
}

// allowed returns how many edits may lie between a word and a candidate of these lengths.
func allowed(word, candidate int) int {
	if word < 3 || candidate < 2 {
		return 0
	}
	return min(max(word, candidate)/3, maxDistance)
}

// unlike reports whether two words of at most three characters are too different to be near. One edit is a third of
// such a word, so it must be a transposition, or keep the first character.
func unlike(a, b []rune, distance int) bool {
	if distance == 0 || max(len(a), len(b)) > 3 {
		return false
	}
	swapped := len(a) == len(b) && a[0] == b[1] && a[1] == b[0]
	return a[0] != b[0] && !swapped
}

// isPart reports whether one of the words is the start of the other, or the word is the end of a dotted candidate.
func isPart(word string, target []rune, candidate string, bare []rune) bool {
	const least = 3
	switch {
	case len(target) >= least && len(bare) > len(target) && slices.Equal(bare[:len(target)], target):
		return true
	case len(bare) > least && len(target) > len(bare) && slices.Equal(target[:len(bare)], bare):
		return 2*len(bare) >= len(target)
	}
	at := len(candidate) - len(word) - 1
	return len(target) > least && at > 0 && candidate[at] == '.' && strings.EqualFold(candidate[at+1:], word)
}

// letters is the set of a word's characters, with one bit for each character modulo 64.
type letters uint64

func lettersOf(word []rune) letters {
	var l letters
	for _, r := range word {
		l |= 1 << (uint32(r) % 64)
	}
	return l
}

// apart returns how many bits differ. An edit changes at most two.
func (l letters) apart(other letters) int {
	return bits.OnesCount64(uint64(l ^ other))
}

// speller measures distances. It reuses its memory from word to word.
type speller struct {
	rows [3][maxWord + 1]int
}

// distance returns the optimal string alignment distance of two words (Damerau and Levenshtein's, but no substring is
// edited twice), and false if it is greater than limit. It computes only the cells of the table within limit of its
// diagonal, because other cells cannot be part of a path that is short enough (Ukkonen 1985).
func (s *speller) distance(a, b []rune, limit int) (int, bool) {
	far := limit + 1
	before, above, row := s.rows[0][:], s.rows[1][:], s.rows[2][:]
	for j := range min(len(b), far) + 1 {
		above[j] = j
	}
	leastAbove := 0
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		row[from-1] = far
		if from == 1 {
			row[0] = i
		}
		least := row[from-1]
		for j := from; j <= to; j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := above[j-1] + cost
			if d > row[j-1]+1 {
				d = row[j-1] + 1
			}
			if j < i+limit && d > above[j]+1 { // the cell above lies in its row's band
				d = above[j] + 1
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] && d > before[j-2]+1 {
				d = before[j-2] + 1
			}
			row[j] = d
			least = min(least, d)
		}
		// The rows below depend on this one, and by a transposition on the one above.
		if least > limit && leastAbove >= limit {
			return 0, false
		}
		leastAbove = least
		before, above, row = above, row, before
	}
	d := above[len(b)]
	return d, d <= limit
}

// Enumerate joins names as in "a, b and c", or as in "a, b, c and 7 more" if there are more than most; 0 means no
// limit. It never writes "and 1 more": that one name is as short.
func Enumerate(names []string, most int) string {
	return enumerate(names, most, func(s string) string { return s })
}

// Quoted is [Enumerate] with each name in double quotes, quoted as in Go.
func Quoted(names []string, most int) string {
	return enumerate(names, most, strconv.Quote)
}

func enumerate(names []string, most int, show func(string) string) string {
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 1:
		return show(names[0])
	}
	shown := names[:len(names)-1]
	last := ""
	if most > 0 && len(names) > most+1 {
		shown = names[:most]
		last = fmt.Sprintf("%d more", len(names)-most)
	} else {
		last = show(names[len(names)-1])
	}
	var b strings.Builder
	for i, name := range shown {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(show(name))
	}
	return b.String() + " and " + last
}
