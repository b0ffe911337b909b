package tracks_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	orbgeo "github.com/paulmach/orb/geo"

	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/city"
	"github.com/nearside-ems/nearside/internal/tracks"
)

func network() *route.Network {
	return &route.Network{Name: "city", Graph: city.Roads(2000, 1)}
}

func Example() {
	s := tracks.DefaultSettings()
	s.Cars = 3
	d, err := tracks.New(network(), s)
	fmt.Println(len(d.Step(time.Second)), err)
	// Output: 3 <nil>
}

// TestCarsKeepToTheirSpeedAndError: over a second a car gets no farther than its speed allows, and what
// it says of its place is off by as much as was asked for.
func TestCarsKeepToTheirSpeedAndError(t *testing.T) {
	s := tracks.DefaultSettings()
	d, err := tracks.New(network(), s)
	if err != nil {
		t.Fatal(err)
	}
	was := append([]tracks.Fix(nil), d.Step(time.Second)...)
	var sum float64
	moved := 0
	for range 50 {
		now := d.Step(time.Second)
		for i := range now {
			far := orbgeo.Distance(was[i].True, now[i].True)
			if far > 1.01*s.Speed+0.5 {
				t.Fatalf("car %d went %.1f m in a second", i, far)
			}
			if far > 0.5*s.Speed {
				moved++
			}
			sum += math.Pow(orbgeo.Distance(now[i].True, now[i].Point), 2)
		}
		copy(was, now)
	}
	if n := float64(50 * s.Cars); float64(moved) < 0.8*n || math.Abs(math.Sqrt(sum/n/2)/s.Error-1) > 0.05 {
		t.Errorf("%d of %.0f steps were of half the speed or more; the error is %.2f m", moved, n, math.Sqrt(sum/n/2))
	}
}

// TestHeadingsFindTheRoad: on how many roads that a car drives along it is put, with and without its
// heading (docs/positions.md).
func TestHeadingsFindTheRoad(t *testing.T) {
	n := network()
	shapes, err := n.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	d, err := tracks.New(n, tracks.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var with, without, all float64
	for range 20 {
		for _, fix := range d.Step(time.Second) {
			all++
			if s, _ := shapes.Index.SnapHeading(fix.Point, fix.Heading); shapes.Edges.Forward[fix.Edge] == s.Arc {
				with++
			}
			if s, _ := shapes.Index.Snap(fix.Point); shapes.Edges.Forward[fix.Edge] == s.Arc {
				without++
			}
		}
	}
	t.Logf("on the right road: %.1f %%, without the heading %.1f %%", 100*with/all, 100*without/all)
	if with/all < 0.97 || with-without < 0.04*all {
		t.Errorf("%.1f %% are put on the right road, %.1f %% without the heading", 100*with/all, 100*without/all)
	}
}
