package server

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// Reasons of refusals about records.
const (
	reasonConflict    = "CAR_CHANGED"
	reasonTransition  = "TRANSITION_IMPOSSIBLE"
	reasonRepeat      = "REQUEST_ID_USED"
	reasonUnknown     = "OUTCOME_UNKNOWN"
	reasonUnreachable = "STORE_UNREACHABLE"
	reasonUnreadable  = "RECORD_UNREADABLE"
	reasonTooOften    = "TOO_MANY_CHANGES"
)

// storeRetry is how long to wait before asking again where the store could not be written to.
const storeRetry = time.Second

// fleetRefusal says why a record was not changed, as docs/fleet.md lists it.
func (s *Server) fleetRefusal(err error) error {
	if fields := unit.FieldErrors(err); len(fields) > 0 {
		var wrong flaws
		wrong.take(err)
		return wrong.refusal()
	}
	if conflict, ok := errors.AsType[*live.Conflict](err); ok {
		return s.conflict(conflict)
	}
	if t, ok := errors.AsType[*unit.TransitionError](err); ok {
		return impossible(t)
	}
	if full, ok := errors.AsType[*unit.FullError](err); ok {
		return tooOften(full)
	}
	switch {
	case errors.Is(err, live.ErrNoCar):
		return refused(codes.NotFound, "NO_CAR", "%v: register it, or have it report its position", err)
	case errors.Is(err, unit.ErrRepeat):
		return refused(codes.AlreadyExists, reasonRepeat, "%v", err)
	case errors.Is(err, live.ErrUnreadable):
		return refused(codes.FailedPrecondition, reasonUnreadable, "%v: run the newest version that serves this fleet", err)
	}
	return s.storeRefusal(err)
}

// storeRefusal says why nothing can be, or may not have been, written.
func (s *Server) storeRefusal(err error) error {
	switch {
	case errors.Is(err, ledger.ErrUnknown):
		return refuse(codes.Unavailable, "whether the change was recorded is not known: ask again with the same request_id, which records it at most once",
			&errdetails.ErrorInfo{Reason: reasonUnknown, Domain: domain}, &errdetails.RetryInfo{RetryDelay: durationpb.New(storeRetry)})
	case errors.Is(err, ledger.ErrUnavailable):
		s.records.look(s)
		return refuse(codes.Unavailable, "nothing was recorded: the store of records cannot be written to; answers go on from what was last known",
			&errdetails.ErrorInfo{Reason: reasonUnreachable, Domain: domain}, &errdetails.RetryInfo{RetryDelay: durationpb.New(storeRetry)})
	case errors.Is(err, ledger.ErrInvalid):
		return refused(codes.InvalidArgument, "ENTRY_TOO_LARGE", "%v", err)
	case errors.Is(err, ledger.ErrBroken):
		return refused(codes.DataLoss, "LOG_DAMAGED", "%v; restore a backup", err)
	default:
		return status.FromContextError(err).Err()
	}
}

// conflict is ABORTED with the car as it is now.
func (s *Server) conflict(c *live.Conflict) error {
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: reasonConflict, Domain: domain}}
	car := s.carNow(c.Present.Record.Name)
	if c.Present.Revision != 0 { // what was found just now, which may be newer than what is known here
		moment := s.Fleet.Moment(s.Now())
		car = s.recordProto(&moment, &c.Present)
	}
	if car != nil {
		details = append(details, &pb.CarConflict{Car: car})
	}
	return refuse(codes.Aborted, fmt.Sprintf("%v: look at it and decide again", c), details...)
}

// tooOften is RESOURCE_EXHAUSTED with how long to wait.
func tooOften(e *unit.FullError) error {
	return refuse(codes.ResourceExhausted, e.Error(),
		&errdetails.ErrorInfo{Reason: reasonTooOften, Domain: domain}, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.Wait)})
}

// impossible is FAILED_PRECONDITION with what is possible.
func impossible(t *unit.TransitionError) error {
	names := make([]string, len(t.Allowed))
	for i, a := range t.Allowed {
		names[i] = (pb.CarStatus(a) + 1).String()
	}
	return refuse(codes.FailedPrecondition, t.Error(),
		&errdetails.ErrorInfo{Reason: reasonTransition, Domain: domain, Metadata: map[string]string{
			"car": t.Car, "from": (pb.CarStatus(t.From) + 1).String(), "to": (pb.CarStatus(t.To) + 1).String(), "allowed": strings.Join(names, ","),
		}},
		&errdetails.PreconditionFailure{Violations: []*errdetails.PreconditionFailure_Violation{{
			Type: reasonTransition, Subject: t.Car, Description: t.Error(),
		}}})
}
