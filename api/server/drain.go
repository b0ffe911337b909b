package server

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// leaving ends a server in steps: first it is no longer ready, so that load balancers look elsewhere; then
// streams are told to go, and no more is let in.
type leaving struct {
	draining atomic.Bool
	ctx      context.Context // ends when streams are to go
	goes     context.CancelFunc
}

func newLeaving() *leaving {
	l := &leaving{}
	l.ctx, l.goes = context.WithCancel(context.Background())
	return l
}

// drainFirst says that the server is not ready and waits, while it goes on answering.
func (s *Server) drainFirst(wait time.Duration) {
	s.leaving.draining.Store(true)
	s.health.Shutdown()
	if wait > 0 {
		s.Log.Info("draining: not ready, and answering for some time still", "for", wait)
		time.Sleep(wait)
	}
}

// errStopping ends streams. A new one goes to another replica, or to this one once it is back.
func errStopping() error {
	st := status.Convert(refused(codes.Unavailable, "STOPPING", "the server is stopping: connect again"))
	told, err := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(time.Second)})
	if err != nil {
		return st.Err()
	}
	return told.Err()
}

// stream is the interceptor that tells streams to go. Those that only listen end at once, with STOPPING.
// Those on which a client sends end with its next message; where the answer is a summary at the end, as
// of positions, the client is given that of what was taken.
func (l *leaving) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	defer context.AfterFunc(l.ctx, cancel)()
	err := next(srv, &leavingStream{stream, ctx, l, info})
	if err != nil && l.ctx.Err() != nil && (errors.Is(err, context.Canceled) || status.Code(err) == codes.Canceled) && stream.Context().Err() == nil {
		return errStopping()
	}
	return err
}

type leavingStream struct {
	grpc.ServerStream
	ctx     context.Context
	leaving *leaving
	info    *grpc.StreamServerInfo
}

func (s *leavingStream) Context() context.Context { return s.ctx }

func (s *leavingStream) RecvMsg(m any) error {
	if s.leaving.ctx.Err() != nil && s.info.IsClientStream {
		if !s.info.IsServerStream {
			return io.EOF
		}
		return errStopping()
	}
	return s.ServerStream.RecvMsg(m)
}
