package planning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
)

// Validate reports everything that is wrong with the scenario by itself, each a *FieldError, joined.
// Whether its cells and places exist shows only against a city, in Check and Solve.
func (s *Scenario) Validate() error { return s.faults().err() }

// faults returns what Validate reports.
func (s *Scenario) faults() faults {
	var f faults
	s.checkCars(&f)
	s.checkCentres(&f)
	s.checkCentreService(&f)
	s.checkHours(&f)
	s.checkObjective(&f)
	s.checkTarget(&f)
	s.checkTimes(&f)
	s.checkGroups(&f)
	s.checkCallKinds(&f)
	s.checkService(&f)
	s.checkSiteRules(&f, "at_most", s.AtMost, 0)
	s.checkSiteRules(&f, "at_least", s.AtLeast, 1)
	s.checkFairness(&f)
	s.checkCombination(&f)
	s.checkShifts(&f)
	return f
}

func (s *Scenario) checkCars(f *faults) {
	sum := 0
	for _, g := range s.Groups {
		sum += max(0, g.Count)
	}
	switch {
	case len(s.Groups) > 0:
		f.check(s.Cars == 0 || s.Cars == sum, "cars", s.Cars, fmt.Sprintf("%d, the sum of the groups, or nothing", sum))
		f.check(sum <= MaxCars, "groups", fmt.Sprintf("of %d cars", sum), fmt.Sprintf("at most %d cars in all", MaxCars))
	case len(s.Shifts) > 0:
		f.check(s.Cars >= 0 && s.Cars <= MaxCars, "cars", s.Cars, fmt.Sprintf("1 to %d crews, or nothing for as many as the shifts say", MaxCars))
	case s.Objective == FewestCars:
		f.check(s.Cars >= 0 && s.Cars <= MaxCars, "cars", s.Cars, fmt.Sprintf("1 to %d, the most that may be used, or nothing", MaxCars))
	default:
		f.check(s.Cars >= 1 && s.Cars <= MaxCars, "cars", s.Cars, fmt.Sprintf("1 to %d", MaxCars))
	}
	f.check(s.PerSite >= 0 && s.PerSite <= MaxPerSite, "per_site", s.PerSite, fmt.Sprintf("1 to %d", MaxPerSite))
}

func (s *Scenario) checkCentres(f *faults) {
	f.check(s.Centres >= 0 && s.Centres <= MaxCentres, "centres", s.Centres, fmt.Sprintf("0 to %d", MaxCentres))
	f.check(s.Centres > 0 || len(s.FixedCentres) == 0, "fix_centres", "given", "none where centres is 0")
	f.check(s.Centres > 0 || len(s.ForbiddenCentres) == 0, "forbid_centres", "given", "none where centres is 0")
}

func (s *Scenario) checkHours(f *faults) {
	f.check(len(s.Hours) > 0, "hours", "(none)", "at least one hour of the week, such as 11-23")
	for _, h := range s.Hours {
		f.check(h < demand.HoursPerWeek, "hours", h, hourNumbers)
	}
}

func (s *Scenario) checkObjective(f *faults) {
	if s.Busy != nil {
		f.check(*s.Busy >= 0 && *s.Busy <= MaxBusy, "busy", *s.Busy, fmt.Sprintf("0 to %g", MaxBusy))
	}
	o := s.settled().Objective
	if !o.known() {
		f.add("objective", strconv.Quote(cut(string(o))), "one of "+inWords(objectives))
	} else if s.Busy != nil {
		f.check(o.countsBusy(), "busy", *s.Busy, "none with the objective "+string(o)+", which takes every car as free")
	}
}

// checkTarget wants what the objective needs, and nothing else.
func (s *Scenario) checkTarget(f *faults) {
	o, t := s.settled().Objective, &s.Target
	if !o.known() {
		return
	}
	part := func(name string, given, needed bool, value any, ok bool, want string) {
		field := "target." + name
		switch {
		case given && !needed:
			f.add(field, value, "none with the objective "+string(o))
		case needed && !ok:
			if !given {
				value = "(none)"
			}
			f.add(field, value, want+" with the objective "+string(o))
		}
	}
	least := MobilisationSeconds / 60
	part("minutes", t.Minutes != 0, o.needsMinutes(), t.Minutes, t.Minutes > least && t.Minutes <= MaxMinutes,
		fmt.Sprintf("more than %g (the mobilisation delay), at most %d minutes", least, MaxMinutes))
	part("share", t.Share != 0, o == FewestCars, t.Share, t.Share >= 0 && t.Share <= 1, "above 0 to 1, or nothing for all calls,")
	part("backup", t.Backup != 0, o == BackupCoverage, t.Backup, t.Backup > 0 && t.Backup <= 0.5, "above 0 to 0.5")
	part("benefit", len(t.Benefit) > 0, o == Benefit, "(a list)", len(t.Benefit) > 0 && len(t.Benefit) <= MaxBenefit, fmt.Sprintf("1 to %d points", MaxBenefit))
	for i, p := range t.Benefit {
		at := fmt.Sprintf("target.benefit[%d]", i)
		f.check(p.Minutes >= 0 && p.Minutes <= MaxMinutes, at+".minutes", p.Minutes, fmt.Sprintf("0 to %d", MaxMinutes))
		f.check(p.Benefit >= 0 && p.Benefit <= 1, at+".benefit", p.Benefit, "0 to 1")
		if i > 0 {
			f.check(p.Minutes > t.Benefit[i-1].Minutes, at+".minutes", p.Minutes, fmt.Sprintf("more than %g, those of the point before", t.Benefit[i-1].Minutes))
			f.check(p.Benefit <= t.Benefit[i-1].Benefit, at+".benefit", p.Benefit, fmt.Sprintf("at most %g, that of the point before: a longer wait is worth no more", t.Benefit[i-1].Benefit))
		}
	}
	if n := len(t.Benefit); n > 0 {
		f.check(t.Benefit[0].Benefit > t.Benefit[n-1].Benefit, "target.benefit", "(always the same)", "a benefit that falls")
	}
}

func (s *Scenario) checkTimes(f *faults) {
	f.check(s.Calls == "" || s.Calls == TotalCalls || s.Calls == SuitableCalls, "demand", strconv.Quote(cut(string(s.Calls))), string(TotalCalls)+" or "+string(SuitableCalls))
	f.check(s.Driving < road.Drivings, "driving", uint8(s.Driving), "normal or blue_light")
	f.check(s.TimeLimit >= 0 && s.TimeLimit <= MaxTimeLimit, "time_limit", s.TimeLimit, "more than 0, at most "+MaxTimeLimit.String())
	t := &s.Times
	if *t != (TimeFactor{}) {
		f.check(t.Factor >= 0.25 && t.Factor <= 4, "travel_times.factor", t.Factor, "0.25 to 4")
		f.check(t.Source != "", "travel_times.source", "(none)", "where the factor is from: it is shown as an assumption")
	}
	least := MobilisationSeconds / 60
	if w := s.WorstMinutes; w != 0 {
		f.check(w > least && w <= MaxMinutes, "worst_minutes", w, fmt.Sprintf("more than %g (the mobilisation delay), at most %d", least, MaxMinutes))
	}
}

func (s *Scenario) checkGroups(f *faults) {
	f.check(len(s.Groups) <= MaxGroups, "groups", fmt.Sprintf("of %d kinds", len(s.Groups)), fmt.Sprintf("at most %d", MaxGroups))
	names := map[string]int{}
	for i := range s.Groups {
		g, at := &s.Groups[i], fmt.Sprintf("groups[%d]", i)
		f.check(g.Name != "", at+".name", "(none)", "a name")
		if first, twice := names[g.Name]; twice && g.Name != "" {
			f.add(at+".name", strconv.Quote(cut(g.Name)), fmt.Sprintf("another name than groups[%d]", first))
		} else {
			names[g.Name] = i
		}
		f.check(g.Count >= 1 && g.Count <= MaxCars, at+".count", g.Count, fmt.Sprintf("1 to %d", MaxCars))
		for k, kind := range g.Serves {
			known := slices.ContainsFunc(s.CallKinds, func(c CallKind) bool { return c.Name == kind })
			f.check(known, fmt.Sprintf("%s.serves[%d]", at, k), strconv.Quote(cut(kind)), "the name of one of call_kinds")
		}
		for k, sector := range g.Sectors {
			checkSector(f, fmt.Sprintf("%s.sectors[%d]", at, k), sector)
			f.check(!slices.Contains(g.Sectors[:k], sector), fmt.Sprintf("%s.sectors[%d]", at, k), sector, "each sector once")
		}
		for k, h := range g.Hours {
			if !slices.Contains(s.Hours, h) {
				f.add(fmt.Sprintf("%s.hours[%d]", at, k), h, "hours among the scenario's")
				break
			}
		}
		f.check(g.Hours == nil || len(g.Hours) > 0, at+".hours", "(none)", "at least one hour, or no such field for all of the scenario's")
	}
}

func (s *Scenario) checkCallKinds(f *faults) {
	f.check(len(s.CallKinds) <= MaxCallKinds, "call_kinds", fmt.Sprintf("of %d", len(s.CallKinds)), fmt.Sprintf("at most %d", MaxCallKinds))
	f.check(len(s.CallKinds) == 0 || len(s.Groups) > 0, "call_kinds", "given", "groups that say which cars serve which")
	sum := 0.0
	for i, c := range s.CallKinds {
		at := fmt.Sprintf("call_kinds[%d]", i)
		f.check(c.Name != "", at+".name", "(none)", "a name")
		twice := slices.ContainsFunc(s.CallKinds[:i], func(b CallKind) bool { return b.Name == c.Name })
		f.check(!twice, at+".name", strconv.Quote(cut(c.Name)), "another name than those before")
		f.check(c.Share > 0 && c.Share <= 1, at+".share", c.Share, "above 0 to 1")
		sum += c.Share
	}
	if len(s.CallKinds) > 0 {
		f.check(sum > 1-1e-6 && sum < 1+1e-6, "call_kinds", fmt.Sprintf("whose shares sum to %.6g", sum), "shares that sum to 1")
	}
}

// checkService wants a car in service for every kind of call, in every sector, in every hour.
func (s *Scenario) checkService(f *faults) {
	if len(s.Groups) == 0 || len(*f) > 0 {
		return
	}
	kinds := s.CallKinds
	if len(kinds) == 0 {
		kinds = []CallKind{{}}
	}
	for _, c := range kinds {
		for sector := range geo.Sectors {
			for _, h := range s.Hours {
				if slices.ContainsFunc(s.Groups, func(g Group) bool { return g.serves(c.Name) && g.in(sector) && g.runs(h) }) {
					continue
				}
				what := "calls"
				if c.Name != "" {
					what = fmt.Sprintf("calls of the kind %q", c.Name)
				}
				f.add("groups", fmt.Sprintf("without a car for %s in %s at %s", what, sector, h), "one in service for every kind of call, in every sector and hour")
				break
			}
		}
	}
}

// serves reports whether cars of the group may take calls of a kind; "" where calls are all alike.
func (g *Group) serves(kind string) bool {
	return len(g.Serves) == 0 || slices.Contains(g.Serves, kind)
}

// in reports whether cars of the group may stand in a sector and serve it.
func (g *Group) in(s geo.Sector) bool {
	return len(g.Sectors) == 0 || slices.Contains(g.Sectors, s.String())
}

func (g *Group) runs(h demand.HourOfWeek) bool { return g.Hours == nil || slices.Contains(g.Hours, h) }

func checkSector(f *faults, field, sector string) {
	_, err := geo.ParseSector(sector)
	f.check(err == nil, field, strconv.Quote(cut(sector)), "NCL, NEL, NWL, SEL or SWL")
}

// checkSiteRules checks the site rules of one field, of which each has to be for at least so many cars.
func (s *Scenario) checkSiteRules(f *faults, field string, rules []SiteRule, least int) {
	f.check(len(rules) <= MaxSiteRules, field, fmt.Sprintf("of %d", len(rules)), fmt.Sprintf("at most %d", MaxSiteRules))
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", field, i)
		f.check(r.Count >= least && r.Count <= MaxCars, at+".count", r.Count, fmt.Sprintf("%d to %d", least, MaxCars))
		named := slices.ContainsFunc(s.Groups, func(g Group) bool { return g.Name == r.Group })
		switch {
		case len(s.Groups) == 0:
			f.check(r.Group == "", at+".group", strconv.Quote(cut(r.Group)), "none where there are no groups")
		case r.Group == "":
			f.add(at+".group", "(none)", "the name of the group whose cars count")
		default:
			f.check(named, at+".group", strconv.Quote(cut(r.Group)), "the name of one of groups")
		}
		parts := 0
		for _, given := range []bool{len(r.Cells) > 0, r.Borough != "", r.Sector != ""} {
			if given {
				parts++
			}
		}
		f.check(parts == 1, at, fmt.Sprintf("with %d parts of London", parts), "one of cells, borough or sector")
		if r.Sector != "" {
			checkSector(f, at+".sector", r.Sector)
		}
	}
}

// checkCombination refuses what cannot be had together; docs/format/scenario.md has the table.
func (s *Scenario) checkCombination(f *faults) {
	o := s.settled().Objective
	without := func(given bool, field string) {
		f.check(!given, field, "given", "none: not available with the objective "+string(o)+", which looks at each cell once and at no kinds of cars")
	}
	if o.byCover() {
		without(len(s.Groups) > 0, "groups")
		without(len(s.AtMost) > 0, "at_most")
		without(len(s.AtLeast) > 0, "at_least")
		without(s.PerSite > 1, "per_site")
		without(s.WorstMinutes != 0, "worst_minutes")
	}
	if len(s.Groups) > 0 {
		f.check(len(s.Fixed) == 0, "fix", "given", "it in the group whose cars they are")
	}
}

// inWords lists names with commas.
func inWords[S ~string](names []S) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = string(n)
	}
	return strings.Join(words, ", ")
}
