// Package testcerts issues certificates for tests, good ones and others.
package testcerts

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
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

// Ages between which authorities and servers are valid.
var (
	Past   = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	Future = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Authority issues certificates. Its files live as long as the test.
type Authority struct {
	t      testing.TB
	name   string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
	dir    string
	serial int64
}

// New makes an authority of a name.
func New(t testing.TB, name string) *Authority {
	t.Helper()
	a := &Authority{t: t, name: name, key: Key(t), dir: t.TempDir(), serial: 1}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: name}, NotBefore: Past, NotAfter: Future,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
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

// Key makes a key.
func Key(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *Authority) write(file, kind string, der []byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, file)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// File is where its own certificate is, as clients and servers are told whom to trust.
func (a *Authority) File() string { return filepath.Join(a.dir, a.name+".pem") }

// Pool is its certificate alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Issue writes a certificate for localhost, and its key, and returns their files.
func (a *Authority) Issue(subject pkix.Name, from, until time.Time, use x509.ExtKeyUsage) (cert, key string) {
	a.t.Helper()
	own := Key(a.t)
	a.serial++
	template := &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: subject, NotBefore: from, NotAfter: until,
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

// Server issues a server's certificate.
func (a *Authority) Server() (cert, key string) {
	a.t.Helper()
	return a.Issue(pkix.Name{CommonName: "localhost"}, Past, Future, x509.ExtKeyUsageServerAuth)
}

// Client issues a client's certificate whose organisational units are roles.
func (a *Authority) Client(name string, from, until time.Time, roles ...string) (cert, key string) {
	a.t.Helper()
	return a.Issue(pkix.Name{CommonName: name, OrganizationalUnit: roles}, from, until, x509.ExtKeyUsageClientAuth)
}

// Revoke returns the authority's revocation list (DER) of the certificates of some files.
func (a *Authority) Revoke(from, until time.Time, files ...string) []byte {
	a.t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			a.t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			a.t.Fatal(err)
		}
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: from})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return der
}

// Certificate is the authority's own.
func (a *Authority) Certificate() *x509.Certificate { return a.cert }

// Signer is the authority's key.
func (a *Authority) Signer() crypto.Signer { return a.key }
