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

// packing gives and takes back the memory of packed answers.
var packing = mem.DefaultBufferPool()

const usualAnswer = 4096 // bytes: ten cars

func newPacked() packed { return packed{packing.Get(usualAnswer)} }

func (p packed) free() { packing.Put(p.text) }

// codec is gRPC's for protocol buffers, which also takes what is packed.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(protocodec.Name)} }

func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if p, ok := v.(packed); ok {
		return mem.BufferSlice{mem.NewBuffer(p.text, packing)}, nil // freed when it is sent
	}
	return c.CodecV2.Marshal(v)
}

// dispatchDesc is the generated description of DispatchService, with packed answers to FindNearestCars.
func dispatchDesc() *grpc.ServiceDesc {
	desc := pb.DispatchService_ServiceDesc
	desc.Methods = slices.Clone(desc.Methods)
	for i := range desc.Methods {
		if m := &desc.Methods[i]; m.MethodName == "FindNearestCars" {
			m.Handler = findNearestCarsPacked
		}
	}
	return &desc
}

// findNearestCarsPacked is what the generated handler does but for the type of the answer.
func findNearestCarsPacked(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
	in := new(pb.FindNearestCarsRequest)
	if err := decode(in); err != nil {
		return nil, err
	}
	s := srv.(*dispatchService)
	info := &grpc.UnaryServerInfo{Server: srv, FullMethod: pb.DispatchService_FindNearestCars_FullMethodName}
	return interceptor(ctx, in, info, func(_ context.Context, in any) (any, error) {
		p, err := s.nearest(in.(*pb.FindNearestCarsRequest))
		if err != nil {
			return nil, err
		}
		return p, nil
	})
}
