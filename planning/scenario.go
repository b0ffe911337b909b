package planning

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
)

// Limits of a Scenario.
const (
	MaxCars      = 200
	MaxCentres   = 50
	MaxBusy      = 0.95
	MaxTimeLimit = 300 * time.Second

	// DefaultTimeLimit is the time for the search when a Scenario gives none.
	DefaultTimeLimit = 10 * time.Second
)

// Objective is what a plan keeps low.
type Objective string

// Objectives.
const (
	// ExpectedResponse counts that the nearest car may be busy (Snyder and Daskin 2005).
	ExpectedResponse Objective = "expected_response"
	// MeanResponse takes every car as free: the p-median.
	MeanResponse Objective = "mean_response"
)

// Calls says which of the expected calls a plan is for.
type Calls string

// Which calls.
const (
	TotalCalls    Calls = "total"
	SuitableCalls Calls = "suitable" // those that suit a joint-response car, by rules kept as data
)

// Scenario is a planner's question.
type Scenario struct {
	Cars    int                 // 1 to MaxCars
	Centres int                 // 0 to MaxCentres
	Hours   []demand.HourOfWeek // in which the cars run; in any order
	// Objective is ExpectedResponse where empty.
	Objective Objective
	// Calls is TotalCalls where empty.
	Calls Calls
	// Busy is the share of the time that a car is out, 0 to MaxBusy; nil: estimated from the calls
	// (see Load). MeanResponse takes none.
	Busy      *float64
	Driving   road.Driving // of cars on their way to a call; patients are always conveyed with normal driving
	Fixed     []string     // H3 cells (resolution 8 or 9) or places that must have a car
	Forbidden []string     // H3 cells or places that must not
	// TimeLimit bounds the search, travel times and comparisons not counted; 0 means DefaultTimeLimit.
	TimeLimit time.Duration
}

// FieldError says which part of a scenario was refused and what is allowed.
type FieldError struct {
	Field string // such as "cars"
	Value string // what was given
	Want  string // what is allowed
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("%s %s: want %s", e.Field, e.Value, e.Want)
}

// Validate reports everything that is wrong with the scenario by itself, each a *FieldError, joined.
// Whether its cells and places exist shows only against a city, in Solve.
func (s *Scenario) Validate() error {
	var errs []error
	check := func(ok bool, field string, value any, want string) {
		if !ok {
			errs = append(errs, &FieldError{field, fmt.Sprint(value), want})
		}
	}
	check(s.Cars >= 1 && s.Cars <= MaxCars, "cars", s.Cars, fmt.Sprintf("1 to %d", MaxCars))
	check(s.Centres >= 0 && s.Centres <= MaxCentres, "centres", s.Centres, fmt.Sprintf("0 to %d", MaxCentres))
	check(len(s.Hours) > 0, "hours", "(none)", "at least one hour of the week")
	for _, h := range s.Hours {
		check(h < demand.HoursPerWeek, "hours", h, "hours of the week, 0 (Monday 00:00) to 167")
	}
	switch s.Objective {
	case "", ExpectedResponse:
	case MeanResponse:
		check(s.Busy == nil, "busy", "given", "none with the objective "+string(MeanResponse)+", which takes every car as free")
	default:
		check(false, "objective", fmt.Sprintf("%q", s.Objective), string(ExpectedResponse)+" or "+string(MeanResponse))
	}
	check(s.Calls == "" || s.Calls == TotalCalls || s.Calls == SuitableCalls, "demand", fmt.Sprintf("%q", s.Calls), string(TotalCalls)+" or "+string(SuitableCalls))
	if s.Busy != nil {
		check(*s.Busy >= 0 && *s.Busy <= MaxBusy, "busy", *s.Busy, fmt.Sprintf("0 to %g", MaxBusy))
	}
	check(s.Driving < road.Drivings, "driving", uint8(s.Driving), "normal or blue_light")
	check(s.TimeLimit >= 0 && s.TimeLimit <= MaxTimeLimit, "time-limit", s.TimeLimit, "more than 0, at most "+MaxTimeLimit.String())
	return errors.Join(errs...)
}

// settled returns the scenario with its defaults filled in and its hours ascending, each once.
func (s Scenario) settled() Scenario {
	s.Hours = slices.Clone(s.Hours)
	slices.Sort(s.Hours)
	s.Hours = slices.Compact(s.Hours)
	if s.Objective == "" {
		s.Objective = ExpectedResponse
	}
	if s.Calls == "" {
		s.Calls = TotalCalls
	}
	if s.TimeLimit == 0 {
		s.TimeLimit = DefaultTimeLimit
	}
	return s
}
