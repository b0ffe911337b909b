package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/suitability"
)

// forecastShowCommand answers a query as a table or as JSON.
type forecastShowCommand struct {
	forecastQuery
	Suitable bool `help:"Beside all calls, those that suit a joint-response car."`
	rulesFlags
	JSON bool `name:"json" help:"Write JSON instead of a table."`
}

func (c *forecastShowCommand) Run() error { return c.run(os.Stdout, time.Now()) }

// shown is what the command found out; also the layout of its JSON.
type shown struct {
	City       string    `json:"city"`
	Period     string    `json:"period"`
	Area       []string  `json:"area,omitempty"`
	Categories []string  `json:"categories,omitempty"`
	Channels   []string  `json:"channels,omitempty"`
	Hours      int       `json:"hours"`
	Forecast   string    `json:"forecast"`
	SHA256     string    `json:"inputs_sha256"`
	Learnt     bool      `json:"learnt"`
	CutOff     string    `json:"calls_known_until,omitempty"`
	Notes      []string  `json:"notes"`
	Total      bandJSON  `json:"total"`
	Suitable   *suitJSON `json:"suitable,omitempty"`
	Districts  []place   `json:"districts"`
	Columns    []column  `json:"by_hour"`
}

// bandJSON is a forecast.Band.
type bandJSON struct {
	Mean float64 `json:"mean"`
	P10  int     `json:"p10"`
	P50  int     `json:"p50"`
	P90  int     `json:"p90"`
}

type place struct {
	District string `json:"district"`
	bandJSON
}

type column struct {
	Hour string `json:"hour"` // a time with offset, or an hour of the week
	bandJSON
	short string // for tables
}

// suitJSON is the part of the total that suits a joint-response car.
type suitJSON struct {
	bandJSON
	Rules  string `json:"rules"`
	Counts string `json:"counts"`
	// Shipped is the same by the rules that ship, where others are given.
	Shipped *bandJSON `json:"by_shipped_rules,omitempty"`
	ByRule  []ruled   `json:"by_rule"`
}

// ruled is what one rule decides on.
type ruled struct {
	Rule     string  `json:"rule"`
	Origin   string  `json:"origin"`
	Calls    float64 `json:"calls"`
	Suitable float64 `json:"suitable"`
}

func bandOf(b forecast.Band) bandJSON { return bandJSON(b) }

func (c *forecastShowCommand) run(w io.Writer, now time.Time) error {
	a, err := c.forecastQuery.open(now)
	if err != nil {
		return err
	}
	answer, err := forecast.Ask(a.baseline, a.query)
	if err != nil {
		return err
	}
	s := c.describe(a, answer)
	if c.Suitable || c.Rules != "" {
		if s.Suitable, err = c.suitable(a); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(s)
	}
	s.print(w)
	return nil
}

func (c *forecastShowCommand) describe(a *asked, answer *forecast.Answer) *shown {
	s := &shown{
		City: a.city.Name, Period: a.period, Area: c.Area, Categories: c.Category, Channels: c.Channel, Hours: a.count(answer),
		Forecast: answer.About.Name, SHA256: hex.EncodeToString(answer.About.Hash[:]), Learnt: answer.About.Learnt,
		Notes: a.notes(), Total: bandOf(answer.Total),
	}
	if s.Learnt {
		s.CutOff = answer.About.CutOff().Time().In(a.city.Zone).Format(time.RFC3339)
	}
	for d, band := range answer.Districts {
		if band.Mean > 0 {
			s.Districts = append(s.Districts, place{a.city.Districts[d], bandOf(band)})
		}
	}
	for _, col := range answer.Columns {
		hour := col.HourOfWeek.String()
		short := hour
		if len(a.query.Typical) == 0 {
			hour, short = col.Hour.Time().In(a.city.Zone).Format(time.RFC3339), localHour(col.Hour, a.city.Zone)
		}
		s.Columns = append(s.Columns, column{hour, bandOf(col.Total), short})
	}
	return s
}

// suitable applies the rules, and the shipped ones too where others are given.
func (c *forecastShowCommand) suitable(a *asked) (*suitJSON, error) {
	london := a.city.london
	if london == nil && c.Rules == "" {
		return nil, fmt.Errorf("--suitable in %s: give its rules with --rules; those that ship are about London's cars", a.city.Name)
	}
	rules, err := c.rulesFlags.open(london)
	if err != nil {
		return nil, err
	}
	band, err := a.thinned(rules, c.basis())
	if err != nil {
		return nil, err
	}
	s := &suitJSON{bandJSON: band, Rules: rules.Name, Counts: c.Counts}
	if london != nil && rules != london.Suitability {
		shipped, err := a.thinned(london.Suitability, c.basis())
		if err != nil {
			return nil, err
		}
		s.Shipped = &shipped
	}
	mix, err := a.mix()
	if err != nil {
		return nil, err
	}
	for _, r := range rules.Split(mix, c.basis()).ByRule {
		s.ByRule = append(s.ByRule, ruled{r.Rule.Name, string(r.Rule.Origin), r.Calls, r.Suitable})
	}
	return s, nil
}

func (a *asked) thinned(rules *suitability.Rules, counts suitability.Basis) (bandJSON, error) {
	q := a.query
	q.Share = rules.Share(counts)
	answer, err := forecast.Ask(a.baseline, q)
	if err != nil {
		return bandJSON{}, err
	}
	return bandOf(answer.Total), nil
}

// mix returns the expected calls of each kind in the query's area and hours; of the kind without a name
// where kinds are not known.
func (a *asked) mix() ([]suitability.Part, error) {
	kinds := []calls.Kind{{}}
	if m := a.baseline.Mix(); m != nil {
		kinds = m.Kinds
	}
	var parts []suitability.Part
	for _, k := range kinds {
		q := a.query
		q.Share = func(other calls.Kind) float64 {
			if other == k {
				return 1
			}
			return 0
		}
		answer, err := forecast.Ask(a.baseline, q)
		if err != nil {
			return nil, err
		}
		parts = append(parts, suitability.Part{Kind: k, Calls: answer.Total.Mean})
	}
	return parts, nil
}
