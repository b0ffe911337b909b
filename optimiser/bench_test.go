package optimiser

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// city is the size of London in one period: 15,000 cells, 2,000 sites, three levels.
func city(place int) *Problem { return town(15000, 2000, place, 1, 3, 0.3, 1) }

func BenchmarkGreedy(b *testing.B) {
	in := newInstance(city(30))
	for b.Loop() {
		newSearcher(in, 1, 2).greedy(context.Background(), in)
	}
}

// BenchmarkExchange tries one site against a layout: the inner loop of the swap search.
func BenchmarkExchange(b *testing.B) {
	in := newInstance(city(30))
	l := newLayout(in, numbers(30))
	extra := make([]float64, 31)
	for b.Loop() {
		l.exchange(1000, extra)
	}
}

func BenchmarkSwap(b *testing.B) {
	in := newInstance(city(30))
	l := newLayout(in, numbers(30))
	for i := 0; b.Loop(); i++ {
		l.swap(i%30, 30+i%1900)
	}
}

func BenchmarkDualStep(b *testing.B) {
	for _, place := range []int{6, 30} {
		b.Run(fmt.Sprint(place), func(b *testing.B) { benchmarkDualStep(b, place) })
	}
}

func benchmarkDualStep(b *testing.B, place int) {
	in := newInstance(city(place))
	l := newSearcher(in, 1, 2).greedy(context.Background(), in)
	a := newAscent(newDual(in, 2, func() bool { return false }), l.value)
	a.from(l)
	for b.Loop() {
		a.advance()
	}
}

// BenchmarkGrowth takes steps of the dual on towns of growing size, 30 cars with three levels, on one core. MB is what
// the solver holds beside the travel times, which take 4 bytes for each site and cell.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []struct{ cells, sites int }{
		{4000, 500}, {8000, 500}, {15000, 500}, {30000, 500}, {60000, 500}, {15000, 1000}, {15000, 2000}, {15000, 4000},
	} {
		b.Run(fmt.Sprintf("%dx%d", size.cells, size.sites), func(b *testing.B) {
			p := town(size.cells, size.sites, 30, 1, 3, 0.3, 1)
			before := inUse()
			in := newInstance(p)
			l := newSearcher(in, 1, 1).greedy(context.Background(), in)
			a := newAscent(newDual(in, 1, func() bool { return false }), l.value)
			a.from(l)
			held := inUse() - before
			runtime.KeepAlive(p)
			for b.Loop() {
				a.advance()
			}
			b.ReportMetric(float64(held)/1e6, "MB")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.cells)/float64(size.sites), "ns/time")
		})
	}
}

// inUse is the heap's bytes after two collections: what pools hold outlives one.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCity solves London's size in five seconds at most and reports the gap.
func BenchmarkCity(b *testing.B) {
	for name, p := range map[string]*Problem{"6cars": city(6), "30cars": city(30), "60cars": city(60),
		"4centres": town(15000, 200, 4, 1, 1, 0, 1)} {
		b.Run(name, func(b *testing.B) {
			gap := 0.0
			for b.Loop() {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				plan, err := Solve(ctx, p, Settings{})
				cancel()
				if err != nil {
					b.Fatal(err)
				}
				gap = plan.Certificate.Gap()
			}
			b.ReportMetric(100*gap, "gap-%")
		})
	}
}
