package road

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// HoursPerWeek is the number of hours of the week; hour 0 is Monday 00:00 to 00:59 Europe/London.
const HoursPerWeek = 168

// SpeedTable holds speeds by class, zone, period of the week and way of driving, as in
// data/profiles/speeds.json; docs/format/speeds.md describes the file. It is immutable.
type SpeedTable struct {
	reference [Classes][Zones]float64 // km/h, normal driving, reference period
	junction  [Classes]float64        // seconds
	periods   []period
	hours     [HoursPerWeek]Period
	blueLight [Classes]float64 // time relative to normal driving
}

type period struct {
	name, source string
	speed        [Zones]float64 // relative to the reference period
}

// SpeedFigures are the figures of a SpeedTable as data/profiles/speeds.json holds them, keyed by the
// names of classes and zones. Every figure has a source or the word assumption beside it.
type SpeedFigures struct {
	Note      string           `json:"note"`
	Reference ReferenceFigures `json:"reference"`
	Periods   []PeriodFigures  `json:"periods"`
	BlueLight BlueLightFigures `json:"blue_light"`
}

// ReferenceFigures are the speeds at the reference: normal driving, weekday inter-peak.
type ReferenceFigures struct {
	Source         string                        `json:"source"`
	KmH            map[string]map[string]float64 `json:"km_h"` // by class and zone, junctions not counted
	JunctionSource string                        `json:"junction_source"`
	JunctionDelayS map[string]float64            `json:"junction_delay_s"` // by class, seconds
}

// PeriodFigures are a period of the week and its speeds.
type PeriodFigures struct {
	Name     string             `json:"name"`
	Source   string             `json:"source"`
	Hours    []Hours            `json:"hours"`
	Relative map[string]float64 `json:"relative_speed"` // by zone, to the reference
}

// Hours are the hours From to To-1 of each of the days First to Last; 0 is Monday.
type Hours struct {
	First int `json:"first_day"`
	Last  int `json:"last_day"`
	From  int `json:"from_hour"`
	To    int `json:"to_hour"`
}

// BlueLightFigures are travel times of emergency driving relative to normal driving.
type BlueLightFigures struct {
	Source   string             `json:"source"`
	Relative map[string]float64 `json:"relative_time"` // by class
}

// ReadSpeeds reads a speed table. Its errors name every field that is missing or out of range.
func ReadSpeeds(r io.Reader) (*SpeedTable, error) {
	var f SpeedFigures
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return nil, fmt.Errorf("speed table: %w", err)
	}
	return NewSpeedTable(&f)
}

// NewSpeedTable makes a table of its figures, with the errors of ReadSpeeds.
func NewSpeedTable(f *SpeedFigures) (*SpeedTable, error) {
	t, c := &SpeedTable{}, checker{}
	for class := Motorway; class < Classes; class++ {
		name := class.String()
		for z := Central; z < Zones; z++ {
			t.reference[class][z] = c.get(f.Reference.KmH[name], z.String(), "reference.km_h."+name, 1, 200)
		}
		t.junction[class] = c.get(f.Reference.JunctionDelayS, name, "reference.junction_delay_s", 0, 120)
		t.blueLight[class] = c.get(f.BlueLight.Relative, name, "blue_light.relative_time", 0.1, 1)
	}
	t.readPeriods(f, &c)
	if err := errors.Join(c.errs...); err != nil {
		return nil, fmt.Errorf("speed table: %w", err)
	}
	return t, nil
}

func (t *SpeedTable) readPeriods(f *SpeedFigures, c *checker) {
	var seen [HoursPerWeek]int
	for i, p := range f.Periods {
		q := period{name: p.Name, source: p.Source}
		for z := Central; z < Zones; z++ {
			q.speed[z] = c.get(p.Relative, z.String(), "periods."+p.Name+".relative_speed", 0.1, 10)
		}
		t.periods = append(t.periods, q)
		for _, s := range p.Hours {
			if s.First < 0 || s.First > s.Last || s.Last > 6 || s.From < 0 || s.From >= s.To || s.To > 24 {
				c.add("periods.%s.hours: %+v: want days 0 to 6 and hours 0 to 24, the first before the last", p.Name, s)
				continue
			}
			for d := s.First; d <= s.Last; d++ {
				for h := d*24 + s.From; h < d*24+s.To; h++ {
					t.hours[h] = Period(i)
					seen[h]++
				}
			}
		}
	}
	if len(f.Periods) > math.MaxUint8 {
		c.add("periods: %d, want at most %d", len(f.Periods), math.MaxUint8)
	}
	for h, n := range seen {
		if n != 1 {
			c.add("periods: hour of week %d is in %d periods, want 1", h, n)
		}
	}
}

// checker collects what is wrong with the figures of a table.
type checker struct{ errs []error }

func (c *checker) add(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

func (c *checker) get(m map[string]float64, key, where string, low, high float64) float64 {
	v, ok := m[key]
	if !ok {
		c.add("%s: no figure for %s", where, key)
	} else if !(v >= low && v <= high) {
		c.add("%s.%s: %v: want %v to %v", where, key, v, low, high)
	}
	return v
}

// Reference returns the speed in km/h of a class in a zone at the reference: normal driving, weekday
// inter-peak, junctions not counted.
func (t *SpeedTable) Reference(c Class, z Zone) float64 { return t.reference[c][z] }

// Junction returns the mean delay at a junction that an arc of the class ends at.
func (t *SpeedTable) Junction(c Class) Millis { return Millis(math.Round(t.junction[c] * 1000)) }

// Period returns the period of an hour of the week, 0 to 167.
func (t *SpeedTable) Period(hour int) Period { return t.hours[hour] }

// Periods returns the number of periods.
func (t *SpeedTable) Periods() int { return len(t.periods) }

// Name returns the name of a period, such as "weekday inter-peak".
func (t *SpeedTable) Name(p Period) string { return t.periods[p].name }

// Source returns where the speeds of a period come from, or "assumption: …".
func (t *SpeedTable) Source(p Period) string { return t.periods[p].source }

// Profile returns the profile of a period and way of driving. Bus-only roads are closed to normal driving.
func (t *SpeedTable) Profile(p Period, d Driving) Profile {
	f := Profile{Period: p, Driving: d}
	for c := Motorway; c < Classes; c++ {
		for z := Central; z < Zones; z++ {
			time := 1 / t.periods[p].speed[z]
			switch {
			case d == BlueLight:
				time *= t.blueLight[c]
			case c == BusOnly:
				time = math.Inf(1)
			}
			f.Factor[c][z] = float32(time)
		}
	}
	return f
}
