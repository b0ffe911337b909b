package server

import (
	"context"
	"fmt"
	"strings"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/paulmach/orb"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/planning"
)

// CreatePlan queues a plan and returns its operation.
func (s *planningService) CreatePlan(_ context.Context, r *pb.CreatePlanRequest) (*longrunningpb.Operation, error) {
	scenario, err := s.scenarioOf(r)
	if err != nil {
		return nil, err
	}
	j, err := s.plans.start(scenario)
	if err != nil {
		return nil, err
	}
	return j.operation()
}

// GetPlan returns a finished plan.
func (s *planningService) GetPlan(_ context.Context, r *pb.GetPlanRequest) (*pb.Plan, error) {
	plan, text, err := s.plans.get("name", r.GetName())
	if err != nil || !r.GetIncludeDocument() {
		return plan, err
	}
	whole := proto.CloneOf(plan)
	whole.DocumentJson = string(text)
	return whole, nil
}

// scenarioOf refuses what a plan would fail by, so that no operation has to wait its turn to say so.
func (s *Server) scenarioOf(r *pb.CreatePlanRequest) (planning.Scenario, error) {
	if text := r.GetScenario(); text != "" {
		return s.scenarioFile(r, text)
	}
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return planning.Scenario{}, err
	}
	out := planning.Scenario{
		Cars: int(r.GetCars()), Centres: int(r.GetCentres()), Objective: planning.Objective(r.GetObjective()),
		Busy: r.Busy, Driving: driving, Fixed: r.GetFixedCells(), Forbidden: r.GetForbiddenCells(),
	}
	if r.GetSuitable() {
		out.Calls = planning.SuitableCalls
	}
	for i, h := range r.GetHours() {
		if err := inRange(fmt.Sprintf("hours[%d]", i), h, 0, demand.HoursPerWeek-1); err != nil {
			return out, err
		}
		out.Hours = append(out.Hours, demand.HourOfWeek(h))
	}
	if limit := r.GetTimeLimit(); limit != nil {
		if err := limit.CheckValid(); err != nil {
			return out, invalid("time_limit", "%v", err)
		}
		out.TimeLimit = limit.AsDuration()
	}
	if err := out.Check(s.City); err != nil {
		return out, scenarioRefusal(err)
	}
	return out, nil
}

// scenarioFile reads a scenario that is given as the text of a file, and then alone.
func (s *Server) scenarioFile(r *pb.CreatePlanRequest, text string) (planning.Scenario, error) {
	if !proto.Equal(r, &pb.CreatePlanRequest{Scenario: text}) {
		return planning.Scenario{}, invalid("scenario", "given beside other fields: want it alone, or the fields without it")
	}
	out, err := planning.ReadScenario([]byte(text), "scenario")
	if err == nil {
		err = out.Check(s.City)
	}
	if err != nil {
		return out, fileRefusal(err)
	}
	return out, nil
}

// stopped is the status of a plan's leg whose search was ended early.
const stopped = string(optimiser.Stopped)

// planProto says a plan document in the contract's words, without the document itself.
func (s *Server) planProto(name string, d *planning.Document) *pb.Plan {
	p := &pb.Plan{
		Name: name, Objective: string(d.Objective), ValueSeconds: inSeconds(d.Unit, d.Value), BoundSeconds: inSeconds(d.Unit, d.Bound),
		Value: d.Value, Bound: d.Bound, Unit: string(d.Unit), HigherIsBetter: d.Unit.Higher(), ObjectiveInWords: d.ObjectiveInWords,
		Gap: d.Gap, GapInWords: d.GapInWords, InputsSha256: d.InputsSHA256, Demand: d.Demand.Source,
		Cars: sitesProto(d.Cars), Centres: sitesProto(d.Centres), All: s.areaProto(&d.All),
		Basis: &pb.Basis{
			Network: d.Network.Name, Period: strings.Join(d.Network.Periods, "; "), Driving: drivingProto(d.Scenario.Driving),
			Modelled: d.Network.ModelledShare > 0, Demo: s.Demo,
		},
		Hours: make([]int32, len(d.Scenario.Hours)), HoursInWords: d.HoursInWords,
		Stopped: d.Response.Status == stopped || d.Conveyance != nil && d.Conveyance.Status == stopped,
	}
	for i, h := range d.Scenario.Hours {
		p.Hours[i] = int32(h)
	}
	for i := range d.ByBorough {
		p.Boroughs = append(p.Boroughs, s.areaProto(&d.ByBorough[i]))
	}
	for i := range d.Comparisons {
		c := &d.Comparisons[i]
		p.Comparisons = append(p.Comparisons, &pb.Comparison{
			Name: c.Name, Note: c.Note, ValueSeconds: inSeconds(c.Unit, c.Value), Value: c.Value, Unit: string(c.Unit), Cars: sitesProto(c.Cars), All: s.areaProto(&c.All),
		})
	}
	return p
}

// inSeconds returns a value of a unit of time, and 0 for one of another.
func inSeconds(unit planning.Unit, value float64) float64 {
	if unit == planning.SecondsACall || unit == planning.SecondsWorst {
		return value
	}
	return 0
}

func sitesProto(sites []planning.Site) []*pb.PlannedSite {
	list := make([]*pb.PlannedSite, len(sites))
	for i, c := range sites {
		list[i] = &pb.PlannedSite{
			Cell: c.Cell, Position: latLngProto(orb.Point{c.Lon, c.Lat}), GridRef: c.GridRef, Borough: c.Borough, Place: c.Place, Group: c.Group,
		}
	}
	return list
}

func (s *Server) areaProto(a *planning.Area) *pb.BoroughCoverage {
	out := &pb.BoroughCoverage{
		MeanMinutes: a.MeanSeconds / 60, P90Minutes: a.P90Seconds / 60, Within_15: a.Within15, CallsPerHour: a.CallsPerHour,
	}
	for i := range s.City.Boroughs {
		if s.City.Boroughs[i].Code == a.Code {
			out.Borough = int32(i)
		}
	}
	return out
}
