package jetstream

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// serve runs a server on loopback until the test ends, and returns its URL.
func serve(t *testing.T, o *server.Options) string {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.StoreDir = "127.0.0.1", -1, true, t.TempDir()
	srv, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	t.Cleanup(func() {
		srv.Shutdown()
		srv.WaitForShutdown()
	})
	if !srv.ReadyForConnections(10 * time.Second) {
		t.Fatal("not ready")
	}
	return srv.ClientURL()
}

// TestOpenSaysWhyNot: whatever keeps a ledger from being opened is named, and no password is.
func TestOpenSaysWhyNot(t *testing.T) {
	const password = "swordfish"
	js := func() *server.Options { return &server.Options{JetStream: true, JetStreamMaxStore: 1 << 30} }
	secured := js()
	secured.Username, secured.Password = "nearside", "another"
	with := func(user, url string) string { return strings.Replace(url, "nats://", "nats://"+user+"@", 1) }
	plain, other := serve(t, js()), serve(t, js())
	store := openWith(t, Settings{URLs: []string{other}, Replicas: 1, MaxBytes: 1 << 20})
	if _, err := store.js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "ANOTHER", Subjects: []string{"x.ledger.>"}, MaxAge: time.Hour}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		settings Settings
		is       error
		says     string
	}{
		"no server":        {Settings{URLs: []string{with("nearside:"+password, "nats://127.0.0.1:1")}}, nil, "no server answers there"},
		"wrong password":   {Settings{URLs: []string{with("nearside:"+password, serve(t, secured))}}, ErrDenied, "check the credentials"},
		"no JetStream":     {Settings{URLs: []string{serve(t, &server.Options{})}, Replicas: 1, Patience: 200 * time.Millisecond}, ErrNoJetStream, "enable JetStream"},
		"too few servers":  {Settings{URLs: []string{with("nearside:"+password, plain)}, Replicas: 3, MaxBytes: 1 << 20}, nil, "replicas"},
		"too little room":  {Settings{URLs: []string{plain}, Replicas: 1, MaxBytes: 2 << 30}, nil, "insufficient storage"},
		"another stream":   {Settings{URLs: []string{other}, Replicas: 1, Stream: "ANOTHER", Prefix: "x"}, ErrOtherSettings, "age limit is 1h0m0s, want 0s"},
		"another prefix":   {Settings{URLs: []string{other}, Replicas: 1, Prefix: "x"}, ErrOtherSettings, "subjects is [nearside.ledger.>], want [x.ledger.>]"},
		"other replicas":   {Settings{URLs: []string{other}, Replicas: 3}, ErrOtherSettings, "replicas is 1, want 3"},
		"another limit":    {Settings{URLs: []string{other}, Replicas: 1, MaxBytes: 2 << 20}, ErrOtherSettings, "limit in bytes is 1048576, want 2097152"},
		"subjects overlap": {Settings{URLs: []string{other}, Replicas: 1, MaxBytes: 1 << 20, Stream: "TWICE"}, nil, "subjects overlap"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			c.settings.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			s, err := Open(t.Context(), c.settings)
			if err == nil {
				t.Fatalf("opened: %v", s.Close())
			}
			if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %v and %q", err, c.is, c.says)
			}
			if strings.Contains(err.Error()+log.String(), password) {
				t.Errorf("the password is told: %v\n%s", err, &log)
			}
		})
	}
}

// TestSecretsStayOut: of a URL with a password neither the status nor the log has it.
func TestSecretsStayOut(t *testing.T) {
	secured := &server.Options{JetStream: true, Username: "nearside", Password: "swordfish"}
	url := strings.Replace(serve(t, secured), "nats://", "nats://nearside:swordfish@", 1)
	var log bytes.Buffer
	s := openWith(t, Settings{URLs: []string{url}, Replicas: 1, MaxBytes: 1 << 20, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if _, err := s.Append(t.Context(), "cars/a", 0, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(); len(st.Servers) == 0 || strings.Contains(fmt.Sprint(st), "swordfish") {
		t.Errorf("status %+v", st)
	}
	if strings.Contains(log.String(), "swordfish") {
		t.Error(log.String())
	}
}

func TestCheckFindsEveryMistake(t *testing.T) {
	err := Settings{
		URLs: []string{"nats://user:swordfish@", "http://host", "%"}, Replicas: 2, Stream: "a b", Prefix: "a..b", MaxBytes: 1,
		Patience: -1, Cert: "/nowhere/cert.pem", Credentials: "/nowhere/user.creds",
	}.Check()
	if err == nil {
		t.Fatal("nothing found")
	}
	for _, want := range []string{
		`URL "http://host"`, `URL "(not a URL)"`, "2 replicas", `stream "a b"`, `prefix "a..b"`, "at most 1 bytes", "patience of -1ns",
		"needs its key", "certificate for the NATS servers", "credentials for the NATS servers",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing of %q in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "swordfish") {
		t.Errorf("the password is told: %v", err)
	}
	for _, s := range []Settings{{}, {Folder: "x", URLs: []string{"nats://host:4222"}}, {Folder: "x", CA: "ca.pem"}} {
		if s.Check() == nil {
			t.Errorf("%+v passes", s)
		}
	}
	for _, s := range []Settings{{Folder: "x"}, {URLs: []string{"nats://a:4222", "tls://b"}, Replicas: 5, Stream: "S", Prefix: "a.b"}} {
		if err := s.Check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestSubjectsAreOneToOne(t *testing.T) {
	s := &Store{entries: "nearside.ledger."}
	for key, want := range map[string]string{
		"cars/JRC-1": "nearside.ledger.cars.JRC-1", "cars/a.b..c": "nearside.ledger.cars.a=b==c", "advice/x": "nearside.ledger.advice.x",
	} {
		if got := s.subject(key); got != want || s.key(got) != key {
			t.Errorf("%s is %s, want %s, and back %s", key, got, want, s.key(got))
		}
		if err := ledger.CheckKey(key); err != nil {
			t.Error(err)
		}
	}
}
