package benchmarks

import (
	"context"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/planning"
)

// BenchmarkWhatIf tries changes on a plan of 60 cars and 4 centres for all hours of the week: the figures
// of every cell and speed period are computed again. Elsewhere moves a car to a cell whose travel times
// are not at hand.
func BenchmarkWhatIf(b *testing.B) {
	city := london(b)
	prior, err := planning.Prior(city)
	if err != nil {
		b.Fatal(err)
	}
	on := planning.Basis{City: city, Network: city.Network, Demand: planning.NewDemand(prior, city.Suitability, suitability.Attended)}
	ask := planning.Scenario{Cars: 60, Centres: 4, TimeLimit: time.Nanosecond} // the first plan will do
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		ask.Hours = append(ask.Hours, h)
	}
	ignore := func(planning.Progress) {}
	cache, ctx := b.TempDir(), context.Background()
	d, err := planning.Solve(ctx, on, ask, cache, ignore)
	if err != nil {
		b.Fatal(err)
	}
	w, err := planning.NewWhatIf(ctx, d, on, cache, ignore)
	if err != nil {
		b.Fatal(err)
	}
	try := func(b *testing.B, c planning.Change) {
		b.Helper()
		if _, err := w.Try(c); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("Move", func(b *testing.B) {
		for b.Loop() {
			try(b, planning.Change{Move: []planning.Move{{From: d.Cars[0].Cell, To: d.Cars[1].Cell}}})
		}
	})
	b.Run("Add", func(b *testing.B) {
		for b.Loop() {
			try(b, planning.Change{Add: []string{d.Cars[1].Cell}})
		}
	})
	b.Run("Close", func(b *testing.B) {
		for b.Loop() {
			try(b, planning.Change{Close: []string{d.Centres[0].Cell}})
		}
	})
	b.Run("Elsewhere", func(b *testing.B) {
		for cell := 0; b.Loop(); cell += 7 {
			try(b, planning.Change{Move: []planning.Move{{From: d.Cars[0].Cell, To: city.Grid.ID(grid.Index(cell % city.Grid.Len()))}}})
		}
	})
}
