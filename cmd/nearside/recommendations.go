package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/grpc"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// recommendationsCommand prints which free cars should wait elsewhere, as that changes.
type recommendationsCommand struct {
	client
	Plan   string   `help:"Have cars wait at the sites of this plan, such as plans/abc; otherwise at any standby point." placeholder:"NAME"`
	Sector []string `enum:"NCL,NEL,NWL,SEL,SWL" help:"Only cars and points of this sector; may be repeated." placeholder:"SECTOR"`
	Once   bool     `help:"Print what stands now, and end."`
	Format string   `default:"table" enum:"table,json" help:"table or json: an answer a line."`
}

func (c *recommendationsCommand) Run() error {
	return c.follow(func(ctx context.Context, conn *grpc.ClientConn) error {
		stream, err := pb.NewRecommendationServiceClient(conn).WatchRecommendations(ctx, &pb.WatchRecommendationsRequest{Plan: c.Plan, Sectors: c.Sector})
		if err != nil {
			return err
		}
		for {
			m, err := stream.Recv()
			switch {
			case errors.Is(err, io.EOF), err != nil && ctx.Err() != nil:
				return nil //nolint:nilerr // interrupted: that is how it ends
			case err != nil:
				return err
			}
			if err := c.print(os.Stdout, m); err != nil {
				return err
			}
			if c.Once {
				return nil
			}
		}
	})
}

func (c *recommendationsCommand) print(w io.Writer, m *pb.WatchRecommendationsResponse) error {
	if c.Format == "json" {
		return writeLine(w, m)
	}
	if m.GetHeartbeat() {
		return nil
	}
	return writeRecommendations(w, m)
}

// writeRecommendations prints what stands for people.
func writeRecommendations(w io.Writer, m *pb.WatchRecommendationsResponse) error {
	out := fmt.Appendf(nil, "%s  %s\n", m.GetAsOf().AsTime().Local().Format(time.TimeOnly), countOf(len(m.GetRecommendations()), "move-up"))
	for _, r := range m.GetRecommendations() {
		to := r.GetToPlace()
		if to == "" {
			to = fmt.Sprintf("%.5f, %.5f", r.GetTo().GetLatitude(), r.GetTo().GetLongitude())
		}
		out = fmt.Appendf(out, "%s to %s, %s by road, answer by %s (%s)\n", r.GetCar(), to, clock(r.GetTravelTime().AsDuration().Seconds()),
			r.GetExpireTime().AsTime().Local().Format(time.TimeOnly), r.GetName())
		for _, why := range r.GetReasons() {
			out = fmt.Appendf(out, "  - %s\n", why)
		}
	}
	if _, err := w.Write(out); err != nil {
		return err
	}
	return writeNotes(w, m.GetNotes(), m.GetBasis())
}
