package mixture

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Settings say how a mixture is learnt. The zero value stands for the defaults of DefaultSettings.
type Settings struct {
	// Bandwidths are the standard deviations, in metres, of the Gaussian kernels that spread calls over
	// distance.
	Bandwidths []float64
	// HeldOut is how many of the last weeks, at most, the weights are learnt on.
	HeldOut int
	// HeldOutCalls is how many held-out calls are enough: weeks beyond them, but no fewer than eight
	// weeks, are not held out.
	HeldOutCalls int
	// Sweeps is how many sweeps of expectation maximisation are made at most.
	Sweeps int
}

// DefaultSettings returns the settings that the zero value stands for.
func DefaultSettings() Settings {
	return Settings{
		Bandwidths:   []float64{700, 1200, 2000, 3500},
		HeldOut:      26,
		HeldOutCalls: 20_000,
		Sweeps:       300,
	}
}

// filled returns the settings with defaults for what is zero, or all that is wrong with them.
func (s Settings) filled() (Settings, error) {
	d := DefaultSettings()
	if s.Bandwidths == nil {
		s.Bandwidths = d.Bandwidths
	}
	for _, f := range []struct{ set, otherwise *int }{{&s.HeldOut, &d.HeldOut}, {&s.HeldOutCalls, &d.HeldOutCalls}, {&s.Sweeps, &d.Sweeps}} {
		if *f.set == 0 {
			*f.set = *f.otherwise
		}
	}
	var errs []error
	if s.HeldOut < 0 || s.HeldOutCalls < 0 || s.Sweeps < 0 {
		errs = append(errs, fmt.Errorf("%d weeks held out, %d calls, %d sweeps: want none negative", s.HeldOut, s.HeldOutCalls, s.Sweeps))
	}
	bad := func(b float64) bool { return !(b > 0) || math.IsInf(b, 1) }
	if slices.ContainsFunc(s.Bandwidths, bad) {
		errs = append(errs, fmt.Errorf("bandwidths %v: want metres above 0", s.Bandwidths))
	}
	return s, errors.Join(errs...)
}
