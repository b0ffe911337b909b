package city

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
)

// street is a piece of road between two nodes.
type street struct {
	from, to road.Node
	class    road.Class
	oneWay   bool
}

// plan is a city as a list of nodes and streets.
type plan struct {
	*streets
	x, y  []float64 // per node, metres from the middle
	roads []street
}

// How streets are, on average.
const (
	deadEnds  = 0.39 // dead ends along a through street
	oneWays   = 0.31 // of minor streets
	furtherOn = 0.1  // of dead ends have another
)

// build lists the streets that hang together with the middle of the city, with what lies along them.
func (p *plan) build() {
	node := p.number()
	for at := range node {
		x, y := at%p.side, at/p.side
		if node[at] < 0 {
			continue
		}
		if p.right[at] {
			p.through(road.Node(node[at]), road.Node(node[p.at(x+1, y)]), lineClass(y))
		}
		if p.up[at] {
			p.through(road.Node(node[at]), road.Node(node[p.at(x, y+1)]), lineClass(x))
		}
	}
}

// number numbers the junctions of the largest part and places them; -1 for the others.
func (p *plan) number() []int32 {
	n := p.side * p.side
	part, best, most := make([]int32, n), int32(0), 0
	var queue []int
	for s, parts := 0, int32(0); s < n; s++ {
		if part[s] != 0 {
			continue
		}
		parts++
		queue, part[s] = append(queue[:0], s), parts
		for i := 0; i < len(queue); i++ {
			for _, w := range p.around(queue[i]) {
				if w >= 0 && part[w] == 0 {
					part[w] = parts
					queue = append(queue, w)
				}
			}
		}
		if len(queue) > most {
			best, most = parts, len(queue)
		}
	}
	for at, c := range part {
		part[at] = -1
		if c == best {
			jitter := func() float64 { return (p.random.Float64() - 0.5) * 0.6 }
			half := float64(p.side-1) / 2
			part[at] = int32(p.add(p.block*(float64(at%p.side)-half+jitter()), p.block*(float64(at/p.side)-half+jitter())))
		}
	}
	return part
}

// around returns the junctions to which streets lead from one; -1 where there is none.
func (p *plan) around(at int) [4]int {
	a := [4]int{-1, -1, -1, -1}
	if p.right[at] {
		a[0] = at + 1
	}
	if p.up[at] {
		a[1] = at + p.side
	}
	if at%p.side > 0 && p.right[at-1] {
		a[2] = at - 1
	}
	if at >= p.side && p.up[at-p.side] {
		a[3] = at - p.side
	}
	return a
}

func (p *plan) add(x, y float64) road.Node {
	p.x, p.y = append(p.x, x), append(p.y, y)
	return road.Node(len(p.x) - 1)
}

// through lists a street between two junctions, with the dead ends along it.
func (p *plan) through(from, to road.Node, class road.Class) {
	oneWay := class == road.Minor && p.random.Float64() < oneWays
	if oneWay && p.random.IntN(2) == 0 {
		from, to = to, from
	}
	ends := p.count(deadEnds)
	dx, dy := p.x[to]-p.x[from], p.y[to]-p.y[from]
	last := from
	for i := range ends {
		t := (float64(i) + 0.3 + 0.4*p.random.Float64()) / float64(ends)
		n := p.add(p.x[from]+t*dx, p.y[from]+t*dy)
		p.roads = append(p.roads, street{last, n, class, oneWay})
		p.deadEnd(n, -dy, dx)
		last = n
	}
	p.roads = append(p.roads, street{last, to, class, oneWay})
}

// count returns 0, 1 or more, on average mean.
func (p *plan) count(mean float64) (n int) {
	for stop := 1 / (1 + mean); p.random.Float64() > stop; {
		n++
	}
	return n
}

// deadEnd lists a dead end that leads off a street, and now and then another that leads off it.
func (p *plan) deadEnd(at road.Node, dx, dy float64) {
	reach := 0.2 + 0.3*p.random.Float64()
	if p.random.IntN(2) == 0 {
		reach = -reach
	}
	class := road.Minor
	if p.random.Float64() < 0.5 {
		class = road.Service
	}
	end := p.add(p.x[at]+reach*dx, p.y[at]+reach*dy)
	if p.random.Float64() < furtherOn {
		middle := p.add((p.x[at]+p.x[end])/2, (p.y[at]+p.y[end])/2)
		p.roads = append(p.roads, street{at, middle, class, false}, street{middle, end, class, false})
		p.roads = append(p.roads, street{middle, p.add(p.x[middle]+0.4*dy, p.y[middle]-0.4*dx), road.Service, false})
		return
	}
	p.roads = append(p.roads, street{at, end, class, false})
}

// kilometres an hour by class.
var speed = [road.Classes]float64{road.Motorway: 95, road.Trunk: 50, road.Primary: 34, road.Secondary: 31, road.Tertiary: 29, road.Minor: 22, road.Service: 12}

// metres returns the length of a street: roads are a tenth longer than the straight line.
func (p *plan) metres(r *street) float64 {
	return max(1, 1.1*math.Hypot(p.x[r.to]-p.x[r.from], p.y[r.to]-p.y[r.from]))
}
