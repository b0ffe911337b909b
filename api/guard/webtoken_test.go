package guard

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

func TestWebTokens(t *testing.T) {
	i := newIssuer(t)
	o := i.oidc()
	o.Keys = i.file()
	s := serve(t, Settings{OIDC: o})
	fleet := pb.NewFleetServiceClient(s.dial(nil))
	ask := func(token string) (*pb.Car, error) {
		return fleet.GetCar(by(t, token), &pb.GetCarRequest{Name: "cars/JRC-1"})
	}
	for a, key := range i.keys {
		for range 2 { // the second time by what is remembered
			car, err := ask(i.sign(a, string(a), key, i.good()))
			if err != nil || car.GetBase() != "oidc/7f3c" {
				t.Errorf("%s: asked as %v, %v", a, car, err)
			}
		}
	}
	changed := func(changes map[string]any) string { return i.token(but(i.good(), changes)) }
	unix := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	whole := i.token(i.good())
	head, rest, _ := strings.Cut(whole, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	none := "eyJhbGciOiJub25lIn0." + payload + "."
	for name, c := range map[string]struct {
		token  string
		code   codes.Code
		reason Reason
	}{
		"for another audience":           {changed(map[string]any{"aud": "billing.example"}), codes.Unauthenticated, TokenAudience},
		"for no audience":                {changed(map[string]any{"aud": nil}), codes.Unauthenticated, TokenAudience},
		"of another issuer":              {changed(map[string]any{"iss": "https://other.example"}), codes.Unauthenticated, TokenIssuer},
		"expired":                        {changed(map[string]any{"exp": unix(-31 * time.Second)}), codes.Unauthenticated, TokenExpired},
		"that never expires":             {changed(map[string]any{"exp": nil}), codes.Unauthenticated, TokenClaims},
		"not yet valid":                  {changed(map[string]any{"nbf": unix(31 * time.Second)}), codes.Unauthenticated, TokenNotYetValid},
		"of nobody":                      {changed(map[string]any{"sub": nil}), codes.Unauthenticated, TokenClaims},
		"of a name with a line break":    {changed(map[string]any{"sub": "a\nb"}), codes.Unauthenticated, TokenClaims},
		"without a role":                 {changed(map[string]any{"roles": []string{"doctor"}}), codes.PermissionDenied, RoleLacking},
		"of another car":                 {changed(map[string]any{"roles": "crew", "nearside_cars": "cars/JRC-2"}), codes.PermissionDenied, NotOwnCar},
		"of a crew without a car":        {changed(map[string]any{"roles": "crew"}), codes.PermissionDenied, NotOwnCar},
		"by an unknown key":              {i.sign(jose.ES256, "other", testcerts.Key(t), i.good()), codes.Unauthenticated, TokenKey},
		"by a known key's name":          {i.sign(jose.ES256, "ES256", testcerts.Key(t), i.good()), codes.Unauthenticated, TokenSignature},
		"by a key of another kind":       {i.sign(jose.ES256, "RS256", testcerts.Key(t), i.good()), codes.Unauthenticated, TokenKey},
		"with no kid among many":         {i.sign(jose.ES256, "", i.keys[jose.ES256], i.good()), codes.Unauthenticated, TokenKey},
		"by a shared secret":             {i.sign(jose.HS256, "ES256", make([]byte, 32), i.good()), codes.Unauthenticated, CredentialsMalformed},
		"unsigned":                       {none, codes.Unauthenticated, CredentialsMalformed},
		"with its signature cut":         {head + "." + payload + "." + signature[:20], codes.Unauthenticated, TokenSignature},
		"that is no token":               {"a.b.c", codes.Unauthenticated, CredentialsMalformed},
		"that is too long":               {whole + strings.Repeat("A", maxWebToken), codes.Unauthenticated, CredentialsMalformed},
		"of a service where none is due": {"nearside_secret", codes.Unauthenticated, TokenUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(c.token)
			wantRefusal(t, err, c.code, c.reason)
			if c.token != "" && strings.Contains(err.Error(), c.token) {
				t.Error("the refusal repeats the token")
			}
		})
	}
	for name, changes := range map[string]map[string]any{
		"among others":       {"aud": []string{"billing.example", audience}},
		"within the leeway":  {"exp": unix(-29 * time.Second), "nbf": unix(29 * time.Second)},
		"roles in one text":  {"roles": "read-only planner"},
		"crew's own car":     {"roles": "crew", "nearside_cars": []string{"cars/JRC-2", "cars/JRC-1"}},
		"crew of every car":  {"roles": "crew", "nearside_cars": "cars/*"},
		"an unknown claim":   {"name": "x"},
		"more than one role": {"roles": []string{"doctor", "operator"}},
	} {
		if _, err := ask(changed(changes)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRememberedTokensExpire shows that what is remembered of a token does not outlive it.
func TestRememberedTokensExpire(t *testing.T) {
	i := newIssuer(t)
	now := noon
	s := serve(t, Settings{OIDC: i.oidc(), Now: func() time.Time { return now }})
	token := i.token(but(i.good(), map[string]any{"exp": noon.Add(time.Minute).Unix()}))
	if _, err := s.guard.Login(token); err != nil {
		t.Fatal(err)
	}
	now = noon.Add(time.Minute + leeway + time.Second)
	_, err := s.guard.Login(token)
	wantRefusal(t, err, codes.Unauthenticated, TokenExpired)
}

// TestIssuersChangeKeys shows that a new key is found at once, that a withdrawn one is not believed,
// and that the issuer is not asked again and again.
func TestIssuersChangeKeys(t *testing.T) {
	i := newIssuer(t)
	i.publish(jose.RS256)
	now := noon
	s := serve(t, Settings{OIDC: i.oidc(), Now: func() time.Time { return now }})
	old, young := i.sign(jose.RS256, "RS256", i.keys[jose.RS256], i.good()), i.token(i.good())
	if _, err := s.guard.Login(old); err != nil {
		t.Fatal(err)
	}
	i.publish(jose.ES256)
	for range 10 {
		_, err := s.guard.Login(young)
		wantRefusal(t, err, codes.Unauthenticated, TokenKey) // asked at noon, and may not be again yet
	}
	if n := i.asks.Load(); n != 1 {
		t.Errorf("the issuer was asked %d times, want once", n)
	}
	now = noon.Add(keysAgain)
	if _, err := s.guard.Login(young); err != nil {
		t.Error(err)
	}
	_, err := s.guard.Login(old)
	wantRefusal(t, err, codes.Unauthenticated, TokenKey)
	i.down.Store(true)
	now = now.Add(keysAgain)
	if _, err := s.guard.Login(i.token(but(i.good(), map[string]any{"sub": "other"}))); err != nil {
		t.Errorf("keys in force are forgotten when the issuer is away: %v", err)
	}
}

// TestAnIssuerAwayAtTheStart shows that the server starts without it, says so, and recovers.
func TestAnIssuerAwayAtTheStart(t *testing.T) {
	i := newIssuer(t)
	i.down.Store(true)
	now := noon
	s := serve(t, Settings{OIDC: i.oidc(), Now: func() time.Time { return now }})
	_, err := s.guard.Login(i.token(i.good()))
	wantRefusal(t, err, codes.Unavailable, KeysUnavailable)
	i.down.Store(false)
	now = noon.Add(keysAgain)
	if _, err := s.guard.Login(i.token(i.good())); err != nil {
		t.Error(err)
	}
}

func TestRolesByClaim(t *testing.T) {
	i := newIssuer(t)
	o := i.oidc()
	o.RolesClaim, o.Roles = "realm_access.roles", map[string]Role{"ctrl-room": Dispatcher, "strategy": Planner}
	s := serve(t, Settings{OIDC: o})
	who, err := s.guard.Login(i.token(but(i.good(), map[string]any{"realm_access": map[string]any{"roles": []string{"strategy", "operator"}}})))
	if err != nil || who.Roles != Of(Planner) {
		t.Errorf("got %v, %v, want planner: a mapping leaves out names that it lacks", who, err)
	}
}

func TestKeysAreNotFetchedInTheClear(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://id.example/keys": true, "http://127.0.0.1:8080/keys": true, "http://localhost/keys": true, "http://[::1]/keys": true,
		"http://id.example/keys": false, "ftp://id.example/keys": false, "http://localhost.example/keys": false,
	} {
		if err := checkURL(url); (err == nil) != ok {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestKeysThatAreNotTaken shows which keys of an issuer are passed over, and that a set without others
// is refused.
func TestKeysThatAreNotTaken(t *testing.T) {
	modulus := func(bits int) string {
		n := make([]byte, bits/8)
		n[0], n[len(n)-1] = 0x80, 1
		return base64.RawURLEncoding.EncodeToString(n)
	}
	for name, c := range map[string]struct {
		key string
		ok  bool
	}{
		"RSA of 2048 bits":   {fmt.Sprintf(`{"kty":"RSA","kid":"k","e":"AQAB","n":%q}`, modulus(2048)), true},
		"RSA of 1024 bits":   {fmt.Sprintf(`{"kty":"RSA","kid":"k","e":"AQAB","n":%q}`, modulus(1024)), false},
		"for encryption":     {fmt.Sprintf(`{"kty":"RSA","kid":"k","use":"enc","e":"AQAB","n":%q}`, modulus(2048)), false},
		"of another purpose": {fmt.Sprintf(`{"kty":"RSA","kid":"k","alg":"PS256","e":"AQAB","n":%q}`, modulus(2048)), false},
		"a shared secret":    {`{"kty":"oct","kid":"k","alg":"HS256","k":"AAAA"}`, false},
		"of no kind":         {`{"kid":"k"}`, false},
	} {
		if _, err := parseKeys([]byte(`{"keys":[` + c.key + `]}`)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseKeys(f *testing.F) {
	i := newIssuer(f)
	f.Add(*i.set.Load())
	f.Add([]byte(`{"keys":[{"kty":"oct","k":"AAAA"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parseKeys(text)
		if err == nil && len(p.byKid) == 0 {
			t.Error("no key and no error")
		}
	})
}
