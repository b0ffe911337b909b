package server

import (
	"context"
	"math"
	"net/http"
	"strconv"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
)

// refusedHTTP answers a call that failed: the status as JSON, and in HTTP's own words how long to wait
// and how to say who one is.
func refusedHTTP(ctx context.Context, api *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	for _, d := range status.Convert(err).Details() {
		if retry, ok := d.(*errdetails.RetryInfo); ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(retry.GetRetryDelay().AsDuration().Seconds()))))
		}
	}
	runtime.DefaultHTTPErrorHandler(ctx, api, m, challenging{w}, r, err)
}

// challenging puts into 401 answers what clients expect there, in place of the status' text.
type challenging struct{ http.ResponseWriter }

// WriteHeader begins the answer.
func (c challenging) WriteHeader(code int) {
	if code == http.StatusUnauthorized {
		c.Header().Set("WWW-Authenticate", `Bearer realm="nearside"`)
	}
	c.ResponseWriter.WriteHeader(code)
}

// allowed holds a handler that does not call the gRPC server to the roles of a method.
func (s *Server) allowed(api *runtime.ServeMux, method string, next http.Handler) http.Handler {
	if s.Guard == nil {
		return next
	}
	return s.Guard.Handler(method, next, func(w http.ResponseWriter, r *http.Request, err error) {
		refusedHTTP(r.Context(), api, marshaler, w, r, err)
	})
}
