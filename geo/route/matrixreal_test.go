package route_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// TestMatricesOfCitiesAreDijkstras compares matrices both ways, computed and written, with Dijkstra's
// times, with the roads as they are and under random changes.
func TestMatricesOfCitiesAreDijkstras(t *testing.T) {
	eachCity(t, func(t *testing.T, c *city) {
		random, r := rand.New(rand.NewPCG(13, 7)), newReferee(c)
		sites, cells := c.spots(t, random, 12), c.spots(t, random, 500)
		copy(cells, sites[:10]) // the same places
		open := route.NewMetric(c.network, c.profiles[0])
		for i, m := range []*route.Metric{open, open.With(c.changes(random, 400, sites))} {
			path, inputs := filepath.Join(t.TempDir(), fmt.Sprint(i)), [32]byte{byte(i)}
			there, err := route.NewMatrix(context.Background(), m, sites, cells, nil)
			if err != nil {
				t.Fatal(err)
			}
			back, err := route.NewMatrixFrom(context.Background(), m, sites, cells, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := route.WriteMatrix(context.Background(), path, inputs, m, sites, cells, nil); err != nil {
				t.Fatal(err)
			}
			written, err := route.LoadMatrix(path, inputs)
			if err != nil || !slices.Equal(written.T, there.T) {
				t.Fatalf("the matrix that was written is another: %v", err)
			}
			for s := range sites {
				want := r.times(m, &sites[s], cells)
				for k := range cells {
					if there.Row(s)[k] != want[k] || back.Row(k)[s] != want[k] {
						t.Fatalf("%d and %d ms from %+v to %+v, Dijkstra says %d", there.Row(s)[k], back.Row(k)[s], sites[s], cells[k], want[k])
					}
				}
			}
		}
	})
}

// BenchmarkMatrix measures whole matrices of 2,000 sites, and beside them one row by Dijkstra's search.
func BenchmarkMatrix(b *testing.B) {
	eachCity(b, func(b *testing.B, c *city) {
		random := rand.New(rand.NewPCG(1, 2))
		m := route.NewMetric(c.network, c.speeds.Profile(c.speeds.Period(12), road.Normal))
		sites, all, r := c.spots(b, random, 2000), c.spots(b, random, 15_000), newReferee(c)
		b.Run("row/dijkstra", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				r.times(m, &sites[i%len(sites)], all)
			}
		})
		for _, cells := range [][]road.Spot{all[:2000], all} {
			b.Run(fmt.Sprintf("to/cells=%d", len(cells)), func(b *testing.B) {
				for b.Loop() {
					if _, err := route.NewMatrix(context.Background(), m, sites, cells, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("from/cells=%d", len(cells)), func(b *testing.B) {
				for b.Loop() {
					if _, err := route.NewMatrixFrom(context.Background(), m, cells, sites, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("file/cells=%d", len(cells)), func(b *testing.B) {
				path := filepath.Join(b.TempDir(), "m")
				for b.Loop() {
					if err := route.WriteMatrix(context.Background(), path, [32]byte{}, m, sites, cells, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("load/cells=%d", len(cells)), func(b *testing.B) {
				path := filepath.Join(b.TempDir(), "m")
				if err := route.WriteMatrix(context.Background(), path, [32]byte{}, m, sites, cells, nil); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if _, err := route.LoadMatrix(path, [32]byte{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}
