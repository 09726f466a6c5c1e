package schema

import "github.com/stormflux/stormflux/internal/java"

// parseProperties reads a Java properties file as Flux does for --filter. It does not replace references in the values.
func parseProperties(path string, text []byte) (filter, error) {
	p, err := java.ParseProperties(text)
	return filter{path: path, values: p.Values, names: p.Names}, err
}
