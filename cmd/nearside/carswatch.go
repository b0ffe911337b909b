package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

type carsWatchCommand struct {
	client
	Car         []string `help:"Only this car; may be repeated." placeholder:"CAR"`
	NoPositions bool     `help:"Only what cars do, not where they are."`
	Format      string   `default:"text" enum:"text,json" help:"text, or json: each answer in a line."`
}

// again is how long to wait before a stream that ended is begun again.
const again = time.Second

func (c *carsWatchCommand) Run() error {
	in := &pb.WatchCarsRequest{OmitPositions: c.NoPositions}
	for _, name := range c.Car {
		in.Cars = append(in.Cars, "cars/"+strings.TrimPrefix(name, "cars/"))
	}
	return c.follow(func(ctx context.Context, conn *grpc.ClientConn) error {
		for begun := false; ; {
			err := c.listen(ctx, os.Stdout, conn, in, &begun)
			code := status.Code(err)
			if ctx.Err() != nil || !begun || code != codes.Unavailable && code != codes.ResourceExhausted && !errors.Is(err, io.EOF) {
				return err
			}
			fmt.Fprintf(os.Stderr, "nearside: the stream ended (%s); going on from there\n", status.Convert(err).Message())
			if !pause(ctx, again) {
				return nil
			}
		}
	})
}

// listen prints a stream and notes in the request from where to go on. begun is set by its first answer.
func (c *carsWatchCommand) listen(ctx context.Context, w io.Writer, conn *grpc.ClientConn, in *pb.WatchCarsRequest, begun *bool) error {
	stream, err := pb.NewFleetServiceClient(conn).WatchCars(ctx, in)
	if err != nil {
		return err
	}
	for {
		m, err := stream.Recv()
		if err != nil {
			return err
		}
		*begun = true
		if token := m.GetResumeToken(); token != "" {
			in.ResumeToken = token
		}
		if err := c.print(w, m); err != nil {
			return err
		}
	}
}

func (c *carsWatchCommand) print(w io.Writer, m *pb.WatchCarsResponse) error {
	if c.Format == "json" {
		text, err := protojson.Marshal(m)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s\n", text)
		return err
	}
	at := m.GetAsOf().AsTime().Format(time.TimeOnly)
	for _, car := range m.GetCars() {
		if _, err := fmt.Fprintf(w, "%s  %s; %s\n", at, carLine(car), standing(car)); err != nil {
			return err
		}
	}
	if b := m.GetBasis(); b.GetDegraded() {
		_, err := fmt.Fprintf(w, "%s  degraded: %s%s\n", at, b.GetDegradedReason(),
			when(b.GetRecordsAge() != nil, fmt.Sprintf("; records are %s old", b.GetRecordsAge().AsDuration().Round(time.Second))))
		return err
	}
	return nil
}
