package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/stormflux/stormflux/internal/keystore"
	"github.com/stormflux/stormflux/internal/nimbus"
	"github.com/stormflux/stormflux/schema"
	"github.com/stormflux/stormflux/schema/yaml"
)

// secure takes over what an environment says about TLS and logins. It replaces what storm.yaml says.
func secure(conf *nimbus.Config, env *schema.Environment) error {
	from := fmt.Sprintf("environment %q", env.Name)
	text := func(section *yaml.Value, key string) string {
		if v := section.Get(key).AsScalar(); v != nil {
			return v.Text
		}
		return ""
	}
	file := func(section *yaml.Value, key string) string {
		path := filepath.FromSlash(text(section, key))
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(env.File.Dir, path)
	}
	if tls := env.TLS; tls != nil {
		conf.Security = nimbus.Security{TLS: &nimbus.TLSFiles{
			Authorities: keystore.Store{File: file(tls, "ca")}, Cert: file(tls, "cert"), Key: file(tls, "key"),
			ServerName: text(tls, "server-name"), From: from,
		}}
	}
	auth := env.Auth
	if auth == nil {
		return nil
	}
	at := func(v *yaml.Value, format string, args ...any) error {
		p := v.Span.File.Position(v.Span.Start)
		return fmt.Errorf("%s:%d:%d: %s", filepath.ToSlash(v.Span.File.Name), p.Line, p.Column, fmt.Sprintf(format, args...))
	}
	login := nimbus.Auth{
		User: text(auth, "user"), Principal: text(auth, "principal"), Keytab: file(auth, "keytab"), Cache: file(auth, "ticket-cache"),
		Service: text(auth, "service"), KerberosConfig: file(auth, "krb5-conf"), From: from,
	}
	switch kind := text(auth, "kind"); kind {
	case "none":
	case "digest", "plain":
		if login.Kind = nimbus.DigestAuth; kind == "plain" {
			login.Kind = nimbus.PlainAuth
		}
		if login.User == "" {
			return at(auth, "a login of the kind %s needs a user", kind)
		}
		password := auth.Get("password").AsMap()
		switch name, path := text(password, "env"), file(password, "file"); {
		case name != "":
			var set bool
			if login.Password, set = os.LookupEnv(name); !set {
				return at(password, "the environment variable %s, which holds the password of %q, is not set", name, login.User)
			}
		case path != "":
			content, err := os.ReadFile(path)
			if err != nil {
				return at(password, "reading the password of %q: %v", login.User, err)
			}
			login.Password = strings.TrimRight(string(content), "\r\n")
		default:
			return at(auth, "a login of the kind %s needs a password: {env: NAME} or {file: PATH}", kind)
		}
	case "kerberos":
		if login.Kind = nimbus.KerberosAuth; login.Keytab != "" && login.Principal == "" {
			return at(auth, "a keytab needs a principal")
		}
	}
	if login.Kind != nimbus.NoAuth && env.TLS != nil {
		return at(auth, "a cluster has either tls or a login: the server for TLS takes the user from the certificate")
	}
	conf.Security.Auth = login
	if as := text(auth, "as"); as != "" {
		conf.AsUser = as
	}
	return nil
}
