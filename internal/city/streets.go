package city

import (
	"math"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/geo/road"
)

// What a city is like, from the network of London west of the meridian.
const (
	junctionShare = 0.44      // of the nodes are junctions of through streets; the others lie along these or at dead ends
	spacing       = 100.0     // metres between a node and the next, if all were spread evenly
	widest        = 190_000.0 // metres: the coordinates that package road takes end there
)

// streets are the through streets of a city: junctions in rows and columns, moved about a little, each
// joined to some of the four around it.
type streets struct {
	random    *rand.Rand
	side      int     // junctions in a row, and in a column
	block     float64 // metres from one to the next
	right, up []bool  // per junction: there is a street to the next in its row, in its column
}

func (s *streets) at(x, y int) int { return y*s.side + x }

// lineClass is the class of the streets in one row or column: a main road every 600 m, a trunk road
// every 7 km.
func lineClass(i int) road.Class {
	switch {
	case i%160 == 80:
		return road.Motorway
	case i%48 == 24:
		return road.Trunk
	case i%16 == 8:
		return road.Primary
	case i%16 == 0:
		return road.Secondary
	case i%8 == 4:
		return road.Tertiary
	}
	return road.Minor
}

// lay lays the streets: rows run on, with a gap now and then, and the streets between two rows are
// mostly staggered, so that three ways meet at most junctions. Main roads have no gaps.
func (s *streets) lay() {
	s.right, s.up = make([]bool, s.side*s.side), make([]bool, s.side*s.side)
	for y := range s.side {
		for x := range s.side {
			across, along := 0.99, 0.12
			if lineClass(x) != road.Minor {
				across = 0.62
			}
			if (x+y)%2 == 0 {
				along = 0.98
			}
			s.right[s.at(x, y)] = x+1 < s.side && (lineClass(y) != road.Minor || s.random.Float64() < across)
			s.up[s.at(x, y)] = y+1 < s.side && (lineClass(x) != road.Minor || s.random.Float64() < along)
		}
	}
}

// divide puts a barrier such as a railway or a park through the middle of a rectangle of junctions, and
// then through either half. The longer a barrier, the fewer its crossings for its length: that makes the
// separators of real road networks small, which grow by less than the square root of the nodes.
func (s *streets) divide(x0, y0, x1, y1 int) {
	w, h := x1-x0, y1-y0
	if max(w, h) < 8 {
		return
	}
	if w >= h {
		x := x0 + w/2 + s.random.IntN(w/4+1) - w/8
		s.bar(h, func(i int) (*bool, road.Class) { return &s.right[s.at(x-1, y0+i)], lineClass(y0 + i) })
		s.divide(x0, y0, x, y1)
		s.divide(x, y0, x1, y1)
		return
	}
	y := y0 + h/2 + s.random.IntN(h/4+1) - h/8
	s.bar(w, func(i int) (*bool, road.Class) { return &s.up[s.at(x0+i, y-1)], lineClass(x0 + i) })
	s.divide(x0, y0, x1, y)
	s.divide(x0, y, x1, y1)
}

// bar closes all but some of n streets that cross a barrier; main roads are the first to be kept. The
// crossings kept are those with which a hierarchy of the city is like one of London's west.
func (s *streets) bar(n int, street func(int) (open *bool, class road.Class)) {
	keep := int(math.Ceil(1.8 * math.Pow(float64(n), 0.47)))
	order := s.random.Perm(n)
	for class := road.Motorway; class <= road.Minor; class++ {
		for _, i := range order {
			if open, c := street(i); *open && c == class {
				*open = keep > 0
				keep--
			}
		}
	}
}

// flood lets a river through from west to east, crossed by secondary roads and larger only:
// a bridge every 1.2 km.
func (s *streets) flood() {
	phase := 2 * math.Pi * s.random.Float64()
	bank := func(x int) int {
		t := float64(x) / float64(s.side)
		return int(float64(s.side) * (0.5 + 0.06*math.Sin(9*t+phase) + 0.03*math.Sin(31*t)))
	}
	for x := range s.side {
		if c := lineClass(x); c > road.Secondary {
			s.up[s.at(x, bank(x))] = false
		}
		if x+1 < s.side { // streets of rows between one bank and the next
			for y := min(bank(x), bank(x+1)) + 1; y <= max(bank(x), bank(x+1)); y++ {
				s.right[s.at(x, y)] = false
			}
		}
	}
}
