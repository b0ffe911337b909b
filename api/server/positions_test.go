package server

import (
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func TestReportPositions(t *testing.T) {
	c := start(t, smallSettings(t))
	good := &pb.PositionReport{Car: "cars/A", Location: at(51.5, -0.15), Skills: []pb.Skill{pb.Skill_SKILL_MENTAL_HEALTH_NURSE}}
	old := &pb.PositionReport{Car: "cars/A", Location: at(51.5, -0.15), Time: timestamppb.New(noon.Add(-time.Second))}
	out, err := c.ReportPositions(background(t), &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{
		good,
		{Car: "cars/B", Location: at(-0.15, 51.5)},
		{Car: "B", Location: at(51.5, -0.15)},
		old,
		{Car: "cars/C", Location: at(51.5, -0.15), Status: 17},
		{Car: "cars/D", Location: at(51.5, -0.15), Time: timestamppb.New(noon.Add(time.Hour))},
		{Car: "cars/E", Location: at(51.5, -0.15), Time: &timestamppb.Timestamp{Nanos: -1}},
		{Car: "cars/F", Location: at(51.5, -0.15), Skills: []pb.Skill{44}},
		{Car: "cars/G", Location: at(51.52, -0.1), Status: pb.CarStatus_CAR_STATUS_BUSY},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if out.Accepted != 2 || out.Ignored != 1 || len(out.Errors) != 6 {
		t.Fatalf("got %v, want 2 accepted, 1 ignored, 6 errors", out)
	}
	for i, index := range []int32{1, 2, 4, 5, 6, 7} {
		if out.Errors[i].Index != index || out.Errors[i].Message == "" {
			t.Errorf("error %d: %v, want index %d", i, out.Errors[i], index)
		}
	}
	cars, err := c.ListCars(background(t), &pb.ListCarsRequest{})
	if err != nil || len(cars.Cars) != 2 || !cars.Demo {
		t.Fatalf("got %v, %v; want two cars, demo", cars, err)
	}
	if a, g := cars.Cars[0], cars.Cars[1]; a.Status != pb.CarStatus_CAR_STATUS_AVAILABLE || a.Sector != "NWL" ||
		len(a.Skills) != 1 || g.Status != pb.CarStatus_CAR_STATUS_BUSY || g.Borough != "East" {
		t.Errorf("got %v", cars.Cars)
	}
	_, err = c.ReportPositions(background(t), &pb.ReportPositionsRequest{Reports: make([]*pb.PositionReport, 10_001)})
	wantRefusal(t, err, codes.InvalidArgument, "reports", "10001")
}

func TestStreamPositions(t *testing.T) {
	c := start(t, smallSettings(t))
	stream, err := c.StreamPositions(background(t))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 150 {
		for _, lat := range []float64{51.5, 99} {
			r := &pb.PositionReport{Car: fmt.Sprintf("cars/%03d", i), Location: at(lat, -0.15)}
			if err := stream.Send(&pb.StreamPositionsRequest{Report: r}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := stream.Send(&pb.StreamPositionsRequest{}); err != nil {
		t.Fatal(err)
	}
	out, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	if out.Accepted != 150 || out.Refused != 151 || len(out.Errors) != 100 || out.Errors[99].Index != 199 {
		t.Errorf("accepted %d, refused %d, %d errors, last %v", out.Accepted, out.Refused, len(out.Errors), out.Errors[99])
	}
}

func TestListCarsPages(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 25)
	c := start(t, s)
	var names []string
	for token := ""; ; {
		page, err := c.ListCars(background(t), &pb.ListCarsRequest{PageSize: 10, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, car := range page.Cars {
			names = append(names, car.Name)
		}
		if token = page.NextPageToken; token == "" {
			break
		}
	}
	if len(names) != 25 || names[0] != "cars/JRC-0000" || names[24] != "cars/JRC-0024" {
		t.Errorf("pages give %v", names)
	}
	_, err := c.ListCars(background(t), &pb.ListCarsRequest{PageSize: -1})
	wantRefusal(t, err, codes.InvalidArgument, "page_size", "1 to 10000")
	_, err = c.ListCars(background(t), &pb.ListCarsRequest{PageToken: "nonsense"})
	wantRefusal(t, err, codes.InvalidArgument, "page_token", "not one")
}
