package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/planning"
)

// centresCommand asks a running service about the places that receive patients, and tells it what their
// staff say.
type centresCommand struct {
	Find centresFindCommand `cmd:"" help:"Find the nearest places that can take a patient: open on arrival, not diverted, with room as far as is known."`
	List centresListCommand `cmd:"" help:"List the places that receive patients, with what their staff have said."`
	Set  centresSetCommand  `cmd:"" help:"Set opening hours, room or diversion of a place, as its staff say."`
}

type centresFindCommand struct {
	client
	From     string   `arg:"" help:"Where the patient is: LAT,LON or a grid reference."`
	K        int32    `name:"k" default:"3" help:"How many places, 1 to 20."`
	Kind     []string `enum:"emergency-department,place-of-safety,crisis-assessment" help:"Only places of this kind; may be repeated." placeholder:"KIND"`
	Category string   `help:"Of the call, in the words of the rules of suitability, such as overdose: it decides which kinds are looked at." placeholder:"WORDS"`
	Driving  string   `default:"normal" enum:"normal,blue-light" help:"How the car drives: normal or blue-light."`
	Why      bool     `help:"List the places that were left out, with reasons."`
	Format   string   `default:"table" enum:"table,json" help:"table or json."`
}

type centresListCommand struct {
	client
	Format string `default:"table" enum:"table,json" help:"table or json."`
}

type centresSetCommand struct {
	client
	Place    string        `arg:"" help:"The place's name, as list shows it."`
	Hours    string        `help:"Opening hours, such as 8-20, or none." placeholder:"HOURS"`
	Days     string        `default:"mon-sun" help:"With --hours: days, such as mon-fri (${default})."`
	Room     *int32        `help:"How many patients at once." placeholder:"N"`
	Occupied *int32        `help:"How many patients now." placeholder:"N"`
	Divert   string        `help:"Takes nobody for now, and why; no personal data." xor:"divert" placeholder:"REASON"`
	For      time.Duration `help:"With --divert: how long, such as 2h. Without: until --reopen." placeholder:"DURATION"`
	Reopen   bool          `help:"Take a diversion back." xor:"divert"`
	Etag     string        `help:"Only if the place is still as it was with this etag." placeholder:"ETAG"`
	Request  string        `name:"request-id" help:"Id of this change: repeated with the same, it is made once. One is made up where it is left out." placeholder:"ID"`
	Format   string        `default:"table" enum:"table,json" help:"table or json."`
}

var placeKinds = map[string]pb.PlaceKind{
	"emergency-department": pb.PlaceKind_PLACE_KIND_EMERGENCY_DEPARTMENT,
	"place-of-safety":      pb.PlaceKind_PLACE_KIND_PLACE_OF_SAFETY,
	"crisis-assessment":    pb.PlaceKind_PLACE_KIND_CRISIS_ASSESSMENT,
}

func (c *centresFindCommand) Run() error {
	if c.K < 1 {
		return fmt.Errorf("--k %d: want 1 to 20", c.K)
	}
	from, err := parsePlace("from", c.From)
	if err != nil {
		return err
	}
	in := &pb.FindCentreRequest{Location: from, K: c.K, Driving: drivingNames[c.Driving], IncludeExcluded: c.Why, Category: c.Category}
	for _, k := range c.Kind {
		in.Kinds = append(in.Kinds, placeKinds[k])
	}
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := pb.NewCentreServiceClient(conn).FindCentre(ctx, in)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		return writeFound(os.Stdout, out)
	})
}

func (c *centresListCommand) Run() error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := pb.NewCentreServiceClient(conn).ListCentres(ctx, &pb.ListCentresRequest{})
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		return writeCentres(os.Stdout, out.GetCentres())
	})
}

func (c *centresSetCommand) Run() error {
	in, err := c.request(time.Now())
	if err != nil {
		return err
	}
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		out, err := pb.NewCentreServiceClient(conn).SetCentreState(ctx, in)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, out)
		}
		return writeCentres(os.Stdout, []*pb.Centre{out})
	})
}

func (c *centresSetCommand) request(now time.Time) (*pb.SetCentreStateRequest, error) {
	in := &pb.SetCentreStateRequest{Place: c.Place, Capacity: c.Room, Occupied: c.Occupied, DiversionReason: c.Divert, Etag: c.Etag, RequestId: c.Request}
	if in.RequestId == "" {
		in.RequestId = rand.Text()
	}
	if c.Hours != "" {
		in.Opening = &pb.OpeningHours{}
		if c.Hours != "none" {
			hours, err := planning.ParseHours(c.Hours, c.Days)
			if err != nil {
				return nil, err
			}
			for _, h := range hours {
				in.Opening.Hours = append(in.Opening.Hours, int32(h))
			}
		}
	}
	if c.Divert != "" || c.Reopen {
		diverted := c.Divert != ""
		in.Diverted = &diverted
	}
	switch {
	case c.For < 0 || c.For != 0 && c.Divert == "":
		return nil, fmt.Errorf("--for %v: goes with --divert, and is above 0", c.For)
	case c.For > 0:
		in.DivertUntilTime = timestamppb.New(now.Add(c.For))
	case in.Opening == nil && c.Room == nil && c.Occupied == nil && in.Diverted == nil:
		return nil, errors.New("what is set? give --hours, --room, --occupied, --divert or --reopen")
	}
	return in, nil
}

// writeFound prints where a patient can be taken.
func writeFound(w io.Writer, out *pb.FindCentreResponse) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(t, format, args...) } // Flush tells a failure
	p("place\tkind\tby road\tarrival\twhat is known\n")
	for _, c := range out.GetCentres() {
		p("%s\t%s\t%s\t%s\t%s\n", c.GetCentre().GetPlace().GetName(), kindWords(c.GetCentre().GetPlace()), clock(c.GetTravelTime().AsDuration().Seconds()),
			c.GetArriveTime().AsTime().Local().Format("15:04"), strings.Join(c.GetReasons(), "; "))
	}
	if len(out.GetCentres()) == 0 {
		p("no place can take the patient\n")
	}
	for _, e := range out.GetExclusions() {
		p("%s\tleft out: %s\n", e.GetPlace(), e.GetReason())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s%s\n", madeOf(out.GetBasis()), cautions(out.GetBasis()))
	return err
}

// writeCentres prints what is known of places.
func writeCentres(w io.Writer, list []*pb.Centre) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(t, "place\tkind\topen now\troom\tdiverted\tstaff said\tetag\n") // Flush tells a failure
	for _, c := range list {
		open := "not known"
		if c.GetOpening() != nil {
			open = either(c.GetOpen(), "yes", "no")
		}
		said := "never"
		if c.GetStateTime() != nil {
			said = c.GetStateTime().AsTime().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.GetPlace().GetName(), kindWords(c.GetPlace()), open, roomWords(c), divertedWords(c), said, c.GetEtag())
	}
	return t.Flush()
}

func kindWords(p *pb.Place) string {
	kind := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(p.GetKind().String(), "PLACE_KIND_"), "_", " "))
	return kind + when(!p.GetVerified(), " (not verified)")
}

func roomWords(c *pb.Centre) string {
	switch {
	case c.Capacity == nil:
		return "not known"
	case c.Occupied == nil:
		return fmt.Sprintf("? of %d", c.GetCapacity())
	default:
		return fmt.Sprintf("%d of %d", c.GetCapacity()-c.GetOccupied(), c.GetCapacity())
	}
}

func divertedWords(c *pb.Centre) string {
	if !c.GetDiverted() {
		return "no"
	}
	return c.GetDiversionReason() + when(c.GetDivertUntilTime() != nil, ", until "+c.GetDivertUntilTime().AsTime().Format(time.RFC3339))
}
