package demand

import (
	"math"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// testProfile is a small valid profile with two boroughs.
func testProfile() *Profile {
	var p Profile
	p.Format = ProfileFormat
	s := Stated{Assumption, "made up for this test"}
	p.Yearly.Calls, p.Yearly.Stated = 99287, s
	for h := range p.HourOfDay.Share {
		p.HourOfDay.Share[h] = float64(h+1) / 300
	}
	p.HourOfDay.Stated = s
	p.DayOfWeek.Factor, p.DayOfWeek.Stated = [7]float64{0.97, 0.95, 0.97, 0.97, 0.99, 1.06, 1.09}, s
	p.Holidays.Days = []Holiday{{12, 24, 1.19}, {12, 25, 1.03}, {12, 26, 1.23}, {12, 31, 1.06}, {1, 1, 1.26}}
	p.Holidays.Stated = s
	p.Boroughs.Shares, p.Boroughs.Stated = []BoroughShare{{"A", "Left", 0.25}, {"B", "Right", 0.75}}, s
	p.Need.PerUnit, p.Need.Stated = 0.5, s
	p.Elsewhere.Share, p.Elsewhere.Stated = 0.02, s
	return &p
}

// testRows puts two boroughs on three cells and shares the middle one.
func testRows() []Residents {
	return []Residents{{0, 0, 100, -1, 5e4}, {1, 0, 300, 1, 5e4}, {1, 1, 50, 0, 2e4}, {2, 1, 0, 0, 8e4}}
}

func testPrior(t testing.TB) *Intensity {
	t.Helper()
	v, err := Prior(testProfile(), 3, []string{"A", "B"}, testRows())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// yearly returns the calls a year of each cell, summed in float64.
func yearly(v *Intensity) []float64 {
	calls := make([]float64, v.Cells)
	for k, r := range v.Rate {
		calls[k%v.Cells] += float64(r) * WeeksPerYear
	}
	return calls
}

func TestPriorByHand(t *testing.T) {
	v := testPrior(t)
	e0, e1 := 100*math.Exp(-0.5), 300*math.Exp(0.5)
	want := []float64{
		99287 * 0.25 * (0.98*e0/(e0+e1) + 0.02*0.5),
		99287 * (0.25*(0.98*e1/(e0+e1)+0.02*0.5) + 0.75*(0.98+0.02*0.2)),
		99287 * 0.75 * 0.02 * 0.8,
	}
	for i, got := range yearly(v) {
		if math.Abs(got/want[i]-1) > 1e-6 {
			t.Errorf("cell %d has %v calls a year, want %v", i, got, want[i])
		}
	}
	// Saturday 23:00 against Monday 00:00 in the same cell: 24 × by hour, 1.06 / 0.97 by day.
	if got, want := float64(v.At(5*24 + 23)[0]/v.At(0)[0]), 24*1.06/0.97; math.Abs(got/want-1) > 1e-6 {
		t.Errorf("Saturday 23:00 is %v times Monday 00:00, want %v", got, want)
	}
}

// TestPriorKeepsTotals: whatever the people, the year's volume and each borough's share are kept.
func TestPriorKeepsTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := testProfile()
		p.Need.PerUnit = rapid.Float64Range(-2, 2).Draw(t, "beta")
		p.Elsewhere.Share = rapid.Float64Range(0, 1).Draw(t, "elsewhere")
		n := rapid.IntRange(2, 30).Draw(t, "rows")
		rows := make([]Residents, n)
		for i := range rows { // even cells are A's, odd ones B's
			rows[i] = Residents{i, i % 2, rapid.Float64Range(1, 2000).Draw(t, "people"), rapid.Float64Range(-3, 3).Draw(t, "need"), rapid.Float64Range(1, 1e5).Draw(t, "land")}
		}
		v, err := Prior(p, n, []string{"A", "B"}, rows)
		if err != nil {
			t.Fatal(err)
		}
		var share [2]float64
		for i, calls := range yearly(v) {
			share[i%2] += calls / p.Yearly.Calls
		}
		if math.Abs(share[0]-0.25) > 1e-6 || math.Abs(share[1]-0.75) > 1e-6 {
			t.Fatalf("boroughs have %v of the calls, want 0.25 and 0.75", share)
		}
		slices.Reverse(rows)
		w, err := Prior(p, n, []string{"A", "B"}, rows)
		if err != nil {
			t.Fatal(err)
		}
		for k := range v.Rate {
			if math.Abs(float64(v.Rate[k]-w.Rate[k])) > 1e-5*float64(v.Rate[k]) {
				t.Fatalf("the order of rows changed rate %d from %v to %v", k, v.Rate[k], w.Rate[k])
			}
		}
	})
}

func TestPriorRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Profile, []Residents)
		want   string
	}{
		"cell out of range":     {func(_ *Profile, r []Residents) { r[0].Cell = 3 }, "row 0"},
		"negative people":       {func(_ *Profile, r []Residents) { r[1].People = -1 }, "row 1"},
		"need not a number":     {func(_ *Profile, r []Residents) { r[2].Need = math.NaN() }, "row 2"},
		"borough of nobody":     {func(_ *Profile, r []Residents) { r[2].People = 0 }, "borough B"},
		"unknown borough":       {func(p *Profile, _ []Residents) { p.Boroughs.Shares[1].Code = "C" }, "borough B"},
		"no volume":             {func(p *Profile, _ []Residents) { p.Yearly.Calls = 0 }, "yearly.calls"},
		"hours do not sum":      {func(p *Profile, _ []Residents) { p.HourOfDay.Share[3] = 0.5 }, "hour_of_day"},
		"figure without origin": {func(p *Profile, _ []Residents) { p.Need.Origin = "hearsay" }, "need"},
		"figure without source": {func(p *Profile, _ []Residents) { p.Holidays.Source = "" }, "holidays"},
	} {
		t.Run(name, func(t *testing.T) {
			p, rows := testProfile(), testRows()
			tc.change(p, rows)
			if _, err := Prior(p, 3, []string{"A", "B"}, rows); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one that names %s", err, tc.want)
			}
		})
	}
}

func BenchmarkPrior(b *testing.B) {
	const cells = 15000
	rows := make([]Residents, cells)
	for i := range rows {
		rows[i] = Residents{i, i % 2, 500, 0, 1e5}
	}
	for b.Loop() {
		if _, err := Prior(testProfile(), cells, []string{"A", "B"}, rows); err != nil {
			b.Fatal(err)
		}
	}
}
