package planning

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
)

// TestPeriodsOf checks that every chosen hour's calls are in exactly one group, whose speeds are the
// hour's, and that no two groups have equal speeds.
func TestPeriodsOf(t *testing.T) {
	city := smallCity()
	rapid.Check(t, func(t *rapid.T) {
		var hours []demand.HourOfWeek
		for h := range demand.HourOfWeek(demand.HoursPerWeek) {
			if rapid.Bool().Draw(t, "chosen") {
				hours = append(hours, h)
			}
		}
		driving := rapid.SampledFrom([]road.Driving{road.Normal, road.BlueLight}).Draw(t, "driving")
		groups := periodsOf(&Scenario{Hours: hours, Driving: driving}, nil, city.Speeds, city.Prior)
		for a := range groups {
			for b := range a {
				if groups[a].car.Factor == groups[b].car.Factor && groups[a].conveyance.Factor == groups[b].conveyance.Factor {
					t.Fatalf("groups %d and %d have equal speeds", b, a)
				}
			}
			left := append([]float64(nil), groups[a].weight...)
			for _, h := range hours {
				p := city.Speeds.Profile(city.Speeds.Period(int(h)), driving)
				if p.Factor != groups[a].car.Factor {
					continue
				}
				for i, r := range city.Prior.At(h) {
					left[i] -= float64(r)
				}
			}
			for i, l := range left {
				if l > 1e-9 || l < -1e-9 {
					t.Fatalf("group %d, cell %d: %v calls too many", a, i, l)
				}
			}
		}
	})
}

// TestCountOfHours: a plan for one hour names it as one.
func TestCountOfHours(t *testing.T) {
	if one, more := countOfHours(1), countOfHours(25); one != "1 hour" || more != "25 hours" {
		t.Errorf("got %q and %q", one, more)
	}
}
