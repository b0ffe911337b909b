package guard

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// authorities are who may issue certificates.
type authorities struct {
	pool *x509.CertPool
	all  []*x509.Certificate
}

// readAuthorities reads the certificates of a PEM file, at least one.
func readAuthorities(path string) (*authorities, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, plain(err)
	}
	a := &authorities{pool: x509.NewCertPool()}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d: %w", path, len(a.all)+1, err)
		}
		a.pool.AddCert(c)
		a.all = append(a.all, c)
	}
	if len(a.all) == 0 {
		return nil, fmt.Errorf("%s: no certificate in PEM (-----BEGIN CERTIFICATE-----)", path)
	}
	return a, nil
}

// byCertificate says whose the certificates are that a caller showed. The caller has proved that it
// holds the key of the first: TLS does so, whoever issued it. Who issued it is checked here and not in
// the handshake, so that an expired one is answered with a status that says so.
func (g *Guard) byCertificate(shown []*x509.Certificate) (*Identity, error) {
	now := g.settings.Now()
	who, era := g.certificates.find(shown[0], now)
	if who != nil {
		return who, nil
	}
	intermediates := x509.NewCertPool()
	for _, c := range shown[1:] {
		intermediates.AddCert(c)
	}
	chains, err := shown[0].Verify(x509.VerifyOptions{
		Roots: g.authorities.get().pool, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return nil, certificateRefusal(shown[0], now, err)
	}
	until := firstExpiry(chains[0])
	if g.revoked != nil {
		lists := g.revoked.get()
		if err := lists.check(chains, now); err != nil {
			return nil, err
		}
		if lists.expires.Before(until) {
			until = lists.expires
		}
	}
	if who, err = certified(shown[0]); err != nil {
		return nil, refuse(codes.PermissionDenied, CertificateRefused, "client certificate %.80q: %v", shown[0].Subject.CommonName, err)
	}
	g.certificates.keep(era, shown[0], who, now, until)
	return who, nil
}

// firstExpiry is when the first certificate of a chain expires.
func firstExpiry(chain []*x509.Certificate) time.Time {
	first := chain[0].NotAfter
	for _, c := range chain[1:] {
		if c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	return first
}

func certificateRefusal(c *x509.Certificate, now time.Time, err error) error {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case now.After(c.NotAfter):
		return refuse(codes.Unauthenticated, CertificateExpired, "client certificate %.80q expired at %s; use a new one", c.Subject.CommonName, c.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(c.NotBefore):
		return refuse(codes.Unauthenticated, CertificateEarly, "client certificate %.80q is valid from %s only; are the clocks right?", c.Subject.CommonName, c.NotBefore.UTC().Format(time.RFC3339))
	case errors.As(err, &unknown):
		return refuse(codes.Unauthenticated, CertificateUnknown, "client certificate %.80q was issued by none of the authorities of --client-ca", c.Subject.CommonName)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return refuse(codes.Unauthenticated, CertificateExpired, "client certificate %.80q: that of its issuer has expired or is not valid yet", c.Subject.CommonName)
	default:
		return refuse(codes.Unauthenticated, CertificateRefused, "client certificate %.80q: %v", c.Subject.CommonName, err)
	}
}

// certified reads who a certificate's holder is: its organisational units name the roles, its common
// name the caller; that of a crew is its car.
func certified(c *x509.Certificate) (*Identity, error) {
	who := &Identity{Means: ByCertificate, Name: c.Subject.CommonName}
	if !presentable(who.Name) {
		return nil, errors.New("want a common name (CN) of 1 to 128 printable characters")
	}
	for _, unit := range c.Subject.OrganizationalUnit {
		if r, err := ParseRole(unit); err == nil {
			who.Roles |= Roles(r)
		}
	}
	if who.Roles == 0 {
		return nil, errors.New("none of its organisational units (OU) names a role")
	}
	if who.Roles.Any(Roles(Crew)) {
		if !carName.MatchString(who.Name) {
			return nil, errors.New("the common name (CN) of a crew is its car, such as cars/JRC-1")
		}
		who.Cars = []string{who.Name}
	}
	return who, nil
}

// presentable tells whether a name can stand in logs as it is.
func presentable(name string) bool {
	return name != "" && len(name) <= 128 && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
}
