package server

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"google.golang.org/grpc/status"

	"github.com/nearside-ems/nearside/api/guard"
)

//go:embed signin.html
var signInHTML string

var signInPage = template.Must(template.New("signin").Parse(signInHTML))

// signInPolicy lets the page send its form here, and style itself.
const signInPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Cookies that hold a person's token. __Host- binds one to this server and to TLS: no other server of
// the same domain can set it.
const (
	sessionCookie       = "nearside-session"
	secureSessionCookie = "__Host-" + sessionCookie
)

func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return secureSessionCookie
	}
	return sessionCookie
}

// session makes a browser's cookie the authorization of its requests. Other sites' pages cannot send
// it: browsers hold it back (SameSite=Strict), and CrossOriginProtection refuses their changes.
func session(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie(cookieName(r)); err == nil && c.Value != "" && r.Header.Get("Authorization") == "" {
			r.Header.Set("Authorization", "Bearer "+c.Value)
		}
		next.ServeHTTP(w, r)
	})
}

// signIn takes a token from a person at a browser, for the map. GET shows the form, POST takes the token.
func (s *Server) signIn() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.Guard == nil || !s.Guard.Proof():
			http.Redirect(w, r, "/", http.StatusSeeOther) // everyone may come in
		case r.Method == http.MethodPost:
			s.takeToken(w, r)
		default:
			s.showSignIn(w, r)
		}
	})
}

// signInView is what the page shows.
type signInView struct {
	Who   *guard.Identity // who is signed in; nil: nobody
	Fault string
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) {
	var v signInView
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		if who, err := s.Guard.Login(token); err == nil {
			v.Who = who
		}
	}
	writeSignIn(w, http.StatusOK, v)
}

func writeSignIn(w http.ResponseWriter, code int, v signInView) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", signInPolicy)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = signInPage.Execute(w, v) // the client has gone; there is no one to tell
}

const (
	maxSignIn = 32 << 10 // bytes of the form
	// maxCookie is what every browser keeps of a cookie, 4,096 bytes, without its name and its attributes.
	maxCookie = 3900
)

func (s *Server) takeToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSignIn)
	token := strings.TrimSpace(r.PostFormValue("token"))
	if _, err := s.Guard.Login(token); err != nil {
		writeSignIn(w, http.StatusUnauthorized, signInView{Fault: status.Convert(err).Message()})
		return
	}
	if len(token) > maxCookie {
		writeSignIn(w, http.StatusUnauthorized, signInView{Fault: fmt.Sprintf("The token has %d characters; browsers keep %d at most. Ask for one with fewer claims.", len(token), maxCookie)})
		return
	}
	setSession(w, r, token)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// setSession keeps a token in the browser until it is closed; an empty one takes it away.
func setSession(w http.ResponseWriter, r *http.Request, token string) {
	c := &http.Cookie{Name: cookieName(r), Value: token, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func signOut(w http.ResponseWriter, r *http.Request) {
	setSession(w, r, "")
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}
