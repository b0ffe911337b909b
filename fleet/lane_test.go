package fleet

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// street is a road of ten crossings, a second apart, with a crossing at every hundredth of a degree east
// of -0.1.
type street struct{}

func (street) Snap(p orb.Point) (road.Spot, bool) {
	l := road.Link{Node: road.Node((p.Lon() + 0.1) * 100), Arc: road.NoArc}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}, true
}

func newStreet() *route.Network {
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, 10), Lat: make([]float32, 10)}
	for v := range road.Node(10) {
		for _, w := range []road.Node{v - 1, v + 1} {
			if w < 10 { // which v-1 is not for v = 0
				g.Head, g.Base = append(g.Head, w), append(g.Base, 1000)
				g.Class, g.Zone, g.Metres = append(g.Class, 0), append(g.Zone, 0), append(g.Metres, 10)
			}
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return &route.Network{Name: "street", Graph: g, Snapper: street{}}
}

// TestCarsReportAtEveryStageOfUse plays a lane that is filled while cars report: one after it was opened,
// one while its index is made, one before it is adopted, each of them new or known; and asks both sides.
func TestCarsReportAtEveryStageOfUse(t *testing.T) {
	cells, err := grid.New([]geo.Borough{{Name: "Town", Land: orb.MultiPolygon{orb.Bound{Min: orb.Point{-0.12, 51.50}, Max: orb.Point{-0.11, 51.51}}.ToPolygon()}}}, 9)
	if err != nil {
		t.Fatal(err)
	}
	n := newStreet()
	var p road.Profile
	p.Factor[0][0] = 1
	m, f, now := route.NewMetric(n, p), New(cells, n, DefaultSettings()), time.Unix(1e9, 0)
	at := map[string]int{}
	report := func(car string, crossing int) {
		now = now.Add(time.Second)
		at[car] = crossing
		if out := f.Report(now, []Report{{Car: "cars/" + car, Point: orb.Point{-0.0999 + float64(crossing)/100, 51.505}}}); out.Accepted != 1 {
			t.Fatal(out.Refused)
		}
	}
	for i := range 3 * takenAtOnce {
		report(fmt.Sprintf("old-%02d", i), i%10)
	}
	fresh := f.open([]*route.Metric{m})
	report("old-00", 7)
	report("new-0", 9)
	f.fill(fresh[0])
	report("old-01", 8)
	report("old-40", 9)
	report("new-1", 9)
	report("new-0", 3)
	f.adopt(fresh, []*route.Metric{m})
	for range 2 { // each report has the other side read
		report("old-02", 1+len(at)%5)
		for crossing := range 10 {
			spot, _ := street{}.Snap(orb.Point{-0.0999 + float64(crossing)/100, 51.505})
			q := Question{Metric: m, Now: now, K: len(at), Incident: dispatch.Incident{Spot: spot}}
			a := f.Reader(dispatch.DefaultSettings()).Nearest(&q)
			if a.By != ByHierarchy || len(a.Ranked) != len(at) {
				t.Fatalf("%d of %d cars by %s", len(a.Ranked), len(at), a.By)
			}
			for _, c := range a.Ranked {
				if want := 1000 * max(crossing-at[c.Car.Name[5:]], at[c.Car.Name[5:]]-crossing); int(c.Travel) != want {
					t.Errorf("%s to crossing %d: %d ms, want %d", c.Car.Name, crossing, c.Travel, want)
				}
			}
		}
	}
}
