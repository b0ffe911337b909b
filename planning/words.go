package planning

import (
	"fmt"
	"math"
)

// GapInWords says how far a plan can be from the best one, rounded so as never to promise too much.
// The gap is that of a Document.
func GapInWords(gap float64) string {
	if gap <= 0 {
		return "the best possible plan for these assumptions"
	}
	if gap >= 1 {
		return "at an unknown distance from the best possible plan for these assumptions: the search ended before it had a bound"
	}
	// A billionth is forgiven so that 1.3 % computed in binary does not become 1.4 %.
	tenths := math.Ceil(gap*1000 - 1e-6)
	return fmt.Sprintf("at most %.1f %% from the best possible plan for these assumptions", max(tenths, 1)/10)
}

// objectiveInWords says what a plan for the scenario keeps low or high.
func (s *Scenario) objectiveInWords() string {
	within := fmt.Sprintf("within %g minutes", s.Target.Minutes)
	switch s.Objective {
	case MeanResponse:
		return "the mean response, every car free"
	case Coverage:
		return "the share of calls whose nearest car responds " + within
	case ExpectedCoverage:
		return "the share of calls with a free car " + within
	case BackupCoverage:
		return fmt.Sprintf("the share of calls whose nearest car responds %s (counted %g) and whose second one does too (%g)", within, 1-s.Target.Backup, s.Target.Backup)
	case Benefit:
		return fmt.Sprintf("the mean benefit of a response, by a table of %d points, counting busy cars", len(s.Target.Benefit))
	case WorstResponse:
		return "the longest response of any cell with calls, every car free"
	case FewestCars:
		reached := "every cell with calls"
		if s.Target.Share < 1 {
			reached = fmt.Sprintf("%g %% of the calls", 100*s.Target.Share)
		}
		return fmt.Sprintf("the number of cars that reach %s %s, in the slowest of the hours", reached, within)
	}
	return "the mean response, counting that cars may be busy"
}

// fairInWords says what a plan keeps low over parts of the demand, after what it keeps low in each.
func (s *Scenario) fairInWords() string {
	switch {
	case s.Equity == Balanced:
		return fmt.Sprintf("; over the boroughs by the power mean with exponent %g", s.Balance)
	case s.Equity == EqualAccess:
		return "; in the borough that waits longest, then in the next, and so on"
	case s.BoroughFloor > 0:
		return fmt.Sprintf("; with no borough's mean above %g minutes", s.BoroughFloor)
	case s.Robust.Samples > 0:
		return fmt.Sprintf("; with a regret of at most %g %% in each of %d samples of the future, or the least worst regret", 100*s.Robust.Regret, s.Robust.Samples)
	}
	return ""
}

// Say returns a value of the unit as a planner reads it, such as "12:05" or "83.1 %".
func (u Unit) Say(x float64) string {
	switch u {
	case SecondsACall, SecondsWorst, SecondsBalanced, SecondsWorstBorough, SecondsInSamples:
		s := int(x + 0.5)
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	case ShareOfCalls:
		return fmt.Sprintf("%.1f %%", 100*x)
	case NumberOfCars:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3f", x)
}
