package data

import (
	"math"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/scenario"
	"github.com/nearside-ems/nearside/geo/grid"
)

// TestScenarioOfTheShippedPrior: ten thousand more people in Croydon call as many a head as Croydon does,
// at the prior's, on either grid.
func TestScenarioOfTheShippedPrior(t *testing.T) {
	l := loaded(t)
	for res, g := range map[int]*grid.Grid{FineRes: l.Grid, CoarseRes: l.Coarse} {
		var residents float64
		for _, n := range l.People(g) {
			residents += n
		}
		if math.Abs(residents/8.8e6-1) > 0.01 { // Census 2021: 8,799,800
			t.Errorf("resolution %d: %v residents", res, residents)
		}
	}
	city, err := l.City(FineRes)
	if err != nil {
		t.Fatal(err)
	}
	s := &scenario.Scenario{Format: scenario.Format, Modifications: []scenario.Modification{{
		Population: &scenario.Population{At: &scenario.Point{Lat: 51.372, Lon: -0.1}, Radius: 500, People: 10_000},
		Origin:     demand.Assumption,
	}}}
	b, err := scenario.Apply(forecast.NewPrior(city, l.Prior, l.Calendar), s, scenario.Ground{Plane: l.Plane, Residents: l.People(l.Grid)})
	if err != nil {
		t.Fatal(err)
	}
	var before, after, croydon, people float64
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		for i, r := range b.Week().At(h) {
			after += float64(r)
			before += float64(l.Prior.At(h)[i])
			if city.Districts[city.District[i]] == "Croydon" {
				croydon += float64(l.Prior.At(h)[i])
			}
		}
	}
	for i, n := range l.Population {
		if city.Districts[city.District[i]] == "Croydon" {
			people += float64(n)
		}
	}
	if want := croydon / people * 10_000; math.Abs((after-before)/want-1) > 1e-4 {
		t.Errorf("%v calls a week more, want %v", after-before, want)
	}
}
