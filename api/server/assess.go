package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/dispatch"
)

const (
	maxFlags  = 20  // of a call
	maxPhrase = 200 // bytes of a category, channel or flag
)

var helps = map[suitability.Help]pb.Help{
	suitability.JointResponseCar: pb.Help_HELP_JOINT_RESPONSE_CAR, suitability.Ambulance: pb.Help_HELP_AMBULANCE,
	suitability.HubNurse: pb.Help_HELP_HUB_NURSE, suitability.PoliceAdviceLine: pb.Help_HELP_POLICE_ADVICE_LINE,
}

// AssessCall says which kind of help the rules suggest for a call, and why.
func (s *dispatchService) AssessCall(_ context.Context, r *pb.AssessCallRequest) (*pb.Assessment, error) {
	kind, err := callKind(r.GetCategory(), r.GetChannel())
	if err != nil {
		return nil, err
	}
	if err := s.checkFlags(r.GetFlags()); err != nil {
		return nil, err
	}
	now := s.Now()
	at := now
	if t := r.GetTime(); t != nil {
		if err := t.CheckValid(); err != nil {
			return nil, invalid("time", "%v", err)
		}
		at = t.AsTime()
	}
	snap := s.Fleet.Snapshot(now)
	return assessment(s.assess(kind, r.GetFlags(), at, &snap), s.City.Suitability.Name), nil
}

// callKind is a call's category and channel, in words that are not beyond measure.
func callKind(category, channel string) (calls.Kind, error) {
	for _, f := range [][2]string{{"category", category}, {"channel", channel}} {
		if len(f[1]) > maxPhrase {
			return calls.Kind{}, invalid(f[0], "%d bytes: want at most %d", len(f[1]), maxPhrase)
		}
	}
	return calls.Kind{Category: category, Channel: channel}, nil
}

// checkFlags does not repeat what it refuses: a free text may be about a person, and refusals are logged.
func (s *Server) checkFlags(flags []string) error {
	if len(flags) > maxFlags {
		return invalid("flags", "%d: want at most %d", len(flags), maxFlags)
	}
	for i, f := range flags {
		if len(f) > maxPhrase || !s.City.Suitability.KnowsFlag(f) {
			return invalid(fmt.Sprintf("flags[%d]", i), "no rule looks at it: want one of %s", strings.Join(s.City.Suitability.Flags(), ", "))
		}
	}
	return nil
}

// assess applies the rules to a call at a moment, with the shifts of the cars of a snapshot.
func (s *Server) assess(kind calls.Kind, flags []string, at time.Time, snap *dispatch.Snapshot) suitability.Assessment {
	return s.City.Suitability.Assess(suitability.Call{Kind: kind, Flags: flags, Hour: at.In(s.Zone).Hour(), Shifts: s.onDuty(at, snap)})
}

// onDuty tells what the shifts of a fleet say of a moment.
func (s *Server) onDuty(at time.Time, snap *dispatch.Snapshot) suitability.Shifts {
	kept := len(snap.Cars) > 0
	for _, c := range snap.Cars {
		shift := s.shiftOf(c, at)
		if shift.Covers(at) {
			return suitability.SomeOnDuty
		}
		kept = kept && !shift.End.IsZero()
	}
	if kept {
		return suitability.NoneOnDuty
	}
	return suitability.NotKept
}

// shiftOf is the shift of a car that counts at a moment, as far as it is known.
func (s *Server) shiftOf(c *dispatch.Car, at time.Time) dispatch.Shift {
	if c.Revision != 0 {
		if state, ok := s.Live.Record(c.Name); ok {
			shift, _ := state.Record.Shift(at)
			return dispatch.Shift{Start: shift.Start, End: shift.End}
		}
	}
	return dispatch.Shift{Start: c.ShiftStart, End: c.ShiftEnd}
}

func assessment(a suitability.Assessment, rules string) *pb.Assessment {
	out := &pb.Assessment{Help: helps[a.Help], NeedsNurse: a.NeedsNurse, Rules: rules}
	for _, r := range a.Reasons {
		out.Reasons = append(out.Reasons, &pb.AssessmentReason{Rule: r.Rule, Text: r.Text, Origin: r.Origin, Source: r.Source})
	}
	return out
}
