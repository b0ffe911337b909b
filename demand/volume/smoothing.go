package volume

import "math"

// What chooseSmoothing chooses among. The narrowest kernel smooths next to nothing: it suits calls logged
// by shift. The largest strengths leave no difference.
var (
	sigmas    = []float64{0.3, 0.5, 0.75, 1, 1.25, 1.5}
	strengths = []float64{20, 50, 150, 500, 2000, 1e5}
)

// usualSmoothing is used until enough is known to choose.
var usualSmoothing = smoothing{Sigma: 1, Day: 150, Own: 50}

// folds is how many parts the weeks are dealt into: each is held against the others.
const folds = 4

// chooseSmoothing returns the smoothing under which weeks held out are likeliest, given how many calls they
// had: first the kernel, then the strengths, then the kernel again.
func (r *history) chooseSmoothing(st *state, prior *[week]float64) smoothing {
	if r.days() < 7*folds {
		return usualSmoothing
	}
	parts := r.dealt(st.multiplier)
	best := usualSmoothing
	most := parts.heldOut(best, prior)
	try := func(s smoothing) {
		if score := parts.heldOut(s, prior); score > most {
			best, most = s, score
		}
	}
	widths := func() {
		for _, sigma := range sigmas {
			try(smoothing{sigma, best.Day, best.Own})
		}
	}
	widths()
	for _, day := range strengths {
		for _, own := range strengths {
			try(smoothing{best.Sigma, day, own})
		}
	}
	widths()
	return best
}

// dealt are the counts of each part of the weeks.
type dealt [folds]counts

// heldOut returns the logarithmic likelihood of each part's hours under the shape of the others.
func (p *dealt) heldOut(s smoothing, prior *[week]float64) (score float64) {
	for out := range p {
		var rest counts
		for i := range p {
			if i != out {
				rest.add(&p[i])
			}
		}
		shape := rest.shape(s, prior)
		var calls, expected float64
		for h, x := range shape {
			calls += p[out].calls[h]
			expected += x * p[out].expected[h]
			score += p[out].calls[h] * math.Log(x)
		}
		if calls > 0 {
			score -= calls * math.Log(expected)
		}
	}
	return score
}

// dealt deals whole weeks out in turn and counts the calls of each part by hour of week.
func (r *history) dealt(multiplier []float64) *dealt {
	var parts dealt
	for i, known := range r.known {
		if !known {
			continue
		}
		p := &parts[floorDiv(r.first+int(r.day[i])+3, 7)%folds]
		p.calls[r.slot[i]] += r.calls[i]
		p.expected[r.slot[i]] += multiplier[r.day[i]]
	}
	return &parts
}

func (c *counts) add(o *counts) {
	for h := range c.calls {
		c.calls[h] += o.calls[h]
		c.expected[h] += o.expected[h]
	}
}
