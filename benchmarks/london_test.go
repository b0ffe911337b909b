package benchmarks

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// monday is an hour between the peaks, whose speeds TfL publishes.
const monday demand.HourOfWeek = 13

var loaded = sync.OnceValues(data.Load)

// london returns the London that ships; it is read once.
func london(b *testing.B) *data.London {
	b.Helper()
	city, err := loaded()
	if err != nil {
		b.Fatal(err)
	}
	return city
}

func metric(b *testing.B) *route.Metric {
	b.Helper()
	city := london(b)
	return route.NewMetric(city.Network, city.Speeds.Profile(city.Speeds.Period(int(monday)), road.Normal))
}

// points returns places where calls come from, drawn from the forecast's hour; always the same.
func points(b *testing.B, n int, seed uint64) []orb.Point {
	b.Helper()
	city, random := london(b), rand.New(rand.NewPCG(seed, 1))
	rate, total := city.Prior.At(monday), 0.0
	for _, r := range rate {
		total += float64(r)
	}
	out := make([]orb.Point, n)
	for i := range out {
		left, cell := random.Float64()*total, 0
		for left -= float64(rate[0]); left > 0 && cell < len(rate)-1; left -= float64(rate[cell]) {
			cell++
		}
		out[i] = city.Grid.Centre(grid.Index(cell))
	}
	return out
}

// spots joins points to the network.
func spots(b *testing.B, network *route.Network, at []orb.Point) []road.Spot {
	b.Helper()
	out := make([]road.Spot, len(at))
	for i, p := range at {
		s, ok := network.Snap(p)
		if !ok {
			b.Fatalf("%v is off the network", p)
		}
		out[i] = s
	}
	return out
}
