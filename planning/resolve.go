package planning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
)

// named is what the words of a scenario stand for in a city.
type named struct {
	groups    []Group // at least one: a scenario without kinds of cars has one group of all
	fixed     [][]grid.Index
	forbidden map[grid.Index]string // by whose words
	rules     []rule

	fixedCentres, forbiddenCentres []grid.Index
	centresAt                      []grid.Index // of centre_service.at
}

// rule is an at_most or at_least.
type rule struct {
	field string
	group int // -1: cars of any
	in    func(grid.Index) bool
	least int
	most  int // MaxCars where there is no limit
}

// resolver turns words into cells and gathers what is wrong.
type resolver struct {
	city   *data.London
	coarse *grid.Grid // resolution siteRes; made when first needed
	bad    faults
}

// Check reports what is wrong with the scenario in a city, each a *FieldError, joined: what Validate
// finds, or else cells and places that do not exist, are both fixed and forbidden, or are too many.
func (s *Scenario) Check(city *data.London) error {
	if err := s.Validate(); err != nil {
		return err
	}
	settled := s.settled()
	_, err := settled.resolve(city)
	return err
}

// resolve looks up all words of a settled scenario.
func (s *Scenario) resolve(city *data.London) (*named, error) {
	r := resolver{city: city}
	n := &named{groups: s.Groups, forbidden: map[grid.Index]string{}}
	fixed := func(i int) string { return fmt.Sprintf("groups[%d].fix", i) }
	switch {
	case len(s.Shifts) > 0:
		n.groups = s.shiftGroups()
		variants := s.question(1).Variants()
		fixed = func(v int) string { return fmt.Sprintf("shifts[%d].fix", variants[v].Template) }
	case len(n.groups) == 0:
		n.groups = []Group{{Count: s.Cars, Fixed: s.Fixed}}
		fixed = func(int) string { return "fix" }
	}
	mentioned := map[grid.Index]string{}
	for i, g := range n.groups {
		cells := r.sites(fixed(i), g.Fixed, s.PerSite, mentioned)
		if len(g.Fixed) > g.Count {
			r.bad.add(fixed(i), fmt.Sprintf("%d cells", len(g.Fixed)), fmt.Sprintf("at most as many as cars (%d)", g.Count))
		}
		for k, c := range cells {
			r.bad.check(g.in(city.Grid.Sector(c)), fmt.Sprintf("%s[%d]", fixed(i), k), strconv.Quote(cut(g.Fixed[k])), "a site in the group's sectors")
		}
		n.fixed = append(n.fixed, cells)
	}
	for i, words := range s.Forbidden {
		for _, c := range r.area(fmt.Sprintf("forbid[%d]", i), words) {
			n.forbidden[c] = words
			if at, both := mentioned[c]; both {
				r.bad.add(fmt.Sprintf("forbid[%d]", i), strconv.Quote(cut(words)), "a cell that is not also in "+at)
			}
		}
	}
	for i, rule := range s.AtMost {
		n.rules = append(n.rules, r.rule(fmt.Sprintf("at_most[%d]", i), rule, n.groups, 0, rule.Count))
	}
	for i, rule := range s.AtLeast {
		n.rules = append(n.rules, r.rule(fmt.Sprintf("at_least[%d]", i), rule, n.groups, rule.Count, MaxCars))
	}
	centres := map[grid.Index]string{}
	n.fixedCentres = r.sites("fix_centres", s.FixedCentres, 1, centres)
	n.forbiddenCentres = r.sites("forbid_centres", s.ForbiddenCentres, 1, centres)
	seen := map[grid.Index]string{}
	for i, a := range s.CentreService.At {
		n.centresAt = append(n.centresAt, r.sites(fmt.Sprintf("centre_service.at[%d].site", i), []string{a.Site}, 1, seen)...)
	}
	r.bad.check(len(s.FixedCentres) <= s.Centres, "fix_centres", fmt.Sprintf("%d sites", len(s.FixedCentres)), fmt.Sprintf("at most as many as centres (%d)", s.Centres))
	return n, r.bad.err()
}

// sites returns the cells of words that each name one site, which may have so many cars. mentioned
// says by which words a cell was named before.
func (r *resolver) sites(field string, words []string, perSite int, mentioned map[grid.Index]string) []grid.Index {
	var out []grid.Index
	for i, w := range words {
		at := fmt.Sprintf("%s[%d]", field, i)
		cell, err := resolve(r.city, at, w)
		if err != nil {
			r.bad = append(r.bad, err)
			continue
		}
		first, seen := mentioned[cell]
		switch {
		case !seen:
			mentioned[cell] = fmt.Sprintf("%s %q", field, w)
		case !strings.HasPrefix(first, field+" "):
			r.bad.add(at, strconv.Quote(cut(w)), "a cell that is not also in "+first)
		case countOf(out, cell) >= perSite:
			r.bad.add(at, strconv.Quote(cut(w)), fmt.Sprintf("a site at most %d times (per_site); %s has it", perSite, first))
		}
		out = append(out, cell)
	}
	return out
}

func countOf(list []grid.Index, cell grid.Index) (n int) {
	for _, c := range list {
		if c == cell {
			n++
		}
	}
	return n
}

// area returns all cells that words name: the one of a place, or those of an H3 cell of resolution 7 to 9.
func (r *resolver) area(field, words string) []grid.Index {
	id := strings.ToLower(strings.TrimSpace(words))
	if i, ok := r.city.Coarse.Find(id); ok {
		return grid.Children(r.city.Grid, r.city.Coarse)[i]
	}
	if r.coarse == nil {
		var err error
		if r.coarse, err = grid.New(r.city.Boroughs, siteRes); err != nil {
			r.coarse = r.city.Coarse
		}
	}
	if i, ok := r.coarse.Find(id); ok {
		return grid.Children(r.city.Grid, r.coarse)[i]
	}
	cell, err := resolve(r.city, field, words)
	if err != nil {
		err.Want = strings.Replace(err.Want, "resolution 8 or 9", "resolution 7 to 9", 1)
		r.bad = append(r.bad, err)
		return nil
	}
	return []grid.Index{cell}
}

func (r *resolver) rule(field string, s SiteRule, groups []Group, least, most int) rule {
	out := rule{field: field, group: slices.IndexFunc(groups, func(g Group) bool { return s.Group != "" && g.Name == s.Group }), least: least, most: most}
	g := r.city.Grid
	switch {
	case s.Sector != "":
		sector, _ := geo.ParseSector(s.Sector) // Validate has parsed it
		out.in = func(c grid.Index) bool { return g.Sector(c) == sector }
	case s.Borough != "":
		b := slices.IndexFunc(r.city.Boroughs, func(b geo.Borough) bool {
			return strings.EqualFold(b.Name, strings.TrimSpace(s.Borough)) || b.Code == strings.TrimSpace(s.Borough)
		})
		if b < 0 {
			var names []string
			for i := range r.city.Boroughs {
				names = append(names, r.city.Boroughs[i].Name)
			}
			r.bad.add(field+".borough", strconv.Quote(cut(s.Borough)), "the name or GSS code of a borough: "+suggestion(s.Borough, names))
		}
		out.in = func(c grid.Index) bool { return g.Borough(c) == b }
	default:
		cells := map[grid.Index]bool{}
		for i, w := range s.Cells {
			for _, c := range r.area(fmt.Sprintf("%s.cells[%d]", field, i), w) {
				cells[c] = true
			}
		}
		out.in = func(c grid.Index) bool { return cells[c] }
	}
	return out
}

// resolve returns the cell of resolution 9 that a planner's words name: an H3 cell of resolution 8
// (the cell at its centre) or 9, or a place by its name, letter case apart.
func resolve(city *data.London, field, words string) (grid.Index, *FieldError) {
	id := strings.ToLower(strings.TrimSpace(words))
	if i, ok := city.Grid.Find(id); ok {
		return i, nil
	}
	if i, ok := city.Coarse.Find(id); ok {
		if j, ok := city.Grid.At(city.Coarse.Centre(i)); ok {
			return j, nil
		}
	}
	for _, p := range city.Places {
		if strings.EqualFold(p.Name, strings.TrimSpace(words)) {
			if j, ok := city.Grid.At(p.Point); ok {
				return j, nil
			}
		}
	}
	want := "an H3 cell of London (resolution 8 or 9) or the name of a place"
	if near := placesLike(city, words); near != "" {
		want += "; did you mean " + near + "?"
	}
	return 0, refuse(field, strconv.Quote(cut(words)), want)
}

// placesLike returns up to three places whose names contain the words, as a hint.
func placesLike(city *data.London, words string) string {
	var found []string
	words = strings.ToLower(strings.TrimSpace(words))
	for _, p := range city.Places {
		if len(found) < 3 && len(words) >= 3 && strings.Contains(strings.ToLower(p.Name), words) {
			found = append(found, strconv.Quote(p.Name))
		}
	}
	return strings.Join(found, " or ")
}
