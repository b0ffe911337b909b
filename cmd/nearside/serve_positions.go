package main

import (
	"context"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/jetstream"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// fillWithin is how long a replica that starts waits for the positions that another one knows; without
// them it learns them from the cars.
const fillWithin = 5 * time.Second

// takeNews takes of what another replica reports that which is not known here.
func takeNews(s *server.Settings, reports []fleet.Report) {
	now := s.Now()
	s.Fleet.Report(now, slices.DeleteFunc(reports, func(r fleet.Report) bool { return !s.Fleet.News(now, &r) }))
}

// sharePositions joins the replicas that keep their records on the same NATS servers: each tells the
// others what cars report, and this one asks what they know. Where records are in the data directory
// there are no others. close leaves them; it comes before the store is closed.
func sharePositions(ctx context.Context, store ledger.Store, s *server.Settings, step func(string, ...any)) (close func(), err error) {
	kept, ok := store.(*jetstream.Store)
	if !ok || kept.Status().Kind == "embedded" {
		return func() {}, nil
	}
	positions, err := kept.Positions(jetstream.PositionSettings{
		Take: func(reports []fleet.Report) { takeNews(s, reports) }, Snapshot: s.Fleet.Reports(),
	})
	if err != nil {
		return nil, err
	}
	s.Positions = positions
	asking, stop := context.WithTimeout(ctx, fillWithin)
	defer stop()
	switch n, err := positions.Fill(asking); {
	case err != nil:
		s.Log.Warn("what other replicas know of positions did not all come; cars report again", "reports", n, "error", err)
	case n > 0:
		step("positions: %d cars from another replica", n)
	}
	return positions.Close, nil
}
