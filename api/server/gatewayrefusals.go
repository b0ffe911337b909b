package server

import (
	"context"
	"math"
	"net/http"
	"regexp"
	"strconv"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
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

// unknownField finds the field in what the JSON decoder says of one that it does not know.
var unknownField = regexp.MustCompile(`unknown field "([^"]{1,64})"`)

// tellUnread is refusedHTTP for a gateway: what it could not read itself, and so never asked the server, is
// refused with details like any other request, and told to unread.
func tellUnread(unread func(*status.Status)) runtime.ErrorHandlerFunc {
	return func(ctx context.Context, api *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
		if st := status.Convert(err); st.Code() == codes.InvalidArgument && len(st.Details()) == 0 {
			why := &errdetails.ErrorInfo{Reason: "UNREADABLE", Domain: domain}
			if field := unknownField.FindStringSubmatch(st.Message()); field != nil {
				why.Reason, why.Metadata = "UNKNOWN_FIELD", map[string]string{"field": field[1]}
			}
			err = refuse(codes.InvalidArgument, st.Message(), why)
			unread(status.Convert(err))
		}
		refusedHTTP(ctx, api, m, w, r, err)
	}
}

// unread counts a request that the gateway could not read.
func (s *Server) unread(st *status.Status) {
	if s.Telemetry != nil {
		s.Telemetry.Refused(st)
	}
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
