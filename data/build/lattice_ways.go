package build

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
)

// apart is how much shorter, as a share, a way must be than one by another node to count as a way of its own.
const apart = 0.05

// ways picks, for each square of c, the few nodes around by which its trips best join the lattice: the
// nearest whose way does not lead by another one picked. times are measured.on or measured.off; between
// tells the time from the node picked before to another, in the direction of the trip.
func (s *survey) ways(c grid.Index, times [][]road.Millis, between func(a, b grid.Index) road.Millis, out []lattice.Ways) {
	var found []lattice.Way
	for q := range out {
		found = found[:0]
		for _, r := range s.near[c] {
			if times[r] == nil {
				continue
			}
			i := slices.Index(s.near[r], c)
			if t := times[r][i*lattice.Squares+q]; t != road.Unreachable {
				found = append(found, lattice.Way{Cell: r, Time: t})
			}
		}
		slices.SortFunc(found, func(a, b lattice.Way) int {
			return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Cell, b.Cell))
		})
		picked := out[q][:0]
		for _, w := range found {
			by := func(k lattice.Way) bool {
				return float64(k.Time.Add(between(k.Cell, w.Cell))) <= float64(w.Time)*(1+apart)
			}
			if len(picked) < road.MaxLinks && !slices.ContainsFunc(picked, by) {
				picked = append(picked, w)
			}
		}
		for k := len(picked); k < road.MaxLinks; k++ {
			out[q][k].Time = road.Unreachable
		}
	}
}
