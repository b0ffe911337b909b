package forecast

import (
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Mix is how calls divide into kinds, by district and hour of day. The shares of a district and hour
// lean on the city's in that hour and on the district's over the day, the more the fewer calls it has:
// Dirichlet shrinkage, with concentrations that make the calls most likely (Minka, Estimating a Dirichlet
// distribution, 2000).
type Mix struct {
	Kinds []calls.Kind
	// Share has for each district and hour of day, 24 a district, the share of each kind; they sum to 1.
	Share    []float32
	HalfLife float64 // weeks after which a call counts half; infinite where all count alike
	// Concentrations: how many calls the city's shares, the hour's and the district-and-hour's stand
	// against. Infinite where calls do not differ.
	ByHour, ByDistrict, ByBoth float64
}

const hoursPerDay = 24

// At returns the share of each kind in a district's hour of day.
func (m *Mix) At(district, hour int) []float32 {
	n := len(m.Kinds)
	at := (district*hoursPerDay + hour) * n
	return m.Share[at : at+n]
}

// Thinned returns a baseline's typical week of the calls that count: of each kind the share that is
// asked for. A baseline that cannot tell kinds apart takes all calls as of the kind without a name.
func Thinned(b Baseline, share func(calls.Kind) float64) (*demand.Intensity, error) {
	weights, err := (&Query{Share: share}).weights(b.Mix())
	if err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	if t, ok := b.(Thinner); ok {
		return t.Thin(weights).Week(), nil
	}
	city, week := b.City(), *b.Week()
	part := parts(b.Mix(), len(city.Districts), weights)
	rate := make([]float32, len(week.Rate))
	for h := range demand.HoursPerWeek {
		out := rate[h*week.Cells : (h+1)*week.Cells]
		for i, r := range week.At(demand.HourOfWeek(h)) {
			out[i] = r * part[int(city.District[i])*hoursPerDay+h%hoursPerDay]
		}
	}
	week.Rate = rate
	return &week, nil
}

// learnMix learns the shares of kinds; nil without calls.
func learnMix(city *demand.City, h *calls.History) *Mix {
	if h.Len() == 0 || len(h.Kinds) == 0 {
		return nil
	}
	return mixOf(city, h, mixHalfLife(city, h))
}

// halfLives are in how many weeks a call may come to count half for the shares of kinds. How calls come
// changes at times, as when the police hand calls to the health service.
var halfLives = []float64{math.Inf(1), 104, 52, 26, 13, 4}

// mixHalfLife returns the half-life that foretells the kinds of the last weeks best. One has to be better
// than a longer one by two nats, lest chance decide.
func mixHalfLife(city *demand.City, h *calls.History) float64 {
	const held, enough, better = 8 * demand.HoursPerWeek, 50, 2.0
	cut := h.Span.To - calls.Hour(min(held, h.Span.Hours()/4))
	past, next := h.Before(cut), h.Between(calls.Span{From: cut, To: h.Span.To})
	at, best := halfLives[0], math.Inf(-1)
	if len(h.Kinds) < 2 || past.Len() < enough || next.Len() < enough {
		return at
	}
	n := tally(city, next, at)
	for _, halfLife := range halfLives {
		m, score := mixOf(city, past, halfLife), 0.0
		for i, c := range n {
			if c > 0 {
				score += c * math.Log(max(float64(m.Share[i]), 1e-9)) // a kind that was never seen decides nothing
			}
		}
		if score > best+better {
			at, best = halfLife, score
		}
	}
	return at
}

// tally counts a history's calls by district, hour of day and kind, each by its age at the end.
func tally(city *demand.City, h *calls.History, halfLife float64) []float64 {
	n := make([]float64, len(city.Districts)*hoursPerDay*len(h.Kinds))
	var at calls.Hour = -1
	hour, weight := 0, 1.0
	for i, t := range h.Hour {
		if t != at {
			at, hour = t, t.Time().In(city.Zone).Hour()
			weight = math.Exp2(-float64(h.Span.To-t) / (demand.HoursPerWeek * halfLife))
		}
		n[(int(city.District[h.Cell[i]])*hoursPerDay+hour)*len(h.Kinds)+int(h.Kind[i])] += weight
	}
	return n
}

// mixOf learns the shares of kinds from calls that count half as much each half-life.
func mixOf(city *demand.City, h *calls.History, halfLife float64) *Mix {
	kinds := len(h.Kinds)
	n, districts := tally(city, h, halfLife), len(city.Districts)
	byHour, byDistrict, all := make([]float64, hoursPerDay*kinds), make([]float64, districts*kinds), make([]float64, kinds)
	for i, c := range n {
		k := i % kinds
		byHour[i%len(byHour)] += c
		byDistrict[i/len(byHour)*kinds+k] += c
		all[k] += c
	}
	m := &Mix{Kinds: h.Kinds, HalfLife: halfLife}
	city0 := shares(all, sum(all))
	m.ByHour = concentration(byHour, repeated(city0, hoursPerDay), kinds)
	m.ByDistrict = concentration(byDistrict, repeated(city0, districts), kinds)
	hours := shrunk(byHour, repeated(city0, hoursPerDay), kinds, m.ByHour)
	places := shrunk(byDistrict, repeated(city0, districts), kinds, m.ByDistrict)
	both := crossed(hours, places, city0)
	m.ByBoth = concentration(n, both, kinds)
	m.Share = make([]float32, len(n))
	for i, p := range shrunk(n, both, kinds, m.ByBoth) {
		m.Share[i] = float32(p)
	}
	return m
}

func shares(n []float64, total float64) []float64 {
	p := make([]float64, len(n))
	for k, c := range n {
		p[k] = c / total
	}
	return p
}

func repeated(p []float64, times int) []float64 {
	out := make([]float64, 0, len(p)*times)
	for range times {
		out = append(out, p...)
	}
	return out
}

// crossed returns the shares of each district and hour where the two act on the city's independently:
// in proportion to the hour's × the district's / the city's.
func crossed(hours, places, city []float64) []float64 {
	kinds := len(city)
	out := make([]float64, 0, len(hours)*len(places)/kinds)
	for d := 0; d < len(places); d += kinds {
		for h := 0; h < len(hours); h += kinds {
			from, sum := len(out), 0.0
			for k, c := range city {
				p := 0.0
				if c > 0 {
					p = hours[h+k] * places[d+k] / c
				}
				out, sum = append(out, p), sum+p
			}
			for k := range kinds {
				out[from+k] /= sum
			}
		}
	}
	return out
}

// shrunk returns (n + κ p) / (N + κ) for each group of kinds.
func shrunk(n, p []float64, kinds int, kappa float64) []float64 {
	out := make([]float64, len(n))
	for g := 0; g < len(n); g += kinds {
		total := 0.0
		for _, c := range n[g : g+kinds] {
			total += c
		}
		// Divided by κ first, which may be infinite.
		for k := g; k < g+kinds; k++ {
			out[k] = (n[k]/kappa + p[k]) / (total/kappa + 1)
		}
	}
	return out
}

// concentration returns the κ among powers of 2^½ from 1 to 2^20, or infinity, at which the counts of all
// groups are most likely as Dirichlet-multinomial draws around p. Halves of a doubling are fine enough:
// the likelihood is flat over a doubling.
func concentration(n, p []float64, kinds int) float64 {
	best, at := math.Inf(-1), math.Inf(1)
	for e := 0; e <= 40; e++ {
		kappa := math.Pow(2, float64(e)/2)
		if v := polya(n, p, kinds, kappa); v > best {
			best, at = v, kappa
		}
	}
	if multinomial(n, p) >= best {
		return math.Inf(1)
	}
	return at
}

// polya returns the logarithm of the Dirichlet-multinomial likelihood, but for what κ does not change.
func polya(n, p []float64, kinds int, kappa float64) float64 {
	sum, total := 0.0, 0.0
	for i, c := range n {
		if c > 0 {
			sum += lgamma(kappa*p[i]+c) - lgamma(kappa*p[i])
		}
		total += c
		if i%kinds == kinds-1 {
			sum += lgamma(kappa) - lgamma(kappa+total)
			total = 0
		}
	}
	return sum
}

// multinomial is polya at infinite κ.
func multinomial(n, p []float64) float64 {
	sum := 0.0
	for i, c := range n {
		if c > 0 {
			sum += c * math.Log(p[i])
		}
	}
	return sum
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
