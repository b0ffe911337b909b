package fleet

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
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
	// MaxCars bounds the fleet, and so the memory: 0.4 kB a car, and 4 to 5 kB more for each metric in
	// use. 100,000 cars were measured to hold (BenchmarkReport).
	MaxCars int
}

// DefaultSettings returns the settings that the service uses unless told otherwise.
func DefaultSettings() Settings {
	return Settings{StaleAfter: 2 * time.Minute, MaxAhead: 10 * time.Second, MaxCars: 10_000}
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

	use     sync.Mutex // held by Use, before write
	write   sync.Mutex // held by the one writer, over what follows
	cars    []*dispatch.Car
	slot    map[string]int // by name
	lanes   []*lane        // that readers read
	filling []*lane        // that they will
	changes []change       // scratch of merge
}

// New returns an empty store over a grid and a network.
func New(g *grid.Grid, n *route.Network, s Settings) *Store {
	f := &Store{grid: g, network: n, settings: s, slot: map[string]int{}}
	f.sides = leftright.New(&side{number: 0}, &side{number: 1})
	f.any = f.sides.Reader()
	return f
}

// Report takes a batch that arrived at now. Readers see all of the batch or none of it.
func (f *Store) Report(now time.Time, batch []Report) Outcome {
	var out Outcome
	next := make([]*dispatch.Car, 0, len(batch)) // as reported, before what is unchanged is filled in
	from := make([]int, 0, len(batch))
	for i := range batch {
		if err := batch[i].check(now, f.settings); err != nil {
			out.Refused = append(out.Refused, ReportError{i, batch[i].Car, err})
			continue
		}
		next, from = append(next, f.place(now, &batch[i])), append(from, i)
	}
	if len(next) > 0 {
		f.merge(batch, next, from, &out)
	}
	return out
}

// place turns a report into a car: the slow part, done before the writer's turn.
func (f *Store) place(now time.Time, r *Report) *dispatch.Car {
	c := &dispatch.Car{Name: r.Car, Skills: r.Skills, Fixed: r.Fixed, Point: r.Point, Sector: geo.Sectors, Home: geo.Sectors, Heading: r.Heading, ShiftEnd: r.ShiftEnd}
	if r.Fixed.IsZero() {
		c.Fixed = now
	}
	if r.Status != nil {
		c.Status = *r.Status
	}
	if c.Cell, c.InGrid = f.grid.At(r.Point); c.InGrid {
		c.Sector = f.grid.Sector(c.Cell)
	}
	if r.Heading != nil {
		c.Spot, c.OnRoad = f.network.SnapHeading(r.Point, *r.Heading)
	} else {
		c.Spot, c.OnRoad = f.network.Snap(r.Point)
	}
	return c
}

// merge puts the cars, which came from batch[from[i]], into the fleet.
func (f *Store) merge(batch []Report, next []*dispatch.Car, from []int, out *Outcome) {
	f.write.Lock()
	defer f.write.Unlock()
	for i, c := range next {
		slot, known := f.slot[c.Name]
		switch {
		case !known && len(f.cars) >= f.settings.MaxCars:
			err := fmt.Errorf("%w: it has %d cars, as many as it may", ErrFull, len(f.cars))
			out.Refused = append(out.Refused, ReportError{from[i], c.Name, err})
			continue
		case known && !c.Fixed.After(f.cars[slot].Fixed):
			out.Ignored++
			continue
		case known && inherit(c, f.cars[slot], &batch[from[i]]):
			out.Overruled = append(out.Overruled, from[i])
		}
		f.put(slot, known, c)
		out.Accepted++
		if !c.OnRoad {
			out.OffRoad = append(out.OffRoad, from[i])
		}
	}
	out.sortRefused()
	f.publish()
}

// publish lets readers see the changes. The caller holds write.
func (f *Store) publish() {
	for _, c := range f.changes {
		for _, l := range f.lanes {
			l.put(c.slot, c.car, &l.moves)
		}
		for _, l := range f.filling {
			if c.slot < l.filled {
				l.put(c.slot, c.car, &l.moves)
			}
		}
	}
	f.sides.Write(func(s *side) {
		s.apply(f.changes)
		for i, l := range f.lanes {
			s.index[i].Apply(&l.moves)
		}
	})
	for _, l := range f.lanes {
		l.moves.Reset()
	}
	clear(f.changes)
	f.changes = f.changes[:0]
}
