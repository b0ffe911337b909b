package planning

import (
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/optimiser/roster"
)

// question returns the scenario's shifts as a question over so many sites, without demand and times: one
// call in one cell in every hour, so that what the shifts say by themselves can be checked.
func (s *Scenario) question(sites int) *roster.Question {
	q := &roster.Question{Sites: sites, Cells: 1, Crews: s.Cars, CrewHours: s.CrewHours, Share: func(int) []float64 { return []float64{1} }}
	for i := range s.Shifts {
		q.Templates = append(q.Templates, s.Shifts[i].template())
	}
	for _, h := range ascending(s.Hours) {
		q.Hours = append(q.Hours, roster.Hour{Hour: int(h), Demand: []float64{1}, Time: oneCell(sites)})
	}
	return q
}

// shiftGroups returns a group of cars for each variant of the shifts, in the order of roster's.
func (s *Scenario) shiftGroups() []Group {
	var out []Group
	for i := range s.Shifts {
		shift := &s.Shifts[i]
		for way := range max(1, len(shift.Breaks)) {
			g := Group{Name: shift.Name, Count: MaxCars}
			if len(shift.Breaks) > 1 {
				g.Name = fmt.Sprintf("%s, break %d", shift.Name, way+1)
			}
			if way == 0 {
				g.Fixed = shift.Fixed
			}
			out = append(out, g)
		}
	}
	return out
}

// crewsAtOnce returns how many cars of the shifts are paid for at a time, rounded from the mean over the
// scenario's hours: what the busy fraction is estimated from before it is known who works when.
func (s *Scenario) crewsAtOnce() int {
	paid, each, exact := 0.0, 0.0, true
	for i := range s.Shifts {
		t := s.Shifts[i].template()
		paid += float64(t.Most) * t.CrewHours()
		each += t.CrewHours() / float64(len(s.Shifts))
		exact = exact && t.Least == t.Most
	}
	switch {
	case s.CrewHours > 0:
		paid = s.CrewHours
	case !exact && s.Cars > 0:
		paid = float64(s.Cars) * each
	}
	return min(MaxCars, max(1, int(math.Round(paid/float64(len(s.Hours))))))
}

// chooseShifts makes the posts of the shifts: any variant at any site, as package roster numbers them.
func (st *study) chooseShifts() error {
	q := st.scenario.question(len(st.cars.sites))
	variants := q.Variants()
	for v := range variants {
		for site, c := range st.cars.sites {
			st.posts = append(st.posts, post{site, v})
			if _, forbidden := st.words.forbidden[c.cell]; forbidden && v == 0 {
				q.Forbidden = append(q.Forbidden, site)
			}
		}
		for _, cell := range st.words.fixed[v] {
			q.Fixed = append(q.Fixed, roster.Post{Template: variants[v].Template, Way: variants[v].Way, Site: st.cars.inCell[cell]})
		}
	}
	st.roster = q
	var f faults
	inShiftWords(&f, q.Validate())
	return f.err()
}

// rosterLayers fills in the question, and makes the problem of the cars and its parts of it.
func (st *study) rosterLayers() {
	q := st.roster
	q.Cells, q.Share, q.Curve = st.city.Grid.Len(), func(cars int) []float64 { return st.scenario.shares(st.busy, cars) }, st.scenario.curve()
	for i := range q.Hours {
		h := &q.Hours[i]
		h.Demand = make([]float64, q.Cells)
		for c, rate := range st.week.At(st.scenario.Hours[i]) {
			if st.reached[c] {
				h.Demand[c] = float64(rate)
			}
		}
		id := st.city.Speeds.Period(h.Hour)
		h.Time = st.times[slices.IndexFunc(st.periods, func(p period) bool { return slices.Contains(p.ids, id) })]
	}
	st.car = q.Problem()
	for _, l := range q.Layers() {
		period := slices.Index(st.times, l.Time)
		st.parts = append(st.parts, part{period: period, groups: uint64(l.Duty), weight: l.Weight, cars: l.Cars, hours: l.Hours})
	}
}

// RosterRecord is who works when, in a plan with shifts.
type RosterRecord struct {
	Shifts    []ShiftRecord `json:"shifts"`
	CrewHours float64       `json:"crew_hours"` // a week, paid from start to end
	Hours     []RosterHour  `json:"hours_of_day"`
}

// ShiftRecord is one shift and who works it; the cars of the plan bear its name as their group.
type ShiftRecord struct {
	Name      string  `json:"name"`
	InWords   string  `json:"in_words"` // such as "11:00 to 23:00, Mon to Sun"
	Crews     int     `json:"crews"`
	CrewHours float64 `json:"crew_hours"` // a week
}

// RosterHour is how the roster serves one hour of the day, over the days on which the scenario has it.
type RosterHour struct {
	Hour           int     `json:"hour"`           // 0 to 23
	CallsPerHour   float64 `json:"calls_per_hour"` // expected
	CarsLeast      int     `json:"cars_least"`     // in service at the same time
	CarsMost       int     `json:"cars_most"`
	Value          float64 `json:"value"`     // the objective over the hour's calls, in the plan's unit
	NearestSeconds float64 `json:"nearest_s"` // mean road time from the nearest car in service
}

// rosterRecord describes a roster; nil where the scenario has no shifts.
func (st *study) rosterRecord(r *solution) *RosterRecord {
	if st.roster == nil {
		return nil
	}
	q, record := st.roster, &RosterRecord{}
	variants, crews := q.Variants(), []roster.Post{}
	for _, p := range st.stands(r) {
		crews = append(crews, roster.Post{Template: variants[p.group].Template, Way: variants[p.group].Way, Site: p.site})
	}
	for i := range st.scenario.Shifts {
		t, n := &q.Templates[i], 0
		for _, c := range crews {
			if c.Template == i {
				n++
			}
		}
		hours := float64(n) * t.CrewHours()
		record.Shifts = append(record.Shifts, ShiftRecord{Name: t.Name, InWords: shiftInWords(t), Crews: n, CrewHours: hours})
		record.CrewHours += hours
	}
	record.Hours = st.rosterHours(q.Figures(crews))
	return record
}

// shiftInWords says when a shift is.
func shiftInWords(t *roster.Template) string {
	var days []int
	for d := range 7 {
		if t.Days>>d&1 == 1 {
			days = append(days, d)
		}
	}
	end := (t.Start + t.Length) % roster.Day
	return fmt.Sprintf("%02d:%02d to %02d:%02d, %s", t.Start/60, t.Start%60, end/60, end%60, daysInWords(days))
}

// rosterHours sums up the figures of the hours of the week by hour of the day.
func (st *study) rosterHours(hours []roster.HourFigures) []RosterHour {
	var out []RosterHour
	for hour := range 24 {
		r := RosterHour{Hour: hour, CarsLeast: math.MaxInt}
		days, calls, value, whole := 0, 0.0, 0.0, 0.0
		for _, h := range hours {
			if h.Hour%24 != hour {
				continue
			}
			days++
			calls, value, whole = calls+h.Calls, value+h.Value, whole+h.Whole
			r.NearestSeconds += h.Calls * h.Nearest
			r.CarsLeast, r.CarsMost = min(r.CarsLeast, h.Least), max(r.CarsMost, h.Most)
		}
		if days == 0 {
			continue
		}
		r.CallsPerHour = round(calls/float64(days), 6)
		if calls > 0 {
			r.NearestSeconds = round(r.NearestSeconds/calls, 3)
			r.Value = st.scenario.Objective.Unit().valueOf(st.scenario.natural(value, whole, calls))
		}
		out = append(out, r)
	}
	return out
}

// modelled in a plan with shifts, beside what is in that of every plan.
var shiftLimits = []string{
	"Sites are chosen among the candidates only. A shift stands at the same site on all its days. Cars are out of service during hand-overs and breaks, and in service for the rest of their shift; overtime, rest between shifts and who works them are not modelled.",
	"A call that comes when fewer cars are in service than the objective looks at counts each missing one as two hours away, unless the shifts never have so many then.",
	"The busy fraction is one for all hours: where it is estimated, from the mean number of cars that are paid for at a time.",
}
