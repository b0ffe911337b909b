package planning

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// opening is the chosen hours of the week in which conveyances are as fast and the same candidate
// sites could take patients. Room is counted over all of them together.
type opening struct {
	hours  Hours
	period int    // whose travel times they have
	open   []bool // per candidate site of a centre
}

// schedule returns the room and the hours of a candidate site of a centre; nil: always open.
func (st *study) schedule(site int) (room int, hours Hours) {
	c := &st.scenario.CentreService
	room, hours = c.Room, c.Hours
	for k, cell := range st.words.centresAt {
		if at := c.At[k]; st.centres.inCell[cell] == site {
			room = cmp.Or(at.Room, room)
			if at.Hours != nil {
				hours = at.Hours
			}
		}
	}
	return room, hours
}

// open fills in the layers of the problem with room and opening hours. Weights are calls, of which the
// conveyed share needs room.
func (st *study) open(towards []*route.Matrix) {
	for _, h := range st.scenario.Hours {
		o := opening{period: st.periodOf(h), open: make([]bool, st.ship.Sites)}
		for s := range o.open {
			_, hours := st.schedule(s)
			o.open[s] = hours == nil || slices.Contains(hours, h)
		}
		at := slices.IndexFunc(st.opening, func(b opening) bool { return b.period == o.period && slices.Equal(b.open, o.open) })
		if at < 0 {
			at = len(st.opening)
			st.opening = append(st.opening, o)
			st.ship.Layers = append(st.ship.Layers, transport.Layer{Weight: make([]float64, st.ship.Cells), Time: towards[o.period]})
		}
		st.opening[at].hours = append(st.opening[at].hours, h)
		for i, rate := range st.week.At(h) {
			if st.reached[i] {
				st.ship.Layers[at].Weight[i] += float64(rate)
			}
		}
	}
	for l := range st.opening {
		st.ship.Layers[l].Capacity = st.capacity(&st.opening[l])
	}
}

// periodOf returns the first period with an hour's speed of conveyance.
func (st *study) periodOf(h demand.HourOfWeek) int {
	id := st.city.Speeds.Period(int(h))
	of := slices.IndexFunc(st.periods, func(p period) bool { return slices.Contains(p.ids, id) })
	return slices.IndexFunc(st.periods, func(p period) bool { return p.conveyance.Factor == st.periods[of].conveyance.Factor })
}

// capacity returns per candidate site the calls whose conveyed share finds room: by Little's law, room
// divided by stay is how many can come in an hour.
func (st *study) capacity(o *opening) []float64 {
	out := make([]float64, len(o.open))
	for s := range out {
		if room := st.perHour(s); o.open[s] {
			out[s] = room * float64(len(o.hours)) / ConveyedShare
		}
	}
	return out
}

// perHour returns how many patients a centre at a site can take in an hour in which it is open.
func (st *study) perHour(site int) float64 {
	room, _ := st.schedule(site)
	if room == 0 {
		return math.Inf(1)
	}
	return float64(room) / st.scenario.CentreService.StayHours
}

// placeCentres fills in the centres' part of a solution: by package optimiser, or where centres have room
// and hours by package transport.
func (st *study) placeCentres(ctx context.Context, r *solution, report func(value, bound float64)) (err error) {
	if st.ship == nil {
		r.centres, err = st.optimise(ctx, st.centre, optimiser.Settings{Progress: report})
		return err
	}
	settings := optimiser.Settings{Seed: st.scenario.Seed, Progress: report}
	if r.shipped, err = transport.Solve(ctx, st.ship, settings); err != nil {
		return fmt.Errorf("place centres: %w", err)
	}
	return nil
}

// stepCentres adds to a solution the steps that are asked for.
func (st *study) stepCentres(ctx context.Context, r *solution) (err error) {
	if st.ship == nil {
		return nil
	}
	settings := optimiser.Settings{Seed: st.scenario.Seed}
	if r.expand, err = transport.Expand(ctx, st.ship, r.shipped.Sites, st.scenario.ExpandCentres, settings); err != nil {
		return fmt.Errorf("add centres: %w", err)
	}
	if r.contract, err = transport.Contract(ctx, st.closable(), r.shipped.Sites, st.scenario.ContractCentres, settings); err != nil {
		return fmt.Errorf("close centres: %w", err)
	}
	return nil
}

// closable returns the problem of which any centre may be closed, the fixed ones too: they are those that stand.
func (st *study) closable() *transport.Problem {
	p := *st.ship
	p.Fixed = nil
	return &p
}

// conveyanceTimes returns, per layer of the problem with room and cell, the mean road time of its patients
// to the centres that have room for them, the unserved counted as the optimiser counts them.
func (st *study) conveyanceTimes(centres []stand) [][]road.Millis {
	sites := make([]int, len(centres))
	for i, c := range centres {
		sites[i] = st.centres.inCell[c.cell]
	}
	slices.Sort(sites)
	a, err := transport.Assign(st.ship, slices.Compact(sites))
	if err != nil {
		panic(err) // there are centres, and each is one of the candidates
	}
	out := make([][]road.Millis, len(st.ship.Layers))
	for l := range out {
		out[l] = make([]road.Millis, st.ship.Cells)
		for i := range out[l] {
			out[l][i] = optimiser.Cap
		}
	}
	saved := make([]float64, st.ship.Cells)
	for at := 0; at < len(a.Flows); {
		l := a.Flows[at].Layer
		clear(saved)
		for ; at < len(a.Flows) && a.Flows[at].Layer == l; at++ {
			f := a.Flows[at]
			saved[f.Cell] += f.Amount * float64(optimiser.Cap-st.ship.Layers[l].Time.Row(int(f.Site))[f.Cell])
		}
		for i, w := range st.ship.Layers[l].Weight {
			if w > 0 {
				out[l][i] -= road.Millis(math.Round(saved[i] / w))
			}
		}
	}
	return out
}

// conveyance returns value and bound of the centres' part, in seconds × calls a week.
func (r *solution) conveyance() (value, bound float64) {
	if r.shipped != nil {
		return r.shipped.Certificate.Value, r.shipped.Certificate.Bound
	}
	return r.centres.Certificate.Value, r.centres.Certificate.Bound
}

// centreSites returns the candidate sites that have a centre, ascending.
func (r *solution) centreSites() []int {
	if r.shipped != nil {
		return r.shipped.Sites
	}
	return r.centres.Sites
}

// assumptions lists what the scenario says of centres.
func (c *CentreService) assumptions() (out []Assumption) {
	add := func(name string, value float64, unit string) {
		if value != 0 {
			out = append(out, Assumption{name, value, unit, "the scenario: " + c.Source})
		}
	}
	add("room of a centre", float64(c.Room), "patients at once")
	add("stay at a centre", c.StayHours, "h")
	add("handover at a centre", c.HandoverMinutes, "min")
	for _, a := range c.At {
		add("room of a centre at "+a.Site, float64(a.Room), "patients at once")
	}
	return out
}
