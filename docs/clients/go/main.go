// Command go shows a dispatch system's way through Nearside's API: say where a car is, ask which car is
// nearest to a call, record that it was given the call, and follow what cars do.
//
//	go run ./docs/clients/go
//	NEARSIDE_TOKEN=… go run ./docs/clients/go -server nearside.example:7420 -ca ca.pem
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func main() {
	server := flag.String("server", "127.0.0.1:7420", "address of the service, gRPC")
	ca := flag.String("ca", "", "file of the authority that signed the server's certificate; empty: no TLS")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if token := os.Getenv("NEARSIDE_TOKEN"); token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}
	conn, err := dial(*server, *ca)
	if err != nil {
		log.Print(err)
		return
	}
	defer func() { _ = conn.Close() }()
	if err := oneCall(ctx, pb.NewDispatchServiceClient(conn), pb.NewFleetServiceClient(conn)); err != nil {
		log.Print(err)
	}
}

func dial(server, ca string) (*grpc.ClientConn, error) {
	if ca == "" {
		return grpc.NewClient(server, grpc.WithTransportCredentials(insecure.NewCredentials()))
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return grpc.NewClient(server, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots})))
}

// oneCall takes a call from the first question to a car that is on its way.
func oneCall(ctx context.Context, dispatch pb.DispatchServiceClient, fleet pb.FleetServiceClient) error {
	run := time.Now().UnixNano() // every change needs a request_id that is its own
	id := func(what string) string { return fmt.Sprintf("go-%s-%d", what, run) }
	where := &pb.Location{Kind: &pb.Location_GridRef{GridRef: "TQ 30027 80380"}}

	car, err := fleet.RegisterCar(ctx, &pb.RegisterCarRequest{Name: "cars/GO-EXAMPLE", Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC, pb.Skill_SKILL_MENTAL_HEALTH_NURSE}, RequestId: id("register")})
	if err != nil {
		return err
	}
	if car.GetStatus() == pb.CarStatus_CAR_STATUS_OFF_SHIFT {
		if _, err := fleet.UpdateCarStatus(ctx, &pb.UpdateCarStatusRequest{Name: car.GetName(), Status: pb.CarStatus_CAR_STATUS_AVAILABLE, RequestId: id("on")}); err != nil {
			return err
		}
	}
	reported, err := dispatch.ReportPositions(ctx, &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{{Car: car.GetName(), Location: where}}})
	if err != nil {
		return err
	}
	for _, e := range reported.GetErrors() { // each report is taken or refused by itself
		fmt.Println("refused:", e.GetMessage())
	}

	incident := "incidents/" + id("call")
	nearest, err := dispatch.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: where, K: 3, Incident: incident})
	if err != nil {
		return err
	}
	if b := nearest.GetBasis(); b.GetDegraded() {
		fmt.Println("degraded:", b.GetDegradedReason())
	}
	for _, c := range nearest.GetCandidates() {
		fmt.Printf("%s in %s (9 in 10 within %s), position %s old\n", c.GetCar().GetName(), c.GetArrivalTime().AsDuration(), c.GetArrivalTime_90().AsDuration(), c.GetCar().GetPositionAge().AsDuration())
	}
	if len(nearest.GetCandidates()) == 0 {
		return fmt.Errorf("no car can go")
	}

	first := nearest.GetCandidates()[0].GetCar()
	etag := first.GetEtag()
	if etag == "" {
		etag = "0" // a car that has no record yet
	}
	assigned, err := fleet.AssignCar(ctx, &pb.AssignCarRequest{Name: first.GetName(), Incident: incident, Etag: etag, RequestId: id("assign"), Advice: nearest.GetAdvice()})
	switch status.Code(err) {
	case codes.OK:
	case codes.Aborted: // somebody was faster: the details have the car as it is now
		return fmt.Errorf("%s changed meanwhile: %w", first.GetName(), err)
	case codes.Unavailable: // whether it was written is not known: ask again with the same request_id
		return fmt.Errorf("ask again with request_id %s: %w", id("assign"), err)
	default:
		return err
	}
	fmt.Printf("%s has %s, etag %s\n", assigned.GetName(), assigned.GetIncident(), assigned.GetEtag())

	released, err := fleet.ReleaseCar(ctx, &pb.ReleaseCarRequest{Name: assigned.GetName(), Etag: assigned.GetEtag(), RequestId: id("release"), Reason: "an example"})
	if err != nil {
		return err
	}
	fmt.Printf("%s is %s again\n", released.GetName(), released.GetStatus())
	return follow(ctx, fleet)
}

// follow prints the first answers of the stream of cars: a snapshot, then changes.
func follow(ctx context.Context, fleet pb.FleetServiceClient) error {
	stream, err := fleet.WatchCars(ctx, &pb.WatchCarsRequest{})
	if err != nil {
		return err
	}
	for {
		m, err := stream.Recv()
		if err != nil {
			return err // take it up again with the last resume_token
		}
		fmt.Printf("%s: %d cars, resume from %q\n", m.GetKind(), len(m.GetCars()), m.GetResumeToken())
		if m.GetKind() == pb.WatchKind_WATCH_KIND_SNAPSHOT_END {
			return nil
		}
	}
}
