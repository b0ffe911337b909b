package planning

import (
	"context"
	"math"
	"os"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// smallCity is a made-up city of four square boroughs of about 4 km² each in four sectors, small
// enough to plan in milliseconds. Roads join neighbouring cells; calls and times vary by a fixed rule.
var smallCity = sync.OnceValue(func() *data.London {
	city := &data.London{Hash: "0123456789abcdef"}
	square := func(code, name string, s geo.Sector, lon, lat float64) {
		const w, h = 0.029, 0.018
		ring := orb.Ring{{lon, lat}, {lon + w, lat}, {lon + w, lat + h}, {lon, lat + h}, {lon, lat}}
		city.Boroughs = append(city.Boroughs, geo.Borough{Code: code, Name: name, Sector: s, Land: orb.MultiPolygon{{ring}}})
	}
	square("E09000001", "Northwest", geo.NWL, -0.130, 51.518)
	square("E09000002", "Northeast", geo.NEL, -0.101, 51.518)
	square("E09000003", "Southwest", geo.SWL, -0.130, 51.500)
	square("E09000004", "Southeast", geo.SEL, -0.101, 51.500)
	city.Grid, city.Coarse = must(grid.New(city.Boroughs, 9)), must(grid.New(city.Boroughs, 8))
	speeds := must(os.Open("../data/profiles/speeds.json"))
	defer speeds.Close()
	city.Speeds = must(road.ReadSpeeds(speeds))
	n := city.Grid.Len()
	city.Prior = &demand.Intensity{Source: "made up", Cells: n, Rate: make([]float32, demand.HoursPerWeek*n)}
	for h := range demand.HoursPerWeek {
		for i := range n {
			city.Prior.Rate[h*n+i] = float32(1+(i*7)%11) * float32(1+h%24) / 2000
		}
	}
	for i := range n {
		city.Residents = append(city.Residents, demand.Residents{Cell: i, Borough: city.Grid.Borough(grid.Index(i)), People: float64(100 + i%13), Need: float64(i%29)/10 - 1})
	}
	city.Modelled = make([]bool, n)
	for i := range city.Modelled {
		city.Modelled[i] = city.Grid.Centre(grid.Index(i)).Lon() > -0.09
	}
	city.Network = &route.Network{Name: "made-up streets", Graph: neighbourGraph(city.Grid), Snapper: cellSnapper{city.Grid}, Hash: [32]byte{1, 2, 3}}
	for i, name := range []string{"St Anne's", "Infirmary", "Old Mill", "Fire Station", "St Bede's"} {
		kind := []data.Kind{data.Hospital, data.EmergencyDepartment, data.PlaceOfSafety, data.FireStation, data.CrisisAssessment}[i]
		city.Places = append(city.Places, data.Place{Name: name, Kind: kind, Candidate: true,
			Point: orb.Point{-0.12 + 0.009*float64(i), 51.505 + 0.005*float64(i)}})
	}
	return city
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// cellSnapper joins a point to the node of its cell by a link of ten seconds each way.
type cellSnapper struct{ grid *grid.Grid }

func (c cellSnapper) Snap(p orb.Point) (s road.Spot, ok bool) {
	i, ok := c.grid.At(p)
	link := road.Link{Node: road.Node(i), Arc: road.NoArc, Base: 10_000, Class: road.Lattice, Zone: road.Inner}
	return road.Spot{Leave: [road.MaxLinks]road.Link{link}, Reach: [road.MaxLinks]road.Link{link}, Leaves: 1, Reaches: 1}, ok
}

func neighbourGraph(g *grid.Grid) *road.Graph {
	n := g.Len()
	r := &road.Graph{FirstOut: make([]road.Arc, n+1), Lon: make([]float32, n), Lat: make([]float32, n)}
	for v := range n {
		for _, w := range g.Neighbours(grid.Index(v)) {
			seconds := 30 + 5*((v*3+int(w)*5)%9)
			r.Head, r.Base = append(r.Head, road.Node(w)), append(r.Base, road.Millis(1000*seconds))
			r.Metres, r.Class, r.Zone = append(r.Metres, 320), append(r.Class, road.Lattice), append(r.Zone, road.Inner)
		}
		r.FirstOut[v+1] = road.Arc(len(r.Head))
	}
	return r
}

// daytime is a scenario for the small city.
func daytime() Scenario {
	hours := must(ParseHours("11-23", "mon-sun"))
	return Scenario{Cars: 3, Centres: 2, Hours: hours}
}

// on is a city with its own network and prior.
func on(city *data.London) Basis {
	return Basis{city, city.Network, NewDemand(smallBaseline(city), smallRules(0.5), suitability.Attended)}
}

// smallBaseline is the prior as a baseline; what a plan does not ask of its city is left out.
func smallBaseline(city *data.London) *forecast.Prior {
	calendar := must(demand.NewCalendar(&demand.Profile{}))
	c := &demand.City{Name: "small", Zone: calendar.Zone, Districts: []string{"all"}}
	n := city.Grid.Len()
	c.X, c.Y, c.Land, c.District = make([]float64, n), make([]float64, n), make([]float64, n), make([]int32, n)
	return forecast.NewPrior(c, city.Prior, calendar)
}

// smallRules let a share of all calls pass.
func smallRules(share float64) *suitability.Rules {
	said := demand.Stated{Origin: demand.Assumption, Source: "made up"}
	return &suitability.Rules{Format: suitability.Format, Name: "made up",
		FaceToFace: suitability.FaceToFace{Coded: 0.6, Attended: 1, Reason: "r", Stated: said},
		Otherwise:  suitability.Rule{Name: "otherwise", Share: share, Reason: "r", Stated: said}}
}

func ignore(Progress) {}

// solved is the small city's plan for daytime, made once.
var solved = sync.OnceValue(func() *Document {
	city := smallCity()
	return must(Solve(context.Background(), on(city), daytime(), "", ignore))
})

func nearlyEqual(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v ± %v", what, got, want, tolerance)
	}
}
