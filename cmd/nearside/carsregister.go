package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/register"
	"github.com/nearside-ems/nearside/geo"
)

type carsRegisterCommand struct {
	client
	File  string `arg:"" help:"The file, YAML or JSON; - for standard input."`
	Check bool   `help:"Only say what is wrong with the file."`
}

func (c *carsRegisterCommand) Run() error {
	cars, err := readCars(c.File, os.Stdin)
	if err != nil {
		return fmt.Errorf("%s:\n%w", c.File, err)
	}
	if c.Check {
		_, err := fmt.Printf("%s: %s, nothing wrong\n", c.File, countOf(len(cars), "car"))
		return err
	}
	return c.follow(func(ctx context.Context, conn *grpc.ClientConn) error {
		return registerCars(ctx, os.Stdout, conn, cars)
	})
}

func readCars(path string, stdin io.Reader) ([]register.Car, error) {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, register.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return register.Read(text)
}

// registerCars registers one car after the other, and goes on past those that the service refuses.
func registerCars(ctx context.Context, out io.Writer, conn *grpc.ClientConn, cars []register.Car) error {
	s, refused := pb.NewFleetServiceClient(conn), 0
	for i := range cars {
		c := &cars[i]
		_, err := s.RegisterCar(ctx, registrationOf(c))
		switch status.Code(err) {
		case codes.OK:
		case codes.InvalidArgument, codes.FailedPrecondition, codes.Aborted, codes.PermissionDenied:
			refused++
			_, _ = fmt.Fprintf(out, "line %d: %s: %s\n", c.Line, c.Name, status.Convert(err).Message()) // the count below tells, too
		default:
			return fmt.Errorf("after %s: %s: %w", countOf(i-refused, "car"), c.Name, err)
		}
	}
	_, err := fmt.Fprintf(out, "%s registered\n", countOf(len(cars)-refused, "car"))
	if refused > 0 {
		return fmt.Errorf("%s refused: %w", countOf(refused, "car"), errNotAll)
	}
	return err
}

func registrationOf(c *register.Car) *pb.RegisterCarRequest {
	in := &pb.RegisterCarRequest{Name: c.Name, Base: c.Base}
	for _, skill := range skillNames {
		if c.Skills&(1<<(skill-1)) != 0 {
			in.Skills = append(in.Skills, skill)
		}
	}
	if c.Home < geo.Sectors {
		in.Sectors = []string{c.Home.String()}
	}
	for _, shift := range c.Shifts {
		in.Shifts = append(in.Shifts, &pb.Shift{StartTime: timestamppb.New(shift.Start), EndTime: timestamppb.New(shift.End)})
	}
	return in
}
