package transport

import (
	"context"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Step is one change to the centres that stand: which site, the problem that it answers and its plan. As the
// others are fixed, the plan's certificate says how far the step can be from the best single one.
type Step struct {
	Site    int
	Problem *Problem
	Plan    *Plan
}

// Expand adds centres to those that stand, one by one, each where it saves most given those before. The
// problem's Place and Fixed do not count; Forbidden sites get none, but those that stand stay.
// When ctx ends the steps are still all there, each the best found.
func Expand(ctx context.Context, p *Problem, standing []int, steps int, s optimiser.Settings) ([]Step, error) {
	return change(ctx, p, standing, steps, s, Adding)
}

// Contract closes centres of those that stand, one by one, each where it costs least given those before.
// The problem's Place and Forbidden do not count; Fixed sites stay open.
func Contract(ctx context.Context, p *Problem, standing []int, steps int, s optimiser.Settings) ([]Step, error) {
	return change(ctx, p, standing, steps, s, Closing)
}

// Adding returns the problem of one step of Expand.
func Adding(p *Problem, standing []int) *Problem {
	q := *p
	q.Fixed, q.Place = standing, len(standing)+1
	q.Forbidden = slices.DeleteFunc(slices.Clone(p.Forbidden), func(j int) bool { return slices.Contains(standing, j) })
	return &q
}

// Closing returns the problem of one step of Contract.
func Closing(p *Problem, standing []int) *Problem {
	q := *p
	q.Place, q.Forbidden = len(standing)-1, nil
	for j := range p.Sites {
		if !slices.Contains(standing, j) {
			q.Forbidden = append(q.Forbidden, j)
		}
	}
	return &q
}

// change solves the problems that follow from the centres of each step.
func change(ctx context.Context, p *Problem, standing []int, steps int, s optimiser.Settings, next func(p *Problem, now []int) *Problem) ([]Step, error) {
	if err := checkStanding(p, standing); err != nil {
		return nil, err
	}
	var out []Step
	now := slices.Sorted(slices.Values(standing))
	for n := range steps {
		q := next(p, now)
		plan, err := Solve(ctx, q, s)
		if err != nil {
			return nil, fmt.Errorf("step %d: %w", n+1, err)
		}
		out = append(out, Step{Site: differs(now, plan.Sites), Problem: q, Plan: plan})
		now = plan.Sites
	}
	return out, nil
}

func checkStanding(p *Problem, standing []int) error {
	if len(standing) == 0 {
		return &optimiser.FieldError{Field: "standing", Wrong: "is empty; at least one centre stands"}
	}
	for i, s := range standing {
		if s < 0 || s >= p.Sites || slices.Contains(standing[:i], s) {
			return &optimiser.FieldError{Field: fmt.Sprintf("standing[%d]", i), Wrong: fmt.Sprintf("is %d; each site from 0 to %d once is allowed", s, p.Sites-1)}
		}
	}
	return nil
}

// differs returns the site that one of two plans has and the other has not.
func differs(a, b []int) int {
	if len(a) < len(b) {
		a, b = b, a
	}
	return a[slices.IndexFunc(a, func(s int) bool { return !slices.Contains(b, s) })]
}
