package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sort"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
)

const (
	maxReports      = 10_000 // in a batch
	maxStreamErrors = 100    // told at the end of a stream
	defaultPage     = 1000   // of ListCars
	maxPage         = 10_000
)

// reportOf decodes one report. The error says what is wrong with it.
func reportOf(r *pb.PositionReport) (out fleet.Report, err error) {
	if r == nil {
		return out, invalid("report", "missing")
	}
	out.Car = r.GetCar()
	if out.Point, err = pointOf("location", r.GetLocation()); err != nil {
		return out, err
	}
	if t := r.GetTime(); t != nil {
		if err := t.CheckValid(); err != nil {
			return out, invalid("time", "%v", err)
		}
		out.Fixed = t.AsTime()
	}
	out.Heading = r.Heading
	if t := r.GetShiftEnd(); t != nil {
		if err := t.CheckValid(); err != nil {
			return out, invalid("shift_end", "%v", err)
		}
		out.ShiftEnd = t.AsTime()
	}
	if out.Status, err = statusOf("status", r.GetStatus()); err != nil {
		return out, err
	}
	out.Skills, err = skillsOf("skills", r.GetSkills())
	return out, err
}

// received is what became of a batch.
type received struct {
	accepted, ignored int
	errs, warnings    []*pb.ReportError // ascending by index
}

// report decodes a batch, hands what can be read to the fleet and joins the errors of both.
func (s *dispatchService) report(batch []*pb.PositionReport, now time.Time) (got received) {
	reports := make([]fleet.Report, 0, len(batch))
	index := make([]int, 0, len(batch))
	for i, r := range batch {
		report, err := reportOf(r)
		if err != nil {
			got.errs = append(got.errs, &pb.ReportError{Index: int32(i), Car: r.GetCar(), Message: status.Convert(err).Message()})
			continue
		}
		reports, index = append(reports, report), append(index, i)
	}
	out := s.Fleet.Report(now, reports)
	got.accepted, got.ignored = out.Accepted, out.Ignored
	for _, e := range out.Refused {
		got.errs = append(got.errs, &pb.ReportError{Index: int32(index[e.Index]), Car: e.Car, Message: e.Err.Error()})
	}
	sort.Slice(got.errs, func(a, b int) bool { return got.errs[a].Index < got.errs[b].Index })
	for _, i := range out.OffRoad {
		got.warnings = append(got.warnings, &pb.ReportError{Index: int32(index[i]), Car: reports[i].Car, Message: fmt.Sprintf(
			"location: no road within %.0f m: the car is listed, but not ranked by road until it reports from nearer to one", s.Network.SnapMetres)})
	}
	for _, i := range out.Overruled {
		got.warnings = append(got.warnings, &pb.ReportError{Index: int32(index[i]), Car: reports[i].Car,
			Message: "status, skills and shift_end: not taken: the car has a record, which says otherwise; change that through FleetService"})
	}
	sort.SliceStable(got.warnings, func(a, b int) bool { return got.warnings[a].Index < got.warnings[b].Index })
	return got
}

// ReportPositions takes a batch of positions. Each is accepted, ignored or refused by itself. A car far
// from every road is accepted with a warning: to refuse it would leave it where it no longer is.
func (s *dispatchService) ReportPositions(_ context.Context, r *pb.ReportPositionsRequest) (*pb.ReportPositionsResponse, error) {
	if n := len(r.GetReports()); n > maxReports {
		return nil, invalid("reports", "%d reports: want at most %d in a batch", n, maxReports)
	}
	got := s.report(r.GetReports(), s.Now())
	return &pb.ReportPositionsResponse{
		Accepted: int32(got.accepted), Ignored: int32(got.ignored), Errors: got.errs, Warnings: got.warnings,
	}, nil
}

// StreamPositions takes positions as they come and answers once, when the client closes.
func (s *dispatchService) StreamPositions(stream grpc.ClientStreamingServer[pb.StreamPositionsRequest, pb.StreamPositionsResponse]) error {
	out := &pb.StreamPositionsResponse{}
	for i := int32(0); ; i++ {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(out)
		}
		if err != nil {
			return err
		}
		got := s.report([]*pb.PositionReport{r.GetReport()}, s.Now())
		out.Accepted += int64(got.accepted)
		out.Ignored += int64(got.ignored)
		out.Refused += int64(len(got.errs))
		out.Errors = keepFirst(out.Errors, got.errs, i)
		out.Warnings = keepFirst(out.Warnings, got.warnings, i)
	}
}

// keepFirst appends what there is to say about report i of a stream, up to maxStreamErrors in all.
func keepFirst(kept, more []*pb.ReportError, i int32) []*pb.ReportError {
	for _, e := range more {
		if len(kept) < maxStreamErrors {
			e.Index = i
			kept = append(kept, e)
		}
	}
	return kept
}

// ListCars lists the cars as they are now, in the order of their names. A page token is the last name
// of the page before.
func (s *dispatchService) ListCars(_ context.Context, r *pb.ListCarsRequest) (*pb.ListCarsResponse, error) {
	size := int(r.GetPageSize())
	if size == 0 {
		size = defaultPage
	} else if err := inRange("page_size", r.GetPageSize(), 1, maxPage); err != nil {
		return nil, err
	}
	after := r.GetPageToken()
	if after != "" && fleet.CheckName(after) != nil {
		return nil, invalid("page_token", "%.80q: not one that this server gave", after)
	}
	page, more := s.Fleet.List(s.Now(), after, size)
	out := &pb.ListCarsResponse{AsOf: timestamppb.New(page.Now), Demo: s.Demo, Cars: make([]*pb.Car, 0, len(page.Cars))}
	for _, c := range page.Cars {
		out.Cars = append(out.Cars, s.carProto(&page, c))
	}
	if more {
		out.NextPageToken = page.Cars[len(page.Cars)-1].Name
	}
	return out, nil
}
