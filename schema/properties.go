package schema

import (
	"github.com/magiconair/properties"
)

// parseProperties reads a Java properties file as java.util.Properties.load does: ISO 8859-1, with \uXXXX escapes,
// continued lines and three ways to separate a key from its value. References in it are not replaced.
func parseProperties(path string, text []byte) (filter, error) {
	loader := properties.Loader{Encoding: properties.ISO_8859_1, DisableExpansion: true}
	p, err := loader.LoadBytes(text)
	if err != nil {
		return filter{}, err
	}
	return filter{path: path, values: p.Map(), names: p.Keys()}, nil
}
