package optimiser

import (
	"slices"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/parallel"
)

// reach lists, for every cell, the rows that cost it less than a limit, and for every row the cells to which it is
// near in that sense. It is what the dual and the swap search look at in place of whole rows. An entry takes 8 bytes on either side.
type reach struct {
	limit []int32 // per cell: all rows that were listed and cost less are there
	first []int   // per cell its first entry; one more for the end
	entry []entry // ascending in each cell
	cell  [][]int32
	cost  [][]road.Millis // per row, as cell: ascending by cell
}

// entry is a row and its cost to a cell, in one number that sorts by cost.
type entry uint64

func (e entry) cost() int32 { return int32(e >> 32) }
func (e entry) row() int    { return int(uint32(e)) }

// mostEntries limits the entries of one reach: 2²⁴ take 256 MiB.
const mostEntries = 1 << 24

// list makes the lists of the rows marked, or returns nil where they would be too long or ended reports true.
func (c *costs) list(limit []int32, rows []bool, workers int, ended func() bool) *reach {
	n := &reach{limit: limit, cell: make([][]int32, len(c.dense)), cost: make([][]road.Millis, len(c.dense))}
	var size atomic.Int64
	parallel.For(workers, len(c.dense), func(r int) {
		if rows[r] && size.Load() <= mostEntries && !ended() {
			n.listRow(r, c.dense[r])
			size.Add(int64(len(n.cell[r])))
		}
	})
	if size.Load() > mostEntries || ended() {
		return nil
	}
	n.first = make([]int, len(limit)+1)
	for _, cells := range n.cell {
		for _, i := range cells {
			n.first[i+1]++
		}
	}
	for i := range limit {
		n.first[i+1] += n.first[i]
	}
	n.entry = make([]entry, size.Load())
	parallel.For(workers, listBlocks, func(b int) {
		if !ended() {
			from, to := len(limit)*b/listBlocks, len(limit)*(b+1)/listBlocks
			n.listCells(from, to)
			if c.curve != nil {
				n.lift(c, from, to, rows)
			}
		}
	})
	if ended() {
		return nil
	}
	return n
}

// listBlocks is how many runs of cells are listed by themselves.
const listBlocks = 16

func (n *reach) listRow(r int, dense []road.Millis) {
	count := 0
	for i, t := range dense {
		if int32(t) < n.limit[i] {
			count++
		}
	}
	cell, cost := make([]int32, count), make([]road.Millis, count)
	at := 0
	for i, t := range dense {
		if int32(t) < n.limit[i] {
			cell[at], cost[at] = int32(i), t
			at++
		}
	}
	n.cell[r], n.cost[r] = cell, cost
}

func (n *reach) listCells(from, to int) {
	at := slices.Clone(n.first[from:to])
	for r, cells := range n.cell {
		lo, _ := slices.BinarySearch(cells, int32(from))
		for k := lo; k < len(cells) && int(cells[k]) < to; k++ {
			i := int(cells[k]) - from
			n.entry[at[i]] = entry(uint64(n.cost[r][k])<<32 | uint64(r))
			at[i]++
		}
	}
	for i := from; i < to; i++ {
		slices.Sort(n.entry[n.first[i]:n.first[i+1]])
	}
}

// lift raises the limits to the least cost that is not listed: up to there the lists are complete. Where costs are a
// few steps, as those of coverage, that is far.
func (n *reach) lift(c *costs, from, to int, rows []bool) {
	next := make([]road.Millis, to-from)
	for i := range next {
		next[i] = road.Millis(c.ceil)
	}
	for r, dense := range c.dense {
		if !rows[r] {
			continue
		}
		for i, t := range dense[from:to] {
			if t < next[i] && int32(t) >= n.limit[from+i] {
				next[i] = t
			}
		}
	}
	for i, t := range next {
		n.limit[from+i] = max(n.limit[from+i], int32(t))
	}
}

// near returns the entries of a cell.
func (n *reach) near(cell int) []entry { return n.entry[n.first[cell]:n.first[cell+1]] }

// look returns a row's cells in [from, to) and their costs: those listed, or without lists all, of which cells is then nil and the
// k-th is from+k.
func (c *costs) look(r, from, to int) (cells []int32, cost []road.Millis) {
	if c.near == nil {
		return nil, c.dense[r][from:to]
	}
	cells, cost = c.near.cell[r], c.near.cost[r]
	if from > 0 {
		lo, _ := slices.BinarySearch(cells, int32(from))
		cells, cost = cells[lo:], cost[lo:]
	}
	if to < len(c.near.limit) {
		hi, _ := slices.BinarySearch(cells, int32(to))
		cells, cost = cells[:hi], cost[:hi]
	}
	return cells, cost
}

// most returns the highest multiplier that a cell may have: with lists the limit to which they are complete.
func (c *costs) most(cell int) int32 {
	if c.near == nil {
		return c.ceil
	}
	return c.near.limit[cell]
}

// listed reports whether all groups have lists of what is near.
func (in *instance) listed() bool {
	for i := range in.groups {
		if in.groups[i].cost.near == nil {
			return false
		}
	}
	return true
}

// list makes lists for all groups, of the columns not dropped, or leaves things as they are where the lists would be too
// long or ended reports true. A cell's limit is some way beyond the last cost of its nearest-list at the layout, the highest multiplier that the
// ascent starts from; and where a multiplier of best (client × level, nil: none) is at the limit of the last lists, well beyond that.
func (in *instance) list(l *layout, drop []bool, best []int32, workers int, ended func() bool) bool {
	rows := make([]bool, in.rows)
	for j, r := range in.row {
		rows[r] = rows[r] || !drop[j]
	}
	stretch := 1.25 + 3*float64(in.place)/float64(len(in.site))
	limits := map[*costs][]int32{}
	for i := range in.groups {
		g := &in.groups[i]
		limit := limits[g.cost]
		if limit == nil {
			limit = make([]int32, len(g.weight))
			limits[g.cost] = limit
		}
		near, _, size := l.lists(g)
		for c, w := range g.weight {
			if w == 0 {
				continue
			}
			far := stretch*float64(near[c*size+size-1]) + 1
			if best != nil && g.cost.near != nil && best[g.flat+(c+1)*g.levels()-1] == g.cost.near.limit[c] {
				far = max(far, widened*float64(g.cost.near.limit[c]))
			}
			limit[c] = max(limit[c], int32(min(far, float64(g.cost.ceil))))
		}
	}
	made := map[*costs]*reach{}
	for i := range in.groups { // in order, so that what is made does not depend on chance
		c := in.groups[i].cost
		if made[c] == nil {
			if made[c] = c.list(limits[c], rows, workers, ended); made[c] == nil {
				return false
			}
		}
	}
	for c, n := range made {
		c.near = n
	}
	l.settle()
	return true
}

const widened = 1.5

// held returns the share of clients whose highest multiplier of best is held down by their limit.
func (in *instance) held(best []int32) float64 {
	held := 0
	for i := range in.groups {
		g := &in.groups[i]
		for c := range g.weight {
			if limit := g.cost.most(c); limit < g.cost.ceil && best[g.flat+(c+1)*g.levels()-1] == limit {
				held++
			}
		}
	}
	return float64(held) / float64(in.clients())
}
