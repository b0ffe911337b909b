package guard

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"pgregory.net/rapid"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// writeTokens makes a token of each name and role, "cad dispatcher" or "crew1 crew cars/A", and
// returns their file and secrets.
func writeTokens(t testing.TB, callers ...string) (path string, secrets []string) {
	t.Helper()
	var lines strings.Builder
	for _, caller := range callers {
		words := strings.Fields(caller)
		roles, err := ParseRoles(words[1])
		if err != nil {
			t.Fatal(err)
		}
		if len(words) == 2 {
			words = append(words, "")
		}
		secret, token, err := NewToken(words[0], roles, strings.FieldsFunc(words[2], func(r rune) bool { return r == ',' }), noon)
		if err != nil {
			t.Fatal(err)
		}
		lines.WriteString(token.Line() + "\n")
		secrets = append(secrets, secret)
	}
	path = filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, secrets
}

func TestServiceTokens(t *testing.T) {
	path, secrets := writeTokens(t, "cad-1 dispatcher", "car-1 crew cars/JRC-1")
	s := serve(t, Settings{Tokens: path})
	fleet := pb.NewFleetServiceClient(s.dial(nil))
	car, err := fleet.GetCar(by(t, secrets[0]), &pb.GetCarRequest{Name: "cars/JRC-1"})
	if err != nil || car.GetBase() != "token/cad-1" {
		t.Errorf("asked as %v, %v", car, err)
	}
	for name, c := range map[string]struct {
		token  string
		reason Reason
	}{
		"none": {"", NoCredentials}, "wrong": {secrets[0] + "x", TokenUnknown}, "cut": {secrets[0][:20], TokenUnknown}, "a web token": {"a.b.c", TokenUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fleet.GetCar(by(t, c.token), &pb.GetCarRequest{Name: "cars/JRC-1"})
			wantRefusal(t, err, codes.Unauthenticated, c.reason)
		})
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), strings.TrimPrefix(secrets[0], secretPrefix)) {
		t.Errorf("the file holds a secret, or %v", err)
	}
}

// TestWithdrawnTokens shows that a token is refused once its line is gone, that a new one is taken, and
// that a slip in the file changes nothing.
func TestWithdrawnTokens(t *testing.T) {
	path, secrets := writeTokens(t, "cad-1 dispatcher")
	other, others := writeTokens(t, "cad-2 dispatcher")
	s := serve(t, Settings{Tokens: path})
	replace := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(len(text)) * time.Hour) // another time, whatever the clock's steps
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		s.guard.refreshFiles()
	}
	replace("what is this\n")
	if _, err := s.guard.Login(secrets[0]); err != nil {
		t.Errorf("after a slip in the file: %v", err)
	}
	text, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	replace(string(text))
	_, err = s.guard.Login(secrets[0])
	wantRefusal(t, err, codes.Unauthenticated, TokenUnknown)
	if _, err := s.guard.Login(others[0]); err != nil {
		t.Error(err)
	}
}

func TestFilesOfTokensThatAreRefused(t *testing.T) {
	path, _ := writeTokens(t, "cad-1 dispatcher")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for want, text := range map[string]string{
		"line 2: token cad-1 is in line 1 too":            string(good) + string(good),
		"line 1: 1 fields; want 5":                        "nearside_secret\n",
		`line 1: role "boss": want one of read-only`:      "a boss - 00 2026-11-21T14:00:00Z\n",
		"want a SHA-256 of 64 hexadecimal digits":         "a planner - nearside_secret 2026-11-21T14:00:00Z\n",
		"a crew needs the names of its cars":              strings.Replace(string(good), "dispatcher", "crew", 1),
		"only a crew has some":                            strings.Replace(string(good), " - ", " cars/A ", 1),
		`time "yesterday": want one such as`:              strings.Replace(string(good), "2026-11-21T12:00:00Z", "yesterday", 1),
		`name "cad/1": want 1 to 64 letters`:              strings.Replace(string(good), "cad-1", "cad/1", 1),
		`token cad-1: car "A": want cars/NAME, or cars/*`: strings.Replace(string(good), "dispatcher -", "crew A", 1),
	} {
		if _, err := ParseTokens([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o640: true, 0o400: true, 0o644: false, 0o660: false, 0o604: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Settings{Tokens: path, Now: time.Now}); (err == nil) != ok {
			t.Errorf("permissions %v: %v", mode, err)
		}
	}
}

func TestTokenLinesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles := Roles(rapid.IntRange(1, 31).Draw(t, "roles"))
		var cars []string
		if roles.Any(Roles(Crew)) {
			cars = rapid.SliceOfN(rapid.StringMatching(`cars/[A-Za-z0-9._-]{1,63}`), 1, 4).Draw(t, "cars")
		}
		_, token, err := NewToken(rapid.StringMatching(`[A-Za-z0-9._-]{1,64}`).Draw(t, "name"), roles, cars, noon)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseTokens([]byte(token.Line()))
		if err != nil || len(back) != 1 {
			t.Fatalf("%s: %v", token.Line(), err)
		}
		if d := cmp.Diff(token, back[0]); d != "" {
			t.Error(d)
		}
	})
}

func FuzzParseTokens(f *testing.F) {
	path, _ := writeTokens(f, "cad-1 dispatcher,operator", "car-1 crew cars/A,cars/B")
	text, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("# nothing\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		tokens, err := ParseTokens(text)
		if err != nil {
			return
		}
		for _, token := range tokens {
			if back, err := ParseTokens([]byte(token.Line())); err != nil || !cmp.Equal(back[0], token) {
				t.Errorf("%q reads as another token or not at all: %v", token.Line(), err)
			}
		}
	})
}
