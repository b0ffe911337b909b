package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
)

// watchers is how many TestManyWatchers has: a few, or as many as NEARSIDE_WATCHERS says.
func watchers(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("NEARSIDE_WATCHERS"))
	if err != nil && os.Getenv("NEARSIDE_WATCHERS") != "" {
		t.Fatalf("NEARSIDE_WATCHERS: %v", err)
	}
	return max(n, 40)
}

// TestManyWatchers has many watch 500 cars that move every second, one of them without reading, while a
// dispatcher assigns and asks: everybody is told of every assignment, soon, and answers stay fast.
func TestManyWatchers(t *testing.T) {
	n := watchers(t)
	s := smallSettings(t)
	addCars(t, &s, 500)
	c := start(t, s)
	car := registered(t, c, "cars/book")
	m := &crowd{t: t, told: make(chan time.Time, n)}
	for i := 0; i < n; i += 20 { // a few at a time: the server would shed them otherwise
		m.connect(c, min(20, n-i))
		waitFor(t, "every snapshot", func() bool { return m.whole.Load() == int64(min(i+20, n)) })
	}
	idle := watchingCars(t, c, &pb.WatchCarsRequest{}) // never reads
	defer idle.stop()
	moving := make(chan struct{})
	var moved sync.WaitGroup
	moved.Go(func() { moveAll(&s, 500, moving) })
	var asked, told []time.Duration
	rounds, pause := 3, time.Duration(0)
	if n > 40 {
		rounds, pause = 10, 700*time.Millisecond // so that the cars move meanwhile
	}
	for i := range rounds {
		time.Sleep(pause)
		asked = append(asked, m.ask(c, 20)...)
		begin := time.Now()
		var err error
		if i%2 == 0 {
			car, err = c.AssignCar(background(t), &pb.AssignCarRequest{Name: car.Name, Incident: fmt.Sprint("incidents/", i), Etag: car.Etag, RequestId: fmt.Sprint(i)})
		} else {
			car, err = c.ReleaseCar(background(t), &pb.ReleaseCarRequest{Name: car.Name, Etag: car.Etag, RequestId: fmt.Sprint(i), Reason: "test"})
		}
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			select {
			case at := <-m.told:
				told = append(told, max(0, at.Sub(begin)))
			case <-time.After(20 * time.Second):
				t.Fatalf("after %v not everybody was told of %s", time.Since(begin), car.Etag)
			}
		}
	}
	close(moving)
	moved.Wait()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	t.Logf("%d watchers, 500 cars a second: told of an assignment after %v (median), %v (last); FindNearestCars %v (median), %v (99 %%); %.0f MiB, %d goroutines, clients included; %.0f MB told",
		n, quantile(told, 0.5), quantile(told, 1), quantile(asked, 0.5), quantile(asked, 0.99), float64(mem.HeapAlloc)/(1<<20), runtime.NumGoroutine(), float64(m.bytes.Load())/1e6)
	m.leave()
}

// crowd is many watchers.
type crowd struct {
	t       *testing.T
	whole   atomic.Int64
	bytes   atomic.Int64
	told    chan time.Time // of each change of cars/book
	ending  []func()
	reading sync.WaitGroup
}

// connect begins watchers on a connection of their own. Their answers stay packed: to unpack half a
// million cars a second is the clients' work, which here would take the server's processors.
func (m *crowd) connect(c *client, n int) {
	conn, err := grpc.NewClient(c.conn.Target(), grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodecV2(asSent{newCodec()})))
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	m.ending = append(m.ending, func() { stop(); _ = conn.Close() })
	for range n {
		stream, err := conn.NewStream(ctx, &pb.FleetService_ServiceDesc.Streams[0], pb.FleetService_WatchCars_FullMethodName)
		if err == nil {
			err = errors.Join(stream.SendMsg(&pb.WatchCarsRequest{}), stream.CloseSend())
		}
		if err != nil {
			m.t.Fatal(err)
		}
		m.reading.Go(func() { m.read(ctx, stream) })
	}
}

// asSent is a codec that leaves answers as they were sent.
type asSent struct{ codec }

func (asSent) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

// read notes when the watcher is told of the car that is assigned. Short answers alone are unpacked.
func (m *crowd) read(ctx context.Context, stream grpc.ClientStream) {
	for {
		var packed []byte
		err := stream.RecvMsg(&packed)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			m.t.Errorf("a watcher was cut: %v", err)
			return
		}
		m.bytes.Add(int64(len(packed)))
		if len(packed) > 1000 {
			continue
		}
		var out pb.WatchCarsResponse
		if err := proto.Unmarshal(packed, &out); err != nil {
			m.t.Error(err)
		}
		if out.Kind == pb.WatchKind_WATCH_KIND_SNAPSHOT_END {
			m.whole.Add(1)
		}
		if out.Kind == pb.WatchKind_WATCH_KIND_CHANGE && len(out.Cars) == 1 && out.Cars[0].Name == "cars/book" {
			m.told <- time.Now()
		}
	}
}

func (m *crowd) leave() {
	for _, end := range m.ending {
		end()
	}
	m.reading.Wait()
}

// ask asks for the nearest cars and returns how long each answer took.
func (m *crowd) ask(c *client, n int) (took []time.Duration) {
	for range n {
		begin := time.Now()
		if _, err := c.FindNearestCars(background(m.t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)}); err != nil {
			m.t.Error(err)
		}
		took = append(took, time.Since(begin))
	}
	return took
}

// moveAll reports all cars once a second until told to end.
func moveAll(s *Settings, cars int, end <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := 1; ; i++ {
		select {
		case <-end:
			return
		case <-tick.C:
		}
		batch := make([]fleet.Report, cars)
		for k := range batch {
			batch[k] = fleet.Report{Car: fmt.Sprintf("cars/JRC-%04d", k), Point: s.City.Places[(i+k)%2].Point, Fixed: noon.Add(time.Duration(i) * time.Millisecond)}
		}
		s.Fleet.Report(noon, batch)
	}
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no sign of " + what)
		}
	}
}

// quantile is the smallest value that a share q of the values are not above.
func quantile(list []time.Duration, q float64) time.Duration {
	slices.Sort(list)
	return list[max(0, int(q*float64(len(list))+0.999999)-1)].Round(time.Microsecond)
}
