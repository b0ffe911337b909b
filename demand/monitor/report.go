package monitor

import (
	"time"

	"github.com/nearside-ems/nearside/demand/count"
)

// Kind is what calls do otherwise than the forecast expects.
type Kind uint8

// What is watched.
const (
	VolumeUp   Kind = iota // more calls
	VolumeDown             // fewer calls
	Place                  // calls from other districts
	Hours                  // calls at other hours of the day
	Score                  // calls whose places fit worse than the forecast expects of itself
)

// Finding is one way in which the calls part from the forecast.
type Finding struct {
	Kind     Kind
	Evidence string    // in words
	Flagged  time.Time // end of the hour with which it was first flagged
	Since    time.Time // from when on the calls part, as far as the sums tell
	Until    time.Time // until when they clearly did: the end of the last hour, or before where it passes
	District int       // where Kind is Place
	Observed int       // calls in between, of what the finding is about
	Expected Interval
}

// Interval is a number of calls as it was expected, with its 5 and 95 % quantiles.
type Interval struct {
	Mean      float64
	Low, High int
}

// Test is how near something that is watched is to being flagged.
type Test struct {
	Kind  Kind
	Name  string
	Value float64
	Limit float64 // at which it is flagged
	// FalseAlarms says how often it is flagged where nothing has changed.
	FalseAlarms string
}

// Day is a local day of which hours have closed.
type Day struct {
	Date                 time.Time // its first hour that closed, in the city's zone
	Observed             int
	Expected             float64
	Lower, Median, Upper int // 10, 50 and 90 % quantiles of what was expected
}

// District is one district over the last days.
type District struct {
	Observed int
	Expected Interval
	Flagged  bool
}

// Scores are over all closed hours.
type Scores struct {
	Hours, Calls int
	Expected     float64 // calls
	// LogScore is the mean over the calls of ln of the share of its hour's expected calls that the
	// cell of the call has, nats; ExpectedLogScore what the forecast expects that to be; Z by how many
	// standard deviations it is more.
	LogScore, ExpectedLogScore, Z float64
	// Dispersion is the mean over the ended days of (observed − expected)² over the variance that the
	// forecast expects: about 1 where the intervals are right, and 0 before a day has ended.
	Dispersion float64
	// HourPIT and DayPIT are how the totals fall into the tenths of their distributions; each sums to 1
	// and is flat where the intervals are right (Czado, Gneiting and Held 2009, not randomised).
	HourPIT, DayPIT [10]float64
	// Covered80 is the share of the ended days within their 80 % interval.
	Covered80 float64
	Days      int // that have ended
}

// Report says how the forecast does.
type Report struct {
	Findings  []Finding
	Tests     []Test
	Scores    Scores
	Days      []Day      // the last, oldest first
	Districts []District // over the last week of hours, in the order of the city's
	From, To  time.Time  // of the hours that were scored
	WeekFrom  time.Time  // from which on Districts count
}

const (
	reportDays = 28
	week       = 7 * 24 * time.Hour
)

// Report assesses all hours that have closed. It is a function of them alone: it does not matter in which
// order, or how often, they were closed.
func (w *Watch) Report() *Report {
	r := &Report{}
	if w.Len() == 0 {
		return r
	}
	days := w.days()
	c := w.run(days)
	r.From, r.To = w.time(0), w.end(w.Len()-1)
	r.Scores = w.scores(days)
	r.Tests = c.tests(&w.settings)
	for _, d := range days[max(0, len(days)-reportDays):] {
		r.Days = append(r.Days, w.dayOf(d))
	}
	first := w.from(r.To.Add(-week))
	r.WeekFrom = w.time(first)
	for d := range w.city.Districts {
		of := w.ofDistrict(d)
		_, came := of.sum(first, w.Len())
		flagged := c.place[d].up.flagged || c.place[d].down.flagged
		r.Districts = append(r.Districts, District{came, w.interval(of, first, w.Len()), flagged})
	}
	r.Findings = w.findings(c)
	return r
}

// from returns the position of the first closed hour that begins at t or later.
func (w *Watch) from(t time.Time) int {
	for i := range w.hours {
		if !w.time(i).Before(t) {
			return i
		}
	}
	return len(w.hours)
}

func (w *Watch) dayOf(d day) Day {
	n := w.distribution(w.all, d.first, d.end)
	_, came := counter(w.all).sum(d.first, d.end)
	return Day{w.time(d.first).In(w.city.Zone), came, n.Mean(), n.Quantile(0.1), n.Quantile(0.5), n.Quantile(0.9)}
}

// interval returns what was expected over hours first to end, end left out.
func (w *Watch) interval(of counter, first, end int) Interval {
	n := w.distribution(of, first, end)
	return Interval{n.Mean(), n.Quantile(0.05), n.Quantile(0.95)}
}

func (w *Watch) distribution(of counter, first, end int) *count.Distribution {
	var means []float64
	for i := first; i < end; {
		next := i + 1
		for next < end && w.date(next) == w.date(i) {
			next++
		}
		mean, _ := of.sum(i, next)
		means, i = append(means, mean), next
	}
	return count.New(means, w.spread)
}

func (w *Watch) scores(days []day) Scores {
	f := w.fit(0, w.Len())
	s := Scores{Hours: w.Len(), Calls: f.calls, Z: f.z()}
	if f.calls > 0 {
		s.LogScore, s.ExpectedLogScore = f.sum/float64(f.calls), f.mean/float64(f.calls)
	}
	for i, p := range w.pit {
		s.Expected += w.total[i]
		addPIT(&s.HourPIT, p)
	}
	var excess float64
	for _, d := range days {
		if !d.ended {
			continue
		}
		n := w.distribution(w.all, d.first, d.end)
		_, came := counter(w.all).sum(d.first, d.end)
		p := n.PIT(came)
		addPIT(&s.DayPIT, p)
		s.Covered80 += p.Covered(0.8)
		if v := n.Variance(); v > 0 {
			excess += (float64(came) - n.Mean()) * (float64(came) - n.Mean()) / v
		}
		s.Days++
	}
	scale(&s.HourPIT, w.Len())
	scale(&s.DayPIT, s.Days)
	s.Covered80 /= float64(max(s.Days, 1))
	s.Dispersion = excess / float64(max(s.Days, 1))
	return s
}

func addPIT(bins *[10]float64, p count.PIT) {
	for b := range bins {
		bins[b] += p.Within(float64(b)/10, float64(b+1)/10)
	}
}

func scale(bins *[10]float64, n int) {
	for b := range bins {
		bins[b] /= float64(max(n, 1))
	}
}
