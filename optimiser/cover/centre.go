package cover

import (
	"context"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// centre is one call of Centre.
type centre struct {
	p     *Problem
	place int
	s     Settings
	ctx   context.Context
	plan  *CentrePlan
	open  []int  // allowed sites
	some  []bool // cells that tests look at; nil: all
}

// start finds a first plan: again and again the site that is nearest to the cell that is farthest from all
// (Gonzalez 1985), and where that leaves a cell out, a plan that reaches all in any time.
func (c *centre) start() error {
	if c.p.Cells > manyCells {
		c.some = make([]bool, c.p.Cells)
		for k := range firstCell {
			c.some[k*c.p.Cells/firstCell] = true
		}
	}
	sites := slices.Clone(c.p.Fixed)
	taken := make([]bool, c.p.Sites)
	for _, j := range sites {
		taken[j] = true
	}
	near, free := c.p.nearest(sites), c.p.open(false)
	for len(sites) < c.place {
		far := -1
		for i, t := range near {
			if c.p.counts(i) && (far < 0 || t > near[far]) {
				far = i
			}
		}
		pick := -1
		for _, j := range free {
			if !taken[j] && (pick < 0 || c.p.Time.Row(j)[far] < c.p.Time.Row(pick)[far]) {
				pick = j
			}
		}
		sites, taken[pick] = append(sites, pick), true
		for i, t := range c.p.Time.Row(pick) {
			near[i] = min(near[i], t)
		}
	}
	c.offer(sites)
	if c.plan.Worst < road.Unreachable {
		return nil
	}
	// Without a deadline: any plan is worth more than none, and such problems fall into pieces.
	few, err := Fewest(context.WithoutCancel(c.ctx), c.p, road.Unreachable-1, Settings{Seed: c.s.Seed})
	if err != nil {
		return err
	}
	if len(few.Sites) > c.place {
		return &TooFewError{c.place, few.Bound}
	}
	c.offer(few.Sites)
	return nil
}

// offer keeps sites that are better than the plan, with further ones up to place.
func (c *centre) offer(sites []int) {
	sites = slices.Clone(sites)
	for _, j := range c.p.open(false) {
		if len(sites) == c.place {
			break
		}
		if !slices.Contains(sites, j) {
			sites = append(sites, j)
		}
	}
	if worst := c.p.worst(sites); c.plan.Sites == nil || worst < c.plan.Worst {
		slices.Sort(sites)
		c.plan.Sites, c.plan.Worst = sites, worst
		c.s.report(int64(worst), int64(c.plan.Bound))
	}
}

// bisect closes in on the least worst time, between the least reach of all sites together, below which
// nothing is possible, and the plan's. First come tests without a tree: for a plan, as far down as they
// find one, then for a proof, as far up. What they leave open is searched.
func (c *centre) bisect(least road.Millis) {
	if least > 0 {
		c.prove(unreachable(c.p, c.place, least-1))
	}
	low, open := c.plan.Bound, c.plan.Worst // tests from open to low, if any, were of no avail
	for t, is := c.between(low, c.plan.Worst); is; t, is = c.between(low, c.plan.Worst) {
		if low = max(low, c.plan.Bound); !c.test(t, false) {
			low, open = t+1, min(open, t)
		}
		low = max(low, c.plan.Bound)
	}
	for t, is := c.between(c.plan.Bound, open); is; t, is = c.between(c.plan.Bound, open) {
		if !c.test(t, false) {
			open = t
		}
		open = min(open, c.plan.Worst)
	}
	for t, is := c.between(c.plan.Bound, c.plan.Worst); is; t, is = c.between(c.plan.Bound, c.plan.Worst) {
		if !c.test(t, true) {
			break // ctx has ended, or the proof is too long
		}
	}
	if c.plan.Bound == c.plan.Worst {
		c.plan.Status = optimiser.Optimal
	}
}

// test asks whether the sites can do within a time; it reports false where that stays open.
func (c *centre) test(t road.Millis, search bool) bool {
	for {
		r := newRun(c.ctx, c.p, t, c.some, c.s.Seed)
		sites, proof := r.try(c.place)
		if sites == nil && proof == nil && search {
			sites, proof = r.search(c.place)
		}
		switch {
		case sites != nil:
			if c.offer(sites); c.plan.Worst > t && c.more(sites, t) {
				continue
			}
		case proof != nil:
			c.prove(proof)
		}
		return sites != nil || proof != nil
	}
}

// A problem of more than manyCells cells is tested on some of them, to which those are added that a plan leaves
// out, moreCells at a time (Chen and Chen 2009): few of the cells decide.
const (
	manyCells = 1000
	firstCell = 100
	moreCells = 40
)

// more adds some of the cells that sites do not reach within a time; it reports false if ctx has ended.
func (c *centre) more(sites []int, t road.Millis) bool {
	var left []int
	for i, near := range c.p.nearest(sites) {
		if c.p.counts(i) && near > t {
			left = append(left, i)
		}
	}
	for k := range min(moreCells, len(left)) {
		c.some[left[k*len(left)/min(moreCells, len(left))]] = true
	}
	return c.ctx.Err() == nil
}

func (c *centre) prove(proof *Proof) {
	_, c.plan.Bound = c.around(proof.Reach + 1)
	c.plan.Proof = proof
	c.s.report(int64(c.plan.Worst), int64(c.plan.Bound))
}

// between returns a time that occurs, from low to below high, near their mean; it reports false where there is
// none, or ctx has ended.
func (c *centre) between(low, high road.Millis) (road.Millis, bool) {
	if low >= high || c.ctx.Err() != nil {
		return 0, false
	}
	below, above := c.around(low + (high-low)/2 + 1)
	if below >= low {
		return below, true
	}
	return above, above < high
}

// around returns the greatest time below t that occurs, 0 without one, and the least from t on.
func (c *centre) around(t road.Millis) (below, above road.Millis) {
	above = road.Unreachable
	for _, j := range c.open {
		for i, x := range c.p.Time.Row(j) {
			switch {
			case x < t:
				if x > below && c.p.counts(i) {
					below = x
				}
			case x < above && c.p.counts(i):
				above = x
			}
		}
	}
	return below, above
}
