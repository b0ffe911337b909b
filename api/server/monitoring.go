package server

import (
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/nearside-ems/nearside/api/guard"
)

// Monitoring returns the server of the port of metrics: these at /metrics, health in detail at /readyz, and
// whether it lives at /healthz. Where only this machine reaches the port (here) it is in the clear and asks
// for no proof. Beyond, it has the TLS of the other ports and answers, but for /healthz, the roles of
// guard.Monitoring only. Answer serves it.
func (s *Server) Monitoring(metrics http.Handler, here bool) *http.Server {
	readyz := s.Readyz(true)
	if !here {
		api := runtime.NewServeMux(runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler))
		metrics, readyz = s.allowed(api, guard.Monitoring, metrics), s.allowed(api, guard.Monitoring, readyz)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.Handle("GET /readyz", readyz)
	mux.Handle("GET /healthz", s.Healthz())
	h := s.overHTTP(s.recoverHTTP(headed(mux)))
	if here {
		h.TLSConfig = nil
	}
	return h
}
