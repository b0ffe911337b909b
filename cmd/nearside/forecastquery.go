package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/scenario"
	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/planning"
	"github.com/paulmach/orb"
)

// forecastQuery are the flags that say which calls are asked for.
type forecastQuery struct {
	Area     []string `sep:"none" help:"Only this district, cell or the cell at LAT,LON; may be repeated." placeholder:"AREA"`
	From     string   `help:"Real hours from this time on, in the city's clock: now, or such as 2026-12-24T18:00. Default: hours of a typical week." placeholder:"TIME"`
	For      int      `default:"24" help:"How many hours from --from on (${default})." placeholder:"HOURS"`
	Hours    string   `default:"0-24" help:"Hours of a typical week, FROM-UNTIL; 19-7 runs past midnight."`
	Days     string   `default:"mon-sun" help:"Days of a typical week, such as mon-fri or sat,sun."`
	Weeks    int      `default:"1" help:"How many typical weeks are counted together (${default})."`
	Category []string `sep:"none" help:"Only calls of this category; may be repeated." placeholder:"NAME"`
	Channel  []string `sep:"none" help:"Only calls by this channel; may be repeated." placeholder:"NAME"`
	Scenario string   `help:"Changes to apply, a JSON file (docs/format/demand-scenario.md)." placeholder:"FILE"`
	DataDir  string   `default:"${data_dir}" help:"Where calls and the forecast are kept (${default})." placeholder:"DIR"`
}

// asked is a query with what it is asked of.
type asked struct {
	city     *cityOfDir
	expected *expectation
	stored   *calls.History
	baseline forecast.Baseline // expected, with the scenario's changes
	query    forecast.Query
	period   string // in words
}

// open reads the flags and what they name.
func (q *forecastQuery) open(now time.Time) (*asked, error) {
	city, err := openCity(q.DataDir)
	if err != nil {
		return nil, err
	}
	a := &asked{city: city}
	expected, store, err := openStored(q.DataDir, city)
	if err != nil {
		return nil, err
	}
	a.expected, a.stored = expected, store.History()
	a.baseline = a.expected.Baseline
	if a.baseline, err = q.changed(a.baseline, city); err != nil {
		return nil, err
	}
	a.query = forecast.Query{Categories: q.Category, Channels: q.Channel}
	return a, errors.Join(q.area(a), q.hours(a, now))
}

// changed applies the scenario, if there is one.
func (q *forecastQuery) changed(b forecast.Baseline, city *cityOfDir) (forecast.Baseline, error) {
	if q.Scenario == "" {
		return b, nil
	}
	f, err := os.Open(q.Scenario)
	if err != nil {
		return nil, fmt.Errorf("--scenario: %w", err)
	}
	defer func() { _ = f.Close() }()
	s, err := scenario.Read(f)
	if err != nil {
		return nil, fmt.Errorf("--scenario %s: %w", q.Scenario, err)
	}
	changed, err := scenario.Apply(b, s, city.ground())
	if err != nil {
		return nil, fmt.Errorf("--scenario %s: %w", q.Scenario, err)
	}
	return changed, nil
}

// ground is what scenarios have to know of the city.
func (c *cityOfDir) ground() scenario.Ground {
	if c.outline != nil {
		plane := c.outline.Plane()
		return scenario.Ground{Plane: func(p orb.Point) (x, y float64, err error) {
			x, y = plane.Project(p)
			return x, y, nil
		}}
	}
	residents := make([]float64, len(c.london.Population))
	for i, n := range c.london.Population {
		residents[i] = float64(n)
	}
	return scenario.Ground{Residents: residents, Plane: func(p orb.Point) (x, y float64, err error) {
		at, err := bng.FromWGS84(p)
		return at.Easting, at.Northing, err
	}}
}

// area finds the cells and districts that are named.
func (q *forecastQuery) area(a *asked) error {
	var errs []error
	for _, name := range q.Area {
		if d, ok := a.city.district(name); ok {
			a.query.Districts = append(a.query.Districts, d)
		} else if c, ok := a.city.cell(name); ok {
			a.query.Cells = append(a.query.Cells, c)
		} else {
			errs = append(errs, fmt.Errorf("--area %q: want a district of %s, a cell, or LAT,LON in it%s", name, a.city.Name, a.city.districtsLike(name)))
		}
	}
	return errors.Join(errs...)
}

// district returns the district of a name, letter case apart.
func (c *cityOfDir) district(name string) (int32, bool) {
	i := slices.IndexFunc(c.Districts, func(d string) bool { return strings.EqualFold(d, strings.TrimSpace(name)) })
	return int32(i), i >= 0
}

// cell returns the cell of an identifier or of a point, latitude first.
func (c *cityOfDir) cell(name string) (int32, bool) {
	name = strings.TrimSpace(name)
	if cell, ok := c.where.Named(name); ok {
		return cell, true
	}
	lat, lon, ok := strings.Cut(name, ",")
	y, err := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	x, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if !ok || err != nil || err2 != nil {
		return 0, false
	}
	return c.where.At(orb.Point{x, y})
}

// districtsLike names up to three districts that hold the words, as a hint.
func (c *cityOfDir) districtsLike(words string) string {
	var found []string
	for _, d := range c.Districts {
		if words != "" && strings.Contains(strings.ToLower(d), strings.ToLower(words)) && len(found) < 3 {
			found = append(found, strconv.Quote(d))
		}
	}
	if found == nil {
		return ""
	}
	return "; did you mean " + strings.Join(found, " or ") + "?"
}

// hours reads the period.
func (q *forecastQuery) hours(a *asked, now time.Time) error {
	if q.From == "" {
		hours, err := planning.ParseHours(q.Hours, q.Days)
		a.query.Typical, a.query.Weeks, a.period = hours, q.Weeks, "a typical week, "+planning.HoursInWords(hours)
		if q.Weeks > 1 {
			a.period = fmt.Sprintf("%d typical weeks together, %s", q.Weeks, planning.HoursInWords(hours))
		}
		return err
	}
	if q.Weeks > 1 {
		return fmt.Errorf("--weeks %d: want it without --from; --for says how many real hours", q.Weeks)
	}
	if q.For < 1 || q.For > forecast.MaxDaysAhead*24 {
		return fmt.Errorf("--for %d: want 1 to %d hours", q.For, forecast.MaxDaysAhead*24)
	}
	at := now
	if q.From != "now" {
		var err error
		if at, err = parseLocal(q.From, a.city.Zone); err != nil {
			return err
		}
	}
	from := calls.HourAt(at)
	a.query.Span = calls.Span{From: from, To: from + calls.Hour(q.For)}
	a.period = fmt.Sprintf("%s to %s", localHour(from, a.city.Zone), localHour(a.query.Span.To, a.city.Zone))
	return nil
}

func localHour(h calls.Hour, zone *time.Location) string {
	return h.Time().In(zone).Format("Mon 2006-01-02 15:04")
}

// parseLocal reads a date and time on a city's clocks.
func parseLocal(text string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--from %q: want now, or a time such as 2026-12-24T18:00 or 2026-12-24", text)
}

// typical returns the query's hours of the week; those of its real hours where it has some.
func (a *asked) typical() []demand.HourOfWeek {
	if len(a.query.Typical) > 0 {
		return a.query.Typical
	}
	var hours []demand.HourOfWeek
	for h := a.query.Span.From; h < a.query.Span.To; h++ {
		hours = append(hours, demand.HourOf(h.Time(), a.city.Zone))
	}
	return hours
}

// notes are what must be shown with an answer.
func (a *asked) notes() []string {
	notes := slices.Clone(a.baseline.About().Notes)
	for _, text := range []string{a.expected.fault, a.expected.note} {
		if text != "" {
			notes = append(notes, text)
		}
	}
	return notes
}

// count returns how many hours the calls of an answer are of.
func (a *asked) count(answer *forecast.Answer) int {
	return len(answer.Columns) * max(1, a.query.Weeks)
}
