package guard

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"google.golang.org/grpc/codes"
)

// OIDC says which JSON web tokens are believed, and how they name roles.
type OIDC struct {
	Issuer   string // as in the claim iss, to the letter
	Audience string // that the claim aud must hold: this service's name at the issuer
	// Keys are the issuer's public keys, a JWKS: a file, or an https URL; empty: the one that
	// Issuer/.well-known/openid-configuration names.
	Keys string
	// RolesClaim is the claim with roles, a text or a list; dots lead into it, as in realm_access.roles.
	RolesClaim string
	// Roles says which role a value of RolesClaim stands for. Empty: the names of the roles themselves.
	// Values that it lacks stand for none.
	Roles map[string]Role
	// CarsClaim is the claim with the cars of a crew, a text or a list.
	CarsClaim string
}

// Check says what is wrong with the settings.
func (o *OIDC) Check() error {
	var errs []error
	if u, err := url.Parse(o.Issuer); err != nil || u.Scheme == "" || u.Host == "" {
		errs = append(errs, fmt.Errorf("--oidc-issuer %q: want a URL, as in the claim iss", o.Issuer))
	}
	if o.Audience == "" {
		errs = append(errs, errors.New("--oidc-audience: want this service's name at the issuer; without it a token for any other service would do here"))
	}
	if o.RolesClaim == "" || o.CarsClaim == "" {
		errs = append(errs, errors.New("--oidc-roles-claim, --oidc-cars-claim: want the names of claims"))
	}
	return errors.Join(errs...)
}

// algorithms are those that tokens may be signed with: none with a shared secret, and not "none".
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA}

const (
	leeway       = 30 * time.Second // that clocks may differ by
	maxWebToken  = 16 << 10         // bytes
	leastRSABits = 2048
)

// webTokens verifies the tokens of one issuer.
type webTokens struct {
	OIDC
	keys  *keySet
	known remembered[[sha256.Size]byte]
}

// verify says whose token it is.
func (w *webTokens) verify(text string, now time.Time) (*Identity, error) {
	hash := sha256.Sum256([]byte(text))
	who, era := w.known.find(hash, now)
	if who != nil {
		return who, nil
	}
	who, until, err := w.check(text, now)
	if err != nil {
		return nil, err
	}
	w.known.keep(era, hash, who, now, until)
	return who, nil
}

func (w *webTokens) check(text string, now time.Time) (who *Identity, until time.Time, err error) {
	if len(text) > maxWebToken {
		return nil, until, refuse(codes.Unauthenticated, CredentialsMalformed, "the token has %d bytes; at most %d are read", len(text), maxWebToken)
	}
	t, err := jwt.ParseSigned(text, algorithms)
	if err != nil || len(t.Headers) != 1 {
		return nil, until, refuse(codes.Unauthenticated, CredentialsMalformed, "this is no JSON web token signed with RS256, ES256 or EdDSA")
	}
	// Who issued it for whom is looked at before the signature, for a clear answer to a token that is
	// good elsewhere; and again after, when it can be believed.
	var c jwt.Claims
	if err := t.UnsafeClaimsWithoutVerification(&c); err != nil {
		return nil, until, refuse(codes.Unauthenticated, TokenClaims, "the token's claims cannot be read")
	}
	if err := w.addressed(&c); err != nil {
		return nil, until, err
	}
	key, err := w.keys.find(t.Headers[0].KeyID, t.Headers[0].Algorithm, now)
	if err != nil {
		return nil, until, err
	}
	c = jwt.Claims{}
	var all map[string]any
	if err := t.Claims(key, &c, &all); err != nil {
		return nil, until, refuse(codes.Unauthenticated, TokenSignature, "the token's signature does not fit the issuer's key")
	}
	if err := errors.Join(w.addressed(&c), timely(&c, now)); err != nil {
		return nil, until, first(err)
	}
	who, err = w.identity(&c, all)
	return who, c.Expiry.Time(), err
}

// first returns the first of joined errors, which has a status.
func first(err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return err
}

func (w *webTokens) addressed(c *jwt.Claims) error {
	if c.Issuer != w.Issuer {
		return refuse(codes.Unauthenticated, TokenIssuer, "the token was issued by %.120q; tokens of %q are taken", c.Issuer, w.Issuer)
	}
	if !c.Audience.Contains(w.Audience) {
		return refuse(codes.Unauthenticated, TokenAudience, "the token is for another audience, %.120q; ask the issuer for one for %q", []string(c.Audience), w.Audience)
	}
	return nil
}

func timely(c *jwt.Claims, now time.Time) error {
	switch {
	case c.Expiry == nil:
		return refuse(codes.Unauthenticated, TokenClaims, "the token has no exp; one that never expires is not taken")
	case now.Add(-leeway).After(c.Expiry.Time()):
		return refuse(codes.Unauthenticated, TokenExpired, "the token expired at %s; ask the issuer for a new one", c.Expiry.Time().UTC().Format(time.RFC3339))
	case c.NotBefore != nil && now.Add(leeway).Before(c.NotBefore.Time()):
		return refuse(codes.Unauthenticated, TokenNotYetValid, "the token is valid from %s only; are the clocks right?", c.NotBefore.Time().UTC().Format(time.RFC3339))
	}
	return nil
}

// identity reads who the token's subject is, and what the issuer lets it do.
func (w *webTokens) identity(c *jwt.Claims, all map[string]any) (*Identity, error) {
	who := &Identity{Means: ByOIDC, Name: c.Subject}
	if !presentable(who.Name) {
		return nil, refuse(codes.Unauthenticated, TokenClaims, "the token's sub: want 1 to 128 printable characters")
	}
	for _, value := range texts(claim(all, w.RolesClaim)) {
		if len(w.Roles) > 0 {
			who.Roles |= Roles(w.Roles[value])
		} else if r, err := ParseRole(value); err == nil {
			who.Roles |= Roles(r)
		}
	}
	if who.Roles == 0 {
		return nil, refuse(codes.PermissionDenied, RoleLacking, "the token's claim %s names no role of this service for %s", w.RolesClaim, who)
	}
	if who.Roles.Any(Roles(Crew)) {
		for _, car := range texts(claim(all, w.CarsClaim)) {
			if !carName.MatchString(car) {
				return nil, refuse(codes.Unauthenticated, TokenClaims, "the token's claim %s: %.80q: want cars/NAME", w.CarsClaim, car)
			}
			who.Cars = append(who.Cars, car)
		}
	}
	return who, nil
}

// claim finds a claim by its name, or by the path to it.
func claim(all map[string]any, path string) any {
	if v, ok := all[path]; ok {
		return v // names may hold dots, as URLs do
	}
	head, rest, deeper := strings.Cut(path, ".")
	inner, ok := all[head].(map[string]any)
	if !deeper || !ok {
		return nil
	}
	return claim(inner, rest)
}

// texts are the texts of a claim that is one or a list of them, or words with spaces between.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
