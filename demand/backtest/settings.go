package backtest

import (
	"errors"
	"fmt"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Settings say how forecasters are tested. The zero value stands for the defaults.
type Settings struct {
	// Origins is how many weeks at the end of the history are forecast, each from all that came before
	// it. Default: half of the weeks, at most 26; eight where that leaves four weeks to learn from.
	Origins int
	// Block is what is drawn together in the bootstrap. Default: ByWeek with 15 origins or more, else
	// ByDay, since few weeks say little about how weeks vary.
	Block Block
	// Resamples is how often the bootstrap draws. Default: 10,000.
	Resamples int
	// Seed starts the random numbers of the bootstrap and of the randomised transform. Default: 1.
	Seed uint64
	// Workers is how many forecasters are tested at a time. Default: as many as there are processors.
	Workers int
}

// Block is what is drawn together in the bootstrap, because it does not vary independently.
type Block string

// Blocks.
const (
	ByWeek Block = "week"
	ByDay  Block = "day"
)

const (
	mostOrigins   = 26
	fewestOrigins = 8
	leastLearnt   = 4  // weeks before the first origin
	enoughWeeks   = 15 // to draw weeks
)

// filled returns the settings with defaults for what is zero, for a history of so many weeks.
func (s Settings) filled(h *calls.History) (Settings, error) {
	weeks := (h.Span.Hours() + 1) / week // one hour less where the clocks went forward
	if s.Origins == 0 {
		s.Origins = max(min(weeks/2, mostOrigins), min(fewestOrigins, weeks-leastLearnt))
	}
	if s.Block == "" {
		if s.Block = ByDay; s.Origins >= enoughWeeks {
			s.Block = ByWeek
		}
	}
	if s.Resamples == 0 {
		s.Resamples = 10_000
	}
	if s.Seed == 0 {
		s.Seed = 1
	}
	var errs []error
	if s.Origins < 1 || s.Origins >= weeks {
		errs = append(errs, fmt.Errorf("%d origins in %d whole weeks of calls: want at least 1, and a week before the first to learn from", s.Origins, weeks))
	}
	if s.Block != ByWeek && s.Block != ByDay {
		errs = append(errs, fmt.Errorf("block %q; want %q or %q", s.Block, ByWeek, ByDay))
	}
	if s.Resamples < 100 || s.Workers < 0 {
		errs = append(errs, fmt.Errorf("%d resamples, %d workers: want at least 100 resamples, and no negative number of workers", s.Resamples, s.Workers))
	}
	return s, errors.Join(errs...)
}
