package guard

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"
)

const maxKeyFile = 1 << 20 // bytes

// Ciphers of TLS 1.2 are those that also hide whether a message was tampered with (AEAD), with keys
// that are used once. TLS 1.3 has no others.
var ciphers = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// pair is a certificate with its key, from two files that are replaced together.
type pair struct {
	*watchedFile[*tls.Certificate]
	key stamp
	at  string // the file of the key
}

// openPair reads a server's certificate and refuses one that nobody would believe.
func openPair(certificate, key string, now time.Time) (*pair, error) {
	p := &pair{at: key}
	var err error
	p.watchedFile, err = openWatched(certificate, func(string) (*tls.Certificate, error) { return readPair(certificate, key) })
	if err != nil {
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	if info, err := os.Stat(key); err == nil {
		p.key = stamp{info.ModTime(), info.Size()}
	}
	leaf := p.get().Leaf
	switch {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("--tls-cert %s: the certificate expired at %s; every client would refuse it. Renew it, then start again", certificate, leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("--tls-cert %s: the certificate is valid from %s only; is this machine's clock right?", certificate, leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return p, nil
}

// refresh reads both files again where either changed.
func (p *pair) refresh() (bool, error) {
	if info, err := os.Stat(p.at); err == nil {
		if s := (stamp{info.ModTime(), info.Size()}); s != p.key {
			p.key, p.stamp = s, stamp{}
		}
	}
	return p.watchedFile.refresh()
}

func readPair(certificate, key string) (*tls.Certificate, error) {
	certText, err := os.ReadFile(certificate)
	if err != nil {
		return nil, plain(err)
	}
	keyText, err := readPrivate(key, maxKeyFile)
	if err != nil {
		return nil, err
	}
	c, err := tls.X509KeyPair(certText, keyText)
	if err != nil {
		return nil, fmt.Errorf("%s with %s: %w", certificate, key, err)
	}
	return &c, nil
}

// TLS returns the settings of both ports, which take new certificates as their files change; nil where
// the guard has none. It asks clients for a certificate where the guard knows authorities, and leaves
// it to the guard to check who issued that: see byCertificate. It does not say which authorities those
// are: a client whose certificate is of another would show none, and not be told why it is refused.
func (g *Guard) TLS() *tls.Config {
	if g.pair == nil {
		return nil
	}
	c := &tls.Config{
		MinVersion: tls.VersionTLS12, CipherSuites: ciphers,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return g.pair.get(), nil },
	}
	if g.authorities != nil {
		c.ClientAuth = tls.RequestClientCert
	}
	return c
}

// ClientFiles name what a client of the service trusts and shows.
type ClientFiles struct {
	CA        string // who issued the server's certificate, PEM; empty: whom this machine trusts
	Cert, Key string // of the client; both or neither
}

// TLS returns the settings of a client.
func (f ClientFiles) TLS() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		trusted, err := readAuthorities(f.CA)
		if err != nil {
			return nil, fmt.Errorf("--ca %w", err)
		}
		c.RootCAs = trusted.pool
	}
	if (f.Cert == "") != (f.Key == "") {
		return nil, errors.New("--cert and --key go together")
	}
	if f.Cert != "" {
		own, err := readPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("--cert, --key: %w", err)
		}
		c.Certificates = []tls.Certificate{*own}
	}
	return c, nil
}

// Names returns the names that the server's certificate is for; nil without one.
func (g *Guard) Names() []string {
	if g.pair == nil {
		return nil
	}
	return namesOf(g.pair.get().Leaf)
}

func namesOf(c *x509.Certificate) []string {
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}
