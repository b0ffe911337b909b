package data

import (
	"math"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
)

func cityOf(t testing.TB, l *London, res int) *demand.City {
	t.Helper()
	c, err := l.City(res)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCityIsLondon(t *testing.T) {
	l := loaded(t)
	fine, coarse := cityOf(t, l, FineRes), cityOf(t, l, CoarseRes)
	if fine.Len() != l.Grid.Len() || coarse.Len() != l.Coarse.Len() || fine.Hash == coarse.Hash {
		t.Fatalf("%d and %d cells; hashes %x and %x", fine.Len(), coarse.Len(), fine.Hash, coarse.Hash)
	}
	again, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if fine.Hash != cityOf(t, again, FineRes).Hash {
		t.Error("London has two hashes")
	}
	for _, c := range []*demand.City{fine, coarse} {
		var land float64
		empty := 0
		for i := range c.Land {
			land += c.Land[i]
			if c.Prior[i] == 0 {
				empty++
			}
		}
		if math.Abs(land/1.573e9-1) > 0.01 {
			t.Errorf("%v m² of land, London has about 1573 km²", land)
		}
		if empty > c.Len()/100 {
			t.Errorf("%d of %d cells have no prior", empty, c.Len())
		}
	}
	if i := slices.Index(fine.Prior, 0); i >= 0 {
		t.Errorf("cell %s has no prior; a call is possible anywhere", l.Grid.ID(grid.Index(i)))
	}
	if _, err := l.City(7); err == nil {
		t.Error("resolution 7 was taken")
	}
}

// TestCityCovariates: each is finite, differs between cells, and says what it should of known places.
func TestCityCovariates(t *testing.T) {
	l := loaded(t)
	for _, res := range []int{FineRes, CoarseRes} {
		c := cityOf(t, l, res)
		g := l.Grid
		if res == CoarseRes {
			g = l.Coarse
		}
		centre, ok := g.At(charingCross)
		if !ok {
			t.Fatal("Charing Cross is not in London")
		}
		for _, v := range c.Covariates {
			for i, x := range v.Values {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Fatalf("%s of cell %d is %v", v.Name, i, x)
				}
			}
			if slices.Max(v.Values)-slices.Min(v.Values) < 0.1 {
				t.Errorf("%s says nothing: %v to %v", v.Name, slices.Min(v.Values), slices.Max(v.Values))
			}
		}
		distance := c.Covariates[3]
		if got := distance.Values[centre]; got > 0.6 {
			t.Errorf("%s at Charing Cross is %v", distance.Name, got)
		}
		hackney := slices.Index(c.Districts, "Hackney")
		bromley := slices.Index(c.Districts, "Bromley")
		if h, b := mean(c, hackney), mean(c, bromley); h < b+1 {
			t.Errorf("log density is %v in Hackney, %v in Bromley", h, b)
		}
	}
}

// mean returns a district's mean of the first covariate.
func mean(c *demand.City, district int) float64 {
	var sum, n float64
	for i, d := range c.District {
		if int(d) == district {
			sum += c.Covariates[0].Values[i]
			n++
		}
	}
	return sum / n
}

func BenchmarkCity(b *testing.B) {
	l := loaded(b)
	for b.Loop() {
		cityOf(b, l, FineRes)
	}
}
