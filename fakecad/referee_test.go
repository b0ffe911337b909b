package fakecad

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// TestRefereeAgreesWithTheEngine compares the run's own search with the engine's on the built-in roads.
// They share no search, so that one of them would have to be wrong.
func TestRefereeAgreesWithTheEngine(t *testing.T) {
	london, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := newReferee(london.Network, london.Speeds)
	random := rand.New(rand.NewPCG(1, 2))
	for _, at := range []period{{london.Speeds.Period(4), road.Normal}, {london.Speeds.Period(8), road.BlueLight}} {
		f := route.NewFinder(route.NewMetric(london.Network, london.Speeds.Profile(at.of, at.driving)))
		call, cars := draw(random, london.Grid, 1)[0], draw(random, london.Grid, 60)
		cars = append(cars, call) // where the call is
		got, ok := r.toCall(call, cars, at)
		to, on := london.Network.Snap(call)
		if ok != on {
			t.Fatalf("the call is on the road: %v, the network says %v", ok, on)
		}
		for i, c := range cars {
			if from, ok := london.Network.Snap(c); ok && f.Time(from, to) != got[i] {
				t.Errorf("%+v, car %d: %d ms, the engine says %d", at, i, got[i], f.Time(from, to))
			}
		}
	}
}

func draw(random *rand.Rand, g *grid.Grid, n int) (points []orb.Point) {
	for range n {
		p := g.Centre(grid.Index(random.IntN(g.Len())))
		points = append(points, orb.Point{p[0] + 0.002*random.Float64(), p[1] + 0.001*random.Float64()})
	}
	return points
}

func TestWayIsDrivenEvenly(t *testing.T) {
	w := way{line: []orb.Point{{0, 51.5}, {0.01, 51.5}, {0.04, 51.5}}, takes: 4 * time.Minute}
	for minute, want := range []float64{0.01, 0.02, 0.03, 0.04, 0.04} {
		at, arrived := w.after(time.Minute)
		if diff := at[0] - want; diff > 1e-6 || diff < -1e-6 || arrived != (minute >= 3) {
			t.Errorf("minute %d: at %v, arrived %v; want %v", minute+1, at, arrived, want)
		}
	}
}

func TestSettingsNameEachMistake(t *testing.T) {
	s := DefaultSettings()
	if err := s.validate(); err != nil {
		t.Fatalf("the defaults are refused: %v", err)
	}
	s.Cars, s.Day, s.Prefix = 0, 49*time.Hour, ""
	if err := s.validate(); err == nil || strings.Count(err.Error(), "want") != 3 {
		t.Errorf("got %v, want three mistakes", err)
	}
}

func TestTallyKeepsTheFirstFailures(t *testing.T) {
	var all tally
	for i := range 30 {
		all.expect("b", i < 10, "failure %d", i)
	}
	all.expect("a", true, "")
	got := all.list()
	if len(got) != 2 || got[0].Name != "a" || got[1].Done != 30 || got[1].Failed != 20 || len(got[1].Failures) != keptFailures || !slices.Contains(got[1].Failures, "failure 10") {
		t.Errorf("got %+v", got)
	}
}
