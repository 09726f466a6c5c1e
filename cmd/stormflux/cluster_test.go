package main

import (
	"testing"

	"github.com/stormflux/stormflux/schema"
)

func TestLocalhostRemark(t *testing.T) {
	prod := &schema.Environment{Name: "prod"}
	for _, c := range []struct {
		env                 *schema.Environment
		file, lacking, want string
	}{
		{nil, "", "", "no --nimbus, -e or storm.yaml: trying localhost"},
		{nil, "s.yaml", "", "no --nimbus or -e, and s.yaml has no nimbus.seeds: trying localhost"},
		{prod, "", "", `no --nimbus or storm.yaml, and the environment "prod" has no nimbus: trying localhost`},
		{prod, "s.yaml", "", `no --nimbus, and neither the environment "prod" nor s.yaml names a Nimbus: trying localhost`},
		{nil, "", "STORM_HOME names /s, which does not exist", "no --nimbus or -e, and STORM_HOME names /s, which does not exist: trying localhost"},
		{prod, "", "STORM_HOME names /s, which does not exist", `no --nimbus, the environment "prod" has no nimbus, and STORM_HOME names /s, which does not exist: trying localhost`},
	} {
		if got := localhostRemark(c.env, c.file, c.lacking); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
