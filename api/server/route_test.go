package server

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// highStreet is a network of shapes and names: High Street from west to east in two stretches of 400 m,
// then Mill Lane north, 300 m, all both ways, 10 m/s; each stretch bends in its middle.
func highStreet(t *testing.T, s *Settings) {
	t.Helper()
	at := [][2]float64{{-0.13, 51.51}, {-0.1242, 51.51}, {-0.1184, 51.51}, {-0.1184, 51.5127}}
	metres := []float32{400, 400, 300}
	g := &road.Graph{FirstOut: []road.Arc{0}}
	e := &road.Edges{First: []uint32{0}, Names: []string{"", "High Street", "Mill Lane"}, Name: []uint32{1, 1, 2}}
	for v, p := range at {
		g.Lon, g.Lat = append(g.Lon, float32(p[0])), append(g.Lat, float32(p[1]))
		for _, step := range []int{-1, 1} {
			head, edge := v+step, v+(step-1)/2
			if head < 0 || head >= len(at) {
				continue
			}
			if step > 0 {
				e.Forward = append(e.Forward, road.Arc(len(g.Head)))
			} else {
				e.Backward = append(e.Backward, road.Arc(len(g.Head)))
			}
			g.Head, g.Metres, g.Base = append(g.Head, road.Node(head)), append(g.Metres, metres[edge]), append(g.Base, road.Millis(metres[edge]*100))
			g.Class, g.Zone = append(g.Class, road.Primary), append(g.Zone, road.Central)
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	for i := range metres {
		a, b := at[i], at[i+1]
		for _, p := range [][2]float64{a, {(a[0] + b[0]) / 2, (a[1]+b[1])/2 + 1e-5}, b} {
			e.Lon, e.Lat = append(e.Lon, float32(p[0])), append(e.Lat, float32(p[1]))
		}
		e.First = append(e.First, uint32(len(e.Lon)))
	}
	snapper, err := road.NewEdgeSnapper(g, e, 500)
	if err != nil {
		t.Fatal(err)
	}
	s.Network = &route.Network{Name: "high street", Graph: g, Edges: e, Snapper: snapper, SnapMetres: 500, Hash: [32]byte{7}}
	s.Fleet = fleet.New(s.City.Grid, s.Network, fleet.DefaultSettings())
}

func TestFindRoute(t *testing.T) {
	s := smallSettings(t)
	highStreet(t, &s)
	c := start(t, s)
	ask := &pb.FindRouteRequest{From: at(51.5102, -0.1271), To: at(51.51135, -0.1184)}
	out, err := c.FindRoute(background(t), ask)
	if err != nil {
		t.Fatal(err)
	}
	// Half of the first stretch, the second, half of Mill Lane.
	if math.Abs(out.Metres-750) > 2 || len(out.Streets) != 2 || out.Streets[0].Name != "High Street" || math.Abs(out.Streets[0].Metres-600) > 2 || out.Streets[1].Name != "Mill Lane" {
		t.Errorf("%.1f m over %v", out.Metres, out.Streets)
	}
	profile := s.City.Speeds.Profile(s.City.Speeds.Period(108), road.Normal)
	if want := profile.Time(75_000, road.Primary, road.Central); math.Abs(out.TravelTime.AsDuration().Seconds()-want.Seconds()) > 0.3 {
		t.Errorf("%v, want %v s", out.TravelTime.AsDuration(), want.Seconds())
	}
	if len(out.Points) != 5 || out.Points[0].Longitude > -0.127 || math.Abs(out.Points[4].Latitude-51.51135) > 1e-4 {
		t.Errorf("line %v", out.Points)
	}
	if math.Abs(out.FromMetres-21) > 2 || out.ToMetres > 2 || out.StraightLineMetres < 500 || out.StraightLineMetres > 750 || out.Basis.Network != "high street" {
		t.Errorf("%v", out)
	}
	closed, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: &pb.RoadPlace{Kind: &pb.RoadPlace_Edges{
		Edges: &pb.RoadEdges{Edges: out.Edges[1:2], NetworkSha256: out.NetworkSha256},
	}}})
	if err != nil || !slices.Equal(closed.Streets, []string{"High Street"}) || closed.Edges != 1 {
		t.Fatalf("%v, %v", closed, err)
	}
	cut, err := c.FindRoute(background(t), ask)
	if err != nil || cut.TravelTime != nil || !cut.Basis.Degraded || !strings.Contains(cut.Basis.DegradedReason, "no road leads") || cut.StraightLineMetres != out.StraightLineMetres {
		t.Errorf("with the second stretch closed: %v, %v", cut, err)
	}
	back, err := c.FindRoute(background(t), &pb.FindRouteRequest{From: ask.To, To: ask.From, Driving: pb.Driving_DRIVING_BLUE_LIGHT})
	if err != nil || math.Abs(back.Metres-out.Metres) > 1e-3 || back.Streets[0].Name != "Mill Lane" || back.TravelTime.AsDuration() >= out.TravelTime.AsDuration() {
		t.Errorf("the other direction is open: %v, %v", back, err)
	}
}

// TestRouteTakesAsLongAsItsCar compares with the ranking, and with the lattice that knows no streets.
func TestRouteTakesAsLongAsItsCar(t *testing.T) {
	s := smallSettings(t)
	westCar(t, &s)
	c := start(t, s)
	out, err := c.FindRoute(background(t), &pb.FindRouteRequest{From: at(51.51, -0.155), To: at(51.51, -0.095)})
	if err != nil || out.TravelTime.AsDuration() != travel(t, c) {
		t.Fatalf("%v, %v", out, err)
	}
	n := len(out.Edges)
	if math.Abs(out.Metres-350*float64(n)) > 1e-3 || len(out.Points) != n+1 || len(out.Streets) != 1 || out.Streets[0].Name != "" || !out.Basis.Modelled {
		t.Errorf("%d arcs, %v", n, out)
	}
}

func TestFindRouteRefuses(t *testing.T) {
	s := smallSettings(t)
	highStreet(t, &s)
	c := start(t, s)
	here := at(51.51, -0.12)
	for name, r := range map[string]struct {
		in           *pb.FindRouteRequest
		detail, want string
	}{
		"no from":  {&pb.FindRouteRequest{To: here}, "from", "missing"},
		"no to":    {&pb.FindRouteRequest{From: here}, "to", "missing"},
		"driving":  {&pb.FindRouteRequest{From: here, To: here, Driving: 5}, "driving", "unknown"},
		"far away": {&pb.FindRouteRequest{From: here, To: at(51.6, 0.1)}, "to", "outside London"},
	} {
		_, err := c.FindRoute(background(t), r.in)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, codes.InvalidArgument, r.detail, r.want) })
	}
	out, err := c.FindRoute(background(t), &pb.FindRouteRequest{From: here, To: at(51.493, -0.155)})
	if err != nil || out.TravelTime != nil || !out.Basis.Degraded || !strings.Contains(out.Basis.DegradedReason, "within 500 m of the place in to") || out.StraightLineMetres < 2500 {
		t.Errorf("to a place off the network: %v, %v", out, err)
	}
	if out, err = c.FindRoute(background(t), &pb.FindRouteRequest{From: here, To: here}); err != nil || out.TravelTime.AsDuration() != 0 || out.Basis.Degraded || len(out.Points) > 1 {
		t.Errorf("to the same place: %v, %v", out, err)
	}
	code, res := c.call(t, "POST", "/v1/routes:find", `{"from":{"latLng":{"latitude":51.51,"longitude":-0.127}},"to":{"latLng":{"latitude":51.51,"longitude":-0.12}}}`)
	if d, err := time.ParseDuration(res["travelTime"].(string)); code != 200 || err != nil || d <= 0 {
		t.Errorf("HTTP %d %v", code, res)
	}
}
