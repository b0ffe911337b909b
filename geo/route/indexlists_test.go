package route

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// cars returns the cars of a hub in the order in which queries see them.
func (l *lists) cars(hub int) (all []car) {
	h := &l.list[hub]
	if !h.tall {
		return append(all, l.room[h.at:][:h.n]...)
	}
	t := &l.tree[h.at]
	for i, at := range t.at {
		all = append(all, l.room[at:][:t.n[i]]...)
	}
	return all
}

// TestListsEqualSortedSlices lets cars come, move and go in lists that grow to some blocks and shrink
// again, beside slices that are sorted anew.
func TestListsEqualSortedSlices(t *testing.T) {
	const hubs, most = 3, 1500
	for seed := range uint64(20) {
		random, l := rand.New(rand.NewPCG(seed, 0)), newLists(hubs)
		spread := 1 + random.IntN(1_000_000) // of times: with few of them there are many ties
		var twin [hubs][]car
		for hub := range hubs {
			for slot := range uint32([]int{0, 1, 100, largest, largest + 1, most}[random.IntN(6)]) {
				twin[hub] = append(twin[hub], carAt(slot, 0, road.Millis(random.IntN(spread))))
			}
			if slices.Sort(twin[hub]); len(twin[hub]) > 0 {
				l.fill(hierarchy.Rank(hub), twin[hub])
			}
		}
		for wave := range 6 { // up, down, up again
			goal := (1 - wave%2) * random.IntN(most)
			for range 2 * most {
				hub, slot, is := random.IntN(hubs), uint32(random.IntN(most)), none
				at := slices.IndexFunc(twin[hub], func(c car) bool { return c.slot() == slot })
				was := none
				if at >= 0 {
					was = twin[hub][at]
					twin[hub] = slices.Delete(twin[hub], at, at+1)
				}
				if len(twin[hub]) < goal || random.IntN(4) == 0 {
					is = carAt(slot, 0, road.Millis(random.IntN(spread)))
					if was < none && random.IntN(3) > 0 { // mostly not far
						is = carAt(slot, 0, was.time()+road.Millis(random.IntN(2+spread/100)))
					}
					twin[hub] = append(twin[hub], is)
					slices.Sort(twin[hub])
				}
				if was < none || is < none {
					l.shift(hierarchy.Rank(hub), was, is)
				}
			}
			for hub := range hubs {
				got := l.cars(hub)
				if !slices.Equal(got, twin[hub]) {
					t.Fatalf("seed %d, wave %d: hub %d has %d cars, want %d, or not in order", seed, wave, hub, len(got), len(twin[hub]))
				}
				if want := append(slices.Clone(got), none)[0].time(); l.soonest[hub] != want {
					t.Fatalf("seed %d, wave %d: hub %d: soonest %d, want %d", seed, wave, hub, l.soonest[hub], want)
				}
			}
		}
		checkBlocks(t, &l)
	}
}

// checkBlocks fails unless every block is in one list or free, and little room is wasted.
func checkBlocks(t *testing.T, l *lists) {
	owner := make([]int, len(l.room))
	own := func(at uint32, size uint8) {
		for i := range capacity(size) {
			owner[int(at)+i]++
		}
	}
	for hub := range l.list {
		h := &l.list[hub]
		switch {
		case h.tall:
			for i, at := range l.tree[h.at].at {
				own(at, sizes-1)
				if i > 0 && l.tree[h.at].n[i-1]+l.tree[h.at].n[i] <= largest/2 {
					t.Errorf("two blocks with half a block of cars side by side")
				}
			}
		case h.n > 0:
			own(h.at, h.size)
			if h.size > 0 && 4*int(h.n) < capacity(h.size) {
				t.Errorf("%d cars in a block for %d", h.n, capacity(h.size))
			}
		}
	}
	for size, places := range l.free {
		for _, at := range places {
			own(at, uint8(size))
		}
	}
	for i, n := range owner {
		if n != 1 {
			t.Fatalf("place %d is in %d blocks", i, n)
		}
	}
}
