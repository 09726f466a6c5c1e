// Split emits the words of a sentence in lower case and without punctuation. Each word is anchored to the sentence. --shortest
// leaves out words with fewer letters.
package main

import (
	"flag"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stormflux/stormflux/component"
)

func main() {
	shortest := flag.Int("shortest", 0, "the number of letters that a word needs")
	flag.Parse()
	component.RunBasicBolt(component.BasicBoltFunc(func(t *component.Tuple, out *component.BasicCollector) error {
		for _, word := range words(t.String(0)) {
			if utf8.RuneCountInString(word) >= *shortest {
				out.Emit(word)
			}
		}
		return nil
	}))
}

// words does the same as the Python split in examples/resources.
func words(sentence string) []string {
	return strings.FieldsFunc(strings.ToLower(sentence), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '\''
	})
}
