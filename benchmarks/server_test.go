package benchmarks

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/health/grpc_health_v1"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/route"
)

const (
	loadCalls       = 5_000 // a batch
	loadConnections = 16
)

// BenchmarkServer has another process call the server over many connections at once, 500 cars on the
// map. A call takes so much of the server's processor time (CPU), and from one answer to the next it
// takes so long (Throughput).
func BenchmarkServer(b *testing.B) {
	b.Run("lattice", func(b *testing.B) { benchmarkServer(b, london(b).Network) })
	b.Run("west", func(b *testing.B) {
		n, _ := west(b)
		benchmarkServer(b, n)
	})
}

func benchmarkServer(b *testing.B, n *route.Network) {
	conn := serve(b, n)
	report(b, pb.NewDispatchServiceClient(conn), onRoad(b, n, 500, 4), 0)
	empty := order{Method: grpc_health_v1.Health_Check_FullMethodName, Requests: [][]byte{nil}}
	nearest := nearestOrder(b, n, conn)
	for _, o := range []struct {
		name string
		order
	}{{"Empty", empty}, {"FindNearestCars", nearest}} {
		o.Addr, o.Calls, o.Connections = conn.Target(), loadCalls, loadConnections
		b.Run("CPU/"+o.name, func(b *testing.B) { calls(b, o.order, processorTime) })
		b.Run("Throughput/"+o.name, func(b *testing.B) { calls(b, o.order, func() int64 { return time.Now().UnixNano() }) })
	}
}

// onRoad returns places as points does, of those that are near a road of a network.
func onRoad(b *testing.B, n *route.Network, count int, seed uint64) []orb.Point {
	b.Helper()
	near := slices.DeleteFunc(points(b, 3*count, seed), func(p orb.Point) bool {
		s, ok := n.Snap(p)
		return !ok || s.Metres > 300
	})
	return near[:count]
}

// calls measures what a call takes of what a clock counts in nanoseconds.
func calls(b *testing.B, o order, clock func() int64) {
	l := startLoad(b, o)
	l.batch(b)
	quiet()
	var took, made int64
	for b.Loop() {
		before := clock()
		l.batch(b)
		took += clock() - before
		made += int64(o.Calls)
	}
	b.ReportMetric(float64(took)/float64(made), "ns/op")
}

// processorTime is how long this process has been running on any processor.
func processorTime() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // only for an unknown argument
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// quiet waits until the server has done nothing in the background for a while, such as building labels,
// which it begins a second after the roads have settled.
func quiet() {
	const pause, idle, enough = 100 * time.Millisecond, 5 * time.Millisecond, 15
	for still := 0; still < enough; still++ {
		before := processorTime()
		time.Sleep(pause)
		if time.Duration(processorTime()-before) >= idle {
			still = 0
		}
	}
}
