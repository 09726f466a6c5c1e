//go:build unix

// Package secured starts real Nimbus daemons that want a login or TLS, for tests, and has the settings with which clients
// get in.
package secured

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/internal/stormtest"
)

// The transports with a login.
const (
	DigestPlugin   = "org.apache.storm.security.auth.digest.DigestSaslTransportPlugin"
	PlainPlugin    = "org.apache.storm.security.auth.plain.PlainSaslTransportPlugin"
	KerberosPlugin = "org.apache.storm.security.auth.kerberos.KerberosSaslTransportPlugin"
)

const authorizers = "org.apache.storm.security.auth.authorizer."

//go:embed java
var java embed.FS

// Nimbus is a running Nimbus that wants a login or TLS. It has no Supervisor. The test ends it.
type Nimbus struct {
	*stormtest.Cluster
	Addr string // HOST:PORT for clients
	// Client has the settings of storm.yaml for a client that may do everything, without the address.
	Client map[string]any
	// Dir has the key stores of TLS: server, client and stranger (.jks, .pem; the password is changeit), trust-client.jks,
	// and trust-server.jks and .p12.
	Dir string
	// KDC is the Kerberos server, or nil.
	KDC *KDC
}

// Config returns the configuration of a client at that address with settings of storm.yaml. It does not retry.
func Config(addr string, settings map[string]any) (nimbus.Config, error) {
	values := map[string]any{"nimbus.seeds": addr}
	for key, value := range settings {
		values[key] = value
	}
	config, err := nimbus.ConfigOf(values)
	config.Retry.Times = -1
	return config, err
}

// start starts the Nimbus, whose storm.yaml has some more settings.
func (n *Nimbus) start(t *testing.T, conf map[string]any, options stormtest.Options) *Nimbus {
	t.Helper()
	options.NimbusOnly, options.Conf = true, conf
	options.Ready = func(ctx context.Context, c *stormtest.Cluster) error {
		log, err := c.NimbusLog()
		if err != nil {
			return err
		}
		if !strings.Contains(log, "Accepting leadership") {
			return errors.New("it does not lead")
		}
		n.Cluster = c
		config, err := Config(n.addr(), n.Client)
		if err != nil {
			return err
		}
		client, err := nimbus.Connect(ctx, config)
		if err != nil {
			return err
		}
		return client.Close()
	}
	n.Cluster = stormtest.New(t, options)
	n.Addr = n.addr()
	return n
}

// addr returns the address for clients, by the name in certificates and principals.
func (n *Nimbus) addr() string {
	if n.Addr != "" {
		return n.Addr
	}
	_, port := n.Cluster.Nimbus()
	return fmt.Sprintf("localhost:%d", port)
}

// acls adds the settings of a cluster on which alice may do everything, and may act for the user of this process. Storm asks
// the system for that user's groups.
func acls(t *testing.T, conf map[string]any) map[string]any {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	group, err := user.LookupGroupId(me.Gid)
	if err != nil {
		t.Fatal(err)
	}
	conf["storm.local.hostname"] = "localhost"
	conf["nimbus.authorizer"] = authorizers + "SimpleACLAuthorizer"
	conf["nimbus.admins"] = []string{"alice"}
	conf["nimbus.supervisor.users"] = []string{"storm"}
	conf["nimbus.impersonation.authorizer"] = authorizers + "ImpersonationAuthorizer"
	conf["nimbus.impersonation.acl"] = map[string]any{"alice": map[string]any{"hosts": []string{"127.0.0.1", "localhost"}, "groups": []string{group.Name}}}
	return conf
}

// WriteFile writes a file that only this user reads, and returns its path.
func WriteFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Digest starts a Nimbus for users with passwords: bob with "bobsecret", dan and eve likewise, and alice, who may do everything. Her password has
// quotes.
func Digest(t *testing.T) *Nimbus {
	t.Helper()
	server := WriteFile(t, "jaas.conf", `StormServer {
   org.apache.zookeeper.server.auth.DigestLoginModule required
   user_bob="bobsecret"
   user_dan="dansecret"
   user_eve="evesecret"
   user_alice="alice \"q\" p@ss";
};
`)
	n := &Nimbus{Client: DigestClient(t, "alice", `alice "q" p@ss`)}
	return n.start(t, acls(t, map[string]any{"storm.thrift.transport": DigestPlugin, "java.security.auth.login.config": server}), stormtest.Options{})
}

// DigestClient returns the settings of a client that logs in with a password.
func DigestClient(t *testing.T, user, password string) map[string]any {
	t.Helper()
	file := WriteFile(t, user+".conf", fmt.Sprintf("// a comment\nStormClient {\n   org.apache.zookeeper.server.auth.DigestLoginModule required\n"+
		"   username=%q\n   password=%q;\n};\n", user, password))
	return map[string]any{"storm.thrift.transport": DigestPlugin, "java.security.auth.login.config": file}
}

// Plain starts a Nimbus that believes every user who says who they are.
func Plain(t *testing.T) *Nimbus {
	t.Helper()
	n := &Nimbus{Client: map[string]any{"storm.thrift.transport": PlainPlugin}}
	conf := acls(t, map[string]any{"storm.thrift.transport": PlainPlugin})
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	conf["nimbus.admins"] = []string{"alice", me.Username}
	return n.start(t, conf, stormtest.Options{})
}

// TLS starts a Nimbus that wants certificates of its clients. Storm 2.8.3's own plugin does not answer on Java 17, so the
// server has one of ours.
func TLS(t *testing.T) *Nimbus {
	t.Helper()
	stormtest.Require(t)
	dir := certificates(t)
	file := func(name string) string { return filepath.Join(dir, name) }
	jars, err := stormtest.Classpath(t.Context(), stormtest.WorkerJars)
	if err != nil {
		t.Fatal(err)
	}
	plugin, err := stormtest.CompileJava(t.Context(), "tls-plugin", java, "java", jars)
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	n := &Nimbus{Addr: fmt.Sprintf("localhost:%d", port), Client: TLSClient(dir, "trust-server.jks", "client.jks"), Dir: dir}
	return n.start(t, map[string]any{
		"storm.local.hostname": "localhost", "nimbus.thrift.tls.port": port, "nimbus.thrift.tls.transport": "stormflux.test.TlsPlugin",
		"nimbus.thrift.tls.server.keystore.path": file("server.jks"), "nimbus.thrift.tls.server.keystore.password": "changeit",
		"nimbus.thrift.tls.server.truststore.path": file("trust-client.jks"), "nimbus.thrift.tls.server.truststore.password": "changeit",
		"nimbus.authorizer": authorizers + "SimpleACLAuthorizer", "nimbus.admins": []string{"CN=client,O=Test"},
	}, stormtest.Options{Classpath: []string{plugin}})
}

// TLSClient returns the settings of a client that trusts what is in one store and shows the certificate in another.
func TLSClient(dir, trust, identity string) map[string]any {
	const prefix = "nimbus.thrift.tls.client."
	return map[string]any{
		"nimbus.thrift.client.use.tls": true,
		prefix + "truststore.path":     filepath.Join(dir, trust), prefix + "truststore.password": "changeit",
		prefix + "keystore.path": filepath.Join(dir, identity), prefix + "keystore.password": "changeit",
	}
}

// Kerberos starts a Kerberos server with the principals alice and bob, and a Nimbus for its users. It sets KRB5_CONFIG.
func Kerberos(t *testing.T) *Nimbus {
	t.Helper()
	stormtest.Require(t)
	k := startKDC(t)
	t.Setenv("KRB5_CONFIG", k.Config)
	server := WriteFile(t, "jaas.conf", fmt.Sprintf("StormServer {\n   com.sun.security.auth.module.Krb5LoginModule required\n   useKeyTab=true\n   keyTab=%q\n"+
		"   storeKey=true\n   useTicketCache=false\n   principal=\"storm/localhost@%s\";\n};\n", k.Keytab("storm"), Realm))
	n := &Nimbus{KDC: k, Client: KerberosClient(t, k.ByKeytab("alice"))}
	return n.start(t, acls(t, map[string]any{
		"storm.thrift.transport": KerberosPlugin, "java.security.auth.login.config": server,
		"storm.principal.tolocal": "org.apache.storm.security.auth.KerberosPrincipalToLocal",
	}), stormtest.Options{JavaFlags: []string{"-Djava.security.krb5.conf=" + k.Config}})
}

// KerberosClient returns the settings of a client with options of Java's Krb5LoginModule.
func KerberosClient(t *testing.T, options string) map[string]any {
	t.Helper()
	file := WriteFile(t, "client.conf", "StormClient {\n   com.sun.security.auth.module.Krb5LoginModule required\n   serviceName=\"storm\"\n   "+options+";\n};\n")
	return map[string]any{"storm.thrift.transport": KerberosPlugin, "java.security.auth.login.config": file}
}

// freePort returns a port on loopback that a server can take.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() // the server takes the port
	return listener.Addr().(*net.TCPAddr).Port
}
