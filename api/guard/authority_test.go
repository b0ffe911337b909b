package guard

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/internal/testcerts"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// clientOf is the TLS settings of a client of an authority, as a caller with roles.
func clientOf(t testing.TB, a *testcerts.Authority, name string, from, until time.Time, roles ...string) *tls.Config {
	t.Helper()
	cert, key := a.Client(name, from, until, roles...)
	c, err := ClientFiles{Cert: cert, Key: key}.TLS()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
