package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/api/guard"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

// newToken makes a token as a user does and returns its secret.
func newToken(t *testing.T, file, name string, roles ...string) string {
	t.Helper()
	var out bytes.Buffer
	c := tokenNewCommand{Name: name, Role: roles, Tokens: file}
	if err := c.run(&out, io.Discard, time.Now()); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

// TestServeIsSecureByDefault says for each way to serve beyond this machine what is wanted.
func TestServeIsSecureByDefault(t *testing.T) {
	a := testcerts.New(t, "ca")
	cert, key := a.Server()
	tokens := filepath.Join(t.TempDir(), "tokens")
	newToken(t, tokens, "cad-1", "dispatcher")
	here := map[string]string{"--grpc": "127.0.0.1:7420", "--http": "localhost:7421", "--metrics": ""}
	beyond := map[string]string{"--grpc": "0.0.0.0:7420", "--http": "[::1]:7421"}
	both := "--grpc 0.0.0.0:7420 can be reached from other machines, so it needs TLS (--tls-cert, --tls-key) and authentication (--tokens, --client-ca or --oidc-issuer)"
	for _, c := range []struct {
		name  string
		flags securityFlags
		ports map[string]string
		want  string // in the one fault; empty: none
	}{
		{"here, bare", securityFlags{}, here, ""},
		{"beyond, bare", securityFlags{}, beyond, both},
		{"every interface", securityFlags{}, map[string]string{"--http": ":7421"}, "--http :7421 can be reached"},
		{"a name", securityFlags{}, map[string]string{"--http": "nearside.example:7421"}, "can be reached from other machines"},
		{"metrics, bare", securityFlags{}, map[string]string{"--metrics": "0.0.0.0:7422"}, "--metrics 0.0.0.0:7422 can be reached"},
		{"metrics, both", securityFlags{TLSCert: cert, TLSKey: key, Tokens: tokens}, map[string]string{"--metrics": "0.0.0.0:7422"}, ""},
		{"beyond, tokens only", securityFlags{Tokens: tokens}, beyond, "it needs TLS (--tls-cert, --tls-key); docs"},
		{"beyond, TLS only", securityFlags{TLSCert: cert, TLSKey: key}, beyond, "it needs authentication (--tokens"},
		{"beyond, both", securityFlags{TLSCert: cert, TLSKey: key, Tokens: tokens}, beyond, ""},
		{"beyond, certificates", securityFlags{TLSCert: cert, TLSKey: key, ClientCA: a.File()}, beyond, ""},
		{"the words", securityFlags{Insecure: insecureWords}, beyond, ""},
		{"a rate below nothing", securityFlags{ClientRate: -1}, here, "--client-rate -1: want 0 (no limit) or more"},
		{"a claim without a role", securityFlags{OIDCIssuer: "https://id.example", OIDCAudience: "n", OIDCRolesClaim: "r", OIDCCarsClaim: "c", OIDCRole: []string{"boss"}}, here, "--oidc-role boss: want VALUE=ROLE"},
		{"no audience", securityFlags{OIDCIssuer: "https://id.example", OIDCRolesClaim: "r", OIDCCarsClaim: "c"}, here, "a token for any other service would do here"},
		{"no issuer", securityFlags{OIDCAudience: "n"}, here, "they need --oidc-issuer"},
	} {
		faults := c.flags.faults(c.ports)
		switch {
		case c.want == "" && len(faults) > 0:
			t.Errorf("%s: %v", c.name, faults)
		case c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0].Error(), c.want)):
			t.Errorf("%s: got %v, want %q", c.name, faults, c.want)
		}
	}
	for _, words := range []string{"yes", "true", "1", strings.ToUpper(insecureWords), insecureWords + "."} {
		if f := (&securityFlags{Insecure: words}); len(f.faults(beyond)) != 2 {
			t.Errorf("--insecure %q is taken: %v", words, f.faults(beyond))
		}
	}
}

func TestInsecureIsToldAtEachStart(t *testing.T) {
	var b strings.Builder
	f := securityFlags{Insecure: insecureWords}
	f.warn(&b, insecureWords, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7420}, &net.TCPAddr{IP: net.IPv6zero, Port: 7421})
	want := "nearside: WARNING: [::]:7421 is without TLS (--tls-cert, --tls-key) and authentication (--tokens, --client-ca or --oidc-issuer): " + insecureWords + "\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestTokenNew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens")
	first := newToken(t, file, "cad-1", "dispatcher", "operator")
	if err := os.WriteFile(file, bytes.TrimSpace(read(t, file)), 0o600); err != nil { // as an editor may leave it
		t.Fatal(err)
	}
	second := newToken(t, file, "map", "planner")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions %v, %v", info.Mode(), err)
	}
	g, err := guard.New(guard.Settings{Tokens: file, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	for secret, want := range map[string]string{first: "dispatcher,operator", second: "planner"} {
		if who, err := g.Login(secret); err != nil || who.Roles.String() != want {
			t.Errorf("%v, %v, want %s", who, err, want)
		}
	}
	before := read(t, file)
	for want, c := range map[string]tokenNewCommand{
		"token cad-1 is in line 1 too":      {Name: "cad-1", Role: []string{"planner"}, Tokens: file},
		"a crew needs the names of its car": {Name: "car-1", Role: []string{"crew"}, Tokens: file},
		"want 1 to 64 letters":              {Name: "c/1", Role: []string{"planner"}, Tokens: file},
	} {
		var out bytes.Buffer
		if err := c.run(&out, io.Discard, time.Now()); err == nil || !strings.Contains(err.Error(), want) || out.Len() > 0 {
			t.Errorf("got %v and %q, want %q", err, out.String(), want)
		}
	}
	if !bytes.Equal(before, read(t, file)) {
		t.Error("a refused token changed the file")
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTokensStayOffOpenNetworks shows what a client refuses to send, and where a token may come from.
func TestTokensStayOffOpenNetworks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("nearside_x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	away := clientFlags{Server: "nearside.example:7420", TokenFile: file}
	if _, err := away.connect(); err == nil || !strings.Contains(err.Error(), "not sent to another machine in the clear") {
		t.Errorf("got %v", err)
	}
	away.TLS = true
	conn, err := away.connect()
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	t.Setenv(tokenVariable, "nearside_env")
	for want, f := range map[string]clientFlags{"nearside_x": {TokenFile: file}, "nearside_env": {}} {
		if got, err := f.token(); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	t.Setenv(tokenVariable, "two words")
	if _, err := (&clientFlags{}).token(); err == nil || strings.Contains(err.Error(), "two") {
		t.Errorf("got %v, want a refusal that does not repeat the token", err)
	}
	if _, err := (&clientFlags{TLS: true, Cert: file}).connect(); err == nil || !strings.Contains(err.Error(), "--cert and --key go together") {
		t.Errorf("got %v", err)
	}
}
