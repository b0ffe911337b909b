package scenario

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

var zone = func() *time.Location {
	z, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err)
	}
	return z
}()

// town has 6 × 6 cells of 1 km², districts of two columns each, and nobody calls in the last one.
func town() *demand.City {
	c := &demand.City{Name: "Town", Zone: zone, Districts: []string{"West", "Middle", "East"}}
	for i := range 36 {
		c.X, c.Y = append(c.X, float64(i%6)*1000), append(c.Y, float64(i/6)*1000)
		c.Land, c.District = append(c.Land, 1e6-float64(i)*1000), append(c.District, int32(i%6/2))
	}
	return c
}

// ground takes a thousandth of a degree as 100 m.
func ground() Ground {
	g := Ground{Plane: func(p orb.Point) (x, y float64, err error) {
		if p.Lat() < 0 {
			return 0, 0, errors.New("south of the town's plane")
		}
		return p.Lon() * 1e5, p.Lat() * 1e5, nil
	}}
	for range 36 {
		g.Residents = append(g.Residents, 500)
	}
	return g
}

var cutOff = calls.HourAt(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))

// flat is a baseline whose rates differ from cell to cell and hour to hour, with or without kinds.
type flat struct {
	city *demand.City
	mix  *forecast.Mix
}

func (f flat) City() *demand.City { return f.city }
func (f flat) About() forecast.About {
	return forecast.About{Name: "flat", Learnt: f.mix != nil, Span: calls.Span{From: cutOff - 1000, To: cutOff}, Notes: []string{"a note"}}
}
func (f flat) Dispersion(int) count.Dispersion { return count.Dispersion{Day: 0.01} }
func (f flat) Mix() *forecast.Mix              { return f.mix }

func (f flat) rate(cell, hour int) float32 {
	if f.city.District[cell] == 2 {
		return 0
	}
	return float32(1+cell%7) * float32(2+hour%24) / 100
}

func (f flat) Rates(span calls.Span, dst []float32) []float32 {
	dst = dst[:0]
	for h := span.From; h < span.To; h++ {
		for c := range f.city.Len() {
			dst = append(dst, f.rate(c, int(demand.HourOf(h.Time(), zone))))
		}
	}
	return dst
}

func (f flat) Week() *demand.Intensity {
	v := &demand.Intensity{Source: "flat", Cells: f.city.Len()}
	for h := range demand.HoursPerWeek {
		for c := range f.city.Len() {
			v.Rate = append(v.Rate, f.rate(c, h))
		}
	}
	return v
}

var kinds = []calls.Kind{{Category: "crisis", Channel: "111"}, {Category: "crisis", Channel: "police"}, {Category: "welfare", Channel: "police"}}

// mixed tells kinds apart, differently in each district and hour.
func mixed() flat {
	m := &forecast.Mix{Kinds: kinds}
	for d := range 3 {
		for h := range 24 {
			a, b := float32(d+1)/8, float32(h+1)/50
			m.Share = append(m.Share, a, b, 1-a-b)
		}
	}
	return flat{town(), m}
}

func apply(t interface{ Fatal(...any) }, b forecast.Baseline, list ...Modification) *Baseline {
	for i := range list {
		list[i].Origin = demand.Assumption
	}
	out, err := Apply(b, &Scenario{Format: Format, Modifications: list}, ground())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func total(rates []float32) (sum float64) {
	for _, r := range rates {
		sum += float64(r)
	}
	return sum
}

func near(t interface{ Fatalf(string, ...any) }, what string, got, want float64) {
	if !(math.Abs(got-want) <= 2e-6*math.Abs(want)+1e-9) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

var span = calls.Span{From: cutOff + 24*25, To: cutOff + 24*35} // the clocks go forward in it

func TestNoModificationIsIdentity(t *testing.T) {
	for _, base := range []flat{mixed(), {city: town()}} {
		b := apply(t, base)
		if !slices.Equal(b.Rates(span, nil), base.Rates(span, nil)) || !slices.Equal(b.Week().Rate, base.Week().Rate) {
			t.Error("rates differ")
		}
		if b.About().Hash != base.About().Hash || b.About().Name != "flat" || b.Dispersion(3) != base.Dispersion(3) {
			t.Errorf("%+v", b.About())
		}
		if (b.Mix() == nil) != (base.Mix() == nil) {
			t.Error("kinds of calls appear or vanish")
		}
	}
}

func TestGrowthMultiplies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Growth{PerYear: rapid.Float64Range(-0.5, 1).Draw(t, "per year"), Years: rapid.Float64Range(0, 20).Draw(t, "years")}
		base := mixed()
		b := apply(t, base, Modification{Growth: &g})
		near(t, "week", total(b.Week().Rate), total(base.Week().Rate)*math.Pow(1+g.PerYear, g.Years))
		for h := span.From; h < span.To; h += 37 {
			one := calls.Span{From: h, To: h + 1}
			near(t, "hour", total(b.Rates(one, nil)), total(base.Rates(one, nil))*math.Pow(1+g.PerYear, float64(h-cutOff)/hoursPerYear))
		}
	})
}

func TestEventAddsExactlyItsCalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := Event{
			At:     Point{rapid.Float64Range(0, 0.05).Draw(t, "lat"), rapid.Float64Range(0, 0.05).Draw(t, "lon")},
			Radius: rapid.Float64Range(50, 20_000).Draw(t, "radius"), Hours: rapid.IntRange(1, 168).Draw(t, "hours"),
			Calls: rapid.Float64Range(0.1, 1e4).Draw(t, "calls"), Category: "crowd",
		}
		dated := rapid.Bool().Draw(t, "dated")
		if dated {
			e.Start = (span.From + calls.Hour(rapid.IntRange(0, 240-e.Hours).Draw(t, "start"))).Time()
		} else {
			e.StartHour = rapid.IntRange(0, 167).Draw(t, "start")
		}
		base := mixed()
		b := apply(t, base, Modification{Event: &e})
		if dated {
			near(t, "week", total(b.Week().Rate), total(base.Week().Rate))
			near(t, "span", total(b.Rates(span, nil)), total(base.Rates(span, nil))+e.Calls)
		} else {
			near(t, "week", total(b.Week().Rate), total(base.Week().Rate)+e.Calls)
		}
	})
}

func TestHalfOfAnEventIsWithinItsRadius(t *testing.T) {
	fine := &demand.City{Name: "Fine", Zone: zone, Districts: []string{"all"}}
	for i := range 100 * 100 {
		fine.X, fine.Y = append(fine.X, float64(i%100)*20), append(fine.Y, float64(i/100)*20)
		fine.Land, fine.District = append(fine.Land, 400), append(fine.District, 0)
	}
	g := ground()
	f, err := g.around(fine, Point{0.00995, 0.00995}, 300)
	if err != nil {
		t.Fatal(err)
	}
	var inside, all float64
	for i, c := range f.cells {
		all += f.part[i]
		if math.Hypot(fine.X[c]-995, fine.Y[c]-995) <= 300 {
			inside += f.part[i]
		}
	}
	if math.Abs(inside-0.5) > 0.01 || math.Abs(all-1) > 1e-12 {
		t.Errorf("%v of %v within the radius, want a half", inside, all)
	}
}

func TestEventsFallOnLand(t *testing.T) {
	shore := &demand.City{Name: "Shore", Zone: zone, X: []float64{-300, 300}, Y: []float64{0, 0}, Land: []float64{1e6, 2.5e5}, District: []int32{0, 0}, Districts: []string{"all"}}
	g := ground()
	f, err := g.around(shore, Point{0, 0}, 500)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the part on the cell that is a quarter land", f.part[1], 0.2)
}

// only returns what Thin keeps of one kind.
func only(b *Baseline, keep func(calls.Kind) bool) forecast.Baseline {
	weights := make([]float64, len(b.Mix().Kinds))
	for i, k := range b.Mix().Kinds {
		if keep(k) {
			weights[i] = 1
		}
	}
	return b.Thin(weights)
}

func TestShiftConservesCallsUnlessTheyGoAway(t *testing.T) {
	police := func(k calls.Kind) bool { return k.Channel == "police" }
	rapid.Check(t, func(t *rapid.T) {
		s := Shift{From: "police", To: rapid.SampledFrom([]string{"", "111", "999"}).Draw(t, "to"), Share: rapid.Float64Range(0, 1).Draw(t, "share")}
		base := mixed()
		was := total(only(apply(t, base), police).Week().Rate)
		b := apply(t, base, Modification{Shift: &s})
		near(t, "police", total(only(b, police).Week().Rate), was*(1-s.Share))
		want := total(base.Week().Rate)
		if s.To == "" {
			want -= was * s.Share
		} else {
			is := total(only(b, func(k calls.Kind) bool { return k.Channel == s.To }).Week().Rate)
			before := 0.0
			if s.To == "111" {
				before = total(only(apply(t, base), func(k calls.Kind) bool { return k.Channel == "111" }).Week().Rate)
			}
			near(t, s.To, is, before+was*s.Share)
		}
		near(t, "all", total(b.Week().Rate), want)
	})
}

func TestNewPeopleCallAsTheirDistrict(t *testing.T) {
	base := mixed()
	week := func(district int32) (sum float64) {
		for i, r := range base.Week().Rate {
			if base.city.District[i%36] == district {
				sum += float64(r)
			}
		}
		return sum
	}
	added := func(n Population) float64 {
		return total(apply(t, base, Modification{Population: &n}).Week().Rate) - total(base.Week().Rate)
	}
	west := [][2]float64{{0.001, 0.001}, {0.011, 0.001}, {0.011, 0.041}, {0.001, 0.041}} // cells 6 to 25 of the second column
	gained := func(what string, got, want float64) {
		if math.Abs(got/want-1) > 1e-5 { // a small difference of sums in float32
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	gained("as many a head", added(Population{Polygon: west, People: 600}), week(0)/6000*600)
	gained("a given rate", added(Population{At: &Point{0.02, 0.01}, Radius: 900, People: 600, PerThousandYear: 20}), 12/demand.WeeksPerYear)
	gained("where nobody calls: the city's hours", added(Population{At: &Point{0.02, 0.05}, People: 600, PerThousandYear: 20}), 12/demand.WeeksPerYear)
	gained("where nobody calls: the city's rate", added(Population{At: &Point{0.02, 0.05}, People: 600}), (week(0)+week(1))/18000*600)

	b := apply(t, base, Modification{Population: &Population{At: &Point{0.02, 0.01}, People: 1000, Start: (span.From + 100).Time()}})
	before, after := calls.Span{From: span.From, To: span.From + 100}, calls.Span{From: span.From + 100, To: span.From + 101}
	if !slices.Equal(b.Rates(before, nil), base.Rates(before, nil)) || total(b.Rates(after, nil)) <= total(base.Rates(after, nil)) {
		t.Error("people call before they live there, or never")
	}
}

func TestMultiplierIsOfTheCellsWithin(t *testing.T) {
	base := mixed()
	b := apply(t, base, Modification{Event: &Event{At: Point{0.02, 0.01}, Radius: 1100, StartHour: 160, Hours: 20, Multiplier: 3}})
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		for c, r := range b.Week().At(h) {
			want := base.rate(c, int(h))
			if (h >= 160 || h < 12) && math.Hypot(base.city.X[c]-1000, base.city.Y[c]-2000) <= 1100 {
				want *= 3
			}
			near(t, "cell", float64(r), float64(want))
		}
	}
}

func TestPriorTellsKindsApartOnlyWhereStated(t *testing.T) {
	prior := flat{city: town()}
	rcrp := Modification{Shift: &Shift{From: "police", Share: 0.5}, Origin: demand.Assumption}
	s := &Scenario{Format: Format, Modifications: []Modification{rcrp}}
	if _, err := Apply(prior, s, ground()); !errors.Is(err, forecast.ErrNoKinds) {
		t.Errorf("error %v", err)
	}
	s.Kinds = &Kinds{[]KindShare{{"", "police", 0.2}, {"", "999", 0.8}}, demand.Stated{Origin: demand.Assumption, Source: "ours"}}
	b, err := Apply(prior, s, ground())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "week", total(b.Week().Rate), 0.9*total(prior.Week().Rate))
	if _, err := Apply(mixed(), s, ground()); err == nil || !strings.Contains(err.Error(), "want none stated") {
		t.Errorf("stated kinds beside learnt ones: %v", err)
	}
}

func TestNotesSayWhatIsAssumed(t *testing.T) {
	s := &Scenario{Format: Format, Name: "RCRP", Modifications: []Modification{
		{Shift: &Shift{From: "police", To: "999", Share: 0.3}, Origin: demand.Published, Source: "a report"},
		{Growth: &Growth{PerYear: 0.04, Years: 2}, Origin: demand.Assumption},
	}}
	b, err := Apply(mixed(), s, ground())
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(b.About().Notes, "\n")
	for _, want := range []string{"a note", `30 % of the calls by "police" come by "999" (published: a report)`, "+4 % a year", "(assumption)", "Intervals are those of the baseline"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes lack %q:\n%s", want, notes)
		}
	}
	if a := b.About(); a.Name != "flat, changed by a scenario: RCRP" || a.Hash == mixed().About().Hash || !a.Learnt {
		t.Errorf("%+v", a)
	}
}

func TestApplyNamesAllThatDoesNotFit(t *testing.T) {
	g := ground()
	g.Residents = nil
	s := &Scenario{Format: Format, Modifications: []Modification{
		{Shift: &Shift{From: "fax", Share: 0.3}},
		{Growth: &Growth{PerYear: 0.04, Categories: []string{"flood"}}},
		{Event: &Event{At: Point{40, 3}, Radius: 500, Hours: 1, Calls: 3}},
		{Event: &Event{At: Point{-1, 3}, Radius: 500, Hours: 1, Calls: 3}},
		{Population: &Population{At: &Point{0.01, 0.01}, People: 100}},
	}}
	for i := range s.Modifications {
		s.Modifications[i].Origin = demand.Assumption
	}
	_, err := Apply(mixed(), s, g)
	for _, want := range []string{`1: channel "fax"; want one of ["111" "police"]`, `2: category "flood"`, "3: event.at: latitude 40", "4: event.at: south of", "5: new_population: the residents of Town are not known"} {
		if err == nil || !strings.Contains(err.Error(), "modification "+want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}
