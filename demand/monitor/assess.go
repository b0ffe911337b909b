package monitor

import "math"

// charts are all the sums that run over the days.
type charts struct {
	volume pair
	place  []pair // of each district
	hours  [weekParts]pair
	score  cusum
}

func (w *Watch) newCharts() *charts {
	s := &w.settings
	c := &charts{place: make([]pair, len(w.city.Districts)), score: cusum{limit: s.limit(scoreShare, 1)}}
	c.volume = newPair(s.limit(volumeShare, 2), 1+max(s.Tolerance, 2*math.Sqrt(w.spread.Level)), s.VolumeStep)
	for d := range c.place {
		c.place[d] = newPair(s.limit(placeShare, 2*len(c.place)), s.PlaceTolerance, s.PlaceStep)
	}
	for p := range c.hours {
		c.hours[p] = newPair(s.limit(hoursShare, 2*weekParts), s.HoursTolerance, s.HoursStep)
	}
	return c
}

// run goes over all closed hours.
func (w *Watch) run(days []day) *charts {
	c := w.newCharts()
	for _, d := range days {
		c.day(w, d)
	}
	return c
}

// day goes over one day.
func (c *charts) day(w *Watch, d day) {
	c.volume.begin(d.first)
	c.score.begin(d.first)
	for i := range c.place {
		c.place[i].begin(d.first)
	}
	for i := range c.hours {
		c.hours[i].begin(d.first)
	}
	var now sofar
	for i := d.first; i < d.end; i++ {
		before := now
		now.expected += w.total[i]
		now.came += int(w.came[i])
		c.volume.volume(before, now, w.spread.Day, i)
		c.score.add(w.score[i].flatter, i)
		c.runPlace(w, i)
	}
	if d.ended {
		c.runHours(w, d)
	}
}

// runPlace compares the districts of an hour's calls, given how many there are.
func (c *charts) runPlace(w *Watch, i int) {
	all := int(w.came[i])
	if all == 0 || w.total[i] == 0 {
		return
	}
	n := len(c.place)
	for d := range c.place {
		if q := w.expected[i*n+d] / w.total[i]; q < 1 {
			c.place[d].tilt(int(w.observed[i*n+d]), all, q, i)
		}
	}
}

// runHours compares the parts of an ended day, given how many calls it had: what the day has in common
// does not enter.
func (c *charts) runHours(w *Watch, d day) {
	var expected [weekParts]float64
	var came [weekParts]int
	var total float64
	all := 0
	for i := d.first; i < d.end; i++ {
		p := w.part(i)
		expected[p] += w.total[i]
		came[p] += int(w.came[i])
		total += w.total[i]
		all += int(w.came[i])
	}
	for p := range expected {
		if q := expected[p] / total; expected[p] > 0 && q < 1 {
			c.hours[p].tilt(came[p], all, q, d.end-1)
		}
	}
}

// silence returns the position of the first of the last hours in which no call came. ok tells whether
// that is no chance.
func (w *Watch) silence() (first int, ok bool) {
	first = len(w.hours)
	expected := 0.0
	for first > 0 && w.came[first-1] == 0 {
		first--
		expected += w.total[first]
	}
	none := -expected // log of the probability, as of one day
	if v := w.spread.Day + w.spread.Level; v > 0 {
		none = -math.Log1p(v*expected) / v
	}
	return first, none < math.Log(improbable)
}

// improbable is the probability under which a silence is no chance: with an hour's closing 24 times a day,
// once in 11 years.
const improbable = 1e-5

// fitted is the score of calls beside what the forecast expects of it.
type fitted struct {
	calls               int
	sum, mean, variance float64
}

// fit adds up the scores of hours first to end, end left out.
func (w *Watch) fit(first, end int) (f fitted) {
	for i := first; i < end; i++ {
		f.calls += int(w.came[i])
		f.sum += w.score[i].sum
		f.mean += w.score[i].mean
		f.variance += w.score[i].variance
	}
	return f
}

// z returns by how many standard deviations the score is more than expected.
func (f *fitted) z() float64 {
	if f.variance == 0 {
		return 0
	}
	return (f.sum - f.mean) / math.Sqrt(f.variance)
}
