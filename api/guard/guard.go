package guard

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// Settings of a Guard. The zero value, with Now, asks for no proof and has no limits.
type Settings struct {
	Cert, Key string // of the server, PEM; both or neither: without them, ports are in the clear
	ClientCA  string // who issues clients' certificates, PEM; needs Cert; empty: certificates prove nothing
	CRL       string // which of these are revoked: a list of each authority of ClientCA, PEM or DER; empty: none is
	Tokens    string // file of service tokens; empty: none
	OIDC      *OIDC  // whose web tokens are believed; nil: nobody's
	Limits    Limits
	Now       func() time.Time // needed
	Log       *slog.Logger     // of refusals and of files that changed; nil: none
	// Count is told of every call that was let in or refused; nil: nobody is. It must be fast and safe
	// for concurrent use.
	Count func(Event)
}

// Event is a call that was let in or refused, for counting. Its values are few.
type Event struct {
	Means  Means  // by which the caller was known; ByNothing where it was not
	Reason Reason // why it was refused; empty where it was let in
	Method string // "/package.Service/Method"; "unknown" for methods that do not exist
}

// Guard stands before a server. Its methods are safe for concurrent use.
type Guard struct {
	settings     Settings
	pair         *pair
	authorities  *watchedFile[*authorities]
	revoked      *watchedFile[*revocations]
	staleTold    bool // that a revocation list has expired
	tokens       *watchedFile[*tokenBook]
	web          *webTokens
	certificates remembered[*x509.Certificate]
	clients      *clients
	streams      openStreams
	told         *rate.Limiter // refusals in the log
}

// filesEvery is how often files are looked at for changes, and open streams for whether their callers may
// still have them. A token that is taken out of its file is refused after this long at the latest.
const filesEvery = 5 * time.Second

// New makes a guard. It fails where a file is missing, open to others or makes no sense, and where the
// server's certificate is not valid now. An issuer of web tokens that does not answer is no reason to
// fail: a control room must be able to start without it.
func New(settings Settings) (*Guard, error) {
	if settings.Log == nil {
		settings.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	g := &Guard{settings: settings, clients: newClients(settings.Limits), told: rate.NewLimiter(10, 100)}
	var errs []error
	fault := func(flag string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %w", flag, err))
		}
	}
	var err error
	if (settings.Cert == "") != (settings.Key == "") {
		errs = append(errs, errors.New("--tls-cert and --tls-key go together"))
	} else if settings.Cert != "" {
		g.pair, err = openPair(settings.Cert, settings.Key, settings.Now())
		errs = append(errs, err)
	}
	if settings.ClientCA != "" {
		if settings.Cert == "" {
			errs = append(errs, errors.New("--client-ca: clients show certificates over TLS only; give --tls-cert and --tls-key"))
		}
		g.authorities, err = openWatched(settings.ClientCA, readAuthorities)
		fault("--client-ca", err)
	}
	if settings.CRL != "" {
		fault("--tls-crl", g.openRevocations())
	}
	if settings.Tokens != "" {
		g.tokens, err = openWatched(settings.Tokens, readTokens)
		fault("--tokens", err)
	}
	if settings.OIDC != nil {
		errs = append(errs, g.openOIDC(*settings.OIDC))
	}
	errs = append(errs, settings.Limits.Check())
	return g, errors.Join(errs...)
}

func (g *Guard) openOIDC(o OIDC) error {
	if err := o.Check(); err != nil {
		return err
	}
	g.web = &webTokens{OIDC: o}
	g.web.keys = &keySet{issuer: o.Issuer, source: o.Keys, changed: g.web.known.forget, client: &http.Client{
		Timeout: keysTimeout, CheckRedirect: func(r *http.Request, _ []*http.Request) error { return checkURL(r.URL.String()) },
	}}
	err := g.web.keys.refresh(g.settings.Now(), 0)
	switch {
	case err == nil:
		return nil
	case !remote(o.Keys):
		return fmt.Errorf("--oidc-jwks %w", err)
	default:
		g.settings.Log.Warn("the issuer's keys could not be fetched; web tokens are refused until they are", "issuer", o.Issuer, "error", err)
		return nil
	}
}

// Proof tells whether callers must prove who they are.
func (g *Guard) Proof() bool { return g.authorities != nil || g.tokens != nil || g.web != nil }

// Run takes files and keys anew as they change, until ctx ends.
func (g *Guard) Run(ctx context.Context) {
	files, keys := time.NewTicker(filesEvery), time.NewTicker(keysEvery)
	defer files.Stop()
	defer keys.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-files.C:
			g.refreshFiles()
			g.recheck()
		case <-keys.C:
			if g.web != nil && remote(g.web.Keys) {
				g.note("the issuer's keys", false, g.web.keys.refresh(g.settings.Now(), 0))
			}
		}
	}
}

func (g *Guard) refreshFiles() {
	if g.pair != nil {
		changed, err := g.pair.refresh()
		g.note("the server's certificate", changed, err)
	}
	if g.authorities != nil {
		changed, err := g.authorities.refresh()
		if changed {
			g.certificates.forget()
			if g.revoked != nil {
				g.revoked.stamp = stamp{} // its lists must be those of the new authorities
			}
		}
		g.note("the authorities of clients", changed, err)
	}
	if g.revoked != nil {
		g.refreshRevocations()
	}
	if g.tokens != nil {
		changed, err := g.tokens.refresh()
		g.note("the tokens", changed, err)
	}
	if g.web != nil && !remote(g.web.Keys) {
		g.note("the issuer's keys", false, g.web.keys.refresh(g.settings.Now(), 0))
	}
}

// note logs what became of a file.
func (g *Guard) note(what string, changed bool, err error) {
	if err != nil {
		g.settings.Log.Error("what was read before stays in force", "of", what, "error", err)
	} else if changed {
		g.settings.Log.Info("read again", "what", what)
	}
}

// identify says who a caller is: by the token that it sent, or else by its certificate. A token that
// does not hold is refused even where the certificate would do, so that mistakes show.
func (g *Guard) identify(from *Caller, authorization []string) (*Identity, error) {
	switch {
	case !g.Proof():
		return &Anonymous, nil
	case len(authorization) > 1:
		return nil, refuse(codes.Unauthenticated, CredentialsMalformed, "%d authorizations were sent; want one", len(authorization))
	case len(authorization) == 1:
		return g.byToken(authorization[0])
	case len(from.Certificates) > 0 && g.authorities != nil:
		return g.byCertificate(from.Certificates)
	default:
		return nil, refuse(codes.Unauthenticated, NoCredentials, "who asks? Send %s", g.wanted())
	}
}

// wanted lists what the guard takes as proof.
func (g *Guard) wanted() string {
	var ways []string
	if g.tokens != nil {
		ways = append(ways, `a service token (authorization: Bearer …)`)
	}
	if g.web != nil {
		ways = append(ways, fmt.Sprintf("a token of %s for %s (authorization: Bearer …)", g.web.Issuer, g.web.Audience))
	}
	if g.authorities != nil {
		ways = append(ways, "a client certificate")
	}
	return strings.Join(ways, " or ")
}

// byToken says whose token it is. Web tokens have dots, service tokens have none.
func (g *Guard) byToken(authorization string) (*Identity, error) {
	scheme, text, _ := strings.Cut(authorization, " ")
	text = strings.TrimSpace(text)
	switch {
	case !strings.EqualFold(scheme, "Bearer") || text == "":
		return nil, refuse(codes.Unauthenticated, CredentialsMalformed, `authorization: want "Bearer" and a token`)
	case strings.Contains(text, "."):
		if g.web == nil {
			return nil, refuse(codes.Unauthenticated, TokenUnknown, "web tokens are not taken here; send %s", g.wanted())
		}
		return g.web.verify(text, g.settings.Now())
	case g.tokens != nil:
		if who := g.tokens.get().find(text); who != nil {
			return who, nil
		}
	}
	return nil, refuse(codes.Unauthenticated, TokenUnknown, "the token is not one of this server's; it may have been withdrawn")
}

// Login says whose token it is, as a call with it would: for a page that takes a token from a person.
func (g *Guard) Login(token string) (*Identity, error) {
	return g.identify(&Caller{HTTP: true}, []string{"Bearer " + token})
}

// authorizationOf is what a call says about who makes it.
func authorizationOf(ctx context.Context) []string {
	return metadata.ValueFromIncomingContext(ctx, "authorization")
}
