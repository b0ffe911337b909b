package fleet

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// Settings of a Store. Start from DefaultSettings.
type Settings struct {
	// StaleAfter is the age from which a position is no longer trusted: such a car is listed but not
	// offered. Two minutes is an assumption: at 50 km/h a car is then up to 1.7 km from where it was.
	StaleAfter time.Duration
	// MaxAhead is how far a car's clock may be ahead of the server's.
	MaxAhead time.Duration
	// MaxCars bounds the fleet, and so the memory and the time that a ranking takes.
	MaxCars int
}

// DefaultSettings returns the settings that the service uses unless told otherwise.
func DefaultSettings() Settings {
	return Settings{StaleAfter: 2 * time.Minute, MaxAhead: 10 * time.Second, MaxCars: 10_000}
}

// ErrFull refuses a new car where the fleet is as large as it may be.
var ErrFull = errors.New("the fleet is full")

// Store holds the last report of each car, in memory. A car appears by its first report.
type Store struct {
	grid     *grid.Grid
	snapper  road.Snapper
	settings Settings

	write sync.Mutex // held by the one writer
	cars  atomic.Pointer[[]*dispatch.Car]
}

// New returns an empty store over a grid and a network.
func New(g *grid.Grid, snapper road.Snapper, s Settings) *Store {
	f := &Store{grid: g, snapper: snapper, settings: s}
	f.cars.Store(new([]*dispatch.Car))
	return f
}

// Snapshot returns the fleet as it is, seen at now. It does not wait, copies nothing, and what it
// returns never changes.
func (f *Store) Snapshot(now time.Time) dispatch.Snapshot {
	return dispatch.Snapshot{Cars: *f.cars.Load(), Now: now, StaleAfter: f.settings.StaleAfter}
}

// Find returns the position of a car in a snapshot's cars.
func Find(cars []*dispatch.Car, name string) (i int, ok bool) {
	return slices.BinarySearchFunc(cars, name, func(c *dispatch.Car, name string) int {
		return strings.Compare(c.Name, name)
	})
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
	c := &dispatch.Car{Name: r.Car, Skills: r.Skills, Fixed: r.Fixed, Point: r.Point, Sector: geo.Sectors}
	if r.Fixed.IsZero() {
		c.Fixed = now
	}
	if r.Status != nil {
		c.Status = *r.Status
	}
	if c.Cell, c.InGrid = f.grid.At(r.Point); c.InGrid {
		c.Sector = f.grid.Sector(c.Cell)
	}
	c.Spot, c.OnRoad = f.snapper.Snap(r.Point)
	return c
}

// merge puts the cars, which came from batch[from[i]], into the fleet.
func (f *Store) merge(batch []Report, next []*dispatch.Car, from []int, out *Outcome) {
	f.write.Lock()
	defer f.write.Unlock()
	cars := slices.Clone(*f.cars.Load())
	known := cars
	fresh := map[string]int{} // cars that the batch brought, by their position in cars
	for i, c := range next {
		at, ok := Find(known, c.Name)
		if !ok {
			at, ok = fresh[c.Name]
		}
		switch {
		case !ok && len(cars) >= f.settings.MaxCars:
			err := fmt.Errorf("%w: it has %d cars, as many as it may", ErrFull, len(cars))
			out.Refused = append(out.Refused, ReportError{from[i], c.Name, err})
		case !ok:
			fresh[c.Name] = len(cars)
			cars = append(cars, c)
			out.Accepted++
		case !c.Fixed.After(cars[at].Fixed):
			out.Ignored++
		default:
			keep(c, cars[at], &batch[from[i]])
			cars[at] = c
			out.Accepted++
		}
	}
	if len(fresh) > 0 {
		slices.SortFunc(cars, func(a, b *dispatch.Car) int { return strings.Compare(a.Name, b.Name) })
	}
	slices.SortFunc(out.Refused, func(a, b ReportError) int { return a.Index - b.Index })
	f.cars.Store(&cars)
}

// keep fills what the report left unchanged.
func keep(c, was *dispatch.Car, r *Report) {
	if r.Status == nil {
		c.Status = was.Status
	}
	if r.Skills == 0 {
		c.Skills = was.Skills
	}
}
