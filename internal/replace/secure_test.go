//go:build unix

package replace

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/stormtest/secured"
)

// On each transport, a real Nimbus checks the new topology, gives the old one back, and takes the copy of it. These Nimbuses have no
// Supervisors, so no topology ever runs: the replacement puts the old one back.
func TestSecuredTransports(t *testing.T) {
	stormtest.Long(t)
	for name, start := range map[string]func(*testing.T) *secured.Nimbus{
		"digest": secured.Digest, "plain": secured.Plain, "tls": secured.TLS, "kerberos": secured.Kerberos,
	} {
		t.Run(name, func(t *testing.T) {
			storm := start(t)
			config, err := secured.Config(storm.Addr, storm.Client)
			if err != nil {
				t.Fatal(err)
			}
			client, err := nimbus.Connect(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			putBackWithoutSupervisors(t, client)
		})
	}
}

func putBackWithoutSupervisors(t *testing.T, client *nimbus.Client) {
	t.Helper()
	f := &fake{} // only for its requests
	if _, err := client.Submit(t.Context(), f.request(t, "old")); err != nil {
		t.Fatal(err)
	}
	old, err := client.Find(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	store := Store{Dir: t.TempDir()}

	refused := f.request(t, "new")
	refused.Conf["topology.workers"] = "many"
	err = Replace(t.Context(), client, store, refused, old.ID, Options{})
	if outcome(err) != Untouched || nimbus.KindOf(err) != nimbus.InvalidTopology {
		t.Errorf("a wrong configuration: %v", err)
	}

	err = Replace(t.Context(), client, store, f.request(t, "new"), old.ID, Options{Drain: time.Minute, Timeout: time.Second})
	var failed *Error
	if !errors.As(err, &failed) || failed.Outcome != Unfinished { // the old one does not come up either
		t.Fatalf("%v", err)
	}
	state, err := Look(t.Context(), client, store, name)
	if err != nil || state.Situation != Returned || state.Current.ID == old.ID {
		t.Fatalf("%+v, %v", state, err)
	}
	var jar bytes.Buffer
	if err := client.ReadBlob(t.Context(), nimbus.JarKey(state.Current.ID), &jar); err != nil || jar.String() != "jar of old" {
		t.Errorf("the jar is %q, %v", jar.String(), err)
	}
	text, err := client.TopologyConf(t.Context(), state.Current.ID)
	if err != nil {
		t.Fatal(err)
	}
	if conf, err := readConf(text); err != nil || conf["version"] != "old" {
		t.Errorf("the configuration has version %v, %v", conf["version"], err)
	}
}
