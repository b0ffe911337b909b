package optimiser

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// week is a city with the times of several periods, which differ only in where they lie in memory.
func week(place, periods int) *Problem {
	p := city(place)
	for len(p.Layers) < periods {
		l := p.Layers[0]
		l.Time = &route.Matrix{Sites: l.Time.Sites, Cells: l.Time.Cells, T: l.Time.T}
		p.Layers = append(p.Layers, l)
	}
	return p
}

// priced returns multipliers such as the solver ends with: each level's is the time of the next facility
// beyond it, of a few plans.
func priced(p *Problem, vectors int) *Certificate {
	c := &Certificate{}
	for v := range vectors {
		for _, l := range p.Layers {
			mu := make([]float64, len(l.Share)*p.Cells)
			for i := range p.Cells {
				near := slices.Repeat([]road.Millis{Cap}, len(l.Share)+1)
				for f := range p.Place {
					keepLeast(near, l.Time.Row((f*p.Sites/p.Place + v) % p.Sites)[i])
				}
				for k := range l.Share {
					mu[k*p.Cells+i] = float64(near[k+1]) / 1000
				}
			}
			c.Multiplier = append(c.Multiplier, mu...)
		}
		c.Proof = append(c.Proof, Step{Split, v}, Step{Relax, v})
	}
	c.Proof = append(c.Proof, Step{Relax, 0})
	return c
}

// BenchmarkVerify times what Verify does with a plan, part by part: 15,000 cells, 2,000 sites, three levels, several
// matrices.
func BenchmarkVerify(b *testing.B) {
	for _, c := range []struct{ place, periods, vectors int }{{6, 1, 1}, {60, 1, 1}, {60, 5, 1}, {60, 5, 8}, {6, 5, 1}} {
		p := week(c.place, c.periods)
		cert := priced(p, c.vectors)
		b.Run(fmt.Sprintf("place=%d/matrices=%d/vectors=%d", c.place, c.periods, c.vectors), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := proofBound(p, cert); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	p := week(60, 5)
	b.Run("hash/matrices=5", func(b *testing.B) {
		for b.Loop() {
			p.Hash()
		}
	})
	b.Run("value/matrices=5", func(b *testing.B) {
		for b.Loop() {
			p.worth(numbers(60))
		}
	})
}
