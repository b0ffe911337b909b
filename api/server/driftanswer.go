package server

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/monitor"
)

// enoughHours is how many hours have to be scored before it is said that nothing has changed.
const enoughHours = 24

// state returns what a report comes to.
func state(r *monitor.Report) pb.DriftState {
	switch {
	case len(r.Findings) > 0:
		return pb.DriftState_DRIFT_STATE_DRIFT
	case r.Scores.Hours < enoughHours:
		return pb.DriftState_DRIFT_STATE_UNKNOWN
	default:
		return pb.DriftState_DRIFT_STATE_NONE
	}
}

// evidence returns what there is to say about drift with a forecast.
func (d *drift) evidence() (st pb.DriftState, list []string) {
	r := d.now.Load().report
	for _, f := range r.Findings {
		list = append(list, f.Evidence)
	}
	return state(r), list
}

// GetDrift says how the forecast does against the calls that arrived.
func (s *demandService) GetDrift(context.Context, *pb.GetDriftRequest) (*pb.Drift, error) {
	s.tendDrift()
	v, zone := s.drift.now.Load(), s.drift.city.Zone
	r := v.report
	out := &pb.Drift{
		State: state(r), Summary: summary(r, zone), Forecast: s.Baseline.About().Name, Scores: scoresProto(&r.Scores),
		Delay: durationpb.New(s.CallsDelay), AsOf: timestamppb.New(s.Now()), Notes: driftNotes(),
	}
	if s.BaselineFault != "" {
		out.Notes = append(out.Notes, s.BaselineFault)
	}
	if v.behind != "" {
		out.Notes = append(out.Notes, v.behind)
	}
	if r.Scores.Hours == 0 {
		return out, nil
	}
	out.SinceTime, out.ClosedTime = timestamppb.New(r.From), timestamppb.New(r.To)
	for i := range r.Findings {
		out.Findings = append(out.Findings, findingProto(&r.Findings[i]))
	}
	for _, t := range r.Tests {
		out.Tests = append(out.Tests, &pb.DriftTest{Kind: kindOf(t.Kind), Name: t.Name, Value: t.Value, Limit: t.Limit, FalseAlarms: t.FalseAlarms})
	}
	for _, d := range r.Days {
		out.Days = append(out.Days, &pb.DayCount{Date: d.Date.Format(time.DateOnly), Observed: int64(d.Observed), Expected: &pb.CallInterval{
			Mean: d.Expected, Lower: float64(d.Lower), Median: float64(d.Median), Upper: float64(d.Upper),
		}})
	}
	for b, d := range r.Districts {
		out.Boroughs = append(out.Boroughs, &pb.BoroughCount{
			Borough: int32(b), Observed: int64(d.Observed), Flagged: d.Flagged,
			Expected: d.Expected.Mean, Lower: float64(d.Expected.Low), Upper: float64(d.Expected.High),
		})
	}
	return out, nil
}

// summary is one sentence.
func summary(r *monitor.Report, zone *time.Location) string {
	switch state(r) {
	case pb.DriftState_DRIFT_STATE_UNKNOWN:
		return "Too few calls have arrived since the forecast was made to say how it does."
	case pb.DriftState_DRIFT_STATE_NONE:
		return fmt.Sprintf("%d calls since %s, %.1f expected: as the forecast expects.", r.Scores.Calls, r.From.In(zone).Format("2 January 15:04"), r.Scores.Expected)
	default:
		return fmt.Sprintf("The calls part from the forecast since %s: %s.", r.Findings[0].Since.In(zone).Format("2 January 15:04"), r.Findings[0].Evidence)
	}
}

// driftNotes say how far the flags can be trusted.
func driftNotes() []string {
	set := monitor.DefaultSettings()
	return []string{
		fmt.Sprintf("Where nothing has changed, something is flagged within a year with a probability of at most %.0f %%; in simulated years it was about 1 %%.", 100*365/set.FalseAlarmDays),
		fmt.Sprintf("What changes by less counts as nothing: volume by %.0f %% (or twice what the forecast's own level is uncertain by), a borough's part by %.0f %%, a part of the day's by %.0f %%, the score by %.2f nats a call.",
			100*set.Tolerance, 100*(set.PlaceTolerance-1), 100*(set.HoursTolerance-1), set.ScoreTolerance),
	}
}

func findingProto(f *monitor.Finding) *pb.DriftFinding {
	out := &pb.DriftFinding{
		Kind: kindOf(f.Kind), Evidence: f.Evidence, FlagTime: timestamppb.New(f.Flagged), SinceTime: timestamppb.New(f.Since), UntilTime: timestamppb.New(f.Until),
		Observed: int64(f.Observed), Expected: f.Expected.Mean, Lower: float64(f.Expected.Low), Upper: float64(f.Expected.High),
	}
	if f.Kind == monitor.Place {
		borough := int32(f.District)
		out.Borough = &borough
	}
	return out
}

func kindOf(k monitor.Kind) pb.DriftKind { return pb.DriftKind(k) + pb.DriftKind_DRIFT_KIND_VOLUME_UP }

func scoresProto(s *monitor.Scores) *pb.DriftScores {
	return &pb.DriftScores{
		Hours: int64(s.Hours), Calls: int64(s.Calls), Expected: s.Expected, LogScore: s.LogScore, ExpectedLogScore: s.ExpectedLogScore,
		LogScoreZ: s.Z, Dispersion: s.Dispersion, HourlyPit: s.HourPIT[:], DailyPit: s.DayPIT[:], Coverage_80: s.Covered80, Days: int64(s.Days),
	}
}
