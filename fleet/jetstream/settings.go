package jetstream

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"slices"
	"time"
)

// Settings say where a ledger is kept: in a folder, or on an operator's cluster.
type Settings struct {
	Folder string // where this process keeps the ledger by itself, made if missing; "" with URLs

	URLs        []string // of an operator's NATS servers: nats://host:port or tls://host:port
	Credentials string   // file with the credentials (.creds) that the servers want; "": none
	CA          string   // PEM file of who signs the servers' certificates; "": whom the system trusts
	Cert, Key   string   // PEM files of this client's certificate; "": none
	Replicas    int      // how many of the operator's servers keep each entry: 1, 3 or 5; 0: 3

	Stream   string        // the name of the stream; "": NEARSIDE
	Prefix   string        // of its subjects; "": nearside
	MaxBytes int64         // the log grows no larger and nothing is forgotten; 0: DefaultMaxBytes, and as it is on a cluster that has the stream
	Patience time.Duration // how long Append and Last ask again where no server answers; 0: DefaultPatience
	Log      *slog.Logger  // for what the store meets with; nil: nobody is told. Secrets are never in it.
}

// Defaults of Settings.
const (
	DefaultMaxBytes = 8 << 30 // some four years of 500 calls a day: docs/format/ledger.md
	DefaultPatience = 5 * time.Second
	minMaxBytes     = 1 << 20
)

func (s *Settings) embedded() bool { return s.Folder != "" }

// withDefaults fills in what was left out.
func (s Settings) withDefaults() Settings {
	s.Stream = or(s.Stream, "NEARSIDE")
	s.Prefix = or(s.Prefix, "nearside")
	s.Patience = or(s.Patience, DefaultPatience)
	s.Log = or(s.Log, slog.New(slog.DiscardHandler))
	switch {
	case s.embedded():
		s.Replicas = 1
		s.MaxBytes = or(s.MaxBytes, DefaultMaxBytes)
	default:
		s.Replicas = or(s.Replicas, 3)
	}
	return s
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

var (
	streamName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	prefixName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,3}$`)
)

// Check returns every mistake in settings, as far as they can be seen without a server.
func (s Settings) Check() error {
	var wrong []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	want(s.embedded() != (len(s.URLs) > 0), "the ledger needs a folder, or the URLs of NATS servers, and not both")
	for _, u := range s.URLs {
		want(goodURL(u), "URL %q of a NATS server: want nats://host:port or tls://host:port", redact(u))
	}
	want(s.embedded() || slices.Contains([]int{0, 1, 3, 5}, s.Replicas), "%d replicas of the ledger: want 1, 3 or 5", s.Replicas)
	want(s.Stream == "" || streamName.MatchString(s.Stream), "stream %q: want 1 to 64 letters, digits, underscores or hyphens", s.Stream)
	want(s.Prefix == "" || prefixName.MatchString(s.Prefix), "subject prefix %q: want up to 4 words of letters, digits, underscores or hyphens with dots between them", s.Prefix)
	want(s.MaxBytes == 0 || s.MaxBytes >= minMaxBytes, "a ledger of at most %d bytes: want at least %d", s.MaxBytes, minMaxBytes)
	want(s.Patience >= 0, "a patience of %v: want none below 0", s.Patience)
	want((s.Cert == "") == (s.Key == ""), "a client certificate needs its key, and the key its certificate")
	if s.embedded() {
		want(s.Credentials == "" && s.CA == "" && s.Cert == "", "credentials and certificates are for URLs: a ledger in a folder has no network")
		return errors.Join(wrong...)
	}
	for _, f := range []struct{ what, file string }{
		{"credentials", s.Credentials}, {"CA", s.CA}, {"certificate", s.Cert}, {"key", s.Key},
	} {
		if f.file != "" {
			_, err := os.Stat(f.file)
			want(err == nil, "%s for the NATS servers: %w", f.what, err)
		}
	}
	return errors.Join(wrong...)
}

func goodURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains([]string{"nats", "tls"}, u.Scheme) && u.Host != "" && (u.Path == "" || u.Path == "/")
}

// redact returns a URL without the user and password in it.
func redact(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "(not a URL)"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
}
