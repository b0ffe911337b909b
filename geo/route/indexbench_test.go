package route

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// labelled returns the labels of a metric.
func labelled(tb testing.TB, m *Metric) *hierarchy.Labels {
	tb.Helper()
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

// BenchmarkIndex measures questions and moves by searches of the hierarchy and by labels: of cars that
// go some ten metres, or thirty, from one report to the next, and of cars that are then anywhere.
func BenchmarkIndex(b *testing.B) {
	m := westNetwork(b)
	labels := labelled(b, m)
	calls := snapped(b, m, 5000)
	for _, by := range []string{"hierarchy", "labels"} {
		if by == "labels" {
			m.UseLabels(labels)
		}
		for _, cars := range []int{500, 10_000} {
			s, dst := NewScratch(m), []Found(nil)
			for _, metres := range []int{10, 30, 10_000} {
				x := newBeat(b, m, cars, float64(metres))
				b.Run(fmt.Sprintf("move=%dm/by=%s/cars=%d", metres, by, cars), func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						x.move(i%cars, i/cars+1)
					}
				})
				if metres > 10 {
					continue
				}
				b.Run(fmt.Sprintf("nearest/by=%s/cars=%d", by, cars), func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						dst = x.index.Nearest(s, &calls[i%len(calls)], 5, nil, dst)
					}
				})
				b.Run(fmt.Sprintf("nearest_raw/by=%s/cars=%d", by, cars), func(b *testing.B) {
					points := places(len(calls))
					for i := 0; b.Loop(); i++ {
						if call, ok := m.Network.Snap(points[i%len(points)]); ok {
							dst = x.index.Nearest(s, &call, 5, nil, dst)
						}
					}
				})
			}
		}
	}
}

// TestIndexDoesNotAllocate in steady state, neither for questions nor for moves.
func TestIndexDoesNotAllocate(t *testing.T) {
	m := grid(30)
	labels := labelled(t, m)
	g, b := m.Network.Graph, &beat{index: NewIndex(m), trails: NewTrails(m)}
	for c := range 40 {
		spot := func(a int, along float32) road.Spot { return g.SpotOn(road.Arc(a), road.Arc(a), along) }
		b.at = append(b.at, []road.Spot{spot(80*c, 0.2), spot(80*c, 0.9), spot(80*c+7, 0.5), atNode(road.Node(20 * c))})
	}
	s, dst, car := NewScratch(m), []Found(nil), 0
	move := func() { b.move(car%40, car/40); car++ }
	for _, by := range []string{"hierarchy", "labels"} {
		if by == "labels" {
			m.UseLabels(labels)
		}
		for range 400 { // a few rounds, after which nothing is new
			move()
		}
		dst = b.index.Nearest(s, &b.at[3][0], 5, nil, dst)
		if n := testing.AllocsPerRun(200, func() { dst = b.index.Nearest(s, &b.at[3][0], 5, nil, dst) }); n != 0 || len(dst) != 5 {
			t.Errorf("by %s, a question for %d cars allocates %g times", by, len(dst), n)
		}
		if n := testing.AllocsPerRun(400, move); n != 0 {
			t.Errorf("by %s, a move allocates %g times", by, n)
		}
	}
}
