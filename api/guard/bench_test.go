package guard

import (
	"context"
	"crypto/tls"
	"testing"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

// BenchmarkProof says what it costs to know who calls: an empty call over one connection, by each means,
// with "none" as the reference of the same run. "clear" and "TLS" differ by the encryption alone.
func BenchmarkProof(b *testing.B) {
	a, i := testcerts.New(b, "ca"), newIssuer(b)
	cert, key := a.Server()
	tokens, secrets := writeTokens(b, "cad-1 dispatcher")
	o := i.oidc()
	o.Keys = i.file()
	trusted, err := ClientFiles{CA: a.File()}.TLS()
	if err != nil {
		b.Fatal(err)
	}
	own := clientOf(b, a, "cad.example", testcerts.Past, testcerts.Future, "dispatcher")
	own.RootCAs = trusted.RootCAs
	limits := DefaultLimits()
	limits.CallsPerSecond = 1 << 30
	for _, c := range []struct {
		name     string
		settings Settings
		tls      *tls.Config
		token    string
	}{
		{"clear/none", Settings{}, nil, ""},
		{"clear/token", Settings{Tokens: tokens, Limits: limits}, nil, secrets[0]},
		{"clear/oidc", Settings{OIDC: o, Limits: limits}, nil, i.token(i.good())},
		{"TLS/none", Settings{Cert: cert, Key: key}, trusted, ""},
		{"TLS/token", Settings{Cert: cert, Key: key, Tokens: tokens, Limits: limits}, trusted, secrets[0]},
		{"TLS/certificate", Settings{Cert: cert, Key: key, ClientCA: a.File(), Limits: limits}, own, ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := serve(b, c.settings)
			s.quiet = true
			cars := pb.NewDispatchServiceClient(s.dial(c.tls))
			ctx := context.WithoutCancel(by(b, c.token))
			for b.Loop() {
				if _, err := cars.FindNearestCars(ctx, &pb.FindNearestCarsRequest{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAdmit is the guard's own part of a call, without any connection.
func BenchmarkAdmit(b *testing.B) {
	a, i := testcerts.New(b, "ca"), newIssuer(b)
	cert, key := a.Server()
	tokens, secrets := writeTokens(b, "cad-1 dispatcher")
	g, err := New(Settings{Cert: cert, Key: key, ClientCA: a.File(), Tokens: tokens, OIDC: i.oidc(), Limits: Limits{CallsPerSecond: 1 << 30, Calls: 8}, Now: func() time.Time { return noon }})
	if err != nil {
		b.Fatal(err)
	}
	shown := Caller{Certificates: nil}
	own := clientOf(b, a, "cad.example", testcerts.Past, testcerts.Future, "dispatcher")
	shown.Certificates = append(shown.Certificates, own.Certificates[0].Leaf)
	for name, c := range map[string]struct {
		from          Caller
		authorization []string
	}{
		"token": {Caller{}, []string{"Bearer " + secrets[0]}}, "oidc": {Caller{}, []string{"Bearer " + i.token(i.good())}}, "certificate": {shown, nil},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := g.admit(&c.from, c.authorization, pb.DispatchService_FindNearestCars_FullMethodName, false)
				if err != nil {
					b.Fatal(err)
				}
				p.leave()
			}
		})
	}
	b.Run("oidc unremembered", func(b *testing.B) {
		text := i.token(i.good())
		for b.Loop() {
			if _, _, err := g.web.check(text, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}
