package devcluster

import (
	"fmt"

	"github.com/stormflux/stormflux/internal/settings"
)

// JavaFor returns the oldest Java that the daemons of a release of Storm run on (maven.compiler.target in Storm's pom.xml).
func JavaFor(storm settings.Version) int {
	switch {
	case storm.AtLeast(2, 8):
		return 17
	case storm.AtLeast(2, 6):
		return 11
	}
	return 8
}

// CheckVersion returns an error if a cluster cannot run a release of Storm, or has no UI for it.
func CheckVersion(storm settings.Version, ui bool) error {
	switch {
	case !storm.AtLeast(2, 0):
		return fmt.Errorf("the daemons of Storm %s, which is older than 2.0, need another setup", storm)
	case storm.Patch < 0:
		return fmt.Errorf("%s is a line of releases: name one, such as %s", storm, DefaultVersion)
	case ui && storm.String() != DefaultVersion:
		return fmt.Errorf("the UI is made for Storm %s only", DefaultVersion)
	}
	return nil
}
