package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
)

// TestReplicas runs two services as processes over three NATS servers, as an operator would, and has them
// killed, restarted and robbed of the server that leads.
func TestReplicas(t *testing.T) {
	if os.Getenv("NEARSIDE_FAULTS") == "" {
		t.Skip("two services and three NATS servers take half a minute of the processor: NEARSIDE_FAULTS=60s")
	}
	s := &replicaPlay{t: t, cluster: clustertest.Start(t, 3)}
	s.a, s.b = s.service("a"), s.service("b")
	s.a.start()
	s.b.start()
	s.carsAreSeen()
	s.oneAssignment()
	s.fight()
	s.killed()
	s.leaderKilled()
	s.restarted()
	s.recommendOnce()
}

const playCars = 24

// replicaPlay is what TestReplicas goes through.
type replicaPlay struct {
	t       *testing.T
	cluster *clustertest.Cluster
	a, b    *service
	asked   int // requests that had to be told from each other
}

func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no sign of " + what)
		}
	}
}

func (s *replicaPlay) soon() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	s.t.Cleanup(cancel)
	return ctx
}

func carName(i int) string { return fmt.Sprintf("cars/REP-%02d", i) }

// request is another at each call.
func (s *replicaPlay) request() string { s.asked++; return fmt.Sprint("request-", s.asked) }

// nearest returns the cars that a service offers for a call, best first, and what the answer rests on.
func (s *replicaPlay) nearest(at *service) (names []string, basis *pb.Basis) {
	s.t.Helper()
	out, err := at.FindNearestCars(s.soon(), &pb.FindNearestCarsRequest{
		Location: &pb.Location{Kind: &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: 51.5, Longitude: -0.15}}}, K: playCars})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range out.Candidates {
		names = append(names, c.Car.Name)
	}
	return names, out.Basis
}

// assign gives a car a call, as its dispatcher last saw it there, again where nobody knows what became of it.
func (s *replicaPlay) assign(at *service, car string) *pb.Car {
	s.t.Helper()
	seen, err := at.GetCar(s.soon(), &pb.GetCarRequest{Name: car})
	if err != nil {
		s.t.Fatal(err)
	}
	r := &pb.AssignCarRequest{Name: car, Incident: "incidents/" + s.request(), Etag: seen.Etag, RequestId: s.request()}
	var given *pb.Car
	within(s.t, "an assignment", func() bool {
		given, err = at.AssignCar(s.soon(), r)
		if err != nil && status.Code(err) != codes.Unavailable {
			s.t.Fatal(err)
		}
		return err == nil
	})
	if again, err := at.AssignCar(s.soon(), r); err != nil || again.Incident != r.Incident {
		s.t.Errorf("asked again: %v, %v", again, err)
	}
	return given
}

func (s *replicaPlay) release(at *service, car *pb.Car) {
	s.t.Helper()
	if _, err := at.ReleaseCar(s.soon(), &pb.ReleaseCarRequest{Name: car.Name, Etag: car.Etag, RequestId: s.request(), Reason: "end of the step"}); err != nil {
		s.t.Fatal(err)
	}
}

// sees waits until a service has a car at a revision, and returns how long that took.
func (s *replicaPlay) sees(at *service, car *pb.Car) time.Duration {
	s.t.Helper()
	begin := time.Now()
	within(s.t, car.Name+" at the other service", func() bool {
		seen, err := at.GetCar(s.soon(), &pb.GetCarRequest{Name: car.Name})
		return err == nil && seen.Etag == car.Etag
	})
	return time.Since(begin)
}

// carsAreSeen registers cars and reports positions at one service, and finds them at the other.
func (s *replicaPlay) carsAreSeen() {
	s.t.Helper()
	batch := &pb.ReportPositionsRequest{}
	for i := range playCars {
		if _, err := s.a.RegisterCar(s.soon(), &pb.RegisterCarRequest{Name: carName(i), Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC}}); err != nil {
			s.t.Fatal(err)
		}
		at := &pb.LatLng{Latitude: 51.46 + float64(i)*0.004, Longitude: -0.2}
		batch.Reports = append(batch.Reports, &pb.PositionReport{Car: carName(i), Location: &pb.Location{Kind: &pb.Location_LatLng{LatLng: at}}})
	}
	if _, err := s.a.ReportPositions(s.soon(), batch); err != nil {
		s.t.Fatal(err)
	}
	s.alike()
}

// alike waits until both services offer all cars alike.
func (s *replicaPlay) alike() {
	s.t.Helper()
	within(s.t, "the same answer from both", func() bool {
		atA, _ := s.nearest(s.a)
		atB, _ := s.nearest(s.b)
		return len(atA) == playCars && slices.Equal(atA, atB)
	})
}

// oneAssignment is seen at the other service, and repeated there.
func (s *replicaPlay) oneAssignment() {
	s.t.Helper()
	given := s.assign(s.a, carName(0))
	s.t.Logf("an assignment is seen at the other service %v after its answer", s.sees(s.b, given))
	if names, _ := s.nearest(s.b); len(names) != playCars-1 || slices.Contains(names, given.Name) {
		s.t.Errorf("the other service still offers %s: %v", given.Name, names)
	}
	s.release(s.b, given)
	s.alike()
}

// fight has a dispatcher at each service want the same car at the same moment.
func (s *replicaPlay) fight() {
	s.t.Helper()
	won := map[*service]int{}
	for range 40 {
		car, err := s.a.GetCar(s.soon(), &pb.GetCarRequest{Name: carName(1)})
		if err != nil {
			s.t.Fatal(err)
		}
		var given [2]*pb.Car
		var refused [2]error
		var both sync.WaitGroup
		for i, at := range []*service{s.a, s.b} {
			r := &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/" + s.request(), Etag: car.Etag, RequestId: s.request()}
			ctx := s.soon()
			both.Go(func() { given[i], refused[i] = at.AssignCar(ctx, r) })
		}
		both.Wait()
		winner := slices.Index(refused[:], nil)
		if winner < 0 || status.Code(refused[1-winner]) != codes.Aborted {
			s.t.Fatalf("both want %s: %v", car.Name, refused)
		}
		won[[]*service{s.a, s.b}[winner]]++
		s.release(s.a, given[winner])
		s.alike()
	}
	s.t.Logf("of 40 cars that both want one gets %d, the other %d", won[s.a], won[s.b])
}

// killed kills one service, goes on with the other, and starts the first anew.
func (s *replicaPlay) killed() {
	s.t.Helper()
	_ = s.a.stop(os.Kill)
	given := s.assign(s.b, carName(2))
	took := s.a.start()
	seen, err := s.a.GetCar(s.soon(), &pb.GetCarRequest{Name: given.Name})
	if err != nil || seen.Etag != given.Etag {
		s.t.Errorf("ready, and has %v, %v; want etag %s", seen, err, given.Etag)
	}
	if names, _ := s.nearest(s.a); len(names) != playCars-1 {
		s.t.Errorf("ready, and offers %d cars without a new report", len(names))
	}
	s.t.Logf("killed, and ready %v after its start", took)
	s.release(s.a, given)
	s.alike()
}

// leaderKilled kills the NATS server that leads: answers go on, marked before long, and assignments are made
// once another leads.
func (s *replicaPlay) leaderKilled() {
	s.t.Helper()
	leader := s.cluster.Leader("NEARSIDE")
	if leader < 0 {
		s.t.Fatal("no NATS server leads")
	}
	s.cluster.Kill(leader)
	begin := time.Now()
	for _, at := range []*service{s.a, s.b} {
		within(s.t, "a mark", func() bool { _, basis := s.nearest(at); return basis.Degraded && basis.RecordsAge != nil })
	}
	s.t.Logf("both mark their answers %v after the leader's death", time.Since(begin))
	given := s.assign(s.a, carName(3))
	s.t.Logf("assigned %v after it", time.Since(begin))
	s.t.Logf("seen at the other service %v after that", s.sees(s.b, given))
	s.cluster.Run(leader)
	for _, at := range []*service{s.a, s.b} {
		within(s.t, "an answer that is whole again", func() bool { _, basis := s.nearest(at); return !basis.Degraded })
	}
	s.release(s.b, given)
	s.alike()
}

// restarted restarts one service after the other.
func (s *replicaPlay) restarted() {
	s.t.Helper()
	for i, one := range []*service{s.a, s.b} {
		other := []*service{s.b, s.a}[i]
		given := s.assign(one, carName(4))
		if err := one.stop(syscall.SIGTERM); err != nil {
			text, _ := os.ReadFile(one.log)
			s.t.Errorf("told to stop: %v\n%s", err, text)
		}
		s.release(other, given)
		one.start()
		s.alike()
	}
}

// recommendOnce watches at both services: they show the same, each car once.
func (s *replicaPlay) recommendOnce() {
	s.t.Helper()
	var shown [2][]string
	var watches [2]grpc.ServerStreamingClient[pb.WatchRecommendationsResponse]
	for i, at := range []*service{s.a, s.b} {
		var err error
		if watches[i], err = at.WatchRecommendations(s.soon(), &pb.WatchRecommendationsRequest{}); err != nil {
			s.t.Fatal(err)
		}
	}
	within(s.t, "the same recommendations", func() bool {
		for i := range watches {
			m, err := watches[i].Recv()
			if err != nil {
				s.t.Fatal(err)
			}
			shown[i] = nil
			for _, r := range m.Recommendations {
				shown[i] = append(shown[i], r.Name)
			}
			slices.Sort(shown[i])
		}
		return len(shown[0]) > 0 && slices.Equal(shown[0], shown[1])
	})
	if len(shown[0]) > 3 {
		s.t.Errorf("%v stand, more than may", shown[0])
	}
	s.t.Logf("both recommend %v", shown[0])
}
