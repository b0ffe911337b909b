package planning

import (
	"fmt"
	"math"
)

// What a plan assumes where nothing is published. Every document lists them, with their sources.
const (
	// MobilisationSeconds passes between the request to a car and its setting off.
	MobilisationSeconds = 60.0
	// SuitableShare of the expected calls is sent a joint-response car.
	SuitableShare = 0.10
	// CycleHours is how long one job keeps a car, from the request until it is free again.
	CycleHours = 1.85
	// ConveyedShare of the attended calls is conveyed, and so needs a centre.
	ConveyedShare = 0.18
	// Levels is how many of the nearest cars the expected response looks at.
	Levels = 3
	// TargetSeconds is the response that the tables count calls within.
	TargetSeconds = 15 * 60
)

// Assumption is a figure that a plan rests on and that is not measured.
type Assumption struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Source string  `json:"source"`
}

// assumptions lists what a plan for the scenario rests on.
func assumptions(s *Scenario, rules *RulesRecord) []Assumption {
	sent := Assumption{"share of expected calls sent a joint-response car", SuitableShare, "of calls", "assumption; not published. Six cars could not attend all calls: see offered_load_all_calls"}
	if rules != nil {
		sent = Assumption{"share of suitable calls sent a joint-response car", 1, "of calls", "assumption: every call that the rules (" + rules.Name + ") let pass is sent one"}
	}
	out := []Assumption{
		{"mobilisation delay", MobilisationSeconds, "s", "assumption; not published"},
		sent,
		{"job cycle", CycleHours, "h", "assumption: middle of 1.7 to 2.0 h, the upper bound that 5 to 5.8 jobs in a 10-hour shift give for Stockholm's psychiatric ambulance (Norra Stockholms psykiatri 2021); not published for London"},
		{"share of attended calls conveyed to a centre", ConveyedShare, "of calls", "assumption, after the joint response car's 18 % conveyed to an emergency department (Zero Suicide Alliance case study)"},
	}
	switch s.Objective {
	case ExpectedResponse, Benefit:
		out = append(out, Assumption{"levels of busy cars", Levels, "cars", "modelling choice: the third nearest car serves what the first two cannot"})
	case ExpectedCoverage:
		out = append(out, Assumption{"levels of busy cars", coverLevels, "cars", "modelling choice: a call that finds the five nearest cars out counts as not covered"})
	}
	if s.Times.Factor != 0 {
		out = append(out, Assumption{"factor on every road time", s.Times.Factor, "of the network's mean", "the scenario: " + s.Times.Source})
	}
	out = append(out, s.CentreService.assumptions()...)
	if t := s.Robust.Times; t.Spread != 0 {
		out = append(out, Assumption{"spread of travel times by sector and sample", t.Spread, "standard deviation of the logarithm", "the scenario: " + t.Source})
	}
	for _, k := range s.CallKinds {
		out = append(out, Assumption{fmt.Sprintf("share of calls of the kind %q", k.Name), k.Share, "of calls", "the scenario; not published"})
	}
	return out
}

// Load is how much work there is for a fleet. Erlangs count cars kept busy on average.
type Load struct {
	OfferedAll float64 // erlangs if every expected call were sent a car
	Offered    float64 // erlangs of the suitable calls
	Busy       float64 // share of the time that a car is out, 0 to MaxBusy
}

// EstimateLoad returns the load that callsPerHour expected calls put on a fleet.
//
// Calls that find every car out go to other ambulances, so the busy fraction is that of Erlang's loss
// system: the carried load a(1 − B(n, a)) shared by n cars. Busy is rounded to 3 decimals: it is no
// more certain than that, and a plan can then be solved again from its document exactly.
func EstimateLoad(callsPerHour float64, cars int) Load {
	return loadOf(callsPerHour, callsPerHour*SuitableShare, cars)
}

// loadOf is EstimateLoad for a known number of calls that are sent a car.
func loadOf(callsPerHour, sentPerHour float64, cars int) Load {
	all, offered := callsPerHour*CycleHours, sentPerHour*CycleHours
	carried := offered * (1 - erlangB(cars, offered))
	busy := math.Round(carried/float64(cars)*1000) / 1000
	return Load{OfferedAll: all, Offered: offered, Busy: min(busy, MaxBusy)}
}

// erlangB returns the share of calls that find all n servers busy at a erlangs (Erlang 1917), by the
// usual recursion B(k) = aB(k−1) / (k + aB(k−1)).
func erlangB(n int, a float64) float64 {
	b := 1.0
	for k := 1; k <= n; k++ {
		b = a * b / (float64(k) + a*b)
	}
	return b
}
