package guard

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

// inPEM writes lists one after the other.
func inPEM(lists ...[]byte) []byte {
	var b bytes.Buffer
	for _, der := range lists {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}))
	}
	return b.Bytes()
}

// TestRevokedCertificates shows that a certificate is refused once its authority's list names it, on
// connections that are open too, that others are not, and what becomes of them when the list expires.
func TestRevokedCertificates(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	now, log := noon, &strings.Builder{}
	path := filepath.Join(t.TempDir(), "crl")
	write := func(text []byte) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lostCert, lostKey := a.Client("lost", testcerts.Past, testcerts.Future, "dispatcher")
	write(a.Revoke(noon.Add(-time.Hour), noon.Add(time.Hour))) // DER
	s := serve(t, Settings{Cert: cert, Key: key, ClientCA: a.File(), CRL: path, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(log, nil))})
	as := func(cert, key string) func() error {
		c, err := ClientFiles{CA: a.File(), Cert: cert, Key: key}.TLS()
		if err != nil {
			t.Fatal(err)
		}
		fleet := pb.NewFleetServiceClient(s.dial(c))
		return func() error {
			_, err := fleet.GetCar(by(t, ""), &pb.GetCarRequest{Name: "cars/A"})
			return err
		}
	}
	lost, kept := as(lostCert, lostKey), as(a.Client("kept", testcerts.Past, testcerts.Future, "dispatcher"))
	wantIn := func(ask func() error) {
		t.Helper()
		if err := ask(); err != nil {
			t.Error(err)
		}
	}
	wantIn(lost)
	wantIn(kept)
	write(inPEM(a.Revoke(noon.Add(-time.Hour), noon.Add(time.Hour), lostCert)))
	s.guard.refreshFiles()
	wantRefusal(t, lost(), codes.Unauthenticated, CertificateRevoked)
	wantIn(kept)
	write([]byte("a slip of an editor"))
	s.guard.refreshFiles()
	wantRefusal(t, lost(), codes.Unauthenticated, CertificateRevoked)
	wantIn(kept)

	now = noon.Add(time.Hour) // the list in force expires, also for who is remembered
	s.guard.refreshFiles()
	wantRefusal(t, kept(), codes.Unavailable, RevocationsUnavailable)
	wantRefusal(t, lost(), codes.Unauthenticated, CertificateRevoked)
	if n := strings.Count(log.String(), "client certificates are refused until there is a new one"); n != 1 {
		t.Errorf("told %d times that the list expired:\n%s", n, log)
	}
	write(a.Revoke(now, now.Add(time.Hour), lostCert))
	s.guard.refreshFiles()
	wantIn(kept)
	if until := s.guard.Expiries()["revocation_list"](); !until.Equal(now.Add(time.Hour)) {
		t.Errorf("expires at %v", until)
	}
}

// TestRevocationListsThatAreRefused shows that what does not say all is not taken for a list.
func TestRevocationListsThatAreRefused(t *testing.T) {
	a, other := testcerts.New(t, "ca"), testcerts.New(t, "other")
	impostor := testcerts.New(t, "ca")
	from, until := noon.Add(-time.Hour), noon.Add(time.Hour)
	good := a.Revoke(from, until)
	broken := bytes.Clone(good)
	broken[len(broken)-1] ^= 1
	delta := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 1}}
	special := func(list x509.RevocationList) []byte {
		list.Number, list.ThisUpdate, list.NextUpdate = big.NewInt(1), from, until
		der, err := x509.CreateRevocationList(rand.Reader, &list, a.Certificate(), a.Signer())
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	for want, text := range map[string][]byte{
		"no revocation list in PEM":                             []byte("-----BEGIN CERTIFICATE-----\n"),
		"list 1: want an X.509 revocation list":                 []byte("what is this?"),
		"signed by none of the authorities":                     impostor.Revoke(from, until),
		"is of \"CN=other\", and signed by none":                inPEM(good, other.Revoke(from, until)),
		"list 1: it is of \"CN=ca\", and signed by none":        broken,
		"it is the second list of":                              inPEM(good, good),
		"critical extension 2.5.29.27, which is not understood": special(x509.RevocationList{ExtraExtensions: []pkix.Extension{delta}}),
		"the entry of 7 has the critical extension": special(x509.RevocationList{RevokedCertificateEntries: []x509.RevocationListEntry{
			{SerialNumber: big.NewInt(7), RevocationTime: from, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 29}, Critical: true, Value: []byte{48, 0}}}},
		}}),
	} {
		if _, err := parseRevocations(text, []*x509.Certificate{a.Certificate()}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	both := []*x509.Certificate{a.Certificate(), other.Certificate()}
	if _, err := parseRevocations(good, both); err == nil || !strings.Contains(err.Error(), `no list of the authority "CN=other"`) {
		t.Errorf("got %v", err)
	}
	if r, err := parseRevocations(inPEM(good, other.Revoke(from, noon)), both); err != nil || !r.expires.Equal(noon) {
		t.Errorf("%v, %v", r, err)
	}
	if _, err := New(Settings{CRL: a.File(), Now: time.Now}); err == nil || !strings.Contains(err.Error(), "--tls-crl lists client certificates: it needs --client-ca") {
		t.Errorf("got %v", err)
	}
}

// FuzzParseRevocations signs what it is given as an authority would, so that what a list holds is read and
// not only its signature refused.
func FuzzParseRevocations(f *testing.F) {
	a := testcerts.New(f, "ca")
	gone, _ := a.Client("gone", testcerts.Past, testcerts.Future, "crew")
	list, err := x509.ParseRevocationList(a.Revoke(noon.Add(-time.Hour), noon.Add(time.Hour), gone))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(list.RawTBSRevocationList)
	f.Add([]byte("-----BEGIN X509 CRL-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = parseRevocations(text, nil) // as it is, whatever comes of it
		hash := sha256.Sum256(text)
		signature, err := a.Signer().Sign(rand.Reader, hash[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		der, err := asn1.Marshal(struct {
			List      asn1.RawValue
			Algorithm pkix.AlgorithmIdentifier
			Signature asn1.BitString
		}{asn1.RawValue{FullBytes: text}, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
		if err != nil {
			return
		}
		r, err := parseRevocations(der, []*x509.Certificate{a.Certificate()})
		if err != nil {
			if bytes.Equal(text, list.RawTBSRevocationList) {
				t.Fatalf("a good list is refused: %v", err)
			}
			return
		}
		own := r.lists[authorityKey(a.Certificate())]
		if own == nil || len(r.lists) != 1 || !own.until.Equal(r.expires) {
			t.Fatalf("read as %+v", r)
		}
		for serial := range own.serials {
			number, ok := new(big.Int).SetString(serial, 10)
			chain := []*x509.Certificate{{SerialNumber: number}, a.Certificate()}
			if !ok || r.check([][]*x509.Certificate{chain}, noon) == nil {
				t.Errorf("the certificate %s is on the list and let in", serial)
			}
		}
	})
}
