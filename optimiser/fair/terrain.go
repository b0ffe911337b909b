package fair

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// terrain is a problem laid out for search: layers that differ only in weights and parts form a group,
// which has one list of nearest facilities for each of its clients, the cells.
type terrain struct {
	p      *Problem
	parts  int
	groups []group
	lists  int // length of all lists together
	fixed  []bool
	barred []bool  // per site: forbidden
	quotas [][]int // per site: the quotas whose sets hold it
}

// group is layers that agree in times, curve, shares and service.
type group struct {
	like  *optimiser.Layer // the first of them
	share []float64        // of the k-th nearest facility
	step  []float64        // share[k] − share[k+1]: the objective is a sum of step·(sum of the k least costs)
	list  int              // where the first client's list begins
	ceil  int32            // the cost of a missing facility, which none exceeds
	cost  [][]road.Millis  // per row of the matrix, then per cell, in thousandths
	used  []bool           // per cell: some layer has weight there
	views []view           // one a layer
}

// view is one layer's demand: weight is divided by its part's, so that sums of it are means.
type view struct {
	weight []float64
	part   []int32
}

func newTerrain(p *Problem) *terrain {
	d := p.Demand
	t := &terrain{p: p, parts: len(p.Names), fixed: make([]bool, d.Sites), barred: make([]bool, d.Sites), quotas: make([][]int, d.Sites)}
	for _, s := range d.Fixed {
		t.fixed[s] = true
	}
	for _, s := range d.Forbidden {
		t.barred[s] = true
	}
	for q := range d.Quotas {
		for _, s := range d.Quotas[q].Sites {
			t.quotas[s] = append(t.quotas[s], q)
		}
	}
	per := p.totals()
	for l := range d.Layers {
		layer := &d.Layers[l]
		at := slices.IndexFunc(t.groups, func(g group) bool { return alike(g.like, layer) })
		if at < 0 {
			at = len(t.groups)
			t.groups = append(t.groups, t.newGroup(layer))
		}
		g, weight := &t.groups[at], make([]float64, d.Cells)
		for i, w := range layer.Weight {
			weight[i] = w / per[p.Part[l][i]]
			g.used[i] = g.used[i] || w > 0
		}
		g.views = append(g.views, view{weight, p.Part[l]})
	}
	return t
}

// alike reports whether two layers differ in weights only.
func alike(x, y *optimiser.Layer) bool {
	if (x.Curve == nil) != (y.Curve == nil) || x.Time != y.Time || !slices.Equal(x.Share, y.Share) || !slices.Equal(x.Off, y.Off) {
		return false
	}
	return x.Curve == nil || slices.Equal(x.Curve.Time, y.Curve.Time) && slices.Equal(x.Curve.Cost, y.Curve.Cost)
}

func (t *terrain) newGroup(l *optimiser.Layer) group {
	cells := t.p.Demand.Cells
	g := group{
		like: l, share: l.Share, step: slices.Clone(l.Share), list: t.lists,
		ceil: costOf(l, optimiser.Cap), cost: costs(l.Time, l), used: make([]bool, cells),
	}
	for k := range len(g.step) - 1 {
		g.step[k] -= l.Share[k+1]
	}
	t.lists += cells * g.length()
	return g
}

// length is that of a client's list: one more than serve it.
func (g *group) length() int { return len(g.share) + 1 }

// costOf is what a time costs in a layer, in thousandths.
func costOf(l *optimiser.Layer, t road.Millis) int32 {
	if t = min(t, optimiser.Cap); l.Curve != nil {
		return l.Curve.At(t)
	}
	return int32(t)
}

// costs returns the rows of a matrix as costs: themselves where they are.
func costs(m *route.Matrix, l *optimiser.Layer) [][]road.Millis {
	rows := make([][]road.Millis, m.Sites)
	for r := range rows {
		rows[r] = m.Row(r)
		if l.Curve == nil && slices.Max(rows[r]) <= optimiser.Cap {
			continue
		}
		rows[r] = slices.Clone(rows[r])
		for i, t := range rows[r] {
			rows[r][i] = road.Millis(costOf(l, t))
		}
	}
	return rows
}

// row returns what cells pay at a site; nil where it is not in service.
func (t *terrain) row(g *group, site int) []road.Millis {
	if g.like.Off != nil && g.like.Off[site] {
		return nil
	}
	if t.p.Demand.Row != nil {
		site = int(t.p.Demand.Row[site])
	}
	return g.cost[site]
}
