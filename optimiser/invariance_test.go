package optimiser

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// relabel returns the problem with site s called site[s] and cell i called cell[i].
func relabel(p *Problem, site, cell []int) *Problem {
	q := *p
	q.Fixed, q.Forbidden, q.Quotas = renamed(p.Fixed, site), renamed(p.Forbidden, site), slices.Clone(p.Quotas)
	for i := range q.Quotas {
		q.Quotas[i].Sites = renamed(q.Quotas[i].Sites, site)
	}
	q.Row, q.Cost = moved(p.Row, site), moved(p.Cost, site)
	q.Layers = slices.Clone(p.Layers)
	for i, l := range p.Layers {
		m := &q.Layers[i]
		m.Weight, m.Off = moved(l.Weight, cell), moved(l.Off, site)
		m.Time = &route.Matrix{Sites: l.Time.Sites, Cells: p.Cells}
		rows := make([][]road.Millis, l.Time.Sites)
		for r := range rows {
			to := r
			if p.Row == nil {
				to = site[r]
			}
			rows[to] = moved(l.Time.Row(r), cell)
		}
		m.Time.T = slices.Concat(rows...)
	}
	return &q
}

func renamed(list, name []int) []int {
	var out []int
	for _, v := range list {
		out = append(out, name[v])
	}
	return out
}

// moved returns the list with what is at i at to[i].
func moved[T any](list []T, to []int) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[to[i]] = v
	}
	return out
}

// halve returns the problem with its last cell split in two of half the weight.
func halve(p *Problem) *Problem {
	q := *p
	q.Cells++
	q.Layers = slices.Clone(p.Layers)
	for i, l := range p.Layers {
		w := l.Weight[p.Cells-1] / 2
		m := &q.Layers[i]
		m.Weight = append(slices.Clone(l.Weight[:p.Cells-1]), w, w)
		m.Time = &route.Matrix{Sites: l.Time.Sites, Cells: q.Cells}
		for r := range l.Time.Sites {
			row := l.Time.Row(r)
			m.Time.T = append(append(m.Time.T, row...), row[p.Cells-1])
		}
	}
	return &q
}

// cut returns the problem with each layer as two that share its weight.
func cut(p *Problem) *Problem {
	q := *p
	q.Layers = append(slices.Clone(p.Layers), p.Layers...)
	for l := range q.Layers {
		q.Layers[l].Weight = slices.Clone(q.Layers[l].Weight)
		for i := range q.Layers[l].Weight {
			q.Layers[l].Weight[i] *= []float64{0.25, 0.75}[l/len(p.Layers)]
		}
	}
	return &q
}

// bared returns the problem with each site's row and service written out: a matrix of its own for each layer, with a
// row for each site, one beyond all times for those out of service.
func bared(p *Problem) *Problem {
	q := *p
	q.Row = nil
	q.Layers = slices.Clone(p.Layers)
	for i, l := range p.Layers {
		m := &q.Layers[i]
		m.Time, m.Off = &route.Matrix{Sites: p.Sites, Cells: p.Cells}, nil
		for s := range p.Sites {
			row := slices.Clone(l.Time.Row(p.row(s)))
			for c := range row {
				if !l.inService(s) {
					row[c] = road.Unreachable
				}
			}
			m.Time.T = append(m.Time.T, row...)
		}
	}
	return &q
}

// scale returns the problem with weights times f.
func scale(p *Problem, f float64) *Problem {
	q := *p
	q.Layers = slices.Clone(p.Layers)
	for l := range q.Layers {
		q.Layers[l].Weight = slices.Clone(q.Layers[l].Weight)
		for i := range q.Layers[l].Weight {
			q.Layers[l].Weight[i] *= f
		}
	}
	return &q
}

func TestTheBestValueDoesNotDependOnNamesScalesAndCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		value := func(q *Problem) float64 {
			plan, err := Solve(context.Background(), q, Settings{})
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
		if got := value(cut(p)); !like(got, want) {
			t.Errorf("each layer as two: %v, not %v", got, want)
		}
		if got := value(bared(p)); !like(got, want) {
			t.Errorf("rows and service written out: %v, not %v", got, want)
		}
		if got := value(halve(p)); !like(got, want) {
			t.Errorf("one cell halved: %v, not %v", got, want)
		}
		if got := value(scale(p, 3.7)); !like(got, 3.7*want) {
			t.Errorf("weights × 3.7: %v, not %v", got, 3.7*want)
		}
	})
}
