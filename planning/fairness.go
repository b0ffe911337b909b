package planning

import (
	"fmt"
	"strconv"
)

// Equity says whose waiting a plan keeps low. Mean responses are those of boroughs.
type Equity string

// Modes of Equity.
const (
	Efficient   Equity = "efficient" // the mean of all calls
	Balanced    Equity = "balanced"  // the power mean of the boroughs' means
	EqualAccess Equity = "equal"     // the borough that waits longest, then the next, and so on
)

// equities lists all, the default first.
var equities = []Equity{Efficient, Balanced, EqualAccess}

// Robust asks for a plan that is good in many futures at once.
type Robust struct {
	Samples int `yaml:"samples" json:"samples"` // of what calls may come, 2 to MaxSamples
	// Weeks of calls in each sample, 1 to 520; 0 is 13. Fewer weeks are more chance.
	Weeks int `yaml:"weeks,omitempty" json:"weeks,omitempty" zero:"no"`
	// Regret that is good enough in every sample, above 0 to 1; 0 is 0.01.
	Regret float64 `yaml:"regret,omitempty" json:"regret,omitempty" zero:"no"`
	// Times says how far travel times stray, from sample to sample and sector to sector. No figure for London is published.
	Times TimeSpread `yaml:"times,omitempty" json:"times,omitzero"`
	Seed  uint64     `yaml:"seed,omitempty" json:"seed,omitempty"` // of the samples
}

// TimeSpread is how far the times of all ways to calls in a sector stray together, as a share of themselves: the
// standard deviation of the logarithm.
type TimeSpread struct {
	Spread float64 `yaml:"spread,omitempty" json:"spread,omitempty" zero:"no"` // above 0 to 0.5
	Source string  `yaml:"source,omitempty" json:"source,omitempty"`           // where it is from; needed with a Spread
}

// Limits and defaults of what a Scenario asks of fairness.
const (
	MaxBalance      = 64
	DefaultBalance  = 2
	MaxFrontier     = 20
	MaxSamples      = 50
	DefaultWeeks    = 13
	DefaultRegret   = 0.01
	mostTimesSpread = 0.5
)

// fairly reports whether the cars are placed by a measure of parts, and not by the sum over all calls.
func (s *Scenario) fairly() bool {
	return s.Equity == Balanced || s.Equity == EqualAccess || s.BoroughFloor > 0 || s.Robust.Samples > 0
}

// settleFairness fills in defaults.
func (s *Scenario) settleFairness() {
	if s.Equity == "" {
		s.Equity = Efficient
	}
	if s.Equity == Balanced && s.Balance == 0 {
		s.Balance = DefaultBalance
	}
	if r := &s.Robust; r.Samples > 0 {
		if r.Weeks == 0 {
			r.Weeks = DefaultWeeks
		}
		if r.Regret == 0 {
			r.Regret = DefaultRegret
		}
	}
}

func (s *Scenario) checkFairness(f *faults) {
	switch s.Equity {
	case "", Efficient, Balanced, EqualAccess:
	default:
		f.add("equity", strconv.Quote(cut(string(s.Equity))), "one of "+inWords(equities))
	}
	f.check(s.Balance == 0 || s.Balance >= 1 && s.Balance <= MaxBalance, "balance", s.Balance, fmt.Sprintf("1 to %d", MaxBalance))
	f.check(s.Balance == 0 || s.Equity == Balanced, "balance", s.Balance, "none without equity: balanced")
	if v := s.BoroughFloor; v != 0 {
		least := MobilisationSeconds / 60
		f.check(v > least && v <= MaxMinutes, "borough_floor", v, fmt.Sprintf("more than %g (the mobilisation delay), at most %d", least, MaxMinutes))
	}
	f.check(s.Frontier == 0 || s.Frontier >= 2 && s.Frontier <= MaxFrontier, "frontier", s.Frontier, fmt.Sprintf("2 to %d points", MaxFrontier))
	s.Robust.check(f)
	s.checkFairCombination(f)
}

func (r *Robust) check(f *faults) {
	if *r == (Robust{}) {
		return
	}
	f.check(r.Samples >= 2 && r.Samples <= MaxSamples, "robust.samples", r.Samples, fmt.Sprintf("2 to %d", MaxSamples))
	f.check(r.Weeks >= 0 && r.Weeks <= 520, "robust.weeks", r.Weeks, "1 to 520")
	f.check(r.Regret >= 0 && r.Regret <= 1, "robust.regret", r.Regret, "above 0 to 1")
	if r.Times != (TimeSpread{}) {
		f.check(r.Times.Spread > 0 && r.Times.Spread <= mostTimesSpread, "robust.times.spread", r.Times.Spread, fmt.Sprintf("above 0 to %g", mostTimesSpread))
		f.check(r.Times.Source != "", "robust.times.source", "(none)", "where the spread is from: it is shown as an assumption")
	}
}

// checkFairCombination refuses what cannot be had together; docs/format/scenario.md has the table.
func (s *Scenario) checkFairCombination(f *faults) {
	var given []string
	for _, g := range []struct {
		field string
		given bool
	}{{"equity", s.Equity == Balanced || s.Equity == EqualAccess}, {"borough_floor", s.BoroughFloor != 0}, {"robust", s.Robust.Samples != 0}} {
		if g.given {
			given = append(given, g.field)
		}
	}
	for i, field := range given {
		f.check(i == 0, field, "given", "none beside "+given[0]+": each says on its own which plan is best")
	}
	if s.Frontier != 0 {
		given = append(given, "frontier")
	}
	o := s.Objective
	for _, field := range given {
		f.check(o == "" || o == ExpectedResponse || o == MeanResponse || !o.known(), field, "given", "none with the objective "+string(o)+", which is not a mean response")
		f.check(s.WorstMinutes == 0, field, "given", "none beside worst_minutes")
	}
}
