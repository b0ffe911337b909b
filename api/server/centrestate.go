package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet/centre"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

const (
	centreKind   = "centre" // of the documents that keep what staff said
	centreTries  = 5        // where others write at the same time
	reasonCentre = "CENTRE_CHANGED"
)

// SetCentreState keeps what the staff of a place say.
func (s *centreService) SetCentreState(ctx context.Context, r *pb.SetCentreStateRequest) (*pb.Centre, error) {
	i := slices.IndexFunc(s.City.Places, func(p data.Place) bool { return p.Name == r.GetPlace() && receives(&p) })
	if i < 0 {
		return nil, missing("place that receives patients", r.GetPlace())
	}
	change := centreChange(r)
	var wrong flaws
	wrong.take(live.CheckEtag(r.GetEtag()))
	if t := r.GetDivertUntilTime(); t != nil && t.CheckValid() != nil {
		wrong.add("divert_until_time", "%v", t.CheckValid())
	}
	if len(wrong) > 0 {
		return nil, wrong.refusal()
	}
	return s.setCentre(ctx, &s.City.Places[i], r.GetEtag(), change)
}

// centreChange is what a request changes, in the words of package centre.
func centreChange(r *pb.SetCentreStateRequest) *centre.Change {
	number := func(n *int32) *int {
		if n == nil {
			return nil
		}
		v := int(*n)
		return &v
	}
	c := &centre.Change{Capacity: number(r.Capacity), Occupied: number(r.Occupied), Diverted: r.Diverted, Reason: r.GetDiversionReason(), RequestID: r.GetRequestId()}
	if o := r.GetOpening(); o != nil {
		c.Opening = []int{}
		for _, h := range o.GetHours() {
			c.Opening = append(c.Opening, int(h))
		}
	}
	if t := r.GetDivertUntilTime(); t != nil {
		c.Until = t.AsTime()
	}
	return c
}

// setCentre applies a change on top of what is kept, again where another came first and the etag leaves
// that open.
func (s *Server) setCentre(ctx context.Context, p *data.Place, etag string, c *centre.Change) (*pb.Centre, error) {
	var taken *live.DocumentConflict
	var full *unit.FullError
	for range centreTries {
		now := s.Now()
		was, revision, err := s.centreNow(p.Name)
		if err != nil {
			return nil, refused(codes.FailedPrecondition, reasonUnreadable, "%s: %s: run the newest version", p.Name, unreadableSaid)
		}
		next, repeat, err := centre.Apply(was, c, now, etag != "")
		switch {
		case errors.Is(err, unit.ErrRepeat):
			return nil, refused(codes.AlreadyExists, reasonRepeat, "%v", err)
		case errors.As(err, &full):
			return nil, tooOften(full)
		case err != nil:
			var wrong flaws
			wrong.take(err)
			return nil, wrong.refusal()
		case repeat:
			return s.centreProto(p, &was, revision, now), nil
		case etag != "" && etag != strconv.FormatUint(uint64(revision), 10):
			return nil, s.centreConflict(p, &was, revision)
		}
		d, err := s.Live.Put(ctx, guard.Actor(ctx), s.centres[p.Name], revision, centreKind, next.Encode())
		if err == nil {
			return s.centreProto(p, &next, d.Revision, now), nil
		}
		if !errors.As(err, &taken) {
			if errors.Is(err, live.ErrUnreadable) {
				return nil, refused(codes.FailedPrecondition, reasonUnreadable, "%v: run the newest version", err)
			}
			return nil, s.storeRefusal(err)
		}
	}
	return nil, refused(codes.Aborted, reasonCentre, "%s changed %d times meanwhile: ask again", p.Name, centreTries)
}

// centreConflict is ABORTED with the place as it is now.
func (s *Server) centreConflict(p *data.Place, r *centre.Record, revision ledger.Revision) error {
	now := s.centreProto(p, r, revision, s.Now())
	return refuse(codes.Aborted, fmt.Sprintf("%s has changed: its etag is %q: look at it and decide again", p.Name, now.Etag),
		&errdetails.ErrorInfo{Reason: reasonCentre, Domain: domain}, now)
}
