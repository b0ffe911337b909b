package route

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// lists hold the cars of each hub, ascending. A list that fits lies in one block; a longer one has a
// tree over several. All blocks lie in one slice, so that cars cost the collector nothing.
type lists struct {
	soonest []road.Millis // per hub: the time of its first car, Unreachable where it has none
	list    []list        // per hub
	tree    []tree
	spare   []uint32 // trees not in use
	blocks
}

// list is where the cars of a hub are: room[at:at+n], or tree[at] where it is tall.
type list struct {
	at   uint32
	n    uint16 // 0 where it is tall
	size uint8  // of the block, as blocks count it
	tall bool
}

// tree is the only level over the blocks of a long list, all of the largest size: block i holds the cars
// from low[i] on that are below low[i+1]; low[0] is 0.
type tree struct {
	low []car
	at  []uint32 // the block's place
	n   []uint16 // cars in the block
}

func newLists(hubs int) lists {
	return lists{soonest: slices.Repeat([]road.Millis{road.Unreachable}, hubs), list: make([]list, hubs)}
}

// shift moves a car within the list of a hub; where was is none or above it comes in, where is is it
// goes.
func (l *lists) shift(hub hierarchy.Rank, was, is car) {
	h := &l.list[hub]
	switch {
	case h.tall:
		l.shiftTall(h, was, is)
	case was >= none:
		l.insert(h, is)
	case is >= none:
		l.remove(h, was)
	default:
		replace(l.room[h.at:][:h.n], was, is)
	}
	switch soonest := &l.soonest[hub]; {
	case is.time() < *soonest:
		*soonest = is.time()
	case was.time() == *soonest:
		*soonest = l.first(h)
	}
}

// first returns the time of the first car of a list.
func (l *lists) first(h *list) road.Millis {
	switch {
	case h.tall:
		return l.room[l.tree[h.at].at[0]].time()
	case h.n == 0:
		return road.Unreachable
	default:
		return l.room[h.at].time()
	}
}

// insert puts a car into a list that is not tall.
func (l *lists) insert(h *list, c car) {
	if h.n == largest {
		l.grow(h)
		l.shiftTall(h, none, c)
		return
	}
	if int(h.n) == capacity(h.size) || h.n == 0 {
		l.resize(h, sizeOf(int(h.n)+1))
	}
	putIn(l.room[h.at:][:h.n+1], c)
	h.n++
}

// remove takes a car out of a list that is not tall.
func (l *lists) remove(h *list, c car) {
	takeOut(l.room[h.at:][:h.n], c)
	h.n--
	switch {
	case h.n == 0:
		l.release(h.at, h.size)
		*h = list{}
	case 4*int(h.n) <= capacity(h.size) && h.size > 0:
		l.resize(h, sizeOf(2*int(h.n)))
	}
}

// resize moves a list to a block of another size.
func (l *lists) resize(h *list, size uint8) {
	at := l.take(size)
	copy(l.room[at:], l.room[h.at:][:h.n])
	if h.n > 0 {
		l.release(h.at, h.size)
	}
	h.at, h.size = at, size
}

// grow puts a tree over a list.
func (l *lists) grow(h *list) {
	if len(l.spare) == 0 {
		l.tree, l.spare = append(l.tree, tree{}), append(l.spare, uint32(len(l.tree)))
	}
	at := l.spare[len(l.spare)-1]
	l.spare = l.spare[:len(l.spare)-1]
	t := &l.tree[at]
	t.low, t.at, t.n = append(t.low[:0], 0), append(t.at[:0], h.at), append(t.n[:0], h.n)
	*h = list{at: at, tall: true}
}

// shiftTall is shift on a list with a tree.
func (l *lists) shiftTall(h *list, was, is car) {
	t := &l.tree[h.at]
	if was < none {
		i := t.block(was)
		cars := l.room[t.at[i]:][:t.n[i]]
		if is < none && is >= t.low[i] && (i+1 == len(t.low) || is < t.low[i+1]) {
			replace(cars, was, is)
			return
		}
		takeOut(cars, was)
		t.n[i]--
		l.shrink(h, t, i)
	}
	if is >= none {
		return
	}
	if !h.tall {
		l.insert(h, is)
		return
	}
	i := t.block(is)
	if t.n[i] == largest {
		l.split(t, i)
		i = t.block(is)
	}
	putIn(l.room[t.at[i]:][:t.n[i]+1], is)
	t.n[i]++
}

// block returns the block that a car is in or belongs in.
func (t *tree) block(c car) int { return below(t.low, c+1) - 1 }

// split halves a full block.
func (l *lists) split(t *tree, i int) {
	at := l.take(sizes - 1)
	upper := l.room[t.at[i]:][largest/2 : largest]
	copy(l.room[at:], upper)
	t.n[i] = largest / 2
	t.low, t.at, t.n = slices.Insert(t.low, i+1, upper[0]), slices.Insert(t.at, i+1, at), slices.Insert(t.n, i+1, largest/2)
}

// shrink joins a block from which a car was taken to a neighbour where both fit in half a block, and
// takes the tree away where half a block is left of the list.
func (l *lists) shrink(h *list, t *tree, i int) {
	switch {
	case i > 0 && t.n[i-1]+t.n[i] <= largest/2:
		l.join(t, i-1)
	case i+1 < len(t.n) && t.n[i]+t.n[i+1] <= largest/2:
		l.join(t, i)
	}
	if len(t.n) == 1 && t.n[0] <= largest/2 {
		l.spare = append(l.spare, h.at)
		*h = list{at: t.at[0], n: t.n[0], size: sizes - 1}
	}
}

// join moves the cars of block i+1 into block i.
func (l *lists) join(t *tree, i int) {
	next := t.at[i+1]
	copy(l.room[t.at[i]:][t.n[i]:], l.room[next:][:t.n[i+1]])
	t.n[i] += t.n[i+1]
	l.release(next, sizes-1)
	t.low, t.at, t.n = slices.Delete(t.low, i+1, i+2), slices.Delete(t.at, i+1, i+2), slices.Delete(t.n, i+1, i+2)
}
