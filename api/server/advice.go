package server

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/live"
)

// adviceFor is how long advice can be followed before it counts as timed out. Ten minutes is an
// assumption: a car that was nearest then is likely to be elsewhere.
const adviceFor = 10 * time.Minute

// adviceWithin is how long the keeping of advice may hold its answer up.
const adviceWithin = 2 * time.Second

// advice is what an answer says of having been kept.
type advice struct {
	name    string // "advice/…"; empty where the answer was not kept
	expires time.Time
	lack    lack // why it was not
}

// advise keeps an answer as advice about an incident: which cars were offered, best first. What cannot be
// kept is given all the same, since a call does not wait for books; the answer says so.
func (s *Server) advise(ctx context.Context, incident string, now time.Time, offered []string) advice {
	ctx, cancel := context.WithTimeout(ctx, adviceWithin)
	defer cancel()
	a := live.Advice{Incident: incident, Candidates: offered, Asked: now, Expires: now.Add(adviceFor)}
	name, err := s.Live.Advise(ctx, guard.Actor(ctx), a)
	switch {
	case err == nil:
		return advice{name: name, expires: a.Expires}
	case errors.Is(err, live.ErrTooMuchAdvice):
		return advice{lack: lack{pb.DegradationKind_DEGRADATION_KIND_OVERLOAD, "this answer was not kept as advice: too much of it waits for a decision"}}
	}
	s.Log.Warn("advice was not kept", "incident", incident, "error", err)
	return advice{lack: lack{pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE, "this answer was not kept as advice: the store of records cannot be written to"}}
}

// followed is advice that an assignment concludes; without a name there is none.
type followed struct {
	name string
	live.Conclusion
}

// following finds the advice that an assignment names and says what the assignment makes of it. What is
// wrong with the fields is added to wrong.
func (s *Server) following(ctx context.Context, r *pb.AssignCarRequest, wrong *flaws) (f followed, err error) {
	if r.GetAdvice() == "" || wrong.has("advice") {
		return f, nil
	}
	given, end, err := s.Live.Advised(ctx, r.GetAdvice())
	if err != nil {
		return f, missing("advice", r.GetAdvice())
	}
	f = followed{r.GetAdvice(), live.Conclusion{Outcome: live.Accepted, Car: r.GetName(), Reason: r.GetReason()}}
	if given.Incident != r.GetIncident() {
		wrong.add("advice", "it is about %s", given.Incident)
	}
	if !slices.Equal(given.Candidates[:min(1, len(given.Candidates))], []string{r.GetName()}) {
		f.Outcome = live.Overridden
		if r.GetReason() == "" {
			wrong.add("reason", "empty; it is needed: %s", whyReason(given.Candidates))
		}
	}
	switch {
	case end == nil || *end == f.Conclusion:
		return f, nil
	case end.Outcome == live.TimedOut: // late, but the car may go: the assignment's own entry names the advice
		return followed{}, nil
	}
	if state, ok := s.Live.Record(r.GetName()); ok && state.Record.Remembers(r.GetRequestId()) {
		return followed{}, nil // asked again with other words, which is refused as that
	}
	return f, refused(codes.FailedPrecondition, "ADVICE_CONCLUDED",
		"advice: %s was %s with %s: ask which cars are nearest now, or assign without advice", r.GetAdvice(), end.Outcome, end.Car)
}

func whyReason(candidates []string) string {
	if len(candidates) == 0 {
		return "the advice names no car"
	}
	return "the advice names " + candidates[0] + " first"
}

// concludeFor is how long the conclusion of advice may take to be written.
const concludeFor = 10 * time.Second

// conclude records what an assignment, which is recorded, made of advice. The caller need not wait for it:
// the assignment's own entry names the advice. Where it fails the assignment stands, and the advice times
// out with the car that has the call.
func (s *Server) conclude(ctx context.Context, f followed) {
	if f.name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), concludeFor)
	s.concluding.Go(func() {
		defer cancel()
		if err := s.Live.Conclude(ctx, guard.Actor(ctx), f.name, f.Conclusion); err != nil && !errors.Is(err, live.ErrConcluded) {
			s.Log.Warn("the conclusion of advice was not kept", "advice", f.name, "outcome", f.Outcome, "error", err)
		}
	})
}
