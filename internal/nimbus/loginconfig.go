package nimbus

import (
	"fmt"
	"os/user"
	"strings"

	"github.com/stormflux/stormflux/internal/jaas"
	"github.com/stormflux/stormflux/internal/keystore"
)

// clientSection is the section of a login configuration that Storm's clients read (ClientAuthUtils.LOGIN_CONTEXT_CLIENT).
const clientSection = "StormClient"

// ofLoginConfig returns the credentials that a login configuration has.
func (a Auth) ofLoginConfig() (Auth, error) {
	config, err := jaas.Load(a.LoginConfig, nil)
	if err != nil {
		return a, err
	}
	if len(config[clientSection]) == 0 {
		return a, fmt.Errorf("the login configuration %s has no section %s", a.LoginConfig, clientSection)
	}
	text := func(name string) string {
		value, _ := config.Option(clientSection, name)
		return value
	}
	read := Auth{Kind: a.Kind, KerberosConfig: a.KerberosConfig, From: fmt.Sprintf("section %s of %s", clientSection, a.LoginConfig)}
	if a.Kind != KerberosAuth {
		read.User, read.Password = text("username"), text("password")
		if read.User == "" {
			return a, fmt.Errorf("the section %s of %s has no username", clientSection, a.LoginConfig)
		}
		return read, nil
	}
	// The options of com.sun.security.auth.module.Krb5LoginModule.
	read.Principal, read.Service = text("principal"), text("serviceName")
	if strings.EqualFold(text("useKeyTab"), "true") {
		read.Keytab = text("keyTab")
		if read.Keytab == "" || read.Principal == "" {
			return a, fmt.Errorf("the section %s of %s needs keyTab and principal with useKeyTab=true", clientSection, a.LoginConfig)
		}
		return read, nil
	}
	read.Cache = text("ticketCache")
	return read, nil
}

// Security is how a client and Nimbus prove to each other who they are. The zero value: not at all.
type Security struct {
	Auth Auth
	// TLS is for TlsTransportPlugin, which excludes Auth. nil: no TLS.
	TLS *TLSFiles
}

func (s Security) transport(as string) (Transport, error) {
	if s.TLS != nil {
		return s.TLS.Transport()
	}
	return s.Auth.Transport(as)
}

// securityOf reads the settings of Storm that choose a transport.
func securityOf(r *confReader) (Security, error) {
	if r.boolean("nimbus.thrift.client.use.tls") {
		files, err := tlsOf(r)
		return Security{TLS: files}, err
	}
	transport, key := r.text("nimbus.thrift.transport"), "nimbus.thrift.transport"
	if transport == "" {
		transport, key = r.text("storm.thrift.transport"), "storm.thrift.transport"
	}
	file := r.text("java.security.auth.login.config")
	if r.err != nil {
		return Security{}, r.err
	}
	// Both packages: backtype.storm until 0.10, org.apache.storm since.
	class := transport[strings.LastIndexByte(transport, '.')+1:]
	auth := Auth{LoginConfig: file}
	switch class {
	case "", "SimpleTransportPlugin":
		return Security{}, nil
	case "DigestSaslTransportPlugin":
		auth.Kind = DigestAuth
	case "KerberosSaslTransportPlugin":
		auth.Kind = KerberosAuth
	case "PlainSaslTransportPlugin":
		// Storm's client sends the name of the system's user and this password (PlainClientCallbackHandler).
		name := ""
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
		return Security{Auth: Auth{Kind: PlainAuth, User: name, Password: "password", From: "this system's user"}}, nil
	default:
		return Security{}, fmt.Errorf("%s: %s is not a transport that is known; known transports: SimpleTransportPlugin, "+
			"DigestSaslTransportPlugin, PlainSaslTransportPlugin, KerberosSaslTransportPlugin", key, class)
	}
	if file == "" {
		return Security{}, fmt.Errorf("%s: %s needs credentials: name a login configuration with a section %s as java.security.auth.login.config",
			key, class, clientSection)
	}
	return Security{Auth: auth}, nil
}

// tlsOf reads nimbus.thrift.tls.client.*.
func tlsOf(r *confReader) (*TLSFiles, error) {
	const prefix = "nimbus.thrift.tls.client."
	f := &TLSFiles{
		Authorities: keystore.Store{File: r.text(prefix + "truststore.path"), Password: r.text(prefix + "truststore.password")},
		Cert:        r.text(prefix + "cert.path"), Key: r.text(prefix + "key.path"),
		Identity: keystore.Store{File: r.text(prefix + "keystore.path"), Password: r.text(prefix + "keystore.password")},
		From:     prefix + "*",
	}
	if r.values[prefix+"auth.required"] == false {
		f.Cert, f.Key, f.Identity = "", "", keystore.Store{}
	}
	if r.err == nil && (f.Cert == "") != (f.Key == "") {
		return nil, fmt.Errorf("%scert.path and %skey.path belong together", prefix, prefix)
	}
	return f, r.err
}
