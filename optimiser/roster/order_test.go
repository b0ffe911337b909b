package roster

import (
	"errors"
	"testing"

	"github.com/nearside-ems/nearside/optimiser"
)

// twoShifts is a town with demand that moves between day and night, worked in two shifts of twelve hours.
func twoShifts() *Question {
	weight, times, _ := town(60, 12, 2, 3)
	q := &Question{Sites: 12, Cells: 60, Share: always(optimiser.Shares(0.3, 2))}
	for h := range 24 {
		hour := Hour{Hour: h, Time: times[0], Demand: make([]float64, 60)}
		day := h >= 7 && h < 19
		if !day {
			hour.Time = times[1]
		}
		for c, w := range weight {
			if hour.Demand[c] = w; day == (c%2 == 0) {
				hour.Demand[c] = 3 * w
			}
			hour.Demand[c] *= 1 + float64((h*c)%5)
		}
		q.Hours = append(q.Hours, hour)
	}
	q.Templates = []Template{
		{Name: "day", Start: 7 * 60, Length: 12 * 60, Days: 1, Least: 3, Most: 3},
		{Name: "night", Start: 19 * 60, Length: 12 * 60, Days: Daily, Least: 3, Most: 3},
	}
	return q
}

// TestHoursBoundShiftsAndShiftsBoundOnePlan is docs/shifts.md's order.
func TestHoursBoundShiftsAndShiftsBoundOnePlan(t *testing.T) {
	q := twoShifts()
	r, err := Solve(t.Context(), q, optimiser.Settings{})
	if err != nil || r.Plan.Status != optimiser.Optimal {
		t.Fatal(r, err)
	}
	if err := Verify(q, r); err != nil {
		t.Fatal(err)
	}
	free := 0.0
	for h := range q.Hours {
		plan, err := optimiser.Solve(t.Context(), q.Hour(h, []int{3, 3}), optimiser.Settings{})
		if err != nil || plan.Status != optimiser.Optimal {
			t.Fatal(plan, err)
		}
		if plan.Certificate.Value > r.Hours[h].Value*(1+1e-9) {
			t.Errorf("hour %d by itself comes to %v, in the roster to %v", h, plan.Certificate.Value, r.Hours[h].Value)
		}
		free += plan.Certificate.Value
	}
	fixed := &optimiser.Problem{Sites: q.Sites, Cells: q.Cells, Place: 3}
	for _, h := range q.Hours {
		fixed.Layers = append(fixed.Layers, optimiser.Layer{Weight: h.Demand, Time: h.Time, Share: q.Share(3)})
	}
	one, err := optimiser.Solve(t.Context(), fixed, optimiser.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Plan.Certificate.Value; !(free < v && v < one.Certificate.Value) {
		t.Errorf("hours by themselves %v, shifts %v, one plan %v: not in this order", free, v, one.Certificate.Value)
	}
}

func TestVerifyRejectsAnotherRoster(t *testing.T) {
	q := twoShifts()
	for name, c := range map[string]struct {
		spoil func(*Roster)
		want  error
	}{
		"crews": {func(r *Roster) { r.Crews[0].Site = (r.Crews[0].Site + 1) % q.Sites }, ErrCrews},
		"hours": {func(r *Roster) { r.Hours[5].Value++ }, ErrCrews},
		"value": {func(r *Roster) { r.Plan.Certificate.Value++ }, optimiser.ErrValue},
		"bound": {func(r *Roster) { r.Plan.Certificate.Bound *= 1.01 }, optimiser.ErrBound},
		"site":  {func(r *Roster) { r.Plan.Sites[0] = -1 }, optimiser.ErrSites},
	} {
		r, err := Solve(t.Context(), q, optimiser.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		c.spoil(r)
		if err := Verify(q, r); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestVerifyRejectsAnotherSchedule(t *testing.T) {
	hours, limit := townDay(60, 12, 3, 3, 0)
	for name, c := range map[string]struct {
		spoil func(*Schedule)
		want  error
	}{
		"site":        {func(s *Schedule) { s.Sites[0] = []int{0, 1, 99} }, ErrMoves},
		"other sites": {func(s *Schedule) { s.Sites[0], s.Sites[1] = []int{0, 1, 2}, []int{0, 1, 2} }, ErrValue},
		"jump": {func(s *Schedule) {
			s.Sites[0] = without(numbers(12), s.Sites[1])[:3]
			s.Value, _ = optimiser.Evaluate(hours[0], s.Sites[0])
			for h := 1; h < 3; h++ {
				v, _ := optimiser.Evaluate(hours[h], s.Sites[h])
				s.Value += v
			}
			s.Moves[1] = 3
		}, ErrMoves},
		"moves":        {func(s *Schedule) { s.Moves[1]++ }, ErrMoves},
		"value":        {func(s *Schedule) { s.Value *= 1.001 }, ErrValue},
		"bound":        {func(s *Schedule) { s.Bound = (s.Bound + 2*s.Value) / 3 }, ErrBound},
		"multipliers":  {func(s *Schedule) { s.Multiplier[1] = s.Multiplier[1][1:] }, ErrProof},
		"more":         {func(s *Schedule) { s.Multiplier[1] = append(s.Multiplier[1], 0) }, ErrProof},
		"negative":     {func(s *Schedule) { s.Multiplier[1][0] = -1 }, ErrProof},
		"a multiplier": {func(s *Schedule) { clear(s.Multiplier[1]) }, ErrBound},
		"stay":         {func(s *Schedule) { s.Stay[0][2] = -1 }, ErrProof},
		"a stay":       {func(s *Schedule) { s.Stay[0][2] += 1e6 }, ErrBound},
		"hours":        {func(s *Schedule) { s.Free = s.Free[1:] }, ErrProof},
		"free":         {func(s *Schedule) { s.Free[1].Certificate.Bound *= 1.1 }, optimiser.ErrBound},
	} {
		s, err := Plan(t.Context(), hours, limit, optimiser.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifySchedule(hours, limit, s); err != nil {
			t.Fatal(err)
		}
		c.spoil(s)
		if err := VerifySchedule(hours, limit, s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
