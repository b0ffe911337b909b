package server

import (
	"context"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// packed is an answer as it goes over the wire. The most frequent call, FindNearestCars, writes its
// answer so at once: to make messages of it first, and to pack them, takes longer than to find the cars.
type packed struct{ text *[]byte }

// joined is an answer in two pieces: what many streams are told alike, packed once, and what one of them
// is told beside it. A message in pieces is what its pieces are one after the other.
type joined [2][]byte

// packing gives and takes back the memory of packed answers.
var packing = mem.DefaultBufferPool()

const usualAnswer = 4096 // bytes: ten cars

func newPacked() packed { return packed{packing.Get(usualAnswer)} }

func (p packed) free() { packing.Put(p.text) }

// codec is gRPC's for protocol buffers, which also takes what is packed, and reads requests of the calls that come most often.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(protocodec.Name)} }

func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	switch v := v.(type) {
	case packed:
		return mem.BufferSlice{mem.NewBuffer(v.text, packing)}, nil // freed when it is sent
	case joined:
		return mem.BufferSlice{mem.SliceBuffer(v[0]), mem.SliceBuffer(v[1])}, nil
	}
	return c.CodecV2.Marshal(v)
}

func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	switch v := v.(type) {
	case *positionBatch:
		text := data.MaterializeToBuffer(packing)
		defer text.Free()
		return v.read(text.ReadOnlyData())
	case *nearestRequest:
		text := data.MaterializeToBuffer(packing)
		defer text.Free()
		if v.read(text.ReadOnlyData()) {
			return nil
		}
		v.slow = true
		return c.CodecV2.Unmarshal(data, &v.FindNearestCarsRequest)
	default:
		return c.CodecV2.Unmarshal(data, v)
	}
}

// dispatchDesc is the generated description of DispatchService, but for the calls that come most often:
// they read or write what is on the wire at once.
func dispatchDesc() *grpc.ServiceDesc {
	desc := pb.DispatchService_ServiceDesc
	desc.Methods, desc.Streams = slices.Clone(desc.Methods), slices.Clone(desc.Streams)
	for i := range desc.Methods {
		switch m := &desc.Methods[i]; m.MethodName {
		case "FindNearestCars":
			m.Handler = findNearestCarsPacked
		case "ReportPositions":
			m.Handler = reportPositionsRead
		}
	}
	for i := range desc.Streams {
		if m := &desc.Streams[i]; m.StreamName == "StreamPositions" {
			m.Handler = func(srv any, stream grpc.ServerStream) error { return srv.(*dispatchService).streamPositions(stream) }
		}
	}
	return &desc
}

// reportPositionsRead is what the generated handler does but for the type of the request.
func reportPositionsRead(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	in := newPositionBatch(1)
	defer in.free()
	if err := decode(in); err != nil {
		return nil, err
	}
	info := &grpc.UnaryServerInfo{Server: srv, FullMethod: pb.DispatchService_ReportPositions_FullMethodName}
	return interceptor(ctx, in, info, func(_ context.Context, in any) (any, error) {
		return srv.(*dispatchService).reportPositions(in.(*positionBatch))
	})
}

// findNearestCarsPacked is what the generated handler does but for the types of request and answer.
func findNearestCarsPacked(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	in := new(nearestRequest)
	if err := decode(in); err != nil {
		return nil, err
	}
	s, slow := srv.(*dispatchService), in.slow
	info := &grpc.UnaryServerInfo{Server: srv, FullMethod: pb.DispatchService_FindNearestCars_FullMethodName}
	return interceptor(ctx, &in.FindNearestCarsRequest, info, func(ctx context.Context, in any) (any, error) {
		if slow {
			if err := knownFields(in); err != nil {
				return nil, err
			}
		}
		p, err := s.nearest(ctx, in.(*pb.FindNearestCarsRequest), nil)
		if err != nil {
			return nil, err
		}
		return p, nil
	})
}
