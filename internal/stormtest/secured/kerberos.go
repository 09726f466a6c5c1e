//go:build unix

package secured

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stormflux/stormflux/internal/stormtest"
)

// KDC is a Kerberos server on loopback.
type KDC struct {
	Dir    string // with the keytabs of the principals
	Config string // krb5.conf
}

// Realm is the realm of the principals.
const Realm = "TEST.LOCAL"

// Keytab returns the file with the key of a principal.
func (k *KDC) Keytab(user string) string { return filepath.Join(k.Dir, user+".keytab") }

// ByKeytab returns the options of a client that logs in with its key.
func (k *KDC) ByKeytab(user string) string {
	return fmt.Sprintf("useKeyTab=true keyTab=%q principal=\"%s@%s\"", k.Keytab(user), user, Realm)
}

// Run runs a program of MIT Kerberos.
func (k *KDC) Run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := k.Command(t, name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// Command returns the call of a program of MIT Kerberos.
func (k *KDC) Command(t *testing.T, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = k.Dir
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin", "KRB5_CONFIG="+k.Config, "KRB5_KDC_PROFILE="+filepath.Join(k.Dir, "kdc.conf"))
	if path, err := exec.LookPath("/usr/sbin/" + name); err == nil {
		cmd.Path, cmd.Err = path, nil
	}
	return cmd
}

// startKDC starts the server.
func startKDC(t *testing.T) *KDC {
	t.Helper()
	stormtest.RequireProgram(t, "/usr/sbin/krb5kdc")
	dir := t.TempDir()
	port := freePort(t)
	k := &KDC{Dir: dir, Config: filepath.Join(dir, "krb5.conf")}
	for name, text := range map[string]string{
		"krb5.conf": fmt.Sprintf("[libdefaults]\n default_realm = %[1]s\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n"+
			" dns_canonicalize_hostname = false\n udp_preference_limit = 1\n"+
			"[realms]\n %[1]s = {\n  kdc = 127.0.0.1:%[2]d\n }\n[domain_realm]\n localhost = %[1]s\n", Realm, port),
		"kdc.conf": fmt.Sprintf("[kdcdefaults]\n kdc_listen = 127.0.0.1:%[2]d\n kdc_tcp_listen = 127.0.0.1:%[2]d\n[realms]\n %[1]s = {\n  database_name = %[3]s/principal\n"+
			"  key_stash_file = %[3]s/stash\n  acl_file = %[3]s/kadm5.acl\n }\n", Realm, port, dir),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	k.Run(t, "kdb5_util", "create", "-s", "-r", Realm, "-P", "master")
	for _, principal := range []string{"storm/localhost", "bob", "alice"} {
		k.Run(t, "kadmin.local", "-q", "addprinc -randkey "+principal)
		name, _, _ := strings.Cut(principal, "/")
		k.Run(t, "kadmin.local", "-q", "ktadd -k "+filepath.Join(dir, name+".keytab")+" "+principal)
	}
	server := k.Command(t, "krb5kdc", "-n")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill() // it may have ended
		_ = server.Wait()         // with the error of the kill
	})
	WaitFor(t, "the Kerberos server", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = conn.Close() // only a sign of life
		}
		return err == nil
	})
	return k
}

// WaitFor waits until something is so.
func WaitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within a minute", what)
		}
	}
}
