package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// carsCommand shows the cars of a running service, and records what is decided about them.
type carsCommand struct {
	List     carsListCommand     `cmd:"" help:"List the cars as they are now."`
	Register carsRegisterCommand `cmd:"" help:"Put the cars of a file on the books (docs/format/fleet.md)."`
	Assign   carsAssignCommand   `cmd:"" help:"Record that a car was given a call."`
	Status   carsStatusCommand   `cmd:"" help:"Record what a car does now."`
	Release  carsReleaseCommand  `cmd:"" help:"Record that a car was taken off its call before it ended."`
	Watch    carsWatchCommand    `cmd:"" help:"Print the cars, and then what changes, until interrupted."`
}

type carsListCommand struct {
	client
	Format string `default:"table" enum:"table,json" help:"table or json."`
}

// oneCar are the flags of a change of one car.
type oneCar struct {
	client
	Car    string `arg:"" help:"The car, such as JRC-1."`
	Etag   string `help:"Only if the car is still as it was with this etag (default: as it is now)." placeholder:"ETAG"`
	Reason string `help:"Why, at most 200 characters; no personal data."`
	Format string `default:"text" enum:"text,json" help:"text or json."`
}

type carsAssignCommand struct {
	oneCar
	Incident string `required:"" help:"The call, by an id that says nothing of a person." placeholder:"ID"`
	Advice   string `help:"The advice that this follows or overrides, as nearest --incident names it." placeholder:"NAME"`
}

type carsStatusCommand struct {
	oneCar
	Status      string `arg:"" help:"What it does now, such as en-route or on-scene."`
	Destination string `help:"Where it takes the patient: the place's name."`
}

type carsReleaseCommand struct{ oneCar }

func (c *carsListCommand) Run() error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		all := &pb.ListCarsResponse{}
		for next := ""; ; {
			page, err := pb.NewDispatchServiceClient(conn).ListCars(ctx, &pb.ListCarsRequest{PageToken: next})
			if err != nil {
				return err
			}
			all.Cars, all.AsOf, all.Demo = append(all.Cars, page.GetCars()...), page.GetAsOf(), page.GetDemo()
			if next = page.GetNextPageToken(); next == "" {
				break
			}
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, all)
		}
		return writeCars(os.Stdout, all)
	})
}

// writeCars prints cars as a table for people.
func writeCars(w io.Writer, all *pb.ListCarsResponse) error {
	if len(all.GetCars()) == 0 {
		_, err := fmt.Fprintln(w, "no car is known: none is registered, and none has reported its position")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprint(t, "car\tstatus\tcall\tbase\tsector\tskills\tposition\tshift ends\tetag\n") // Flush tells a failure
	for _, c := range all.GetCars() {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.GetName(), doing(c, all.GetAsOf().AsTime()), c.GetIncident(), c.GetBase(), c.GetHomeSector(),
			skillList(c.GetSkills()), standing(c), shiftEnd(c), cmp.Or(c.GetEtag(), "no record"))
	}
	if err := t.Flush(); err != nil || !all.GetDemo() {
		return err
	}
	_, err := fmt.Fprintln(w, "DEMO: simulated cars")
	return err
}

// doing says what a car does, and since when.
func doing(c *pb.Car, now time.Time) string {
	since := ""
	if c.GetStatusTime() != nil {
		since = fmt.Sprintf(" for %s", now.Sub(c.GetStatusTime().AsTime()).Round(time.Second))
	}
	return statusWord(c.GetStatus()) + since
}

// standing says where a car is, and how sure that is.
func standing(c *pb.Car) string {
	if c.GetPosition() == nil {
		return "not reported"
	}
	return fmt.Sprintf("%s, %s old%s", cmp.Or(c.GetBorough(), "outside London"), c.GetPositionAge().AsDuration().Round(time.Second), when(c.GetStale(), ": stale"))
}

func shiftEnd(c *pb.Car) string {
	if c.GetShiftEnd() == nil {
		return ""
	}
	return c.GetShiftEnd().AsTime().Format(time.RFC3339)
}

// statusWord is a status as the status command takes it.
func statusWord(s pb.CarStatus) string {
	return strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(s.String(), "CAR_STATUS_"), "_", "-"))
}

// statusNames are the statuses by their words.
var statusNames = func() map[string]pb.CarStatus {
	names := map[string]pb.CarStatus{}
	for n := range pb.CarStatus_name {
		if s := pb.CarStatus(n); s != pb.CarStatus_CAR_STATUS_UNSPECIFIED {
			names[statusWord(s)] = s
		}
	}
	return names
}()

func (c *carsAssignCommand) Run() error {
	return c.change(func(ctx context.Context, s pb.FleetServiceClient, etag, id string) (*pb.Car, error) {
		return s.AssignCar(ctx, &pb.AssignCarRequest{
			Name: c.name(), Incident: incidentName(c.Incident), Etag: etag, RequestId: id, Advice: c.Advice, Reason: c.Reason,
		})
	})
}

func (c *carsStatusCommand) Run() error {
	now, ok := statusNames[c.Status]
	if !ok {
		return fmt.Errorf("status %q: want one of %s", c.Status, strings.Join(slices.Sorted(maps.Keys(statusNames)), ", "))
	}
	return c.change(func(ctx context.Context, s pb.FleetServiceClient, etag, id string) (*pb.Car, error) {
		return s.UpdateCarStatus(ctx, &pb.UpdateCarStatusRequest{
			Name: c.name(), Status: now, Etag: etag, RequestId: id, Destination: c.Destination, Reason: c.Reason,
		})
	})
}

func (c *carsReleaseCommand) Run() error {
	return c.change(func(ctx context.Context, s pb.FleetServiceClient, etag, id string) (*pb.Car, error) {
		return s.ReleaseCar(ctx, &pb.ReleaseCarRequest{Name: c.name(), Etag: etag, RequestId: id, Reason: c.Reason})
	})
}

// incidentName is the name of a call, given with or without "incidents/"; nothing stays nothing.
func incidentName(id string) string {
	if id == "" {
		return ""
	}
	return "incidents/" + strings.TrimPrefix(id, "incidents/")
}

func (c *oneCar) name() string { return "cars/" + strings.TrimPrefix(c.Car, "cars/") }

// change records a change of the car as it is now, or as it was with the etag given, and prints what it is
// then. Where the service cannot tell whether it was recorded, it is asked again with the same id, which
// records it at most once.
func (c *oneCar) change(call func(ctx context.Context, s pb.FleetServiceClient, etag, id string) (*pb.Car, error)) error {
	return c.ask(func(ctx context.Context, conn *grpc.ClientConn) error {
		s, etag, id := pb.NewFleetServiceClient(conn), c.Etag, rand.Text()
		if etag == "" {
			car, err := s.GetCar(ctx, &pb.GetCarRequest{Name: c.name()})
			if err != nil {
				return err
			}
			etag = cmp.Or(car.GetEtag(), "0")
		}
		car, err := call(ctx, s, etag, id)
		for err != nil && outcomeUnknown(err) && pause(ctx, time.Second) {
			car, err = call(ctx, s, etag, id)
		}
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return writeJSON(os.Stdout, car)
		}
		_, err = fmt.Println(carLine(car))
		return err
	})
}

// carLine says in a line what a car is.
func carLine(c *pb.Car) string {
	return fmt.Sprintf("%s: %s%s%s, etag %s", c.GetName(), statusWord(c.GetStatus()), when(c.GetIncident() != "", " with "+c.GetIncident()),
		when(c.GetDestination() != "", " to "+c.GetDestination()), cmp.Or(c.GetEtag(), "none"))
}

func outcomeUnknown(err error) bool {
	return slices.ContainsFunc(status.Convert(err).Details(), func(d any) bool {
		info, ok := d.(*errdetails.ErrorInfo)
		return ok && info.GetReason() == "OUTCOME_UNKNOWN"
	})
}

// pause waits, and tells whether it did so to the end.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

var errNotAll = errors.New("not every car was registered")
