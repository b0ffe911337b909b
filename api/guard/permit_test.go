package guard

import (
	"context"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestRolesByMethod asks for every method with every role, against rules said otherwise than the table.
func TestRolesByMethod(t *testing.T) {
	changes := map[Role][]string{
		Dispatcher: {"AssignCar", "ReleaseCar", "UpdateCarStatus", "RegisterCar", "ReportPositions", "StreamPositions", "StreamNearestCars", "AnswerRecommendation",
			"CloseRoad", "SetSpeed", "ReopenRoad", "ReportCalls", "SetCentreState"},
		Operator: {"RegisterCar", "CloseRoad", "SetSpeed", "ReopenRoad", "ReportCalls", "SetCentreState", "ExportDecisions", "CancelOperation", "DeleteOperation", "Read"},
		ReadOnly: {"Read"}, // of metrics: it changes nothing, and is not for all who look
		Planner:  {"CreatePlan", "CancelOperation", "DeleteOperation"},
		Crew:     {"ReportPositions", "StreamPositions", "UpdateCarStatus"},
	}
	may := map[Role]map[string]bool{}
	changing := map[string]bool{}
	for role, methods := range changes {
		may[role] = map[string]bool{}
		for _, m := range methods {
			may[role][m], changing[m] = true, true
		}
	}
	crewLooks := map[string]bool{"FindNearestPlaces": true, "GetCity": true, "FindRoute": true, "ListRoadChanges": true, "GetCar": true, "WatchCars": true,
		"FindCentre": true, "ListCentres": true, "ServerReflectionInfo": true}
	for method := range allowed {
		short := method[lastSlash(method)+1:]
		for _, r := range roleNames {
			want := may[r.role][short]
			if !changing[short] {
				want = r.role != Crew || crewLooks[short]
			}
			err := permit(&Identity{Means: ByToken, Name: "x", Roles: Of(r.role)}, method)
			if (err == nil) != want {
				t.Errorf("%s calls %s: %v, want %v", r.name, method, err, want)
			}
		}
		if permit(&Identity{Means: ByToken, Name: "x"}, method) == nil {
			t.Errorf("%s: a caller without a role is let in", method)
		}
	}
}

func lastSlash(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '/' {
			return i
		}
	}
	return -1
}

func TestUnknownMethodsAreNobodys(t *testing.T) {
	if permit(&Anonymous, "/nearside.v1.FleetService/SelfDestruct") == nil {
		t.Error("a method without a row is anyone's")
	}
}

func TestCrewsSpeakForTheirOwnCars(t *testing.T) {
	crew := &Identity{Means: ByToken, Name: "c", Roles: Of(Crew), Cars: []string{"cars/A", "cars/B"}}
	both := &Identity{Means: ByToken, Name: "b", Roles: Of(Crew, ReadOnly), Cars: []string{"cars/A"}}
	all := &Identity{Means: ByToken, Name: "gateway", Roles: Of(Crew), Cars: []string{everyCar}}
	desk := &Identity{Means: ByToken, Name: "d", Roles: Of(Dispatcher)}
	report := func(cars ...string) (out []*pb.PositionReport) {
		for _, car := range cars {
			out = append(out, &pb.PositionReport{Car: car})
		}
		return out
	}
	for _, c := range []struct {
		who     *Identity
		method  string
		request any
		ok      bool
	}{
		{crew, pb.DispatchService_ReportPositions_FullMethodName, &pb.ReportPositionsRequest{Reports: report("cars/A", "cars/B")}, true},
		{crew, pb.DispatchService_ReportPositions_FullMethodName, &pb.ReportPositionsRequest{Reports: report("cars/A", "cars/C")}, false},
		{crew, pb.DispatchService_ReportPositions_FullMethodName, &pb.ReportPositionsRequest{}, false},
		{crew, pb.DispatchService_ReportPositions_FullMethodName, "unreadable", false},
		{all, pb.DispatchService_ReportPositions_FullMethodName, &pb.ReportPositionsRequest{Reports: report("cars/A", "cars/C")}, true},
		{desk, pb.DispatchService_ReportPositions_FullMethodName, &pb.ReportPositionsRequest{Reports: report("cars/A", "cars/C")}, true},
		{crew, pb.DispatchService_StreamPositions_FullMethodName, &pb.StreamPositionsRequest{Report: report("cars/A")[0]}, true},
		{crew, pb.DispatchService_StreamPositions_FullMethodName, &pb.StreamPositionsRequest{Report: report("cars/A")[0], Reports: report("cars/C")}, false},
		{crew, pb.FleetService_UpdateCarStatus_FullMethodName, &pb.UpdateCarStatusRequest{Name: "cars/A"}, true},
		{crew, pb.FleetService_UpdateCarStatus_FullMethodName, &pb.UpdateCarStatusRequest{Name: "cars/C"}, false},
		{both, pb.FleetService_UpdateCarStatus_FullMethodName, &pb.UpdateCarStatusRequest{Name: "cars/C"}, false},
		{crew, pb.FleetService_GetCar_FullMethodName, &pb.GetCarRequest{Name: "cars/C"}, false},
		{both, pb.FleetService_GetCar_FullMethodName, &pb.GetCarRequest{Name: "cars/C"}, true},
		{crew, pb.FleetService_WatchCars_FullMethodName, &pb.WatchCarsRequest{}, false},
		{crew, pb.FleetService_WatchCars_FullMethodName, &pb.WatchCarsRequest{Cars: []string{"cars/B"}}, true},
		{crew, pb.RoadService_FindRoute_FullMethodName, &pb.FindRouteRequest{}, true},
		{both, pb.DispatchService_FindNearestCars_FullMethodName, &pb.FindNearestCarsRequest{}, true},
		{both, pb.DispatchService_FindNearestCars_FullMethodName, &pb.FindNearestCarsRequest{Incident: "incidents/1"}, false},
		{desk, pb.DispatchService_FindNearestCars_FullMethodName, &pb.FindNearestCarsRequest{Incident: "incidents/1"}, true},
	} {
		if err := permitRequest(c.who, c.method, c.request); (err == nil) != c.ok {
			t.Errorf("%s: %s %v: %v, want %v", c.who, c.method, c.request, err, c.ok)
		}
	}
}

// TestMessagesOfStreamsAreHeldToTheirCar shows it over a connection, where a message comes after the
// stream was let in.
func TestMessagesOfStreamsAreHeldToTheirCar(t *testing.T) {
	path, secrets := writeTokens(t, "car-1 crew cars/A")
	s := serve(t, Settings{Tokens: path})
	stream, err := pb.NewDispatchServiceClient(s.dial(nil)).StreamPositions(by(t, secrets[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, car := range []string{"cars/A", "cars/B"} {
		if err := stream.Send(&pb.StreamPositionsRequest{Report: &pb.PositionReport{Car: car}}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = stream.CloseAndRecv()
	wantRefusal(t, err, codes.PermissionDenied, NotOwnCar)
	want := Event{Means: ByToken, Reason: NotOwnCar, Method: pb.DispatchService_StreamPositions_FullMethodName}
	if seen := s.events(); len(seen) != 2 || seen[1] != want {
		t.Errorf("counted %v, want the stream and then %v", seen, want)
	}
}

// TestHealthIsOpen shows that whether the server lives can be asked by anyone, even with a bad token.
func TestHealthIsOpen(t *testing.T) {
	path, _ := writeTokens(t, "cad-1 dispatcher")
	s := serve(t, Settings{Tokens: path})
	for _, token := range []string{"", "nearside_wrong"} {
		if _, err := grpc_health_v1.NewHealthClient(s.dial(nil)).Check(by(t, token), &grpc_health_v1.HealthCheckRequest{}); err != nil {
			t.Error(err)
		}
	}
}

// TestMetadataFromOutsideIsNotBelieved shows that a gRPC client cannot pass for the gateway, nor send
// two tokens of which another part of the server might read the other.
func TestMetadataFromOutsideIsNotBelieved(t *testing.T) {
	path, secrets := writeTokens(t, "cad-1 dispatcher")
	s := serve(t, Settings{Tokens: path})
	fleet := pb.NewFleetServiceClient(s.dial(nil))
	ctx := metadata.AppendToOutgoingContext(by(t, ""), callerKey, "1", "grpcgateway-authorization", "Bearer "+secrets[0])
	_, err := fleet.GetCar(ctx, &pb.GetCarRequest{Name: "cars/A"})
	wantRefusal(t, err, codes.Unauthenticated, NoCredentials)
	ctx = metadata.AppendToOutgoingContext(by(t, secrets[0]), "authorization", "Bearer other")
	_, err = fleet.GetCar(ctx, &pb.GetCarRequest{Name: "cars/A"})
	wantRefusal(t, err, codes.Unauthenticated, CredentialsMalformed)
	ctx = metadata.AppendToOutgoingContext(by(t, ""), "authorization", "Basic "+secrets[0])
	_, err = fleet.GetCar(ctx, &pb.GetCarRequest{Name: "cars/A"})
	wantRefusal(t, err, codes.Unauthenticated, CredentialsMalformed)
}

func TestActorWithoutAGuard(t *testing.T) {
	if got := Actor(context.Background()); got != "anonymous" {
		t.Errorf("got %q", got)
	}
}
