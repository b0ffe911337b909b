package route

import "github.com/nearside-ems/nearside/geo/road"

// beside finds the cars on the edge or in the square of a call, which may get there without passing a
// node: a hash table of lists that run through the slots, so that it grows with the slots only.
type beside struct {
	head []uint32 // per hash: 1 + the list's first slot, 0 for none; a power of two of them, at least slots
	slot []link   // per slot
	spot []*road.Spot
}

// link is a slot's place in the list of a hash; the lists are doubly linked. Places are 1 + a slot.
type link struct {
	key        uint32 // 0: in no list
	next, last uint32
}

// key tells edges and squares apart from all others; 0 where a spot is on no edge and in no square.
func key(s *road.Spot) uint32 {
	switch {
	case s.Square != 0:
		return s.Square
	case s.OnArc:
		return 1<<31 | uint32(s.Arc)
	default:
		return 0
	}
}

// hash spreads keys by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
func (b *beside) hash(key uint32) uint32 { return key * 2654435769 >> 7 & uint32(len(b.head)-1) }

// first returns 1 + the first slot beside a call, 0 for none.
func (b *beside) first(call *road.Spot) uint32 {
	k := key(call)
	if k == 0 || len(b.head) == 0 {
		return 0
	}
	return b.match(b.head[b.hash(k)], k)
}

// next returns the one after another.
func (b *beside) next(c uint32) uint32 { return b.match(b.slot[c-1].next, b.slot[c-1].key) }

// match returns the first of the list from c on that has the key.
func (b *beside) match(c, key uint32) uint32 {
	for c != 0 && b.slot[c-1].key != key {
		c = b.slot[c-1].next
	}
	return c
}

// put moves the car of a slot to a spot, nil for nowhere.
func (b *beside) put(slot uint32, spot *road.Spot) {
	b.grow(int(slot) + 1)
	b.unlink(slot)
	if b.spot[slot] = spot; spot != nil {
		b.link(slot, key(spot))
	}
}

func (b *beside) link(slot, key uint32) {
	if key == 0 {
		return
	}
	head := &b.head[b.hash(key)]
	b.slot[slot] = link{key: key, next: *head}
	if *head != 0 {
		b.slot[*head-1].last = slot + 1
	}
	*head = slot + 1
}

func (b *beside) unlink(slot uint32) {
	l := b.slot[slot]
	if l.key == 0 {
		return
	}
	if l.last != 0 {
		b.slot[l.last-1].next = l.next
	} else {
		b.head[b.hash(l.key)] = l.next
	}
	if l.next != 0 {
		b.slot[l.next-1].last = l.last
	}
	b.slot[slot] = link{}
}

// grow makes room for a number of slots and enters all cars anew where the table has become too small.
func (b *beside) grow(slots int) {
	for len(b.slot) < slots {
		b.slot, b.spot = append(b.slot, link{}), append(b.spot, nil)
	}
	if len(b.head) >= slots {
		return
	}
	b.head = make([]uint32, max(16, 2*len(b.head)))
	for len(b.head) < slots {
		b.head = make([]uint32, 2*len(b.head))
	}
	for i := range b.slot {
		key := b.slot[i].key
		b.slot[i] = link{}
		b.link(uint32(i), key)
	}
}
