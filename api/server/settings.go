package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/nearside-ems/nearside/api/guard"
	"github.com/nearside-ems/nearside/api/telemetry"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/geo/route"
)

// Settings of a Server. City, Network, Baseline, Fleet, Zone, Now and Log are needed.
type Settings struct {
	City    *data.London
	Network *route.Network // City.Network, or one that the user imported
	// Baseline is the forecast over the cells of the city's grid: the prior, or what was learnt from calls.
	Baseline forecast.Baseline
	// Modelled tells per cell of the grid whether travel times there are modelled and not measured;
	// nil where none are.
	Modelled []bool
	// NetworkNote says where the network is measured and where modelled.
	NetworkNote string
	// NetworkFault says why Network is not the one that was imported; empty where it is, or where none
	// was. Every answer that has a Basis says so.
	NetworkFault string
	// NetworkProvenance says where the network comes from.
	NetworkProvenance []data.Provenance
	Fleet             *fleet.Store
	// Positions tells other replicas what cars report, and keeps none of it; nil: there are none.
	Positions interface {
		Send(now time.Time, reports []fleet.Report)
	}
	// Live keeps the records of cars, over Fleet; Serve runs it. nil: the server makes one that is
	// forgotten when it stops.
	Live     *live.Fleet
	Dispatch dispatch.Settings
	// MoveUps say when a free car is asked to wait elsewhere, and within what response a call is covered.
	MoveUps dispatch.MoveUpSettings
	Demo    bool         // cars are simulated; every answer says so
	Version string       // of the program
	DataDir string       // keeps plans and caches; empty keeps them in memory
	Map     http.Handler // the planner's map, at /; nil: none
	// BaselineFault says why Baseline is not what it should be, such as a fit that cannot be read; empty
	// where nothing is wrong. Every forecast says so.
	BaselineFault string
	// Calls keeps calls that arrive, and those that were imported; nil: calls are not taken.
	Calls *calls.Store
	// CallsDelay is how long after its end an hour closes: calls that are reported later are late.
	CallsDelay time.Duration
	Zone       *time.Location
	Now        func() time.Time
	Log        *slog.Logger
	// Guard says who may call; nil: everyone may call everything.
	Guard *guard.Guard
	// HTTPNames are names by which browsers may ask the HTTP port, besides addresses and localhost.
	HTTPNames []string
	// Telemetry counts, times and traces; nil: nothing does.
	Telemetry *telemetry.Telemetry
	// Drain is how long the server goes on answering after it was told to stop, while it says that it is
	// not ready.
	Drain time.Duration
	// PlansWaiting is how many plans may wait while one is made; more are refused.
	PlansWaiting int
	// PlansKept is how many finished operations are remembered. Plans outlive them in DataDir.
	PlansKept int
}

// DefaultSettings returns settings that lack only what must be given.
func DefaultSettings() Settings {
	return Settings{Dispatch: dispatch.DefaultSettings(), MoveUps: dispatch.DefaultMoveUpSettings(), Now: time.Now, Log: slog.Default(), PlansWaiting: 8, PlansKept: 100, CallsDelay: time.Hour}
}

func (s *Settings) validate() error {
	var errs []error
	need := func(ok bool, name string) {
		if !ok {
			errs = append(errs, errors.New("server: settings lack "+name))
		}
	}
	need(s.City != nil, "City")
	need(s.Network != nil, "Network")
	need(s.Baseline != nil, "Baseline")
	need(s.Fleet != nil, "Fleet")
	need(s.Zone != nil, "Zone")
	need(s.Now != nil, "Now")
	need(s.Log != nil, "Log")
	need(s.PlansWaiting >= 0 && s.PlansKept > 0, "room for plans")
	need(s.Drain >= 0, "a Drain of 0 or more")
	need(s.CallsDelay >= 0, "a CallsDelay of 0 or more")
	if err := s.MoveUps.Check(); err != nil {
		errs = append(errs, fmt.Errorf("server: %w", err))
	}
	if s.City != nil && s.Baseline != nil && s.Baseline.City().Len() != s.City.Grid.Len() {
		errs = append(errs, fmt.Errorf("server: the forecast is of %d cells; the city has %d", s.Baseline.City().Len(), s.City.Grid.Len()))
	}
	return errors.Join(errs...)
}
