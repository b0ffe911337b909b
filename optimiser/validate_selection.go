package optimiser

import (
	"fmt"
	"strings"
)

// checkSelection reports which of Fixed, Forbidden, Quotas, Place and Budget contradict each other. It
// goes from the smallest sets of sites to all of them. A quota that cannot be met is reported and then
// taken as changed by the least that would do, so that what else is wrong shows as well.
func (p *Problem) checkSelection(f *faults) {
	d := newDecided(p, newNest(p, f))
	before := len(*f)
	for i := range d.set {
		set := &d.set[i]
		low, high := d.natural(i)
		switch {
		case high < set.least:
			p.reportSet(f, d, i, fmt.Sprintf("can have %d at most", high), d.most(p, i), high)
			low = high
		case low > set.most:
			p.reportSet(f, d, i, fmt.Sprintf("has %d at least", low), d.fewest(p, i), low)
			high = low
		default:
			low, high = max(low, set.least), min(high, set.most)
		}
		d.low[i], d.high[i] = low, high
	}
	if p.Budget > 0 && len(*f) == before {
		p.checkBudget(f, d)
	}
}

// reportSet reports a set whose bounds cannot be met, why, and which bound would do.
func (p *Problem) reportSet(f *faults, d *decided, set int, but, why string, would int) {
	if set == len(d.set)-1 {
		advice := fmt.Sprintf("Place %d would do", would)
		if would == 0 {
			advice = "no Place would do"
		}
		f.add("Place", "is %d, but the plan %s: %s; %s", p.Place, but, why, advice)
		return
	}
	quota := d.set[set].quota
	bound, name := "Least", "at least"
	n := p.Quotas[quota].Least
	if would > n {
		bound, name, n = "Most", "at most", p.Quotas[quota].Most
	}
	f.add(p.quotaName(quota), "is to have %s %d, but it %s: %s; %s %d would do", name, n, but, why, bound, would)
}

// most says what keeps a set from having more.
func (d *decided) most(p *Problem, set int) string {
	var parts []string
	own := d.used[set] + d.free[set]
	if n := len(d.set[set].own); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d sites%s not forbidden", own, n, d.alone(set)))
	}
	for _, c := range d.set[set].sub {
		parts = append(parts, fmt.Sprintf("%s at most %d", p.quotaName(d.set[c].quota), d.high[c]))
	}
	return strings.Join(parts, ", ")
}

// fewest says what keeps a set from having fewer.
func (d *decided) fewest(p *Problem, set int) string {
	var parts []string
	if d.used[set] > 0 {
		var fixed []int
		for _, s := range p.Fixed {
			if int(d.home[s]) == set {
				fixed = append(fixed, s)
			}
		}
		parts = append(parts, fmt.Sprintf("%d of its sites%s fixed %v", d.used[set], d.alone(set), fixed))
	}
	for _, c := range d.set[set].sub {
		if d.low[c] > 0 {
			parts = append(parts, fmt.Sprintf("%s at least %d", p.quotaName(d.set[c].quota), d.low[c]))
		}
	}
	return strings.Join(parts, ", ")
}

// alone distinguishes a set's own sites from those of the quotas within it.
func (d *decided) alone(set int) string {
	if len(d.set[set].sub) == 0 {
		return ""
	}
	return " outside the quotas within it"
}

// checkBudget compares the budget with the cheapest selection. All bounds can be met.
func (p *Problem) checkBudget(f *faults, d *decided) {
	d.span()
	var c chooser
	if least := c.least(d, p.Cost, d.rank(p.Cost)); !p.affords(least) {
		fixed := 0.0
		for _, s := range p.Fixed {
			fixed += p.Cost[s]
		}
		f.add("Budget", "is %v, but the cheapest plan that has the fixed sites (%v) and meets the quotas costs %v; that Budget would do", p.Budget, fixed, least)
	}
}
