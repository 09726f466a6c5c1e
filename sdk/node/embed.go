// Package node holds the Node.js SDK for Storm's spouts and bolts: the package stormflux, as files for a jar or a project.
// The files themselves are ordinary JavaScript; stormflux/README.md says how to use them without this module.
package node

import (
	"embed"
	"io/fs"
)

//go:embed stormflux/*.js stormflux/*.d.ts stormflux/package.json
var files embed.FS

// Files returns the files of the package: stormflux/package.json and so on. In the resources of a topology, components
// import stormflux/index.js, and stormflux/start.js runs them.
func Files() fs.FS { return files }
