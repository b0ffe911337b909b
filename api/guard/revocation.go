package guard

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc/codes"
)

// maxRevocations bounds a file of revocation lists, in bytes: some 100,000 certificates.
const maxRevocations = 4 << 20

// revocations are the lists of certificates that their authorities took back, by authority.
type revocations struct {
	lists   map[string]*revocationList
	expires time.Time // when the first of the lists does
}

// revocationList is one authority's, whose signature was checked.
type revocationList struct {
	since, until time.Time // it holds between these
	serials      map[string]bool
}

// authorityKey tells authorities apart: by name and key, so that one whose certificate was renewed is the same.
func authorityKey(c *x509.Certificate) string {
	return string(c.RawSubject) + string(c.RawSubjectPublicKeyInfo)
}

// readRevocations reads a file with a list of every authority.
func readRevocations(path string, from []*x509.Certificate) (*revocations, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxRevocations {
		return nil, fmt.Errorf("%s: %d bytes; want at most %d", path, info.Size(), maxRevocations)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, plain(err)
	}
	r, err := parseRevocations(text, from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// parseRevocations reads X.509 lists (RFC 5280), one as DER or any number as PEM. Every list must be signed
// by one of the authorities, and every authority have one: certificates of one without could be revoked
// and nobody would know.
func parseRevocations(text []byte, from []*x509.Certificate) (*revocations, error) {
	r := &revocations{lists: map[string]*revocationList{}}
	ders := [][]byte{text}
	if bytes.Contains(text, []byte("-----BEGIN ")) {
		ders = nil
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			if block.Type == "X509 CRL" {
				ders = append(ders, block.Bytes)
			}
		}
	}
	for i, der := range ders {
		if err := r.add(der, from); err != nil {
			return nil, fmt.Errorf("list %d: %w", i+1, err)
		}
	}
	if len(r.lists) == 0 {
		return nil, errors.New("no revocation list in PEM (-----BEGIN X509 CRL-----) or DER")
	}
	for _, c := range from {
		if r.lists[authorityKey(c)] == nil {
			return nil, fmt.Errorf("it has no list of the authority %.80q of --client-ca; make one, if only an empty one", c.Subject)
		}
	}
	return r, nil
}

// add reads one list.
func (r *revocations) add(der []byte, from []*x509.Certificate) error {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return fmt.Errorf("want an X.509 revocation list: %w", err)
	}
	if err := whole(list); err != nil {
		return err
	}
	by := signer(list, from)
	if by == nil {
		return fmt.Errorf("it is of %.80q, and signed by none of the authorities of --client-ca that may sign lists (key usage cRLSign)", list.Issuer)
	}
	if r.lists[authorityKey(by)] != nil {
		return fmt.Errorf("it is the second list of %.80q; leave the old one out", list.Issuer)
	}
	one := &revocationList{since: list.ThisUpdate, until: list.NextUpdate, serials: make(map[string]bool, len(list.RevokedCertificateEntries))}
	for _, e := range list.RevokedCertificateEntries {
		one.serials[e.SerialNumber.String()] = true
	}
	r.lists[authorityKey(by)] = one
	if r.expires.IsZero() || one.until.Before(r.expires) {
		r.expires = one.until
	}
	return nil
}

// whole refuses lists that do not say everything, or not in a way that is understood: with changes since
// another list only, of some reasons or of other authorities' certificates. All these are critical extensions.
func whole(list *x509.RevocationList) error {
	if list.NextUpdate.IsZero() {
		return errors.New("it has no time of the next update, so that nobody can tell when it is old")
	}
	for _, e := range list.Extensions {
		if e.Critical {
			return fmt.Errorf("it has the critical extension %s, which is not understood; want a plain full list", e.Id)
		}
	}
	for _, entry := range list.RevokedCertificateEntries {
		for _, e := range entry.Extensions {
			if e.Critical {
				return fmt.Errorf("the entry of %x has the critical extension %s, which is not understood; want a plain full list", entry.SerialNumber, e.Id)
			}
		}
	}
	return nil
}

// signer is the authority that signed a list; nil where none of them did.
func signer(list *x509.RevocationList, from []*x509.Certificate) *x509.Certificate {
	for _, c := range from {
		if bytes.Equal(c.RawSubject, list.RawIssuer) && list.CheckSignatureFrom(c) == nil {
			return c
		}
	}
	return nil
}

// check refuses a certificate that was taken back, or whose issuers' lists do not say.
func (r *revocations) check(chains [][]*x509.Certificate, now time.Time) error {
	for _, chain := range chains {
		for i, c := range chain[:len(chain)-1] {
			list, name := r.lists[authorityKey(chain[i+1])], chain[0].Subject.CommonName
			switch {
			case list == nil:
				return refuse(codes.Unauthenticated, CertificateRefused, "client certificate %.80q: --tls-crl has no list of %.80q, which is in its chain; it must be one of --client-ca", name, chain[i+1].Subject)
			case list.serials[c.SerialNumber.String()]:
				return refuse(codes.Unauthenticated, CertificateRevoked, "client certificate %.80q was revoked by its authority; ask for a new one", name)
			case now.Before(list.since) || !now.Before(list.until):
				return &Refusal{Reason: RevocationsUnavailable, code: codes.Unavailable, retry: filesEvery,
					text: fmt.Sprintf("the authority's revocation list holds from %s to %s only, so no client certificate can be checked; the server's operator must put a new one in place. Tokens still work",
						list.since.UTC().Format(time.RFC3339), list.until.UTC().Format(time.RFC3339))}
			}
		}
	}
	return nil
}

// stale says which list lacks its successor, or is of a time to come; nil where all hold.
func (r *revocations) stale(now time.Time) error {
	for _, list := range r.lists {
		if now.Before(list.since) || !now.Before(list.until) {
			return fmt.Errorf("a revocation list holds from %s to %s only; client certificates are refused until there is a new one",
				list.since.UTC().Format(time.RFC3339), list.until.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// openRevocations reads the file of lists for the first time.
func (g *Guard) openRevocations() (err error) {
	if g.settings.ClientCA == "" {
		return errors.New("lists client certificates: it needs --client-ca")
	}
	if g.authorities.value.Load() == nil {
		return nil // refused already
	}
	g.revoked, err = openWatched(g.settings.CRL, func(path string) (*revocations, error) {
		return readRevocations(path, g.authorities.get().all)
	})
	if err == nil {
		g.tellStale()
	}
	return err
}

// refreshRevocations reads the lists again if their file, or the authorities, changed.
func (g *Guard) refreshRevocations() {
	changed, err := g.revoked.refresh()
	if changed {
		g.certificates.forget()
	}
	g.note("the revocation lists", changed, err)
	g.tellStale()
}

// tellStale logs, once, that a list has expired.
func (g *Guard) tellStale() {
	err := g.revoked.get().stale(g.settings.Now())
	if err != nil && !g.staleTold {
		g.settings.Log.Error("client certificates cannot be checked", "file", g.settings.CRL, "error", err)
	}
	g.staleTold = err != nil
}

// Expiries says when what the guard goes by expires, by its kind: "server_certificate", "revocation_list".
// Kinds that it does not have are left out. It follows files that are replaced.
func (g *Guard) Expiries() map[string]func() time.Time {
	all := map[string]func() time.Time{}
	if g.pair != nil {
		all["server_certificate"] = func() time.Time { return g.pair.get().Leaf.NotAfter }
	}
	if g.revoked != nil {
		all["revocation_list"] = func() time.Time { return g.revoked.get().expires }
	}
	return all
}
