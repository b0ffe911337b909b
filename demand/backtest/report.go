package backtest

import (
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Report is what came of a backtest; docs/format/backtest.md describes it as JSON.
type Report struct {
	Format    int     `json:"format"`
	City      string  `json:"city"`
	Cells     int     `json:"cells"`
	Districts int     `json:"districts"`
	Calls     int     `json:"calls"` // in all the history
	Tested    int     `json:"tested_calls"`
	From      string  `json:"from"` // local days of the history, the last one included
	Until     string  `json:"until"`
	Block     Block   `json:"bootstrap_block"`
	Blocks    int     `json:"bootstrap_blocks"`
	Resamples int     `json:"bootstrap_resamples"`
	Seed      uint64  `json:"seed"`
	Reference string  `json:"reference"`
	Weeks     []Week  `json:"weeks"`
	Scores    []Score `json:"forecasters"`
}

// ReportFormat is the version of the report's JSON layout.
const ReportFormat = 1

// Week is a week that was forecast.
type Week struct {
	First string `json:"first_day"` // local, such as "2014-09-01"
	Calls int    `json:"calls"`
}

// Score is how one forecaster did.
type Score struct {
	Name     string   `json:"name"`
	LogScore float64  `json:"log_score"` // (Σ log λ − Σ λ) / calls, in nats; higher is better
	Deviance float64  `json:"deviance"`  // Poisson, per call
	MASE     *float64 `json:"mase"`      // of the daily total; null where the past has no two weeks
	Hits     []Hit    `json:"hits"`
	Totals   []Total  `json:"totals"`
	// Impossible is how many calls came where the forecast gave them no chance; they are scored as if it
	// had been 10⁻¹².
	Impossible int          `json:"impossible_calls"`
	Against    []Difference `json:"against_reference,omitempty"`
	Weekly     []Weekly     `json:"weekly"`
}

// Hit is the share of calls that came from the cells with the highest rates in the hour.
type Hit struct {
	Top   float64 `json:"top"`      // share of the cells, or of the land
	Cells float64 `json:"by_cells"` // share of calls in that share of the cells
	Land  float64 `json:"by_land"`
}

// Total is how well the totals of areas and periods were forecast.
type Total struct {
	Area   string  `json:"area"`   // district or city
	Period string  `json:"period"` // hour or day
	N      int     `json:"n"`
	CRPS   float64 `json:"crps"` // mean, in calls; lower is better
	Cover  []Cover `json:"intervals"`
	// PIT is the histogram of the probability integral transform in tenths, as shares, without chance
	// (Czado, Gneiting, Held 2009); Randomised is the same with random numbers.
	PIT        [bins]float64 `json:"pit"`
	Randomised [bins]float64 `json:"pit_randomised"`
}

// Cover is how often a central interval held what came.
type Cover struct {
	Level float64 `json:"level"`
	// Covered counts an outcome on an interval's edge by the part of its probability that lies within: it
	// is Level on average when the forecasts are right.
	Covered float64 `json:"covered"`
	// Whole counts whole numbers from quantile to quantile, edges included. Small totals cannot be cut
	// at any level, so that it is Stated, which is more than Level, when the forecasts are right.
	Whole  float64 `json:"whole_numbers"`
	Stated float64 `json:"whole_numbers_stated"`
}

// Weekly is how one week was forecast.
type Weekly struct {
	LogScore float64 `json:"log_score"`
	Chosen   string  `json:"chosen,omitempty"` // what the forecaster had tuned itself to
	Digest   string  `json:"digest"`           // of all rates and the dispersion
}

var names = [levels][2]string{{"district", "hour"}, {"district", "day"}, {"city", "hour"}, {"city", "day"}}

func newReport(r *run, trials []*trial, s Settings) *Report {
	day := func(h calls.Hour) string { return h.Time().In(r.city.Zone).Format(time.DateOnly) }
	out := &Report{
		Format: ReportFormat, City: r.city.Name, Cells: r.city.Len(), Districts: len(r.city.Districts),
		Calls: r.history.Len(), From: day(r.history.Span.From), Until: day(r.history.Span.To - 1),
		Block: s.Block, Blocks: len(blocksOf(trials[0], s.Block)), Resamples: s.Resamples, Seed: s.Seed, Reference: trials[0].name,
	}
	for _, span := range r.spans {
		n := r.history.Between(span).Len()
		out.Weeks = append(out.Weeks, Week{day(span.From), n})
		out.Tested += n
	}
	for i, t := range trials {
		score := scoreOf(t)
		if i > 0 {
			score.Against = differences(t, trials[0], s)
		}
		out.Scores = append(out.Scores, score)
	}
	return out
}

func scoreOf(t *trial) Score {
	var all tally
	s := Score{Name: t.name, Impossible: t.impossible}
	for i, days := range t.days {
		var one tally
		for k := range days {
			one.plus(&days[k])
		}
		all.plus(&one)
		s.Weekly = append(s.Weekly, Weekly{ratio(one.log, one.calls), t.chosen[i], t.digest[i]})
	}
	s.LogScore, s.Deviance = ratio(all.log, all.calls), ratio(all.deviance, all.calls)
	if all.days > 0 {
		mase := all.scaled / all.days
		s.MASE = &mase
	}
	for i, top := range tops {
		s.Hits = append(s.Hits, Hit{top, ratio(all.hits[0][i], all.calls), ratio(all.hits[1][i], all.calls)})
	}
	for l := range all.totals {
		s.Totals = append(s.Totals, totalOf(&all.totals[l], names[l]))
	}
	return s
}

func totalOf(t *totals, name [2]string) Total {
	out := Total{Area: name[0], Period: name[1], N: int(t.n), CRPS: ratio(t.crps, t.n)}
	for i, level := range central {
		out.Cover = append(out.Cover, Cover{level, ratio(t.covered[i], t.n), ratio(t.interval[i], t.n), ratio(t.stated[i], t.n)})
	}
	for b := range bins {
		out.PIT[b], out.Randomised[b] = ratio(t.pit[b], t.n), ratio(t.random[b], t.n)
	}
	return out
}
