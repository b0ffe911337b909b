package hierarchy

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
)

// Labels builds the hub labels of the metric, from the highest node down. The lower parts of the
// elimination tree do not depend on one another and are shared out among the workers. progress, where
// not nil, is called now and then with the nodes done, from one goroutine at a time. When ctx ends,
// Labels soon returns its error.
//
// Why a label needs no other hubs: let h be the highest of all nodes on shortest ways from u to v. No
// way from u to h that is as short has a higher node, so h stays in u's label, by induction over the
// first step up towards h; and so for v. An entry that is not exact has a higher hub that is nearer.
func (m *Metric) Labels(ctx context.Context, workers int, progress func(done, total int)) (*Labels, error) {
	if m.Out == nil {
		m = m.Perfect() // fewer steps give the same labels
	}
	n := m.H.Nodes()
	l := &Labels{leave: make([]shared, n), reach: make([]shared, n)}
	top, parts := m.H.split(max(workers, 1))
	var mu sync.Mutex
	done := 0
	report := func(nodes int) {
		mu.Lock()
		defer mu.Unlock()
		done += nodes
		if progress != nil {
			progress(done, n)
		}
	}
	newLabeller(m, l).run(ctx, top, report)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(max(workers, 1), len(parts)) {
		wg.Go(func() {
			b := newLabeller(m, l)
			for i := int(next.Add(1)) - 1; i < len(parts); i = int(next.Add(1)) - 1 {
				b.run(ctx, parts[i], report)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l, nil
}

// split divides the nodes into those high up and the parts of the elimination tree that hang below
// them, the larger first, all from the highest node down.
func (h *Hierarchy) split(workers int) (top []Rank, parts [][]Rank) {
	n := h.Nodes()
	below := slices.Repeat([]int{1}, n) // size of the subtree
	for x, p := range h.Parent {
		if p != None {
			below[p] += below[x]
		}
	}
	most := n / (16 * workers) // small enough that no worker waits long for the last
	part := make([]int, n)     // 1 + its place in parts, 0 for the top
	for x := n - 1; x >= 0; x-- {
		p := h.Parent[x]
		switch {
		case below[x] > most:
			top = append(top, Rank(x))
			continue
		case p == None || part[p] == 0:
			parts = append(parts, make([]Rank, 0, below[x]))
			part[x] = len(parts)
		default:
			part[x] = part[p]
		}
		parts[part[x]-1] = append(parts[part[x]-1], Rank(x))
	}
	slices.SortStableFunc(parts, func(a, b []Rank) int { return len(b) - len(a) })
	return top, parts
}

// labeller builds labels, one node at a time.
type labeller struct {
	m    *Metric
	l    *Labels
	time []road.Millis // per rank: what the search finds; Unreachable between searches
	hubs []Rank        // those that the search finds
	kept []Rank        // those of them that are needed
	room []Entry       // for labels to come
}

func newLabeller(m *Metric, l *Labels) *labeller {
	return &labeller{m: m, l: l, time: slices.Repeat([]road.Millis{road.Unreachable}, m.H.Nodes())}
}

// run builds the labels of nodes whose higher neighbours have theirs, until ctx ends.
func (b *labeller) run(ctx context.Context, nodes []Rank, report func(int)) {
	const often = 256 // nodes between two looks at ctx, some 10 ms
	for len(nodes) > 0 && ctx.Err() == nil {
		now := nodes[:min(often, len(nodes))]
		for _, x := range now {
			b.l.leave[x] = b.label(x, b.m.Out, b.l.leave, b.l.reach)
			b.l.reach[x] = b.label(x, b.m.In, b.l.reach, b.l.leave)
		}
		nodes = nodes[len(now):]
		report(len(now))
	}
}

// label returns the label of x for one way of travel, from the labels along of its higher neighbours
// and those against of the hubs.
func (b *labeller) label(x Rank, way *Steps, along, against []shared) shared {
	steps := way.Step[way.First[x]:way.First[x+1]]
	if len(steps) == 1 {
		return b.share(x, steps[0], along)
	}
	b.hubs, b.kept = b.hubs[:0], b.kept[:0]
	for _, s := range steps {
		l := labelOf(along, s.To)
		b.find(l.Own, s.Time)
		b.find(l.Rest, s.Time.Add(l.Later))
	}
	for _, y := range b.hubs {
		if b.needed(b.time[y], labelOf(against, y)) {
			b.kept = append(b.kept, y)
		}
	}
	slices.Sort(b.kept)
	own := append(b.alloc(1+len(b.kept)), Entry{x, 0})
	for _, y := range b.kept {
		own = append(own, Entry{y, b.time[y]})
	}
	for _, y := range b.hubs {
		b.time[y] = road.Unreachable
	}
	return shared{own: own, next: None}
}

// find notes the hubs of a run, later by a time.
func (b *labeller) find(run []Entry, later road.Millis) {
	for _, y := range run {
		t := later + y.Time
		if t >= b.time[y.Hub] {
			continue
		}
		if b.time[y.Hub] == road.Unreachable {
			b.hubs = append(b.hubs, y.Hub)
		}
		b.time[y.Hub] = t
	}
}

// needed tells whether no higher hub is on a way to a hub that is as short as t. back is the hub's
// label against the way.
func (b *labeller) needed(t road.Millis, back Label) bool {
	for _, z := range back.Own[1:] { // the first is the hub itself
		if b.time[z.Hub]+z.Time <= t {
			return false
		}
	}
	if back.Later > t {
		return true
	}
	t -= back.Later
	for _, z := range back.Rest {
		if b.time[z.Hub]+z.Time <= t {
			return false
		}
	}
	return true
}

// share returns the label of a node with one step: itself, and what lies beyond the step.
func (b *labeller) share(x Rank, s Step, along []shared) shared {
	next := along[s.To]
	if next.next == None {
		return shared{own: append(b.alloc(1), Entry{x, 0}), next: s.To, later: s.Time}
	}
	own := append(b.alloc(1+len(next.own)), Entry{x, 0})
	for _, y := range next.own {
		if t := s.Time + y.Time; t < road.Unreachable {
			own = append(own, Entry{y.Hub, t})
		}
	}
	return shared{own: own, next: next.next, later: s.Time.Add(next.later)}
}

// alloc returns an empty slice for n entries. They are cut from large pieces, which is faster than to
// allocate each, and the labels of neighbours lie together.
func (b *labeller) alloc(n int) []Entry {
	if cap(b.room)-len(b.room) < n {
		b.room = make([]Entry, 0, max(1<<15, n))
	}
	from := len(b.room)
	b.room = b.room[:from+n]
	return b.room[from:from:len(b.room)]
}
