package nimbus

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	krb5config "github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/credentials"
	"github.com/jcmturner/gokrb5/v8/keytab"

	"github.com/stormflux/stormflux/internal/keystore"
	"github.com/stormflux/stormflux/internal/sasl"
)

// AuthKind is how a client proves who it is.
type AuthKind uint8

const (
	NoAuth       AuthKind = iota
	DigestAuth            // DigestSaslTransportPlugin
	PlainAuth             // PlainSaslTransportPlugin
	KerberosAuth          // KerberosSaslTransportPlugin
)

// Auth is what a client proves who it is with.
type Auth struct {
	Kind AuthKind

	// User and Password are for DigestAuth and PlainAuth.
	User, Password string

	// Principal is the user's, with or without a realm, and Keytab the file with its key. Without a keytab, the tickets come
	// from Cache: a file, or "" for that of KRB5CCNAME, krb5.conf or /tmp.
	Principal, Keytab, Cache string
	// Service is the first part of Nimbus's principal; "": storm_thrift_server, as in Storm.
	Service string
	// KerberosConfig is the file krb5.conf; "": that of KRB5_CONFIG, else /etc/krb5.conf.
	KerberosConfig string

	// LoginConfig is a login configuration of Java (JAAS) whose section StormClient has the fields above. It replaces them.
	LoginConfig string

	// From says where this comes from: "environment prod".
	From string
}

// Transport returns the transport that logs in, and acts as another user unless that is "".
func (a Auth) Transport(as string) (Transport, error) {
	if a.LoginConfig != "" {
		var err error
		if a, err = a.ofLoginConfig(); err != nil {
			return nil, err
		}
	}
	from := ""
	if a.From != "" {
		from = fmt.Sprintf(" (%s)", a.From)
	}
	switch a.Kind {
	case DigestAuth, PlainAuth:
		return SASL{
			Credential: fmt.Sprintf("user %q%s", a.User, from),
			Login: func(Address) (sasl.Mechanism, error) {
				if a.Kind == PlainAuth {
					return &sasl.Plain{User: a.User, Password: a.Password, As: as}, nil
				}
				return &sasl.Digest{User: a.User, Password: a.Password, As: as}, nil
			},
		}, nil
	case KerberosAuth:
		return a.kerberos(as, from)
	}
	return Plain{}, nil
}

func (a Auth) kerberos(as, from string) (Transport, error) {
	open := sync.OnceValues(a.kerberosClient)
	service := cmp.Or(a.Service, "storm_thrift_server") // ClientAuthUtils.SERVICE
	return SASL{
		Credential: a.kerberosCredential() + from,
		Login: func(addr Address) (sasl.Mechanism, error) {
			c, err := open()
			if err != nil {
				return nil, err
			}
			return &sasl.Kerberos{Client: c, Service: service + "/" + addr.Host, As: cmp.Or(as, principalOf(c))}, nil
		},
	}, nil
}

func principalOf(c *client.Client) string {
	return c.Credentials.CName().PrincipalNameString() + "@" + c.Credentials.Domain()
}

func (a Auth) kerberosCredential() string {
	switch {
	case a.Keytab != "":
		return fmt.Sprintf("principal %q with the keytab %s", a.Principal, a.Keytab)
	case a.Principal != "":
		return fmt.Sprintf("principal %q with the tickets of %s", a.Principal, a.ticketCache())
	}
	return "the owner of the tickets in " + a.ticketCache()
}

func (a Auth) kerberosClient() (*client.Client, error) {
	file := a.kerberosConfig()
	config, err := krb5config.Load(file)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, bareCause(err))
	}
	if a.Keytab != "" {
		return a.keytabClient(config)
	}
	cache := a.ticketCache()
	if kind, _, ok := strings.Cut(cache, ":"); ok && kind == strings.ToUpper(kind) && len(kind) > 1 {
		return nil, fmt.Errorf("the tickets are in %s, and only a file can be read: set KRB5CCNAME=FILE:PATH and run kinit", cache)
	}
	tickets, err := credentials.LoadCCache(cache)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("there are no Kerberos tickets (%s does not exist): run kinit", cache)
		}
		return nil, fmt.Errorf("reading the Kerberos tickets of %s: %w", cache, err)
	}
	if ended, ok := expired(tickets); ok {
		return nil, fmt.Errorf("the Kerberos tickets of %s expired at %s: run kinit", cache, ended.Local().Format(time.DateTime))
	}
	c, err := client.NewFromCCache(tickets, config, client.DisablePAFXFAST(true))
	if err != nil {
		return nil, fmt.Errorf("the Kerberos tickets of %s cannot be used: %w; run kinit", cache, err)
	}
	return c, nil
}

// expired reports whether no ticket is valid any more, and when the last one ended.
func expired(tickets *credentials.CCache) (ended time.Time, ok bool) {
	for _, t := range tickets.GetEntries() {
		if t.EndTime.After(ended) {
			ended = t.EndTime
		}
	}
	return ended, ended.Before(time.Now())
}

func (a Auth) keytabClient(config *krb5config.Config) (*client.Client, error) {
	keys, err := keytab.Load(a.Keytab)
	if err != nil {
		return nil, fmt.Errorf("reading the keytab %s: %w", a.Keytab, bareCause(err))
	}
	name, realm, _ := strings.Cut(a.Principal, "@")
	c := client.NewWithKeytab(name, cmp.Or(realm, config.LibDefaults.DefaultRealm), keys, config, client.DisablePAFXFAST(true))
	if err := c.Login(); err != nil {
		return nil, fmt.Errorf("the Kerberos login failed: %w", err)
	}
	return c, nil
}

// ticketCache returns the file of the tickets, without "FILE:".
func (a Auth) ticketCache() string {
	cache := cmp.Or(a.Cache, os.Getenv("KRB5CCNAME"), defaultCache(a.kerberosConfig()))
	return strings.TrimPrefix(cache, "FILE:")
}

func (a Auth) kerberosConfig() string {
	return cmp.Or(a.KerberosConfig, os.Getenv("KRB5_CONFIG"), "/etc/krb5.conf")
}

// defaultCache returns where kinit puts tickets: what default_ccache_name in krb5.conf says, else MIT Kerberos's default.
func defaultCache(file string) string {
	id := "0"
	if u, err := user.Current(); err == nil {
		id = u.Uid
	}
	text, _ := os.ReadFile(file) // the login reports what is wrong with it
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(key) == "default_ccache_name" {
			return strings.NewReplacer("%{uid}", id, "%{euid}", id, "%{TEMP}", os.TempDir()).Replace(strings.TrimSpace(value))
		}
	}
	return path.Join("/tmp", "krb5cc_"+id)
}

// TLSFiles are the certificates of a connection with TLS.
type TLSFiles struct {
	// Authorities has the certificates that sign Nimbus's. Without it, the system's authorities count.
	Authorities keystore.Store
	// Cert and Key are PEM files of the client's certificate and key; or Identity is a key store with both. Without them, the
	// client has no certificate.
	Cert, Key string
	Identity  keystore.Store
	// ServerName is the name in Nimbus's certificate; "": the host that is dialled. Storm's own client checks no name.
	ServerName string

	From string // where this comes from
}

// Transport returns the transport with these certificates.
func (f TLSFiles) Transport() (Transport, error) {
	config := &tls.Config{ServerName: f.ServerName, MinVersion: tls.VersionTLS12}
	credential := "the system's authorities"
	var err error
	if f.Authorities.File != "" {
		if config.RootCAs, err = keystore.Authorities(f.Authorities); err != nil {
			return nil, err
		}
		credential = f.Authorities.File
	}
	switch {
	case f.Cert != "":
		identity, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("reading the client's certificate %s and key %s: %w", f.Cert, f.Key, bareCause(err))
		}
		config.Certificates = []tls.Certificate{identity}
		credential += " with the certificate " + f.Cert
	case f.Identity.File != "":
		identity, err := keystore.Identity(f.Identity)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{identity}
		credential += " with the certificate of " + f.Identity.File
	}
	if f.From != "" {
		credential += fmt.Sprintf(" (%s)", f.From)
	}
	return TLS{Config: config, Credential: credential}, nil
}
