package server

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A panic ends the one answer that it befell, is logged with its stack, and tells the client no more
// than that it is the server's fault.

func (s *Server) recoverUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (_ any, err error) {
	defer s.recovered(info.FullMethod, &err)
	return next(ctx, req)
}

func (s *Server) recoverStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
	defer s.recovered(info.FullMethod, &err)
	return next(srv, stream)
}

func (s *Server) recovered(method string, err *error) {
	if p := recover(); p != nil {
		s.Log.Error("panic", "method", method, "panic", p, "stack", string(debug.Stack()))
		*err = status.Error(codes.Internal, "internal error; the server's log has the details")
	}
}

func (s *Server) recoverHTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http's own way to cut a connection
			}
			s.Log.Error("panic", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			http.Error(w, `{"code":13,"message":"internal error; the server's log has the details"}`, http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}
