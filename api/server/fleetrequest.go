package server

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// flaws are what is wrong with the fields of a request, told all at once.
type flaws []*errdetails.BadRequest_FieldViolation

func (f *flaws) add(field, format string, values ...any) {
	*f = append(*f, &errdetails.BadRequest_FieldViolation{Field: field, Description: fmt.Sprintf(format, values...)})
}

// take adds what an error says of fields, of those of which nothing has been said.
func (f *flaws) take(err error) {
	for _, e := range unit.FieldErrors(err) {
		if !f.has(e.Field) {
			f.add(e.Field, "%s", e.Problem)
		}
	}
}

// has tells whether a flaw was found in a field or in a part of it.
func (f *flaws) has(field string) bool {
	for _, v := range *f {
		if v.Field == field || strings.HasPrefix(v.Field, field+".") || strings.HasPrefix(v.Field, field+"[") {
			return true
		}
	}
	return false
}

// refusal is INVALID_ARGUMENT with a violation for each flaw.
func (f *flaws) refusal() error {
	lines := make([]string, len(*f))
	for i, v := range *f {
		lines[i] = v.Field + ": " + v.Description
	}
	return refuse(codes.InvalidArgument, strings.Join(lines, "; "), &errdetails.BadRequest{FieldViolations: *f})
}

// flawsOf checks what every change of a car has, and the change itself.
func flawsOf(name, etag string, c unit.Command) (wrong flaws) {
	if err := fleet.CheckName(name); err != nil {
		wrong.add("name", "%v", err)
	}
	wrong.take(live.CheckEtag(etag))
	wrong.take(unit.Check(c))
	return wrong
}

// registration is a request as a command.
func registration(r *pb.RegisterCarRequest) (*unit.Register, flaws) {
	var read, wrong flaws
	c := &unit.Register{RequestID: r.GetRequestId()}
	c.Base = r.GetBase()
	for i, k := range r.GetSkills() {
		if k < pb.Skill_SKILL_PARAMEDIC || k > pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC {
			read.add(fmt.Sprintf("skills[%d]", i), "%d: unknown; want 1 to %d, the values of Skill", k, pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC)
			continue
		}
		c.Skills |= 1 << (k - 1)
	}
	var err error
	c.Home, err = unit.HomeSector(r.GetSectors())
	read.take(err)
	for i, shift := range r.GetShifts() {
		s := unit.Shift{}
		for _, end := range []struct {
			name string
			from *timestamppb.Timestamp
			to   *time.Time
		}{{"start_time", shift.GetStartTime(), &s.Start}, {"end_time", shift.GetEndTime(), &s.End}} {
			field := fmt.Sprintf("shifts[%d].%s", i, end.name)
			if err := end.from.CheckValid(); err != nil {
				read.add(field, "%s", timeFault(end.from, err))
			}
			*end.to = end.from.AsTime()
		}
		c.Shifts = append(c.Shifts, s)
	}
	wrong = read
	for _, v := range flawsOf(r.GetName(), r.GetEtag(), c) {
		if !read.has(v.Field) {
			wrong = append(wrong, v)
		}
	}
	return c, wrong
}

// timeFault says why a time cannot be read.
func timeFault(t *timestamppb.Timestamp, err error) string {
	if t == nil {
		return "missing"
	}
	return err.Error()
}

// statusChange is a request as a command.
func statusChange(r *pb.UpdateCarStatusRequest) (*unit.SetStatus, flaws) {
	var read flaws
	c := &unit.SetStatus{RequestID: r.GetRequestId(), Destination: r.GetDestination(), Reason: r.GetReason()}
	switch st, err := statusOf("status", r.GetStatus()); {
	case err != nil:
		read.add("status", "%d: unknown; want 1 to %d, the values of CarStatus", r.GetStatus(), dispatch.Statuses)
	case st == nil:
		read.add("status", "missing")
	default:
		c.Status = *st
	}
	wrong := flawsOf(r.GetName(), r.GetEtag(), c)
	if len(read) > 0 { // what is said of other fields may depend on the status
		return c, read
	}
	return c, wrong
}
