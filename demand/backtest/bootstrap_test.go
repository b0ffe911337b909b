package backtest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestBootstrapCovers: of a known difference, the 95 % interval holds the truth in about 95 % of worlds,
// and its width is that of the normal distribution.
func TestBootstrapCovers(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	const worlds, weeks, difference = 200, 26, 0.3
	held, width := 0, 0.0
	for range worlds {
		a, b := &trial{}, &trial{}
		for range weeks {
			hard := 5 * random.NormFloat64() // what is hard for both cancels
			a.days = append(a.days, []tally{{calls: 60, log: 60 * (hard - 2 + difference + 0.5*random.NormFloat64())}})
			b.days = append(b.days, []tally{{calls: 60, log: 60 * (hard - 2)}})
		}
		d := differences(a, b, Settings{Block: ByWeek, Resamples: 400, Seed: 1})[0]
		if d.Low <= difference && difference <= d.High {
			held++
		}
		width += (d.High - d.Low) / worlds
	}
	if held < 176 || held > 198 {
		t.Errorf("%d of %d intervals hold the truth", held, worlds)
	}
	if want := 2 * 1.96 * 0.5 / math.Sqrt(weeks); math.Abs(width/want-1) > 0.08 {
		t.Errorf("intervals are %.3f wide, want about %.3f", width, want)
	}
}

// TestBlocks: days are drawn alone or by the week, and none is lost.
func TestBlocks(t *testing.T) {
	tr := &trial{days: [][]tally{{{calls: 1}, {calls: 2}}, {{calls: 4}, {calls: 8}, {calls: 16}}}}
	byDay, byWeek := blocksOf(tr, ByDay), blocksOf(tr, ByWeek)
	if len(byDay) != 5 || byDay[4].calls != 16 {
		t.Errorf("by day: %d blocks", len(byDay))
	}
	if len(byWeek) != 2 || byWeek[0].calls != 3 || byWeek[1].calls != 28 {
		t.Errorf("by week: %d blocks", len(byWeek))
	}
}

func TestBetterAndWorse(t *testing.T) {
	for _, c := range []struct {
		d             Difference
		better, worse bool
	}{
		{Difference{HigherBetter: true, Low: 0.1, High: 0.2}, true, false},
		{Difference{HigherBetter: true, Low: -0.1, High: 0.2}, false, false},
		{Difference{HigherBetter: true, Low: -0.2, High: -0.1}, false, true},
		{Difference{Low: -0.2, High: -0.1}, true, false},
		{Difference{Low: 0.1, High: 0.2}, false, true},
	} {
		if c.d.Better() != c.better || c.d.Worse() != c.worse {
			t.Errorf("%+v: better %v, worse %v", c.d, c.d.Better(), c.d.Worse())
		}
	}
}
