package planning

import (
	"math"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// Binding takes a borough's mean response apart, in seconds: Mobilisation + Distance + Elsewhere + Busy is its mean.
type Binding struct {
	Code string `json:"code"`
	Name string `json:"name"`
	// Distance is the mean road time if a car stood, always free, at the candidate site that is best for the borough.
	Distance  float64 `json:"distance_s"`
	Elsewhere float64 `json:"elsewhere_s"` // what the plan's nearest cars take longer, all free; below 0 where several share the borough
	Busy      float64 `json:"busy_s"`      // what it adds that the nearest cars may be out
	Binds     string  `json:"binds"`       // the largest of the three: distance, cars elsewhere, or busy cars
	First     string  `json:"first"`       // cell of the car that is nearest to most of the calls
	FirstOf   float64 `json:"first_share"` // of the calls, to which it is nearest
}

// bindings takes the boroughs' responses apart, in their order.
func (st *study) bindings(boroughs []Area, cars []post) []Binding {
	best, calls := st.bestOfBoroughs()
	first := st.firstCars(cars)
	at := map[string]int{}
	for b := range st.city.Boroughs {
		at[st.city.Boroughs[b].Code] = b
	}
	out := []Binding{}
	for i := range boroughs {
		a := &boroughs[i]
		b := at[a.Code]
		x := Binding{
			Code: a.Code, Name: a.Name, Distance: round(best[b]/calls[b], 3),
			Elsewhere: round(a.Nearest.MeanSeconds-MobilisationSeconds-best[b]/calls[b], 3),
			Busy:      round(a.MeanSeconds-a.Nearest.MeanSeconds, 3), Binds: "distance",
		}
		if x.Elsewhere > x.Distance && x.Elsewhere >= x.Busy {
			x.Binds = "cars elsewhere"
		} else if x.Busy > x.Distance {
			x.Binds = "busy cars"
		}
		if most := largest(first[b]); most >= 0 {
			x.First, x.FirstOf = st.city.Grid.ID(st.cars.sites[cars[most].site].cell), round(first[b][most]/calls[b], 6)
		}
		out = append(out, x)
	}
	return out
}

// largest returns the position of the largest, the first of equals; -1 where there is none.
func largest(x []float64) int {
	at := -1
	for i := range x {
		if at < 0 || x[i] > x[at] {
			at = i
		}
	}
	return at
}

// boroughOf returns the borough of a cell, the number of boroughs where it is in none.
func (st *study) boroughOf(cell int) int {
	if b := st.city.Grid.Borough(grid.Index(cell)); b >= 0 && b < len(st.city.Boroughs) {
		return b
	}
	return len(st.city.Boroughs)
}

// bestOfBoroughs returns per borough the least that any one candidate site has in seconds × calls a week, as
// far as the optimiser counts times, and the calls.
func (st *study) bestOfBoroughs() (best, calls []float64) {
	n := len(st.city.Boroughs) + 1
	best, calls = make([]float64, n), make([]float64, n)
	of := make([]int, st.city.Grid.Len())
	for i := range of {
		of[i] = st.boroughOf(i)
		for _, p := range st.periods {
			calls[of[i]] += p.weight[i]
		}
	}
	for b := range best {
		best[b] = math.Inf(1)
	}
	sum := make([]float64, n)
	for site := range st.cars.sites {
		clear(sum)
		for l, p := range st.periods {
			for i, t := range st.times[l].Row(site) {
				sum[of[i]] += p.weight[i] * float64(min(t, optimiser.Cap))
			}
		}
		for b := range best {
			best[b] = min(best[b], sum[b]/1000)
		}
	}
	return best, calls
}

// firstCars returns per borough and car the calls a week to which that car is the nearest of those that
// may serve them, the first of equals.
func (st *study) firstCars(cars []post) [][]float64 {
	out := make([][]float64, len(st.city.Boroughs)+1)
	for b := range out {
		out[b] = make([]float64, len(cars))
	}
	for k := range st.parts {
		p := &st.parts[k]
		near, who := make([]road.Millis, len(p.weight)), make([]int, len(p.weight))
		for i := range near {
			near[i], who[i] = road.Unreachable, -1
		}
		for c := range cars {
			if !p.serves(cars[c].group) {
				continue
			}
			for i, t := range st.times[p.period].Row(cars[c].site) {
				if t < near[i] {
					near[i], who[i] = t, c
				}
			}
		}
		for i, w := range p.weight {
			if who[i] >= 0 {
				out[st.boroughOf(i)][who[i]] += w
			}
		}
	}
	return out
}
