package roster

import (
	"context"
	"runtime"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
)

// Hourly solves the hours one by one, each from where the one before ended.
func Hourly(ctx context.Context, hours []*optimiser.Problem, s optimiser.Settings) ([]*optimiser.Plan, error) {
	if s.Workers <= 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	plans := make([]*optimiser.Plan, len(hours))
	for h, p := range hours {
		one, stop := within(ctx, len(hours)-h)
		plan, err := optimiser.Solve(one, p, s)
		stop()
		if err != nil {
			return nil, err
		}
		plans[h] = plan
	}
	return plans, nil
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
