package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stormflux/stormflux/internal/keystore"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/schema"
)

func TestSecureEnvironment(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "stormflux.yaml")
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TEST_SECRET", "from a variable")
	const from = `environment "e"`
	for text, want := range map[string]nimbus.Security{
		"auth: {kind: digest, user: bob, password: {env: TEST_SECRET}}": {Auth: nimbus.Auth{Kind: nimbus.DigestAuth, User: "bob", Password: "from a variable", From: from}},
		"auth: {kind: plain, user: bob, password: {file: password}}":    {Auth: nimbus.Auth{Kind: nimbus.PlainAuth, User: "bob", Password: "from a file", From: from}},
		"auth: {kind: kerberos, service: nimbus, principal: bob, keytab: k}": {
			Auth: nimbus.Auth{Kind: nimbus.KerberosAuth, Service: "nimbus", Principal: "bob", Keytab: filepath.Join(dir, "k"), From: from}},
		"tls: {ca: ca.pem, cert: a.pem, key: a.key, server-name: n}": {TLS: &nimbus.TLSFiles{
			Authorities: keystore.Store{File: filepath.Join(dir, "ca.pem")}, Cert: filepath.Join(dir, "a.pem"), Key: filepath.Join(dir, "a.key"), ServerName: "n", From: from}},
		"auth: {kind: none}":                        {Auth: nimbus.Auth{From: from}},
		"tls: {ca: ca.pem}\n    auth: {kind: none}": {TLS: &nimbus.TLSFiles{Authorities: keystore.Store{File: filepath.Join(dir, "ca.pem")}, From: from}, Auth: nimbus.Auth{From: from}},
	} {
		var conf nimbus.Config
		if err := secure(&conf, environmentOf(t, file, text)); err != nil || !reflect.DeepEqual(conf.Security, want) {
			t.Errorf("%s: %+v, %v", text, conf.Security, err)
		}
	}
	for text, want := range map[string]string{
		"auth: {kind: digest, password: {env: TEST_SECRET}}":        ":3:11: a login of the kind digest needs a user",
		"auth: {kind: plain, user: bob}":                            ":3:11: a login of the kind plain needs a password: {env: NAME} or {file: PATH}",
		"auth: {kind: digest, user: bob, password: {env: TEST_NO}}": ":3:47: the environment variable TEST_NO, which holds the password of \"bob\", is not set",
		"auth: {kind: digest, user: bob, password: {file: none}}":   ":3:47: reading the password of \"bob\"",
		"auth: {kind: kerberos, keytab: k}":                         ":3:11: a keytab needs a principal",
		"tls: {ca: ca.pem}\n    auth: {kind: kerberos}":             ":4:11: a cluster has either tls or a login",
	} {
		err := secure(new(nimbus.Config), environmentOf(t, file, text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func environmentOf(t *testing.T, file, text string) *schema.Environment {
	t.Helper()
	if err := os.WriteFile(file, []byte("environments:\n  e:\n    "+text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env, diags, err := schema.LoadEnvironment(t.Context(), "-", schema.Options{Environment: "e", EnvironmentFile: file})
	if err != nil || diags.Err() != nil {
		t.Fatalf("%s: %v, %v", text, diags, err)
	}
	return env
}
