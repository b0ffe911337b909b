package planning

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// candidate is where a car or a centre may stand. There is at most one of each kind in a cell, so
// that a plan can name its sites by their cells.
type candidate struct {
	cell  grid.Index
	at    orb.Point
	place string // empty where it is no named place
	spot  road.Spot
}

// candidates gathers candidate sites in order, the first of each cell.
type candidates struct {
	city    *data.London
	snapper road.Snapper
	sites   []candidate
	inCell  map[grid.Index]int // position in sites

	standard int // of the car sites, how many every scenario has; cells that a planner fixed follow
}

func newCandidates(city *data.London, snapper road.Snapper) *candidates {
	return &candidates{city: city, snapper: snapper, inCell: map[grid.Index]int{}}
}

// add takes a site unless its cell has one, lies outside London or is not near a road.
func (c *candidates) add(at orb.Point, place string) {
	cell, ok := c.city.Grid.At(at)
	if !ok {
		return
	}
	if _, taken := c.inCell[cell]; taken {
		return
	}
	spot, ok := c.snapper.Snap(at)
	if !ok {
		return
	}
	c.inCell[cell] = len(c.sites)
	c.sites = append(c.sites, candidate{cell, at, place, spot})
}

// siteRes is the H3 resolution whose cell centres are candidates beside the places: about 5 km² a
// cell, 1.4 km from its middle to a corner. In a trial with six cars on made-up streets between
// London's cells, seven times as many sites (resolution 8) could gain at most 0.3 % by their bound, and
// took five times as long.
const siteRes = 7

// carSites returns where cars may stand: the candidate places, then the centres of coarse cells.
func carSites(city *data.London, snapper road.Snapper) (*candidates, error) {
	c := newCandidates(city, snapper)
	for _, p := range city.Places {
		if p.Candidate {
			c.add(p.Point, p.Name)
		}
	}
	coarse, err := grid.New(city.Boroughs, siteRes)
	if err != nil {
		return nil, fmt.Errorf("candidate sites: %w", err)
	}
	for i := range coarse.Len() {
		c.add(coarse.Centre(grid.Index(i)), "")
	}
	c.standard = len(c.sites)
	return c, nil
}

// centreSites returns where crisis assessment centres may be: emergency departments and mental-health sites.
func centreSites(city *data.London, snapper road.Snapper) *candidates {
	c := newCandidates(city, snapper)
	for _, p := range city.Places {
		if p.Candidate && p.Kind.CentreKind() {
			c.add(p.Point, p.Name)
		}
	}
	return c
}

// resolve returns the cell of resolution 9 that a planner's words name: an H3 cell of resolution 8
// (the cell at its centre) or 9, or a place by its name, letter case apart.
func resolve(city *data.London, field, words string) (grid.Index, error) {
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
	return 0, refuse(field, strconv.Quote(words), want)
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

// Check reports what is wrong with the scenario in a city, each a *FieldError, joined: what Validate
// finds, or else cells and places that do not exist, are both fixed and forbidden, or are too many.
func (s *Scenario) Check(city *data.London) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if err := s.unavailable(); err != nil {
		return err
	}
	_, err := resolveAll(city, s.settled())
	return err
}

// unavailable refuses what a scenario can say and no plan can follow yet.
func (s *Scenario) unavailable() error {
	var f faults
	without := func(given bool, field string) { f.check(!given, field, "given", "none: not available yet") }
	without(s.Objective != "" && s.Objective != ExpectedResponse && s.Objective != MeanResponse, "objective")
	without(len(s.Groups) > 0, "groups")
	without(s.PerSite > 1, "per_site")
	without(len(s.FixedCentres) > 0, "fix_centres")
	without(len(s.ForbiddenCentres) > 0, "forbid_centres")
	without(s.Times != (TimeFactor{}), "travel_times")
	without(len(s.AtMost) > 0, "at_most")
	without(len(s.AtLeast) > 0, "at_least")
	without(s.WorstMinutes != 0, "worst_minutes")
	without(s.Seed > 1, "seed")
	return f.err()
}

// resolveAll replaces the words of Fixed and Forbidden by cells of resolution 9, each once, and
// refuses a cell in both.
func resolveAll(city *data.London, s Scenario) (Scenario, error) {
	named := map[grid.Index]string{} // field and words of the first mention
	list := func(field string, words []string) ([]string, error) {
		ids := []string{}
		for _, w := range words {
			cell, err := resolve(city, field, w)
			if err != nil {
				return nil, err
			}
			mention := fmt.Sprintf("%s %q", field, w)
			switch first, seen := named[cell]; {
			case !seen:
				named[cell] = mention
				ids = append(ids, city.Grid.ID(cell))
			case !strings.HasPrefix(first, field+" "):
				return nil, refuse(field, strconv.Quote(w), "a cell that is not also in "+first)
			}
		}
		return ids, nil
	}
	var err error
	if s.Fixed, err = list("fix", s.Fixed); err != nil {
		return s, err
	}
	if s.Forbidden, err = list("forbid", s.Forbidden); err != nil {
		return s, err
	}
	if len(s.Fixed) > s.Cars {
		return s, refuse("fix", fmt.Sprintf("%d cells", len(s.Fixed)), fmt.Sprintf("at most as many as cars (%d)", s.Cars))
	}
	return s, nil
}
