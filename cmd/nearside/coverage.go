package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// coverageCommand asks a running service what the free cars cover now.
type coverageCommand struct {
	client
	Within  time.Duration `default:"15m" help:"Response time that counts as covered, mobilisation included, 1m to 2h (${default})."`
	Driving string        `default:"normal" enum:"normal,blue-light" help:"How cars drive: normal or blue-light."`
	Format  string        `default:"table" enum:"table,json" help:"table or json."`
}

func (c *coverageCommand) Run() error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := pb.NewRecommendationServiceClient(conn).ListCoverage(ctx, &pb.ListCoverageRequest{Within: durationpb.New(c.Within), Driving: drivingNames[c.Driving]})
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		city, err := pb.NewPlanningServiceClient(conn).GetCity(ctx, &pb.GetCityRequest{})
		if err != nil {
			return err
		}
		return writeCoverage(os.Stdout, out, city)
	})
}

// writeCoverage prints coverage as a table for people: boroughs by name, then all of them, then what each
// car adds, most first.
func writeCoverage(w io.Writer, out *pb.ListCoverageResponse, city *pb.City) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) }
	row := func(name string, b *pb.LiveCoverage) {
		minutes := "no free car"
		if b.GetMeanMinutes() > 0 {
			minutes = fmt.Sprintf("%.1f", b.GetMeanMinutes())
		}
		p("%s\t%.2f\t%.0f %%\t%.0f %%\t%s\t%d\n", name, b.GetCallsPerHour(), 100*b.GetCovered(), 100*b.GetExpectedCovered(), minutes, b.GetFreeCars())
	}
	p("borough\tcalls/h\tcovered\tcounting busy\tmean minutes\tfree cars\n")
	name := func(b *pb.LiveCoverage) string { return city.GetBoroughs()[b.GetBorough()].GetName() }
	boroughs := slices.SortedFunc(slices.Values(out.GetBoroughs()), func(a, b *pb.LiveCoverage) int { return strings.Compare(name(a), name(b)) })
	for _, b := range boroughs {
		row(name(b), b)
	}
	row("all", out.GetAll())
	p("\t\t\t\t\t\ncar\tcalls/h that only it covers\n")
	cars := slices.SortedStableFunc(slices.Values(out.GetCars()), func(a, b *pb.CarCoverage) int {
		switch {
		case a.GetAdds() > b.GetAdds():
			return -1
		case a.GetAdds() < b.GetAdds():
			return 1
		}
		return strings.Compare(a.GetCar(), b.GetCar())
	})
	for _, c := range cars {
		p("%s\t%.2f\n", c.GetCar(), c.GetAdds())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return writeNotes(w, out.GetNotes(), out.GetBasis())
}

// writeNotes prints what figures rest on.
func writeNotes(w io.Writer, notes []string, b *pb.Basis) error {
	for _, n := range notes {
		if _, err := fmt.Fprintln(w, n); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%s%s\n", madeOf(b), cautions(b))
	return err
}
