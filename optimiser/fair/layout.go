package fair

import "slices"

// layout is a set of open sites with, for each client, its nearest of them, one more than
// serve it, so that a closing knows who comes next. Lists end in stand-ins at the cost of a missing facility.
type layout struct {
	*terrain
	open []int     // position → site
	at   []int     // site → position + 1, 0 when closed
	near []int32   // lists of costs, ascending
	who  []int32   // the same of positions; a stand-in's is len(open)
	mean []float64 // of each part, in thousandths
	loss []float64 // position × parts: what its closing alone adds to each mean
	have []int     // per quota: open sites in its set
	cost float64   // of the open sites, where there is a budget
}

func newLayout(t *terrain) *layout {
	d := t.p.Demand
	return &layout{
		terrain: t, at: make([]int, d.Sites), near: make([]int32, t.lists), who: make([]int32, t.lists),
		mean: make([]float64, t.parts), have: make([]int, len(d.Quotas)),
	}
}

// reset opens the sites and no others.
func (l *layout) reset(sites []int) {
	l.open = append(l.open[:0], sites...)
	clear(l.at)
	clear(l.have)
	l.cost = 0
	for pos, s := range l.open {
		l.at[s] = pos + 1
		l.count(s, 1)
	}
	for g := range l.groups {
		for i := range l.groups[g].used {
			l.refill(&l.groups[g], i)
		}
	}
	l.settle()
}

// count adds a site, by times, to what its quotas have and to the cost.
func (l *layout) count(site, by int) {
	for _, q := range l.quotas[site] {
		l.have[q] += by
	}
	if c := l.p.Demand.Cost; c != nil {
		l.cost += float64(by) * c[site]
	}
}

// spare is the relative room left for the rounding of sums of costs.
const spare = 1e-12

// allowed reports whether the site may take the place of the one at a position.
func (l *layout) allowed(pos, site int) bool {
	old := l.open[pos]
	if l.fixed[old] {
		return false
	}
	l.count(old, -1)
	l.count(site, 1)
	d, ok := l.p.Demand, true
	for _, q := range l.quotas[old] {
		ok = ok && l.have[q] >= d.Quotas[q].Least
	}
	for _, q := range l.quotas[site] {
		ok = ok && l.have[q] <= d.Quotas[q].Most
	}
	ok = ok && (d.Budget == 0 || l.cost <= d.Budget*(1+spare))
	l.count(site, -1)
	l.count(old, 1)
	return ok
}

// refill makes a client's list anew.
func (l *layout) refill(g *group, cell int) {
	at := g.list + cell*g.length()
	near, who := l.near[at:at+g.length()], l.who[at:at+g.length()]
	for k := range near {
		near[k], who[k] = g.ceil, int32(len(l.open))
	}
	for pos, s := range l.open {
		if row := l.row(g, s); row != nil {
			l.insert(near, who, int32(row[cell]), int32(pos))
		}
	}
}

// insert puts one facility into a list if it is near enough. A real one comes before a stand-in.
func (l *layout) insert(near, who []int32, cost, pos int32) {
	none, at := int32(len(l.open)), len(near)-1
	if cost > near[at] || cost == near[at] && who[at] != none {
		return
	}
	for ; at > 0 && (near[at-1] > cost || who[at-1] == none); at-- {
		near[at], who[at] = near[at-1], who[at-1]
	}
	near[at], who[at] = cost, pos
}

// settle recomputes the means and losses from the lists.
func (l *layout) settle() {
	clear(l.mean)
	if want := (len(l.open) + 1) * l.parts; len(l.loss) != want {
		l.loss = make([]float64, want)
	}
	clear(l.loss)
	for i := range l.groups {
		g := &l.groups[i]
		for _, v := range g.views {
			for cell, w := range v.weight {
				if w > 0 {
					l.settleClient(g, cell, int(v.part[cell]), w)
				}
			}
		}
	}
}

func (l *layout) settleClient(g *group, cell, part int, w float64) {
	at := g.list + cell*g.length()
	near, who := l.near[at:at+g.length()], l.who[at:at+g.length()]
	cost, rise := 0.0, 0.0
	for k := len(near) - 2; k >= 0; k-- { // closing rank k moves all farther ones up by one
		cost += g.share[k] * float64(near[k])
		rise += g.share[k] * float64(near[k+1]-near[k])
		l.loss[int(who[k])*l.parts+part] += w * rise
	}
	l.mean[part] += w * cost
}

// swap opens a site in place of the one at a position.
func (l *layout) swap(pos, site int) {
	old := l.open[pos]
	l.count(old, -1)
	l.count(site, 1)
	l.at[old], l.at[site], l.open[pos] = 0, pos+1, site
	for i := range l.groups {
		g := &l.groups[i]
		row, n := l.row(g, site), g.length()
		for cell := range g.used {
			at := g.list + cell*n
			if slices.Contains(l.who[at:at+n], int32(pos)) {
				l.refill(g, cell)
			} else if row != nil {
				l.insert(l.near[at:at+n], l.who[at:at+n], int32(row[cell]), int32(pos))
			}
		}
	}
	l.settle()
}

// seconds returns the parts' means in seconds.
func (l *layout) seconds() []float64 {
	out := make([]float64, l.parts)
	for b, m := range l.mean {
		out[b] = m / 1000
	}
	return out
}

// sites returns the open sites, ascending.
func (l *layout) sites() []int { return slices.Sorted(slices.Values(l.open)) }
