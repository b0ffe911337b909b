package server

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func TestForecastOfAScenario(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	n := float64(s.City.Grid.Len())
	middle := s.City.Grid.Centre(5)
	here := at(middle.Lat(), middle.Lon())
	one := func(m *pb.Modification) *pb.Scenario { return &pb.Scenario{Modifications: []*pb.Modification{m}} }
	growth := func(g *pb.Growth) *pb.Scenario {
		return one(&pb.Modification{Kind: &pb.Modification_Growth{Growth: g}})
	}
	event := func(source string, e *pb.Event) *pb.Scenario {
		return one(&pb.Modification{Source: source, Kind: &pb.Modification_Event{Event: e}})
	}
	away := &pb.Modification{Kind: &pb.Modification_ChannelShift{ChannelShift: &pb.ChannelShift{From: "police", Share: 0.5}}}
	for name, want := range map[string]struct {
		scenario *pb.Scenario
		period   *pb.Period
		total    float64 // calls in the hour
		note     string
	}{
		"growth": {growth(&pb.Growth{PerYear: 0.1, Years: 2}), nil, 0.01 * n * 1.21, "+10 % a year"},
		"event on a date": {event("the council", &pb.Event{Location: here, RadiusMetres: 500, StartTime: timestamppb.New(noon), Hours: 4, Calls: 8}),
			&pb.Period{Hours: 1}, 0.01*n + 2, "published: the council"},
		"event each week": {event("", &pb.Event{Location: here, RadiusMetres: 500, StartHour: 107, Hours: 2, Calls: 8}), nil, 0.01*n + 4, "8 extra calls"},
		"new homes": {one(&pb.Modification{Kind: &pb.Modification_NewPopulation{NewPopulation: &pb.NewPopulation{
			Location: here, People: 87_660, CallsPerThousandYear: 100}}}), nil, 0.01*n + 1, "87660 more people"},
		"a channel that comes no more": {&pb.Scenario{
			Kinds:         []*pb.KindShare{{Channel: "police", Share: 0.4}, {Channel: "999", Share: 0.6}},
			Modifications: []*pb.Modification{away},
		}, nil, 0.01 * n * 0.8, "come no more"},
	} {
		f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Period: want.period, Scenario: want.scenario})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if math.Abs(f.Total/want.total-1) > 0.001 || !f.Modified || !strings.Contains(strings.Join(f.Notes, "\n"), want.note) {
			t.Errorf("%s: %v calls, want %v; modified %v; %q", name, f.Total, want.total, f.Modified, f.Notes)
		}
	}
	for want, r := range map[string]struct {
		scenario *pb.Scenario
		field    string
	}{
		"want growth, channel_shift":   {one(&pb.Modification{}), "scenario.modifications[0]"},
		"-0.5 to 1":                    {growth(&pb.Growth{PerYear: 3}), "scenario"},
		"location: missing":            {event("", &pb.Event{}), "scenario.modifications[0].event.location"},
		"kinds of calls are not known": {one(away), "scenario"},
		"want at most 50":              {&pb.Scenario{Modifications: make([]*pb.Modification, 51)}, "scenario.modifications"},
	} {
		_, err := c.GetForecast(background(t), &pb.GetForecastRequest{Scenario: r.scenario})
		wantRefusal(t, err, codes.InvalidArgument, r.field, want)
	}
	code, out := c.call(t, "POST", "/v1/forecast:query", `{"hours":[3],"scenario":{"modifications":[{"growth":{"perYear":0.1,"years":1}}]}}`)
	if code != 200 || math.Abs(out["total"].(float64)/(0.011*n)-1) > 1e-4 || out["modified"] != true {
		t.Errorf("HTTP %d, total %v", code, out["total"])
	}
}

func TestSuitableCalls(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	week := 168 * 0.01 * float64(s.City.Grid.Len())
	out, err := c.GetSuitability(background(t), &pb.GetSuitabilityRequest{})
	if err != nil {
		t.Fatal(err)
	}
	rules := s.City.Suitability
	last := out.Rules[len(out.Rules)-1]
	share := rules.Otherwise.Share * rules.FaceToFace.Attended
	if len(out.Rules) != len(rules.Rules)+1 || last.Source == "" || math.Abs(last.CallsPerWeek/week-1) > 1e-4 || math.Abs(out.Share-share) > 1e-9 ||
		math.Abs(out.SuitableCallsPerWeek/(week*share)-1) > 1e-4 || out.ChangedShare != nil || out.UnnamedCallsPerWeek != out.TotalCallsPerWeek {
		t.Errorf("%v", out)
	}
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{3}, Suitable: true})
	if err != nil || math.Abs(f.Total/(week/168*share)-1) > 1e-4 || !f.Suitable {
		t.Errorf("%v suitable calls an hour, want %v; %v", f.GetTotal(), week/168*share, err)
	}
	code, text := c.call(t, "POST", "/v1/suitability:compare", `{"changes":[{"rule":"`+last.Name+`","share":0.1}]}`)
	if code != 200 || math.Abs(text["changedShare"].(float64)-0.1*rules.FaceToFace.Attended) > 1e-9 {
		t.Errorf("HTTP %d %v", code, text)
	}
	_, err = c.GetSuitability(background(t), &pb.GetSuitabilityRequest{Changes: []*pb.RuleShare{{Rule: last.Name, Share: 1.1}}})
	wantRefusal(t, err, codes.InvalidArgument, "changes[0].share", "0 to 1")
	_, err = c.GetSuitability(background(t), &pb.GetSuitabilityRequest{Changes: []*pb.RuleShare{{Rule: "none", Share: 1}}})
	wantRefusal(t, err, codes.InvalidArgument, "changes[0].rule", "GetSuitability")
	op, err := c.CreatePlan(background(t), &pb.CreatePlanRequest{Cars: 2, Hours: []int32{12}, Suitable: true})
	if err != nil {
		t.Fatal(err)
	}
	if plan, _ := c.await(t, op); math.Abs(plan.All.CallsPerHour/(week/168*share)-1) > 1e-3 {
		t.Errorf("planned for %v calls an hour, want %v", plan.All.CallsPerHour, week/168*share)
	}
}
