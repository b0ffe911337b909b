package guard

import (
	"context"

	"google.golang.org/grpc"
)

// Unary returns the interceptor of calls with one request and one answer.
func (g *Guard) Unary() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		who, err := g.admit(ctx, info.FullMethod)
		if err == nil {
			err = permitRequest(who, info.FullMethod, request)
		}
		if g.count(who, info.FullMethod, err); err != nil {
			return nil, err
		}
		return next(withIdentity(ctx, who), request)
	}
}

// Stream returns the interceptor of streams. Each message that a client sends is held to its role.
func (g *Guard) Stream() grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		who, err := g.admit(stream.Context(), info.FullMethod)
		if g.count(who, info.FullMethod, err); err != nil {
			return err
		}
		return next(srv, &watched{stream, withIdentity(stream.Context(), who), g, who, info.FullMethod})
	}
}

// watched is a stream whose messages are checked as they come.
type watched struct {
	grpc.ServerStream
	ctx    context.Context
	guard  *Guard
	who    *Identity
	method string
}

func (w *watched) Context() context.Context { return w.ctx }

func (w *watched) RecvMsg(m any) error {
	if err := w.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	err := permitRequest(w.who, w.method, m)
	if err != nil {
		w.guard.count(w.who, w.method, err)
	}
	return err
}

// count tells the one who counts.
func (g *Guard) count(who *Identity, method string, err error) {
	if g.settings.Count == nil {
		return
	}
	e := Event{Means: ByNothing, Method: "unknown"}
	if who != nil {
		e.Means = who.Means
	}
	if _, _, known := Allowed(method); known {
		e.Method = method
	}
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // the guard's own, never wrapped
		e.Reason = r.Reason
	}
	g.settings.Count(e)
}
