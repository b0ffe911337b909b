package benchmarks

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// BenchmarkClosure closes an area over gRPC and asks for the nearest cars, one call after the other: how
// long it takes until an answer respects a closure. Nothing is kept on disk, whose speed would be
// measured. Opening the roads again is not counted.
func BenchmarkClosure(b *testing.B) {
	n, _ := west(b)
	conn := serve(b, n)
	cars, roads := pb.NewDispatchServiceClient(conn), pb.NewRoadServiceClient(conn)
	report(b, cars, onRoad(b, n, 500, 4), 0)
	ctx := context.Background()
	at := slices.DeleteFunc(onRoad(b, n, 64, 6), func(p orb.Point) bool {
		s, _ := n.Snap(p)
		return s.Metres > 50
	})
	for _, metres := range []float64{60, 200} {
		b.Run(fmt.Sprintf("half=%.0fm", metres), func(b *testing.B) {
			arcs, closed := 0, 0
			for i := 0; b.Loop(); i++ {
				p := at[i%len(at)]
				change, err := roads.CloseRoad(ctx, &pb.CloseRoadRequest{Where: square(p.Lat(), p.Lon(), metres)})
				if err == nil {
					_, err = cars.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: latLng(p.Lat(), p.Lon()), K: 5})
				}
				b.StopTimer()
				if err == nil {
					arcs, closed = arcs+int(change.Edges), closed+1
					_, err = roads.ReopenRoad(ctx, &pb.ReopenRoadRequest{Name: change.Name})
				}
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(arcs)/float64(closed), "arcs/op")
		})
	}
}

// square is the area within some metres east, west, north and south of a place.
func square(lat, lon, metres float64) *pb.RoadPlace {
	dLat, dLon := metres/111_258, metres/69_440
	area := &pb.Area{}
	for _, c := range [][2]float64{{-1, -1}, {-1, 1}, {1, 1}, {1, -1}} {
		area.Vertices = append(area.Vertices, &pb.LatLng{Latitude: lat + c[0]*dLat, Longitude: lon + c[1]*dLon})
	}
	return &pb.RoadPlace{Kind: &pb.RoadPlace_Area{Area: area}}
}
