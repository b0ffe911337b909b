package roster

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// small returns a question without faults: two shifts of twelve hours, two sites, the whole week.
func small() *Question {
	m := &route.Matrix{Sites: 2, Cells: 2, T: []road.Millis{1000, 5000, 5000, 1000}}
	q := &Question{Sites: 2, Cells: 2, Share: always([]float64{1}), Templates: []Template{
		{Name: "day", Start: 7 * 60, Length: 12 * 60, Days: Daily, Least: 1, Most: 1},
		{Name: "night", Start: 19 * 60, Length: 12 * 60, Days: Daily, Least: 1, Most: 1},
	}}
	for h := range 168 {
		q.Hours = append(q.Hours, Hour{Hour: h, Demand: []float64{1, 2}, Time: m})
	}
	return q
}

func TestValidateReportsEveryMistakeTogether(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Question)
		want  []string
	}{
		{"fields", func(q *Question) {
			q.Crews, q.CrewHours = -1, math.NaN()
			q.Share = always([]float64{2})
			q.Curve = &optimiser.Curve{Time: []road.Millis{1}, Cost: []int32{-1}}
			q.Hours[3].Demand = []float64{1, math.Inf(1)}
			q.Hours[4].Hour = 4000
			q.Hours[6].Hour = 5
			q.Hours[7].Time = nil
			q.Hours[8].Time = &route.Matrix{Sites: 1, Cells: 2}
			q.Hours[9].Demand = nil
			q.Templates[0].Name = ""
			q.Templates[0].Start, q.Templates[0].Length = 1440, 0
			q.Templates[1].Length, q.Templates[1].Days = 1441, 0
			q.Templates[1].Least = 2
			q.Fixed = []Post{{Template: 2}, {Way: 1, Site: 2}, {Site: 1}, {Site: 1}}
			q.Forbidden = []int{1, 9}
		}, []string{
			"Crews is -1", "CrewHours is NaN", "Share", "Curve", "Hours[3].Demand[1] is +Inf", "Hours[4].Hour is 4000", "Hours[6].Hour is 5, after 5", "Hours[7].Time is nil",
			"Hours[8].Time is 1 × 2", "Hours[9].Demand has 0", "Templates[0].Name is empty", "Templates[0] ().Start is 1440", "Length is 0 minutes", "Length is 1441 minutes",
			"(night).Days is 0x0", "(night).Least is 2 and Most 1", "Fixed[0].Template is 2", "Fixed[1].Way is 1", "Fixed[1].Site is 2", "Fixed[3] is the same crew as Fixed[2]",
			"Forbidden[0] is site 1, where Fixed[", "Forbidden[1] is 9",
		}},
		{"breaks", func(q *Question) {
			q.Templates[1].Name = "day"
			q.Templates[0].HandOver = [2]int{30, 30}
			q.Templates[0].Breaks = [][]Break{{{After: 700, Length: 60}}, {{After: 60, Length: 60}, {After: 90, Length: 60}, {After: 200}}}
			q.Templates[1].HandOver = [2]int{400, 320}
		}, []string{
			`Templates[1].Name is "day", as that of Templates[0]`, "(day).Breaks[0][0] is from minute 700 to 760; it must lie in the shift, between the hand-overs: minute 30 to 690",
			"Breaks[1][1] overlaps break 0", "Breaks[1][2].Length is 0", "leaves 0 minutes of 720 in service",
		}},
		{"nothing", func(q *Question) { *q = Question{Share: always([]float64{1})} }, []string{"Sites is 0", "Cells is 0", "Hours is empty", "Templates is empty"}},
		{"crews", func(q *Question) {
			q.Crews, q.CrewHours, q.Forbidden = 1, 50, []int{0, 0}
			q.Templates[0].Least, q.Templates[0].Most = 2, 3
		}, []string{"(day).Least is 2; there is room for 1", "Crews is 1; the templates' Least and Fixed need 3", "CrewHours is 50; the shift with the fewest hours takes 84", "CrewHours is 50; the templates' Least and Fixed take 252"}},
		{"fixed", func(q *Question) { q.Fixed = []Post{{Site: 0}, {Site: 1}} }, []string{"(day).Most is 1; 2 crews of it are fixed"}},
		{"too many", func(q *Question) { q.Crews = 3 }, []string{"Crews is 3; the templates' Most and the sites leave room for 2"}},
		{"none", func(q *Question) { q.Forbidden = []int{0, 1}; q.Templates[0].Least, q.Templates[1].Least = 0, 0 }, []string{"allow no crew at all"}},
		{"gaps", func(q *Question) { q.Templates[1].Start = 20 * 60; q.Templates[1].Length = 10 * 60 }, []string{
			"Hours have calls when no shift is in service: Mon 06:00–07:00, Mon 19:00–20:00, Tue 06:00–07:00,", "and 7 more", "add a shift"}},
		{"a break of all", func(q *Question) {
			q.Templates[0].Breaks = [][]Break{{{After: 240, Length: 30}}}
			q.Templates[0].Days = 1
			q.Hours = q.Hours[7:19]
			q.Templates = q.Templates[:1]
		}, []string{"no shift is in service: Mon 11:00–11:30;"}},
		{"over midnight", func(q *Question) {
			q.Templates[0].Days, q.Templates[1].Days = 1, Daily&^(1<<6)
		}, []string{"Mon 00:00–07:00, Tue 07:00–19:00", "Sun 07:00–24:00;"}},
		{"idle", func(q *Question) { q.Hours = q.Hours[8:10] }, []string{"Templates[1] (night) is in service in none of the hours"}},
	} {
		q := small()
		c.spoil(q)
		err := q.Validate()
		if err == nil || !errors.Is(err, ErrQuestion) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %q in\n%v", c.name, want, err)
			}
		}
		if _, solve := Solve(t.Context(), q, optimiser.Settings{}); solve == nil || solve.Error() != err.Error() {
			t.Errorf("%s: Solve says %v", c.name, solve)
		}
	}
	if err := small().Validate(); err != nil {
		t.Error(err)
	}
}

func TestManyVariants(t *testing.T) {
	q := small()
	for range MostVariants {
		q.Templates[0].Breaks = append(q.Templates[0].Breaks, []Break{{After: 60, Length: 30}})
	}
	if err := q.Validate(); err == nil || !strings.Contains(err.Error(), "65 ways of being worked") {
		t.Error(err)
	}
}

func TestPlanRefusesHoursThatMakeNoSchedule(t *testing.T) {
	hours, limit := townDay(20, 5, 2, 6, -1)
	limit.Between = nil
	hours[1].Place = 3
	hours[2].Fixed = []int{1}
	hours[3].Quotas = []optimiser.Quota{{Name: "q", Sites: []int{1}, Most: 1}}
	hours[4].Layers[0].Off = make([]bool, 5)
	hours[5].Layers[0].Weight = nil
	_, err := Plan(t.Context(), hours, limit, optimiser.Settings{})
	if !errors.Is(err, ErrHours) {
		t.Fatal(err)
	}
	for _, want := range []string{"hour 1 has 5 sites, 20 cells and 3 cars", "hour 2 fixes or forbids other", "hour 3 has Row", "hour 4: Layers[0].Off", "hour 5: ", "Moves is -1", "Between is not"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if _, err := Plan(t.Context(), nil, Limit{}, optimiser.Settings{}); !errors.Is(err, ErrHours) {
		t.Error(err)
	}
}
