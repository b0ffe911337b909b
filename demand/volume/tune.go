package volume

import (
	"math"
	"slices"
)

// tuning is what rolling origins choose.
type tuning struct {
	HalfLife float64 // of the level, days
	Back     float64 // days after which a departure from the long run's level has halved
	Trend    float64 // part of the fitted trend that is used, 0 to 1
	Annual   float64 // part of the fitted annual swing
}

// usual is used where there are too few days for rolling origins.
var usual = tuning{HalfLife: 28, Back: 112}

const (
	firstOrigin   = 28 // days of history that a rolling origin needs
	fewestOrigins = 4  // to choose by
	mostOrigins   = 52 // weekly
	aheadDays     = 56 // that each origin forecasts
)

// What tune chooses among; days. A half-life of the long run leaves nothing to come back from.
var (
	halfLives = []float64{3, 5, 7, 10, 14, 20, 28, 56, 112, longRunDays}
	backs     = []float64{7, 14, 28, 112, 1e6}
	parts     = []float64{0, 0.5, 1} // of trend and annual swing
)

// origins returns the days before which rolling origins stand, weekly, the last with a whole week to be
// held against.
func origins(days int) []int {
	var at []int
	for o := days - 7; o >= firstOrigin && len(at) < mostOrigins; o -= 7 {
		at = append(at, o)
	}
	return at
}

// trial is what was forecast of a day at an origin, and what came.
type trial struct{ ahead, calls, mean float64 }

// roller forecasts at past origins, each from the days before it alone.
type roller struct {
	r      *history
	prior  float64   // calls an hour, 0 for none
	came   []float64 // what trials are held against: the calls of each day
	at     []int     // the origins, in days
	states []*state
	// expected is, for each origin, the expected calls of each day at level 1 under the season in use.
	expected [][]float64
	longRun  []posterior // the level of each origin's long run under it
	scratch  []trial
}

func newRoller(r *history, s *Settings, how smoothing) *roller {
	w := &roller{r: r, prior: s.priorRate(), came: r.perDay, at: origins(r.days())}
	for _, o := range w.at {
		st := r.learn(o, o+aheadDays, s, how)
		w.states = append(w.states, st)
		w.expected = append(w.expected, make([]float64, len(st.expected)))
	}
	w.longRun = make([]posterior, len(w.at))
	w.use(0, 0)
	return w
}

// use puts parts of trend and annual swing to use.
func (w *roller) use(trend, annual float64) {
	for i, st := range w.states {
		s := st.season.scaled(trend, annual)
		for d, e := range st.expected {
			if trend != 0 || annual != 0 {
				e *= math.Exp(s.trendLog(w.r.first+d) + s.annualLog(&w.r.annual[d]))
			}
			w.expected[i][d] = e
		}
		w.longRun[i] = longRunOf(st.perDay, w.expected[i][:w.at[i]], w.prior)
	}
}

// trials appends the forecasts of every origin for the days from ahead up to but not including to.
func (w *roller) trials(t tuning, from, to int, dst []trial) []trial {
	for i := range w.at {
		dst = w.trialsAt(i, t, from, to, dst)
	}
	return dst
}

// trialsAt appends the forecasts of one origin.
func (w *roller) trialsAt(i int, t tuning, from, to int, dst []trial) []trial {
	o, expected := w.at[i], w.expected[i]
	l := levelOf(w.states[i].perDay, expected[:o], t, w.longRun[i])
	for d := o + from; d < min(o+to, len(expected)); d++ {
		if expected[d] > 0 {
			dst = append(dst, trial{float64(d - o), w.came[d], l.at(float64(d-o)) * expected[d]})
		}
	}
	return dst
}

// tune chooses how the level is followed, then how much of trend and annual swing to believe, and then
// again how the level is followed, as what is explained otherwise need not be followed. Each is chosen
// by the scores of the first week ahead and of eight weeks. It leaves that season in use.
func (w *roller) tune(annual bool) tuning {
	if len(w.at) < fewestOrigins {
		return usual
	}
	best := w.weigh(w.follow(tuning{}), annual)
	if best.Trend != 0 || best.Annual != 0 {
		best = w.follow(best)
	}
	return best
}

// ways returns the ways to follow the level beside a season.
func ways(t tuning) (all []tuning) {
	for _, t.HalfLife = range halfLives {
		for _, t.Back = range backs {
			all = append(all, t)
		}
	}
	return all
}

// follow returns the best way to follow the level beside a season.
func (w *roller) follow(t tuning) (best tuning) {
	w.use(t.Trend, t.Annual)
	score := math.Inf(-1)
	for _, way := range ways(t) {
		if s := w.score(way); s > score {
			best, score = way, s
		}
	}
	return best
}

// weigh returns the best parts of trend and annual swing for a way to follow the level.
func (w *roller) weigh(t tuning, annual bool) (best tuning) {
	score := math.Inf(-1)
	for _, t.Annual = range parts {
		for _, t.Trend = range parts {
			if t.Annual > 0 && !annual {
				continue
			}
			w.use(t.Trend, t.Annual)
			if s := w.score(t); s > score {
				best, score = t, s
			}
		}
	}
	w.use(best.Trend, best.Annual)
	return best
}

// chosenBefore returns for each origin the way to follow the level, beside a season, that the origins before
// it would have chosen: what all of them choose has seen what it is held against.
func (w *roller) chosenBefore(t tuning) []tuning {
	all := ways(t)
	sums := make([]float64, len(all))
	chosen := make([]tuning, len(w.at))
	for i := len(w.at) - 1; i >= 0; i-- { // the earliest is last
		chosen[i] = tuning{usual.HalfLife, usual.Back, t.Trend, t.Annual}
		if len(w.at)-1-i >= fewestOrigins {
			chosen[i] = all[slices.Index(sums, slices.Max(sums))]
		}
		for k, way := range all {
			w.scratch = w.trialsAt(i, way, 0, 7, w.scratch[:0])
			sums[k] += meanScore(w.scratch, 7)
		}
	}
	return chosen
}

// score returns how well a tuning would have done.
func (w *roller) score(t tuning) float64 {
	w.scratch = w.trials(t, 0, aheadDays, w.scratch[:0])
	return meanScore(w.scratch, 7) + meanScore(w.scratch, aheadDays)
}

// meanScore is the mean logarithmic score of negative binomial counts with the usual dispersion, over
// trials less than so many days ahead. What does not depend on the forecast is left out.
func meanScore(trials []trial, ahead float64) float64 {
	const r = 1 / usualDay
	var sum, n float64
	for _, t := range trials {
		if t.ahead < ahead {
			sum += t.calls*math.Log(t.mean) - (t.calls+r)*math.Log(r+t.mean)
			n++
		}
	}
	return sum / max(1, n)
}
