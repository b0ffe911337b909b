package transport

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// relabel returns the problem with site s called site[s] and cell i called cell[i].
func relabel(p *Problem, site, cell []int) *Problem {
	q := *p
	q.Fixed, q.Forbidden, q.Layers = nil, nil, nil
	for _, s := range p.Fixed {
		q.Fixed = append(q.Fixed, site[s])
	}
	for _, s := range p.Forbidden {
		q.Forbidden = append(q.Forbidden, site[s])
	}
	for _, l := range p.Layers {
		m := Layer{Weight: make([]float64, p.Cells), Time: &route.Matrix{Sites: p.Sites, Cells: p.Cells, T: make([]road.Millis, len(l.Time.T))}}
		if l.Capacity != nil {
			m.Capacity = make([]float64, p.Sites)
			for s, c := range l.Capacity {
				m.Capacity[site[s]] = c
			}
		}
		for i := range p.Cells {
			m.Weight[cell[i]] = l.Weight[i]
			for s := range p.Sites {
				m.Time.T[site[s]*p.Cells+cell[i]] = l.Time.T[s*p.Cells+i]
			}
		}
		q.Layers = append(q.Layers, m)
	}
	return &q
}

// halve returns the problem with its last cell split in two of half the weight.
func halve(p *Problem) *Problem {
	q := *p
	q.Cells++
	q.Layers = nil
	for _, l := range p.Layers {
		w := l.Weight[p.Cells-1] / 2
		m := Layer{Weight: append(slices.Clone(l.Weight[:p.Cells-1]), w, w), Time: &route.Matrix{Sites: p.Sites, Cells: q.Cells}, Capacity: l.Capacity}
		for s := range p.Sites {
			row := l.Time.Row(s)
			m.Time.T = append(append(m.Time.T, row...), row[p.Cells-1])
		}
		q.Layers = append(q.Layers, m)
	}
	return &q
}

// scale returns the problem with weights and rooms times f.
func scale(p *Problem, f float64) *Problem {
	q := *p
	q.Layers = slices.Clone(p.Layers)
	for l := range q.Layers {
		for _, list := range []*[]float64{&q.Layers[l].Weight, &q.Layers[l].Capacity} {
			*list = slices.Clone(*list)
			for i := range *list {
				(*list)[i] *= f
			}
		}
	}
	return &q
}

func TestTheBestValueDoesNotDependOnNamesScalesAndCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		value := func(q *Problem) float64 {
			plan, err := Solve(context.Background(), q, optimiser.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			return plan.Certificate.Value
		}
		want := value(p)
		site := rapid.Permutation(numbers(p.Sites)).Draw(t, "site")
		cell := rapid.Permutation(numbers(p.Cells)).Draw(t, "cell")
		if got := value(relabel(p, site, cell)); !like(got, want) {
			t.Errorf("relabelled: %v, not %v", got, want)
		}
		if got := value(halve(p)); !like(got, want) {
			t.Errorf("one cell halved: %v, not %v", got, want)
		}
		if got := value(scale(p, 3.7)); !like(got, 3.7*want) {
			t.Errorf("weights × 3.7: %v, not %v", got, 3.7*want)
		}
	})
}
