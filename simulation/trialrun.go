package simulation

import (
	"math/rand/v2"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// Run plays the shifts.
func (t *Trial) Run(s TrialSettings) TrialResult {
	var out TrialResult
	for day := range s.Days {
		// A Monday, in a zone without summer time, so that every shift is as long.
		start := time.Date(2024, 1, 1+day, s.FirstHour, 0, 0, 0, time.UTC)
		end := start.Add(time.Duration(s.LastHour-s.FirstHour) * time.Hour)
		calls := rand.New(rand.NewPCG(s.Seed, uint64(day)))
		cars := make([]*patrol, len(t.bases))
		for i, b := range t.bases {
			cars[i] = &patrol{car: dispatch.Car{Name: name(i), Home: geo.Sectors, ShiftStart: start, ShiftEnd: end}, base: b, from: b, to: b}
		}
		out.CarShifts += len(cars)
		for now := start; now.Before(end); now = now.Add(time.Minute) {
			changed := t.clear(&s, cars, now)
			for range poisson(calls, t.rate(now)*s.Sent/60) {
				changed = true
				t.call(&s, cars, t.draw(calls, now), 0.5+calls.Float64(), now, &out)
			}
			if s.MoveUps != nil && (changed || now.Minute()%5 == 0) {
				t.moveUp(&s, cars, now, &out)
			}
		}
	}
	return out
}

// clear sends home those whose call has ended since the minute before.
func (t *Trial) clear(s *TrialSettings, cars []*patrol, now time.Time) (changed bool) {
	for _, c := range cars {
		if c.car.Status != dispatch.Available && !now.Before(c.busyUntil) {
			c.car.Status, changed = dispatch.Available, true
			if !s.Stay {
				t.send(c, c.base, now)
			}
		}
	}
	return changed
}

// send has a car drive from where it is to a cell.
func (t *Trial) send(c *patrol, to grid.Index, now time.Time) {
	from := c.cell(now)
	drive := t.finder.Time(t.cells[from], t.cells[to])
	if drive == road.Unreachable {
		return
	}
	c.from, c.to, c.left, c.going = from, to, now, false
	c.arrives = now.Add(time.Duration(drive) * time.Millisecond)
}

// cell is where a car counts as being.
func (c *patrol) cell(now time.Time) grid.Index {
	if now.Sub(c.left) < c.arrives.Sub(now) {
		return c.from
	}
	return c.to
}

// call sends the free car that is there first. length is that of the job, as a share of the mean cycle.
func (t *Trial) call(s *TrialSettings, cars []*patrol, cell grid.Index, length float64, now time.Time, out *TrialResult) {
	out.Calls++
	var first *patrol
	soonest := road.Unreachable
	for _, c := range cars {
		if c.car.Status != dispatch.Available {
			continue
		}
		if drive := t.finder.Time(t.cells[c.cell(now)], t.cells[cell]); drive < soonest {
			first, soonest = c, drive
		}
	}
	if first == nil {
		out.Lost++
		return
	}
	response := s.Dispatch.Mobilisation + time.Duration(soonest)*time.Millisecond
	out.Response += response
	if response <= s.Response {
		out.Within++
	}
	first.car.Status, first.going = dispatch.Busy, false
	first.busyUntil = now.Add(max(response, time.Duration(length*float64(s.Cycle))))
	first.from, first.to, first.left, first.arrives = cell, cell, now, now
}

// moveUp has free cars follow what the policy recommends.
func (t *Trial) moveUp(s *TrialSettings, cars []*patrol, now time.Time, out *TrialResult) {
	d := dispatch.Deployment{Weights: t.city.Demand.At(demand.HourOf(now, time.UTC)), Busy: s.Busy(t.rate(now), len(cars)), Posts: t.posts}
	var free []*patrol
	for _, c := range cars {
		if c.car.Status != dispatch.Available {
			continue
		}
		w := t.from(c.cell(now))
		v := dispatch.Mover{Car: &c.car, Reach: w.reach, Travel: w.travel, Hold: s.MoveUps.Hold(&c.car, &c.history, now)}
		if c.going && now.Before(c.arrives) {
			v.Going, v.To = true, c.post
		}
		d.Movers, free = append(d.Movers, v), append(free, c)
	}
	for _, x := range dispatch.NewMoveUps(*s.MoveUps).Advise(&d, nil) {
		c := free[x.Mover]
		t.send(c, t.at[x.Post], now)
		c.going, c.post = true, x.Post
		c.history.Moves = append(c.history.Moves, now)
		out.Moves++
		out.Driven += time.Duration(x.Travel) * time.Millisecond
	}
}

// rate is the expected calls in the hour of a moment.
func (t *Trial) rate(now time.Time) (calls float64) {
	for _, r := range t.city.Demand.At(demand.HourOf(now, time.UTC)) {
		calls += float64(r)
	}
	return calls
}

// draw draws the cell of a call; one that no road is near counts at the last before it that has one.
func (t *Trial) draw(random *rand.Rand, now time.Time) (cell grid.Index) {
	left := random.Float64() * t.rate(now)
	for i, r := range t.city.Demand.At(demand.HourOf(now, time.UTC)) {
		if !t.off[i] {
			cell = grid.Index(i)
		}
		if left -= float64(r); left < 0 {
			break
		}
	}
	return cell
}

// poisson draws a number of calls of so many expected, by the times between them.
func poisson(random *rand.Rand, mean float64) (n int) {
	for left := random.ExpFloat64(); left < mean; left += random.ExpFloat64() {
		n++
	}
	return n
}
