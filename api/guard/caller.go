package guard

import (
	"context"
	"crypto/x509"
	"net/netip"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// Caller is the far end of a connection, before it is known who that is.
type Caller struct {
	Remote netip.Addr // zero where it is not an internet address
	// Certificates are those that the caller showed and holds the key of, its own first. Nobody has
	// checked yet who issued them.
	Certificates []*x509.Certificate
	HTTP         bool // it asks over the HTTP port
}

// CallerOf returns the far end of a call, whichever port it came in by.
func CallerOf(ctx context.Context) Caller {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return Caller{}
	}
	switch info := p.AuthInfo.(type) {
	case insideInfo:
		return info.inside.callerOf(metadata.ValueFromIncomingContext(ctx, callerKey))
	case credentials.TLSInfo:
		return Caller{Remote: address(p.Addr.String()), Certificates: info.State.PeerCertificates}
	default:
		return Caller{Remote: address(p.Addr.String())}
	}
}

// address reads HOST:PORT; the zero address where it is something else.
func address(text string) netip.Addr {
	a, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}
