package guard

import (
	"context"
	"errors"
	"net/http"

	"google.golang.org/grpc"
)

// pass is a call that was let in.
type pass struct {
	who   *Identity
	one   *client
	leave func()
}

// admit lets a call in, or says why not. It counts and logs what it refuses.
func (g *Guard) admit(from *Caller, authorization []string, method string, stream bool) (p pass, err error) {
	if open[method] {
		p.who = &Identity{Means: ByNothing}
	} else if p.who, err = g.identify(from, authorization); err == nil {
		err = permit(p.who, method)
	}
	if err == nil {
		p.leave, p.one, err = g.clients.enter(key(p.who, from), stream, g.settings.Now())
	}
	if err != nil {
		g.refused(p.who, from, method, err)
	}
	return p, err
}

// key is by what a client's limits are counted.
func key(who *Identity, from *Caller) string {
	if who.Means == ByNothing {
		return "address/" + from.Remote.String()
	}
	return who.String()
}

// Unary returns the interceptor of calls with one request and one answer.
func (g *Guard) Unary() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		from := CallerOf(ctx)
		p, err := g.admit(&from, authorizationOf(ctx), info.FullMethod, false)
		if err != nil {
			return nil, err
		}
		defer p.leave()
		if err := permitRequest(p.who, info.FullMethod, request); err != nil {
			g.refused(p.who, &from, info.FullMethod, err)
			return nil, err
		}
		g.count(p.who, info.FullMethod, nil)
		return next(withIdentity(ctx, p.who), request)
	}
}

// Stream returns the interceptor of streams. Each message that a client sends is held to its role and
// to its rate. A stream whose token or certificate no longer holds ends: its context at once, and what it
// sends is not taken.
func (g *Guard) Stream() grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		from := CallerOf(stream.Context())
		p, err := g.admit(&from, authorizationOf(stream.Context()), info.FullMethod, true)
		if err != nil {
			return err
		}
		defer p.leave()
		g.count(p.who, info.FullMethod, nil)
		ctx, cut := context.WithCancelCause(withIdentity(stream.Context(), p.who))
		defer cut(nil)
		if p.who.Means != ByNothing {
			defer g.streams.add(&openStream{from, authorizationOf(ctx), info.FullMethod, p.who, cut})()
		}
		err = next(srv, &watched{ServerStream: stream, ctx: ctx, guard: g, from: from, pass: p, info: info})
		if why := cutBy(ctx); why != nil {
			return why
		}
		return err
	}
}

// watched is a stream whose messages are checked as they come.
type watched struct {
	grpc.ServerStream
	ctx   context.Context
	guard *Guard
	from  Caller
	pass  pass
	info  *grpc.StreamServerInfo
}

// Context is the stream's with who asks.
func (w *watched) Context() context.Context { return w.ctx }

// RecvMsg reads a message that the client may send.
func (w *watched) RecvMsg(m any) error {
	if w.info.IsClientStream {
		if err := w.pass.one.wait(w.ctx); err != nil {
			return err
		}
	}
	if err := w.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	if why := cutBy(w.ctx); why != nil {
		return why
	}
	err := permitRequest(w.pass.who, w.info.FullMethod, m)
	if err != nil {
		w.guard.refused(w.pass.who, &w.from, w.info.FullMethod, err)
	}
	return err
}

// Handler holds an HTTP handler to the roles of a method, for answers that do not come from the gRPC
// server. refuse writes a refusal.
func (g *Guard) Handler(method string, next http.Handler, refuse func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := CallerOfRequest(r)
		p, err := g.admit(&from, r.Header.Values("Authorization"), method, false)
		if err != nil {
			refuse(w, r, err)
			return
		}
		defer p.leave()
		g.count(p.who, method, nil)
		next.ServeHTTP(w, r.WithContext(withIdentity(r.Context(), p.who)))
	})
}

// refused counts a refusal, and logs it: some of many.
func (g *Guard) refused(who *Identity, from *Caller, method string, err error) {
	g.count(who, method, err)
	if !g.told.Allow() {
		return
	}
	name := "unknown"
	if who != nil {
		name = who.String()
	}
	g.settings.Log.Warn("refused", "caller", name, "remote", from.Remote.String(), "method", method, "reason", string(reasonOf(err)), "error", err.Error())
}

func reasonOf(err error) Reason {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return ""
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
	if err != nil {
		e.Reason = reasonOf(err)
	}
	g.settings.Count(e)
}
