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
		one, stop := ctx, context.CancelFunc(func() {})
		if end, ok := ctx.Deadline(); ok {
			one, stop = context.WithDeadline(ctx, time.Now().Add(time.Until(end)/time.Duration(len(hours)-h)))
		}
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
	if end, ok := ctx.Deadline(); ok {
		some, stop := context.WithDeadline(ctx, time.Now().Add(time.Until(end)/3))
		defer stop()
		ctx = some
	}
	return Hourly(ctx, hours, s)
}
