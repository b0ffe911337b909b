package grid

import (
	"math"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// sliver is the least share of a cell that counts as overlap; less is rounding error. At resolution 9
// it is a tenth of a square centimetre.
const sliver = 1e-10

// longest is the longest edge, in degrees of latitude or longitude, that is taken as straight in the
// plane: over 0.001° of longitude (69 m) a parallel and a great circle part by L²·tan φ/8R = 0.1 mm in London.
const longest = 0.001

// piece is a share of a cell that lies in a borough.
type piece struct {
	q, r    int
	borough int
	share   float64
}

// clipper cuts rings into cells by halving the range of cells again and again, so that the work
// grows with the ring's points times the logarithm of the cells, not with their product.
type clipper struct {
	buffers [][2][]axial // per depth, for the two halves
	found   func(q, r int, share float64)
}

// pieces returns what each borough covers of each cell.
func pieces(p *plane, boroughs []geo.Borough) []piece {
	var out []piece
	for b := range boroughs {
		first := len(out)
		at := map[[2]int]int{}
		for _, polygon := range boroughs[b].Land {
			for i, ring := range polygon {
				sign := 1.0
				if i > 0 {
					sign = -1 // a hole
				}
				c := clipper{found: func(q, r int, share float64) {
					k, ok := at[[2]int{q, r}]
					if !ok {
						k = len(out)
						at[[2]int{q, r}] = k
						out = append(out, piece{q: q, r: r, borough: b})
					}
					out[k].share += sign * share
				}}
				c.ring(projectRing(p, ring))
			}
		}
		out = append(out[:first], positive(out[first:])...)
	}
	return out
}

// positive keeps the pieces that are more than a sliver.
func positive(all []piece) []piece {
	kept := all[:0]
	for _, p := range all {
		if p.share > sliver {
			kept = append(kept, p)
		}
	}
	return kept
}

// projectRing returns a closed ring in the plane without its last point, its long edges cut up.
func projectRing(p *plane, ring orb.Ring) []axial {
	out := make([]axial, 0, 2*len(ring))
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		n := max(1, math.Ceil(max(math.Abs(b[0]-a[0]), math.Abs(b[1]-a[1]))/longest))
		for k := range int(n) {
			t := float64(k) / n
			out = append(out, p.project(orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}))
		}
	}
	return out
}

// ring reports every cell that the ring covers some of, and how much.
func (c *clipper) ring(ring []axial) {
	lo, hi := ring[0], ring[0]
	for _, a := range ring {
		lo = axial{min(lo.q, a.q), min(lo.r, a.r)}
		hi = axial{max(hi.q, a.q), max(hi.r, a.r)}
	}
	c.halve(ring, 0, [2]int{int(math.Floor(lo.q)), int(math.Floor(lo.r))}, [2]int{int(math.Ceil(hi.q)), int(math.Ceil(hi.r))})
}

// halve cuts what is left of a ring for the cells from lo to hi, both included.
func (c *clipper) halve(ring []axial, depth int, lo, hi [2]int) {
	if len(ring) < 3 {
		return
	}
	if lo == hi {
		c.cell(ring, depth, lo[0], lo[1])
		return
	}
	c.deepen(depth)
	axis := 0
	if hi[1]-lo[1] > hi[0]-lo[0] {
		axis = 1
	}
	middle := (lo[axis] + hi[axis]) >> 1
	mid, next := hi, lo
	mid[axis], next[axis] = middle, middle+1
	var along axial // the coordinate that is halved
	if axis == 0 {
		along.q = 1
	} else {
		along.r = 1
	}
	// A cell reaches two thirds from its centre.
	low := clip(ring, c.buffers[depth][0][:0], along, float64(middle)+2./3)
	c.buffers[depth][0] = low
	c.halve(low, depth+1, lo, mid)
	high := clip(ring, c.buffers[depth][1][:0], axial{-along.q, -along.r}, -float64(middle+1)+2./3)
	c.buffers[depth][1] = high
	c.halve(high, depth+1, next, hi)
}

func (c *clipper) deepen(depth int) {
	for len(c.buffers) <= depth {
		c.buffers = append(c.buffers, [2][]axial{})
	}
}

// sides of the cell at (0, 0): it is where each of these forms is at most 1.
var sides = [6]axial{{1, -1}, {-1, 1}, {1, 2}, {-1, -2}, {2, 1}, {-2, -1}}

// cell cuts a ring by one hexagon and reports the area, which is the share since a cell's area is 1.
func (c *clipper) cell(ring []axial, depth, q, r int) {
	c.deepen(depth)
	from, to := c.buffers[depth][0][:0], c.buffers[depth][1][:0]
	for _, a := range ring {
		from = append(from, axial{a.q - float64(q), a.r - float64(r)})
	}
	for _, side := range sides {
		to = clip(from, to[:0], side, 1)
		from, to = to, from
	}
	c.buffers[depth] = [2][]axial{from, to}
	if share := area(from); share > 0 {
		c.found(q, r, share)
	}
}

// clip appends to dst the part of a ring where n·a ≤ limit (Sutherland and Hodgman 1974). Where the
// part is in pieces, edges of no area along the cut join them.
func clip(ring, dst []axial, n axial, limit float64) []axial {
	if len(ring) == 0 {
		return dst
	}
	prev := ring[len(ring)-1]
	prevOver := n.q*prev.q + n.r*prev.r - limit
	for _, a := range ring {
		over := n.q*a.q + n.r*a.r - limit
		if (over > 0) != (prevOver > 0) {
			t := prevOver / (prevOver - over)
			dst = append(dst, axial{prev.q + t*(a.q-prev.q), prev.r + t*(a.r-prev.r)})
		}
		if over <= 0 {
			dst = append(dst, a)
		}
		prev, prevOver = a, over
	}
	return dst
}

// area returns the area of a ring, which way round it runs notwithstanding.
func area(ring []axial) float64 {
	var twice float64
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		twice += a.q*b.r - b.q*a.r
	}
	return math.Abs(twice) / 2
}
