package dispatch

import (
	"math/bits"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
)

// Reach is the set of cells that a car gets to in time, a bit each: cell i is bit i%64 of word i/64.
// London's 15,000 cells take 1.9 kB.
type Reach []uint64

// ReachWithin returns the cells whose time is at most limit. It overwrites dst and uses its memory where
// that is large enough.
func ReachWithin(times []road.Millis, limit road.Millis, dst Reach) Reach {
	words := (len(times) + 63) / 64
	if cap(dst) < words {
		dst = make(Reach, words)
	}
	dst = dst[:words]
	for w := range dst {
		var set uint64
		for b, t := range times[w*64 : min(len(times), w*64+64)] {
			if t <= limit && t != road.Unreachable {
				set |= 1 << b
			}
		}
		dst[w] = set
	}
	return dst
}

// Has tells whether a cell is in the set.
func (r Reach) Has(cell int) bool { return r[cell/64]&(1<<(cell%64)) != 0 }

// Len returns how many cells are in the set.
func (r Reach) Len() (n int) {
	for _, w := range r {
		n += bits.OnesCount64(w)
	}
	return n
}

// sum adds up the values of the set's cells, in their order.
func (r Reach) sum(of []float64) (total float64) {
	for w, set := range r {
		for ; set != 0; set &= set - 1 {
			total += of[w*64+bits.TrailingZeros64(set)]
		}
	}
	return total
}

// DriveWithin returns how long a car may drive to be there within a response time: what is left of it
// after mobilisation. ok is false where nothing is.
func (s Settings) DriveWithin(response time.Duration) (limit road.Millis, ok bool) {
	left := (response - s.Mobilisation).Milliseconds()
	if left < 0 {
		return 0, false
	}
	return road.Millis(min(left, int64(road.Unreachable)-1)), true
}

// Free tells whether a car could be sent at the time of the snapshot: available, in its shift, on the
// road, and at a position that can be relied on.
func (s *Snapshot) Free(c *Car) bool {
	return c.Status == Available && c.OnRoad && !c.BeforeShift(s.Now) && !c.ShiftOver(s.Now) && !s.Stale(c)
}
