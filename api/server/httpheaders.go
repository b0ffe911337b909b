package server

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// apiPolicy is for answers that are no pages: a browser that shows one runs and loads nothing.
const apiPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// transportSecurity makes browsers use TLS only, for a year.
const transportSecurity = "max-age=31536000"

// headed gives every answer the headers that keep a browser from doing more with it than show it.
// Pages that need more than apiPolicy set their own.
func headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", apiPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", transportSecurity)
		}
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			h.Set("Cache-Control", "no-store") // where cars are is for who asked, and for now
		}
		next.ServeHTTP(w, r)
	})
}

// byName refuses requests by a name that is not the server's. A page of another site can make its own
// name lead to this machine (DNS rebinding); to the browser it then is of one origin with the server,
// but its requests still carry its name. Over TLS the certificate has settled that, and health is no
// secret.
func (s *Server) byName(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil && r.URL.Path != "/healthz" && r.URL.Path != "/readyz" && !s.isName(r.Host) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusMisdirectedRequest)
			_, _ = fmt.Fprintf(w, `{"code":7,"message":"Host %.80q is not a name of this server; start it with --http-name, or ask by its address"}`, ascii(r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isName tells whether a Host header names this server: an address, which no one can rebind, localhost,
// or one of the names that it was given.
func (s *Server) isName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil || strings.EqualFold(host, "localhost") {
		return true
	}
	return slices.ContainsFunc(s.HTTPNames, func(name string) bool { return strings.EqualFold(name, host) })
}

// ascii leaves out what cannot stand in JSON as it is.
func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, text)
}
