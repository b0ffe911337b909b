package server

import (
	"context"
	"errors"
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
	if out.Status, err = statusOf("status", r.GetStatus()); err != nil {
		return out, err
	}
	out.Skills, err = skillsOf("skills", r.GetSkills())
	return out, err
}

// report decodes a batch, hands what can be read to the fleet and joins the errors of both, by index.
func (s *dispatchService) report(batch []*pb.PositionReport, now time.Time) (accepted, ignored int, errs []*pb.ReportError) {
	reports := make([]fleet.Report, 0, len(batch))
	index := make([]int, 0, len(batch))
	for i, r := range batch {
		report, err := reportOf(r)
		if err != nil {
			errs = append(errs, &pb.ReportError{Index: int32(i), Car: r.GetCar(), Message: status.Convert(err).Message()})
			continue
		}
		reports, index = append(reports, report), append(index, i)
	}
	out := s.Fleet.Report(now, reports)
	for _, e := range out.Refused {
		errs = append(errs, &pb.ReportError{Index: int32(index[e.Index]), Car: e.Car, Message: e.Err.Error()})
	}
	sort.Slice(errs, func(a, b int) bool { return errs[a].Index < errs[b].Index })
	return out.Accepted, out.Ignored, errs
}

// ReportPositions takes a batch of positions. Each is accepted, ignored or refused by itself.
func (s *dispatchService) ReportPositions(_ context.Context, r *pb.ReportPositionsRequest) (*pb.ReportPositionsResponse, error) {
	if n := len(r.GetReports()); n > maxReports {
		return nil, invalid("reports", "%d reports: want at most %d in a batch", n, maxReports)
	}
	accepted, ignored, errs := s.report(r.GetReports(), s.Now())
	return &pb.ReportPositionsResponse{Accepted: int32(accepted), Ignored: int32(ignored), Errors: errs}, nil
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
		accepted, ignored, errs := s.report([]*pb.PositionReport{r.GetReport()}, s.Now())
		out.Accepted += int64(accepted)
		out.Ignored += int64(ignored)
		out.Refused += int64(len(errs))
		for _, e := range errs {
			if len(out.Errors) < maxStreamErrors {
				e.Index = i
				out.Errors = append(out.Errors, e)
			}
		}
	}
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
