package benchmarks

import (
	"context"
	"sync"
	"testing"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// inFlight is how many requests a client has under way at once.
const inFlight = 64

// BenchmarkStream asks for the five nearest of 500 cars over one connection, 64 requests under way at once:
// as single calls, and over one stream. ns/op is from one answer to the next.
func BenchmarkStream(b *testing.B) {
	conn := serve(b, london(b).Network)
	cars, asks := pb.NewDispatchServiceClient(conn), requests(points(b, 256, 5))
	report(b, cars, points(b, 500, 4), 0)
	quiet()
	ctx := context.Background()
	b.Run("Unary", func(b *testing.B) {
		var all sync.WaitGroup
		for w := range inFlight {
			all.Go(func() {
				for i := w; i < b.N; i += inFlight {
					if _, err := cars.FindNearestCars(ctx, asks[i%len(asks)]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	})
	b.Run("OneStream", func(b *testing.B) {
		stream, err := cars.StreamNearestCars(ctx)
		if err != nil {
			b.Fatal(err)
		}
		room := make(chan struct{}, inFlight)
		sent := make(chan error, 1)
		go func() {
			for i := range b.N {
				room <- struct{}{}
				if err := stream.Send(&pb.StreamNearestCarsRequest{Id: uint64(i), Request: asks[i%len(asks)]}); err != nil {
					sent <- err
					return
				}
			}
			sent <- stream.CloseSend()
		}()
		for range b.N {
			if out, err := stream.Recv(); err != nil || out.GetError() != nil {
				b.Fatal(out, err)
			}
			<-room
		}
		if err := <-sent; err != nil {
			b.Fatal(err)
		}
	})
}
