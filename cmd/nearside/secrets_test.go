package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/nearside-ems/nearside/internal/testcerts"
)

// output is what a program says, read while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await returns the first group of what matches, once it is said.
func (o *output) await(t *testing.T, pattern string) string {
	t.Helper()
	want := regexp.MustCompile(pattern)
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := want.FindStringSubmatch(o.String()); m != nil {
			return m[1]
		}
	}
	t.Fatalf("no %q in\n%s", pattern, o)
	return ""
}

// webToken signs a token with a key of its own and writes the key's public half to a JWKS.
func webToken(t *testing.T, jwks string, claims map[string]any) string {
	t.Helper()
	key := testcerts.Key(t)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "k", Algorithm: string(jose.ES256)}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(jwks, set, 0o600); err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestNoSecretInLogs runs the program with all that it can log, calls it with secrets that are right,
// wrong, expired and for others, and looks for each in everything that it wrote.
func TestNoSecretInLogs(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	good, wrong := newToken(t, in("tokens"), "cad-1", "dispatcher"), "nearside_wrong0secret0that0is0nobodys"
	claims := map[string]any{"iss": "https://id.example", "aud": "nearside", "sub": "7f3c", "roles": "planner", "exp": time.Now().Add(time.Hour).Unix()}
	web := webToken(t, in("keys"), claims)
	claims["aud"] = "billing"
	foreign := webToken(t, in("others"), claims)
	said := &output{}
	cmd := exec.Command("nearside", "serve", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--data-dir", in("data"),
		"--log-level", "debug", "--log-slow", "1ns", "--trace-file", in("trace"), "--tls-cert", cert, "--tls-key", key, "--tokens", in("tokens"),
		"--oidc-issuer", "https://id.example", "--oidc-audience", "nearside", "--oidc-jwks", in("keys"))
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := sync.OnceValue(func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		return cmd.Wait()
	})
	t.Cleanup(func() { _ = stopped() })
	overHTTP, overGRPC := "https://"+said.await(t, `map and API +https://(\S+)`), said.await(t, `gRPC +(\S+)`)
	for _, secret := range []string{good, wrong, web, foreign, "a.b.c"} {
		callWith(t, a.File(), overGRPC, in("token"), secret)
		askWith(t, a, overHTTP, secret)
	}
	if err := stopped(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	trace, err := os.ReadFile(in("trace"))
	if err != nil {
		t.Fatal(err)
	}
	wrote := said.String() + string(trace)
	for _, want := range []string{"TOKEN_UNKNOWN", "TOKEN_WRONG_AUDIENCE", "CREDENTIALS_MALFORMED", "token/cad-1"} {
		if !strings.Contains(wrote, want) {
			t.Errorf("%s is not in the log, so that this test may look at the wrong one:\n%s", want, wrote)
		}
	}
	secrets := []string{strings.TrimPrefix(good, "nearside_"), strings.TrimPrefix(wrong, "nearside_")}
	for _, token := range []string{web, foreign} {
		secrets = append(secrets, strings.Split(token, ".")[1:]...)
	}
	block, _ := pem.Decode(read(t, key))
	secrets = append(secrets, string(block.Bytes))
	for _, line := range strings.Split(string(read(t, key)), "\n") {
		if len(line) > 40 {
			secrets = append(secrets, line)
		}
	}
	for _, s := range secrets {
		if strings.Contains(wrote, s) || strings.Contains(wrote, url.QueryEscape(s)) {
			t.Errorf("the secret that begins with %.6s is in the log", s)
		}
	}
}

// callWith asks over gRPC, as the command line does, whatever comes of it.
func callWith(t *testing.T, ca, addr, file, secret string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "nearside", "nearest", "--server", addr, "--ca", ca, "--token-file", file, "--lat", "51.5", "--lon", "-0.12").CombinedOutput()
	if bytes.Contains(out, []byte(secret)) {
		t.Errorf("the client says its secret: %v", err)
	}
}

// askWith asks over HTTP by header and by cookie, and signs in, whatever comes of it.
func askWith(t *testing.T, a *testcerts.Authority, base, secret string) {
	t.Helper()
	h := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: a.Pool(), MinVersion: tls.VersionTLS12}}}
	form := url.Values{"token": {secret}}.Encode()
	for _, c := range []struct {
		method, path, body string
		header             http.Header
	}{
		{http.MethodGet, "/v1/cars", "", http.Header{"Authorization": {"Bearer " + secret}}},
		{http.MethodGet, "/v1/cars", "", http.Header{"Cookie": {"__Host-nearside-session=" + secret}}},
		{http.MethodPost, "/v1/plans", "{}", http.Header{"Authorization": {"Bearer " + secret}}},
		{http.MethodPost, "/signin", form, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}},
	} {
		r, err := http.NewRequest(c.method, base+c.path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = c.header
		res, err := h.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		if _ = res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s answers with the secret", c.path)
		}
	}
}
