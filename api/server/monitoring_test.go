package server

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/api/guard"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

// TestMetricsBeyondThisMachineAskForProof shows that the port of metrics has the TLS and the logins of the
// others where other machines reach it, and neither where none does.
func TestMetricsBeyondThisMachineAskForProof(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	tokens, secrets := tokensOf(t, guard.ReadOnly, guard.Operator, guard.Dispatcher)
	s := smallSettings(t)
	s.Log = slog.New(slog.DiscardHandler)
	var err error
	if s.Guard, err = guard.New(guard.Settings{Cert: cert, Key: key, Tokens: tokens, ClientCA: a.File(), Now: time.Now}); err != nil {
		t.Fatal(err)
	}
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	port := func(here bool) string {
		l := loopback(t)
		h := srv.Monitoring(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the metrics") }), here)
		done := make(chan error, 1)
		go func() { done <- Answer(h, l) }()
		t.Cleanup(func() {
			_ = h.Close()
			if err := <-done; !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		})
		return l.Addr().String()
	}
	trusting := &tls.Config{RootCAs: a.Pool(), MinVersion: tls.VersionTLS12}
	showing := trusting.Clone()
	pair, err := tls.LoadX509KeyPair(a.Client("prometheus", testcerts.Past, testcerts.Future, "read-only"))
	if err != nil {
		t.Fatal(err)
	}
	showing.Certificates = []tls.Certificate{pair}
	ask := func(url, secret string, c *tls.Config) (int, string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if secret != "" {
			r.Header = bearer(secret)
		}
		res, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	here, beyond := "http://"+port(true), "https://"+port(false)
	for _, c := range []struct {
		name, url, secret string
		tls               *tls.Config
		code              int
		text              string
	}{
		{"here", here + "/metrics", "", nil, 200, "the metrics"},
		{"health here", here + "/readyz", "", nil, 200, `"store"`},
		{"nobody", beyond + "/metrics", "", trusting, 401, "NO_CREDENTIALS"},
		{"a wrong token", beyond + "/metrics", "nearside_x", trusting, 401, "TOKEN_UNKNOWN"},
		{"nobody's health", beyond + "/readyz", "", trusting, 401, "NO_CREDENTIALS"},
		{"a dispatcher", beyond + "/metrics", secrets[guard.Dispatcher], trusting, 403, "needs one of read-only,operator"},
		{"read-only", beyond + "/metrics", secrets[guard.ReadOnly], trusting, 200, "the metrics"},
		{"an operator", beyond + "/readyz", secrets[guard.Operator], trusting, 200, `"store"`},
		{"a certificate", beyond + "/metrics", "", showing, 200, "the metrics"},
		{"whether it lives", beyond + "/healthz", "", trusting, 200, "ok"},
	} {
		if code, text := ask(c.url, c.secret, c.tls); code != c.code || !strings.Contains(text, c.text) {
			t.Errorf("%s: HTTP %d %s, want %d with %q", c.name, code, text, c.code, c.text)
		}
	}
}
