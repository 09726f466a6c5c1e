package yaml

import (
	"encoding/base64"
	"strings"
	"unicode"
)

// Bytes returns the bytes of a scalar with the tag !!binary, and whether v is one.
func (v *Value) Bytes() ([]byte, bool) {
	if v.Kind != String || v.Oddity != Binary {
		return nil, false
	}
	return decodeBase64(v.Text)
}

func isBase64(text string) bool {
	_, ok := decodeBase64(text)
	return ok
}

// decodeBase64 ignores spaces and line breaks, as SnakeYAML does (SafeConstructor.ConstructYamlBinary, 2.2).
func decodeBase64(text string) ([]byte, bool) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	bytes, err := base64.StdEncoding.DecodeString(text)
	return bytes, err == nil
}
