// Split emits the words of a sentence in lower case and without punctuation. Each word is anchored to the sentence.
package main

import (
	"strings"
	"unicode"

	"github.com/stormflux/stormflux/component"
)

func main() {
	component.RunBasicBolt(component.BasicBoltFunc(split))
}

func split(t *component.Tuple, out *component.BasicCollector) error {
	for _, word := range words(t.String(0)) {
		out.Emit(word)
	}
	return nil
}

// words does the same as the Python split in examples/resources.
func words(sentence string) []string {
	return strings.FieldsFunc(strings.ToLower(sentence), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '\''
	})
}
