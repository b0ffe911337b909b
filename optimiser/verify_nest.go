package optimiser

import (
	"slices"
)

// nest is the quotas as a tree: each set holds its subsets and the sites that are in no subset of
// it. The last set is all sites, bounded by Place.
type nest struct {
	set  []nestSet // a set comes after its subsets
	home []int32   // per site: the smallest set that holds it
}

type nestSet struct {
	quota       int // number of the quota; of the last set, how many quotas there are
	own         []int32
	sub         []int
	least, most int
}

// newNest orders the quotas by size and hangs each under the smallest that holds it. Quotas that
// overlap and do not nest go to f; the nest is then of no use.
func newNest(p *Problem, f *faults) *nest {
	n := &nest{home: make([]int32, p.Sites)}
	order := make([]int, len(p.Quotas))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return len(p.Quotas[x].Sites) - len(p.Quotas[y].Sites) })
	for s := range n.home {
		n.home[s] = -1
	}
	top := slices.Clone(n.home) // per site: the largest set so far that holds it
	for _, q := range order {
		n.hang(p, q, top, f)
	}
	all := nestSet{quota: len(p.Quotas), least: p.Place, most: p.Place}
	if p.Budget > 0 {
		all.least = 0
	}
	last := int32(len(n.set))
	held := make([]bool, len(n.set))
	for s, t := range top {
		if t < 0 {
			n.home[s] = last
			all.own = append(all.own, int32(s))
		} else if !held[t] {
			held[t] = true
			all.sub = append(all.sub, int(t))
		}
	}
	n.set = append(n.set, all)
	return n
}

// hang adds quota q, at least as large as those before it.
func (n *nest) hang(p *Problem, q int, top []int32, f *faults) {
	quota := &p.Quotas[q]
	set := nestSet{quota: q, least: quota.Least, most: quota.Most}
	at := int32(len(n.set))
	shared := map[int32]int{} // earlier top set → sites in common
	for _, s := range quota.Sites {
		if t := top[s]; t < 0 {
			n.home[s] = at
			set.own = append(set.own, int32(s))
		} else {
			if shared[t]++; shared[t] == 1 {
				set.sub = append(set.sub, int(t))
			}
		}
		top[s] = at
	}
	for _, t := range set.sub {
		other := n.set[t].quota
		if size := len(p.Quotas[other].Sites); shared[int32(t)] < size {
			f.add(p.quotaName(q), "and %s overlap: %d sites in both, %d and %d only in one; of two quotas one must hold the other or they share no site",
				p.quotaName(other), shared[int32(t)], len(quota.Sites)-shared[int32(t)], size-shared[int32(t)])
		}
	}
	n.set = append(n.set, set)
}

// decision is what a part of all plans assumes about a site.
type decision uint8

const (
	undecided decision = iota
	used
	unused
)

// decided is a nest with decisions about its sites, and how many each set's own sites have seen.
type decided struct {
	*nest
	use        []decision // per site
	used, free []int      // per set: own sites used, and undecided
	low, high  []int      // per set: see span
}

// newDecided starts with what the problem fixes and forbids.
func newDecided(p *Problem, n *nest) *decided {
	k := len(n.set)
	d := &decided{nest: n, use: make([]decision, p.Sites), used: make([]int, k), free: make([]int, k),
		low: make([]int, k), high: make([]int, k)}
	for i := range n.set {
		d.free[i] = len(n.set[i].own)
	}
	for _, s := range p.Forbidden {
		d.decide(s, unused)
	}
	for _, s := range p.Fixed {
		d.decide(s, used)
	}
	return d
}

// decide sets what is assumed about a site.
func (d *decided) decide(site int, to decision) {
	home := d.home[site]
	for _, change := range []struct {
		of decision
		by int
	}{{d.use[site], -1}, {to, 1}} {
		switch change.of {
		case used:
			d.used[home] += change.by
		case undecided:
			d.free[home] += change.by
		}
	}
	d.use[site] = to
}

// span sets, per set, the fewest and the most facilities that it can have under the decisions. Every count
// between is possible too: it is so for own sites, a sum of ranges of whole numbers is a range, and so is
// what a quota leaves of it. It reports whether there is a selection at all; else low and high are undefined.
func (d *decided) span() bool {
	place := d.set[len(d.set)-1].most
	for i := range d.set {
		set := &d.set[i]
		low, high := d.natural(i)
		if low, high = max(low, set.least), min(high, set.most, place); low > high {
			return false
		}
		d.low[i], d.high[i] = low, high
	}
	return true
}

// natural returns the fewest and the most that a set could have if only its subsets had bounds.
func (d *decided) natural(set int) (low, high int) {
	low, high = d.used[set], d.used[set]+d.free[set]
	for _, c := range d.set[set].sub {
		low += d.low[c]
		high += d.high[c]
	}
	return low, high
}
