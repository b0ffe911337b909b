package transport

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// instance is a problem as the solver sees it: forbidden sites dropped, times capped, limits that
// cannot bind lifted, and layers merged where no limit binds.
type instance struct {
	site    []int  // column → site of the problem, ascending
	fixed   []bool // per column
	place   int
	groups  []group
	groupOf []int // layer → group
	first   []int // group → its first client; one more entry for the end
}

// group is one layer, or several of one matrix in which centres are open alike and have room for all. A
// client is a (group, cell).
type group struct {
	time   *route.Matrix
	weight []float64 // per cell
	row    [][]road.Millis
	near   [][]road.Millis // per column and block of cells: the least time
	limit  []float64       // per column: room; +Inf where it cannot bind

	// The same in whole units for the transportation solver, so that its sums are exact.
	unit  float64 // weight of one unit
	units []int64 // per cell
	room  []int64 // per column
	binds bool    // whether a limit can bind

	sketch *group // the same with fewer cells, where prices and plans are sought first; nil where there are few
}

// A group's weight is cut into 2⁵⁵ units: a rounding error of half a unit in each of 10⁵ cells is 10⁻¹²
// of the whole, and sums stay below 2⁶³. What never binds has twice the room.
const (
	wholeUnits = 1 << 55
	endless    = 1 << 56
)

func newInstance(p *Problem) *instance {
	in := &instance{place: p.Place}
	for j := range p.Sites {
		if !slices.Contains(p.Forbidden, j) {
			in.site = append(in.site, j)
			in.fixed = append(in.fixed, slices.Contains(p.Fixed, j))
		}
	}
	for l := range p.Layers {
		layer := &p.Layers[l]
		limit, loose := in.limits(layer)
		g := slices.IndexFunc(in.groups, func(g group) bool { return loose && g.time == layer.Time && slices.Equal(g.limit, limit) })
		if g < 0 {
			g = len(in.groups)
			in.groups = append(in.groups, group{time: layer.Time, weight: make([]float64, p.Cells), limit: limit})
			in.look(&in.groups[g])
		}
		in.groupOf = append(in.groupOf, g)
		for i, w := range layer.Weight {
			in.groups[g].weight[i] += w
		}
	}
	in.first = []int{0}
	for g := range in.groups {
		in.groups[g].cut()
		in.groups[g].draw()
		in.first = append(in.first, in.first[g]+p.Cells)
	}
	return in
}

// limits returns the room of each column in a layer, +Inf where it has room for all, and whether each
// has room for all or none.
func (in *instance) limits(l *Layer) (limit []float64, loose bool) {
	total := sum(l.Weight)
	loose = true
	for _, s := range in.site {
		room := l.room(s)
		if room >= total && room > 0 {
			room = math.Inf(1)
		}
		loose = loose && (room == 0 || math.IsInf(room, 1))
		limit = append(limit, room)
	}
	return limit, loose
}

// look fills in a group's times, shared with an earlier one of the same matrix.
func (in *instance) look(g *group) {
	for i := range in.groups {
		if b := &in.groups[i]; b.time == g.time && b.row != nil {
			g.row, g.near = b.row, b.near
			return
		}
	}
	g.row = make([][]road.Millis, len(in.site))
	for j, s := range in.site {
		g.row[j] = capped(g.time.Row(s))
	}
	g.summarise()
}

// block is how many neighbouring cells (in the order of their index) are passed over together where none
// of them can matter to a column. Cells are in an order in which neighbours are near each other.
const block = 32

// blocks returns the number of blocks of so many cells.
func blocks(cells int) int { return (cells + block - 1) / block }

// summarise fills in near.
func (g *group) summarise() {
	g.near = make([][]road.Millis, len(g.row))
	for j, row := range g.row {
		for from := 0; from < len(row); from += block {
			g.near[j] = append(g.near[j], slices.Min(row[from:min(from+block, len(row))]))
		}
	}
}

// capped returns the row with no time above Cap, copied only where there is one.
func capped(row []road.Millis) []road.Millis {
	for i, t := range row {
		if t > optimiser.Cap {
			row = slices.Clone(row)
			for k := i; k < len(row); k++ {
				row[k] = min(row[k], optimiser.Cap)
			}
			break
		}
	}
	return row
}

// cut expresses weights and limits in units.
func (g *group) cut() {
	g.units, g.room = make([]int64, len(g.weight)), make([]int64, len(g.limit))
	g.unit = sum(g.weight) / wholeUnits
	for i, w := range g.weight {
		if w > 0 {
			g.units[i] = int64(math.Round(w / g.unit))
		}
	}
	for j, c := range g.limit {
		switch {
		case math.IsInf(c, 1):
			g.room[j] = endless
		case c > 0: // then there is weight, or it would have room for all
			g.room[j] = int64(c / g.unit)
			g.binds = true
		}
	}
}

// A sketch has a quarter of the cells; one of fewer than fewCells has none itself.
const (
	thinner  = 4
	fewCells = 256
)

// draw makes the sketch, and its own: the middle one of each run of neighbouring cells (in the order of
// their index) stands for all.
func (g *group) draw() {
	if len(g.weight) < fewCells {
		return
	}
	n := (len(g.weight) + thinner - 1) / thinner
	s := &group{weight: make([]float64, n), limit: g.limit, row: make([][]road.Millis, len(g.row))}
	for i, w := range g.weight {
		s.weight[i/thinner] += w
	}
	for j, row := range g.row {
		s.row[j] = make([]road.Millis, n)
		for i := range n {
			s.row[j][i] = row[min(i*thinner+thinner/2, len(row)-1)]
		}
	}
	s.cut()
	s.summarise()
	s.draw()
	g.sketch = s
}

// depth counts the group and those of its sketches on which prices are worth finding.
func (g *group) depth() int {
	if !g.binds || g.sketch == nil {
		return 1
	}
	return 1 + g.sketch.depth()
}

// sketch returns the instance of every group's sketch; nil where there is none. The client of cell i in a
// group is stood for by the one at i/thinner.
func (in *instance) sketch() *instance {
	s := &instance{site: in.site, fixed: in.fixed, place: in.place, groupOf: in.groupOf, first: []int{0}}
	for g := range in.groups {
		grp := in.groups[g].sketch
		if grp == nil {
			return nil
		}
		s.groups = append(s.groups, *grp)
		s.first = append(s.first, s.first[g]+len(grp.weight))
	}
	return s
}

func sum(numbers []float64) float64 {
	total := 0.0
	for _, v := range numbers {
		total += v
	}
	return total
}

// clients returns the number of clients.
func (in *instance) clients() int { return in.first[len(in.groups)] }

// sites returns the problem's sites of the columns, ascending.
func (in *instance) sites(columns []int) []int {
	out := make([]int, len(columns))
	for i, j := range columns {
		out[i] = in.site[j]
	}
	slices.Sort(out)
	return out
}
