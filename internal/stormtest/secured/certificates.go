//go:build unix

package secured

import (
	"os/exec"
	"strings"
	"testing"
)

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
