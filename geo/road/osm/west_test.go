package osm_test

import (
	"container/heap"
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
	"github.com/nearside-ems/nearside/internal/sourcedata"
)

func speeds(t testing.TB) *road.SpeedTable {
	t.Helper()
	f, err := os.Open("../testdata/speeds.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := road.ReadSpeeds(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// source opens the shared extract of London west of the meridian.
func source(t testing.TB) *os.File {
	t.Helper()
	f, err := os.Open(sourcedata.Path(t, "roads/west_london_omt2018.osm.pbf"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func settings(t testing.TB) osm.Settings {
	return osm.Settings{Speeds: speeds(t), Zone: func(orb.Point) road.Zone { return road.Outer }}
}

func TestImportWestLondon(t *testing.T) {
	f := source(t)
	s := settings(t)
	var done, total int64
	s.Progress = func(d, n int64) { done, total = d, n }
	res, err := osm.Import(context.Background(), f, s)
	if err != nil {
		t.Fatal(err)
	}
	r := res.Report
	if r.Ways != 261548 {
		t.Errorf("%d ways, PROVENANCE says 261,548", r.Ways)
	}
	if r.Nodes < 170_000 || r.Arcs < 400_000 || r.Nodes != res.Graph.Nodes() || r.Arcs != res.Graph.Arcs() {
		t.Errorf("%d nodes, %d arcs", r.Nodes, r.Arcs)
	}
	if r.Dropped.Nodes*20 > r.Nodes {
		t.Errorf("dropped %d of %d nodes", r.Dropped.Nodes, r.Nodes)
	}
	if done != total || total == 0 {
		t.Errorf("progress ends at %d of %d", done, total)
	}
	if _, size := road.Components(res.Graph.FirstOut, res.Graph.Head, func(road.Arc) bool { return false }); len(size) != 1 {
		t.Errorf("%d strongly connected components, want 1", len(size))
	}
}

// TestWestLondonWithTurns forbids turns at random at 1 % of the junctions, since the extract has lost
// its restrictions, and compares a search by node with one by arc.
func TestWestLondonWithTurns(t *testing.T) {
	res, err := osm.Import(context.Background(), source(t), settings(t))
	if err != nil {
		t.Fatal(err)
	}
	before := *res.Graph
	roads := road.Roads{Graph: res.Graph, Edges: res.Edges}
	edges := [2][]road.Arc{slices.Clone(roads.Edges.Forward), slices.Clone(roads.Edges.Backward)}
	random := rand.New(rand.NewPCG(1, 2))
	banned := randomTurns(&before, random)
	start := time.Now()
	splits, err := roads.ForbidTurns(slices.Collect(maps.Keys(banned)))
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%d turns at %d junctions: %d nodes and %d arcs more, %d turns lifted, in %v", splits.Turns, splits.Junctions, splits.Nodes, splits.Connectors, len(splits.Lifted), took)
	if splits.Nodes > 3*splits.Junctions || len(splits.Lifted)*10 > splits.Turns {
		t.Errorf("%d nodes for %d junctions, %d of %d turns lifted", splits.Nodes, splits.Junctions, len(splits.Lifted), splits.Turns)
	}
	for _, x := range splits.Lifted {
		delete(banned, x)
	}
	_, size := road.Components(roads.Graph.FirstOut, roads.Graph.Head, func(road.Arc) bool { return false })
	if len(size) != 1 {
		t.Errorf("%d strongly connected components, want 1", len(size))
	}
	detours := 0
	for range 4 {
		from := random.IntN(roads.Edges.Len())
		byNode := timesByNode(roads.Graph, roads.Graph.SpotOn(roads.Edges.Forward[from], roads.Edges.Backward[from], 0.5))
		spot := before.SpotOn(edges[0][from], edges[1][from], 0.5)
		byArc, free := timesByArc(&before, banned, spot), timesByArc(&before, nil, spot)
		for range 50 {
			to := (from + 1 + random.IntN(roads.Edges.Len()-1)) % roads.Edges.Len()
			got, want := road.Unreachable, road.Unreachable
			s := roads.Graph.SpotOn(roads.Edges.Forward[to], roads.Edges.Backward[to], 0.25)
			for _, l := range s.Reach[:s.Reaches] {
				got = min(got, byNode[l.Node].Add(l.Base))
			}
			unbound := road.Unreachable
			s = before.SpotOn(edges[0][to], edges[1][to], 0.25)
			for _, l := range s.Reach[:s.Reaches] {
				// The time at the head of an arc, less what it takes beyond the spot.
				rest := before.Base[l.Arc] - l.Base
				want, unbound = min(want, byArc[l.Arc]-rest), min(unbound, free[l.Arc]-rest)
			}
			if got != want || got == road.Unreachable {
				t.Fatalf("road %d to road %d: %d by node, %d by arc", from, to, got, want)
			}
			if want > unbound {
				detours++
			}
		}
	}
	if detours < 20 {
		t.Errorf("%d of 200 ways are longer for the forbidden turns: hardly a test", detours)
	}
}

// randomTurns forbids one to three turns at each of 1 % of the junctions of three roads or more.
func randomTurns(g *road.Graph, random *rand.Rand) map[road.Turn]bool {
	into := make([][]road.Arc, g.Nodes())
	for a, v := range g.Head {
		into[v] = append(into[v], road.Arc(a))
	}
	banned := map[road.Turn]bool{}
	for v, in := range into {
		out := g.FirstOut[v+1] - g.FirstOut[v]
		if out < 3 || random.IntN(100) > 0 {
			continue
		}
		for range 1 + random.IntN(3) {
			banned[road.Turn{From: in[random.IntN(len(in))], To: g.FirstOut[v] + road.Arc(random.IntN(int(out)))}] = true
		}
	}
	return banned
}

// queue orders places, of the numbers given, by time.
type queue []struct {
	at   uint32
	time road.Millis
}

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].time < q[j].time }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(queueItem)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

type queueItem = struct {
	at   uint32
	time road.Millis
}

// dijkstra returns the times to n places; next calls offer with each place after another.
func dijkstra(n int, start []queueItem, next func(at uint32, time road.Millis, offer func(uint32, road.Millis))) []road.Millis {
	time := slices.Repeat([]road.Millis{road.Unreachable}, n)
	q := queue{}
	offer := func(at uint32, t road.Millis) {
		if t < time[at] {
			time[at] = t
			heap.Push(&q, queueItem{at, t})
		}
	}
	for _, s := range start {
		offer(s.at, s.time)
	}
	for len(q) > 0 {
		if x := heap.Pop(&q).(queueItem); x.time == time[x.at] {
			next(x.at, x.time, offer)
		}
	}
	return time
}

// timesByNode returns the times to all nodes at the reference speeds.
func timesByNode(g *road.Graph, from road.Spot) []road.Millis {
	var start []queueItem
	for _, l := range from.Leave[:from.Leaves] {
		start = append(start, queueItem{uint32(l.Node), l.Base})
	}
	return dijkstra(g.Nodes(), start, func(v uint32, t road.Millis, offer func(uint32, road.Millis)) {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			offer(uint32(g.Head[a]), t+g.Base[a])
		}
	})
}

// timesByArc returns the times to the ends of all arcs, without banned turns.
func timesByArc(g *road.Graph, banned map[road.Turn]bool, from road.Spot) []road.Millis {
	var start []queueItem
	for _, l := range from.Leave[:from.Leaves] {
		start = append(start, queueItem{uint32(l.Arc), l.Base})
	}
	return dijkstra(g.Arcs(), start, func(a uint32, t road.Millis, offer func(uint32, road.Millis)) {
		v := g.Head[a]
		for b := g.FirstOut[v]; b < g.FirstOut[v+1]; b++ {
			if !banned[road.Turn{From: road.Arc(a), To: b}] {
				offer(uint32(b), t+g.Base[b])
			}
		}
	})
}

func BenchmarkImport(b *testing.B) {
	f, s := source(b), settings(b)
	for b.Loop() {
		if _, err := osm.Import(context.Background(), f, s); err != nil {
			b.Fatal(err)
		}
	}
}
