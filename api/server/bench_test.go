package server

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/grid"
)

// london serves the London that ships, with n cars on it; its clock stands still.
func london(b *testing.B, n int) *client {
	b.Helper()
	city, err := data.Load()
	if err != nil {
		b.Fatal(err)
	}
	s := smallSettings(b)
	s.City, s.Network, s.Modelled = city, city.Network, city.Modelled
	s.Fleet = fleet.New(city.Grid, s.Network, fleet.DefaultSettings())
	addCars(b, &s, n)
	return start(b, s)
}

// BenchmarkFindNearestCars asks for the five nearest cars over gRPC on loopback, one call after the
// other, in turn with an empty call (health.Check). The two medians are from the same seconds of the
// same machine, so that their ratio says what an answer costs beyond the call itself.
func BenchmarkFindNearestCars(b *testing.B) {
	for _, cars := range []int{6, 100, 1000} {
		b.Run(fmt.Sprintf("%d_cars", cars), func(b *testing.B) {
			c := london(b, cars)
			ctx := context.Background()
			health := grpc_health_v1.NewHealthClient(c.conn)
			asks := make([]*pb.FindNearestCarsRequest, 64)
			for i := range asks {
				p := c.server.City.Grid.Centre(grid.Index((i*7841 + 17) % c.server.City.Grid.Len()))
				asks[i] = &pb.FindNearestCarsRequest{Location: at(p.Lat(), p.Lon())}
			}
			var full, empty []time.Duration
			for i := 0; b.Loop(); i++ {
				t0 := time.Now()
				if _, err := c.FindNearestCars(ctx, asks[i%len(asks)]); err != nil {
					b.Fatal(err)
				}
				t1 := time.Now()
				if _, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
					b.Fatal(err)
				}
				full, empty = append(full, t1.Sub(t0)), append(empty, time.Since(t1))
			}
			report := func(name string, d []time.Duration) float64 {
				slices.Sort(d)
				p50 := float64(d[len(d)/2].Nanoseconds())
				b.ReportMetric(p50, name+"-p50-ns")
				b.ReportMetric(float64(d[len(d)*99/100].Nanoseconds()), name+"-p99-ns")
				return p50
			}
			b.ReportMetric(report("nearest", full)/report("empty", empty), "p50-ratio")
		})
	}
}
