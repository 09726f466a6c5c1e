// Package python holds the Python SDK for Storm's spouts and bolts: the package stormflux, as files for a jar or a project.
// The files themselves are ordinary Python; README.md says how to use them without this module.
package python

import (
	"embed"
	"io/fs"
)

//go:embed stormflux/*.py stormflux/py.typed
var files embed.FS

// Files returns the files of the package: stormflux/__init__.py and so on.
func Files() fs.FS { return files }
