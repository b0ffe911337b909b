package planning

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/grid"
)

// TestForbidACoarseCell forbids all of it, not only the cell at its centre.
func TestForbidACoarseCell(t *testing.T) {
	city := smallCity()
	children := grid.Children(city.Grid, city.Coarse)
	st := smallStudy(t, daytime())
	inside := 0
	for i, cells := range children {
		s := daytime()
		s.Cars, s.Forbidden = 1, []string{city.Coarse.ID(grid.Index(i))}
		forbidden := smallStudy(t, s)
		for _, c := range st.cars.sites {
			has := slices.ContainsFunc(forbidden.posts, func(p post) bool { return forbidden.cars.sites[p.site].cell == c.cell })
			if in := slices.Contains(cells, c.cell); has == in {
				t.Errorf("coarse cell %d: site in it %v, has room for a car %v", i, in, has)
			} else if in {
				inside++
			}
		}
	}
	if inside != len(st.cars.sites) {
		t.Errorf("%d sites lie in coarse cells, of %d", inside, len(st.cars.sites))
	}
}

// TestImpossibleRules are refused in the scenario's words, with what would do, before any search.
func TestImpossibleRules(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Scenario)
		says   []string
	}{
		"more than there are cars": {func(s *Scenario) {
			s.AtLeast = []SiteRule{{Sector: "SEL", Count: 1}, {Sector: "NWL", Count: 1}, {Sector: "NEL", Count: 2}}
		}, []string{"cars cannot be had", "at_least[0] at least 1", "at_least[2] at least 2"}},
		"more than there are sites": {func(s *Scenario) { s.AtLeast = []SiteRule{{Cells: []string{"Infirmary"}, Count: 2}} },
			[]string{"at_least[0] cannot be had", "needs 2 cars and has 1 sites"}},
		"fixed beyond the most": {func(s *Scenario) {
			s.Fixed, s.AtMost = []string{"Infirmary"}, []SiteRule{{Cells: []string{"Infirmary"}, Count: 0}}
		}, []string{"at_most[0] cannot be had", "at most 1 would do"}},
		"crossing": {func(s *Scenario) {
			s.AtMost = []SiteRule{{Cells: []string{"Infirmary", "Old Mill"}, Count: 1}, {Cells: []string{"Old Mill", "St Anne's"}, Count: 1}}
		}, []string{"at_most[1] cannot be had", "at_most[0] overlap"}},
		"out of reach": {func(s *Scenario) { s.WorstMinutes = 2 }, []string{"worst_minutes 2: want at least", "no allowed site reaches"}},
		"too few cars for the worst": {func(s *Scenario) { s.Cars, s.WorstMinutes = 2, 8 },
			[]string{"worst_minutes 8: want at least", "with 2 cars, or", "(proved)"}},
		"too few cars for all": {func(s *Scenario) { s.Objective, s.Cars, s.Target.Minutes = FewestCars, 2, 8 },
			[]string{"cars 2: want ", "the fewest found; no plan has fewer"}},
		"too short for anybody": {func(s *Scenario) { s.Objective, s.Cars, s.Target.Minutes = FewestCars, 0, 2 },
			[]string{"target.minutes 2: want at least", "no allowed site reaches"}},
		"too large a share": {func(s *Scenario) {
			s.Objective, s.Cars, s.Target = FewestCars, 0, Target{Minutes: 2, Share: 0.99}
		}, []string{"target.share 0.99: want at most 0.", "minutes"}},
		"all forbidden": {func(s *Scenario) {
			city := smallCity()
			for i := range city.Coarse.Len() {
				s.Forbidden = append(s.Forbidden, city.Coarse.ID(grid.Index(i)))
			}
		}, []string{"cars 3: want at most the number of candidate sites, 0"}},
		"fixed outside its sectors": {func(s *Scenario) {
			s.Cars, s.Groups = 0, []Group{{Name: "north", Count: 2, Sectors: []string{"NWL"}, Fixed: []string{"Infirmary", "St Bede's"}}, {Name: "all", Count: 1}}
		}, []string{"groups[0].fix[", "a site in the group's sectors"}},
	} {
		s := daytime()
		c.change(&s)
		_, err := Solve(t.Context(), on(smallCity()), s, "", ignore)
		if len(Faults(err)) == 0 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, text := range c.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v; want one that says %q", name, err, text)
			}
		}
		t.Logf("%s: %v", name, err)
	}
}

// TestVerifyRefusesFalseClaims has every kind of plan claim a little more than it is worth, with a fresh
// digest, each kind in two of several ways.
func TestVerifyRefusesFalseClaims(t *testing.T) {
	city := smallCity()
	elsewhere := func(d *Document) {
		for _, site := range []string{"Infirmary", "Old Mill", "St Anne's"} {
			cell, _ := resolve(city, "", site)
			if id := city.Grid.ID(cell); !slices.ContainsFunc(d.Cars, func(s Site) bool { return s.Cell == id }) {
				d.Cars[len(d.Cars)-1].Cell = id
				return
			}
		}
		d.Cars = d.Cars[1:]
	}
	edits := []func(*Document){
		elsewhere,
		func(d *Document) { d.Response.Certificate.Bound *= 1.01 },
		func(d *Document) { d.Response.Certificate.Value *= 0.99 },
		func(d *Document) { d.Cars = d.Cars[1:] },
		func(d *Document) {
			c := &d.Response.Certificate
			if c.Proof = ""; c.Weighted != nil {
				c.Weighted.Proof = ""
			}
		},
		func(d *Document) { d.Response.Certificate.Kind += "x" },
		func(d *Document) { d.Gap -= 0.01 },
		func(d *Document) { d.Constraints = append(d.Constraints, Constraint{Field: "at_most[9]"}) },
	}
	all := scenarios()
	for i, name := range slices.Sorted(maps.Keys(all)) {
		d, err := Solve(t.Context(), on(city), all[name], "", ignore)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, k := range []int{i % len(edits), (i + 1 + i/len(edits)) % len(edits)} {
			again := reread(t, d)
			edits[k](again)
			again.SHA256 = again.digest()
			if err := Verify(t.Context(), again, on(city), "", ignore); err == nil {
				t.Errorf("%s with edit %d: verified", name, k)
			}
		}
	}
}
