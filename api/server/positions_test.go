package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
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
	good := &pb.PositionReport{Car: "cars/000", Location: at(51.5, -0.15)}
	many := &pb.StreamPositionsRequest{Report: good, Reports: []*pb.PositionReport{good, {}, {Car: "cars/more", Location: at(51.5, -0.15)}}}
	for _, message := range []*pb.StreamPositionsRequest{{}, many} {
		if err := stream.Send(message); err != nil {
			t.Fatal(err)
		}
	}
	out, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	if out.Accepted != 151 || out.Refused != 151 || out.Ignored != 2 || out.Duplicate != 2 || len(out.Errors) != 100 || out.Errors[99].Index != 199 {
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

// TestCarFarFromEveryRoad is known, with the limit told, and offered only by straight line.
func TestCarFarFromEveryRoad(t *testing.T) {
	s := smallSettings(t)
	s.Network.SnapMetres = 2000
	c := start(t, s)
	out, err := c.ReportPositions(background(t), &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{
		{Car: "?"}, {Car: "cars/near", Location: at(51.51, -0.1)}, {Car: "cars/lost", Location: at(51.6, 0.1)},
	}})
	if err != nil || out.Accepted != 2 || len(out.Errors) != 1 || len(out.Warnings) != 1 {
		t.Fatalf("%v, %v", out, err)
	}
	if w := out.Warnings[0]; w.Index != 2 || w.Car != "cars/lost" || !strings.Contains(w.Message, "no road within 2000 m") {
		t.Errorf("warning %v", w)
	}
	near, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.1), K: 1, IncludeExcluded: true})
	if err != nil || len(near.Candidates) != 1 || len(near.Exclusions) != 1 || near.Exclusions[0].Reason != "no road within 2000 m of its position" {
		t.Errorf("%v, %v", near, err)
	}
	stream, err := c.StreamPositions(background(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := stream.Send(&pb.StreamPositionsRequest{Report: &pb.PositionReport{Car: "cars/lost2", Location: at(51.6, 0.1)}}); err != nil {
			t.Fatal(err)
		}
	}
	if end, err := stream.CloseAndRecv(); err != nil || end.Accepted != 1 || end.Ignored != 1 || len(end.Warnings) != 1 || end.Warnings[0].Index != 0 {
		t.Errorf("%v, %v", end, err)
	}
}

// TestMoreCarsThanMayBe sends a hundred thousand cars: those beyond the limit are refused with it, and
// the others are served.
func TestMoreCarsThanMayBe(t *testing.T) {
	engineHeavy(t)
	s := smallSettings(t)
	c := start(t, s)
	accepted, refused := 0, 0
	for batch := range 2 {
		in := &pb.ReportPositionsRequest{}
		for i := range 10_000 {
			in.Reports = append(in.Reports, &pb.PositionReport{Car: fmt.Sprintf("cars/%d-%d", batch, i), Location: at(51.51, -0.15+float64(i)*5e-6)})
		}
		out, err := c.ReportPositions(background(t), in)
		if err != nil {
			t.Fatal(err)
		}
		accepted, refused = accepted+int(out.Accepted), refused+len(out.Errors)
		if batch == 1 && !strings.Contains(out.Errors[0].Message, "the fleet is full: it has 10000 cars, as many as it may") {
			t.Errorf("refused with %v", out.Errors[0])
		}
	}
	if accepted != fleet.DefaultSettings().MaxCars || accepted+refused != 20_000 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
	if out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.1), K: 100}); err != nil || len(out.Candidates) != 100 {
		t.Errorf("%d candidates, %v", len(out.GetCandidates()), err)
	}
}
