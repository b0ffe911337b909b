package planning

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// Unit is what a plan's value counts.
type Unit string

// Units.
const (
	SecondsACall Unit = "seconds a call"
	ShareOfCalls Unit = "share of calls"
	BenefitACall Unit = "benefit a call"
	SecondsWorst Unit = "seconds to the worst cell"
	NumberOfCars Unit = "cars"
	// The mean response of boroughs, and of samples of the future.
	SecondsBalanced     Unit = "seconds a call, power mean over boroughs"
	SecondsWorstBorough Unit = "seconds a call in the worst borough"
	SecondsInSamples    Unit = "seconds a call, mean over samples"
)

// Unit returns what values of an objective count.
func (o Objective) Unit() Unit {
	switch o {
	case Coverage, ExpectedCoverage, BackupCoverage:
		return ShareOfCalls
	case Benefit:
		return BenefitACall
	case WorstResponse:
		return SecondsWorst
	case FewestCars:
		return NumberOfCars
	}
	return SecondsACall
}

// unit returns what the scenario's values count.
func (s *Scenario) unit() Unit {
	switch {
	case s.Equity == Balanced:
		return SecondsBalanced
	case s.Equity == EqualAccess:
		return SecondsWorstBorough
	case s.Robust.Samples > 0:
		return SecondsInSamples
	}
	return s.Objective.Unit()
}

// Higher reports whether more of a unit is better.
func (u Unit) Higher() bool { return u == ShareOfCalls || u == BenefitACall }

// decimals is how many decimals of a value a document keeps.
func (u Unit) decimals() int {
	switch u {
	case SecondsACall, SecondsWorst, SecondsBalanced, SecondsWorstBorough, SecondsInSamples:
		return 3
	case NumberOfCars:
		return 0
	}
	return 6
}

// valueOf rounds a value, and boundOf a bound: never so that it promises too much.
func (u Unit) valueOf(x float64) float64 { return round(x, u.decimals()) }

func (u Unit) boundOf(x float64) float64 {
	p := math.Pow10(u.decimals())
	if u.Higher() {
		return math.Ceil(x*p-1e-6) / p
	}
	return math.Floor(x*p+1e-6) / p
}

// gapOf returns how far, at most, a value is from the best: the difference of value and bound by the
// larger of the two, rounded up to a millionth; 0 where they meet to within the rounding of both.
func (u Unit) gapOf(value, bound float64) float64 {
	apart := math.Abs(value - bound)
	if apart <= 1.5*math.Pow10(-u.decimals()) && u != NumberOfCars {
		return 0
	}
	if u.Higher() == (bound < value) { // the bound is passed, by rounding at most
		return 0
	}
	return math.Ceil(apart/max(value, bound)*1e6) / 1e6
}

// coverLevels is how many of the nearest cars expected coverage looks at: a call that finds so many
// out is left out, which at a busy fraction of 0.4 is one in a hundred.
const coverLevels = 5

// shares returns what share of calls the k-th nearest of n cars counts for, each out a share q of the time.
func (s *Scenario) shares(q float64, n int) []float64 {
	switch s.Objective {
	case ExpectedResponse, Benefit:
		return optimiser.Shares(q, max(1, min(Levels, n)))
	case ExpectedCoverage:
		return optimiser.ExpectedCover(q, max(1, min(coverLevels, n)))
	case BackupCoverage:
		return []float64{1 - s.Target.Backup, s.Target.Backup}
	}
	return []float64{1}
}

// curve returns what a road time costs, in thousandths: nil where it counts itself.
func (s *Scenario) curve() *optimiser.Curve {
	switch s.Objective {
	case Coverage, ExpectedCoverage, BackupCoverage:
		return optimiser.Within(roadTime(s.Target.Minutes))
	case Benefit:
		return benefitCurve(s.Target.Benefit)
	}
	return nil
}

// roadTime returns what a response of so many minutes leaves for the road.
func roadTime(minutes float64) road.Millis {
	return road.Millis(math.Round(max(0, minutes*60-MobilisationSeconds) * 1000))
}

// benefitCurve returns the benefit that is lost by road time. Its points begin at a road time of 0,
// which is a response after the mobilisation delay.
func benefitCurve(points []BenefitPoint) *optimiser.Curve {
	c := &optimiser.Curve{}
	add := func(t road.Millis, benefit float64) {
		cost := int32(math.Round((1 - benefit) * optimiser.Lost))
		if n := len(c.Time); n > 0 && c.Time[n-1] == t {
			c.Cost[n-1] = cost
			return
		}
		c.Time, c.Cost = append(c.Time, t), append(c.Cost, cost)
	}
	add(0, benefitAt(points, MobilisationSeconds/60))
	for _, p := range points {
		if p.Minutes*60 > MobilisationSeconds {
			add(roadTime(p.Minutes), p.Benefit)
		}
	}
	return c
}

// benefitAt returns the benefit of a response after so many minutes.
func benefitAt(points []BenefitPoint, minutes float64) float64 {
	for i, p := range points {
		if minutes > p.Minutes {
			continue
		}
		if i == 0 {
			return p.Benefit
		}
		b := points[i-1]
		return b.Benefit + (p.Benefit-b.Benefit)*(minutes-b.Minutes)/(p.Minutes-b.Minutes)
	}
	return points[len(points)-1].Benefit
}

// natural turns what the optimiser sums up, over layers that weigh whole calls in all if each counted
// its shares in full, into the objective's own unit.
func (s *Scenario) natural(sum, whole, calls float64) float64 {
	if s.curve() == nil {
		return sum / calls
	}
	return (whole - sum*1000/optimiser.Lost) / calls
}
