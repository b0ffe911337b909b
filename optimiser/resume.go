package optimiser

import "fmt"

// checkFrom returns why an earlier plan cannot be gone on from, nil where it can.
func checkFrom(p *Problem, from *Plan) error {
	if from == nil {
		return nil
	}
	if err := p.Allows(from.Sites); err != nil {
		return fmt.Errorf("%w: Settings.From: %w", ErrProblem, err)
	}
	n, have := p.vectorSize(), len(from.Certificate.Multiplier)
	prices := 0
	if p.Budget > 0 {
		prices = have / n
	}
	if have%n != 0 || len(from.Certificate.Price) != prices {
		return fmt.Errorf("%w: Settings.From has %d multipliers and %d prices; its problem has another form", ErrProblem,
			have, len(from.Certificate.Price))
	}
	return nil
}

// resume goes on from the sites and the last multipliers of an earlier plan.
func (r *run) resume(from *Plan) (*layout, *ascent) {
	column := map[int]int{}
	for j, s := range r.in.site {
		column[s] = j
	}
	columns := make([]int, len(from.Sites))
	for i, s := range from.Sites {
		columns[i] = column[s]
	}
	l := newLayout(r.in, columns)
	if r.in.clients() < 2*enoughFor(r.in) { // else the bound comes first: see tree.first
		r.in.list(l, make([]bool, len(r.in.site)), nil, r.s.Workers, r.ended)
		r.search.improve(r.ctx, l, nil)
	}
	d := newDual(r.in, r.s.Workers, r.ended)
	d.from(l)
	if len(from.Certificate.Multiplier) > 0 { // a proof by looking at the only plan has none
		d.read(r.p, &from.Certificate, r.in)
	}
	a := newAscent(d, l.value)
	a.factor = resumed
	return l, a
}

// read takes the last vector of a certificate; of layers that form a group, the first one's numbers.
func (d *dual) read(p *Problem, c *Certificate, in *instance) {
	at, known := len(c.Multiplier)-p.vectorSize(), make([]bool, len(in.groups))
	for l := range p.Layers {
		i := in.groupOf[l]
		g := &in.groups[i]
		k := g.levels()
		for m := range k {
			for cell, v := range c.Multiplier[at+m*p.Cells:][:p.Cells] {
				if !known[i] {
					d.mu[g.flat+cell*k+m] = min(max(0, v*1000), float64(g.cost.ceil))
				}
			}
		}
		known[i] = true
		at += len(p.Layers[l].Share) * p.Cells
	}
	if p.Budget > 0 {
		d.price = max(0, c.Price[len(c.Price)-1]*1000)
	}
}
