package route

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Trails remembers where cars are on a metric, as the hubs above each of them, and works out what has to
// change in an Index when one moves: once, however many copies of the Index there are. One goroutine at
// a time.
type Trails struct {
	m      *Metric
	trail  []trail // per slot
	search *hierarchy.Search
	above  [road.MaxLinks][]hierarchy.Entry // the hubs above each way
	to     []aim
}

// trail is where a car is. The times of aims are those from the ends of its ways and not from the car
// itself: while it drives along an edge, only the offsets change and not one list.
type trail struct {
	way [road.MaxLinks]way
	to  []aim
}

// way is one of a car's ways on to the network. The trail holds wherever the time to the end of each of
// its ways, the offset, is at least least and at most most.
type way struct {
	node        hierarchy.Rank // where it ends; None where there is no way
	least, most road.Millis
}

// aim is a hub that a car may pass, over one of its ways.
type aim struct {
	at   uint32      // hub<<wayBits + way: aims are ascending
	time road.Millis // from the way's end
}

// wayBits is how many bits the number of a way takes: those of the way and the slot, or the hub, make up
// 32.
const wayBits = 2

// Moves are changes of where cars are, to be applied to an Index. The zero value is empty.
type Moves struct {
	made  []move
	steps []step
}

// move is that a car now stands at a spot, nil for nowhere. Its steps end at end, and begin where those
// of the move before end.
type move struct {
	slot, end uint32
	spot      *road.Spot
	offset    offsets
}

// offsets are a car's times to the ends of its ways.
type offsets [1 << wayBits]road.Millis

// step is that the time of an aim changes: from was, Unreachable where there was no such aim, to is,
// Unreachable where there is none any more.
type step struct {
	at      uint32
	was, is road.Millis
}

// NewTrails returns the trails of no cars.
func NewTrails(m *Metric) *Trails { return &Trails{m: m, search: m.Ways.H.NewSearch()} }

// Reset forgets the moves and keeps their memory.
func (l *Moves) Reset() {
	clear(l.made)
	l.made, l.steps = l.made[:0], l.steps[:0]
}

// Put adds to moves that the car in a slot is new or has moved. The spot belongs to the Index that the
// move is applied to, until the car moves again: it must not be written any more. Slots count from 0,
// and memory is that of the highest.
func (t *Trails) Put(slot int, spot *road.Spot, moves *Moves) {
	tr := t.at(slot)
	ways, offset := t.ways(spot)
	if !tr.holds(&ways, &offset) {
		t.to = t.aims(&ways, t.to[:0])
		moves.steps = compare(tr.to, t.to, moves.steps)
		tr.way, tr.to = ways, copyOver(tr.to, t.to)
	}
	moves.made = append(moves.made, move{slot: uint32(slot), end: uint32(len(moves.steps)), spot: spot, offset: offset})
}

// copyOver copies aims over others, with little room to spare where it has to make some: cars are many.
func copyOver(over, aims []aim) []aim {
	if cap(over) < len(aims) {
		over = make([]aim, 0, (len(aims)+15)/16*16)
	}
	return append(over[:0], aims...)
}

// Remove adds to moves that the car in a slot, if there is one, has gone.
func (t *Trails) Remove(slot int, moves *Moves) {
	tr := t.at(slot)
	moves.steps = compare(tr.to, nil, moves.steps)
	*tr = trail{to: tr.to[:0]}
	moves.made = append(moves.made, move{slot: uint32(slot), end: uint32(len(moves.steps))})
}

func (t *Trails) at(slot int) *trail {
	if slot >= len(t.trail) {
		t.trail = append(t.trail, make([]trail, slot+1-len(t.trail))...)
	}
	return &t.trail[slot]
}

// ways returns a spot's ways on to the network, with the times between which a trail holds that is laid
// over them, and the times now.
func (t *Trails) ways(spot *road.Spot) (ways [road.MaxLinks]way, offset offsets) {
	for i := range ways {
		ways[i].node = hierarchy.None
		if i >= int(spot.Leaves) {
			continue
		}
		l := &spot.Leave[i]
		now := t.m.time(l)
		if now == road.Unreachable {
			continue
		}
		offset[i], ways[i] = now, way{t.m.Ways.H.Rank[l.Node], now, now}
		if l.Arc != road.NoArc {
			ways[i].least, ways[i].most = 0, max(now, t.m.Weight[l.Arc]) // anywhere along it
		}
	}
	return ways, offset
}

// holds tells whether a trail is that of other ways too.
func (tr *trail) holds(ways *[road.MaxLinks]way, offset *offsets) bool {
	if len(tr.to) == 0 {
		return false
	}
	for i, w := range tr.way {
		if ways[i].node != w.node || offset[i] < w.least || offset[i] > w.most {
			return false
		}
	}
	return true
}

// aims appends to dst the hubs above the ends of ways, each over every way that may be the shortest
// somewhere between least and most.
func (t *Trails) aims(ways *[road.MaxLinks]way, dst []aim) []aim {
	for i, w := range ways {
		t.above[i] = t.above[i][:0]
		if w.node != hierarchy.None {
			t.above[i] = t.m.hubs().Leave(t.search, []hierarchy.Start{{At: w.node}}, t.above[i])
		}
	}
	var next [road.MaxLinks]front
	for i := range next {
		next[i].step(t.above[i])
	}
	for {
		hub := min(next[0].Hub, next[1].Hub, next[2].Hub)
		if hub == hierarchy.None {
			return dst
		}
		var time [road.MaxLinks]road.Millis
		for i := range next {
			if time[i] = road.Unreachable; next[i].Hub == hub {
				time[i] = next[i].Time
				next[i].step(t.above[i])
			}
		}
		for i := range time {
			if beaten(ways, &time, i) {
				time[i] = road.Unreachable
			} else {
				dst = append(dst, aim{uint32(hub)<<wayBits | uint32(i), time[i]})
			}
		}
	}
}

// front is the first entry of a list that is not yet dealt with; its hub is None at the end.
type front struct {
	hierarchy.Entry
	n int // entries before it, and itself
}

func (f *front) step(list []hierarchy.Entry) {
	if f.n == len(list) {
		f.Hub = hierarchy.None
		return
	}
	f.Entry = list[f.n]
	f.n++
}

// beaten tells whether one of the other ways to a hub is never longer than way i, of which time is the
// part from its end.
func beaten(ways *[road.MaxLinks]way, time *[road.MaxLinks]road.Millis, i int) bool {
	if time[i] == road.Unreachable {
		return true
	}
	for j := range time {
		if j != i && time[j] != road.Unreachable && time[j]+ways[j].most <= time[i]+ways[i].least {
			return true
		}
	}
	return false
}

// compare appends to dst the steps from one trail to another.
func compare(was, is []aim, dst []step) []step {
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(is) == 0 || len(was) > 0 && was[0].at < is[0].at:
			dst = append(dst, step{at: was[0].at, was: was[0].time, is: road.Unreachable})
			was = was[1:]
		case len(was) == 0 || is[0].at < was[0].at:
			dst = append(dst, step{at: is[0].at, was: road.Unreachable, is: is[0].time})
			is = is[1:]
		default:
			if was[0].time != is[0].time {
				dst = append(dst, step{at: is[0].at, was: was[0].time, is: is[0].time})
			}
			was, is = was[1:], is[1:]
		}
	}
	return dst
}
