package city

import (
	"math"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/geo/road"
)

// Roads returns the road network of a city of about so many nodes (within 4 % from 10,000 on), the same
// one for the same seed. Any node can be reached from any other. The middle lies at the middle of
// London; there is a node for every 100 m by 100 m, so that two million take a square of 141 km. The
// coordinates that package road takes have room for 3.6 million; more than that lie closer together.
//
// Beside the network of London west of the Greenwich meridian (178,791 nodes), a city of as many has:
//
//	                                                 west   city
//	neighbours of a node, mean                       2.40   2.42
//	nodes with one neighbour, a dead end             29 %   29 %
//	nodes with two                                    7 %    9 %
//	nodes with three                                 59 %   53 %
//	nodes with four and more                          5 %    9 %
//	streets that are one-way                         13 %   13 %
//	length of an arc, mean                           79 m  105 m
//	left once nodes with one or two are contracted   33 %   33 %
//	search space in a hierarchy, mean                 133    137
//	the same, most                                    209    170
func Roads(nodes int, seed uint64) *road.Graph {
	side := max(4, int(math.Round(math.Sqrt(float64(nodes)*junctionShare))))
	s := &streets{random: rand.New(rand.NewPCG(seed, 0)), side: side}
	s.block = min(spacing/math.Sqrt(junctionShare), widest/float64(side))
	s.lay()
	s.divide(0, 0, side, side)
	s.flood()
	p := &plan{streets: s}
	p.build()
	return p.graph()
}
