package fleet

import (
	"errors"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/leftright"
)

// Settings of a Store. Start from DefaultSettings.
type Settings struct {
	// StaleAfter is the age from which a position is no longer trusted: such a car is listed but not
	// offered. Two minutes is an assumption: at 50 km/h a car is then up to 1.7 km from where it was.
	StaleAfter time.Duration
	// MaxAhead is how far a car's clock may be ahead of the server's.
	MaxAhead time.Duration
	// DropAfter is how long a car that has no record may be silent before it is forgotten, and how old a
	// fix may be to be taken at all. Twelve hours is an assumption: what a car said of its status then is
	// a shift ago.
	DropAfter time.Duration
	// MaxCars bounds the fleet, and so the memory: 0.6 kB a car, and 4 to 5 kB more for each metric in
	// use. 100,000 cars were measured to hold (BenchmarkReport). Cars that have a record are taken beyond
	// it.
	MaxCars int
}

// DefaultSettings returns the settings that the service uses unless told otherwise.
func DefaultSettings() Settings {
	return Settings{StaleAfter: 2 * time.Minute, MaxAhead: 10 * time.Second, DropAfter: 12 * time.Hour, MaxCars: 10_000}
}

// ErrFull refuses a new car where the fleet is as large as it may be.
var ErrFull = errors.New("the fleet is full")

// Store holds the last report of each car, and what its record says, in memory. A car appears by its
// first report or its record.
type Store struct {
	grid     *grid.Grid
	network  *route.Network
	settings Settings
	sides    *leftright.Pair[side]
	any      *leftright.Reader[side] // for what is read now and then
	counts   counter
	placing  sync.Pool // of *placer

	use sync.Mutex // held by Use, before show

	show    sync.Mutex      // held by the one who changes what readers see, before write; over what follows
	shown   []*dispatch.Car // per slot: what readers see
	lanes   []*lane         // that readers read
	filling []*lane         // that they will
	taken   []change        // being shown

	write   sync.Mutex     // held for moments by the one who takes reports; over what follows
	slot    map[string]int // by name
	cars    []*dispatch.Car
	heard   []time.Time // per slot: when its last report arrived, whatever it said
	pending []uint32    // per slot: 1 + its place in changes, 0 where it has none
	changes []change    // not yet shown, one for each slot
	showing bool        // somebody shows the changes before long
}

// New returns an empty store over a grid and a network.
func New(g *grid.Grid, n *route.Network, s Settings) *Store {
	f := &Store{grid: g, network: n, settings: s, slot: map[string]int{}}
	f.placing.New = func() any { return new(placer) }
	f.sides = leftright.New(&side{number: 0}, &side{number: 1})
	f.any = f.sides.Reader()
	return f
}

// put notes that a slot, or where the car is new the next one, holds a car from now on, and returns the
// slot. The caller holds write.
func (f *Store) put(slot int, known bool, c *dispatch.Car) int {
	if known {
		f.cars[slot] = c
	} else {
		slot = len(f.cars)
		f.slot[c.Name] = slot
		f.cars, f.heard, f.pending = append(f.cars, c), append(f.heard, time.Time{}), append(f.pending, 0)
	}
	if at := f.pending[slot]; at > 0 {
		f.changes[at-1].car = c
		return slot
	}
	f.changes = append(f.changes, change{slot, c})
	f.pending[slot] = uint32(len(f.changes))
	return slot
}
