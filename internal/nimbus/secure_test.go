//go:build unix

package nimbus_test

import (
	"fmt"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/keystore"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/stormtest"
	"github.com/stormflux/stormflux/internal/stormtest/secured"
)

// useCluster lists, submits, kills. The configuration of the topology is larger than a frame of the plain transport may be.
func useCluster(t *testing.T, config nimbus.Config, name string) {
	t.Helper()
	client := connect(t, config)
	if _, err := client.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	request := realRequest(t, name)
	request.JarPath = stormJar(t, 8<<20)
	request.Conf["padding"] = strings.Repeat("x", 2<<20)
	if _, err := client.Submit(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	summary, err := client.Find(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if conf, err := client.TopologyConf(t.Context(), summary.ID); err != nil || !strings.Contains(conf, request.Conf["padding"].(string)) {
		t.Errorf("the configuration is not the one that was sent (%v)", err)
	}
	if err := client.Kill(t.Context(), name, 0); err != nil {
		t.Error(err)
	}
}

// owner returns who submitted a topology.
func owner(t *testing.T, config nimbus.Config, name string) string {
	t.Helper()
	client := connect(t, config)
	if _, err := client.Submit(t.Context(), realRequest(t, name)); err != nil {
		t.Fatal(err)
	}
	summary, err := client.Find(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return summary.GetOwner()
}

// with is the configuration of a client at an address with settings of storm.yaml.
func with(t *testing.T, addr string, settings map[string]any) nimbus.Config {
	t.Helper()
	config, err := secured.Config(addr, settings)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func refused(t *testing.T, config nimbus.Config, kind nimbus.Kind, want ...string) {
	t.Helper()
	client, err := nimbus.Connect(t.Context(), config)
	if err == nil {
		_ = client.Close()
		t.Error("no error")
		return
	}
	if nimbus.KindOf(err) != kind {
		t.Errorf("kind %q, want %q", nimbus.KindOf(err), kind)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error is\n%v\nwant %s", err, w)
		}
	}
	for _, secret := range []string{"bobsecret", "wrongsecret", "changeit"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows a secret:\n%v", err)
		}
	}
}

func me(t *testing.T) *user.User {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestDigest(t *testing.T) {
	storm := secured.Digest(t)
	as := func(settings map[string]any) nimbus.Config { return with(t, storm.Addr, settings) }
	alice, bob := storm.Client, secured.DigestClient(t, "bob", "bobsecret")
	useCluster(t, as(alice), "digest")
	if o := owner(t, as(bob), "bobs"); o != "bob" {
		t.Errorf("the owner is %q", o)
	}
	forMe := as(alice)
	forMe.AsUser = me(t).Username
	if o := owner(t, forMe, "for-me"); o != forMe.AsUser {
		t.Errorf("the owner is %q", o)
	}
	forAlice := as(bob)
	forAlice.AsUser = "alice"
	refused(t, forAlice, nimbus.NotAuthorized, "principal bob is not authorized to impersonate principal alice")

	useRights(t, as(bob), as(secured.DigestClient(t, "dan", "dansecret")), as(secured.DigestClient(t, "eve", "evesecret")), forMe)

	wrong := secured.DigestClient(t, "bob", "wrongsecret")
	refused(t, as(wrong), nimbus.NotAuthenticated, fmt.Sprintf(`refused the login of user "bob" (section StormClient of %s)`, wrong[loginConfig]), "Mismatched response")
	refused(t, as(secured.DigestClient(t, "carl", "wrongsecret")), nimbus.NotAuthenticated, `user "carl"`, "acquiring password")
	refused(t, as(map[string]any{"storm.thrift.transport": secured.DigestPlugin, loginConfig: secured.WriteFile(t, "other.conf", "StormServer { m required; };\n")}),
		nimbus.NotAuthenticated, "has no section StormClient")
	refused(t, as(map[string]any{"storm.thrift.transport": secured.DigestPlugin, loginConfig: filepath.Join(t.TempDir(), "none.conf")}),
		nimbus.NotAuthenticated, "reading the login configuration", "no such file")
	refused(t, noRetry(storm.Addr), nimbus.NotNimbus, "it wants a SASL login")
	refused(t, with(t, cluster.Cluster(t).NimbusAddr(), alice), nimbus.NotAuthenticated, "closed the connection at the login", "SimpleTransportPlugin")
}

const loginConfig = "java.security.auth.login.config"

// useRights checks the rights that bob gives dan, eve and me in the configuration of a topology, and who may upload its
// credentials.
func useRights(t *testing.T, bob, dan, eve, forMe nimbus.Config) {
	t.Helper()
	group, err := user.LookupGroupId(me(t).Gid)
	if err != nil {
		t.Fatal(err)
	}
	owner, writer, reader, member := connect(t, bob), connect(t, dan), connect(t, eve), connect(t, forMe)
	for name, conf := range map[string]map[string]any{
		"closed": {},
		"shared": {"topology.users": []any{"dan"}, "topology.readonly.users": []any{"eve"}, "topology.groups": []any{group.Name}},
	} {
		request := realRequest(t, name)
		for key, value := range conf {
			request.Conf[key] = value
		}
		if _, err := owner.Submit(t.Context(), request); err != nil {
			t.Fatal(err)
		}
		summary, err := owner.Find(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		for who, client := range map[string]*nimbus.Client{"dan": writer, "eve": reader, "me": member} {
			want := func(call string, may bool, err error) {
				t.Helper()
				if may && err != nil || !may && nimbus.KindOf(err) != nimbus.NotAuthorized {
					t.Errorf("%s of %s by %s: %v", call, name, who, err)
				}
			}
			shared := name == "shared"
			_, err := client.TopologyConf(t.Context(), summary.ID)
			want("getTopologyConf", shared, err)
			want("deactivate", shared && who != "eve", client.Deactivate(t.Context(), name))
			want("uploadNewCredentials", false, client.UploadCredentials(t.Context(), name, map[string]string{"a": "b"}, ""))
			want("uploadNewCredentials for bob", shared && who != "eve", client.UploadCredentials(t.Context(), name, map[string]string{"a": "b"}, "bob"))
		}
		if err := owner.UploadCredentials(t.Context(), name, map[string]string{"a": "c"}, ""); err != nil {
			t.Error(err)
		}
		err = owner.UploadCredentials(t.Context(), name, map[string]string{"a": "c"}, "dan")
		if err == nil || !strings.Contains(err.Error(), summary.ID+" is expected to be owned by dan but is actually owned by bob") {
			t.Errorf("as the owner dan: %v", err)
		}
	}
}

func TestPlainLogin(t *testing.T) {
	storm := secured.Plain(t)
	as := func(user string) nimbus.Config {
		config := noRetry(storm.Addr)
		config.Security.Auth = nimbus.Auth{Kind: nimbus.PlainAuth, User: user, Password: "any"}
		return config
	}
	useCluster(t, as("alice"), "plain")
	if o := owner(t, as("bob"), "bobs"); o != "bob" {
		t.Errorf("the owner is %q", o)
	}
	useCluster(t, with(t, storm.Addr, storm.Client), "mine")
}

func TestTLS(t *testing.T) {
	storm := secured.TLS(t)
	file := func(name string) string { return filepath.Join(storm.Dir, name) }
	client := func(trust, identity string) nimbus.Config {
		return with(t, storm.Addr, secured.TLSClient(storm.Dir, trust, identity))
	}
	useCluster(t, client("trust-server.jks", "client.jks"), "tls")
	useCluster(t, client("trust-server.p12", "client.jks"), "tls-pkcs12")
	refused(t, client("trust-client.jks", "client.jks"), nimbus.NotAuthenticated, "is signed by an authority that is not among those of "+file("trust-client.jks"))
	refused(t, client("trust-server.jks", "stranger.jks"), nimbus.NotAuthenticated, "refused the connection", "stranger.jks")
	byAddress := client("trust-server.jks", "client.jks")
	byAddress.Seeds[0].Host = "127.0.0.1"
	refused(t, byAddress, nimbus.NotAuthenticated, "is for another host", "tls.server-name")
	named := byAddress
	named.Security.TLS = &nimbus.TLSFiles{Authorities: keystore.Store{File: file("server.pem")}, Identity: keystore.Store{File: file("client.jks"), Password: "changeit"}, ServerName: "localhost"}
	useCluster(t, named, "tls-named")
	noCertificate := named
	noCertificate.Security.TLS = &nimbus.TLSFiles{Authorities: keystore.Store{File: file("server.pem")}, ServerName: "localhost"}
	refused(t, noCertificate, nimbus.NotAuthenticated, "refused the connection", "certificate of the client")
	badPassword := named
	badPassword.Security.TLS = &nimbus.TLSFiles{Authorities: keystore.Store{File: file("trust-server.p12"), Password: "wrongsecret"}}
	refused(t, badPassword, nimbus.NotAuthenticated, "trust-server.p12: the password is wrong")
	refused(t, noRetry(storm.Addr), nimbus.NotNimbus, "it answers in TLS")
	toPlain := client("trust-server.jks", "client.jks")
	toPlain.Seeds[0].Port = 0
	toPlain.Port = plainPort(storm.Cluster)
	refused(t, toPlain, nimbus.NotAuthenticated, "closed the connection at the beginning of TLS")
}

func plainPort(c *stormtest.Cluster) int {
	_, port := c.Nimbus()
	return port
}

func TestKerberos(t *testing.T) {
	storm := secured.Kerberos(t)
	k := storm.KDC
	as := func(settings map[string]any) nimbus.Config { return with(t, storm.Addr, settings) }
	login := func(options string) map[string]any { return secured.KerberosClient(t, options) }
	alice, bob := storm.Client, login(k.ByKeytab("bob"))
	useCluster(t, as(alice), "kerberos")
	if o := owner(t, as(bob), "bobs"); o != "bob" {
		t.Errorf("the owner is %q", o)
	}
	forMe := as(alice)
	forMe.AsUser = me(t).Username
	if o := owner(t, forMe, "for-me"); o != forMe.AsUser {
		t.Errorf("the owner is %q", o)
	}

	cache := filepath.Join(k.Dir, "bob.cc")
	k.Run(t, "kinit", "-k", "-t", k.Keytab("bob"), "-c", cache, "bob")
	useCluster(t, as(login(fmt.Sprintf("useTicketCache=true ticketCache=%q", cache))), "by-cache")
	t.Setenv("KRB5CCNAME", "FILE:"+cache)
	useCluster(t, as(login("useTicketCache=true")), "by-default-cache")

	short := filepath.Join(k.Dir, "short.cc")
	k.Run(t, "kinit", "-l", "1s", "-k", "-t", k.Keytab("bob"), "-c", short, "bob")
	secured.WaitFor(t, "expired ticket", func() bool { return k.Command(t, "klist", "-s", "-c", short).Run() != nil })
	refused(t, as(login(fmt.Sprintf("useTicketCache=true ticketCache=%q", short))), nimbus.NotAuthenticated, short, "expired at", "kinit")
	refused(t, as(login(fmt.Sprintf("useTicketCache=true ticketCache=%q", filepath.Join(k.Dir, "none.cc")))), nimbus.NotAuthenticated, "no Kerberos tickets", "kinit")
	byAddress := as(bob)
	byAddress.Seeds[0].Host = "127.0.0.1"
	refused(t, byAddress, nimbus.NotAuthenticated, "no Kerberos ticket for", "storm/127.0.0.1")
	refused(t, noRetry(storm.Addr), nimbus.NotNimbus, "it wants a SASL login")
}
