package server

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// later returns m with a field of a later contract in it.
func later[M proto.Message](m M) M {
	m.ProtoReflect().SetUnknown(protowire.AppendVarint(protowire.AppendTag(nil, 1999, protowire.VarintType), 1))
	return m
}

// unknownAt returns the field that a status says is unknown, or nothing.
func unknownAt(err error) (field string) {
	for _, d := range status.Convert(err).Details() {
		if why, ok := d.(*errdetails.ErrorInfo); ok && why.GetReason() == "UNKNOWN_FIELD" && status.Code(err) == codes.InvalidArgument {
			field = why.GetMetadata()["field"]
		}
	}
	return field
}

// TestUnknownFieldsAreRefused asks every method for what a later contract may have.
func TestUnknownFieldsAreRefused(t *testing.T) {
	c := start(t, smallSettings(t))
	for _, m := range rpcs() {
		if !strings.HasPrefix(string(m.FullName()), "nearside.") || m.Name() == "StreamNearestCars" {
			continue
		}
		text, err := proto.Marshal(later(dynamicpb.NewMessage(m.Input())))
		if err != nil {
			t.Fatal(err)
		}
		if err := callRaw(t, c, m, text); unknownAt(err) != "1999" {
			t.Errorf("%s: %v, want its field 1999 refused", m.FullName(), err)
		}
	}
}

// TestUnknownFieldsInside puts one into messages within messages.
func TestUnknownFieldsInside(t *testing.T) {
	c := start(t, smallSettings(t))
	ask := &pb.FindNearestCarsRequest{Location: at(51.51, -0.12), K: 1}
	later(ask.GetLocation().GetLatLng())
	_, err := c.FindNearestCars(t.Context(), ask)
	if field := unknownAt(err); field != "location.lat_lng.1999" {
		t.Errorf("FindNearestCars: %v", err)
	}

	stream, err := c.StreamNearestCars(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id, ask := range []*pb.FindNearestCarsRequest{ask, {Location: at(51.51, -0.12), K: 1}} {
		if err := stream.Send(&pb.StreamNearestCarsRequest{Id: uint64(id), Request: ask}); err != nil {
			t.Fatal(err)
		}
		got, err := stream.Recv()
		if err != nil {
			t.Fatal("the stream has ended:", err)
		}
		if text := got.GetError().GetMessage(); strings.HasPrefix(text, "request.location.lat_lng.1999:") != (id == 0) {
			t.Errorf("request %d: %v", id, got)
		}
	}

	good := &pb.PositionReport{Car: "cars/A", Location: at(51.51, -0.12)}
	got, err := c.ReportPositions(t.Context(), &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{later(proto.CloneOf(good)), good}})
	if err != nil || got.GetAccepted() != 1 || len(got.GetErrors()) != 1 || !strings.Contains(got.GetErrors()[0].GetMessage(), "1999") {
		t.Errorf("ReportPositions: %v, %v: want the first of two refused", got, err)
	}

	calls := &pb.ReportCallsRequest{Calls: []*pb.CallReport{{}, later(&pb.CallReport{})}}
	if _, err := c.ReportCalls(t.Context(), calls); unknownAt(err) != "calls[1].1999" {
		t.Errorf("ReportCalls: %v", err)
	}
}

// TestRequestsHaveNoMaps: firstUnknown does not look into them.
func TestRequestsHaveNoMaps(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	var look func(m protoreflect.MessageDescriptor)
	look = func(m protoreflect.MessageDescriptor) {
		if seen[m.FullName()] {
			return
		}
		seen[m.FullName()] = true
		for i := range m.Fields().Len() {
			if f := m.Fields().Get(i); f.IsMap() {
				t.Errorf("%s is a map", f.FullName())
			} else if f.Message() != nil {
				look(f.Message())
			}
		}
	}
	for _, m := range rpcs() {
		look(m.Input())
	}
}

// BenchmarkKnownFields is what looking costs a call.
func BenchmarkKnownFields(b *testing.B) {
	ask := &pb.FindNearestCarsRequest{Location: at(51.51, -0.12), K: 5}
	info := &grpc.UnaryServerInfo{FullMethod: pb.DispatchService_AssessCall_FullMethodName}
	nothing := func(context.Context, any) (any, error) { return nil, nil }
	b.ReportAllocs()
	for b.Loop() {
		if _, err := refuseUnknownUnary(b.Context(), ask, info, nothing); err != nil {
			b.Fatal(err)
		}
	}
}
