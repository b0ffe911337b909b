package route

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/geo/route/order"
)

// indexed gives a metric its ways, made anew, and says what of it.
func indexed(tb testing.TB, m *Metric) *hierarchy.Labels {
	tb.Helper()
	nodes, err := order.NestedDissection(context.Background(), m.Network.Graph, nil)
	if err != nil {
		tb.Fatal(err)
	}
	h, err := hierarchy.New(m.Network.Graph, nodes)
	if err != nil {
		tb.Fatal(err)
	}
	m.Ways = h.Customise(m.Weight).Perfect()
	l, err := m.Ways.Labels(context.Background(), 2, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

// beat is a car that reports from places some metres apart, or anywhere.
type beat struct {
	index  *Index
	trails *Trails
	moves  Moves
	at     [][]road.Spot // per car, in turn
}

// newBeat puts cars where they are first.
func newBeat(tb testing.TB, m *Metric, cars int, metres float64) *beat {
	tb.Helper()
	random, b := rand.New(rand.NewPCG(3, uint64(cars))), &beat{index: NewIndex(m), trails: NewTrails(m)}
	from := snapped(tb, m, cars)
	points := places(cars)
	for c := range from {
		way := []road.Spot{from[c]}
		for p := points[c]; len(way) < 4; {
			q := orb.Point{p.Lon() + metres/69_300*(2*random.Float64()-1), p.Lat() + metres/111_200*(2*random.Float64()-1)}
			if s, ok := m.Network.Snap(q); ok {
				way = append(way, s)
			}
		}
		b.at = append(b.at, way)
	}
	for c := range cars {
		b.move(c, 0)
	}
	return b
}

func (b *beat) move(car, turn int) {
	b.moves.Reset()
	b.trails.Put(car, &b.at[car][turn%4], &b.moves)
	b.index.Apply(&b.moves)
}

// BenchmarkIndex measures questions and moves by searches of the hierarchy and by labels.
func BenchmarkIndex(b *testing.B) {
	m := westNetwork(b)
	labels := indexed(b, m)
	calls := snapped(b, m, 5000)
	for _, by := range []string{"hierarchy", "labels"} {
		if by == "labels" {
			m.UseLabels(labels)
		}
		for _, cars := range []int{500, 10_000} {
			near, far := newBeat(b, m, cars, 30), newBeat(b, m, cars, 10_000)
			s, dst := NewScratch(m), []Found(nil)
			b.Run(fmt.Sprintf("nearest/by=%s/cars=%d", by, cars), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					dst = near.index.Nearest(s, &calls[i%len(calls)], 5, nil, dst)
				}
			})
			b.Run(fmt.Sprintf("nearest_raw/by=%s/cars=%d", by, cars), func(b *testing.B) {
				points := places(5000)
				for i := 0; b.Loop(); i++ {
					if call, ok := m.Network.Snap(points[i%len(points)]); ok {
						dst = near.index.Nearest(s, &call, 5, nil, dst)
					}
				}
			})
			for name, x := range map[string]*beat{"near": near, "far": far} {
				b.Run(fmt.Sprintf("move=%s/by=%s/cars=%d", name, by, cars), func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						x.move(i%cars, i/cars+1)
					}
				})
			}
		}
	}
}
