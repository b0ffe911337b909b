package benchmarks

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/planning"
)

// BenchmarkCall asks a server on loopback, one call after the other: an empty call (the health check)
// and the five nearest cars. The difference is what an answer costs beyond the call.
func BenchmarkCall(b *testing.B) {
	conn := serve(b, london(b).Network)
	ctx := context.Background()
	b.Run("Empty", func(b *testing.B) {
		health := grpc_health_v1.NewHealthClient(conn)
		timed(b, func(int) error {
			_, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{})
			return err
		})
	})
	cars, asks := pb.NewDispatchServiceClient(conn), requests(points(b, 256, 5))
	known := 0
	for _, fleet := range []int{6, 100, 1000} {
		report(b, cars, points(b, fleet, 4)[known:], known)
		known = fleet
		b.Run(fmt.Sprintf("FindNearestCars/of=%d", fleet), func(b *testing.B) {
			timed(b, func(i int) error {
				_, err := cars.FindNearestCars(ctx, asks[i%len(asks)])
				return err
			})
		})
	}
}

// timed reports the median and the 99th percentile of single calls beside the mean.
func timed(b *testing.B, call func(i int) error) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if err := call(i); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
}

// serve runs a server over the shipped London on a network until the benchmark ends.
func serve(b *testing.B, n *route.Network) *grpc.ClientConn {
	b.Helper()
	city := london(b)
	s := server.DefaultSettings()
	s.City, s.Network = city, n
	var err error
	if s.Baseline, err = planning.Prior(city); err != nil {
		b.Fatal(err)
	}
	if n == city.Network {
		s.Modelled = city.Modelled
	}
	s.Fleet = fleet.New(city.Grid, n, fleet.DefaultSettings())
	s.Zone, s.Now, s.Log = time.UTC, time.Now, slog.New(slog.NewTextHandler(io.Discard, nil))
	srv, err := server.New(s)
	if err != nil {
		b.Fatal(err)
	}
	overGRPC, overHTTP := loopback(b), loopback(b)
	conn, err := grpc.NewClient(overGRPC.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, overGRPC, overHTTP) }()
	b.Cleanup(func() {
		_ = conn.Close() // nothing is lost with it
		stop()
		if err := <-served; err != nil {
			b.Error(err)
		}
	})
	return conn
}

func loopback(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// report puts cars on the map, whose numbers begin with first.
func report(b *testing.B, c pb.DispatchServiceClient, at []orb.Point, first int) {
	b.Helper()
	ask := &pb.ReportPositionsRequest{}
	for i, p := range at {
		ask.Reports = append(ask.Reports, &pb.PositionReport{
			Car: fmt.Sprintf("cars/C%d", first+i), Location: latLng(p.Lat(), p.Lon()),
		})
	}
	got, err := c.ReportPositions(context.Background(), ask)
	if err != nil || int(got.Accepted) != len(ask.Reports) {
		b.Fatalf("reported %d cars: %v, %v", len(ask.Reports), got, err)
	}
}

func requests(at []orb.Point) (asks []*pb.FindNearestCarsRequest) {
	for _, p := range at {
		asks = append(asks, &pb.FindNearestCarsRequest{Location: latLng(p.Lat(), p.Lon())})
	}
	return asks
}

func latLng(lat, lon float64) *pb.Location {
	return &pb.Location{Kind: &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: lat, Longitude: lon}}}
}
