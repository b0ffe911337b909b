package benchmarks

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/tracks"
)

const (
	intakeCars    = 10_000
	intakeBatch   = 1000 // reports a call
	intakeRounds  = 40   // reports of each car, which then begin again
	intakeEvery   = 50 * time.Millisecond
	intakeQueries = 200 // a second
)

// BenchmarkIntake has 10,000 cars on the road report twenty times a second each, or as often as the
// server takes it, 1,000 reports a call over 10 connections from another process, while a third asks 200
// times a second for the nearest cars.
func BenchmarkIntake(b *testing.B) {
	b.Run("lattice", func(b *testing.B) { benchmarkIntake(b, london(b).Network) })
	b.Run("west", func(b *testing.B) {
		n, _ := west(b)
		benchmarkIntake(b, n)
	})
}

func benchmarkIntake(b *testing.B, n *route.Network) {
	conn := serve(b, n)
	const batches = intakeCars / intakeBatch
	positions := order{
		Addr: conn.Target(), Method: pb.DispatchService_ReportPositions_FullMethodName,
		File: filepath.Join(b.TempDir(), "positions"), Stamp: timeStamp(stampTime), Calls: intakeRounds * batches, Connections: batches,
	}
	if err := os.WriteFile(positions.File, drives(b, n), 0o600); err != nil {
		b.Fatal(err)
	}
	l := startLoad(b, positions)
	l.batch(b)
	quiet()
	queries := nearestOrder(b, n, conn)
	queries.Calls, queries.Connections, queries.PerSecond = intakeQueries, 2, intakeQueries
	ask := startLoad(b, queries)
	stop, stopped := make(chan struct{}), make(chan struct{})
	var answers []time.Duration
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				answers = append(answers, ask.batch(b)...)
			}
		}
	}()
	reports, begin := 0, time.Now()
	for b.Loop() {
		l.batch(b)
		reports += positions.Calls * intakeBatch
	}
	b.ReportMetric(float64(reports)/time.Since(begin).Seconds(), "reports/s")
	close(stop)
	<-stopped
	b.ReportMetric(percentile(answers, 0.50), "query-p50-us")
	b.ReportMetric(percentile(answers, 0.99), "query-p99-us")
	checkMoved(b, pb.NewDispatchServiceClient(conn), begin)
}

// checkMoved fails unless all cars but a few have reported since a moment: some roads of the western
// extract leave London, where reports are refused. It waits until the server, which lists
// cars for nobody while more urgent calls wait, has its breath back.
func checkMoved(b *testing.B, c pb.DispatchServiceClient, since time.Time) {
	b.Helper()
	got, err := c.ListCars(context.Background(), &pb.ListCarsRequest{PageSize: intakeCars})
	for try := 0; status.Code(err) == codes.ResourceExhausted && try < 20; try++ {
		time.Sleep(time.Second)
		got, err = c.ListCars(context.Background(), &pb.ListCarsRequest{PageSize: intakeCars})
	}
	moved := 0
	for _, car := range got.GetCars() {
		if car.PositionAge.AsDuration() < time.Since(since) {
			moved++
		}
	}
	if err != nil || moved < intakeCars*99/100 {
		b.Fatalf("%d of %d cars have moved: %v", moved, intakeCars, err)
	}
}

// stampTime marks in packed reports where the time goes.
var stampTime = time.Date(2001, 2, 3, 4, 5, 6, 999_888_777, time.UTC)

// drives returns the requests, packed: of each round those of all cars, batch by batch.
func drives(b *testing.B, n *route.Network) (file []byte) {
	b.Helper()
	s := tracks.DefaultSettings()
	s.Cars = intakeCars
	drive, err := tracks.New(n, s)
	if err != nil {
		b.Fatal(err)
	}
	for range intakeRounds {
		fixes := drive.Step(intakeEvery)
		for from := 0; from < len(fixes); from += intakeBatch {
			ask := &pb.ReportPositionsRequest{}
			for i, fix := range fixes[from : from+intakeBatch] {
				ask.Reports = append(ask.Reports, &pb.PositionReport{
					Car: fmt.Sprintf("cars/C%d", from+i), Location: latLng(fix.Point.Lat(), fix.Point.Lon()),
					Time: timestamppb.New(stampTime), Heading: &fix.Heading,
				})
			}
			text, err := proto.Marshal(ask)
			if err != nil {
				b.Fatal(err)
			}
			file = append(binary.LittleEndian.AppendUint32(file, uint32(len(text))), text...)
		}
	}
	return file
}

// nearestOrder asks for the nearest cars at 256 places.
func nearestOrder(b *testing.B, n *route.Network, conn *grpc.ClientConn) order {
	b.Helper()
	o := order{Addr: conn.Target(), Method: pb.DispatchService_FindNearestCars_FullMethodName}
	for _, r := range requests(onRoad(b, n, 256, 5)) {
		text, err := proto.Marshal(r)
		if err != nil {
			b.Fatal(err)
		}
		o.Requests = append(o.Requests, text)
	}
	return o
}

// percentile returns one of some times, in microseconds.
func percentile(times []time.Duration, share float64) float64 {
	slices.Sort(times)
	return float64(times[int(share*float64(len(times)-1))].Nanoseconds()) / 1000
}

// BenchmarkLatency measures how long a caller waits for the nearest cars while 500 cars on the road
// report once a second, and for an empty call at the same load, in turn.
func BenchmarkLatency(b *testing.B) {
	b.Run("lattice", func(b *testing.B) { benchmarkLatency(b, london(b).Network) })
	b.Run("west", func(b *testing.B) {
		n, _ := west(b)
		benchmarkLatency(b, n)
	})
}

const (
	latencyCars  = 500
	latencyCalls = 1000 // a second, and in a turn
	latencyConns = 8
)

func benchmarkLatency(b *testing.B, n *route.Network) {
	conn := serve(b, n)
	drive := startDrive(b, n, conn)
	defer drive.stop()
	nearest := nearestOrder(b, n, conn)
	nearest.Calls, nearest.PerSecond, nearest.Connections = latencyCalls, latencyCalls, latencyConns
	empty := nearest
	empty.Method, empty.Requests = grpc_health_v1.Health_Check_FullMethodName, [][]byte{nil}
	loads := []*load{startLoad(b, empty), startLoad(b, nearest)}
	for _, l := range loads {
		l.batch(b)
	}
	quiet()
	var took [2][]time.Duration
	for b.Loop() {
		for i, l := range loads {
			took[i] = append(took[i], l.batch(b)...)
		}
	}
	for _, share := range []float64{0.50, 0.99} {
		of := fmt.Sprintf("p%.0f", 100*share)
		without, with := percentile(took[0], share), percentile(took[1], share)
		b.ReportMetric(without, "empty-"+of+"-us")
		b.ReportMetric(with, "nearest-"+of+"-us")
		b.ReportMetric(with/without, "ratio-"+of)
	}
}

// fleetDrive has cars report once a second, a tenth of them at a time.
type fleetDrive struct {
	end, ended chan struct{}
}

func startDrive(b *testing.B, n *route.Network, conn *grpc.ClientConn) *fleetDrive {
	b.Helper()
	s := tracks.DefaultSettings()
	s.Cars = latencyCars
	drive, err := tracks.New(n, s)
	if err != nil {
		b.Fatal(err)
	}
	d := &fleetDrive{make(chan struct{}), make(chan struct{})}
	client, tick := pb.NewDispatchServiceClient(conn), time.NewTicker(100*time.Millisecond)
	send := func(fixes []tracks.Fix, first int) {
		ask := &pb.ReportPositionsRequest{}
		for i, fix := range fixes {
			ask.Reports = append(ask.Reports, &pb.PositionReport{Car: fmt.Sprintf("cars/C%d", first+i), Location: latLng(fix.Point.Lat(), fix.Point.Lon()), Heading: &fix.Heading})
		}
		if got, err := client.ReportPositions(context.Background(), ask); err != nil || int(got.Accepted) != len(fixes) {
			b.Errorf("%v, %v", got, err)
		}
	}
	send(drive.Step(time.Second), 0)
	go func() {
		defer close(d.ended)
		defer tick.Stop()
		for turn := 0; ; turn++ {
			select {
			case <-d.end:
				return
			case <-tick.C:
			}
			const part = latencyCars / 10
			if turn%10 == 0 {
				drive.Step(time.Second)
			}
			first := turn % 10 * part
			send(drive.Fixes()[first:first+part], first)
		}
	}()
	return d
}

func (d *fleetDrive) stop() {
	close(d.end)
	<-d.ended
}
