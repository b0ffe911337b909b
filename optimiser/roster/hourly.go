package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/internal/parallel"
	"github.com/nearside-ems/nearside/optimiser"
)

// Hourly solves the hours each by itself: the first from nothing, every other from the plan and the
// multipliers of the one before, which few steps then adapt. After the first hour the two halves of the others are
// solved side by side. Settings are those of each hour, but for From and Progress: with a Gap an hour
// ends when it is proved to be that near its best. An hour may take its share of the time that is left until
// ctx ends; one that ends early leaves more to the others. Errors are optimiser.Solve's, with the hour's number.
func Hourly(ctx context.Context, hours []*optimiser.Problem, s optimiser.Settings) ([]*optimiser.Plan, error) {
	plans, errs := make([]*optimiser.Plan, len(hours)), make([]error, len(hours))
	s.From, s.Progress = nil, nil
	if s.Workers <= 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	half := (len(hours) + 1) / 2
	chain := func(from, until, before int, s optimiser.Settings) {
		for h := from; h < until; h++ {
			s.From = nil
			if from := plans[before]; from != nil && alike(hours[before], hours[h]) && hours[h].Allows(from.Sites) == nil {
				s.From = from
			}
			one, stop := within(ctx, until-h)
			plans[h], errs[h] = optimiser.Solve(one, hours[h], s)
			stop()
			before = h
		}
	}
	if len(hours) > 0 {
		first, stop := within(ctx, half)
		plans[0], errs[0] = optimiser.Solve(first, hours[0], s)
		stop()
	}
	s.Workers = (s.Workers + 1) / 2
	parallel.For(2, 2, func(i int) {
		if i == 0 {
			chain(min(1, len(hours)), half, 0, s)
		} else {
			chain(half, len(hours), 0, s)
		}
	})
	for h, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("hour %d: %w", h, err)
		}
	}
	return plans, again(ctx, hours, plans, s)
}

// again goes on with the hours whose share of the time was too short, from their own plans, two at a time, for as long as time is left.
func again(ctx context.Context, hours []*optimiser.Problem, plans []*optimiser.Plan, s optimiser.Settings) error {
	var short []int
	for h, p := range plans {
		if p.Status == optimiser.Stopped && p.Certificate.Gap() > s.Gap {
			short = append(short, h)
		}
	}
	slices.SortStableFunc(short, func(a, b int) int { return cmp.Compare(plans[b].Certificate.Gap(), plans[a].Certificate.Gap()) })
	errs := make([]error, len(short))
	parallel.For(2, 2, func(chain int) {
		for k := chain; k < len(short) && ctx.Err() == nil; k += 2 {
			one, stop := within(ctx, (len(short)-k+1)/2)
			own := s
			own.From = plans[short[k]]
			better, err := optimiser.Solve(one, hours[short[k]], own)
			stop()
			if err == nil && better.Certificate.Gap() < own.From.Certificate.Gap() {
				plans[short[k]] = better
			}
			errs[k] = err
		}
	})
	return errors.Join(errs...)
}

// alike reports whether one hour's plan and multipliers fit the other's sites, cells and levels.
func alike(a, b *optimiser.Problem) bool {
	return a.Sites == b.Sites && a.Cells == b.Cells && slices.EqualFunc(a.Layers, b.Layers, func(x, y optimiser.Layer) bool {
		return len(x.Share) == len(y.Share)
	})
}

// freely solves the hours each by itself in a third of the time that is left.
func freely(ctx context.Context, hours []*optimiser.Problem, s optimiser.Settings) ([]*optimiser.Plan, error) {
	ctx, stop := within(ctx, 3)
	defer stop()
	return Hourly(ctx, hours, s)
}

// within returns a context with one of so many parts of the time that is left until ctx ends.
func within(ctx context.Context, parts int) (context.Context, context.CancelFunc) {
	if end, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, time.Now().Add(time.Until(end)/time.Duration(parts)))
	}
	return ctx, func() {}
}
