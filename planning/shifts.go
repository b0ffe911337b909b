package planning

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/optimiser/roster"
)

// Limits of a Shift.
const (
	MaxShifts    = 12
	MaxBreaks    = 6 // of one shift
	MaxCrewHours = 24 * 7 * MaxCars
)

// Shift is a shift that crews can work. One crew works it on each of its days, from one site.
type Shift struct {
	Name  string  `yaml:"name" json:"name"`
	Start string  `yaml:"start" json:"start"`                   // such as "11:00"
	Hours float64 `yaml:"hours" json:"hours"`                   // from start to end, whole minutes
	Days  string  `yaml:"days,omitempty" json:"days,omitempty"` // on which it starts, such as "mon-fri"; empty: every day
	// Crews is how many work it, exactly; or else AtLeast and AtMost (0: no limit) say between what the plan chooses.
	Crews   int `yaml:"crews,omitempty" json:"crews,omitempty" zero:"1 to 200"`
	AtLeast int `yaml:"at_least,omitempty" json:"at_least,omitempty" zero:"1 to 200"`
	AtMost  int `yaml:"at_most,omitempty" json:"at_most,omitempty" zero:"1 to 200"`
	// HandOver is minutes at the start and again at the end in which the car is at its base and not in service.
	HandOver float64 `yaml:"hand_over_minutes,omitempty" json:"hand_over_minutes,omitempty" zero:"1 to 120"`
	// Breaks are those of which each crew takes one; the plan chooses who takes which.
	Breaks []Break  `yaml:"breaks,omitempty" json:"breaks,omitempty"`
	Fixed  []string `yaml:"fix,omitempty" json:"fix,omitempty"` // like a Scenario's, for crews of the shift
}

// Break is a part of a shift in which the car is not in service.
type Break struct {
	After   float64 `yaml:"after_hours" json:"after_hours"` // from the shift's start
	Minutes float64 `yaml:"minutes" json:"minutes"`
}

// template returns the shift as package roster has it; what cannot be read becomes what roster refuses.
func (s *Shift) template() roster.Template {
	t := roster.Template{
		Name: s.Name, Start: startMinute(s.Start), Length: minutesIn(60 * s.Hours), Days: roster.Daily,
		Least: s.AtLeast, Most: s.AtMost, HandOver: [2]int{minutesIn(s.HandOver), minutesIn(s.HandOver)},
	}
	if s.Days != "" {
		t.Days = 0
		on, _ := dayList(s.Days)
		for _, d := range on {
			t.Days |= 1 << d
		}
	}
	switch {
	case s.Crews > 0:
		t.Least, t.Most = s.Crews, s.Crews
	case s.AtMost == 0:
		t.Most = MaxCars
	}
	for _, b := range s.Breaks {
		t.Breaks = append(t.Breaks, []roster.Break{{After: minutesIn(60 * b.After), Length: minutesIn(b.Minutes)}})
	}
	return t
}

// minutesIn returns whole minutes, −1 where they are not whole or out of all bounds.
func minutesIn(x float64) int {
	if m := math.Round(x); math.Abs(x-m) < 1e-6 && m >= 0 && m <= roster.Week {
		return int(m)
	}
	return -1
}

var clockTime = regexp.MustCompile(`^([01]?[0-9]|2[0-3]):([0-5][0-9])$`)

// startMinute returns the minute of the day of a time such as "11:00", −1 where it is none.
func startMinute(text string) int {
	m := clockTime.FindStringSubmatch(text)
	if m == nil {
		return -1
	}
	h, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	return 60*h + minute
}

// checkShifts checks what the shifts say by themselves and together: whether crews can work them, and
// whether one is in service in every hour.
func (s *Scenario) checkShifts(f *faults) {
	f.check(s.CrewHours == 0 || s.CrewHours >= 1 && s.CrewHours <= MaxCrewHours, "crew_hours", s.CrewHours, fmt.Sprintf("1 to %d", MaxCrewHours))
	if len(s.Shifts) == 0 {
		f.check(s.CrewHours == 0, "shifts", "(none)", "some beside crew_hours, which counts their hours")
		return
	}
	before := len(*f)
	f.check(len(s.Shifts) <= MaxShifts, "shifts", fmt.Sprintf("of %d", len(s.Shifts)), fmt.Sprintf("at most %d", MaxShifts))

	for i := range s.Shifts {
		s.Shifts[i].check(f, fmt.Sprintf("shifts[%d]", i))
	}
	s.checkShiftsWith(f)
	if len(*f) == before && len(s.Hours) > 0 && !slices.ContainsFunc(s.Hours, func(h demand.HourOfWeek) bool { return h >= demand.HoursPerWeek }) {
		inShiftWords(f, s.question(MaxCars).Validate())
	}
}

// check checks what package roster cannot see.
func (s *Shift) check(f *faults, at string) {
	f.check(startMinute(s.Start) >= 0, at+".start", strconv.Quote(cut(s.Start)), "a time of the day such as 11:00")
	f.check(s.Hours >= 0.25 && s.Hours <= 24 && minutesIn(60*s.Hours) > 0, at+".hours", s.Hours, "0.25 to 24, whole minutes")
	if s.Days != "" {
		_, err := dayList(s.Days)
		f.check(err == nil, at+".days", strconv.Quote(cut(s.Days)), "days such as mon-sun, sat-sun or mon,wed,fri")
	}
	for name, n := range map[string]int{"crews": s.Crews, "at_least": s.AtLeast, "at_most": s.AtMost} {
		f.check(n >= 0 && n <= MaxCars, at+"."+name, n, fmt.Sprintf("1 to %d", MaxCars))
	}
	f.check(s.Crews == 0 || s.AtLeast == 0 && s.AtMost == 0, at+".crews", s.Crews, "either crews or at_least and at_most")
	f.check(s.AtMost == 0 || s.AtLeast <= s.AtMost, at+".at_most", s.AtMost, fmt.Sprintf("no less than at_least (%d)", s.AtLeast))
	f.check((s.HandOver == 0 || s.HandOver >= 1) && s.HandOver <= 120 && minutesIn(s.HandOver) >= 0, at+".hand_over_minutes", s.HandOver, "1 to 120, whole minutes")
	f.check(len(s.Breaks) <= MaxBreaks, at+".breaks", fmt.Sprintf("of %d", len(s.Breaks)), fmt.Sprintf("at most %d", MaxBreaks))
	for i, b := range s.Breaks {
		f.check(b.After >= 0 && b.After <= 24 && minutesIn(60*b.After) >= 0, fmt.Sprintf("%s.breaks[%d].after_hours", at, i), b.After, "0 to 24, whole minutes")
		f.check(b.Minutes >= 1 && b.Minutes <= 240 && minutesIn(b.Minutes) > 0, fmt.Sprintf("%s.breaks[%d].minutes", at, i), b.Minutes, "1 to 240, whole minutes")
	}
}

// checkShiftsWith refuses what shifts cannot be had together with.
func (s *Scenario) checkShiftsWith(f *faults) {
	o := s.settled().Objective
	without := func(given bool, field, want string) { f.check(!given, field, "given", want) }
	without(len(s.Groups) > 0, "groups", "none beside shifts: cars of shifts are all alike")
	without(s.PerSite > 1, "per_site", "none beside shifts: crews of different shifts may share a site")
	without(len(s.AtMost) > 0, "at_most", "none beside shifts: no exact bound is known for both")
	without(len(s.AtLeast) > 0, "at_least", "none beside shifts: no exact bound is known for both")
	without(len(s.Fixed) > 0, "fix", "it in the shift whose crews they are")
	without(s.fairly(), "shifts", "none beside equity, borough_floor or robust: they compare plans of cars that run in all hours")
	without(s.Frontier > 0, "frontier", "none beside shifts")
	without(o.byCover(), "shifts", "none with the objective "+string(o)+", which looks at each cell once")
}

// inShiftWords adds what package roster finds wrong, in the fields of a scenario.
func inShiftWords(f *faults, err error) {
	names := strings.NewReplacer("Templates", "shifts", "CrewHours", "crew_hours", "Crews", "cars", ".Start", ".start", ".Length", ".hours", ".Days", ".days",
		".Least", ".at_least", ".Most", ".at_most", ".HandOver", ".hand_over_minutes", ".Breaks", ".breaks", ".Name", ".name", "Hours", "hours")
	for _, e := range flat(err) {
		var field *roster.FieldError
		if !errors.As(e, &field) {
			continue
		}
		path := shiftName.ReplaceAllString(field.Field, "")
		path = secondIndex.ReplaceAllString(path, "$1")
		value, want, _ := strings.Cut(field.Wrong, "; ")
		f.add(names.Replace(path), strings.TrimPrefix(value, "is "), "shifts that fit: "+planners.Replace(want))
	}
}

// planners are a scenario's words for package roster's.
var planners = strings.NewReplacer("the templates' Least and Fixed", "the crews that they have at least", "the templates' Most", "the crews that they have at most")

var (
	shiftName   = regexp.MustCompile(` \(.*\)`)                // after an index, for people
	secondIndex = regexp.MustCompile(`(Breaks\[\d+\])\[\d+\]`) // a scenario's ways have one break each
)
