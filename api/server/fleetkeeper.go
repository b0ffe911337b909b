package server

import (
	"context"
	"time"
)

// dropEvery is how often cars that have been silent for long are looked for.
const dropEvery = time.Minute

// keepFleet forgets cars that have been silent for long until ctx ends. The fleet does so by itself where
// it is full; this is for those who look at the list.
func (s *Server) keepFleet(ctx context.Context) {
	tick := time.NewTicker(dropEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if n := s.Fleet.Drop(s.Now()); n > 0 {
			s.Log.Info("silent cars without a record were forgotten", "cars", n)
		}
	}
}
