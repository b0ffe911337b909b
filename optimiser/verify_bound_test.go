package optimiser

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawCertificate draws vectors, prices and a proof that owe nothing to a solver.
func drawCertificate(t *rapid.T, p *Problem) *Certificate {
	c := &Certificate{}
	vectors := rapid.IntRange(1, 3).Draw(t, "vectors")
	for range vectors {
		for _, l := range p.Layers {
			most := int(bruteCost(l.Curve, Cap))
			scale := rapid.IntRange(0, most).Draw(t, "scale")
			for range len(l.Share) * p.Cells {
				c.Multiplier = append(c.Multiplier, float64(rapid.IntRange(0, scale).Draw(t, "mu"))/1000)
			}
		}
		if rapid.Bool().Draw(t, "again") && len(p.Layers) > 1 && len(p.Layers[0].Share) == len(p.Layers[1].Share) {
			n := len(p.Layers[0].Share) * p.Cells
			v := c.Multiplier[len(c.Multiplier)-vectorSize(p):]
			if bruteCost(p.Layers[0].Curve, Cap) <= bruteCost(p.Layers[1].Curve, Cap) {
				copy(v[n:2*n], v[:n])
			}
		}
		if p.Budget > 0 {
			c.Price = append(c.Price, rapid.Float64Range(0, 1).Draw(t, "price")*min(100, mostPriced*p.worth(nil)/p.Budget))
		}
	}
	drawProof(t, c, numbers(p.Sites), p, vectors)
	return c
}

// drawProof splits on sites until it ends the part.
func drawProof(t *rapid.T, c *Certificate, free []int, p *Problem, vectors int) {
	at := slices.IndexFunc(free, func(s int) bool { return !slices.Contains(p.Fixed, s) && !slices.Contains(p.Forbidden, s) })
	if at < 0 || rapid.IntRange(0, 2).Draw(t, "end") == 0 {
		c.Proof = append(c.Proof, Step{Relax, rapid.IntRange(0, vectors-1).Draw(t, "vector")})
		return
	}
	c.Proof = append(c.Proof, Step{Split, free[at]})
	rest := slices.Delete(slices.Clone(free), at, at+1)
	drawProof(t, c, rest, p, vectors)
	drawProof(t, c, rest, p, vectors)
}

func vectorSize(p *Problem) int {
	n := 0
	for _, l := range p.Layers {
		n += len(l.Share) * p.Cells
	}
	return n
}

// bruteRelax is what a vector proves of one selection, plan or not: constant + Σ costs.
func bruteRelax(p *Problem, c *Certificate, vector int, sites []int) float64 {
	mu, sum := c.Multiplier[vector*vectorSize(p):], 0.0
	if p.Budget > 0 {
		sum -= c.Price[vector] * p.Budget
		for _, s := range sites {
			sum += c.Price[vector] * p.Cost[s]
		}
	}
	for _, l := range p.Layers {
		b := steps(falling(l.Share))
		for k := range l.Share {
			for cell, w := range l.Weight {
				m := mu[k*p.Cells+cell]
				sum += w * b[k] * float64(k+1) * m
				for _, s := range sites {
					if l.Off == nil || !l.Off[s] {
						row := s
						if p.Row != nil {
							row = int(p.Row[s])
						}
						sum += w * b[k] * min(0, bruteCost(l.Curve, l.Time.T[row*p.Cells+cell])/1000-m)
					}
				}
			}
		}
		mu = mu[len(l.Share)*p.Cells:]
	}
	return sum
}

// bruteBound walks the proof with the list of selections of each part. Selections are plans of any cost.
func bruteBound(p *Problem, c *Certificate, proof []Step, plans [][]int) (bound float64, rest []Step) {
	step := proof[0]
	if step.Kind == Relax {
		bound = math.Inf(1)
		for _, sites := range plans {
			bound = min(bound, bruteRelax(p, c, step.Index, sites))
		}
		return bound, proof[1:]
	}
	without := func(is bool) [][]int {
		return slices.DeleteFunc(slices.Clone(plans), func(sites []int) bool { return slices.Contains(sites, step.Index) == is })
	}
	x, rest := bruteBound(p, c, proof[1:], without(false))
	y, rest := bruteBound(p, c, rest, without(true))
	return min(x, y), rest
}

// TestProofBoundIsTheDefinition compares bounds of random certificates with sums over all selections, and checks that no plan is
// below them, whatever the multipliers, prices and proof.
func TestProofBoundIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		c := drawCertificate(t, p)
		got, slack, err := proofBound(p, c)
		if err != nil {
			t.Fatal(err)
		}
		q := *p
		if p.Budget > 0 { // any cost is a selection
			q.Budget = math.MaxFloat64
		}
		want, _ := bruteBound(p, c, c.Proof, allPlans(&q))
		room := 1e-9*math.Abs(want) + slack + 1e-9
		if got < want-room || got > max(want, nextValue(p, want))+room {
			t.Fatalf("bound %v, by definition %v", got, want)
		}
		if best := bestOfAll(p); got > best+1e-9*best+slack {
			t.Fatalf("bound %v is above the best value %v", got, best)
		}
	})
}
