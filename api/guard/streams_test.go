package guard

import (
	"os"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestStreamsEndWithTheirTokens shows that open streams outlive neither their tokens nor their roles, and
// that those of others go on.
func TestStreamsEndWithTheirTokens(t *testing.T) {
	path, secrets := writeTokens(t, "kept dispatcher", "lost dispatcher", "changed dispatcher")
	s := serve(t, Settings{Tokens: path})
	conn := s.dial(nil)
	watch := func(secret string) grpc.ServerStreamingClient[pb.WatchCarsResponse] {
		t.Helper()
		in, err := pb.NewFleetServiceClient(conn).WatchCars(by(t, secret), &pb.WatchCarsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Recv(); err != nil {
			t.Fatal(err)
		}
		return in
	}
	kept, lost, changed := watch(secrets[0]), watch(secrets[1]), watch(secrets[2])
	reports, err := pb.NewDispatchServiceClient(conn).StreamPositions(by(t, secrets[1]))
	if err != nil {
		t.Fatal(err)
	}
	for len(s.guard.streams.list()) < 4 { // until the server has begun with the last, too
		if err := reports.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
	s.guard.recheck()
	if n := len(s.guard.streams.list()); n != 4 {
		t.Fatalf("%d streams are left", n)
	}

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if err := os.WriteFile(path, []byte(lines[0]+strings.Replace(lines[2], "dispatcher", "dispatcher,planner", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.guard.refreshFiles()
	s.guard.recheck()
	_, err = lost.Recv()
	wantRefusal(t, err, codes.Unauthenticated, TokenUnknown)
	_, err = changed.Recv()
	wantRefusal(t, err, codes.Unavailable, RightsChanged)
	_ = reports.Send(&pb.StreamPositionsRequest{}) // it may have ended
	_, err = reports.CloseAndRecv()
	wantRefusal(t, err, codes.Unauthenticated, TokenUnknown)
	if all := s.guard.streams.list(); len(all) != 1 || all[0].who.Name != "kept" || kept.Context().Err() != nil {
		t.Errorf("left are %v", all)
	}
}
