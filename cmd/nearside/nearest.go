package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// nearestCommand asks a running service which cars can reach a place first.
type nearestCommand struct {
	client
	Lat     *float64 `help:"Latitude, degrees." xor:"place" and:"point"`
	Lon     *float64 `help:"Longitude, degrees." and:"point"`
	GridRef string   `help:"British National Grid reference instead, such as \"TQ 30027 80380\"." xor:"place" placeholder:"REF"`
	K       int32    `name:"k" default:"5" help:"How many cars, 1 to 100."`
	Skill   []string `enum:"paramedic,nurse,specialist" help:"Skill that is needed: paramedic, nurse or specialist; may be repeated." placeholder:"SKILL"`
	Sector  []string `enum:"NCL,NEL,NWL,SEL,SWL" help:"Only cars that stand in this sector; may be repeated." placeholder:"SECTOR"`
	Driving string   `default:"normal" enum:"normal,blue-light" help:"How cars drive: normal or blue-light."`
	Why     bool     `help:"List the cars that were left out, with reasons."`
	Reasons bool     `help:"Say of each car why it stands where it does, and what is assumed."`
	nearestMore
	Format string `default:"table" enum:"table,json" help:"table or json."`
}

var skillNames = map[string]pb.Skill{
	"paramedic":  pb.Skill_SKILL_PARAMEDIC,
	"nurse":      pb.Skill_SKILL_MENTAL_HEALTH_NURSE,
	"specialist": pb.Skill_SKILL_SPECIALIST_MENTAL_HEALTH_PARAMEDIC,
}

var drivingNames = map[string]pb.Driving{"normal": pb.Driving_DRIVING_NORMAL, "blue-light": pb.Driving_DRIVING_BLUE_LIGHT}

func (c *nearestCommand) Run() error {
	in, err := c.request()
	if err != nil {
		return err
	}
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := pb.NewDispatchServiceClient(conn).FindNearestCars(ctx, in)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		return writeNearest(os.Stdout, out, c.Reasons)
	})
}

func (c *nearestCommand) request() (*pb.FindNearestCarsRequest, error) {
	if c.K < 1 { // 0 means the default to the service; who writes it means no car at all
		return nil, fmt.Errorf("--k %d: want 1 to 100", c.K)
	}
	in := &pb.FindNearestCarsRequest{
		IncludeBusy: c.Busy, IncludeCoverage: c.Coverage, Category: c.Category, Channel: c.Channel, Incident: incidentName(c.Incident),
		K: c.K, Driving: drivingNames[c.Driving], IncludeExcluded: c.Why, Sectors: c.Sector, Location: &pb.Location{},
	}
	if c.Ahead != 0 {
		in.AsOf = timestamppb.New(time.Now().Add(c.Ahead))
	}
	switch {
	case c.GridRef != "":
		in.Location.Kind = &pb.Location_GridRef{GridRef: c.GridRef}
	case c.Lat != nil && c.Lon != nil:
		in.Location.Kind = &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: *c.Lat, Longitude: *c.Lon}}
	default:
		return nil, errors.New("where? give --lat and --lon, or --grid-ref")
	}
	for _, name := range c.Skill {
		in.Skills = append(in.Skills, skillNames[name])
	}
	return in, nil
}

// madeOf names the network and the speeds behind an answer.
func madeOf(b *pb.Basis) string {
	return fmt.Sprintf("%s, %s%s", b.GetNetwork(), b.GetPeriod(),
		when(b.GetRoadChanges() > 0, ", respects "+countOf(int(b.GetRoadChanges()), "road change")))
}

// cautions says what to know before relying on an answer.
func cautions(b *pb.Basis) string {
	return when(b.GetDemo(), "; DEMO: simulated cars") + when(b.GetDegraded(), "; degraded: "+b.GetDegradedReason())
}

// whereIs says which borough a call is in; calls close to London are answered too.
func whereIs(borough string) string {
	if borough == "" {
		return "outside London"
	}
	return "in " + borough
}

// skillList prints skills as the --skill flag spells them.
func skillList(skills []pb.Skill) string {
	var names []string
	for name, skill := range skillNames {
		if slices.Contains(skills, skill) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func when(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}
