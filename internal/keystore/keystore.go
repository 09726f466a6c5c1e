// Package keystore reads certificates and keys as Java's and other programs keep them: PEM files, and key stores in the
// formats JKS and PKCS#12. It recognises the format by the content: keytool writes PKCS#12 into files whose name ends with
// ".jks".
package keystore

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// Store names a file and the password of a key store. PEM files have none.
type Store struct{ File, Password string }

// jksMagic are the first bytes of a key store of the format JKS (sun.security.provider.JavaKeyStore).
var jksMagic = []byte{0xfe, 0xed, 0xfe, 0xed}

// Authorities returns the certificates that a store of trusted certificates holds.
func Authorities(s Store) (*x509.CertPool, error) {
	text, err := os.ReadFile(s.File)
	if err != nil {
		return nil, fmt.Errorf("reading the trusted certificates: %w", err)
	}
	certificates, err := authorities(text, s.Password)
	if err == nil && len(certificates) == 0 {
		err = errors.New("it has no certificates")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the trusted certificates of %s: %w", s.File, err)
	}
	pool := x509.NewCertPool()
	for _, c := range certificates {
		pool.AddCert(c)
	}
	return pool, nil
}

func authorities(text []byte, password string) ([]*x509.Certificate, error) {
	switch {
	case bytes.HasPrefix(text, jksMagic):
		store, err := openJKS(text, password)
		if err != nil {
			return nil, err
		}
		var certificates []*x509.Certificate
		for _, alias := range store.Aliases() {
			if !store.IsTrustedCertificateEntry(alias) {
				continue
			}
			entry, err := store.GetTrustedCertificateEntry(alias)
			if err != nil {
				return nil, err
			}
			c, err := x509.ParseCertificate(entry.Certificate.Content)
			if err != nil {
				return nil, fmt.Errorf("the certificate %q: %w", alias, err)
			}
			certificates = append(certificates, c)
		}
		return certificates, nil
	case isPEM(text):
		return pemCertificates(text)
	}
	certificates, err := pkcs12.DecodeTrustStore(text, password)
	return certificates, badPKCS12(err)
}

// Identity returns the certificate and the key that a key store holds.
func Identity(s Store) (tls.Certificate, error) {
	text, err := os.ReadFile(s.File)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("reading the client's key: %w", err)
	}
	identity, err := identity(text, s.Password)
	if err != nil {
		return identity, fmt.Errorf("reading the client's key of %s: %w", s.File, err)
	}
	return identity, nil
}

func identity(text []byte, password string) (tls.Certificate, error) {
	switch {
	case bytes.HasPrefix(text, jksMagic):
		return jksIdentity(text, password)
	case isPEM(text):
		return tls.X509KeyPair(text, text)
	}
	key, certificate, chain, err := pkcs12.DecodeChain(text, password)
	if err != nil {
		return tls.Certificate{}, badPKCS12(err)
	}
	identity := tls.Certificate{PrivateKey: key, Leaf: certificate, Certificate: [][]byte{certificate.Raw}}
	for _, c := range chain {
		identity.Certificate = append(identity.Certificate, c.Raw)
	}
	return identity, nil
}

func openJKS(text []byte, password string) (keystore.KeyStore, error) {
	store := keystore.New(keystore.WithOrderedAliases())
	err := store.Load(bytes.NewReader(text), []byte(password))
	if err != nil {
		err = fmt.Errorf("the password is wrong, or the file is damaged: %w", err)
	}
	return store, err
}

func jksIdentity(text []byte, password string) (identity tls.Certificate, err error) {
	store, err := openJKS(text, password)
	if err != nil {
		return identity, err
	}
	for _, alias := range store.Aliases() {
		if !store.IsPrivateKeyEntry(alias) {
			continue
		}
		entry, err := store.GetPrivateKeyEntry(alias, []byte(password))
		if err != nil {
			return identity, fmt.Errorf("the key %q: %w", alias, err)
		}
		if identity.PrivateKey, err = x509.ParsePKCS8PrivateKey(entry.PrivateKey); err != nil {
			return identity, fmt.Errorf("the key %q: %w", alias, err)
		}
		for _, c := range entry.CertificateChain {
			identity.Certificate = append(identity.Certificate, c.Content)
		}
		return identity, nil
	}
	return identity, errors.New("it has no key")
}

func badPKCS12(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return errors.New("the password is wrong")
	}
	return fmt.Errorf("it is neither PEM nor a key store of the format JKS or PKCS#12: %w", err)
}

func isPEM(text []byte) bool {
	block, _ := pem.Decode(text)
	return block != nil
}

func pemCertificates(text []byte) (certificates []*x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return certificates, nil
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		certificates = append(certificates, c)
	}
}
