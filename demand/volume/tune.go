package volume

import "math"

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
	firstOrigin = 28 // days of history that a rolling origin needs
	mostOrigins = 52 // weekly
	aheadDays   = 56 // that each origin forecasts
)

// What tune chooses among, in days. A half-life of the long run leaves nothing to come back from.
var (
	halfLives = []float64{3, 5, 7, 10, 14, 20, 28, 56, 112, longRunDays}
	backs     = []float64{7, 14, 28, 112, 1e6}
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
	s      *Settings
	at     []int
	states []*state
	season []float64 // scratch
	exp    []float64
}

func newRoller(r *history, s *Settings, sigma float64) *roller {
	w := &roller{r: r, s: s, at: origins(r.days())}
	for _, o := range w.at {
		w.states = append(w.states, r.learn(o, o+aheadDays, s, sigma))
	}
	return w
}

// trials appends the forecasts of every origin for the days from ahead up to but not including to.
func (w *roller) trials(t tuning, from, to int, dst []trial) []trial {
	for i, o := range w.at {
		st := w.states[i]
		season := st.season.scaled(t.Trend, t.Annual)
		w.exp = append(w.exp[:0], st.expected...)
		if t.Trend != 0 || t.Annual != 0 {
			for d := range w.exp {
				w.exp[d] *= math.Exp(season.log(w.r.first + d))
			}
		}
		l := levelOf(w.r.perDay[:o], w.exp[:o], t, w.s.priorRate())
		for d := o + from; d < min(o+to, len(w.exp)); d++ {
			if w.exp[d] > 0 {
				dst = append(dst, trial{float64(d - o), w.r.perDay[d], l.at(float64(d-o)) * w.exp[d]})
			}
		}
	}
	return dst
}

// tune chooses how the level is followed, then how much of trend and annual swing to believe, each by
// the scores of the first week ahead and of eight weeks.
func (w *roller) tune(annual bool) tuning {
	if len(w.at) < 4 {
		return usual
	}
	var candidates []tuning
	for _, h := range halfLives {
		for _, b := range backs {
			candidates = append(candidates, tuning{HalfLife: h, Back: b})
		}
	}
	best := w.pick(candidates)
	candidates = candidates[:0]
	parts := []float64{0, 0.5, 1}
	for _, a := range parts {
		for _, t := range parts {
			if a == 0 || annual {
				candidates = append(candidates, tuning{best.HalfLife, best.Back, t, a})
			}
		}
	}
	return w.pick(candidates)
}

// pick returns the candidate of the best score, the first of equals.
func (w *roller) pick(candidates []tuning) (best tuning) {
	most := math.Inf(-1)
	var trials []trial
	for _, c := range candidates {
		trials = w.trials(c, 0, 7, trials[:0])
		score := meanScore(trials)
		trials = w.trials(c, 0, aheadDays, trials[:0])
		if score += meanScore(trials); score > most {
			best, most = c, score
		}
	}
	return best
}

// meanScore is the mean logarithmic score of negative binomial counts with the usual dispersion.
func meanScore(trials []trial) float64 {
	var sum float64
	for _, t := range trials {
		r := 1 / usualDay
		sum += t.calls*math.Log(t.mean) - (t.calls+r)*math.Log(r+t.mean)
	}
	return sum / float64(max(1, len(trials)))
}
