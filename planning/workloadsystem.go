package planning

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/queue"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// workloads works out how busy cars at the given posts are, if those conveyed go the given ways; by the
// hypercube too where exact asks for it. Calls come evenly within a period, and periods do
// not touch each other.
func (st *study) workloads(cars []post, ways conveyances, exact bool) (*workloads, error) {
	slots := st.slots()
	w := &workloads{sent: SuitableShare, periods: make([]periodLoad, len(slots))}
	if st.rules != nil {
		w.sent = 1
	}
	errs := make([]error, len(slots))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(slots)) {
		wg.Go(func() {
			for l := int(next.Add(1)) - 1; l < len(slots); l = int(next.Add(1)) - 1 {
				errs[l] = st.queueOf(&slots[l], &w.periods[l], cars, ways, w.sent, exact)
			}
		})
	}
	wg.Wait()
	w.periods = slices.DeleteFunc(w.periods, func(p periodLoad) bool { return p.calls == 0 })
	return w, errors.Join(errs...)
}

// slot is hours of the week in which the same cars run, as fast as each other.
type slot struct {
	period int
	hours  float64
	runs   func(group int) bool
	parts  []*part
}

// slots returns one for each period; with shifts one for each part, which is hours with the same on duty.
func (st *study) slots() (out []slot) {
	if st.roster != nil {
		for i := range st.parts {
			p := &st.parts[i]
			out = append(out, slot{p.period, p.hours, p.serves, []*part{p}})
		}
		return out
	}
	for l := range st.periods {
		p := &st.periods[l]
		s := slot{period: l, runs: func(group int) bool { return group == anyGroup || p.running>>group&1 == 1 }}
		for _, n := range p.hours {
			s.hours += float64(n)
		}
		for i := range st.parts {
			if st.parts[i].period == l {
				s.parts = append(s.parts, &st.parts[i])
			}
		}
		out = append(out, s)
	}
	return out
}

// queueOf fills in how busy cars are in one slot.
func (st *study) queueOf(at *slot, p *periodLoad, cars []post, ways conveyances, sent float64, exact bool) error {
	p.hours = at.hours
	model := st.system(at, p, cars, ways, sent)
	if len(model.Kept) == 0 {
		p.near = &queue.Result{Lost: 1, Converged: true}
		return nil
	}
	var err error
	if p.near, err = queue.Approximate(model); err != nil {
		return err
	}
	p.near.Share = nil
	if exact && p.kept <= queue.MaxExactCars {
		if p.exact, err = queue.Exact(model); err == nil {
			p.exact.Share = nil
		}
	}
	return err
}

// system is the queue of one slot: a client is a cell in a part, a station the cars of one group at
// one site, which are alike.
func (st *study) system(at *slot, p *periodLoad, cars []post, ways conveyances, sent float64) *queue.System {
	s := &queue.System{First: []int32{0}}
	p.of = make([]int, len(cars))
	var stations []post // cars of one group at one site are alike
	for i, c := range cars {
		p.of[i] = -1
		if !at.runs(c.group) {
			continue
		}
		n := slices.Index(stations, c)
		if n < 0 {
			n = len(stations)
			stations = append(stations, c)
			s.Kept = append(s.Kept, 0)
		}
		p.of[i] = n
		s.Kept[n]++
		p.kept++
	}
	stay := st.stay(ways, at.period)
	for _, part := range at.parts {
		p.calls += st.addClients(s, part, stations, stay, sent/p.hours)
	}
	return s
}

// stay returns what a call in each cell takes besides the way to it, in hours.
func (st *study) stay(ways conveyances, l int) []float64 {
	out := make([]float64, st.city.Grid.Len())
	for i := range out {
		out[i] = MobilisationSeconds/3600 + stayHours + ConveyedShare*legInCycle
		if ways != nil {
			out[i] += ConveyedShare * (ways[l][i] - legInCycle)
		}
	}
	return out
}

// conveyances is the mean way of those who are conveyed from each cell, per period, in hours; nil where a
// plan has no centres.
type conveyances [][]float64

// conveyances returns the ways to the centres of a solution. Patients for whom no centre has room go as far as
// the job cycle is taken to include: nobody knows where. Of flows that are equally good, those count that
// follow from the sites alone, so that they can be found again.
func (st *study) conveyances(r *solution) (conveyances, error) {
	if st.centre == nil {
		return nil, nil
	}
	var flows []transport.Flow
	if r.shipped != nil {
		a, err := transport.Assign(st.ship, r.shipped.Sites)
		if err != nil {
			return nil, fmt.Errorf("conveyances: %w", err)
		}
		flows = a.Flows
	}
	out := make(conveyances, len(st.periods))
	for l := range out {
		if r.shipped != nil {
			out[l] = st.shippedWays(l, flows)
			continue
		}
		var rows [][]road.Millis
		for _, c := range r.centres.Sites {
			rows = append(rows, st.centre.Layers[l].Time.Row(c))
		}
		for _, t := range nearest(rows, st.city.Grid.Len(), 1) {
			out[l] = append(out[l], t.Seconds()/3600)
		}
	}
	return out, nil
}

// shippedWays returns the mean ways of flows in all hours with the speeds of a period.
func (st *study) shippedWays(l int, flows []transport.Flow) []float64 {
	same := func(layer int32) bool {
		return st.periods[st.opening[layer].period].conveyance.Factor == st.periods[l].conveyance.Factor
	}
	calls, out := make([]float64, st.city.Grid.Len()), make([]float64, st.city.Grid.Len())
	for layer := range st.opening {
		if same(int32(layer)) {
			for i, w := range st.ship.Layers[layer].Weight {
				calls[i] += w
				out[i] += w * legInCycle
			}
		}
	}
	for _, f := range flows {
		if same(f.Layer) {
			way := min(st.ship.Layers[f.Layer].Time.Row(int(f.Site))[f.Cell], optimiser.Cap)
			out[f.Cell] += f.Amount * (way.Seconds()/3600 - legInCycle)
		}
	}
	for i, w := range calls {
		if w > 0 {
			out[i] /= w
		}
	}
	return out
}

// addClients adds the calls of a part, perHour times as many an hour as a week, and returns how many a week.
func (st *study) addClients(s *queue.System, p *part, stations []post, stay []float64, perHour float64) (calls float64) {
	var serving []int32
	var rows [][]road.Millis
	for j, c := range stations {
		if p.serves(c.group) {
			serving = append(serving, int32(j))
			rows = append(rows, st.times[p.period].Row(c.site))
		}
	}
	clients := 0
	for _, w := range p.weight {
		if w > 0 {
			clients++
		}
	}
	s.Order = slices.Grow(s.Order, clients*len(serving))
	s.Service, s.Travel = slices.Grow(s.Service, clients*len(serving)), slices.Grow(s.Travel, clients*len(serving))
	list := make([]uint64, len(serving)) // time and place in serving, to be sorted
	for cell, w := range p.weight {
		if w == 0 {
			continue
		}
		calls += w
		for k, row := range rows {
			list[k] = uint64(min(row[cell], optimiser.Cap))<<16 | uint64(k)
		}
		slices.Sort(list)
		for _, e := range list {
			seconds := road.Millis(e >> 16).Seconds()
			s.Order = append(s.Order, serving[e&0xffff])
			s.Service = append(s.Service, stay[cell]+seconds/3600)
			s.Travel = append(s.Travel, MobilisationSeconds+seconds)
		}
		s.Rate = append(s.Rate, w*perHour)
		s.First = append(s.First, int32(len(s.Order)))
	}
	return calls
}
