package server

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/roadworks"
)

// middle of the small city, where West meets East.
const midLat, midLon = 51.51, -0.125

// strip is a polygon from north to south through the small city, so that it cuts West from East.
func strip(west, east float64) *pb.RoadPlace {
	area := &pb.Area{}
	for _, p := range [][2]float64{{51.48, west}, {51.48, east}, {51.54, east}, {51.54, west}} {
		area.Vertices = append(area.Vertices, &pb.LatLng{Latitude: p[0], Longitude: p[1]})
	}
	return &pb.RoadPlace{Kind: &pb.RoadPlace_Area{Area: area}}
}

func nearPlace(lat, lon float64) *pb.RoadPlace {
	return &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: at(lat, lon)}}}
}

// travel is how long the one car of the west takes to a call in the east; 0 where it cannot get there.
func travel(t *testing.T, c *client) time.Duration {
	t.Helper()
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.095)})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Candidates) != 1 {
		t.Fatalf("%d candidates, want the car in the west", len(out.Candidates))
	}
	return out.Candidates[0].TravelTime.AsDuration() // 0 where it is degraded and has none
}

func westCar(t *testing.T, s *Settings) {
	t.Helper()
	if out := s.Fleet.Report(noon, []fleet.Report{{Car: "cars/west", Point: orb.Point{-0.155, 51.51}, Fixed: noon.Add(-time.Second)}}); out.Accepted != 1 {
		t.Fatalf("%+v", out)
	}
}

// TestClosureFromOpenToOpen closes the whole border between the boroughs, slows it, and opens it again.
func TestClosureFromOpenToOpen(t *testing.T) {
	s := smallSettings(t)
	westCar(t, &s)
	c := start(t, s)
	open := travel(t, c)
	slow, err := c.SetSpeed(background(t), &pb.SetSpeedRequest{Where: strip(-0.126, -0.124), SpeedKmh: 2, Note: "market"})
	if err != nil {
		t.Fatal(err)
	}
	if slow.Kind != pb.RoadChangeKind_ROAD_CHANGE_KIND_SPEED || slow.Edges == 0 || !slow.Kept || slow.SpeedKmh != 2 {
		t.Errorf("slowed: %v", slow)
	}
	crossing := time.Duration(350.0 / 2 * 3600 * float64(time.Millisecond)) // one arc of 350 m
	slowed := travel(t, c)
	if slowed < open-time.Minute+crossing || slowed > open+2*crossing {
		t.Errorf("slowed: %v, open %v, at walking pace over one or two arcs %v each", slowed, open, crossing)
	}
	closed, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: strip(-0.126, -0.124), Note: "flood"})
	if err != nil {
		t.Fatal(err)
	}
	if got := travel(t, c); got != 0 {
		t.Errorf("the border is closed, but the car gets there in %v", got)
	}
	coverage, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{Hour: 3})
	if err != nil || coverage.Basis.RoadChanges != 2 || !slices.Contains(coverage.Minutes, noWay) {
		t.Errorf("coverage does not show the closure: %v, %v", coverage.GetBasis(), err)
	}
	list, err := c.ListRoadChanges(background(t), &pb.ListRoadChangesRequest{IncludeLines: true})
	if err != nil || len(list.Changes) != 2 || list.Changes[0].Name != slow.Name || list.Changes[1].Note != "flood" {
		t.Fatalf("listed %v, %v", list, err)
	}
	if n := len(list.Changes[1].Lines); 2*n != int(closed.Edges) || len(list.Changes[1].Lines[0].Points) != 2 {
		t.Errorf("%d lines of %d arcs", n, closed.Edges)
	}
	for i, want := range []time.Duration{slowed, open} {
		name := []string{closed.Name, slow.Name}[i]
		out, err := c.ReopenRoad(background(t), &pb.ReopenRoadRequest{Name: name})
		if err != nil || out.Change.Name != name {
			t.Fatalf("%v, %v", out, err)
		}
		if got := travel(t, c); got != want {
			t.Errorf("reopened %s: %v, want %v", name, got, want)
		}
	}
	_, err = c.ReopenRoad(background(t), &pb.ReopenRoadRequest{Name: slow.Name})
	wantRefusal(t, err, codes.NotFound, "road change", "does not exist")
	if out, err := c.ReopenRoad(background(t), &pb.ReopenRoadRequest{Name: slow.Name, AllowMissing: true}); err != nil || out.Change != nil {
		t.Errorf("repeated: %v, %v", out, err)
	}
}

// TestClosureOutlivesTheServer stops the server without a warning and starts another on its directory.
func TestClosureOutlivesTheServer(t *testing.T) {
	s := smallSettings(t)
	westCar(t, &s)
	c := start(t, s)
	if _, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: strip(-0.126, -0.124), RequestId: "r1"}); err != nil {
		t.Fatal(err)
	}
	again := start(t, s) // beside the first, which has not stopped
	if got := travel(t, again); got != 0 {
		t.Errorf("after a restart the car gets there in %v", got)
	}
	if n, elsewhere := again.server.RoadChanges(); n != 1 || elsewhere != 0 {
		t.Errorf("%d changes in force, %d elsewhere", n, elsewhere)
	}
	was, err := again.CloseRoad(background(t), &pb.CloseRoadRequest{Where: strip(-0.126, -0.124), RequestId: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := again.ListRoadChanges(background(t), &pb.ListRoadChangesRequest{}); err != nil || len(list.Changes) != 1 || !proto.Equal(list.Changes[0], was) {
		t.Errorf("the repeated request made another change: %v, %v", list, err)
	}
	path := filepath.Join(s.DataDir, roadworks.File)
	if err := os.Truncate(path, 50); err != nil {
		t.Fatal(err)
	}
	if _, err := New(s); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("started on a damaged file: %v", err)
	}
}

func TestRoadChangesInMemory(t *testing.T) {
	s := smallSettings(t)
	s.DataDir = ""
	c := start(t, s)
	out, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: nearPlace(midLat, midLon)})
	if err != nil || out.Kept {
		t.Errorf("%v, %v; want a change that says that it is not kept", out, err)
	}
}

func TestRoadChangesRefuse(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	turned := 400.0
	hash := c.server.networkHash()
	edges := func(hash string, list ...uint32) *pb.RoadPlace {
		return &pb.RoadPlace{Kind: &pb.RoadPlace_Edges{Edges: &pb.RoadEdges{Edges: list, NetworkSha256: hash}}}
	}
	where := nearPlace(midLat, midLon)
	until := func(t time.Time) *pb.CloseRoadRequest_ExpireTime {
		return &pb.CloseRoadRequest_ExpireTime{ExpireTime: timestamppb.New(t)}
	}
	for name, r := range map[string]struct {
		in           *pb.CloseRoadRequest
		code         codes.Code
		detail, want string
	}{
		"nowhere":         {&pb.CloseRoadRequest{}, codes.InvalidArgument, "where", "at, area or edges"},
		"no location":     {&pb.CloseRoadRequest{Where: &pb.RoadPlace{Kind: &pb.RoadPlace_At{}}}, codes.InvalidArgument, "where.at.location", "missing"},
		"outside London":  {&pb.CloseRoadRequest{Where: nearPlace(53, -2)}, codes.InvalidArgument, "where.at.location.lat_lng.latitude", "Greater London"},
		"heading":         {&pb.CloseRoadRequest{Where: &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: at(midLat, midLon), Heading: &turned}}}}, codes.InvalidArgument, "where.at.heading", "400"},
		"no road":         {&pb.CloseRoadRequest{Where: nearPlace(51.6, 0.1)}, codes.FailedPrecondition, "NO_ROAD", "no road within 100 m"},
		"empty area":      {&pb.CloseRoadRequest{Where: strip(0.1, 0.2)}, codes.FailedPrecondition, "NO_ROAD", "no road touches"},
		"corner":          {&pb.CloseRoadRequest{Where: strip(0.1, math.NaN())}, codes.InvalidArgument, "where.area.vertices[1]", "not a number"},
		"no edges":        {&pb.CloseRoadRequest{Where: edges(hash)}, codes.InvalidArgument, "where.edges", "1 to 1000"},
		"too many edges":  {&pb.CloseRoadRequest{Where: edges(hash, make([]uint32, 1001)...)}, codes.InvalidArgument, "where.edges", "1001"},
		"another network": {&pb.CloseRoadRequest{Where: edges("beef", 1)}, codes.InvalidArgument, "where.edges.network_sha256", "another network"},
		"unknown edge":    {&pb.CloseRoadRequest{Where: edges(hash, 1, 1<<31)}, codes.InvalidArgument, "where.edges.edges[1]", "the network has edges 0 to"},
		"note":            {&pb.CloseRoadRequest{Where: where, Note: strings.Repeat("x", 201)}, codes.InvalidArgument, "note", "200"},
		"request":         {&pb.CloseRoadRequest{Where: where, RequestId: strings.Repeat("x", 65)}, codes.InvalidArgument, "request_id", "64"},
		"past":            {&pb.CloseRoadRequest{Where: where, Expiration: until(noon.Add(-time.Second))}, codes.InvalidArgument, "expire_time", "not later than now"},
		"two years":       {&pb.CloseRoadRequest{Where: where, Expiration: until(noon.AddDate(2, 0, 0))}, codes.InvalidArgument, "expire_time", "a year"},
		"no time":         {&pb.CloseRoadRequest{Where: where, Expiration: &pb.CloseRoadRequest_Ttl{Ttl: durationpb.New(0)}}, codes.InvalidArgument, "ttl", "more than nothing"},
	} {
		_, err := c.CloseRoad(background(t), r.in)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, r.code, r.detail, r.want) })
	}
	for _, kmh := range []float64{0, -1, 0.99, 200.1, math.NaN(), math.Inf(1)} {
		_, err := c.SetSpeed(background(t), &pb.SetSpeedRequest{Where: where, SpeedKmh: kmh})
		wantRefusal(t, err, codes.InvalidArgument, "speed_kmh", "1 to 200")
	}
	_, err := c.ReopenRoad(background(t), &pb.ReopenRoadRequest{Name: "roads/1"})
	wantRefusal(t, err, codes.InvalidArgument, "name", "roadChanges/ID")
	_, err = c.ListRoadChanges(background(t), &pb.ListRoadChangesRequest{PageSize: 1001})
	wantRefusal(t, err, codes.InvalidArgument, "page_size", "1 to 1000")
	_, err = c.ListRoadChanges(background(t), &pb.ListRoadChangesRequest{PageToken: "x"})
	wantRefusal(t, err, codes.InvalidArgument, "page_token", "not one that this server gave")
	if list, err := c.ListRoadChanges(background(t), &pb.ListRoadChangesRequest{}); err != nil || len(list.Changes) != 0 {
		t.Errorf("a refused change is in force: %v, %v", list, err)
	}
}

func TestRequestIDOfAnother(t *testing.T) {
	c := start(t, smallSettings(t))
	for i, code := range []codes.Code{codes.OK, codes.AlreadyExists} {
		in := &pb.SetSpeedRequest{Where: nearPlace(midLat, midLon), SpeedKmh: float64(10 + i), RequestId: "x"}
		if _, err := c.SetSpeed(background(t), in); code != codes.OK {
			wantRefusal(t, err, code, "REQUEST_ID_USED", "asked for something else")
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestRoadChangesOnePageAfterTheOther also closes edges by number, which a list gives back.
func TestRoadChangesOnePageAfterTheOther(t *testing.T) {
	c := start(t, smallSettings(t))
	for i := range uint32(5) {
		where := &pb.RoadPlace{Kind: &pb.RoadPlace_Edges{Edges: &pb.RoadEdges{Edges: []uint32{i}, NetworkSha256: c.server.networkHash()}}}
		if out, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: where}); err != nil || out.Edges != 1 {
			t.Fatal(out, err)
		}
	}
	var got []uint32
	in := &pb.ListRoadChangesRequest{PageSize: 2}
	for pages := 1; ; pages++ {
		list, err := c.ListRoadChanges(background(t), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, change := range list.Changes {
			got = append(got, change.Where.GetEdges().Edges...)
		}
		if in.PageToken = list.NextPageToken; in.PageToken == "" {
			if pages != 3 {
				t.Errorf("%d pages, want 3", pages)
			}
			break
		}
	}
	if !slices.Equal(got, []uint32{0, 1, 2, 3, 4}) {
		t.Errorf("edges %v", got)
	}
}

func TestRoadChangesAsJSON(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	code, out := c.call(t, "POST", "/v1/roadChanges:close", `{"where":{"at":{"location":{"gridRef":"TQ 30027 80380"}}},"note":"burst main","ttl":"3600s"}`)
	if code != 200 || out["expireTime"] != "2026-11-20T13:00:00Z" || out["note"] != "burst main" || out["kind"] != "ROAD_CHANGE_KIND_CLOSED" {
		t.Fatalf("HTTP %d %v", code, out)
	}
	code, slow := c.call(t, "POST", "/v1/roadChanges:setSpeed", `{"where":{"area":{"vertices":[{"latitude":51.5,"longitude":-0.13},{"latitude":51.5,"longitude":-0.12},{"latitude":51.51,"longitude":-0.12}]}},"speedKmh":8}`)
	if code != 200 || slow["speedKmh"] != 8.0 {
		t.Fatalf("HTTP %d %v", code, slow)
	}
	code, list := c.call(t, "GET", "/v1/roadChanges?includeLines=true", "")
	if changes, _ := list["changes"].([]any); code != 200 || len(changes) != 2 {
		t.Errorf("HTTP %d %v", code, list)
	}
	code, _ = c.call(t, "POST", "/v1/"+out["name"].(string)+":reopen", "{}")
	if code != 200 {
		t.Errorf("HTTP %d", code)
	}
	if code, out := c.call(t, "POST", "/v1/"+out["name"].(string)+":reopen", "{}"); code != 404 {
		t.Errorf("HTTP %d %v", code, out)
	}
	if code, out := c.call(t, "POST", "/v1/roadChanges:close", `{"where":{},"reason":"x"}`); code != 400 {
		t.Errorf("HTTP %d %v", code, out)
	}
}
