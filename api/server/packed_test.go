package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/roadworks"
)

// slowNearest is the slow twin of Server.nearest: the same answer made of messages.
func slowNearest(t *rapid.T, s *Server, r *pb.FindNearestCarsRequest) *pb.FindNearestCarsResponse {
	q, call, err := s.asked(r)
	if err != nil {
		t.Fatal(err)
	}
	q.Now = s.Now()
	e := s.roads.at(q.Now)
	lane := s.roads.lane(e.surface, e.period, call.driving)
	q.Metric = lane.metric
	a := s.Fleet.Reader(s.Dispatch).Nearest(&q)
	out := &pb.FindNearestCarsResponse{
		Basis: s.basis(e.surface, e.period, call.driving, q.Now), AsOf: timestamppb.New(q.Now), Cell: call.cell, Borough: call.borough,
	}
	out.Basis.Modelled = call.modelled
	var offered []dispatch.Candidate
	for i, c := range a.Ranked {
		var why dispatch.Reasons
		s.Dispatch.Explain(&a.Snapshot, &q.Incident, a.Ranked, i, &why)
		modelled := call.modelled || s.modelledCar(c.Car)
		out.Basis.Modelled = out.Basis.Modelled || modelled
		out.Candidates = append(out.Candidates, &pb.Candidate{
			Car: s.carProto(&a.Snapshot, c.Car), TravelTime: millisProto(c.Travel), ArrivalTime: millisProto(c.Arrival), ArrivalTime_90: millisProto(c.Arrival90),
			Reasons: why.Strings(), Modelled: modelled,
		})
		offered = append(offered, c)
	}
	for _, c := range a.Stranded {
		var why dispatch.Reasons
		c.Explain(q.Now, &why)
		out.Candidates = append(out.Candidates, &pb.Candidate{
			Car: s.carProto(&a.Snapshot, c.Car), Reasons: why.Strings(), Degraded: true, StraightLineMetres: c.Metres,
		})
		offered = append(offered, dispatch.Candidate{Slot: c.Slot})
	}
	degrade(out.Basis, s.lacksRoad(nil, call.onRoad, len(a.Stranded))...)
	if r.GetIncludeExcluded() {
		for _, x := range lane.adhoc.Get().(*dispatch.AdHoc).Exclusions(&a.Snapshot, &q.Incident, offered, nil) {
			out.Exclusions = append(out.Exclusions, &pb.Exclusion{Car: x.Car.Name, Reason: x.String()})
		}
	}
	return out
}

// drawReport is a report of a car that may stand outside the small city, and so off every road.
func drawReport(t *rapid.T, i int) fleet.Report {
	status := dispatch.Status(rapid.IntRange(0, 2).Draw(t, "status") / 2) // mostly available
	r := fleet.Report{
		Car: fmt.Sprintf("cars/%d", i), Status: &status, Skills: dispatch.Skills(rapid.IntRange(0, 7).Draw(t, "skills")),
		Point: orb.Point{rapid.Float64Range(-0.17, -0.08).Draw(t, "lon"), rapid.Float64Range(51.485, 51.535).Draw(t, "lat")},
		Fixed: noon.Add(-time.Duration(rapid.Int64Range(-5e9, 200e9).Draw(t, "age"))),
	}
	if rapid.Bool().Draw(t, "drives") {
		heading := rapid.Float64Range(0, 360).Draw(t, "heading")
		r.Heading = &heading
	}
	if rapid.Bool().Draw(t, "on shift") {
		r.ShiftEnd = noon.Add(time.Duration(rapid.Int64Range(-2e9, 7200e9).Draw(t, "shift")))
	}
	return r
}

// drawKept is a record of a car that may not have reported.
func drawKept(t *rapid.T) fleet.Kept {
	k := fleet.Kept{
		Car: fmt.Sprintf("cars/%d", rapid.IntRange(0, 40).Draw(t, "car")), Revision: rapid.Uint64Range(1, 1e12).Draw(t, "revision"),
		Skills: dispatch.Skills(rapid.IntRange(0, 7).Draw(t, "skills")), Home: geo.Sector(rapid.IntRange(0, int(geo.Sectors)).Draw(t, "home")),
		Base: rapid.SampledFrom([]string{"", "Waterloo", strings.Repeat("x", 200)}).Draw(t, "base"),
	}
	if rapid.Bool().Draw(t, "since") {
		k.Since, k.Incident, k.Destination = noon.Add(-time.Minute), "incidents/7", "St Thomas'"
	}
	return k
}

func TestPackedAnswersAgreeWithTwin(t *testing.T) {
	city := smallSettings(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := city
		s.DataDir = ""
		s.NetworkFault = rapid.SampledFrom([]string{"", "the imported network cannot be read"}).Draw(rt, "network fault")
		s.Fleet = fleet.New(s.City.Grid, s.Network, fleet.DefaultSettings())
		var batch []fleet.Report
		for i := range rapid.IntRange(0, 30).Draw(rt, "cars") {
			batch = append(batch, drawReport(rt, i))
		}
		s.Fleet.Report(noon, batch)
		s.Fleet.Keep(noon, rapid.SliceOfN(rapid.Custom(drawKept), 0, 10).Draw(rt, "records"))
		srv, err := New(s)
		if err != nil {
			rt.Fatal(err)
		}
		if rapid.Bool().Draw(rt, "cut") {
			area := orb.Ring{{-0.126, 51.48}, {-0.124, 51.48}, {-0.124, 51.54}, {-0.126, 51.54}}
			c := roadworks.Change{ID: "cut", Kind: roadworks.Closed, Created: noon, Place: roadworks.Place{Area: area}}
			if _, err := srv.roads.add(noon, c); err != nil {
				rt.Fatal(err)
			}
		}
		if rapid.Bool().Draw(rt, "indexed") {
			srv.tendRoads()
		}
		for range 5 {
			r := &pb.FindNearestCarsRequest{
				Location: at(rapid.Float64Range(51.493, 51.527).Draw(rt, "lat"), rapid.Float64Range(-0.157, -0.093).Draw(rt, "lon")),
				K:        int32(rapid.IntRange(0, 40).Draw(rt, "k")), Driving: pb.Driving(rapid.IntRange(0, 2).Draw(rt, "driving")),
				IncludeExcluded: rapid.Bool().Draw(rt, "why"),
			}
			if rapid.Bool().Draw(rt, "skilled") {
				r.Skills = []pb.Skill{pb.Skill(rapid.IntRange(1, 3).Draw(rt, "skill"))}
			}
			if rapid.Bool().Draw(rt, "from a sector") {
				r.Sectors = []string{rapid.SampledFrom([]string{"NWL", "NEL"}).Draw(rt, "sector")}
			}
			got, err := (&dispatchService{Server: srv}).FindNearestCars(t.Context(), r)
			if err != nil {
				rt.Fatal(err)
			}
			if len(got.ProtoReflect().GetUnknown()) > 0 {
				rt.Fatal("fields that the contract does not have")
			}
			if want := slowNearest(rt, srv, r); !proto.Equal(got, want) {
				rt.Fatalf("%v\ngives %v\nwant %v", r, got, want)
			}
		}
	})
}

// racing is set where the race detector is on.
var racing bool

// TestNearestAllocatesLittle: what is left is gRPC's and the request's.
func TestNearestAllocatesLittle(t *testing.T) {
	if racing {
		t.Skip("pools drop at random under the race detector")
	}
	s := smallSettings(t)
	addCars(t, &s, 50)
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	srv.tendRoads()
	r := &pb.FindNearestCarsRequest{Location: at(51.51, -0.12), Skills: []pb.Skill{1}}
	allocs := testing.AllocsPerRun(100, func() {
		p, err := srv.nearest(r)
		if err != nil {
			t.Fatal(err)
		}
		p.free()
	})
	if allocs > 2 {
		t.Errorf("%v allocations an answer, want at most 2", allocs)
	}
}

// TestWire compares every kind of field with the library's packing, at lengths around those that take
// another byte.
func TestWire(t *testing.T) {
	for _, n := range []int{0, 1, 126, 127, 128, 129, 16_383, 16_384, 40_000} {
		long := make([]byte, n)
		for i := range long {
			long[i] = 'x'
		}
		want := &pb.Car{Name: string(long), Position: &pb.LatLng{Latitude: 51.5}, PositionTime: timestamppb.New(noon.Add(5)), Stale: n > 3}
		var w wire
		mark := w.open(1)
		w.text(1, string(long))
		at := w.open(5)
		w.double(1, 51.5)
		w.double(2, 0)
		w.close(at)
		w.timestamp(6, noon.Add(5))
		w.flag(8, n > 3)
		w.close(mark)
		var got pb.Candidate
		if err := proto.Unmarshal(w.b, &got); err != nil || !proto.Equal(got.Car, want) {
			t.Errorf("%d bytes: %v\n%v\n%v", n, err, got.Car, want)
		}
	}
}
