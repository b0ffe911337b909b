package guard

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestRatePerClient shows that who calls too often is told when to come again, and that others are not
// held up by it.
func TestRatePerClient(t *testing.T) {
	path, secrets := writeTokens(t, "loud dispatcher", "calm dispatcher")
	now := noon
	s := serve(t, Settings{Tokens: path, Limits: Limits{CallsPerSecond: 5}, Now: func() time.Time { return now }})
	cars := pb.NewDispatchServiceClient(s.dial(nil))
	for n := range 5 {
		if _, err := cars.ListCars(by(t, secrets[0]), &pb.ListCarsRequest{}); err != nil {
			t.Fatalf("call %d: %v", n+1, err)
		}
	}
	_, err := cars.ListCars(by(t, secrets[0]), &pb.ListCarsRequest{})
	wantRefusal(t, err, codes.ResourceExhausted, RateExceeded)
	if wait := retryAfter(err); wait != 200*time.Millisecond {
		t.Errorf("told to wait %v, want 200ms", wait)
	}
	if _, err := cars.ListCars(by(t, secrets[1]), &pb.ListCarsRequest{}); err != nil {
		t.Errorf("another client: %v", err)
	}
	now = now.Add(200 * time.Millisecond)
	if _, err := cars.ListCars(by(t, secrets[0]), &pb.ListCarsRequest{}); err != nil {
		t.Errorf("after waiting: %v", err)
	}
}

// retryAfter is how long a refusal says to wait.
func retryAfter(err error) time.Duration {
	for _, d := range status.Convert(err).Details() {
		if retry, ok := d.(*errdetails.RetryInfo); ok {
			return retry.GetRetryDelay().AsDuration()
		}
	}
	return 0
}

func TestCallsAtOncePerClient(t *testing.T) {
	path, secrets := writeTokens(t, "loud dispatcher", "calm dispatcher")
	s := serve(t, Settings{Tokens: path, Limits: Limits{Calls: 2, Streams: 1}})
	s.hold = make(chan struct{})
	conn := s.dial(nil)
	fleet := pb.NewFleetServiceClient(conn)
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := fleet.GetCar(by(t, secrets[0]), &pb.GetCarRequest{Name: "cars/A"})
			done <- err
		}()
	}
	for len(s.events()) == 0 || s.onTheirWay("token/loud") < 2 {
		time.Sleep(time.Millisecond)
	}
	cars := pb.NewDispatchServiceClient(conn)
	_, err := cars.ListCars(by(t, secrets[0]), &pb.ListCarsRequest{})
	wantRefusal(t, err, codes.ResourceExhausted, TooManyAtOnce)
	if retryAfter(err) == 0 {
		t.Error("nobody says when to come again")
	}
	if _, err := cars.ListCars(by(t, secrets[1]), &pb.ListCarsRequest{}); err != nil {
		t.Errorf("another client: %v", err)
	}
	close(s.hold)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	ctx, leave := context.WithCancel(by(t, secrets[0]))
	defer leave()
	watch, err := fleet.WatchCars(ctx, &pb.WatchCarsRequest{})
	if err == nil {
		_, err = watch.Recv()
	}
	if err != nil {
		t.Fatal(err)
	}
	if watch, err = fleet.WatchCars(by(t, secrets[0]), &pb.WatchCarsRequest{}); err == nil {
		_, err = watch.Recv()
	}
	wantRefusal(t, err, codes.ResourceExhausted, TooManyStreams)
}

// onTheirWay is how many calls of a client are being answered.
func (s *served) onTheirWay(name string) int {
	s.guard.clients.mu.Lock()
	defer s.guard.clients.mu.Unlock()
	if one := s.guard.clients.young[name]; one != nil {
		return one.calls
	}
	return 0
}

// TestStreamsAreSlowedNotCut shows that who sends messages faster than it may is held back and keeps
// its stream.
func TestStreamsAreSlowedNotCut(t *testing.T) {
	path, secrets := writeTokens(t, "feed dispatcher")
	s := serve(t, Settings{Tokens: path, Limits: Limits{CallsPerSecond: 100}, Now: time.Now})
	stream, err := pb.NewDispatchServiceClient(s.dial(nil)).StreamPositions(by(t, secrets[0]))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	const messages = 140
	for range messages {
		if err := stream.Send(&pb.StreamPositionsRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := stream.CloseAndRecv()
	if err != nil || out.GetAccepted() != messages {
		t.Fatalf("%v, %v", out, err)
	}
	if took := time.Since(start); took < 350*time.Millisecond {
		t.Errorf("%d messages took %v at 100 a second with 100 at once", messages, took)
	}
}

// TestMemoryOfClientsIsBounded holds whatever names come: who is on the way is never forgotten, and the
// counts are those of a plain map.
func TestMemoryOfClientsIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newClients(Limits{Calls: 3})
		c.generation = 8
		plain, leaves := map[string]int{}, map[string][]func(){}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			name := fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "client"))
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				leave, _, err := c.enter(name, false, noon)
				if (err == nil) != (plain[name] < 3) {
					t.Fatalf("client %s with %d calls: %v", name, plain[name], err)
				}
				if err == nil {
					plain[name]++
					leaves[name] = append(leaves[name], leave)
				}
			case 1:
				if n := len(leaves[name]); n > 0 {
					leaves[name][n-1]()
					leaves[name] = leaves[name][:n-1]
					plain[name]--
				}
			case 2:
				for i := range c.generation {
					leave, _, err := c.enter(fmt.Sprintf("passer-by %d", i), false, noon)
					if err != nil {
						t.Fatal(err)
					}
					leave()
				}
			}
		}
		if n := len(c.young) + len(c.old); n > 2*c.generation+6 {
			t.Fatalf("%d clients are remembered", n)
		}
	})
}

// TestRememberedIsBounded shows that verified callers do not fill the memory.
func TestRememberedIsBounded(t *testing.T) {
	var r remembered[int]
	for i := range 3 * maxRemembered {
		r.keep(0, i, &Anonymous, noon, noon.Add(time.Hour))
	}
	if len(r.callers) > maxRemembered {
		t.Errorf("%d are remembered", len(r.callers))
	}
	if who, _ := r.find(3*maxRemembered-1, noon); who == nil {
		t.Error("the last one is not")
	}
	if who, _ := r.find(3*maxRemembered-1, noon.Add(recheck)); who != nil {
		t.Error("a caller is believed for longer than recheck")
	}
}

// TestVerifiedBeforeAllWereForgotten shows that who was verified by keys or lists that were replaced
// meanwhile is verified again.
func TestVerifiedBeforeAllWereForgotten(t *testing.T) {
	var r remembered[int]
	_, era := r.find(1, noon)
	r.forget()
	r.keep(era, 1, &Anonymous, noon, noon.Add(time.Hour))
	if who, _ := r.find(1, noon); who != nil {
		t.Error("remembered by what no longer counts")
	}
}

func TestLimitsThatAreRefused(t *testing.T) {
	if err := DefaultLimits().Check(); err != nil {
		t.Error(err)
	}
	if _, err := New(Settings{Now: time.Now, Limits: Limits{CallsPerSecond: -1}}); err == nil {
		t.Error("a negative rate is taken")
	}
}
