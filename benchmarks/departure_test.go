package benchmarks

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

const minute road.Millis = 60_000

// boundary is a moment at which speeds change, in road time from some zero.
type boundary struct {
	at            road.Millis
	before, after []road.Millis // per arc
}

// pass returns when an arc that is entered at a time is left. Speeds are constant on either side of
// the boundary and a car on the way changes its own at it (Ichoua, Gendreau and Potvin 2003), so that
// who enters first also leaves first.
func (b *boundary) pass(a road.Arc, enter road.Millis) road.Millis {
	switch {
	case b.before[a] == road.Unreachable || b.after[a] == road.Unreachable:
		return road.Unreachable
	case enter >= b.at:
		return enter + b.after[a]
	case enter+b.before[a] <= b.at:
		return enter + b.before[a]
	}
	left := 1 - float64(b.at-enter)/float64(b.before[a])
	return b.at + road.Millis(left*float64(b.after[a])+0.5)
}

// arrivals returns when every node is reached by a car that leaves at a time: Dijkstra's search with
// arcs that take as long as they do at the moment.
func (b *boundary) arrivals(g *road.Graph, from road.Node, leave road.Millis) []road.Millis {
	time := slices.Repeat([]road.Millis{road.Unreachable}, g.Nodes())
	time[from] = leave
	open := front{{from, leave}}
	for len(open) > 0 {
		v := open.pop()
		if v.at > time[v.node] {
			continue
		}
		for a := g.FirstOut[v.node]; a < g.FirstOut[v.node+1]; a++ {
			if t := b.pass(a, v.at); t < time[g.Head[a]] {
				time[g.Head[a]] = t
				open.push(visit{g.Head[a], t})
			}
		}
	}
	return time
}

type visit struct {
	node road.Node
	at   road.Millis
}

// front is a binary heap of visits by time.
type front []visit

func (f *front) push(v visit) {
	h := append(*f, v)
	i := len(h) - 1
	for ; i > 0 && h[(i-1)/2].at > v.at; i = (i - 1) / 2 {
		h[i] = h[(i-1)/2]
	}
	h[i] = v
	*f = h
}

func (f *front) pop() visit {
	h := *f
	soonest, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for c := 1; c < len(h); c = 2*i + 1 {
		if c+1 < len(h) && h[c+1].at < h[c].at {
			c++
		}
		if h[c].at >= last.at {
			break
		}
		h[i] = h[c]
		i = c
	}
	if len(h) > 0 {
		h[i] = last
	}
	*f = h
	return soonest
}

// TestDepartureRule measures what it costs that a trip is timed wholly by the speeds of the period in
// which it begins: its time against that of a car that meets the speeds of the moment, for trips that
// begin before the two boundaries of the week at which speeds fall most, and before the one at which
// they rise most. docs/routing.md has the table, of four times as many trips and all of their beginnings:
// NEARSIDE_TABLES=1 measures it.
func TestDepartureRule(t *testing.T) {
	network, table := west(t)
	sources, begins := 5, []road.Millis{0, 5, 20}
	if os.Getenv("NEARSIDE_TABLES") != "" {
		sources, begins = 20, []road.Millis{0, 1, 5, 10, 15, 20, 30}
	}
	g := network.Graph
	for _, b := range []struct {
		name        string
		hour        int
		worstMedian float64 // of trips that begin at the boundary's own moment
	}{{"Monday 07:00, night to morning peak", 7, 0.5}, {"Monday 16:00, inter-peak to evening peak", 16, 0.3}, {"Monday 19:00, evening peak to evening", 19, 0.5}} {
		before, after := table.Profile(table.Period(b.hour-1), road.Normal), table.Profile(table.Period(b.hour), road.Normal)
		turn := &boundary{30 * minute, g.Weights(&before), g.Weights(&after)}
		var text strings.Builder
		fmt.Fprintf(&text, "%s\n| begins before, min | median | 95th | max | median, trips under 15 min | 95th |\n|---|---|---|---|---|---|\n", b.name)
		for _, ahead := range begins {
			all, short := departureErrors(g, turn, turn.at-ahead*minute, sources)
			fmt.Fprintf(&text, "| %d | %s | %s |\n", ahead, percents(all, 0.5, 0.95, 1), percents(short, 0.5, 0.95))
			if ahead == 0 && all[len(all)-1] > 0 {
				t.Errorf("%s: a trip that begins at the boundary meets one speed only, but is off by %g", b.name, all[len(all)-1])
			}
			if m := all[len(all)/2]; m > b.worstMedian {
				t.Errorf("%s: a trip that begins %d min before is off by %.0f %% at the median, want at most %.0f %%", b.name, ahead, 100*m, 100*b.worstMedian)
			}
		}
		t.Log(text.String())
	}
}

// departureErrors returns the relative errors of the rule, ascending, for trips from some random nodes to a
// hundred each that begin at a time, and for those of them that take under 15 minutes.
func departureErrors(g *road.Graph, b *boundary, leave road.Millis, sources int) (all, short []float64) {
	const targets = 100
	random := rand.New(rand.NewPCG(3, 3))
	search := dijkstra.NewSearch(dijkstra.Forward(g))
	weight := b.before
	if leave >= b.at {
		weight = b.after
	}
	for range sources {
		from := road.Node(random.IntN(g.Nodes()))
		search.Begin(weight)
		search.From(from, 0)
		search.All()
		arrival := b.arrivals(g, from, leave)
		for range targets {
			to := road.Node(random.IntN(g.Nodes()))
			ruled := search.Time(to)
			if arrival[to] == road.Unreachable || ruled == road.Unreachable || arrival[to] == leave {
				continue
			}
			actual := float64(arrival[to] - leave)
			e := max(actual-float64(ruled), float64(ruled)-actual) / actual
			all = append(all, e)
			if arrival[to]-leave < 15*minute {
				short = append(short, e)
			}
		}
	}
	slices.Sort(all)
	slices.Sort(short)
	return all, short
}

// percents prints quantiles of ascending shares.
func percents(v []float64, quantiles ...float64) string {
	var out []string
	for _, q := range quantiles {
		out = append(out, fmt.Sprintf("%.1f %%", 100*v[min(int(q*float64(len(v))), len(v)-1)]))
	}
	return strings.Join(out, " | ")
}
