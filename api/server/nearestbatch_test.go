package server

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/road"
)

// askOf is request number id: most are the usual, some ask for more, some are at fault.
func askOf(id uint64) *pb.FindNearestCarsRequest {
	r := &pb.FindNearestCarsRequest{Location: at(51.495+0.00003*float64(id%1000), -0.12), K: int32(id%5) + 1}
	switch id % 10 {
	case 3:
		r.IncludeBusy, r.IncludeExcluded = true, true
	case 5:
		r.IncludeCoverage, r.AsOf = true, timestamppb.New(noon.Add(time.Hour))
	case 7:
		r.K = 101
	case 9:
		return nil
	}
	return r
}

// TestStreamAnswersEachRequestOnce: with its id, and as the single call does.
func TestStreamAnswersEachRequestOnce(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 30)
	c := start(t, s)
	const requests = 400
	stream, err := c.StreamNearestCars(background(t))
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for id := range uint64(requests) {
			if err := stream.Send(&pb.StreamNearestCarsRequest{Id: id, Request: askOf(id)}); err != nil {
				sent <- err
				return
			}
		}
		sent <- stream.CloseSend()
	}()
	seen := map[uint64]bool{}
	for {
		out, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if seen[out.Id] {
			t.Fatalf("request %d is answered twice", out.Id)
		}
		seen[out.Id] = true
		want, wrong := c.FindNearestCars(background(t), askOf(out.Id))
		if wrong != nil {
			if st := status.Convert(wrong); codes.Code(out.GetError().GetCode()) != st.Code() || out.GetError().GetMessage() != st.Message() {
				t.Errorf("request %d: %v, want %v", out.Id, out, wrong)
			}
		} else if !proto.Equal(out.GetResponse(), want) {
			t.Errorf("request %d: %v, want %v", out.Id, out, want)
		}
	}
	if err := <-sent; err != nil || len(seen) != requests {
		t.Errorf("%d answers to %d requests, %v", len(seen), requests, err)
	}
}

// sinkhole is a network that panics when it is asked for one place.
type sinkhole struct {
	road.Snapper
	lon float64
}

func (h sinkhole) Snap(p orb.Point) (road.Spot, bool) {
	if p.Lon() == h.lon {
		panic("sinkhole")
	}
	return h.Snapper.Snap(p)
}

// TestStreamOutlivesAPanic: one answer fails, those after it do not.
func TestStreamOutlivesAPanic(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	n := cellNetwork(s.City.Grid)
	n.Snapper = sinkhole{n.Snapper, -0.13013}
	s.Network = n
	stream, err := start(t, s).StreamNearestCars(background(t))
	if err != nil {
		t.Fatal(err)
	}
	for id, busy := range []bool{false, true, false} {
		in := &pb.StreamNearestCarsRequest{Id: uint64(id), Request: &pb.FindNearestCarsRequest{Location: at(51.51, -0.13013), IncludeBusy: busy}}
		if id == 2 {
			in.Request.Location = at(51.51, -0.13)
		}
		if err := stream.Send(in); err != nil {
			t.Fatal(err)
		}
		out, err := stream.Recv()
		if err != nil || out.Id != in.Id || (codes.Code(out.GetError().GetCode()) == codes.Internal) != (id < 2) {
			t.Errorf("answer %v, %v", out, err)
		}
	}
}

// TestStreamHoldsBackWhoDoesNotRead: what is not read is not worked out either, and other calls go on.
func TestStreamHoldsBackWhoDoesNotRead(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 100)
	c := start(t, s)
	ctx, cancel := context.WithCancel(background(t))
	stream, err := c.StreamNearestCars(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ask := &pb.StreamNearestCarsRequest{Request: &pb.FindNearestCarsRequest{Location: at(51.51, -0.12), K: 100}}
	sent := make(chan int)
	go func() {
		n := 0
		for ; stream.Send(ask) == nil; n++ {
			if n > 200_000 {
				break
			}
		}
		sent <- n
	}()
	for range 50 {
		if _, err := c.FindNearestCars(background(t), ask.Request); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case n := <-sent:
		t.Errorf("%d requests of some 30 B were taken, each with an answer of 50 kB that nobody reads", n)
	case <-time.After(300 * time.Millisecond): // sending waits, as it should
	}
	cancel()
	select {
	case <-sent:
	case <-time.After(5 * time.Second):
		t.Error("the stream did not end when it was cancelled")
	}
}

// TestStreamEndsWithTheServer: a client that sends nothing is told to connect elsewhere.
func TestStreamEndsWithTheServer(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c := start(t, s)
	stream, err := c.StreamNearestCars(background(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&pb.StreamNearestCarsRequest{Id: 4, Request: &pb.FindNearestCarsRequest{Location: at(51.51, -0.12)}}); err != nil {
		t.Fatal(err)
	}
	if out, err := stream.Recv(); err != nil || out.Id != 4 || len(out.GetResponse().GetCandidates()) != 3 {
		t.Fatal(out, err)
	}
	ended := make(chan error, 1)
	go func() { _, err := stream.Recv(); ended <- err }()
	c.server.leaving.goes()
	select {
	case err := <-ended:
		wantRefusal(t, err, codes.Unavailable, "STOPPING", "connect again")
	case <-time.After(5 * time.Second):
		t.Error("the stream goes on while the server stops")
	}
}
