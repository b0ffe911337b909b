package fight

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/route"
)

// Settings of a fight. Start from DefaultSettings.
type Settings struct {
	Stores      []ledger.Store // one for each replica; all of one ledger, empty at the beginning
	Dispatchers int
	Cars        int
	For         time.Duration
	Pause       time.Duration // between two operations of a dispatcher, from none to twice as long
	Patience    time.Duration // with an operation; with one of five it is under 5 ms
	Calm        time.Duration // for all replicas to agree, once the fight is over
	Seed        uint64
	Begin       func() // called when the fight begins, as for faults to; may be nil
}

// DefaultSettings returns those of 64 dispatchers and 6 cars. A history of a car should not be much
// longer than 20,000 operations, since the checker's memory grows with its square: 64 dispatchers that
// pause for 40 ms make some 15,000 of them a minute.
func DefaultSettings(length time.Duration, stores ...ledger.Store) Settings {
	pause := 40 * time.Millisecond
	if length <= 5*time.Second {
		pause = 4 * time.Millisecond
	}
	return Settings{
		Stores: stores, Dispatchers: 64, Cars: 6, For: length, Pause: pause,
		Patience: 3 * time.Second, Calm: 30 * time.Second, Seed: 1,
	}
}

// replica is one server's view.
type replica struct {
	fleet *live.Fleet
	cars  *fleet.Store
}

// Run fights and checks. Its error is that it could not do either; what is wrong with the ledger is in
// the report. Faults are injected by the caller, in what the stores stand on, and should end by the time
// that the fight does.
func Run(ctx context.Context, s Settings) (*Report, error) {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	replicas := begin(ctx, &beside, s.Stores)
	h := newHistory()
	if err := register(ctx, &s, replicas, h); err != nil {
		return nil, err
	}
	if s.Begin != nil {
		s.Begin()
	}
	watchers := watchAll(ctx, &beside, replicas, s.Seed)
	h.fight(ctx, &s, replicas)
	report := &Report{Dispatchers: s.Dispatchers, Cars: s.Cars, Replicas: len(replicas), For: s.For}
	report.count(h)
	entries, err := readLog(ctx, s.Stores[0], s.Calm)
	if err != nil {
		return nil, err
	}
	report.agree(ctx, &s, replicas, watchers, entries)
	report.checkLog(h, entries)
	report.checkHistories(h, entries)
	return report, nil
}

func begin(ctx context.Context, beside *sync.WaitGroup, stores []ledger.Store) []*replica {
	replicas, now := make([]*replica, len(stores)), clock()
	for i, store := range stores {
		cars := fleet.New(nil, &route.Network{}, fleet.DefaultSettings())
		r := &replica{live.New(store, cars, now), cars}
		beside.Go(func() { _ = r.fleet.Run(ctx) }) // why it ends, agree finds in its Status
		replicas[i] = r
	}
	return replicas
}

func carName(i int) string { return fmt.Sprintf("cars/%d", i+1) }

// register puts the cars on the books, before faults and history count.
func register(ctx context.Context, s *Settings, replicas []*replica, h *history) error {
	ctx, cancel := context.WithTimeout(ctx, s.Calm)
	defer cancel()
	for i := range s.Cars {
		c := &unit.Register{RequestID: "register", Details: unit.Details{Skills: dispatch.Paramedic, Home: geo.Sectors}}
		for {
			_, err := replicas[i%len(replicas)].fleet.Do(ctx, "fight", carName(i), "", c)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return fmt.Errorf("%s could not be registered: %w", carName(i), err)
			}
		}
		h.cars = append(h.cars, carName(i))
	}
	return nil
}

// fight lets the dispatchers loose.
func (h *history) fight(ctx context.Context, s *Settings, replicas []*replica) {
	until := time.Now().Add(s.For)
	var fighting sync.WaitGroup
	for i := range s.Dispatchers {
		d := &dispatcher{
			settings: s, replica: replicas[i%len(replicas)], history: h, number: i,
			random: rand.New(rand.NewPCG(s.Seed, uint64(i))), seen: map[string]live.State{},
		}
		fighting.Go(func() {
			for time.Now().Before(until) && ctx.Err() == nil {
				d.operate(ctx)
				if s.Pause > 0 {
					time.Sleep(rand.N(2 * s.Pause))
				}
			}
		})
	}
	fighting.Wait()
}

// readLog reads the whole log, once the store answers again.
func readLog(ctx context.Context, store ledger.Store, patience time.Duration) ([]ledger.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		entries, err := collect(ctx, store)
		if err == nil {
			return entries, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the log could not be read after the fight: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func collect(ctx context.Context, store ledger.Store) (entries []ledger.Entry, err error) {
	for e, err := range store.Log(ctx, 1) {
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
