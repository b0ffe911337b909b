package server

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
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
	ahead := r.AsOf != nil && r.AsOf.AsTime().After(q.Now)
	if ahead {
		e = s.roads.ahead(r.AsOf.AsTime())
	}
	lane := s.roads.lane(e.surface, e.period, call.driving)
	q.Metric, q.Whole = lane.metric, true
	a := s.Fleet.Reader(s.Dispatch).Nearest(&q)
	adhoc := lane.adhoc.Get().(*dispatch.AdHoc)
	if ahead {
		a.Snapshot = a.Snapshot.LookAhead(r.AsOf.AsTime(), nil)
		q.Now = r.AsOf.AsTime()
		a.Ranked = dispatch.NewClosestIdle(adhoc, s.Dispatch).Respond(&a.Snapshot, &q.Incident, q.K, nil)
		a.Stranded = dispatch.FindStranded(&a.Snapshot, &q.Incident, a.Ranked, q.K-len(a.Ranked), nil)
	}
	if r.IncludeBusy {
		busy := adhoc.Busy(&s.Dispatch, &a.Snapshot, &q.Incident, s.destination, nil)
		a.Ranked = dispatch.Merge(a.Ranked, busy, q.K)
		a.Stranded = dispatch.FindStranded(&a.Snapshot, &q.Incident, a.Ranked, q.K-len(a.Ranked), nil)
	}
	out := &pb.FindNearestCarsResponse{
		Basis: s.basis(e.surface, e.period, call.driving, s.Now()), AsOf: timestamppb.New(q.Now), Cell: call.cell, Borough: call.borough,
	}
	if r.Category != "" || r.Channel != "" {
		out.Assessment = assessment(s.assess(calls.Kind{Category: r.Category, Channel: r.Channel}, nil, q.Now, &a.Snapshot), s.City.Suitability.Name)
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
		last := out.Candidates[i]
		if c.Car.Status.OnCall() {
			last.ClearsIn = millisProto(c.Clears)
		}
		if r.IncludeCoverage {
			last.CoverageLeft = slowLeft(s, lane, &a.Snapshot, c.Car)
		}
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
		for _, x := range adhoc.Exclusions(&a.Snapshot, &q.Incident, offered, nil) {
			out.Exclusions = append(out.Exclusions, &pb.Exclusion{Car: x.Car.Name, Reason: x.String()})
		}
	}
	return out
}

// slowLeft is what sending a car leaves behind: for each cell, is one of the free cars near enough?
func slowLeft(s *Server, l *lane, snap *dispatch.Snapshot, sent *dispatch.Car) *pb.CoverageLeft {
	finder := l.finders.Get().(*route.Finder)
	out := &pb.CoverageLeft{Within: durationpb.New(s.MoveUps.Response)}
	var with, without []road.Spot
	for _, c := range snap.Cars {
		if snap.Free(c) {
			with = append(with, c.Spot)
			if c != sent {
				without = append(without, c.Spot)
			}
		}
	}
	rates := s.expectedNow(snap.Now).calls
	for _, v := range []struct {
		cars  []road.Spot
		calls *float64
	}{{with, &out.Before}, {without, &out.After}} {
		for cell, t := range finder.FromAny(v.cars, s.cells, make([]road.Millis, len(s.cells))) {
			if t <= road.Millis((s.MoveUps.Response - s.Dispatch.Mobilisation).Milliseconds()) {
				*v.calls += float64(rates[cell])
			}
		}
	}
	return out
}

// sameCoverage takes over what differs by rounding alone.
func sameCoverage(got, want *pb.FindNearestCarsResponse) {
	for i := range min(len(got.Candidates), len(want.Candidates)) {
		g, w := got.Candidates[i].CoverageLeft, want.Candidates[i].CoverageLeft
		if g != nil && w != nil && math.Abs(g.Before-w.Before) < 1e-6 && math.Abs(g.After-w.After) < 1e-6 {
			w.Before, w.After = g.Before, g.After
		}
	}
}

// drawReport is a report of a car that may stand outside the small city, and so off every road.
func drawReport(t *rapid.T, i int) fleet.Report {
	status := dispatch.Status(max(0, rapid.IntRange(-12, int(dispatch.Statuses)-1).Draw(t, "status"))) // mostly available
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
		k.Since, k.Incident = noon.Add(-time.Minute), "incidents/7"
		k.Destination = rapid.SampledFrom([]string{"St Thomas'", "East ED"}).Draw(t, "destination")
		k.Status = dispatch.Status(rapid.IntRange(0, int(dispatch.Statuses)-1).Draw(t, "recorded status"))
	}
	if rapid.Bool().Draw(t, "shift kept") {
		k.ShiftStart = noon.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "shift start")) * time.Minute)
		k.ShiftEnd = k.ShiftStart.Add(8 * time.Hour)
	}
	return k
}

// drawMore asks for what is not asked for usually, as often as not for nothing.
func drawMore(t *rapid.T, r *pb.FindNearestCarsRequest) {
	if rapid.Bool().Draw(t, "usual") {
		return
	}
	r.IncludeBusy, r.IncludeCoverage = rapid.Bool().Draw(t, "busy"), rapid.Bool().Draw(t, "coverage")
	r.Category = rapid.SampledFrom([]string{"", "overdose", "suicidal thoughts"}).Draw(t, "category")
	r.Channel = rapid.SampledFrom([]string{"", "999", "section 136 advice line"}).Draw(t, "channel")
	if rapid.Bool().Draw(t, "ahead") {
		r.AsOf = timestamppb.New(noon.Add(time.Duration(rapid.IntRange(-1, 24*60).Draw(t, "minutes")) * time.Minute))
	}
}

func TestPackedAnswersAgreeWithTwin(t *testing.T) {
	engineHeavy(t)
	city := smallSettings(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := city
		s.DataDir = ""
		s.NetworkFault = rapid.SampledFrom([]string{"", "the imported network cannot be read"}).Draw(rt, "network fault")
		s.MoveUps.Response = time.Duration(rapid.IntRange(1, 15).Draw(rt, "response")) * time.Minute
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
			drawMore(rt, r)
			got, err := (&dispatchService{Server: srv}).FindNearestCars(t.Context(), r)
			if err != nil {
				rt.Fatal(err)
			}
			if len(got.ProtoReflect().GetUnknown()) > 0 {
				rt.Fatal("fields that the contract does not have")
			}
			want := slowNearest(rt, srv, r)
			if sameCoverage(got, want); !proto.Equal(got, want) {
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
		p, err := srv.nearest(t.Context(), r, nil)
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
