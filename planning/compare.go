package planning

import (
	"slices"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
)

// comparisons returns what is shown beside every plan: the pilot, and one car in each sector; ways are
// those to the plan's centres.
func (st *study) comparisons(ways conveyances) ([]Comparison, error) {
	best := [geo.Sectors]int{}
	var all []int
	for s := range geo.Sectors {
		site, ok := st.bestIn(s)
		if !ok {
			best[s] = -1
			continue
		}
		best[s] = site
		all = append(all, site)
	}
	out := []Comparison{}
	add := func(name string, sites []int, note string) error {
		c, err := st.compare(name, sites, ways, note)
		out = append(out, c)
		return err
	}
	if site := best[geo.SEL]; site >= 0 {
		if err := add("pilot: one car in the south-east", []int{site},
			"The pilot of November 2018 ran one car in south-east London. Its base is not public: the car stands at the candidate site "+
				"in that sector with the least mean road time to the sector's calls. The London row counts it for all of London, which it never served."); err != nil {
			return nil, err
		}
	}
	if len(all) > 0 {
		if err := add("one car per ICB sector", all,
			"Each car stands at the candidate site in its sector with the least mean road time to that sector's calls; "+
				"a call is then served by the nearest of the cars, across sector boundaries."); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bestIn returns the site in a sector with the least total road time to the sector's calls, the first
// of equals; ok is false where the sector has no site or no calls.
func (st *study) bestIn(s geo.Sector) (site int, ok bool) {
	g := st.city.Grid
	var cells []int
	for i := range g.Len() {
		if g.Sector(grid.Index(i)) == s {
			cells = append(cells, i)
		}
	}
	least, calls := 0.0, 0.0
	for j, c := range st.cars.sites {
		if g.Sector(c.cell) != s {
			continue
		}
		sum := 0.0
		calls = 0
		for l, p := range st.periods {
			row := st.times[l].Row(j)
			for _, i := range cells {
				sum += p.weight[i] * capped(row[i])
				calls += p.weight[i]
			}
		}
		if !ok || sum < least {
			site, least, ok = j, sum, true
		}
	}
	return site, ok && calls > 0
}

// compare returns the figures of cars at the given sites, which serve every call. The busy fraction is
// the scenario's, or what such cars bring about.
func (st *study) compare(name string, sites []int, ways conveyances, note string) (Comparison, error) {
	sites = slices.Sorted(slices.Values(sites))
	cars := make([]post, len(sites))
	for i, s := range sites {
		cars[i] = post{s, anyGroup}
	}
	if len(st.scenario.Groups) > 0 {
		note += " Unlike the plan's, its cars serve every kind of call, everywhere, at all the chosen hours."
	}
	q := st.busyOf(len(sites))
	if st.scenario.findsBusy() {
		var err error
		if q, err = st.bringsAbout(cars, ways); err != nil {
			return Comparison{}, err
		}
	}
	v := st.serve(cars, q)
	sectors, all := v.sectors()
	unit := st.scenario.Objective.Unit()
	if unit == NumberOfCars {
		unit = ShareOfCalls
	}
	c := Comparison{Name: name, Note: note, Busy: q, Value: unit.valueOf(v.value()), Unit: unit, All: all, Sectors: []Area{}}
	var has [geo.Sectors + 1]bool
	for _, s := range sites {
		c.Cars = append(c.Cars, st.site(&st.cars.sites[s]))
		has[st.city.Grid.Sector(st.cars.sites[s].cell)] = true
	}
	for s := range geo.Sectors {
		if has[s] {
			c.Sectors = append(c.Sectors, sectors[s])
		}
	}
	return c, nil
}
