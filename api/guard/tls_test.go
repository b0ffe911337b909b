package guard

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"strings"
	"testing"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

func TestServersCertificatesThatAreRefused(t *testing.T) {
	a := testcerts.New(t, "ca")
	name := pkix.Name{CommonName: "localhost"}
	late, lateKey := a.Issue(name, noon.AddDate(0, -2, 0), noon.AddDate(0, -1, 0), x509.ExtKeyUsageServerAuth)
	early, earlyKey := a.Issue(name, noon.AddDate(0, 1, 0), noon.AddDate(0, 2, 0), x509.ExtKeyUsageServerAuth)
	good, goodKey := a.Server()
	loose, looseKey := a.Server()
	if err := os.Chmod(looseKey, 0o644); err != nil {
		t.Fatal(err)
	}
	for want, s := range map[string]Settings{
		"the certificate expired at 2026-10-21T12:00:00Z; every client would refuse it": {Cert: late, Key: lateKey},
		"is valid from 2026-12-21T12:00:00Z only; is this machine's clock right?":       {Cert: early, Key: earlyKey},
		"others on this machine may read or change it; run chmod 600":                   {Cert: loose, Key: looseKey},
		"private key does not match public key":                                         {Cert: good, Key: lateKey},
		"--tls-cert and --tls-key go together":                                          {Cert: good},
		"no such file":                                                                  {Cert: good + "x", Key: goodKey},
		"clients show certificates over TLS only":                                       {ClientCA: a.File()},
		"no certificate in PEM":                                                         {Cert: good, Key: goodKey, ClientCA: goodKey},
		"--oidc-audience: want this service's name":                                     {OIDC: &OIDC{Issuer: "https://id.example", RolesClaim: "r", CarsClaim: "c"}},
		"--oidc-issuer \"id\": want a URL":                                              {OIDC: &OIDC{Issuer: "id", Audience: "a", RolesClaim: "r", CarsClaim: "c"}},
	} {
		s.Now = func() time.Time { return noon }
		if _, err := New(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestCertificatesAreReplaced shows that new connections get a new certificate, without a restart, and
// that half a replacement changes nothing.
func TestCertificatesAreReplaced(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	s := serve(t, Settings{Cert: cert, Key: key})
	serial := func() string {
		conn, err := tls.Dial("tcp", s.addr, &tls.Config{RootCAs: a.Pool(), NextProtos: []string{"h2"}, Time: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	first := serial()
	newCert, newKey := a.Server()
	move := func(from, to string, at time.Time) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(to, at, at); err != nil {
			t.Fatal(err)
		}
		s.guard.refreshFiles()
	}
	move(newCert, cert, noon)
	if serial() != first {
		t.Error("half a replacement was taken")
	}
	move(newKey, key, noon)
	if serial() == first {
		t.Error("the new certificate is not used")
	}
}

// TestOldTLSIsRefused shows that neither TLS 1.1 nor ciphers without authentication are spoken.
func TestOldTLSIsRefused(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	s := serve(t, Settings{Cert: cert, Key: key})
	dial := func(c *tls.Config) error {
		c.RootCAs, c.NextProtos, c.Time = a.Pool(), []string{"h2"}, func() time.Time { return noon }
		conn, err := tls.Dial("tcp", s.addr, c)
		if err == nil {
			err = conn.Close()
		}
		return err
	}
	for name, c := range map[string]*tls.Config{
		"TLS 1.1": {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"CBC":     {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}},
	} {
		if dial(c) == nil {
			t.Errorf("%s is spoken", name)
		}
	}
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		if err := dial(&tls.Config{MinVersion: v, MaxVersion: v}); err != nil {
			t.Errorf("version %x: %v", v, err)
		}
	}
}

// TestTheClearGetsNowhere shows that a client in the clear gets nowhere on a TLS port.
func TestTheClearGetsNowhere(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	s := serve(t, Settings{Cert: cert, Key: key})
	if _, err := pb.NewFleetServiceClient(s.dial(nil)).GetCar(by(t, ""), &pb.GetCarRequest{Name: "cars/A"}); err == nil {
		t.Error("answered in the clear")
	}
}
