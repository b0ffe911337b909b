package planning

import (
	"slices"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
)

// Limits of a Scenario.
const (
	MaxCars      = 200
	MaxCentres   = 50
	MaxBusy      = 0.95
	MaxTimeLimit = 300 * time.Second
	MaxGroups    = 12  // kinds of cars
	MaxCallKinds = 6   // kinds of calls
	MaxPerSite   = 8   // cars at one base
	MaxSiteRules = 400 // at_most and at_least together
	MaxMinutes   = 120 // of every time in a scenario; longer ways count as so long
	MaxBenefit   = 64  // points of a benefit curve

	// DefaultTimeLimit is the time for the search when a Scenario gives none.
	DefaultTimeLimit = 10 * time.Second
)

// Calls says which of the expected calls a plan is for.
type Calls string

// Which calls.
const (
	TotalCalls    Calls = "total"
	SuitableCalls Calls = "suitable" // those that suit a joint-response car, by rules kept as data
)

// Scenario is a planner's question; docs/format/scenario.md describes it as a file. Times in minutes are
// response times: they count the mobilisation delay.
type Scenario struct {
	Name string `yaml:"name,omitempty" json:"name,omitempty"` // what it is about, in the planner's words

	// Cars is how many, 1 to MaxCars; 0 with Groups is their sum. With FewestCars it is the most that may be used; 0: MaxCars.
	Cars int `yaml:"cars,omitempty" json:"cars" zero:"1 to 200"`
	// Groups are the kinds of cars; nil: all are alike.
	Groups []Group `yaml:"groups,omitempty" json:"groups,omitempty"`
	// CallKinds are the kinds of calls that Groups tell apart; nil: every car may take every call.
	CallKinds []CallKind `yaml:"call_kinds,omitempty" json:"call_kinds,omitempty"`
	// PerSite is how many cars of one group a site may have; 0 is 1.
	PerSite int `yaml:"per_site,omitempty" json:"per_site,omitempty" zero:"1 to 8"`

	// Shifts are when crews work; nil: every car runs in all of the scenario's hours. With shifts Cars is how
	// many crews there are in all, at most so many with CrewHours; 0: as many as the shifts say.
	Shifts []Shift `yaml:"shifts,omitempty" json:"shifts,omitempty"`
	// CrewHours is the most hours a week that all crews together are paid for; 0: no limit.
	CrewHours float64 `yaml:"crew_hours,omitempty" json:"crew_hours,omitempty" zero:"1 to 33600"`

	Centres int `yaml:"centres,omitempty" json:"centres"` // 0 to MaxCentres
	// FixedCentres and ForbiddenCentres are candidate sites that must, or must not, have a centre.
	FixedCentres     []string `yaml:"fix_centres,omitempty" json:"fix_centres,omitempty"`
	ForbiddenCentres []string `yaml:"forbid_centres,omitempty" json:"forbid_centres,omitempty"`

	// CentreService is what the centres can do: room and opening hours.
	CentreService CentreService `yaml:"centre_service,omitempty" json:"centre_service,omitzero"`
	// ExpandCentres asks where further centres would go, one by one, beside those of the plan, and
	// ContractCentres which of them to close; up to MaxCentreSteps.
	ExpandCentres   int `yaml:"expand_centres,omitempty" json:"expand_centres,omitempty" zero:"1 to 5"`
	ContractCentres int `yaml:"contract_centres,omitempty" json:"contract_centres,omitempty" zero:"1 to 5"`

	Hours Hours `yaml:"hours,omitempty" json:"hours"` // in which cars run; in any order
	// Objective is ExpectedResponse where empty; Target is what it needs to be told.
	Objective Objective `yaml:"objective,omitempty" json:"objective"`
	Target    Target    `yaml:"target,omitempty" json:"target,omitzero"`
	// Calls is TotalCalls where empty.
	Calls Calls `yaml:"demand,omitempty" json:"demand"`
	// Busy is the share of the time that a car is out, 0 to MaxBusy; nil: found together with the plan, from the calls
	// (see Load). Objectives that take every car as free take none.
	Busy *float64 `yaml:"busy,omitempty" json:"busy,omitempty"`
	// Driving is of cars on their way to a call; patients are always conveyed with normal driving.
	Driving road.Driving `yaml:"driving,omitempty" json:"driving"`
	Times   TimeFactor   `yaml:"travel_times,omitempty" json:"travel_times,omitzero"`

	// Fixed are H3 cells (resolution 8 or 9) or places that must have a car; twice for two cars, where
	// PerSite allows. Forbidden are H3 cells (resolution 7 to 9) or places that must not; all of a coarse cell.
	Fixed     []string `yaml:"fix,omitempty" json:"fix,omitempty"`
	Forbidden []string `yaml:"forbid,omitempty" json:"forbid,omitempty"`
	// AtMost and AtLeast say how many cars parts of London may, or must, have.
	AtMost  []SiteRule `yaml:"at_most,omitempty" json:"at_most,omitempty"`
	AtLeast []SiteRule `yaml:"at_least,omitempty" json:"at_least,omitempty"`
	// WorstMinutes is the longest response that any cell with calls may have from its nearest car, all
	// free; 0: no limit.
	WorstMinutes float64 `yaml:"worst_minutes,omitempty" json:"worst_minutes,omitempty" zero:"more than 1 (the mobilisation delay), at most 120"`

	// Equity says whose waiting is kept low, with the objectives that are a mean response; empty: Efficient.
	Equity Equity `yaml:"equity,omitempty" json:"equity,omitempty"`
	// Balance is the exponent of Balanced, 1 to MaxBalance; 0 is DefaultBalance. The larger, the more the boroughs that wait longest count.
	Balance float64 `yaml:"balance,omitempty" json:"balance,omitempty" zero:"no"`
	// BoroughFloor is the least service that every borough has: its mean response is at most so many minutes; 0: none.
	BoroughFloor float64 `yaml:"borough_floor,omitempty" json:"borough_floor,omitempty" zero:"no"`
	// Frontier is how many plans between the least mean and the best served worst borough to show; 0: none.
	Frontier int `yaml:"frontier,omitempty" json:"frontier,omitempty" zero:"no"`
	// Robust asks for a plan that is good in many samples of the future; its zero value does not.
	Robust Robust `yaml:"robust,omitempty" json:"robust,omitzero"`

	// TimeLimit bounds the search, travel times and comparisons not counted; 0 means DefaultTimeLimit.
	TimeLimit time.Duration `yaml:"time_limit,omitempty" json:"-"`
	Seed      uint64        `yaml:"seed,omitempty" json:"-"` // of the search; 0 is 1
}

// Group is a kind of cars.
type Group struct {
	Name  string `yaml:"name" json:"name"`
	Count int    `yaml:"count" json:"count"` // 1 to MaxCars
	// Serves names the CallKinds that it may take; nil: all.
	Serves []string `yaml:"serves,omitempty" json:"serves,omitempty"`
	// Sectors are those that its cars stand in and may not leave, such as "SEL"; nil: all London.
	Sectors []string `yaml:"sectors,omitempty" json:"sectors,omitempty"`
	// Fixed is like a Scenario's, for cars of the group.
	Fixed []string `yaml:"fix,omitempty" json:"fix,omitempty"`
	// Hours in which it runs, among the scenario's; nil: all of them.
	Hours Hours `yaml:"hours,omitempty" json:"hours,omitempty"`
}

// CallKind is a kind of calls, such as those that need a nurse. What share of the calls it is, is not
// published: the scenario says it.
type CallKind struct {
	Name  string  `yaml:"name" json:"name"`
	Share float64 `yaml:"share" json:"share"` // of the calls that count, above 0; those of all kinds sum to 1
}

// SiteRule is how many cars a part of London may, or must, have. The part is Cells, a Borough or a Sector.
type SiteRule struct {
	Group   string   `yaml:"group,omitempty" json:"group,omitempty"` // whose cars count; needed where there are Groups
	Count   int      `yaml:"count" json:"count"`
	Cells   []string `yaml:"cells,omitempty,flow" json:"cells,omitempty"` // H3 cells (resolution 7 to 9) or places
	Borough string   `yaml:"borough,omitempty" json:"borough,omitempty"`  // name or GSS code
	Sector  string   `yaml:"sector,omitempty" json:"sector,omitempty"`    // such as "SEL"
}

// TimeFactor makes road times longer or shorter than the network's, which are means: to plan with a
// high percentile, or with what a service measured. It is an assumption, shown with the plan.
type TimeFactor struct {
	Factor float64 `yaml:"factor,omitempty" json:"factor,omitempty" zero:"0.25 to 4"` // of every road time, 0.25 to 4; 0 is 1
	Source string  `yaml:"source,omitempty" json:"source,omitempty"`                  // where it is from; needed with a Factor
}

// settled returns the scenario with its defaults filled in and its hours ascending, each once.
func (s Scenario) settled() Scenario {
	s.Hours = ascending(s.Hours)
	s.Groups = slices.Clone(s.Groups)
	for i := range s.Groups {
		s.Groups[i].Hours = ascending(s.Groups[i].Hours)
	}
	s.CentreService.Hours = ascending(s.CentreService.Hours)
	s.CentreService.At = slices.Clone(s.CentreService.At)
	for i := range s.CentreService.At {
		s.CentreService.At[i].Hours = ascending(s.CentreService.At[i].Hours)
	}
	if s.Objective == "" {
		s.Objective = ExpectedResponse
	}
	if s.Cars == 0 {
		for _, g := range s.Groups {
			s.Cars += g.Count
		}
	}
	if s.Objective == FewestCars && s.Cars == 0 {
		s.Cars = MaxCars
	}
	if s.Objective == FewestCars && s.Target.Share == 0 {
		s.Target.Share = 1
	}
	if s.Calls == "" {
		s.Calls = TotalCalls
	}
	if s.TimeLimit == 0 {
		s.TimeLimit = DefaultTimeLimit
	}
	s.PerSite = max(s.PerSite, 1)
	s.Seed = max(s.Seed, 1)
	s.settleFairness()
	return s
}

// ascending returns hours in order, each once.
func ascending(hours Hours) Hours {
	if hours == nil {
		return nil
	}
	hours = slices.Clone(hours)
	slices.Sort(hours)
	return slices.Compact(hours)
}
