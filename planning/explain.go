package planning

import (
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// Explanation says what a plan hangs on. It is worked out for the plan's sites by trying each change;
// nothing in it is a bound.
type Explanation struct {
	Cars        []Worth      `json:"cars"`    // in the order of the plan's cars
	Centres     []Worth      `json:"centres"` // in the order of the plan's centres
	NextCars    []NearlyMade `json:"next_cars"`
	NextCentres []NearlyMade `json:"next_centres"`
	ByBorough   []Binding    `json:"by_borough"` // in the order of the plan's boroughs
}

// Worth is what is lost without one car or centre, the others left where they are.
type Worth struct {
	Cell    string  `json:"cell"`
	Without float64 `json:"without"` // the leg's value without it; with fewest_cars the share of calls reached in time
	Lost    float64 `json:"lost"`    // by how much that is worse
	Unit    Unit    `json:"unit"`
}

// NearlyMade is a site outside of the plan, and what it would cost to use it for one of the plan's.
type NearlyMade struct {
	Site      Site    `json:"site"`
	InsteadOf string  `json:"instead_of"` // cell of the car or centre that it would best replace
	Value     float64 `json:"value"`      // of the leg
	Lost      float64 `json:"lost"`
	Unit      Unit    `json:"unit"`
}

// nearlyMade is how many sites of each kind an Explanation lists.
const nearlyMade = 3

// explain says what the solution hangs on.
func (st *study) explain(d *Document, r *solution) *Explanation {
	cars := st.stands(r)
	e := &Explanation{Cars: []Worth{}, Centres: []Worth{}, NextCars: []NearlyMade{}, NextCentres: []NearlyMade{}, ByBorough: []Binding{}}
	unit, now := d.Unit.ofService(), st.serve(cars, st.busy).value()
	lost := func(value float64) float64 { return unit.lost(now, value) }
	// The document lists its cars by borough and cell, and so does this.
	for _, i := range st.inOrder(cars) {
		others := slices.Delete(slices.Clone(cars), i, i+1)
		v := st.serve(others, st.busy).value()
		e.Cars = append(e.Cars, Worth{st.city.Grid.ID(st.cars.sites[cars[i].site].cell), unit.valueOf(v), unit.valueOf(lost(v)), unit})
	}
	if r.cars != nil {
		e.NextCars = st.nextCars(cars, r.cars, unit, lost)
	}
	switch {
	case r.centres != nil:
		st.explainCentres(e, r.centres.Sites, r.centres.Certificate.Value, optimiser.Sensitive(st.centre, r.centres, nearlyMade))
	case r.shipped != nil:
		st.explainCentres(e, r.shipped.Sites, r.shipped.Certificate.Value, transport.Sensitive(st.ship, r.shipped.Sites, nearlyMade))
	}
	e.ByBorough = st.bindings(d.ByBorough, cars)
	return e
}

// ofService is the unit of service.value: of a plan by a measure of parts, the mean of all calls.
func (u Unit) ofService() Unit {
	switch u {
	case NumberOfCars:
		return ShareOfCalls
	case SecondsBalanced, SecondsWorstBorough, SecondsInSamples:
		return SecondsACall
	}
	return u
}

// lost returns by how much a value is worse than the one now.
func (u Unit) lost(now, value float64) float64 {
	if u.Higher() {
		return now - value
	}
	return value - now
}

// inOrder returns the positions of cars in the order in which a document lists them.
func (st *study) inOrder(cars []post) []int {
	order, sites := make([]int, len(cars)), make([]Site, len(cars))
	for i, p := range cars {
		order[i], sites[i] = i, st.site(&st.cars.sites[p.site])
		sites[i].Group = st.words.groups[p.group].Name
	}
	slices.SortStableFunc(order, func(a, b int) int { return bySite(sites[a], sites[b]) })
	return order
}

// nextCars lists the sites that nearly had a car, the best swap of each, where it keeps the scenario's cap.
func (st *study) nextCars(cars []post, plan *optimiser.Plan, unit Unit, lost func(float64) float64) []NearlyMade {
	out := []NearlyMade{}
	seen := map[int]bool{}
	for _, c := range cars {
		seen[c.site] = true
	}
	for _, x := range optimiser.Sensitive(st.car, plan, st.car.Sites).Next {
		open := st.posts[x.Open]
		if len(out) == nearlyMade {
			break
		}
		if x.Close < 0 || seen[open.site] {
			continue
		}
		v := st.serve(swapped(cars, st.posts[x.Close], open), st.busy)
		if most := st.scenario.WorstMinutes; most > 0 && v.worst() > roadTime(most) {
			continue
		}
		seen[open.site] = true
		site := st.site(&st.cars.sites[open.site])
		site.Group = st.words.groups[open.group].Name
		out = append(out, NearlyMade{Site: site, InsteadOf: st.city.Grid.ID(st.cars.sites[st.posts[x.Close].site].cell),
			Value: unit.valueOf(v.value()), Lost: unit.valueOf(lost(v.value())), Unit: unit})
	}
	return out
}

// swapped returns the cars with one that stands elsewhere.
func swapped(cars []post, from, to post) []post {
	out := slices.Clone(cars)
	out[slices.Index(out, from)] = to
	return out
}

// explainCentres does for centres what explain does for cars.
func (st *study) explainCentres(e *Explanation, chosen []int, value float64, s *optimiser.Sensitivity) {
	a := func(value float64) float64 { return value / st.calls }
	now := a(value)
	cell := func(i int) string { return st.city.Grid.ID(st.centres.sites[i].cell) }
	order, sites := make([]int, len(chosen)), make([]Site, len(chosen))
	for k, i := range chosen {
		order[k], sites[k] = k, st.site(&st.centres.sites[i])
	}
	slices.SortStableFunc(order, func(x, y int) int { return bySite(sites[x], sites[y]) })
	for _, k := range order {
		v := a(s.Without[k])
		e.Centres = append(e.Centres, Worth{cell(chosen[k]), SecondsACall.valueOf(v), SecondsACall.valueOf(v - now), SecondsACall})
	}
	for _, x := range s.Next {
		v := a(x.Value)
		e.NextCentres = append(e.NextCentres, NearlyMade{Site: st.site(&st.centres.sites[x.Open]), InsteadOf: cell(x.Close),
			Value: SecondsACall.valueOf(v), Lost: SecondsACall.valueOf(v - now), Unit: SecondsACall})
	}
}
