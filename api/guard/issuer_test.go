package guard

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/nearside-ems/nearside/internal/testcerts"
)

// testIssuer signs web tokens for tests, with a key of each kind.
type testIssuer struct {
	t    testing.TB
	keys map[jose.SignatureAlgorithm]any
	url  string
	down atomic.Bool
	set  atomic.Pointer[[]byte]
	asks atomic.Int32
}

const audience = "nearside.example"

// rsaKey makes one key for all tests, as that takes long.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, leastRSABits) })

func newIssuer(t testing.TB) *testIssuer {
	t.Helper()
	long, err := rsaKey()
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i := &testIssuer{t: t, keys: map[jose.SignatureAlgorithm]any{jose.RS256: long, jose.ES256: testcerts.Key(t), jose.EdDSA: edwards}}
	i.publish(jose.RS256, jose.ES256, jose.EdDSA)
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.url, "jwks_uri": i.url + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		i.asks.Add(1)
		if i.down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(*i.set.Load())
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	i.url = s.URL
	return i
}

// publish sets which keys the issuer says that it has.
func (i *testIssuer) publish(algorithms ...jose.SignatureAlgorithm) {
	var set jose.JSONWebKeySet
	for _, a := range algorithms {
		k := jose.JSONWebKey{Key: i.keys[a], KeyID: string(a), Algorithm: string(a), Use: "sig"}
		set.Keys = append(set.Keys, k.Public())
	}
	text, err := json.Marshal(set)
	if err != nil {
		i.t.Fatal(err)
	}
	i.set.Store(&text)
}

// file writes the keys to a file.
func (i *testIssuer) file() string {
	path := filepath.Join(i.t.TempDir(), "keys.json")
	if err := os.WriteFile(path, *i.set.Load(), 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// good are the claims of a dispatcher's token at noon.
func (i *testIssuer) good() map[string]any {
	return map[string]any{"iss": i.url, "aud": audience, "sub": "7f3c", "exp": noon.Add(time.Hour).Unix(), "nbf": noon.Unix(), "roles": []string{"dispatcher"}}
}

// but returns claims with some changed; nil takes one out.
func but(claims, changes map[string]any) map[string]any {
	claims = maps.Clone(claims)
	for k, v := range changes {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	return claims
}

// sign makes a token.
func (i *testIssuer) sign(a jose.SignatureAlgorithm, kid string, key any, claims map[string]any) string {
	i.t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	if kid != "" {
		options = options.WithHeader("kid", kid)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: a, Key: key}, options)
	if err != nil {
		i.t.Fatal(err)
	}
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}

func (i *testIssuer) token(claims map[string]any) string {
	return i.sign(jose.ES256, "ES256", i.keys[jose.ES256], claims)
}

func (i *testIssuer) oidc() *OIDC {
	return &OIDC{Issuer: i.url, Audience: audience, RolesClaim: "roles", CarsClaim: "nearside_cars"}
}
