package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/api/guard"
	"github.com/nearside-ems/nearside/api/telemetry"
)

// insecureWords is what --insecure must say, so that nobody gives it without having read it.
const insecureWords = "anyone on the network may read and change the fleet"

// securityFlags say who may call, and how the ports are encrypted. docs/security.md explains them.
type securityFlags struct {
	TLSCert  string `name:"tls-cert" help:"Certificate of both ports, PEM; taken anew when the file changes." placeholder:"FILE"`
	TLSKey   string `name:"tls-key" help:"Its key, PEM." placeholder:"FILE"`
	ClientCA string `name:"client-ca" help:"Who issues clients' certificates, PEM: callers may prove by one who they are." placeholder:"FILE"`
	TLSCRL   string `name:"tls-crl" help:"Which of those are revoked: a list (CRL) of each of those authorities, PEM or DER; taken anew when the file changes." placeholder:"FILE"`
	Tokens   string `help:"File of service tokens; nearside token new adds to it." placeholder:"FILE"`

	OIDCIssuer     string   `name:"oidc-issuer" help:"Issuer of JSON web tokens that are believed." placeholder:"URL"`
	OIDCAudience   string   `name:"oidc-audience" help:"This service's name at the issuer: tokens must be for it." placeholder:"NAME"`
	OIDCJWKS       string   `name:"oidc-jwks" help:"The issuer's public keys, a JWKS: a file or an https URL; left out: what the issuer's discovery page names." placeholder:"FILE|URL"`
	OIDCRolesClaim string   `name:"oidc-roles-claim" default:"roles" help:"Claim that holds roles; dots lead into it (${default})." placeholder:"CLAIM"`
	OIDCRole       []string `name:"oidc-role" help:"A value of that claim and the role that it stands for, such as ctrl-room=dispatcher; may be repeated. Left out: the values are the roles' names." placeholder:"VALUE=ROLE"`
	OIDCCarsClaim  string   `name:"oidc-cars-claim" default:"nearside_cars" help:"Claim that holds a crew's cars (${default})." placeholder:"CLAIM"`

	ClientRate    int      `default:"5000" help:"Calls and stream messages a second of each client; 0: any (${default})." placeholder:"N"`
	ClientCalls   int      `default:"512" help:"Calls of each client at a time; 0: any (${default})." placeholder:"N"`
	ClientStreams int      `default:"64" help:"Streams of each client at a time; 0: any (${default})." placeholder:"N"`
	HTTPName      []string `name:"http-name" help:"Name by which browsers ask the HTTP port, besides addresses and localhost, where it is without TLS; may be repeated." placeholder:"NAME"`
	Insecure      string   `help:"Serve beyond this machine without TLS and authentication. Takes these words only: \"${insecure}\"." placeholder:"WORDS"`
}

// faults is everything for which serve refuses these settings with the addresses of its ports, by flag.
// It asks no issuer for its keys.
func (f *securityFlags) faults(ports map[string]string) (faults []error) {
	s, err := f.settings(nil, nil)
	if err != nil {
		faults = append(faults, err)
	}
	if s.OIDC != nil && (s.OIDC.Keys == "" || strings.HasPrefix(s.OIDC.Keys, "http")) {
		faults = append(faults, joined(s.OIDC.Check())...)
		s.OIDC = nil
	}
	_, err = guard.New(s)
	faults = append(faults, joined(err)...)
	if f.Insecure != "" && f.Insecure != insecureWords {
		faults = append(faults, fmt.Errorf("--insecure: want the words %q, in quotes", insecureWords))
	}
	if lacking := f.lacking(); len(lacking) > 0 && f.Insecure != insecureWords {
		for _, flag := range []string{"--grpc", "--http", "--metrics"} {
			if addr := ports[flag]; !onLoopback(addr) {
				faults = append(faults, fmt.Errorf("%s %s can be reached from other machines, so it needs %s; docs/security.md says how. To go without, give --insecure %q",
					flag, addr, strings.Join(lacking, " and "), insecureWords))
			}
		}
	}
	return faults
}

// joined takes joined errors apart.
func joined(err error) []error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		return many.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// lacking is what a port that others reach needs and does not have.
func (f *securityFlags) lacking() (what []string) {
	if f.TLSCert == "" {
		what = append(what, "TLS (--tls-cert, --tls-key)")
	}
	if f.ClientCA == "" && f.Tokens == "" && f.OIDCIssuer == "" {
		what = append(what, "authentication (--tokens, --client-ca or --oidc-issuer)")
	}
	return what
}

// onLoopback tells whether only this machine reaches an address. Names other than localhost may lead
// anywhere.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return true // none, or refused as no address elsewhere
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// warn tells at each start what --insecure means for ports.
func (f *securityFlags) warn(out io.Writer, meaning string, ports ...net.Addr) {
	for _, addr := range ports {
		if lacking := f.lacking(); len(lacking) > 0 && !onLoopback(addr.String()) {
			_, _ = fmt.Fprintf(out, "nearside: WARNING: %s is without %s: %s\n", addr, strings.Join(lacking, " and "), meaning)
		}
	}
}

// scheme is how browsers reach the HTTP port.
func (f *securityFlags) scheme() string {
	if f.TLSCert != "" {
		return "https"
	}
	return "http"
}

// counting tells t of every call that the guard let in or refused; nil where t is.
func counting(t *telemetry.Telemetry) func(guard.Event) {
	if t == nil {
		return nil
	}
	return func(e guard.Event) { t.Guarded(string(e.Means), string(e.Reason)) }
}

// guard makes the guard of a server, which t is told of.
func (f *securityFlags) guard(log *slog.Logger, t *telemetry.Telemetry) (*guard.Guard, error) {
	s, err := f.settings(log, counting(t))
	if err != nil {
		return nil, err
	}
	g, err := guard.New(s)
	if err != nil || t == nil {
		return g, err
	}
	for of, expires := range g.Expiries() {
		t.Gauge("nearside_expires_timestamp_seconds", "Unix time at which what callers' proofs or connections rest on expires.", map[string]string{"of": of},
			func() float64 { return float64(expires().Unix()) })
	}
	return g, nil
}

func (f *securityFlags) settings(log *slog.Logger, count func(guard.Event)) (guard.Settings, error) {
	s := guard.Settings{
		Cert: f.TLSCert, Key: f.TLSKey, ClientCA: f.ClientCA, CRL: f.TLSCRL, Tokens: f.Tokens, Now: time.Now, Log: log, Count: count,
		Limits: guard.Limits{CallsPerSecond: f.ClientRate, Calls: f.ClientCalls, Streams: f.ClientStreams},
	}
	if f.OIDCIssuer == "" {
		if f.OIDCAudience != "" || f.OIDCJWKS != "" || len(f.OIDCRole) > 0 {
			return s, errors.New("--oidc-audience, --oidc-jwks, --oidc-role: they need --oidc-issuer")
		}
		return s, nil
	}
	s.OIDC = &guard.OIDC{
		Issuer: f.OIDCIssuer, Audience: f.OIDCAudience, Keys: f.OIDCJWKS,
		RolesClaim: f.OIDCRolesClaim, CarsClaim: f.OIDCCarsClaim, Roles: map[string]guard.Role{},
	}
	for _, text := range f.OIDCRole {
		value, name, _ := strings.Cut(text, "=")
		role, err := guard.ParseRole(name)
		if err != nil || value == "" {
			return s, fmt.Errorf("--oidc-role %s: want VALUE=ROLE: %w", text, err)
		}
		s.OIDC.Roles[value] = role
	}
	return s, nil
}
