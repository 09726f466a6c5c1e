package leiningen

import (
	"errors"
	"fmt"

	"github.com/stormflux/stormflux/compiler/clojure"
	"github.com/stormflux/stormflux/internal/settings"
)

// Target returns the dialect and the Storm version that follow from what the project depends on.
func (p *Project) Target() (clojure.Dialect, settings.Version, error) {
	storm, found := p.stormDependency()
	var version, none settings.Version
	if storm.Version != "" {
		var err error
		if version, err = settings.ParseVersion(storm.Version); err != nil {
			return 0, none, fmt.Errorf("the version of %s: %w", storm.Artifact, err)
		}
	}
	if _, ok := p.Dependency("com.parsely/streamparse"); ok {
		if version.IsZero() {
			version = clojure.Streamparse.Version()
		}
		return clojure.Streamparse, version, nil
	}
	switch {
	case !found:
		return 0, none, errors.New("it depends on neither storm-core, storm-clojure nor streamparse")
	case version.IsZero():
		return 0, none, fmt.Errorf("it does not write out the version of %s", storm.Artifact)
	case version.Major == 0:
		return clojure.Backtype, version, nil
	case version.Major == 2 && storm.Artifact != stormClojure:
		return 0, none, fmt.Errorf("the Clojure DSL of Storm %s is in its own artifact; depend on [%s %q]", version, stormClojure, storm.Version)
	}
	return clojure.Storm, version, nil
}

// stormClojure is the artifact of the Clojure DSL in Storm 2.
const stormClojure = "org.apache.storm/storm-clojure"

// stormDependency returns the dependency that decides which Storm the project is for.
func (p *Project) stormDependency() (Dependency, bool) {
	for _, artifact := range []string{
		stormClojure,
		"org.apache.storm/storm-core",
		"storm/storm", // before Storm was Apache's
	} {
		if d, ok := p.Dependency(artifact); ok {
			return d, true
		}
	}
	return Dependency{}, false
}
