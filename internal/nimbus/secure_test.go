//go:build unix

package nimbus_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/keystore"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// secured starts a real Nimbus whose storm.yaml has these settings. login returns the configuration of a client that may do
// everything.
func secured(t *testing.T, conf map[string]any, login func(c *stormtest.Cluster) nimbus.Config, more ...func(*stormtest.Options)) *stormtest.Cluster {
	t.Helper()
	options := stormtest.Options{NimbusOnly: true, Conf: conf}
	options.Ready = func(ctx context.Context, c *stormtest.Cluster) error {
		log, err := c.NimbusLog()
		if err != nil {
			return err
		}
		if !strings.Contains(log, "Accepting leadership") {
			return errors.New("it does not lead")
		}
		client, err := nimbus.Connect(ctx, login(c))
		if err != nil {
			return err
		}
		return client.Close()
	}
	for _, f := range more {
		f(&options)
	}
	return stormtest.New(t, options)
}

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

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// fromStormYAML is the configuration that these settings of a client's storm.yaml mean.
func fromStormYAML(t *testing.T, addr string, values map[string]any) nimbus.Config {
	t.Helper()
	values["nimbus.seeds"] = addr
	config, err := nimbus.ConfigOf(values)
	if err != nil {
		t.Fatal(err)
	}
	config.Retry.Times = -1
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

const authorizers = "org.apache.storm.security.auth.authorizer."

func me(t *testing.T) *user.User {
	t.Helper()
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// acls lets alice act for the user of this process, because Storm asks the system for a user's groups.
func acls(t *testing.T, conf map[string]any) map[string]any {
	t.Helper()
	group, err := user.LookupGroupId(me(t).Gid)
	if err != nil {
		t.Fatal(err)
	}
	conf["nimbus.authorizer"] = authorizers + "SimpleACLAuthorizer"
	conf["nimbus.admins"] = []string{"alice"}
	conf["nimbus.supervisor.users"] = []string{"storm"}
	conf["nimbus.impersonation.authorizer"] = authorizers + "ImpersonationAuthorizer"
	conf["nimbus.impersonation.acl"] = map[string]any{"alice": map[string]any{"hosts": []string{"127.0.0.1", "localhost"}, "groups": []string{group.Name}}}
	return conf
}

func TestDigest(t *testing.T) {
	server := writeFile(t, "jaas.conf", `StormServer {
   org.apache.zookeeper.server.auth.DigestLoginModule required
   user_bob="bobsecret"
   user_alice="alice \"q\" p@ss"
   user_dan="dansecret"
   user_eve="evesecret";
};
`)
	client := func(name, user, password string) string {
		return writeFile(t, name, fmt.Sprintf("// a comment\nStormClient {\n   org.apache.zookeeper.server.auth.DigestLoginModule required\n   username=%q\n   password=%q;\n};\n", user, password))
	}
	const plugin = "org.apache.storm.security.auth.digest.DigestSaslTransportPlugin"
	alice := client("alice.conf", "alice", `alice "q" p@ss`)
	as := func(c *stormtest.Cluster, file string) nimbus.Config {
		return fromStormYAML(t, c.NimbusAddr(), map[string]any{"storm.thrift.transport": plugin, "java.security.auth.login.config": file})
	}
	storm := secured(t, acls(t, map[string]any{"storm.thrift.transport": plugin, "java.security.auth.login.config": server}),
		func(c *stormtest.Cluster) nimbus.Config { return as(c, alice) })

	useCluster(t, as(storm, alice), "digest")
	bob := client("bob.conf", "bob", "bobsecret")
	if o := owner(t, as(storm, bob), "bobs"); o != "bob" {
		t.Errorf("the owner is %q", o)
	}
	forMe := as(storm, alice)
	forMe.AsUser = me(t).Username
	if o := owner(t, forMe, "for-me"); o != forMe.AsUser {
		t.Errorf("the owner is %q", o)
	}
	forAlice := as(storm, bob)
	forAlice.AsUser = "alice"
	refused(t, forAlice, nimbus.NotAuthorized, "principal bob is not authorized to impersonate principal alice")

	useRights(t, as(storm, bob), as(storm, client("dan.conf", "dan", "dansecret")), as(storm, client("eve.conf", "eve", "evesecret")), forMe)

	wrong := client("wrong.conf", "bob", "wrongsecret")
	refused(t, as(storm, wrong), nimbus.NotAuthenticated, `refused the login of user "bob" (section StormClient of `+wrong+")", "Mismatched response")
	refused(t, as(storm, client("carl.conf", "carl", "wrongsecret")), nimbus.NotAuthenticated, `user "carl"`, "acquiring password")
	refused(t, as(storm, server), nimbus.NotAuthenticated, "has no section StormClient")
	refused(t, as(storm, filepath.Join(t.TempDir(), "none.conf")), nimbus.NotAuthenticated, "reading the login configuration", "no such file")
	refused(t, noRetry(storm.NimbusAddr()), nimbus.NotNimbus, "it wants a SASL login")
	refused(t, as(cluster.Cluster(t), alice), nimbus.NotAuthenticated, "closed the connection at the login", "SimpleTransportPlugin")
}

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
	const plugin = "org.apache.storm.security.auth.plain.PlainSaslTransportPlugin"
	as := func(c *stormtest.Cluster, user string) nimbus.Config {
		config := noRetry(c.NimbusAddr())
		config.Security.Auth = nimbus.Auth{Kind: nimbus.PlainAuth, User: user, Password: "any"}
		return config
	}
	storm := secured(t, acls(t, map[string]any{"storm.thrift.transport": plugin}), func(c *stormtest.Cluster) nimbus.Config { return as(c, "alice") })
	useCluster(t, as(storm, "alice"), "plain")
	if o := owner(t, as(storm, "bob"), "bobs"); o != "bob" {
		t.Errorf("the owner is %q", o)
	}
	useCluster(t, fromStormYAML(t, storm.NimbusAddr(), map[string]any{"storm.thrift.transport": plugin}), "mine")
}

// keytool runs Java's keytool in a folder.
func keytool(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "keytool", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("keytool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// certificates makes key stores: of a server with a host name, of a client, and of a stranger, with stores of what they
// trust.
func certificates(t *testing.T) string {
	dir := t.TempDir()
	for _, s := range []struct{ name, subject, host, kind string }{
		{"server", "CN=server, O=Test", "localhost", "JKS"}, {"client", "CN=client, O=Test", "", "PKCS12"}, {"stranger", "CN=stranger", "", "JKS"},
	} {
		args := []string{"-genkeypair", "-alias", s.name, "-keyalg", "RSA", "-dname", s.subject, "-keystore", s.name + ".jks", "-storetype", s.kind,
			"-storepass", "changeit", "-keypass", "changeit", "-validity", "10"}
		if s.host != "" {
			args = append(args, "-ext", "san=dns:"+s.host)
		}
		keytool(t, dir, args...)
		keytool(t, dir, "-exportcert", "-rfc", "-alias", s.name, "-keystore", s.name+".jks", "-storepass", "changeit", "-file", s.name+".pem")
	}
	for store, trusts := range map[string]string{"trust-client.jks": "client", "trust-server.jks": "server"} {
		keytool(t, dir, "-importcert", "-noprompt", "-alias", trusts, "-file", trusts+".pem", "-keystore", store, "-storetype", "JKS", "-storepass", "changeit")
	}
	keytool(t, dir, "-importcert", "-noprompt", "-alias", "server", "-file", "server.pem", "-keystore", "trust-server.p12", "-storepass", "changeit")
	return dir
}

func TestTLS(t *testing.T) {
	stormtest.Require(t)
	dir := certificates(t)
	file := func(name string) string { return filepath.Join(dir, name) }
	jars, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := stormtest.CompileJava(t.Context(), "tls-plugin", os.DirFS("testdata"), "java", jars)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close() // Nimbus takes the port
	addr := fmt.Sprintf("localhost:%d", port)
	const prefix = "nimbus.thrift.tls.client."
	client := func(trust, identity string) nimbus.Config {
		return fromStormYAML(t, addr, map[string]any{
			"nimbus.thrift.client.use.tls": true, prefix + "truststore.path": file(trust), prefix + "truststore.password": "changeit",
			prefix + "keystore.path": file(identity), prefix + "keystore.password": "changeit",
		})
	}
	storm := secured(t, map[string]any{
		"storm.local.hostname": "localhost", "nimbus.thrift.tls.port": port, "nimbus.thrift.tls.transport": "stormflux.test.TlsPlugin",
		"nimbus.thrift.tls.server.keystore.path": file("server.jks"), "nimbus.thrift.tls.server.keystore.password": "changeit",
		"nimbus.thrift.tls.server.truststore.path": file("trust-client.jks"), "nimbus.thrift.tls.server.truststore.password": "changeit",
		"nimbus.authorizer": authorizers + "SimpleACLAuthorizer", "nimbus.admins": []string{"CN=client,O=Test"},
	}, func(*stormtest.Cluster) nimbus.Config { return client("trust-server.jks", "client.jks") }, func(o *stormtest.Options) {
		o.Classpath = []string{plugin}
	})

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
	refused(t, noRetry(addr), nimbus.NotNimbus, "it answers in TLS")
	toPlain := client("trust-server.jks", "client.jks")
	toPlain.Seeds[0].Port = 0
	toPlain.Port = plainPort(storm)
	refused(t, toPlain, nimbus.NotAuthenticated, "closed the connection at the beginning of TLS")
}

func plainPort(c *stormtest.Cluster) int {
	_, port := c.Nimbus()
	return port
}

// kdc is a Kerberos server on loopback.
type kdc struct{ dir, config string }

const realm = "TEST.LOCAL"

// run runs a program of MIT Kerberos.
func (k *kdc) run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := k.command(t, name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func (k *kdc) command(t *testing.T, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = k.dir
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin", "KRB5_CONFIG="+k.config, "KRB5_KDC_PROFILE="+filepath.Join(k.dir, "kdc.conf"))
	if path, err := exec.LookPath("/usr/sbin/" + name); err == nil {
		cmd.Path, cmd.Err = path, nil
	}
	return cmd
}

func startKDC(t *testing.T) *kdc {
	t.Helper()
	stormtest.RequireProgram(t, "/usr/sbin/krb5kdc")
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	_ = listener.Close() // the server takes the port
	k := &kdc{dir: dir, config: filepath.Join(dir, "krb5.conf")}
	for name, text := range map[string]string{
		"krb5.conf": fmt.Sprintf("[libdefaults]\n default_realm = %[1]s\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n"+
			" dns_canonicalize_hostname = false\n udp_preference_limit = 1\n"+
			"[realms]\n %[1]s = {\n  kdc = 127.0.0.1:%[2]d\n }\n[domain_realm]\n localhost = %[1]s\n", realm, port),
		"kdc.conf": fmt.Sprintf("[kdcdefaults]\n kdc_listen = 127.0.0.1:%[2]d\n kdc_tcp_listen = 127.0.0.1:%[2]d\n[realms]\n %[1]s = {\n  database_name = %[3]s/principal\n"+
			"  key_stash_file = %[3]s/stash\n  acl_file = %[3]s/kadm5.acl\n }\n", realm, port, dir),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k.run(t, "kdb5_util", "create", "-s", "-r", realm, "-P", "master")
	for _, principal := range []string{"storm/localhost", "bob", "alice"} {
		k.run(t, "kadmin.local", "-q", "addprinc -randkey "+principal)
		name, _, _ := strings.Cut(principal, "/")
		k.run(t, "kadmin.local", "-q", "ktadd -k "+filepath.Join(dir, name+".keytab")+" "+principal)
	}
	server := k.command(t, "krb5kdc", "-n")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill() // it may have ended
		_ = server.Wait()         // with the error of the kill
	})
	waitFor(t, "the Kerberos server", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = conn.Close() // only a sign of life
		}
		return err == nil
	})
	return k
}

func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within a minute", what)
		}
	}
}

func TestKerberos(t *testing.T) {
	stormtest.Require(t)
	k := startKDC(t)
	t.Setenv("KRB5_CONFIG", k.config)
	file := func(name string) string { return filepath.Join(k.dir, name) }
	login := func(name, options string) string {
		return writeFile(t, name, "StormClient {\n   com.sun.security.auth.module.Krb5LoginModule required\n   serviceName=\"storm\"\n   "+options+";\n};\n")
	}
	server := writeFile(t, "jaas.conf", fmt.Sprintf("StormServer {\n   com.sun.security.auth.module.Krb5LoginModule required\n   useKeyTab=true\n   keyTab=%q\n   storeKey=true\n"+
		"   useTicketCache=false\n   principal=\"storm/localhost@%s\";\n};\n", file("storm.keytab"), realm))
	const plugin = "org.apache.storm.security.auth.kerberos.KerberosSaslTransportPlugin"
	as := func(c *stormtest.Cluster, file string) nimbus.Config {
		return fromStormYAML(t, fmt.Sprintf("localhost:%d", plainPort(c)), map[string]any{"storm.thrift.transport": plugin, "java.security.auth.login.config": file})
	}
	keytab := func(user string) string {
		return login(user+".conf", fmt.Sprintf("useKeyTab=true keyTab=%q principal=\"%s@%s\"", file(user+".keytab"), user, realm))
	}
	alice, bob := keytab("alice"), keytab("bob")
	storm := secured(t, acls(t, map[string]any{
		"storm.thrift.transport": plugin, "java.security.auth.login.config": server, "storm.local.hostname": "localhost",
		"storm.principal.tolocal": "org.apache.storm.security.auth.KerberosPrincipalToLocal",
	}), func(c *stormtest.Cluster) nimbus.Config { return as(c, alice) }, func(o *stormtest.Options) {
		o.JavaFlags = []string{"-Djava.security.krb5.conf=" + k.config}
	})

	useCluster(t, as(storm, alice), "kerberos")
	if o := owner(t, as(storm, bob), "bobs"); o != "bob" {
		t.Errorf("the owner is %q", o)
	}
	forMe := as(storm, alice)
	forMe.AsUser = me(t).Username
	if o := owner(t, forMe, "for-me"); o != forMe.AsUser {
		t.Errorf("the owner is %q", o)
	}

	cache := file("bob.cc")
	k.run(t, "kinit", "-k", "-t", file("bob.keytab"), "-c", cache, "bob")
	useCluster(t, as(storm, login("cache.conf", fmt.Sprintf("useTicketCache=true ticketCache=%q", cache))), "by-cache")
	t.Setenv("KRB5CCNAME", "FILE:"+cache)
	useCluster(t, as(storm, login("default.conf", "useTicketCache=true")), "by-default-cache")

	short := file("short.cc")
	k.run(t, "kinit", "-l", "1s", "-k", "-t", file("bob.keytab"), "-c", short, "bob")
	waitFor(t, "expired ticket", func() bool { return k.command(t, "klist", "-s", "-c", short).Run() != nil })
	refused(t, as(storm, login("short.conf", fmt.Sprintf("useTicketCache=true ticketCache=%q", short))), nimbus.NotAuthenticated, short, "expired at", "kinit")
	refused(t, as(storm, login("none.conf", fmt.Sprintf("useTicketCache=true ticketCache=%q", file("none.cc")))), nimbus.NotAuthenticated, "no Kerberos tickets", "kinit")
	byAddress := as(storm, bob)
	byAddress.Seeds[0].Host = "127.0.0.1"
	refused(t, byAddress, nimbus.NotAuthenticated, "no Kerberos ticket for", "storm/127.0.0.1")
	refused(t, noRetry(storm.NimbusAddr()), nimbus.NotNimbus, "it wants a SASL login")
}
