package server

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// learnsFrom serves the small city with a fit of 60 days of calls up to a number of days ago; three of
// four calls come to the west, and one of five by the police.
func learnsFrom(t testing.TB, daysAgo int) (Settings, *calls.History) {
	t.Helper()
	engineHeavy(t)
	s, _ := keepsCalls(t)
	chance := rand.New(rand.NewPCG(5, 6))
	b := calls.NewBuilder(s.City.Grid.Len())
	city := s.Baseline.City()
	end := calls.HourAt(noon) - 12 // midnight
	for h := end - 60*24; h < end; h++ {
		for range 2 {
			cell := int32(chance.IntN(city.Len()))
			if city.District[cell] == 1 && chance.IntN(3) > 0 {
				continue
			}
			k := calls.Kind{Category: "crisis", Channel: "999"}
			if chance.IntN(5) == 0 {
				k.Channel = "police"
			}
			if err := b.Add(calls.Call{Hour: h, Cell: cell, Kind: k}); err != nil {
				t.Fatal(err)
			}
		}
	}
	h := b.History(s.Zone)
	if _, err := s.Calls.Add(calls.Batch{Read: h.Len(), Kept: h.Len(), Calls: h}, noon); err != nil {
		t.Fatal(err)
	}
	known := h.Before(end - calls.Hour(24*daysAgo))
	fit, err := forecast.Learn(t.Context(), city, known, forecast.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	s.Baseline = fit
	return s, known
}

func TestForecastOfAFit(t *testing.T) {
	s, known := learnsFrom(t, 3)
	c := start(t, s)
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Period: &pb.Period{Hours: 24}})
	if err != nil {
		t.Fatal(err)
	}
	age := noon.Sub(known.Span.To.Time())
	if f.Prior || f.Fit == "" || f.Source != f.Fit || !f.CutoffTime.AsTime().Equal(known.Span.To.Time()) || f.Age.AsDuration() != age || f.Degraded {
		t.Errorf("prior %v, fit %q until %v, %v old, degraded %q", f.Prior, f.Fit, f.CutoffTime.AsTime(), f.Age.AsDuration(), f.DegradedReason)
	}
	perHour := float64(known.Len()) / (57 * 24)
	if math.Abs(f.Total/perHour-1) > 0.2 || f.Boroughs[0].Value < 2*f.Boroughs[1].Value {
		t.Errorf("%v calls an hour, %v by borough; %v were seen", f.Total, f.Boroughs, perHour)
	}
	police, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{5}, Channels: []string{"police"}})
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{5}})
	if err != nil || math.Abs(police.Total/all.Total-0.2) > 0.06 {
		t.Errorf("%v of %v calls by the police, %v", police.Total, all.GetTotal(), err)
	}
	_, err = c.GetForecast(background(t), &pb.GetForecastRequest{Channels: []string{"police", "smoke"}})
	wantRefusal(t, err, codes.InvalidArgument, "channels[1]", `"999", "police"`)
	_, err = c.GetForecast(background(t), &pb.GetForecastRequest{Period: &pb.Period{Hours: 24, StartTime: timestamppb.New(known.Span.From.Time())}})
	wantRefusal(t, err, codes.InvalidArgument, "period", "a forecast starts there or later")

	d, err := c.GetDrift(background(t), &pb.GetDriftRequest{}) // of the three days that the fit does not know
	if err != nil || d.Scores.Hours != 72 || d.State != pb.DriftState_DRIFT_STATE_NONE || !d.SinceTime.AsTime().Equal(known.Span.To.Time()) {
		t.Errorf("%v, %v", d, err)
	}
}

func TestOldFitIsDegraded(t *testing.T) {
	s, _ := learnsFrom(t, 10)
	c := start(t, s)
	if _, err := c.GetDrift(background(t), &pb.GetDriftRequest{}); err != nil {
		t.Fatal(err)
	}
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{})
	if err != nil || !f.Degraded || !strings.Contains(f.DegradedReason, "run nearside forecast fit") {
		t.Errorf("%v %q, %v", f.GetDegraded(), f.GetDegradedReason(), err)
	}
}

func TestExplainForecast(t *testing.T) {
	s, known := learnsFrom(t, 3)
	c := start(t, s)
	e, err := c.ExplainForecast(background(t), &pb.ExplainForecastRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var weights float64
	for _, p := range e.Components {
		weights += p.Weight
	}
	heaviest := slices.IsSortedFunc(e.Components, func(a, b *pb.ForecastComponent) int { return int(math.Copysign(1, b.Weight-a.Weight)) })
	if e.Calls != int64(known.Len()) || e.Cell != nil || math.Abs(weights-1) > 1e-6 || !heaviest || len(e.Factors) < 20 {
		t.Errorf("%d calls, weights sum to %v, %v", e.Calls, weights, e)
	}
	hour := int32(30)
	e, err = c.ExplainForecast(background(t), &pb.ExplainForecastRequest{Place: &pb.ExplainForecastRequest_Cell{Cell: s.City.Grid.ID(4)}, Hour: &hour})
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{hour}})
	if err != nil {
		t.Fatal(err)
	}
	var rate, share float64
	for _, x := range e.Cell.Shares {
		rate, share = rate+x.Rate, share+x.Share
	}
	if math.Abs(e.Cell.Rate/float64(f.Rate[4])-1) > 1e-4 || math.Abs(rate/e.Cell.Rate-1) > 1e-4 || math.Abs(share-1) > 1e-6 || e.Cell.TimesMean <= 0 {
		t.Errorf("%v; the forecast is %v", e.Cell, f.Rate[4])
	}
	_, err = c.ExplainForecast(background(t), &pb.ExplainForecastRequest{Place: &pb.ExplainForecastRequest_Cell{Cell: "x"}})
	wantRefusal(t, err, codes.InvalidArgument, "cell", "a cell of London")
	_, err = c.ExplainForecast(background(t), &pb.ExplainForecastRequest{Place: &pb.ExplainForecastRequest_Location{Location: at(51.3, 0)}})
	wantRefusal(t, err, codes.InvalidArgument, "location", "outside London")
	week := int32(168)
	_, err = c.ExplainForecast(background(t), &pb.ExplainForecastRequest{Place: &pb.ExplainForecastRequest_Location{Location: at(51.51, -0.12)}, Hour: &week})
	wantRefusal(t, err, codes.InvalidArgument, "hour", "0 to 167")

	prior := start(t, smallSettings(t))
	code, out := prior.call(t, "GET", "/v1/forecast:explain?location.gridRef=TQ+30027+80380", "")
	if cell := out["cell"].(map[string]any); code != 200 || out["prior"] != true || math.Abs(cell["rate"].(float64)-0.01) > 1e-6 || math.Abs(cell["timesMean"].(float64)-1) > 1e-4 {
		t.Errorf("HTTP %d %v", code, out)
	}
}
