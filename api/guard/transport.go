package guard

import (
	"context"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// serverTransport is TLS, or nothing, for those who come from outside, and knows those from inside.
type serverTransport struct {
	outside credentials.TransportCredentials
}

// ServerTransport returns a gRPC server's transport credentials that let Inside in. outside is what
// holds for everyone else; nil: connections in the clear.
func ServerTransport(outside credentials.TransportCredentials) credentials.TransportCredentials {
	if outside == nil {
		outside = insecure.NewCredentials()
	}
	return serverTransport{outside}
}

// insideInfo is what a gRPC server knows of a connection from inside.
type insideInfo struct {
	credentials.CommonAuthInfo
	inside *Inside
}

// AuthType names the way of authentication.
func (insideInfo) AuthType() string { return "inside" }

// ServerHandshake believes the type of the connection, which only an Inside makes.
func (t serverTransport) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if c, ok := conn.(insideConn); ok {
		return conn, insideInfo{credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}, c.inside}, nil
	}
	return t.outside.ServerHandshake(conn)
}

// ClientHandshake refuses: these are a server's.
func (serverTransport) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("guard: a server's transport cannot dial")
}

// Info is the protocol of those from outside.
func (t serverTransport) Info() credentials.ProtocolInfo { return t.outside.Info() }

// Clone copies.
func (t serverTransport) Clone() credentials.TransportCredentials {
	return serverTransport{t.outside.Clone()}
}

// OverrideServerName does nothing for a server.
func (serverTransport) OverrideServerName(string) error { return nil }
