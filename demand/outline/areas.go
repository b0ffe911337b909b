package outline

import (
	"github.com/paulmach/orb"
)

// areas finds the area that holds a point. The extent is cut into rows from south to north; a row has
// the edges that reach into it, by area, so that a point is compared with those of its row alone.
type areas struct {
	bound  orb.Bound
	perDeg float64 // rows per degree
	first  []int32 // first group of each row, and one more
	groups []group
	edges  []edge
}

// group is an area's edges in a row.
type group struct {
	area       int32
	west, east float64
	first, end int32 // in edges
}

// newAreas indexes the shapes.
func newAreas(shapes []orb.MultiPolygon) *areas {
	x := &areas{bound: shapes[0].Bound()}
	all := make([][]edge, len(shapes))
	n := 0
	for i, m := range shapes {
		x.bound = x.bound.Union(m.Bound())
		all[i] = edges(m)
		n += len(all[i])
	}
	rows := x.rows(all, n)
	count := make([]int32, rows+1)
	for _, es := range all {
		for _, e := range es {
			for r := x.row(e.south()); r <= x.row(e.north()); r++ {
				count[r]++
			}
		}
	}
	x.fill(all, count)
	return x
}

// rows chooses how many rows there are: few enough that long edges do not fill the memory.
func (x *areas) rows(all [][]edge, n int) int {
	high := max(x.bound.Max[1]-x.bound.Min[1], 1e-9)
	for rows := min(4096, n/8+1); ; rows /= 2 {
		x.perDeg = float64(rows) / high
		entries := 0
		for _, es := range all {
			for _, e := range es {
				entries += x.row(e.north()) - x.row(e.south()) + 1
			}
		}
		if entries <= 4*n+1<<16 || rows <= 1 {
			return x.row(x.bound.Max[1]) + 1
		}
	}
}

func (x *areas) row(lat float64) int { return int((lat - x.bound.Min[1]) * x.perDeg) }

// fill sorts the edges into the rows; count is how many each has.
func (x *areas) fill(all [][]edge, count []int32) {
	next := make([]int32, len(count)) // the row's next free edge
	var sum int32
	for r, c := range count {
		next[r] = sum
		sum += c
	}
	x.edges = make([]edge, sum)
	byRow := make([][]group, len(count))
	for i, es := range all {
		for _, e := range es {
			for r := x.row(e.south()); r <= x.row(e.north()); r++ {
				gs := byRow[r]
				if len(gs) == 0 || gs[len(gs)-1].area != int32(i) {
					gs = append(gs, group{int32(i), e.west(), e.east(), next[r], next[r]})
				}
				g := &gs[len(gs)-1]
				g.west, g.east = min(g.west, e.west()), max(g.east, e.east())
				x.edges[next[r]] = e
				next[r]++
				g.end = next[r]
				byRow[r] = gs
			}
		}
	}
	for _, gs := range byRow {
		x.first = append(x.first, int32(len(x.groups)))
		x.groups = append(x.groups, gs...)
	}
	x.first = append(x.first, int32(len(x.groups)))
}

// at returns the first area that holds a point.
func (x *areas) at(p orb.Point) (int32, bool) {
	if !(p[0] >= x.bound.Min[0] && p[0] <= x.bound.Max[0] && p[1] >= x.bound.Min[1] && p[1] <= x.bound.Max[1]) { // NaN too
		return 0, false
	}
	r := x.row(p[1])
	for _, g := range x.groups[x.first[r]:x.first[r+1]] {
		if p[0] >= g.west && p[0] <= g.east && odd(x.edges[g.first:g.end], p) {
			return g.area, true
		}
	}
	return 0, false
}

// odd reports whether an odd number of edges lies to the east of a point.
func odd(es []edge, p orb.Point) bool {
	in := false
	for i := range es {
		a, b := &es[i].a, &es[i].b
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}
