package simulation

import (
	"errors"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// TrialSettings say which shifts a Trial plays.
type TrialSettings struct {
	Days      int // each with a shift of every car from FirstHour to LastHour, hours of the day
	FirstHour int
	LastHour  int
	Seed      uint64        // of the calls, which are the same whatever is done about them
	Sent      float64       // share of the expected calls that is sent a car
	Cycle     time.Duration // mean time of a job, from the call until the car is free; half to one and a half times this
	Dispatch  dispatch.Settings
	MoveUps   *dispatch.MoveUpSettings                     // what is recommended is done at once; nil: nothing is
	Response  time.Duration                                // within which a call counts
	Busy      func(callsPerHour float64, cars int) float64 // the busy fraction that MoveUps counts with
	Stay      bool                                         // a free car stays where its call ended; else it goes back to its base
}

// TrialResult is what came of a Trial.
type TrialResult struct {
	Calls, Lost int // Lost found no free car
	Within      int // reached within Response
	Response    time.Duration
	Moves       int // recommended, and all of them made
	CarShifts   int
	Driven      time.Duration // on moves
}

// Trial plays shifts minute by minute. Calls come where and when the forecast expects them, the free car
// that is there first goes, and is free again where the call was. All places are centres of cells; a car
// on its way counts as where it came from for the first half, then as where it goes to.
type Trial struct {
	city   City
	bases  []grid.Index // of each car
	posts  []dispatch.Post
	at     []grid.Index // of the posts
	cells  []road.Spot
	off    []bool
	finder *route.Finder
	known  map[grid.Index]*within // by where a car is
	limit  road.Millis
}

// within is what a car reaches from a cell.
type within struct {
	reach  dispatch.Reach
	travel []road.Millis // to each post
}

// patrol is a car in a trial. It is busy, or on its way from a cell to a cell, or waits.
type patrol struct {
	car           dispatch.Car
	base          grid.Index
	busyUntil     time.Time
	from, to      grid.Index
	left, arrives time.Time
	going         bool // to a post, as recommended
	post          int
	history       dispatch.MoveHistory
}

// NewTrial joins a city's cells and standby points to its roads. Each car begins its shifts at a base.
func NewTrial(c City, bases []grid.Index, limit road.Millis) (*Trial, error) {
	t := &Trial{city: c, bases: bases, finder: route.NewFinder(c.Metric), known: map[grid.Index]*within{}, limit: limit}
	for i := range grid.Index(c.Grid.Len()) {
		s, ok := c.Metric.Network.Snap(c.Grid.Centre(i))
		t.cells, t.off = append(t.cells, s), append(t.off, !ok)
	}
	for _, p := range c.Standby {
		cell, ok := c.Grid.At(p)
		if !ok || t.off[cell] {
			continue
		}
		t.at = append(t.at, cell)
		t.posts = append(t.posts, dispatch.Post{Name: c.Grid.ID(cell), Sector: c.Grid.Sector(cell)})
	}
	if len(t.posts) == 0 || len(bases) == 0 {
		return nil, errors.New("trial: want at least one car, and a standby point near a road")
	}
	for p := range t.posts {
		t.posts[p].Reach = t.from(t.at[p]).reach
	}
	return t, nil
}

// from returns what a car reaches from a cell.
func (t *Trial) from(cell grid.Index) *within {
	if w := t.known[cell]; w != nil {
		return w
	}
	times := t.finder.OneToMany(t.cells[cell], t.cells, make([]road.Millis, len(t.cells)))
	for i, off := range t.off {
		if off {
			times[i] = road.Unreachable
		}
	}
	w := &within{reach: dispatch.ReachWithin(times, t.limit, nil), travel: make([]road.Millis, len(t.at))}
	for p, at := range t.at {
		w.travel[p] = times[at]
	}
	t.known[cell] = w
	return w
}
