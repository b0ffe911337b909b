package guard

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// testAuthority issues certificates for tests.
type testAuthority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
}

func newAuthority(t testing.TB, name string) *testAuthority {
	t.Helper()
	a := &testAuthority{t: t, key: newKey(t), dir: t.TempDir()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", der)
	return a
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *testAuthority) write(file, kind string, der []byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, file)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

func (a *testAuthority) file() string { return filepath.Join(a.dir, a.cert.Subject.CommonName+".pem") }

// issue writes a certificate and its key and returns their files.
func (a *testAuthority) issue(subject pkix.Name, from, until time.Time, use x509.ExtKeyUsage) (cert, key string) {
	a.t.Helper()
	own := newKey(a.t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: subject, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{use},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &own.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := x509.MarshalECPrivateKey(own)
	if err != nil {
		a.t.Fatal(err)
	}
	name := template.SerialNumber.String()
	return a.write(name+".crt", "CERTIFICATE", der), a.write(name+".key", "EC PRIVATE KEY", text)
}

// server issues a server's certificate that is valid now and at noon.
func (a *testAuthority) server() (cert, key string) {
	return a.issue(pkix.Name{CommonName: "localhost"}, noon.AddDate(-1, 0, 0), noon.AddDate(50, 0, 0), x509.ExtKeyUsageServerAuth)
}

// client issues a client's certificate that is valid around noon, as a caller with roles.
func (a *testAuthority) client(name string, from, until time.Time, roles ...string) *tls.Config {
	cert, key := a.issue(pkix.Name{CommonName: name, OrganizationalUnit: roles}, from, until, x509.ExtKeyUsageClientAuth)
	c, err := ClientFiles{Cert: cert, Key: key}.TLS()
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}
