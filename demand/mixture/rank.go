package mixture

import (
	"math"

	"github.com/nearside-ems/nearside/demand"
)

// Profiles: calls of slot s fall on cells as Σᵣ mix(s,r)·φᵣ(c).
const (
	rank          = 4
	profileSweeps = 12
	profileCalls  = 3.0  // α of each profile's cells, by which they are shrunk towards the shrunk shares
	mixCalls      = 10.0 // pseudo-calls in each slot, spread evenly over profiles
)

// profiles finds a few places' patterns that the slots of the week share, by expectation maximisation of
// a low-rank Poisson model with Dirichlet smoothing (Hofmann 1999; the same as Kullback-Leibler
// non-negative matrix factorisation, Gaussier and Goutte 2005). It starts from patterns that peak at
// hours evenly spaced over the day, so it needs no chance.
func (r *learner) profiles(b *shrunk) density {
	mix := make([]float64, slots*rank)
	for s := range slots {
		total := 0.0
		for k := range rank {
			v := math.Exp(2 * math.Cos(2*math.Pi*(float64(s%24)/24-float64(k)/rank)))
			mix[s*rank+k] = v
			total += v
		}
		for k := range rank {
			mix[s*rank+k] /= total
		}
	}
	phi := make([]float64, r.n*rank) // of each cell, rank after rank
	for i := range phi {
		phi[i] = b.share[i/rank]
	}
	r.startProfiles(mix, phi, b)
	for range profileSweeps {
		r.sweepProfiles(mix, phi, b)
	}
	d := density{careful: true, Component: Component{Name: "profiles", HalfLife: r.long.halfLife(), Kappa: profileCalls, Calls: r.long.calls}, plane: make([]float32, slots*r.n)}
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		d.of[h] = slotOf(h)
	}
	for s := range slots {
		r.placeProfiles(mix[s*rank:(s+1)*rank], phi, b, d.plane[s*r.n:(s+1)*r.n])
	}
	return d
}

// placeProfiles writes the shares of a slot, each times what calls seen lately make of the cell.
func (r *learner) placeProfiles(mix, phi []float64, b *shrunk, dst []float32) {
	sum := 0.0
	for c := range dst {
		p := phi[c*rank : (c+1)*rank]
		v := (mix[0]*p[0] + mix[1]*p[1] + mix[2]*p[2] + mix[3]*p[3]) * b.recent[c] / b.share[c]
		dst[c] = float32(v)
		sum += v
	}
	for c := range dst {
		dst[c] = float32(float64(dst[c]) / sum)
	}
}

// startProfiles makes the first profiles from the first mix.
func (r *learner) startProfiles(mix, phi []float64, b *shrunk) {
	next := make([]float64, len(phi))
	for s := range slots {
		for c, n := range r.bySlot[s*r.n : (s+1)*r.n] {
			for k := range rank {
				next[c*rank+k] += n * mix[s*rank+k]
			}
		}
	}
	shrinkProfiles(next, phi, b.share)
}

// sweepProfiles is one sweep of expectation maximisation.
func (r *learner) sweepProfiles(mix, phi []float64, b *shrunk) {
	next := make([]float64, len(phi))
	for s := range slots {
		m := (*[rank]float64)(mix[s*rank:])
		took := [rank]float64{}
		for c, n := range r.bySlot[s*r.n : (s+1)*r.n] {
			if n == 0 {
				continue
			}
			p := (*[rank]float64)(phi[c*rank:])
			to := (*[rank]float64)(next[c*rank:])
			f := n / (m[0]*p[0] + m[1]*p[1] + m[2]*p[2] + m[3]*p[3])
			for k := range rank {
				v := f * m[k] * p[k]
				to[k] += v
				took[k] += v
			}
		}
		total := 0.0
		for k := range rank {
			took[k] += mixCalls / rank
			total += took[k]
		}
		for k := range rank {
			m[k] = took[k] / total
		}
	}
	shrinkProfiles(next, phi, b.share)
}

// shrinkProfiles makes profiles from the calls that fell to each, as refine does.
func shrinkProfiles(calls, phi, share []float64) {
	var total, sum [rank]float64
	for i, v := range calls {
		total[i%rank] += v
	}
	for i, v := range calls {
		q := share[i/rank]
		phi[i] = q * (v + profileCalls) / (total[i%rank]*q + profileCalls)
		sum[i%rank] += phi[i]
	}
	for i := range phi {
		phi[i] /= sum[i%rank]
	}
}
