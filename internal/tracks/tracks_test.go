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
