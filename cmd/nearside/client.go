package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// client is what the commands that ask a running service share.
type client struct {
	clientFlags
}

// ask calls a running service; the error says what to do about it.
func (c *client) ask(call func(context.Context, *grpc.ClientConn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return c.call(ctx, call)
}

// follow is ask for what goes on until it is interrupted, which is no error.
func (c *client) follow(call func(context.Context, *grpc.ClientConn) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := c.call(ctx, call)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (c *client) call(ctx context.Context, call func(context.Context, *grpc.ClientConn) error) error {
	conn, err := c.connect()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	err = call(ctx, conn)
	if st := status.Convert(err); st.Code() == codes.Unavailable && len(st.Details()) == 0 {
		return fmt.Errorf("%s does not answer: %s; start it with nearside serve, or name another with --server%s", c.Server, st.Message(), c.hint())
	} else if _, fromServer := status.FromError(err); err != nil && fromServer {
		return fmt.Errorf("%s: %s", c.Server, st.Message())
	}
	return err
}

// writeJSON prints an answer as the HTTP port would give it.
func writeJSON(w io.Writer, m proto.Message) error {
	text, err := protojson.MarshalOptions{Multiline: true, EmitUnpopulated: true}.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}

// writeLine prints one of many answers, on a line of its own.
func writeLine(w io.Writer, m proto.Message) error {
	text, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}

// errWhere says how a place is written.
var errWhere = errors.New(`want LAT,LON such as 51.5074,-0.1278 or a grid reference such as "TQ 30027 80380"`)

// parsePlace reads a place as LAT,LON or as a grid reference, which the service checks.
func parsePlace(flag, text string) (*pb.Location, error) {
	lat, lon, pair := strings.Cut(text, ",")
	if !pair {
		if strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%s %q: %w", flag, text, errWhere)
		}
		return &pb.Location{Kind: &pb.Location_GridRef{GridRef: text}}, nil
	}
	p := &pb.LatLng{}
	var err error
	if p.Latitude, err = strconv.ParseFloat(strings.TrimSpace(lat), 64); err == nil {
		p.Longitude, err = strconv.ParseFloat(strings.TrimSpace(lon), 64)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %q: %w", flag, text, errWhere)
	}
	return &pb.Location{Kind: &pb.Location_LatLng{LatLng: p}}, nil
}
