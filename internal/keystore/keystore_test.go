package keystore

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	pkcs12 "software.sslmate.com/src/go-pkcs12"
)

// stores makes one identity and writes it in every format. That Java's keytool writes the same formats is a test of package
// nimbus.
func stores(t *testing.T) (dir string, certificate *x509.Certificate) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(err)
	certificate, err = x509.ParseCertificate(der)
	must(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	must(err)

	dir = t.TempDir()
	write := func(name string, content []byte) { must(os.WriteFile(filepath.Join(dir, name), content, 0o600)) }
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write("trust.pem", text)
	write("both.pem", append(text, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})...))
	write("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	write("text", []byte("not a store"))
	trust, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{certificate}, "secret")
	must(err)
	write("trust.p12", trust)
	identity, err := pkcs12.Modern.Encode(key, certificate, nil, "secret")
	must(err)
	write("both.p12", identity)
	jks := func(name string, fill func(keystore.KeyStore) error) {
		s := keystore.New()
		must(fill(s))
		var out bytes.Buffer
		must(s.Store(&out, []byte("secret")))
		write(name, out.Bytes())
	}
	held := keystore.Certificate{Type: "X509", Content: der}
	jks("trust.jks", func(s keystore.KeyStore) error {
		return s.SetTrustedCertificateEntry("a", keystore.TrustedCertificateEntry{CreationTime: time.Now(), Certificate: held})
	})
	jks("both.jks", func(s keystore.KeyStore) error {
		return s.SetPrivateKeyEntry("a", keystore.PrivateKeyEntry{CreationTime: time.Now(), PrivateKey: pkcs8, CertificateChain: []keystore.Certificate{held}}, []byte("secret"))
	})
	return dir, certificate
}

func TestStores(t *testing.T) {
	dir, certificate := stores(t)
	for _, name := range []string{"trust.pem", "trust.p12", "trust.jks"} {
		pool, err := Authorities(Store{filepath.Join(dir, name), "secret"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := x509.NewCertPool()
		want.AddCert(certificate)
		if !pool.Equal(want) {
			t.Errorf("%s has other certificates", name)
		}
	}
	for _, name := range []string{"both.pem", "both.p12", "both.jks"} {
		identity, err := Identity(Store{filepath.Join(dir, name), "secret"})
		if err != nil || len(identity.Certificate) != 1 || !bytes.Equal(identity.Certificate[0], certificate.Raw) || identity.PrivateKey == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStoreErrors(t *testing.T) {
	dir, _ := stores(t)
	for _, test := range []struct{ name, password, trust, identity string }{
		{"none", "", "no such file", "no such file"},
		{"text", "", "neither PEM nor a key store of the format JKS or PKCS#12", "neither PEM nor a key store of the format JKS or PKCS#12"},
		{"key.pem", "", "it has no certificates", "failed to find certificate PEM data"},
		{"trust.p12", "wrong", "the password is wrong", ""},
		{"both.p12", "wrong", "", "the password is wrong"},
		{"trust.jks", "wrong", "the password is wrong", ""},
		{"trust.jks", "secret", "", "it has no key"},
	} {
		s := Store{filepath.Join(dir, test.name), test.password}
		if _, err := Authorities(s); test.trust != "" && (err == nil || !strings.Contains(err.Error(), test.trust) || !strings.Contains(err.Error(), test.name)) {
			t.Errorf("%s: %v, want %s", test.name, err, test.trust)
		}
		if _, err := Identity(s); test.identity != "" && (err == nil || !strings.Contains(err.Error(), test.identity)) {
			t.Errorf("%s: %v, want %s", test.name, err, test.identity)
		}
	}
}
