package transport

import (
	"cmp"
	"context"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Sensitive says what each centre of a plan is worth, and which sites outside of it would cost least if
// they had to be used: up to next of them, each with the one that, at the present prices of room, it would
// best replace. All values are exact. Swaps respect Fixed and Forbidden, Without does not. The problem must be valid and the
// sites those of a plan for it; without the only centre everybody is unserved.
func Sensitive(p *Problem, sites []int, next int) *optimiser.Sensitivity {
	in := newInstance(p)
	l := newLayout(in, 1)
	var columns []int
	for _, s := range sites {
		columns = append(columns, slices.Index(in.site, s))
	}
	l.take(l.must(columns))
	out := &optimiser.Sensitivity{}
	for pos := range columns {
		out.Without = append(out.Without, l.must(slices.Delete(slices.Clone(columns), pos, pos+1)).value/1000)
	}
	s := newSearcher(context.Background(), in, 0, 1)
	for _, w := range s.weighAll(l, s.closed(l, nil), false) {
		if w.pos < 0 || next <= 0 || len(out.Next) == next && (l.value+w.change)/1000 >= out.Next[next-1].Value {
			break
		}
		swapped := slices.Clone(columns)
		swapped[w.pos] = w.column
		out.Next = append(out.Next, optimiser.Exchange{Open: in.site[w.column], Close: in.site[columns[w.pos]], Value: l.must(swapped).value / 1000})
		slices.SortFunc(out.Next, func(a, b optimiser.Exchange) int {
			return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Open, b.Open))
		})
		out.Next = out.Next[:min(len(out.Next), next)]
	}
	return out
}
