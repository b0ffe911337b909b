package transport

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Sentinels of Verify beside those of package optimiser (ErrSites, ErrHash, ErrValue, ErrMultiplier,
// ErrProof, ErrBound, ErrStatus).
var (
	ErrFlows = errors.New("transport: the plan's flows do not satisfy the problem")
	ErrPrice = errors.New("transport: the certificate's prices are malformed")
)

// exactness is the relative difference allowed between a stated number and the recomputed one.
const exactness = 1e-9

// Verify checks a plan by definitions alone and shares no code with the solver: its flows keep within
// weights and room and cost what the plan states; by its prices (weak duality of the transportation
// problem) nobody can go better between these centres; and no plan whatever costs less than Bound, by
// its multipliers and proof. Numbers agree up to one part in 10⁹. Otherwise the error wraps the sentinel of the first check that
// failed, or optimiser.ErrProblem.
func Verify(p *Problem, plan *Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := checkSites(p, plan.Sites); err != nil {
		return fmt.Errorf("%w: %w", optimiser.ErrSites, err)
	}
	cert := &plan.Certificate
	if got := p.Hash(); cert.Problem != got {
		return fmt.Errorf("%w: it states SHA-256 %x; this problem's is %x", optimiser.ErrHash, cert.Problem, got)
	}
	value, err := costOf(p, plan)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFlows, err)
	}
	if !within(cert.Value, value, 0) {
		return fmt.Errorf("%w: it states %v; its flows come to %v", optimiser.ErrValue, cert.Value, value)
	}
	if err := checkPrices(p, cert.Price); err != nil {
		return fmt.Errorf("%w: %w", ErrPrice, err)
	}
	if least, slack := priced(p, plan.Sites, cert.Price[:len(p.Layers)*p.Place]); least < value*(1-exactness)-slack {
		return fmt.Errorf("%w: its flows come to %v; its prices show only that nobody can do better than %v", ErrPrice, value, least)
	}
	bound, slack, err := proofBound(p, cert)
	if err != nil {
		return err
	}
	if !within(cert.Bound, min(bound, value), slack) {
		return fmt.Errorf("%w: it states %v; its multipliers prove %v", optimiser.ErrBound, cert.Bound, bound)
	}
	return checkStatus(plan.Status, value, bound, slack)
}

// checkStatus checks that Optimal is stated if and only if the bound meets the value. Which of the
// other two it is, only the solver knows.
func checkStatus(s optimiser.Status, value, bound, slack float64) error {
	switch {
	case s != optimiser.Optimal && s != optimiser.Converged && s != optimiser.Stopped:
		return fmt.Errorf("%w: %q is none of %q, %q, %q", optimiser.ErrStatus, s, optimiser.Optimal, optimiser.Converged, optimiser.Stopped)
	case s == optimiser.Optimal && bound < value*(1-2*exactness)-slack:
		return fmt.Errorf("%w: %q, but the bound %v is below the value %v", optimiser.ErrStatus, s, bound, value)
	case s != optimiser.Optimal && bound >= value*(1-exactness/10)+slack:
		return fmt.Errorf("%w: %q, but the bound meets the value", optimiser.ErrStatus, s)
	}
	return nil
}

// within reports whether the stated number equals the computed one up to exactness and slack.
func within(stated, computed, slack float64) bool {
	return math.Abs(stated-computed) <= exactness*math.Abs(computed)+slack
}

func checkSites(p *Problem, sites []int) error {
	if len(sites) != p.Place {
		return fmt.Errorf("%d sites; the problem places %d", len(sites), p.Place)
	}
	for i, s := range sites {
		if s < 0 || s >= p.Sites {
			return fmt.Errorf("site %d is not between 0 and %d", s, p.Sites-1)
		}
		if i > 0 && s <= sites[i-1] {
			return fmt.Errorf("site %d follows site %d; they must ascend", s, sites[i-1])
		}
		if slices.Contains(p.Forbidden, s) {
			return fmt.Errorf("site %d is forbidden", s)
		}
	}
	for _, s := range p.Fixed {
		if !slices.Contains(sites, s) {
			return fmt.Errorf("fixed site %d is missing", s)
		}
	}
	return nil
}

// costOf checks the flows and returns what they and the unserved come to, in weighted seconds.
func costOf(p *Problem, plan *Plan) (float64, error) {
	left := make([][]float64, len(p.Layers)) // patients in no flow
	taken := make([][]float64, len(p.Layers))
	for l := range p.Layers {
		left[l], taken[l] = slices.Clone(p.Layers[l].Weight), make([]float64, p.Sites)
	}
	cost := 0.0
	for n, f := range plan.Flows {
		l, i, s := int(f.Layer), int(f.Cell), int(f.Site)
		if l < 0 || l >= len(p.Layers) || i < 0 || i >= p.Cells || !slices.Contains(plan.Sites, s) {
			return 0, fmt.Errorf("flow %d: layer %d, cell %d, site %d is outside the plan", n, l, i, s)
		}
		if n > 0 && !follows(plan.Flows[n-1], f) {
			return 0, fmt.Errorf("flow %d does not follow the one before it: layer, cell and site ascend", n)
		}
		time := p.Layers[l].Time.Row(s)[i]
		if !(f.Amount > 0 && f.Amount <= mostWeight) || time >= optimiser.Cap {
			return 0, fmt.Errorf("flow %d: %v patients over %v s", n, f.Amount, time.Seconds())
		}
		left[l][i] -= f.Amount
		taken[l][s] += f.Amount
		cost += f.Amount * time.Seconds()
	}
	for l := range p.Layers {
		layer := &p.Layers[l]
		total := 0.0
		for i, w := range layer.Weight {
			if left[l][i] < -exactness*w {
				return 0, fmt.Errorf("layer %d: %v patients more leave cell %d than there are", l, -left[l][i], i)
			}
			if left[l][i] > exactness*w {
				cost += left[l][i] * optimiser.Cap.Seconds()
			}
			total += w
		}
		if layer.Capacity == nil {
			continue
		}
		for s, room := range layer.Capacity {
			if taken[l][s] > room*(1+exactness)+total*exactness/1000 {
				return 0, fmt.Errorf("layer %d: %v patients go to site %d, which takes %v", l, taken[l][s], s, room)
			}
		}
	}
	return cost, nil
}

// follows reports whether flow b may follow flow a.
func follows(a, b Flow) bool {
	if a.Layer != b.Layer {
		return a.Layer < b.Layer
	}
	if a.Cell != b.Cell {
		return a.Cell < b.Cell
	}
	return a.Site < b.Site
}

// checkPrices checks that there are whole sets of prices and each is whole milliseconds from 0 to Cap.
func checkPrices(p *Problem, prices []float64) error {
	set := len(p.Layers) * p.Place
	if len(prices) == 0 || len(prices)%set != 0 {
		return fmt.Errorf("%d numbers; a multiple of layers × centres = %d is needed", len(prices), set)
	}
	for i, v := range prices {
		if !wholeMillis(v) {
			return fmt.Errorf("number %d is %v s; whole milliseconds from 0 to %v s are allowed", i, v, optimiser.Cap.Seconds())
		}
	}
	return nil
}

func wholeMillis(seconds float64) bool {
	milli := math.Round(1000 * seconds)
	return seconds >= 0 && milli <= float64(optimiser.Cap) && math.Abs(1000*seconds-milli) < 1e-6
}

// priced returns what patients pay at least between the sites at these prices, less the rent of all room: no flows come to less (weak
// duality). slack is the rounding error to allow for.
func priced(p *Problem, sites []int, prices []float64) (least, slack float64) {
	paid, rent, total := 0.0, 0.0, 0.0
	for l := range p.Layers {
		layer := &p.Layers[l]
		price := prices[l*len(sites) : (l+1)*len(sites)]
		for i, w := range layer.Weight {
			best := optimiser.Cap.Seconds()
			for n, s := range sites {
				best = min(best, layer.Time.Row(s)[i].Seconds()+price[n])
			}
			paid += w * best
			total += w
		}
		for n, s := range sites {
			if price[n] > 0 {
				rent += layer.room(s) * price[n]
			}
		}
	}
	return paid - rent, exactness / 1000 * total * optimiser.Cap.Seconds()
}
