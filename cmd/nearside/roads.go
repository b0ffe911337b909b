package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// roadsCommand tells a running service what is the matter with the roads.
type roadsCommand struct {
	Close  roadsCloseCommand  `cmd:"" help:"Close roads until they are reopened or the closure expires."`
	Speed  roadsSpeedCommand  `cmd:"" help:"Set how fast cars drive on roads, likewise."`
	Reopen roadsReopenCommand `cmd:"" help:"Take a closure or a speed back."`
	List   roadsListCommand   `cmd:"" help:"List the closures and speeds in force."`
}

// roadsPlace are the flags that say which roads are meant, and until when.
type roadsPlace struct {
	client
	At      string        `help:"The road nearest to LAT,LON or a grid reference, up to 100 m away." xor:"where" placeholder:"PLACE"`
	Heading *float64      `help:"With --at: only its direction nearest to these degrees clockwise from north." placeholder:"DEGREES"`
	Area    string        `help:"Every road that touches the polygon in a GeoJSON file." xor:"where" placeholder:"FILE"`
	Edges   []uint32      `help:"Edges by number, as route --format json gives them." xor:"where" placeholder:"N"`
	Network string        `help:"With --edges: the network_sha256 that came with the numbers." placeholder:"SHA256"`
	For     time.Duration `help:"How long, such as 2h30m. Without --for or --until: until reopened." xor:"end" placeholder:"DURATION"`
	Until   string        `help:"Until when, such as 2026-12-24T18:00:00Z." xor:"end" placeholder:"TIME"`
	Note    string        `help:"Why, at most 200 characters; no personal data."`
	Format  string        `default:"text" enum:"text,json" help:"text or json."`
}

type roadsCloseCommand struct{ roadsPlace }

type roadsSpeedCommand struct {
	roadsPlace
	KmH float64 `name:"km-h" required:"" help:"Speed in km/h, 1 to 200."`
}

type roadsReopenCommand struct {
	client
	Name string `arg:"" help:"The change, as close, speed or list name it: roadChanges/…"`
}

type roadsListCommand struct {
	client
	Format string `default:"table" enum:"table,json" help:"table or json, with the shapes of the roads."`
}

func (c *roadsCloseCommand) Run() error {
	in := &pb.CloseRoadRequest{Note: c.Note}
	end, err := c.end()
	if err != nil {
		return err
	}
	if end != nil {
		in.Expiration = &pb.CloseRoadRequest_ExpireTime{ExpireTime: end}
	} else if c.For != 0 {
		in.Expiration = &pb.CloseRoadRequest_Ttl{Ttl: durationpb.New(c.For)}
	}
	if in.Where, err = c.where(); err != nil {
		return err
	}
	return c.change(func(ctx context.Context, s pb.RoadServiceClient) (*pb.RoadChange, error) { return s.CloseRoad(ctx, in) })
}

func (c *roadsSpeedCommand) Run() error {
	in := &pb.SetSpeedRequest{Note: c.Note, SpeedKmh: c.KmH}
	end, err := c.end()
	if err != nil {
		return err
	}
	if end != nil {
		in.Expiration = &pb.SetSpeedRequest_ExpireTime{ExpireTime: end}
	} else if c.For != 0 {
		in.Expiration = &pb.SetSpeedRequest_Ttl{Ttl: durationpb.New(c.For)}
	}
	if in.Where, err = c.where(); err != nil {
		return err
	}
	return c.change(func(ctx context.Context, s pb.RoadServiceClient) (*pb.RoadChange, error) { return s.SetSpeed(ctx, in) })
}

func (c *roadsPlace) end() (*timestamppb.Timestamp, error) {
	if c.Until == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339, c.Until)
	if err != nil {
		return nil, fmt.Errorf("--until %s: want a time with its zone, such as 2026-12-24T18:00:00Z", c.Until)
	}
	return timestamppb.New(t), nil
}

func (c *roadsPlace) where() (*pb.RoadPlace, error) {
	switch {
	case c.At != "":
		at, err := parsePlace("--at", c.At)
		return &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: at, Heading: c.Heading}}}, err
	case c.Heading != nil:
		return nil, errors.New("--heading: goes with --at")
	case c.Area != "":
		area, err := readArea(c.Area)
		return &pb.RoadPlace{Kind: &pb.RoadPlace_Area{Area: area}}, err
	case len(c.Edges) > 0 && c.Network == "":
		return nil, errors.New("--edges: the numbers are of one network: give its hash too, --network SHA256")
	case len(c.Edges) > 0:
		return &pb.RoadPlace{Kind: &pb.RoadPlace_Edges{Edges: &pb.RoadEdges{Edges: c.Edges, NetworkSha256: c.Network}}}, nil
	default:
		return nil, errors.New("which roads? give --at, --area or --edges")
	}
}

// change puts a change in force and prints it.
func (c *roadsPlace) change(call func(context.Context, pb.RoadServiceClient) (*pb.RoadChange, error)) error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := call(ctx, pb.NewRoadServiceClient(conn))
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		return writeChange(os.Stdout, out)
	})
}

func (c *roadsReopenCommand) Run() error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := pb.NewRoadServiceClient(conn).ReopenRoad(ctx, &pb.ReopenRoadRequest{Name: c.Name})
		if err != nil {
			return err
		}
		_, err = fmt.Printf("%s taken back: %s\n", out.GetChange().GetName(), whatChanged(out.GetChange()))
		return err
	})
}

func (c *roadsListCommand) Run() error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		in := &pb.ListRoadChangesRequest{PageSize: 1000, IncludeLines: c.Format == "json"}
		out, err := pb.NewRoadServiceClient(conn).ListRoadChanges(ctx, in)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		return writeChanges(os.Stdout, out)
	})
}

// writeChange says for people what a change does.
func writeChange(w io.Writer, c *pb.RoadChange) error {
	far := ""
	if c.GetWhere().GetAt() != nil {
		far = fmt.Sprintf(", %.0f m from the place", c.GetMetres())
	}
	_, err := fmt.Fprintf(w, "%s: %s, %s%s%s\n%s; %s\n", c.GetName(), whatChanged(c), directions(c.GetEdges()), far,
		when(len(c.GetStreets()) > 0, ": "+strings.Join(c.GetStreets(), ", ")), untilWhen(c),
		either(c.GetKept(), "kept over a restart of the service", "forgotten when the service stops: it has no data directory"))
	return err
}

func writeChanges(w io.Writer, out *pb.ListRoadChangesResponse) error {
	if len(out.GetChanges()) == 0 {
		_, err := fmt.Fprintln(w, "no road is closed or slowed")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(t, "change\twhat\ttouches\tend\tstreets\tnote\n") // Flush tells a failure
	for _, c := range out.GetChanges() {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", c.GetName(), whatChanged(c), directions(c.GetEdges()), untilWhen(c),
			strings.Join(c.GetStreets(), ", "), c.GetNote())
	}
	return t.Flush()
}

func whatChanged(c *pb.RoadChange) string {
	if c.GetKind() == pb.RoadChangeKind_ROAD_CHANGE_KIND_SPEED {
		return strconv.FormatFloat(c.GetSpeedKmh(), 'g', -1, 64) + " km/h"
	}
	return "closed"
}

// directions counts as the service does: a street between two junctions has two directions, or one.
func directions(n int32) string { return countOf(int(n), "direction") + " of roads" }

func untilWhen(c *pb.RoadChange) string {
	if c.GetExpireTime() == nil {
		return "until reopened"
	}
	return "until " + c.GetExpireTime().AsTime().Format(time.RFC3339)
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
