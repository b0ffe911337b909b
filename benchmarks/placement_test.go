package benchmarks

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
	"github.com/nearside-ems/nearside/optimiser/instances"
)

// graphOf writes a graph as Beasley made OR-Library's: n²/50 edges with costs from 1 to 100, after a way
// through all nodes.
func graphOf(n, place int) string {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(place)))
	var b strings.Builder
	fmt.Fprintln(&b, n, n*n/50, place)
	for i := range n * n / 50 {
		from, to := i%n+1, (i+1)%n+1
		if i >= n-1 {
			from = 1 + rng.IntN(n)
			to = 1 + (from+rng.IntN(n-1))%n
		}
		fmt.Fprintln(&b, from, to, 1+rng.IntN(100))
	}
	return b.String()
}

func instanceOf(b *testing.B, n, place int) *instances.Instance {
	in, err := instances.Read(strings.NewReader(graphOf(n, place)), "generated")
	if err != nil {
		b.Fatal(err)
	}
	return in
}

// BenchmarkInstances reads and closes a graph of 400 nodes; its reference is the plain way to close it.
func BenchmarkInstances(b *testing.B) {
	text := graphOf(400, 10)
	b.Run("Read", func(b *testing.B) {
		for b.Loop() {
			if _, err := instances.Read(strings.NewReader(text), "generated"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Floyd", func(b *testing.B) {
		in := instanceOf(b, 400, 10)
		for b.Loop() {
			floyd(in.Distance.T, in.Points)
		}
	})
}

// floyd closes distances by Floyd and Warshall's algorithm; that they are closed already changes no step.
func floyd(d []road.Millis, n int) {
	for k := range n {
		via := d[k*n : (k+1)*n]
		for i := range n {
			row := d[i*n : (i+1)*n]
			to := row[k]
			for j := range row {
				row[j] = min(row[j], to+via[j])
			}
		}
	}
}

// placements are the problems of the benchmarks below.
var placements = []struct{ n, place int }{{200, 5}, {300, 30}, {400, 80}}

// BenchmarkPmedian proves p-medians of three graphs optimal; its reference tries one swap in twenty
// of a random plan of each, by definition.
func BenchmarkPmedian(b *testing.B) {
	b.Run("Prove", func(b *testing.B) {
		var problems []*optimiser.Problem
		for _, c := range placements {
			in := instanceOf(b, c.n, c.place)
			problems = append(problems, &optimiser.Problem{
				Sites: c.n, Cells: c.n, Place: c.place,
				Layers: []optimiser.Layer{{Weight: in.Weight, Time: in.Distance, Share: []float64{1}}},
			})
		}
		for b.Loop() {
			for _, p := range problems {
				plan, err := optimiser.Solve(context.Background(), p, optimiser.Settings{Workers: 1})
				if err != nil || plan.Status != optimiser.Optimal {
					b.Fatal(p.Sites, plan.Status, plan.Certificate.Gap(), err)
				}
			}
		}
	})
	b.Run("Swaps", swaps)
}

// BenchmarkPcentre does the same for p-centres.
func BenchmarkPcentre(b *testing.B) {
	b.Run("Prove", func(b *testing.B) {
		var problems []*cover.Problem
		for _, c := range placements {
			problems = append(problems, &cover.Problem{Sites: c.n, Cells: c.n, Time: instanceOf(b, c.n, c.place).Distance})
		}
		for b.Loop() {
			for i, c := range placements {
				plan, err := cover.Centre(context.Background(), problems[i], c.place, cover.Settings{})
				if err != nil || plan.Status != optimiser.Optimal {
					b.Fatal(c.n, plan.Status, plan.Worst, plan.Bound, err)
				}
			}
		}
	})
	b.Run("Swaps", swaps)
}

func swaps(b *testing.B) {
	var graphs []*instances.Instance
	for _, c := range placements {
		graphs = append(graphs, instanceOf(b, c.n, c.place))
	}
	for b.Loop() {
		for _, in := range graphs {
			plan := rand.New(rand.NewPCG(1, 1)).Perm(in.Points)[:in.Place]
			for k, out := range plan {
				for j := k % 20; j < in.Points; j += 20 {
					plan[k] = j
					sumOf(in, plan)
				}
				plan[k] = out
			}
		}
	}
}

// sumOf is the value of a p-median by definition.
func sumOf(in *instances.Instance, plan []int) (sum road.Millis) {
	for i := range in.Points {
		row, least := in.Distance.Row(i), road.Unreachable
		for _, j := range plan {
			least = min(least, row[j])
		}
		sum += least
	}
	return sum
}
