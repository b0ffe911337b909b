package fair

import (
	"math"
	"slices"
)

// measure is an aim over parts with their shares of the demand.
type measure struct {
	Aim
	share []float64
}

// figure is what Equal compares: part b's mean less its offset, in its own scale.
func (m *measure) figure(v []float64, b int) float64 {
	x := v[b]
	if m.Less != nil {
		x -= m.Less[b]
	}
	if m.Per != nil {
		x /= m.Per[b]
	}
	return x
}

func (m *measure) mean(v []float64) float64 {
	sum := 0.0
	for b, s := range m.share {
		sum += s * v[b]
	}
	return sum
}

// power is the power mean. Means are divided by the largest first, so that no power overflows.
func (m *measure) power(v []float64) float64 {
	top := slices.Max(v)
	if top <= 0 {
		return 0
	}
	sum := 0.0
	for b, s := range m.share {
		sum += s * math.Pow(v[b]/top, m.Power)
	}
	return top * math.Pow(sum, 1/m.Power)
}

func (m *measure) worst(v []float64) float64 {
	worst := math.Inf(-1)
	for b := range v {
		worst = max(worst, m.figure(v, b))
	}
	return worst
}

// over is by how much the parts are above their caps, in all; the rounding of a mean does not count.
func (m *measure) over(v []float64) float64 {
	sum := 0.0
	for b, c := range m.Cap {
		sum += max(0, v[b]-c*(1+1e-10))
	}
	return sum
}

// beyond is by how much the figures are above Good, in all.
func (m *measure) beyond(v []float64) float64 {
	sum := 0.0
	for b := range v {
		sum += max(0, m.figure(v, b)-*m.Good)
	}
	return sum
}

// value is the aim: what a plan keeps low.
func (m *measure) value(v []float64) float64 {
	switch m.Kind {
	case Balanced:
		return m.power(v)
	case Equal:
		return m.worst(v)
	}
	return m.mean(v)
}

// rank writes the figures by which plans are compared, the first that differs decides, into dst.
func (m *measure) rank(dst, v []float64) []float64 {
	dst = dst[:0]
	switch {
	case m.Kind == Balanced:
		return append(dst, m.power(v))
	case m.Kind == Capped:
		return append(dst, m.over(v), m.mean(v))
	case m.Good != nil:
		return append(dst, max(m.worst(v), *m.Good), m.beyond(v), m.mean(v))
	}
	for b := range v {
		dst = append(dst, m.figure(v, b))
	}
	slices.SortFunc(dst, func(x, y float64) int {
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return dst
}

// bound returns the bound on the aim that follows when Σ factor·mean of no plan is below least
// (docs/equity.md); −Inf where nothing follows. For Capped the caps' prices are what factor exceeds
// share by, so factor is scaled up first until it nowhere falls below.
func (m *measure) bound(factor []float64, least float64) float64 {
	switch m.Kind {
	case Balanced:
		if d := m.dual(factor); d > 0 {
			return least / d
		}
	case Equal:
		sum, less := 0.0, 0.0
		for b, f := range factor {
			per := 1.0
			if m.Per != nil {
				per = m.Per[b]
			}
			sum += f * per
			if m.Less != nil {
				less += f * m.Less[b]
			}
		}
		if sum > 0 {
			return (least - less) / sum
		}
	case Capped:
		scale := 0.0
		for b, f := range factor {
			scale = max(scale, m.share[b]/f)
		}
		if !(scale <= mostScale) {
			break
		}
		price := 0.0
		for b, f := range factor {
			price += max(0, scale*f-m.share[b]) * m.Cap[b]
		}
		return scale*least - price
	}
	return math.Inf(-1)
}

// mostScale is how far factors may be below the shares for a bound under caps to be derived: beyond it,
// rounding would be larger than what is derived.
const mostScale = 1e6

// dual is the norm of factor for which Σ factor·v ≤ dual · power(v) (Hölder).
func (m *measure) dual(factor []float64) float64 {
	top := 0.0
	for b, f := range factor {
		top = max(top, f/m.share[b])
	}
	if top <= 0 || m.Power == 1 {
		return top
	}
	q, sum := m.Power/(m.Power-1), 0.0
	for b, f := range factor {
		sum += m.share[b] * math.Pow(f/m.share[b]/top, q)
	}
	return top * math.Pow(sum, 1/q)
}
