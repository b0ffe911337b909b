package mixture

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// slowly makes each component again from the calls one by one, each with its age, and kernels as sums
// over all pairs. It shares with the fast one what the components are defined by, and nothing else.
type slowly struct {
	city *demand.City
	cell []int
	hour []demand.HourOfWeek
	age  []int // weeks
}

func newSlowly(city *demand.City, h *calls.History) *slowly {
	s := &slowly{city: city}
	for i, at := range h.Hour {
		known := 0 // hours from the call to the end that lie in no gap
		for t := at + 1; t < h.Span.To; t++ {
			if !slices.ContainsFunc(h.Gaps, func(g calls.Span) bool { return g.Holds(t) }) {
				known++
			}
		}
		s.cell = append(s.cell, int(h.Cell[i]))
		s.hour = append(s.hour, demand.HourOf(at.Time(), city.Zone))
		s.age = append(s.age, known/period)
	}
	return s
}

// count returns the calls of each cell, each weighing e^(−age/τ) times what weight says of its slot.
func (s *slowly) count(tau float64, weight func(slot int) float64) []float64 {
	n := make([]float64, s.city.Len())
	for i, c := range s.cell {
		w := 1.0
		if tau > 0 {
			w = math.Exp(-float64(s.age[i]) / tau)
		}
		if weight != nil {
			f := weight(int(slotOf(s.hour[i])))
			if f < leastCount {
				continue
			}
			w *= f
		}
		n[c] += w
	}
	return n
}

func total(v []float64) (sum float64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

func (s *slowly) refine(q, n []float64, sigma, alpha float64) []float64 {
	seen, expected := n, q
	if sigma > 0 {
		seen, expected = smoothSlowly(s.city.X, s.city.Y, n, sigma), smoothSlowly(s.city.X, s.city.Y, q, sigma)
	}
	out := make([]float64, len(q))
	for i := range q {
		out[i] = q[i] * (seen[i] + alpha) / (total(n)*expected[i] + alpha)
	}
	return shares(out)
}

func (s *slowly) spread(sigma float64) []float64 {
	q := shares(s.city.Land)
	scale := smoothSlowly(s.city.X, s.city.Y, q, sigma)
	n := s.count(memory, nil)
	calls := total(n)
	for i := range n {
		n[i] /= scale[i]
	}
	out := smoothSlowly(s.city.X, s.city.Y, n, sigma)
	for i := range out {
		out[i] = (out[i]*q[i] + noneCalls*s.none()[i]) / (calls + noneCalls)
	}
	return out
}

func (s *slowly) none() []float64 {
	none := shares(s.city.Land)
	if s.city.Prior != nil {
		for i, p := range s.city.Prior {
			none[i] = (1-anywhere)*p + anywhere*none[i]
		}
	}
	return none
}

// components returns each component's shares in an hour, by name.
func (s *slowly) components(kappa, block float64, h demand.HourOfWeek) map[string][]float64 {
	slot := int(slotOf(h))
	n := s.count(memory, nil)
	share := s.spread(near)
	if s.city.Prior != nil {
		v := s.none()
		for _, scale := range []float64{far, middling, near} {
			v = s.refine(v, n, scale, placeCalls)
		}
		for i := range share {
			share[i] = (share[i] + v[i]) / 2
		}
	}
	share = s.refine(share, n, 0, kappa)
	recent := s.refine(s.refine(share, s.count(lately, nil), near, factorCalls), s.count(justNow, nil), near, factorCalls)
	inBlock := s.count(memory, inBlock(blockOf(slot)))
	hours := recent
	for _, scale := range []float64{far, middling, near} {
		hours = s.refine(hours, s.count(memory, aroundHour(slot%24)), scale, factorCalls)
	}
	profile := s.profiles(share, recent)[slot]
	return map[string][]float64{
		"seen": shares(s.count(0, nil)), "seen this half-year": shares(s.count(halfYear, nil)), "seen lately": shares(s.count(lately, nil)),
		"spread 0.7 km": s.spread(700), "spread 3.5 km": s.spread(3500),
		"shrunk": share, "near repeat": recent,
		"blocks":                             s.refine(share, inBlock, 0, block),
		"blocks, spread":                     s.refine(share, inBlock, middling, factorCalls),
		"hours of the day":                   hours,
		"hours of working days and weekends": s.refine(s.refine(profile, s.count(memory, aroundSlot(slot)), near, factorCalls), s.count(memory, aroundSlot(slot)), 0, block),
		"profiles":                           profile, "prior": s.city.Prior, "uniform": shares(s.city.Land),
	}
}

// profiles keeps what each call gives to each profile in a table.
func (s *slowly) profiles(share, recent []float64) [][]float64 {
	mix := make([][]float64, slots)
	for slot := range mix {
		for k := range rank {
			mix[slot] = append(mix[slot], math.Exp(2*math.Cos(2*math.Pi*(float64(slot%24)/24-float64(k)/rank))))
		}
		mix[slot] = shares(mix[slot])
	}
	phi := make([][]float64, rank)
	given := func(i, k int) float64 { return mix[slotOf(s.hour[i])][k] }
	for sweep := range profileSweeps + 1 {
		took := make([][]float64, len(s.cell))
		for i := range took {
			for k := range rank {
				took[i] = append(took[i], given(i, k))
			}
			took[i] = shares(took[i])
		}
		next := make([][]float64, rank)
		for k := range next {
			n := make([]float64, s.city.Len())
			for i, c := range s.cell {
				n[c] += took[i][k] * math.Exp(-float64(s.age[i])/memory)
			}
			next[k] = s.refine(share, n, 0, profileCalls)
		}
		if sweep > 0 { // the first only makes profiles from the mix
			for slot := range mix {
				m := slices.Repeat([]float64{mixCalls / rank}, rank)
				for i := range s.cell {
					for k := range rank {
						if int(slotOf(s.hour[i])) == slot {
							m[k] += took[i][k] * math.Exp(-float64(s.age[i])/memory)
						}
					}
				}
				mix[slot] = shares(m)
			}
		}
		phi = next
		given = func(i, k int) float64 { return mix[slotOf(s.hour[i])][k] * phi[k][s.cell[i]] }
	}
	out := make([][]float64, slots)
	for slot := range out {
		v := make([]float64, s.city.Len())
		for c := range v {
			for k := range rank {
				v[c] += mix[slot][k] * phi[k][c] * recent[c] / share[c]
			}
		}
		out[slot] = shares(v)
	}
	return out
}

// TestComponentsAreAsDefined compares every component with its slow twin. What is spread over distance
// may be off by what the raster may, which is a few percent where calls are sparse.
func TestComponentsAreAsDefined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		city := testCity(rapid.IntRange(2, 6).Draw(t, "side"))
		city.Zone = time.FixedZone("east", 5*3600)
		if rapid.Bool().Draw(t, "prior") {
			city.Prior = shares(mapped(city.X, func(x float64) float64 { return 1 + x/500 }))
			city.Covariates = []demand.Covariate{{Name: "east", Values: city.X}}
		}
		side := int(math.Sqrt(float64(city.Len())))
		h := testCalls(city.Len(), rapid.IntRange(1, 9).Draw(t, "weeks"), rapid.IntRange(1, 40).Draw(t, "calls a week"), rapid.Uint64().Draw(t, "seed"), twoTowns(side))
		for i := range h.Hour { // a gap of a day and a half
			if h.Hour[i] >= h.Span.From+100 {
				h.Hour[i] += 36
			}
		}
		h.Span.To += 36
		h.Gaps = []calls.Span{{From: h.Span.From + 100, To: h.Span.From + 136}}
		settings, err := Settings{}.filled()
		if err != nil {
			t.Fatal(err)
		}
		r := newLearner(city, newLedger(city, h), settings)
		for i := range r.trial {
			r.trial[i].score = rapid.Float64Range(0, 10).Draw(t, "foreseen")
		}
		r.see(r.l.weeks())
		ds, err := r.components(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		at := demand.HourOfWeek(rapid.IntRange(0, 167).Draw(t, "hour"))
		want := newSlowly(city, h).components(r.hyper.cell*fractions[r.foreseeing()], r.hyper.block, at)
		compared := 0
		for _, d := range ds {
			w, ok := want[d.Name]
			if !ok {
				continue
			}
			compared++
			within := 0.05
			if d.Bandwidth == 0 && d.Name != "blocks" && d.Name != "profiles" {
				within = 1e-5
			}
			for c, got := range d.at(at, city.Len()) {
				if math.Abs(float64(got)-w[c]) > within*(w[c]+0.1/float64(city.Len())) {
					t.Fatalf("%s, hour %v, cell %d: %v, want %v", d.Name, at, c, got, w[c])
				}
			}
		}
		if compared < 13 {
			t.Fatalf("only %d components were compared", compared)
		}
	})
}

// TestEvidenceIsNegativeBinomial compares with the product of probabilities; it leaves out what does not
// depend on α, so differences are compared.
func TestEvidenceIsNegativeBinomial(t *testing.T) {
	count, calls, q := [][]float64{{0, 1, 5}, {2, 0, 1}}, []float64{6, 3}, []float64{0.2, 0.5, 0.3}
	slow := func(alpha float64) (sum float64) {
		for p, n := range count {
			for i, x := range n {
				e := calls[p] * q[i]
				v := math.Gamma(x+alpha) / math.Gamma(alpha) / math.Gamma(x+1) * math.Pow(alpha/(alpha+e), alpha) * math.Pow(e/(alpha+e), x)
				sum += math.Log(v)
			}
		}
		return sum
	}
	for _, a := range []float64{0.3, 2, 30} {
		got, want := evidence(count, calls, q, a)-evidence(count, calls, q, 1), slow(a)-slow(1)
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("α %v: %v, want %v", a, got, want)
		}
	}
}

// TestShrinkageFindsItself: counts that scatter as a gamma of a known α give about that α.
func TestShrinkageFindsItself(t *testing.T) {
	for _, alpha := range []float64{1, 4, 16} {
		n, q := make([]float64, 4000), make([]float64, 4000)
		total := 0.0
		for i := range n {
			// The quantiles of the negative binomial around 20, so that there is no chance.
			u, k, p := (float64(i)+0.5)/float64(len(n)), 0.0, math.Pow(alpha/(alpha+20), alpha)
			for cum := p; cum < u; cum += p {
				p *= (k + alpha) / (k + 1) * 20 / (alpha + 20)
				k++
			}
			n[i], q[i] = k, 1/float64(len(n))
			total += k
		}
		if got := shrinkage([][]float64{n}, []float64{total}, q); math.Abs(math.Log(got/alpha)) > 0.1 {
			t.Errorf("α %v from counts of α %v", got, alpha)
		}
	}
}
