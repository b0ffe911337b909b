package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/city"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

const (
	cars    = 500
	queries = 20_000
	plain   = 10 // searches by plain Dijkstra
)

// row measures a city of so many nodes and prints its row of the table.
func row(nodes int) error {
	network := &route.Network{Name: "generated", Graph: city.Roads(nodes, 1)}
	graph := network.Graph
	before := heap()

	start := time.Now()
	if err := network.Prepare(context.Background(), route.Preparation{}); err != nil {
		return err
	}
	prepared, shared := time.Since(start), heap()-before

	runtime.GOMAXPROCS(1)
	before = heap()
	var metric *route.Metric
	customised := fastest(3, func() { metric = route.NewMetric(network, plainProfile()) })
	profile := heap() - before

	runtime.GOMAXPROCS(runtime.NumCPU())
	start = time.Now()
	labels, err := metric.Ways.Labels(context.Background(), runtime.NumCPU(), nil)
	if err != nil {
		return err
	}
	labelled := time.Since(start)

	random := rand.New(rand.NewPCG(1, uint64(nodes)))
	calls, fleet := places(graph, random, queries), places(graph, random, cars)
	slow := timed(plain, func() func(int) {
		search := dijkstra.NewSearch(dijkstra.Forward(graph))
		return func(i int) { oneByOne(search, metric.Weight, &calls[i], &calls[i+1]) }
	})
	index := route.NewIndex(metric)
	fill(index, metric, fleet)
	nearest := func() func(int) {
		scratch, dst := route.NewScratch(metric), []route.Found(nil)
		return func(i int) { dst = index.Nearest(scratch, &calls[i], 5, nil, dst) }
	}
	climbed := timed(queries, nearest)
	metric.UseLabels(labels)
	table := timed(queries, nearest)
	h := network.Hierarchy()
	point := timed(queries-1, func() func(int) {
		return func(i int) {
			labels.Time(h.Rank[calls[i].Leave[0].Node], h.Rank[calls[i+1].Leave[0].Node])
		}
	})
	fmt.Printf("| %d | %d | %.1f s | %s | %d ms | %s | %.1f s | %s | %.2f µs | %.1f µs | %.2f µs | %.1f ms |\n",
		graph.Nodes(), graph.Arcs(), prepared.Seconds(), mib(shared), customised.Milliseconds(), mib(profile),
		labelled.Seconds(), mib(uint64(labels.Bytes())), micros(point), micros(climbed), micros(table), micros(slow)/1000)
	return nil
}

// plainProfile leaves the times of a generated city as they are.
func plainProfile() road.Profile {
	var p road.Profile
	for c := range p.Factor {
		for z := range p.Factor[c] {
			p.Factor[c][z] = 1
		}
	}
	return p
}

// places draws spots at nodes.
func places(g *road.Graph, random *rand.Rand, n int) []road.Spot {
	spots := make([]road.Spot, n)
	for i := range spots {
		l := road.Link{Node: road.Node(random.IntN(g.Nodes())), Arc: road.NoArc}
		spots[i] = road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}
	}
	return spots
}

func fill(index *route.Index, m *route.Metric, fleet []road.Spot) {
	trails, moves := route.NewTrails(m), &route.Moves{}
	for i := range fleet {
		trails.Put(i, &fleet[i], moves)
	}
	index.Apply(moves)
}

// oneByOne searches from one spot until it settles another.
func oneByOne(search *dijkstra.Search, weight []road.Millis, from, to *road.Spot) {
	search.Begin(weight)
	search.From(from.Leave[0].Node, 0)
	for v := range search.Settle(road.Unreachable - 1) {
		if v == to.Reach[0].Node {
			return
		}
	}
}

// timed returns the mean time of n queries, each with its number, after a tenth of them to warm up.
func timed(n int, begin func() func(i int)) time.Duration {
	query := begin()
	for i := range n / 10 {
		query(i)
	}
	start := time.Now()
	for i := range n {
		query(i)
	}
	return time.Since(start) / time.Duration(n)
}

// fastest returns the least time of n runs.
func fastest(n int, run func()) time.Duration {
	var least time.Duration
	for range n {
		start := time.Now()
		run()
		if took := time.Since(start); least == 0 || took < least {
			least = took
		}
	}
	return least
}

// heap returns the bytes in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func mib(bytes uint64) string { return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20)) }

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
