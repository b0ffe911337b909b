package server

import (
	"io"
	"net/http"
	"strings"
	"testing"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
)

// BenchmarkNearestOverHTTP is a call over the HTTP port, with the same call over gRPC as the reference
// of the same run: what lies between is JSON, HTTP/1.1 and the way to the gRPC server within the process.
func BenchmarkNearestOverHTTP(b *testing.B) {
	s := smallSettings(b)
	s.Fleet.Report(noon, []fleet.Report{{Car: "cars/A", Point: s.City.Places[0].Point}})
	c := start(b, s)
	b.Run("HTTP", func(b *testing.B) {
		for b.Loop() {
			res, err := http.Post(c.url+"/v1/cars:findNearest", "application/json", strings.NewReader(`{"location":{"gridRef":"TQ 30027 80380"}}`))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
				b.Fatal(res.StatusCode, err)
			}
			_ = res.Body.Close()
		}
	})
	b.Run("gRPC", func(b *testing.B) {
		in := &pb.FindNearestCarsRequest{Location: &pb.Location{Kind: &pb.Location_GridRef{GridRef: "TQ 30027 80380"}}}
		for b.Loop() {
			if _, err := c.FindNearestCars(b.Context(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
}
