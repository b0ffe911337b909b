package guard

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/grpc/codes"
)

const (
	keysEvery = 10 * time.Minute // the issuer is asked for its keys
	// keysAgain is the least time between two such questions because of a key that is not known: else
	// tokens with made-up keys could make the server ask without end.
	keysAgain   = 30 * time.Second
	keysTimeout = 5 * time.Second
	maxKeys     = 1 << 20 // bytes of a key set
)

// keySet is an issuer's public keys, from a file or from its URL.
type keySet struct {
	issuer, source string
	client         *http.Client
	changed        func()
	keys           atomic.Pointer[publicKeys]
	mu             sync.Mutex // one question at a time
	asked          time.Time
}

// publicKeys are keys by kid and algorithm; text is what they were read from.
type publicKeys struct {
	text  []byte
	byKid map[string]jose.JSONWebKey
}

// find returns the key that a token names. Where it is not known, the issuer is asked, now and then.
func (k *keySet) find(kid, algorithm string, now time.Time) (any, error) {
	if key := k.keys.Load().find(kid, algorithm); key != nil {
		return key, nil
	}
	err := k.refresh(now, keysAgain)
	if key := k.keys.Load().find(kid, algorithm); key != nil {
		return key, nil
	}
	if err != nil && k.keys.Load() == nil {
		return nil, &Refusal{Reason: KeysUnavailable, code: codes.Unavailable, retry: keysAgain,
			text: "the issuer's keys could not be fetched, so no web token can be checked; the server's log says why. Service tokens and certificates still work"}
	}
	return nil, refuse(codes.Unauthenticated, TokenKey, "the token is signed with the key %.80q for %s, which the issuer does not have", kid, algorithm)
}

// find returns the key of a kid that fits an algorithm; nil where there is none. A token without a kid
// fits where there is one key only.
func (p *publicKeys) find(kid, algorithm string) any {
	if p == nil {
		return nil
	}
	key, ok := p.byKid[kid]
	if !ok && kid == "" && len(p.byKid) == 1 {
		for _, key = range p.byKid {
			ok = true
		}
	}
	if !ok || !fits(&key, algorithm) {
		return nil
	}
	return key.Key
}

// fits tells whether a key may have signed with an algorithm.
func fits(key *jose.JSONWebKey, algorithm string) bool {
	if key.Algorithm != "" && key.Algorithm != algorithm || key.Use != "" && key.Use != "sig" {
		return false
	}
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		return algorithm == string(jose.RS256) && public.N.BitLen() >= leastRSABits
	case *ecdsa.PublicKey:
		return algorithm == string(jose.ES256) && public.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return algorithm == string(jose.EdDSA)
	}
	return false
}

// parseKeys reads a JWKS. Keys of other kinds are passed over; one that fits must be there.
func parseKeys(text []byte) (*publicKeys, error) {
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("want a JSON Web Key Set: %w", err)
	}
	p := &publicKeys{text: text, byKid: map[string]jose.JSONWebKey{}}
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err != nil || !key.IsPublic() {
			continue
		}
		for _, a := range algorithms {
			if fits(&key, string(a)) {
				p.byKid[key.KeyID] = key
			}
		}
	}
	if len(p.byKid) == 0 {
		return nil, errors.New("no public key for RS256 (2048 bits or more), ES256 or EdDSA among its keys")
	}
	return p, nil
}

// refresh reads the keys again unless that was done within a time. Keys in force stay so where it fails.
func (k *keySet) refresh(now time.Time, within time.Duration) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.asked.IsZero() && now.Sub(k.asked) < within && !now.Before(k.asked) {
		return errors.New("asked a moment ago")
	}
	k.asked = now
	text, err := k.read()
	if err != nil {
		return err
	}
	old := k.keys.Load()
	if old != nil && bytes.Equal(old.text, text) {
		return nil
	}
	p, err := parseKeys(text)
	if err != nil {
		return fmt.Errorf("%s: %w", k.where(), err)
	}
	k.keys.Store(p)
	k.changed()
	return nil
}

func (k *keySet) where() string {
	if k.source == "" {
		return k.issuer
	}
	return k.source
}

// remote tells whether a source of keys is a URL.
func remote(source string) bool {
	return source == "" || strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

func (k *keySet) read() ([]byte, error) {
	if !remote(k.source) {
		text, err := os.ReadFile(k.source)
		return text, plain(err)
	}
	from := k.source
	if from == "" {
		var err error
		if from, err = k.discover(); err != nil {
			return nil, err
		}
	}
	return k.fetch(from)
}

// discover asks the issuer where its keys are (OpenID Connect Discovery 1.0).
func (k *keySet) discover() (string, error) {
	page := strings.TrimSuffix(k.issuer, "/") + "/.well-known/openid-configuration"
	text, err := k.fetch(page)
	if err != nil {
		return "", err
	}
	var about struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &about); err != nil {
		return "", fmt.Errorf("%s: %w", page, err)
	}
	if about.Issuer != k.issuer || about.Keys == "" {
		return "", fmt.Errorf("%s: it is of the issuer %.120q, not of %q, or names no jwks_uri", page, about.Issuer, k.issuer)
	}
	return about.Keys, nil
}

func (k *keySet) fetch(from string) ([]byte, error) {
	if err := checkURL(from); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), keysTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := k.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: HTTP %d", from, res.StatusCode)
	}
	return io.ReadAll(io.LimitReader(res.Body, maxKeys))
}

// checkURL refuses to fetch keys in the clear, but from this machine.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return err
	}
	addr, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fmt.Errorf("%s: keys are fetched over https only; whoever changed them on the way could sign any token", text)
	}
	return nil
}
