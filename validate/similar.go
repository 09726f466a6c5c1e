package validate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stormflux/stormflux/diag"
)

// similarity finds the nearest names for misspelt ones, within a budget for the whole run: a document of 10,000 bolts
// that all name something unknown must not cost 10,000 times 10,000 comparisons.
type similarity struct{ compared int }

// mostCompared is how many names one run compares. Past it there are no suggestions, only the faults.
const mostCompared = 1_000_000

func (s *similarity) suggest(word string, candidates []string) (string, bool) {
	near, ok := s.closest(word, candidates)
	return near.Name, ok
}

// closest is suggest that also reports how sure the suggestion is.
func (s *similarity) closest(word string, candidates []string) (diag.Suggestion, bool) {
	if s.compared += len(candidates); s.compared > mostCompared {
		return diag.Suggestion{}, false
	}
	return diag.Closest(word, candidates)
}

// mostListed is how many names a message lists before it only counts them.
const mostListed = 8

// listed writes names for a message: `a, "b c" and 3 more`.
func listed(names []string) string {
	var b strings.Builder
	for i, n := range names {
		if i == mostListed {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quotedIfNeeded(n))
	}
	return b.String()
}

// quotedIfNeeded returns a name as it can stand in a list: in quotes unless it is one word of common characters.
func quotedIfNeeded(name string) string {
	isCommon := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_.-/:", r)
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !isCommon(r) }) < 0 {
		return name
	}
	return strconv.Quote(name)
}
