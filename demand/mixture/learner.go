package mixture

import (
	"math"

	"github.com/nearside-ems/nearside/demand"
)

// Slots are the hours of the day, once for working days and once for the weekend: the finest cut of the
// week in which calls so far have shown a pattern of place.
const (
	slots   = 48
	weekend = 5 * 24 // the first hour of Saturday
)

func slotOf(h demand.HourOfWeek) uint8 {
	if h >= weekend {
		return uint8(h)%24 + 24
	}
	return uint8(h) % 24
}

// anywhere is the part of what holds without calls that lies where the prior may have nothing: a cell
// with none at all could never be refined.
const anywhere = 0.01

// leastCount is what a slot counts at least, or it is left out.
const leastCount = 0.01

// Time constants, in weeks: a call counts e^(−age/τ).
const (
	memory   = 104 // of what is refined: two years
	halfYear = 26
	lately   = 8
	justNow  = 1
)

// tally is calls by cell, each counted e^(−age/τ).
type tally struct {
	tau   float64 // weeks; 0: all count alike
	count []float64
	calls float64
}

// fade makes the tally a week older.
func (t *tally) fade() {
	if t.tau == 0 {
		return
	}
	f := math.Exp(-1 / t.tau)
	for i := range t.count {
		t.count[i] *= f
	}
	t.calls *= f
}

func (t *tally) add(at int32) { t.count[at]++; t.calls++ }

// halfLife returns the weeks in which what a call counts falls to a half.
func (t *tally) halfLife() float64 { return t.tau * math.Ln2 }

// learner holds what was seen up to some week, and makes components from it.
type learner struct {
	city *demand.City
	l    *ledger
	n    int // cells
	week int // weeks before this one were seen

	uniform, none []float64 // by land; what holds without calls: the prior, or uniform
	kernels       map[float64]*kernel
	settings      Settings

	all, long, half, late, now tally
	bySlot                     []float64 // slots × cells, fading with memory
	slotCalls                  [slots]float64

	hyper hyper
	trial [len(fractions)]trial
	glm   *regression
}

// hyper are shrinkages found by marginal likelihood, kept until calls have grown by a fifth.
type hyper struct {
	calls       float64
	cell, block float64
}

// fractions of the shrinkage of cells that has the highest marginal likelihood. Where a few cells stand far
// out from the rest, as junctions do among collisions, half or a quarter of it foresees more.
var fractions = [...]float64{1, 0.5, 0.25}

// trial is what one of the fractions makes of the cells, and how well it has foreseen.
type trial struct {
	share []float64
	score float64 // of the log probabilities of the calls of held-out weeks, the sum
}

// foreseeing returns the fraction that has foreseen best so far, the first unless another is clearly
// better: by as much as would be convincing of a single alternative (Kass and Raftery 1995).
func (r *learner) foreseeing() int {
	const convincing = 3
	best := 0
	for i := range r.trial {
		if r.trial[i].score > r.trial[best].score && r.trial[i].score > r.trial[0].score+convincing {
			best = i
		}
	}
	return best
}

// judge scores the trials by the calls of a week that they were made before.
func (r *learner) judge(w int) {
	from, to := r.l.week(w)
	for i := range r.trial {
		t := &r.trial[i]
		for _, c := range r.l.cell[from:to] {
			t.score += math.Log(t.share[c])
		}
	}
}

func newLearner(city *demand.City, l *ledger, s Settings) *learner {
	n := city.Len()
	r := &learner{city: city, l: l, n: n, uniform: shares(city.Land), kernels: map[float64]*kernel{}, settings: s}
	r.none = r.uniform
	if city.Prior != nil {
		r.none = make([]float64, n)
		for i, p := range city.Prior {
			r.none[i] = (1-anywhere)*p + anywhere*r.uniform[i]
		}
	}
	for t, tau := range map[*tally]float64{&r.all: 0, &r.long: memory, &r.half: halfYear, &r.late: lately, &r.now: justNow} {
		t.tau, t.count = tau, make([]float64, n)
	}
	for i := range r.trial {
		r.trial[i].share = make([]float64, n)
	}
	r.bySlot = make([]float64, slots*n)
	for _, b := range append([]float64{near, middling, far}, s.Bandwidths...) {
		if r.kernels[b] == nil && kernelPixels(city.X, city.Y, b) <= 64*float64(n)+1<<16 {
			r.kernels[b] = newKernel(city.X, city.Y, r.uniform, b)
		}
	}
	r.glm = newRegression(city)
	return r
}

// shares returns v scaled to sum to 1.
func shares(v []float64) []float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x / sum
	}
	return out
}

// see takes in all weeks before w.
func (r *learner) see(w int) {
	fade := math.Exp(-1.0 / memory)
	for ; r.week < w; r.week++ {
		for _, t := range r.tallies() {
			t.fade()
		}
		for i := range r.bySlot {
			r.bySlot[i] *= fade
		}
		for i := range r.slotCalls {
			r.slotCalls[i] *= fade
		}
		from, to := r.l.week(r.week)
		for i := from; i < to; i++ {
			c := r.l.cell[i]
			for _, t := range r.tallies() {
				t.add(c)
			}
			s := slotOf(r.l.hour[i])
			r.bySlot[int(s)*r.n+int(c)]++
			r.slotCalls[s]++
		}
	}
}

func (r *learner) tallies() [5]*tally { return [5]*tally{&r.all, &r.long, &r.half, &r.late, &r.now} }

// inSlots returns the calls of each cell in all slots, each as much as weight says.
func (r *learner) inSlots(weight func(slot int) float64, dst []float64) (calls float64) {
	clear(dst)
	for s := range slots {
		f := weight(s)
		if f < leastCount {
			continue
		}
		calls += f * r.slotCalls[s]
		for i, v := range r.bySlot[s*r.n : (s+1)*r.n] {
			dst[i] += f * v
		}
	}
	return calls
}
