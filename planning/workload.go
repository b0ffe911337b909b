package planning

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

// What a job takes besides travel. No London figure is published for any part of it.
const (
	// legInCycle is what CycleHours is taken to include of each way: to the call with mobilisation, and to
	// a centre. It is the response that the tables count within.
	legInCycle = TargetSeconds / 3600.0
	// stayHours is the rest of the cycle: on scene, at the centre for the conveyed, and until clear.
	stayHours = CycleHours - legInCycle - ConveyedShare*legInCycle
)

// addWorkloads has a document say how busy the cars of a solution are, and what that rests on.
func (st *study) addWorkloads(d *Document, r *solution, ways conveyances) error {
	cars := st.stands(r)
	w, err := st.workloads(cars, ways, true)
	if err != nil {
		return err
	}
	d.Workloads = w.record(st.busy, r.rounds, st.listed(cars))
	d.Assumptions = append(d.Assumptions, Assumption{"part of the job cycle that is no travel", round(stayHours, 3), "h",
		"assumption: the job cycle less 15 min to the call and, for the conveyed, 15 min to a centre; how busy cars are counts each call's own travel instead. It agrees with an assumed time on scene of median 75 and 90th percentile 150 min"})
	return nil
}

// WorkloadRecord says how busy the cars of a plan are by queueing models. It stands beside the
// certificate, which holds for the busy fraction that the plan was made with, and is no part of it.
type WorkloadRecord struct {
	// Busy is the share of the time that a car is out as a call finds it: the mean over the cars, over
	// periods weighted by their calls. Settled says that the plan was made with this busy fraction, to
	// within 0.001.
	Busy    float64 `json:"busy"`
	Settled bool    `json:"settled"`
	// Rounds is how many busy fractions were planned with until one settled, 0 where the scenario gave it
	// or the objective counts none. Nobody can check it.
	Rounds int `json:"rounds"`

	Approximate WorkloadFigures  `json:"approximate"`       // Budge, Ingolfsson and Erkut (2009)
	Exact       *WorkloadFigures `json:"exact,omitempty"`   // the hypercube (Larson 1974), for few cars
	Cars        []float64        `json:"cars"`              // per car of the plan, in its order: share of the hours it runs in which it is out
	Periods     []WorkloadPeriod `json:"periods,omitempty"` // where there are several
}

// WorkloadFigures is what one model says.
type WorkloadFigures struct {
	Busy        float64   `json:"busy"`
	Lost        float64   `json:"lost"`    // share of calls that find no car free: others serve them
	MeanSeconds float64   `json:"mean_s"`  // response to the others, mobilisation delay included
	ByRank      []float64 `json:"by_rank"` // share of calls that the nearest car serves, the second nearest and so on, up to the fifth
}

// WorkloadPeriod is how busy the cars are in hours that have the same speeds and cars.
type WorkloadPeriod struct {
	Hours        float64 `json:"hours"` // of the week
	CallsPerHour float64 `json:"calls_per_hour"`
	Cars         int     `json:"cars"` // that run
	Busy         float64 `json:"busy"`
	Lost         float64 `json:"lost"`
	Converged    bool    `json:"converged"` // whether the workloads came to rest
}

// mostRanks is how many ranks a record keeps.
const mostRanks = 5

// workloads is how busy cars are, period by period.
type workloads struct {
	periods []periodLoad
	sent    float64 // share of the calls that is sent a car
}

// periodLoad is the queue of one period.
type periodLoad struct {
	hours float64
	calls float64       // a week, sent a car or not
	of    []int         // per car, its station in the system, or −1 where it does not run
	kept  int           // cars that run
	near  *queue.Result // Approximate
	exact *queue.Result // nil where nobody asked for it, or too many cars run
}

// busy returns the busy fraction, rounded like an estimate: it is no more certain.
func (w *workloads) busy() float64 {
	return math.Round(1000*min(MaxBusy, w.figures(func(p *periodLoad) *queue.Result { return p.near }).Busy)) / 1000
}

// figures adds up what a model says over the periods.
func (w *workloads) figures(result func(*periodLoad) *queue.Result) WorkloadFigures {
	var f WorkloadFigures
	var calls, served float64
	ranks := make([]float64, mostRanks)
	for i := range w.periods {
		p := &w.periods[i]
		r := result(p)
		calls += p.calls
		f.Busy += p.calls * r.Busy
		f.Lost += p.calls * r.Lost
		served += p.calls * (1 - r.Lost)
		f.MeanSeconds += p.calls * (1 - r.Lost) * r.Response
		for k, share := range r.ByRank[:min(mostRanks, len(r.ByRank))] {
			ranks[k] += p.calls * share
		}
	}
	f.Busy, f.Lost = round(f.Busy/calls, 6), round(f.Lost/calls, 6)
	if served > 0 {
		f.MeanSeconds = round(f.MeanSeconds/served, 3)
	}
	for _, r := range ranks {
		f.ByRank = append(f.ByRank, round(r/calls, 6))
	}
	for len(f.ByRank) > 1 && f.ByRank[len(f.ByRank)-1] == 0 {
		f.ByRank = f.ByRank[:len(f.ByRank)-1]
	}
	return f
}

// exact returns the hypercube's figures, nil where there are none for some period.
func (w *workloads) exact() *WorkloadFigures {
	if slices.ContainsFunc(w.periods, func(p periodLoad) bool { return p.exact == nil }) {
		return nil
	}
	f := w.figures(func(p *periodLoad) *queue.Result { return p.exact })
	return &f
}

// record describes workloads of a plan that was made with a busy fraction, in so many rounds. order
// says which car of the workloads each of the plan's cars is.
func (w *workloads) record(busy float64, rounds int, order []int) *WorkloadRecord {
	r := &WorkloadRecord{
		Busy: w.busy(), Rounds: rounds, Exact: w.exact(), Cars: []float64{},
		Approximate: w.figures(func(p *periodLoad) *queue.Result { return p.near }),
	}
	r.Settled = math.Abs(r.Busy-busy) < sameBusy
	for _, car := range order {
		r.Cars = append(r.Cars, w.car(car))
	}
	for _, p := range w.periods {
		if len(w.periods) > 1 {
			r.Periods = append(r.Periods, WorkloadPeriod{
				Hours: round(p.hours, 2), CallsPerHour: round(p.calls*w.sent/p.hours, 6), Cars: p.kept,
				Busy: round(p.near.Busy, 6), Lost: round(p.near.Lost, 6), Converged: p.near.Converged,
			})
		}
	}
	return r
}

// car returns the share of the hours in which a car runs that it is out.
func (w *workloads) car(car int) float64 {
	var out, hours float64
	for _, p := range w.periods {
		if station := p.of[car]; station >= 0 {
			out += p.hours * p.near.Workload[station]
			hours += p.hours
		}
	}
	if hours == 0 {
		return 0
	}
	return round(out/hours, 6)
}

// listed returns the places of the cars in the order in which a document lists them.
func (st *study) listed(cars []post) []int {
	order := make([]int, len(cars))
	for i := range order {
		order[i] = i
	}
	sites := make([]Site, len(cars))
	for i, c := range cars {
		sites[i] = st.site(&st.cars.sites[c.site])
		sites[i].Group = st.words.groups[c.group].Name
	}
	slices.SortStableFunc(order, func(a, b int) int { return bySite(sites[a], sites[b]) })
	return order
}
