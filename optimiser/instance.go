package optimiser

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/route"
)

// instance is a problem as the solver sees it: sites that may have a facility are columns, layers that
// differ only in their weights are merged into groups, times are costs, shares that are 0 are cut off.
type instance struct {
	site    []int  // column → site of the problem, ascending
	row     []int  // column → row of the matrices
	rows    int    // highest row + 1
	fixed   []bool // per column
	place   int
	rules   *rules
	groups  []group
	groupOf []int // layer → group
	pieces  []piece
}

// group is the demand of layers that agree in times, curve, shares and service. A client is a cell of
// a group; clients are numbered group by group.
type group struct {
	weight []float64 // per cell
	cost   *costs
	on     []bool    // per column: in service; nil: all are
	a, b   []float64 // per level: share of the demand; the same as weights of sums of least costs
	pooled []float64 // b of the falling shares, ≥ 0: what the dual uses
	client int       // number of the first client
	flat   int       // place of the first client's first level in arrays of client × level
	list   int       // place of the first client in arrays of client × (level + 1)
}

// levels returns the number of levels that carry weight.
func (g *group) levels() int { return len(g.a) }

// serves reports whether a column is in service.
func (g *group) serves(j int) bool { return g.on == nil || g.on[j] }

// piece is a run of cells of a group. Work is shared between workers, and sums are split, by pieces: they do not
// depend on the number of workers, and so neither does the result.
type piece struct{ group, from, to int }

// mostPieces is about how many pieces there are; a piece has about pieceCells cells at least.
const (
	mostPieces = 16
	pieceCells = 512
)

func newInstance(p *Problem) *instance {
	in := &instance{place: p.Place}
	forbidden, fixed := marks(p.Sites, p.Forbidden), marks(p.Sites, p.Fixed)
	column := make([]int, p.Sites)
	for s := range p.Sites {
		column[s] = -1
		if !forbidden[s] {
			column[s] = len(in.site)
			in.site = append(in.site, s)
			in.row = append(in.row, rowOf(p, s))
			in.rows = max(in.rows, rowOf(p, s)+1)
			in.fixed = append(in.fixed, fixed[s])
		}
	}
	in.rules = newRules(p, in.site)
	in.merge(p)
	in.number()
	return in
}

// marks returns which of n things are listed.
func marks(n int, list []int) []bool {
	m := make([]bool, n)
	for _, i := range list {
		m[i] = true
	}
	return m
}

// rowOf returns the site's row in every layer's matrix.
func rowOf(p *Problem, site int) int {
	if p.Row == nil {
		return site
	}
	return int(p.Row[site])
}

// merge makes the groups.
func (in *instance) merge(p *Problem) {
	var like []*Layer // per group: its first layer
	known := map[*route.Matrix][]*costs{}
	for l := range p.Layers {
		layer := &p.Layers[l]
		g := slices.IndexFunc(like, func(o *Layer) bool { return sameButWeight(o, layer) })
		if g < 0 {
			g = len(in.groups)
			like = append(like, layer)
			in.groups = append(in.groups, in.newGroup(layer, known))
		}
		in.groupOf = append(in.groupOf, g)
		for i, w := range layer.Weight {
			in.groups[g].weight[i] += w
		}
	}
}

func sameButWeight(x, y *Layer) bool {
	return x.Time == y.Time && slices.Equal(x.Share, y.Share) && x.Curve.same(y.Curve) &&
		slices.Equal(x.Off, y.Off)
}

// newGroup returns the layer's group, yet without weight. known holds the costs made so far.
func (in *instance) newGroup(l *Layer, known map[*route.Matrix][]*costs) group {
	a := l.Share
	for len(a) > 1 && a[len(a)-1] == 0 {
		a = a[:len(a)-1]
	}
	g := group{weight: make([]float64, l.Time.Cells), a: a, b: steps(a), pooled: steps(falling(a))}
	at := slices.IndexFunc(known[l.Time], func(c *costs) bool { return c.curve.same(l.Curve) })
	if at < 0 {
		at = len(known[l.Time])
		known[l.Time] = append(known[l.Time], newCosts(l.Time, l.Curve, in.row, in.rows))
	}
	g.cost = known[l.Time][at]
	if slices.Contains(l.Off, true) {
		g.on = make([]bool, len(in.site))
		for j, s := range in.site {
			g.on[j] = !l.Off[s]
		}
	}
	return g
}

// number fills in where the groups' clients are in flat arrays, and cuts the pieces.
func (in *instance) number() {
	client, flat, list := 0, 0, 0
	each := max(1, min(mostPieces, len(in.groups)*len(in.groups[0].weight)/pieceCells)/len(in.groups))
	for i := range in.groups {
		g := &in.groups[i]
		g.client, g.flat, g.list = client, flat, list
		n := len(g.weight)
		client, flat, list = client+n, flat+n*g.levels(), list+n*(g.levels()+1)
		for k := range each {
			in.pieces = append(in.pieces, piece{i, n * k / each, n * (k + 1) / each})
		}
	}
}

// clients returns the number of clients.
func (in *instance) clients() int {
	last := &in.groups[len(in.groups)-1]
	return last.client + len(last.weight)
}

// multipliers returns the number of clients, each as often as it has levels.
func (in *instance) multipliers() int {
	last := &in.groups[len(in.groups)-1]
	return last.flat + len(last.weight)*last.levels()
}

// sites returns the problem's sites of the columns, ascending.
func (in *instance) sites(columns []int) []int {
	out := make([]int, len(columns))
	for i, j := range columns {
		out[i] = in.site[j]
	}
	slices.Sort(out)
	return out
}
