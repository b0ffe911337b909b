package route

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Fill applies moves to an index without cars, as Apply does but several times as fast: none may be
// about a slot of another. Trails gives such moves when it puts each car for the first time.
func (x *Index) Fill(moves *Moves) {
	first := make([]uint32, len(x.list)+1) // per hub: of its cars in sorted
	for _, s := range moves.steps {
		first[s.at>>wayBits+1]++
	}
	for h := range x.list {
		first[h+1] += first[h]
	}
	sorted, next := make([]car, len(moves.steps)), slices.Clone(first)
	var from uint32
	for i := range moves.made {
		m := &moves.made[i]
		for _, s := range moves.steps[from:m.end] {
			hub, way := s.at>>wayBits, s.at&(1<<wayBits-1)
			sorted[next[hub]] = carAt(m.slot, way, s.is)
			next[hub]++
		}
		x.place(m)
		from = m.end
	}
	for h := range x.list {
		if cars := sorted[first[h]:first[h+1]]; len(cars) > 0 {
			slices.Sort(cars)
			x.fill(hierarchy.Rank(h), cars)
		}
	}
}

// fill makes the list of a hub of ascending cars. Blocks of a long list are left a quarter empty, so that
// they need not be split soon.
func (l *lists) fill(hub hierarchy.Rank, cars []car) {
	l.soonest[hub] = cars[0].time()
	if len(cars) <= largest {
		h := list{n: uint16(len(cars)), size: sizeOf(len(cars))}
		h.at = l.take(h.size)
		copy(l.room[h.at:], cars)
		l.list[hub] = h
		return
	}
	blocks := (len(cars) + largest*3/4 - 1) / (largest * 3 / 4)
	t := tree{low: make([]car, blocks), at: make([]uint32, blocks), n: make([]uint16, blocks)}
	for i := range blocks {
		part := cars[i*len(cars)/blocks : (i+1)*len(cars)/blocks]
		if i > 0 {
			t.low[i] = part[0]
		}
		t.at[i], t.n[i] = l.take(sizes-1), uint16(len(part))
		copy(l.room[t.at[i]:], part)
	}
	l.list[hub] = list{at: uint32(len(l.tree)), tall: true}
	l.tree = append(l.tree, t)
}

// Clone returns another index with the same cars.
func (x *Index) Clone() *Index {
	c := &Index{m: x.m, offset: slices.Clone(x.offset), beside: x.beside}
	c.beside.head, c.beside.slot, c.beside.spot = slices.Clone(x.beside.head), slices.Clone(x.beside.slot), slices.Clone(x.beside.spot)
	c.lists = lists{soonest: slices.Clone(x.soonest), list: slices.Clone(x.list), tree: slices.Clone(x.tree), spare: slices.Clone(x.spare)}
	for i := range c.tree {
		t := &c.tree[i]
		t.low, t.at, t.n = slices.Clone(t.low), slices.Clone(t.at), slices.Clone(t.n)
	}
	c.room = slices.Clone(x.room)
	for i := range x.free {
		c.free[i] = slices.Clone(x.free[i])
	}
	return c
}

// place notes where a car is between the ends of its ways.
func (x *Index) place(m *move) {
	x.beside.put(m.slot, m.spot)
	for len(x.offset) <= int(m.slot) {
		x.offset = append(x.offset, offsets{})
	}
	x.offset[m.slot] = m.offset
}
