package optimiser

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// instance is a problem as the solver sees it: forbidden sites dropped, layers with one matrix
// merged, times capped, levels without weight left out.
type instance struct {
	site    []int  // column → site of the problem, ascending
	fixed   []bool // per column
	place   int
	a, b    []float64 // per level: share of calls; the same as weights of sums of least costs
	pooled  []float64 // b of the falling weights, ≥ 0: what the dual uses
	groups  []group
	groupOf []int // layer → group
	first   []int // group → its first client; one more entry for the end
}

// group is the demand of all layers that share a matrix. A client is a (group, cell).
type group struct {
	weight []float64       // per cell
	row    [][]road.Millis // per column, then per cell; ≤ Cap
}

func newInstance(p *Problem) *instance {
	a := levelWeights(p.Busy, p.Levels)
	in := &instance{place: p.Place, a: a, b: steps(a), pooled: steps(falling(a))}
	for j := range p.Sites {
		if !slices.Contains(p.Forbidden, j) {
			in.site = append(in.site, j)
			in.fixed = append(in.fixed, slices.Contains(p.Fixed, j))
		}
	}
	known := map[*route.Matrix]int{}
	for _, l := range p.Layers {
		g, ok := known[l.Time]
		if !ok {
			g = len(in.groups)
			known[l.Time] = g
			in.groups = append(in.groups, newGroup(l.Time, in.site))
		}
		in.groupOf = append(in.groupOf, g)
		for i, w := range l.Weight {
			in.groups[g].weight[i] += w
		}
	}
	in.number()
	return in
}

// number fills in first.
func (in *instance) number() {
	in.first = make([]int, 1, len(in.groups)+1)
	for _, g := range in.groups {
		in.first = append(in.first, in.first[len(in.first)-1]+len(g.weight))
	}
}

// newGroup returns the matrix's rows at the sites, copied only where a time is above Cap.
func newGroup(m *route.Matrix, site []int) group {
	g := group{weight: make([]float64, m.Cells), row: make([][]road.Millis, len(site))}
	for j, s := range site {
		g.row[j] = capped(m.Row(s))
	}
	return g
}

func capped(row []road.Millis) []road.Millis {
	for i, t := range row {
		if t > Cap {
			row = slices.Clone(row)
			for k := i; k < len(row); k++ {
				row[k] = min(row[k], Cap)
			}
			break
		}
	}
	return row
}

// clients returns the number of clients.
func (in *instance) clients() int { return in.first[len(in.groups)] }

// levels returns the number of levels that carry weight.
func (in *instance) levels() int { return len(in.a) }

// sites returns the problem's sites of the columns, ascending.
func (in *instance) sites(columns []int) []int {
	out := make([]int, len(columns))
	for i, j := range columns {
		out[i] = in.site[j]
	}
	slices.Sort(out)
	return out
}
