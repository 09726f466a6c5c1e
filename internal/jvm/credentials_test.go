package jvm_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/jvm"
)

func TestCredentials(t *testing.T) {
	opts := options(t)
	const conf = `{"user":"bob","count":7}`
	got, err := jvm.Credentials(t.Context(), []string{"stormflux.cases.Plugins$Other", "stormflux.cases.Plugins$Token"}, []byte(conf), opts)
	want := map[string]string{"other": "é\n", "token": "token of bob", "default": "2181 Integer", "before": "true"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	for plugin, want := range map[string]string{
		"stormflux.cases.Plugins$Fails": "stormflux.cases.Plugins$Fails: java.lang.IllegalStateException: no ticket",
		"stormflux.cases.Gone":          "stormflux.cases.Gone: java.lang.ClassNotFoundException: stormflux.cases.Gone",
		// Storm's own for Kerberos needs a login.
		"org.apache.storm.security.auth.kerberos.AutoTGT": "org.apache.storm.security.auth.kerberos.AutoTGT: javax.security.auth.login.LoginException: ",
	} {
		_, err := jvm.Credentials(t.Context(), []string{plugin}, []byte(conf), opts)
		failed, ok := err.(*jvm.PluginError)
		if !ok || !strings.HasPrefix(failed.Reason, want) {
			t.Errorf("%s: %v", plugin, err)
		}
	}
}
