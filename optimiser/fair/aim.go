package fair

import (
	"errors"
	"fmt"
	"math"
)

// Aim says which measure of the parts' means v a plan keeps low, in seconds where Per is nil.
type Aim struct {
	Kind Kind
	// Power α of Balanced, 1 to MostPower: 1 is the mean, and the larger it is, the more the parts that are served worst count.
	Power float64
	// Cap is, for Capped, the most that each part's mean may be, in seconds.
	Cap []float64
	// Less and Per, for Equal, make each part's figure (v − Less) / Per; nil: Less is 0, Per is 1.
	Less, Per []float64
	// Good, for Equal with Less, is a figure up to which all are alike: among plans whose worst part's
	// figure is at most Good the one with the least mean is best. nil: parts are compared worst first.
	Good *float64
}

// MostPower is the largest exponent of a power mean: beyond it, it is the worst part but for rounding.
const MostPower = 64

// Kind is a measure of the parts' means.
type Kind uint8

// Kinds of Aim.
const (
	// Balanced is the power mean (Σ s vᵅ)^(1/α), each part counting by its share s of the demand.
	Balanced Kind = iota
	// Equal is the worst part's figure; between plans alike in it the next worst decides, and so on.
	Equal
	// Capped is the mean over all demand of plans in which no part's mean is above its cap.
	Capped
)

func (k Kind) String() string {
	switch k {
	case Balanced:
		return "balanced"
	case Equal:
		return "equal"
	case Capped:
		return "capped"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// check returns everything that is wrong with an aim for so many parts, joined.
func (a *Aim) check(parts int) error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: %s", ErrAim, fmt.Sprintf(format, args...)))
	}
	list := func(name string, of Kind, values []float64, low float64) {
		switch {
		case values == nil:
		case a.Kind != of:
			wrong("%s is given; %s takes none", name, a.Kind)
		case len(values) != parts:
			wrong("%s has %d entries; there are %d parts", name, len(values), parts)
		}
		for b, v := range values {
			if !(v >= low && v <= math.MaxFloat32) {
				wrong("%s[%d] is %v; from %g to %g is allowed", name, b, v, low, float64(math.MaxFloat32))
			}
		}
	}
	list("Cap", Capped, a.Cap, 0)
	list("Less", Equal, a.Less, -math.MaxFloat32)
	list("Per", Equal, a.Per, math.SmallestNonzeroFloat32)
	switch {
	case a.Kind > Capped:
		wrong("Kind is %d; want Balanced, Equal or Capped", a.Kind)
	case a.Kind == Balanced && !(a.Power >= 1 && a.Power <= MostPower):
		wrong("Power is %v; from 1 to %d is allowed", a.Power, MostPower)
	case a.Kind != Balanced && a.Power != 0:
		wrong("Power is %v; %s takes none", a.Power, a.Kind)
	case a.Kind == Capped && a.Cap == nil:
		wrong("Cap is nil; one for each part is needed")
	case a.Good != nil && (a.Kind != Equal || math.IsNaN(*a.Good)):
		wrong("Good is %v with %s; a number with Equal is allowed", *a.Good, a.Kind)
	}
	return errors.Join(errs...)
}
