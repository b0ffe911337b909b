package backtest

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// WriteText writes a report for reading in a terminal.
func (r *Report) WriteText(w io.Writer) error {
	t := &textReport{Report: r}
	t.head()
	t.scores()
	t.differences()
	t.calibration()
	t.byWeek()
	t.tuning()
	_, err := io.WriteString(w, t.out.String())
	return err
}

type textReport struct {
	*Report
	out strings.Builder
}

func (t *textReport) line(format string, args ...any) { fmt.Fprintf(&t.out, format+"\n", args...) }

// table writes rows in columns that stand under each other.
func (t *textReport) table(rows [][]string) {
	w := tabwriter.NewWriter(&t.out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush() // a Builder takes all
}

func (t *textReport) head() {
	t.line("Backtest of %s: %d weeks from %s, each forecast from the calls before it", t.City, len(t.Weeks), t.Weeks[0].First)
	t.line("%d calls from %s to %s in %d cells and %d districts; %d calls tested", t.Calls, t.From, t.Until, t.Cells, t.Districts, t.Tested)
	t.line("In brackets: 95 %% intervals of the difference to %s, from a paired bootstrap of %d %ss (%d draws)", t.Reference, t.Blocks, t.Block, t.Resamples)
}

func (t *textReport) scores() {
	rows := [][]string{{"", "log score", "deviance", "MASE", "hits in the top 2, 5, 10 % of cells", "of land"}}
	for _, s := range t.Scores {
		mase := "none"
		if s.MASE != nil {
			mase = fmt.Sprintf("%.3f", *s.MASE)
		}
		var cells, land []string
		for _, h := range s.Hits {
			cells, land = append(cells, fmt.Sprintf("%4.1f", 100*h.Cells)), append(land, fmt.Sprintf("%4.1f", 100*h.Land))
		}
		rows = append(rows, []string{s.Name, fmt.Sprintf("%.4f", s.LogScore), fmt.Sprintf("%.4f", s.Deviance), mase, strings.Join(cells, "  ") + " %", strings.Join(land, "  ") + " %"})
	}
	t.line("\nScores (log score in nats a call: higher is better; deviance and MASE of the daily total: lower is better)")
	t.table(rows)
	for _, s := range t.Scores {
		if s.Impossible > 0 {
			t.line("%s gave no chance to %d of the calls that came", s.Name, s.Impossible)
		}
	}
}

func (t *textReport) differences() {
	if len(t.Scores) < 2 {
		return
	}
	rows := [][]string{{""}}
	for _, s := range t.Scores[1:] {
		rows[0] = append(rows[0], s.Name+" − "+t.Reference)
	}
	for m := range t.Scores[1].Against {
		d := t.Scores[1].Against[m]
		better := "lower is better"
		if d.HigherBetter {
			better = "higher is better"
		}
		row := []string{fmt.Sprintf("%s (%s)", d.Measure, better)}
		for _, s := range t.Scores[1:] {
			row = append(row, verdict(s.Against[m]))
		}
		rows = append(rows, row)
	}
	t.line("\nDifferences to %s", t.Reference)
	t.table(rows)
}

func verdict(d Difference) string {
	word := "even"
	switch {
	case d.Better():
		word = "better"
	case d.Worse():
		word = "worse"
	}
	return fmt.Sprintf("%+.4f (%+.4f to %+.4f) %s", d.Mean, d.Low, d.High, word)
}

func (t *textReport) calibration() {
	t.line("\nCalibration (PIT: level when forecasts are right, high in the middle when too wide, at the ends when too narrow;")
	t.line("covered: outcomes on the edge of an interval count in part; in brackets whole numbers, and what was stated for them)")
	rows := [][]string{{"", "total of", "CRPS", "PIT", "80 % interval covered", "95 % interval covered"}}
	for _, s := range t.Scores {
		for i, total := range s.Totals {
			name := ""
			if i == 0 {
				name = s.Name
			}
			row := []string{name, total.Area + " and " + total.Period, fmt.Sprintf("%.4f", total.CRPS), bars(total.PIT[:], 0, 2.0/bins)}
			for _, c := range total.Cover {
				row = append(row, fmt.Sprintf("%.1f %% (%.1f of %.1f %%)", 100*c.Covered, 100*c.Whole, 100*c.Stated))
			}
			rows = append(rows, row)
		}
	}
	t.table(rows)
}

func (t *textReport) byWeek() {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range t.Scores {
		for _, w := range s.Weekly {
			low, high = min(low, w.LogScore), max(high, w.LogScore)
		}
	}
	t.line("\nLog score by week, %.2f to %.2f", low, high)
	rows := [][]string{}
	for _, s := range t.Scores {
		scores := make([]float64, len(s.Weekly))
		for i, w := range s.Weekly {
			scores[i] = w.LogScore
		}
		rows = append(rows, []string{s.Name, bars(scores, low, high)})
	}
	t.table(rows)
}

func (t *textReport) tuning() {
	t.line("\nWhat each had tuned itself to before the last week")
	for _, s := range t.Scores {
		if last := s.Weekly[len(s.Weekly)-1]; last.Chosen != "" {
			t.line("%s: %s", s.Name, last.Chosen)
		}
	}
}

// bars draws values between low and high as a row of bars.
func bars(values []float64, low, high float64) string {
	const levels = "▁▂▃▄▅▆▇█"
	runes := []rune(levels)
	var b strings.Builder
	for _, v := range values {
		k := 0
		if high > low {
			k = int((v - low) / (high - low) * float64(len(runes)-1) * 1.0000001)
		}
		b.WriteRune(runes[min(len(runes)-1, max(0, k))])
	}
	return b.String()
}
