package server

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// Fields that this contract does not have are refused, as the JSON of the gateway is: a server older than
// its client would otherwise answer as if, say, a limit had not been asked for. Protocol buffers by
// themselves pass over them.

func refuseUnknownUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if checked(info.FullMethod) {
		if err := knownFields(req); err != nil {
			return nil, err
		}
	}
	return next(ctx, req)
}

func refuseUnknownStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	if checked(info.FullMethod) {
		stream = knowing{stream}
	}
	return next(srv, stream)
}

// checked tells the methods of this contract from those of health and reflection, and from two that look by
// themselves: FindNearestCars only where it could not read a request at once, since looking takes longer than
// that; and StreamNearestCars answers a request that has something wrong, and does not end its stream.
func checked(method string) bool {
	return strings.HasPrefix(method, "/nearside.") && method != pb.DispatchService_FindNearestCars_FullMethodName &&
		method != pb.DispatchService_StreamNearestCars_FullMethodName
}

// knowing is a stream that ends at a message with an unknown field.
type knowing struct{ grpc.ServerStream }

func (k knowing) RecvMsg(m any) error {
	if err := k.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return knownFields(m)
}

// knownFields is INVALID_ARGUMENT for a message that holds a field unknown here, at whatever depth.
func knownFields(m any) error {
	var path string
	var number protowire.Number
	switch m := m.(type) {
	case *positionBatch:
		number = m.unknown
	case proto.Message:
		path, number = firstUnknown(m.ProtoReflect())
	}
	if number == 0 {
		return nil
	}
	field := fmt.Sprintf("%s%d", path, number)
	text := fmt.Sprintf("%s: this server's contract has no such field number: upgrade the server, or leave the field out", field)
	return refuse(codes.InvalidArgument, text,
		&errdetails.ErrorInfo{Reason: "UNKNOWN_FIELD", Domain: domain, Metadata: map[string]string{"field": field}},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: field, Description: "unknown"}}})
}

// firstUnknown returns the number of the first field in m that its type does not have, and the path to the
// message that holds it, such as "location.lat_lng."; 0 where there is none.
func firstUnknown(m protoreflect.Message) (path string, number protowire.Number) {
	if unknown := m.GetUnknown(); len(unknown) > 0 {
		number, _, _ = protowire.ConsumeTag(unknown)
		return "", number
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Message() == nil || !m.Has(f) {
			continue
		}
		if !f.IsList() {
			if path, number = firstUnknown(m.Get(f).Message()); number != 0 {
				return fmt.Sprintf("%s.%s", f.Name(), path), number
			}
			continue
		}
		for list, j := m.Get(f).List(), 0; j < list.Len(); j++ {
			if path, number = firstUnknown(list.Get(j).Message()); number != 0 {
				return fmt.Sprintf("%s[%d].%s", f.Name(), j, path), number
			}
		}
	}
	return "", 0
}
