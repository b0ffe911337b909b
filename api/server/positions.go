package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

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

// report hands a batch to the fleet.
func (s *dispatchService) report(b *positionBatch) *pb.ReportPositionsResponse {
	now := s.Now()
	out := s.Fleet.Report(now, b.reports)
	if s.Positions != nil {
		s.Positions.Send(now, b.reports)
	}
	got := &pb.ReportPositionsResponse{
		Accepted: int32(out.Accepted), Ignored: int32(out.Ignored),
		Duplicate: indices(out.Duplicate), Overtaken: indices(out.Overtaken), Late: indices(out.Late),
	}
	for _, e := range out.Refused {
		got.Errors = append(got.Errors, &pb.ReportError{Index: int32(e.Index), Car: e.Car, Message: status.Convert(e.Err).Message()})
	}
	warn := func(i int, text string) {
		got.Warnings = append(got.Warnings, &pb.ReportError{Index: int32(i), Car: b.reports[i].Car, Message: text})
	}
	for _, i := range out.OffRoad {
		warn(i, fmt.Sprintf("location: no road within %.0f m: the car is listed, but not ranked by road until it reports from nearer to one", s.Network.SnapMetres))
	}
	for _, i := range out.Overruled {
		warn(i, "status, skills and shift_end: not taken: the car has a record, which says otherwise; change that through FleetService")
	}
	slices.SortStableFunc(got.Warnings, func(a, b *pb.ReportError) int { return cmp.Compare(a.Index, b.Index) })
	return got
}

func indices(list []int) []int32 {
	if len(list) == 0 {
		return nil
	}
	out := make([]int32, len(list))
	for i, index := range list {
		out[i] = int32(index)
	}
	return out
}

// reportPositions takes a batch of positions. Each is accepted, ignored or refused by itself. A car far
// from every road is accepted with a warning: to refuse it would leave it where it no longer is.
func (s *dispatchService) reportPositions(b *positionBatch) (*pb.ReportPositionsResponse, error) {
	if err := b.checkSize(); err != nil {
		return nil, err
	}
	return s.report(b), nil
}

func (b *positionBatch) checkSize() error {
	if b.count > maxReports {
		return invalid("reports", "%d reports: want at most %d at once", b.count, maxReports)
	}
	return nil
}

// streamPositions takes positions as they come and answers once, when the client closes.
func (s *dispatchService) streamPositions(stream grpc.ServerStream) error {
	b, out := newPositionBatch(2), &pb.StreamPositionsResponse{}
	defer b.free()
	for taken := 0; ; taken += len(b.reports) {
		err := stream.RecvMsg(b)
		if errors.Is(err, io.EOF) {
			return stream.SendMsg(out)
		}
		if err != nil {
			return err
		}
		if err := b.checkSize(); err != nil {
			return err
		}
		addReceived(out, s.report(b), taken)
	}
}

// addReceived adds what became of a message of a stream, before which so many reports were taken.
func addReceived(sum *pb.StreamPositionsResponse, got *pb.ReportPositionsResponse, taken int) {
	sum.Accepted += int64(got.Accepted)
	sum.Ignored += int64(got.Ignored)
	sum.Refused += int64(len(got.Errors))
	sum.Duplicate += int64(len(got.Duplicate))
	sum.Late += int64(len(got.Late))
	sum.Errors = keepFirst(sum.Errors, got.Errors, taken)
	sum.Warnings = keepFirst(sum.Warnings, got.Warnings, taken)
}

// keepFirst appends what there is to say about reports after so many others, up to maxStreamErrors in all.
func keepFirst(kept, more []*pb.ReportError, after int) []*pb.ReportError {
	for _, e := range more[:min(len(more), maxStreamErrors-len(kept))] {
		e.Index = int32(min(int(e.Index)+after, math.MaxInt32))
		kept = append(kept, e)
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
