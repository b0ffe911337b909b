package server

import (
	"context"
	"errors"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// slowAtOnce is how many requests of a stream that ask for more than the usual are worked on at once. A
// further one waits, and with it what follows it on the stream.
const slowAtOnce = 4

// StreamNearestCars answers many requests over one stream.
func (s *dispatchService) StreamNearestCars(stream grpc.BidiStreamingServer[pb.StreamNearestCarsRequest, pb.StreamNearestCarsResponse]) error {
	return s.streamNearest(stream)
}

// streamNearest answers requests as they come, each once with its id. The usual ones, of which each takes
// microseconds, are answered by the goroutine that reads them: to hand them over would take longer. The
// others go to a few workers, so that they do not hold the usual ones up. Where the client does not read,
// sending waits, and then reading: HTTP/2 then holds the client back, and nothing piles up here.
func (s *Server) streamNearest(stream grpc.ServerStream) error {
	n := &nearestStream{Server: s, stream: stream, slow: make(chan struct{}, slowAtOnce)}
	read := make(chan error, 1)
	go func() { read <- n.read() }()
	var err error
	select {
	case err = <-read:
	case <-stream.Context().Done(): // the client or this server is going; reading may wait for ever
		err = status.FromContextError(stream.Context().Err()).Err()
	}
	n.end()
	return err
}

// nearestStream is one stream of requests.
type nearestStream struct {
	*Server
	stream  grpc.ServerStream
	slow    chan struct{} // holds a token for each worker
	workers sync.WaitGroup
	send    sync.Mutex // held while sending, over what follows
	ended   bool       // nothing may be sent any more
}

// read takes requests until the client has no more, then waits for their answers.
func (n *nearestStream) read() error {
	ctx, in := n.stream.Context(), new(pb.StreamNearestCarsRequest)
	for {
		if err := n.stream.RecvMsg(in); errors.Is(err, io.EOF) {
			n.workers.Wait()
			return nil
		} else if err != nil {
			return err
		}
		if usual(in.GetRequest()) {
			if err := n.answer(ctx, in); err != nil {
				return err
			}
			continue
		}
		select {
		case n.slow <- struct{}{}:
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
		asked := in
		n.workers.Go(func() {
			defer func() { <-n.slow }()
			_ = n.answer(ctx, asked) // where it cannot be sent, the stream has ended, which reading tells
		})
		in = new(pb.StreamNearestCarsRequest) // the worker has the other
	}
}

// answer answers one request. Its error is that of the stream.
func (n *nearestStream) answer(ctx context.Context, in *pb.StreamNearestCarsRequest) error {
	p, err := n.contained(ctx, in)
	if err == nil {
		return n.tell(p)
	}
	st := status.Convert(err)
	return n.tell(&pb.StreamNearestCarsResponse{Id: in.GetId(), Result: &pb.StreamNearestCarsResponse_Error{
		Error: &pb.RequestError{Code: int32(st.Code()), Message: st.Message()},
	}})
}

// contained works an answer out; a panic ends that answer alone.
func (n *nearestStream) contained(ctx context.Context, in *pb.StreamNearestCarsRequest) (p packed, err error) {
	defer n.recovered(pb.DispatchService_StreamNearestCars_FullMethodName, &err)
	if err := knownFields(in); err != nil {
		return p, err
	}
	return n.nearest(ctx, in.GetRequest(), in)
}

// tell sends an answer, unless the stream has ended.
func (n *nearestStream) tell(m any) error {
	n.send.Lock()
	defer n.send.Unlock()
	if n.ended {
		if p, ok := m.(packed); ok {
			p.free()
		}
		return status.Error(codes.Canceled, "the stream has ended")
	}
	return n.stream.SendMsg(m)
}

// end lets nothing be sent any more, as the handler has returned. Answers that workers are still at are lost:
// the client learns that the stream has ended, and asks again elsewhere.
func (n *nearestStream) end() {
	n.send.Lock()
	n.ended = true
	n.send.Unlock()
}
