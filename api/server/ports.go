package server

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"time"

	"google.golang.org/grpc/credentials"
)

// maxHeaders is how many bytes of headers or metadata are read of a call: tokens take a few thousand.
const maxHeaders = 64 << 10

// tls returns the TLS settings of both ports; nil: they are in the clear.
func (s *Server) tls() *tls.Config {
	if s.Guard == nil {
		return nil
	}
	return s.Guard.TLS()
}

// transport is how the gRPC port is encrypted; nil: it is not.
func (s *Server) transport() credentials.TransportCredentials {
	if c := s.tls(); c != nil {
		return credentials.NewTLS(c)
	}
	return nil
}

// overHTTP makes the server of the HTTP port. What goes wrong in connections, such as handshakes, is
// their clients' affair and of use only to who looks for it.
func (s *Server) overHTTP(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, TLSConfig: s.tls(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaders,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// Answer serves a port, with TLS where its server has settings of it, until the server is shut down.
func Answer(h *http.Server, l net.Listener) error {
	if h.TLSConfig == nil {
		return h.Serve(l)
	}
	return h.ServeTLS(l, "", "")
}
