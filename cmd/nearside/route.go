package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"google.golang.org/grpc"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// routeCommand asks a running service for the fastest way from one place to another.
type routeCommand struct {
	client
	From    string `required:"" help:"Where from: LAT,LON or a grid reference such as \"TQ 30027 80380\"." placeholder:"PLACE"`
	To      string `required:"" help:"Where to, likewise." placeholder:"PLACE"`
	Driving string `default:"normal" enum:"normal,blue-light" help:"How the car drives: normal or blue-light."`
	Format  string `default:"table" enum:"table,json,geojson" help:"table, json or geojson."`
}

func (c *routeCommand) Run() error {
	from, err := parsePlace("--from", c.From)
	if err != nil {
		return err
	}
	to, err := parsePlace("--to", c.To)
	if err != nil {
		return err
	}
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		in := &pb.FindRouteRequest{From: from, To: to, Driving: drivingNames[c.Driving]}
		out, err := pb.NewRoadServiceClient(conn).FindRoute(ctx, in)
		if err != nil {
			return err
		}
		switch c.Format {
		case "json":
			return writeJSON(os.Stdout, out)
		case "geojson":
			return writeRouteGeoJSON(os.Stdout, out)
		default:
			return writeRoute(os.Stdout, out)
		}
	})
}

// writeRoute prints a way as a table for people: a line for each street.
func writeRoute(w io.Writer, out *pb.FindRouteResponse) error {
	b := out.GetBasis()
	if out.GetTravelTime() == nil {
		_, err := fmt.Fprintf(w, "no road; %.1f km as the crow flies\n%s%s\n", out.GetStraightLineMetres()/1000, madeOf(b), cautions(b))
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, s := range out.GetStreets() {
		name := s.GetName()
		if name == "" {
			name = "(no name)"
		}
		_, _ = fmt.Fprintf(t, "%.0f m\t  %s\n", s.GetMetres(), name) // Flush tells a failure
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s by road, %.1f km (%.1f km as the crow flies); %s%s%s\n", clock(out.GetTravelTime().AsDuration().Seconds()),
		out.GetMetres()/1000, out.GetStraightLineMetres()/1000, madeOf(b), when(b.GetModelled(), "; modelled"), cautions(b))
	return err
}

// writeRouteGeoJSON prints a way as a collection of one line, for maps.
func writeRouteGeoJSON(w io.Writer, out *pb.FindRouteResponse) error {
	line := make(orb.LineString, len(out.GetPoints()))
	for i, p := range out.GetPoints() {
		line[i] = orb.Point{p.GetLongitude(), p.GetLatitude()}
	}
	f := geojson.NewFeature(line)
	b := out.GetBasis()
	f.Properties = geojson.Properties{
		"metres": out.GetMetres(), "straight_line_metres": out.GetStraightLineMetres(), "network": b.GetNetwork(), "period": b.GetPeriod(),
		"road_changes": b.GetRoadChanges(), "modelled": b.GetModelled(), "degraded": b.GetDegraded(),
	}
	if b.GetDegraded() {
		f.Properties["degraded_reason"] = b.GetDegradedReason()
	} else {
		f.Properties["seconds"] = out.GetTravelTime().AsDuration().Seconds()
	}
	text, err := json.MarshalIndent(geojson.NewFeatureCollection().Append(f), "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}
