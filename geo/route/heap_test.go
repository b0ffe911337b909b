package route

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestQueueAgreesWithTwin offers and takes nodes at random; the twin looks through a map. A node that
// was taken is offered again only at a later time, as in a search.
func TestQueueAgreesWithTwin(t *testing.T) {
	const nodes = 60
	q := queue{label: make([]label, nodes)}
	rapid.Check(t, func(t *rapid.T) {
		q.reset()
		open, now := map[road.Node]road.Millis{}, road.Millis(0)
		taken := map[road.Node]bool{}
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if rapid.IntRange(0, 3).Draw(t, "take") > 0 {
				v := road.Node(rapid.IntRange(0, nodes-1).Draw(t, "node"))
				at := now + road.Millis(rapid.IntRange(0, 100).Draw(t, "later"))
				q.offer(v, at)
				if old, ok := open[v]; !taken[v] && (!ok || at < old) {
					open[v] = at
				}
				continue
			}
			v, at, ok := q.next()
			soonest := road.Unreachable
			for _, o := range open {
				soonest = min(soonest, o)
			}
			if ok != (len(open) > 0) || ok && (at != soonest || open[v] != at) {
				t.Fatalf("took node %d at %d, %v; the soonest of %d open nodes is at %d", v, at, ok, len(open), soonest)
			}
			if ok {
				now, taken[v] = at, true
				delete(open, v)
			}
		}
	})
}

func TestQueueForgetsWhenItsStampsRunOut(t *testing.T) {
	q := queue{label: make([]label, 2)}
	q.reset()
	q.offer(1, 5)
	q.stamp = 1<<32 - 1
	q.reset()
	if _, _, ok := q.next(); ok || q.stamp != 1 {
		t.Fatalf("a node is open after a reset, or stamp %d", q.stamp)
	}
	q.offer(1, 9)
	if v, at, ok := q.next(); !ok || v != 1 || at != 9 {
		t.Errorf("node %d at %d, %v; want node 1 at 9, not its label of an older search", v, at, ok)
	}
}
