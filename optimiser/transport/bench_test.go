package transport

import (
	"context"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
)

// alike is a town in which all sites have the same room.
func alike(sites, place, layers int, room float64) *Problem {
	p := town(15000, sites, place, layers, room, 1)
	for _, l := range p.Layers {
		for s := range l.Capacity {
			l.Capacity[s] = room * sum(l.Weight) / float64(place)
		}
	}
	return p
}

// BenchmarkCity solves London's sizes, 15,000 cells, in five seconds at most and reports the gap. Room is
// that of all centres together over the demand: alike at all sites, or drawn by site and layer.
func BenchmarkCity(b *testing.B) {
	for _, c := range []struct {
		name string
		p    *Problem
	}{
		{"4of36/1layer/room1.05drawn", town(15000, 36, 4, 1, 1.05, 1)},
		{"4of36/5layers/room0.9", alike(36, 4, 5, 0.9)},
		{"4of36/5layers/room1.05", alike(36, 4, 5, 1.05)},
		{"4of36/5layers/room1.5", alike(36, 4, 5, 1.5)},
		{"4of36/5layers/room1.05drawn", town(15000, 36, 4, 5, 1.05, 1)},
		{"8of36/5layers/room1.1", alike(36, 8, 5, 1.1)},
		{"10of300/5layers/room2drawn", town(15000, 300, 10, 5, 2, 1)},
		{"50of300/5layers/room1.5drawn", town(15000, 300, 50, 5, 1.5, 1)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				plan, err := Solve(ctx, c.p, optimiser.Settings{})
				cancel()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(100*plan.Certificate.Gap(), "gap-%")
			}
		})
	}
}

// BenchmarkAssign takes everybody to four and to fifty given centres, from no known prices.
func BenchmarkAssign(b *testing.B) {
	for name, p := range map[string]*Problem{"4": alike(50, 4, 1, 1.05), "50": alike(50, 50, 1, 1.05)} {
		in := newInstance(p)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				newLayout(in, 1).must(numbers(p.Place))
			}
		})
	}
}

// BenchmarkDualStep takes one step of the ascent, near its end.
func BenchmarkDualStep(b *testing.B) {
	r := newRun(context.Background(), alike(36, 8, 5, 1.1), optimiser.Settings{Workers: 1})
	a := r.start(newInstance(r.p))
	a.floor()
	a.climb(30)
	for b.Loop() {
		a.factor = 1
		a.advance()
	}
}
