package scenario

import (
	"math"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"pgregory.net/rapid"
)

// drawnModification is any modification of the town that mixed knows the kinds of.
func drawnModification(t *rapid.T) Modification {
	at := Point{rapid.Float64Range(0, 0.05).Draw(t, "lat"), rapid.Float64Range(0, 0.05).Draw(t, "lon")}
	start := (span.From + calls.Hour(rapid.IntRange(-50, 100).Draw(t, "start"))).Time()
	channel := rapid.SampledFrom([]string{"111", "police"})
	switch rapid.IntRange(0, 4).Draw(t, "modification") {
	case 0:
		g := &Growth{PerYear: rapid.Float64Range(-0.4, 0.5).Draw(t, "growth"), Years: 3, From: start}
		if rapid.Bool().Draw(t, "of some") {
			g.Channels = []string{channel.Draw(t, "channel")}
		}
		return Modification{Growth: g}
	case 1:
		s := &Shift{From: channel.Draw(t, "from"), To: rapid.SampledFrom([]string{"", "999", "112"}).Draw(t, "to"), Share: rapid.Float64Range(0, 1).Draw(t, "share"), Start: start}
		if rapid.Bool().Draw(t, "of some") {
			s.Categories = []string{"crisis"}
		}
		return Modification{Shift: s}
	case 2:
		return Modification{Event: &Event{At: at, Radius: 1500, StartHour: 30, Hours: 100, Calls: 50, Category: "crowd", Channel: channel.Draw(t, "channel")}}
	case 3:
		return Modification{Event: &Event{At: at, Radius: 1500, Start: start, Hours: 60, Multiplier: 2.5}}
	default:
		return Modification{Population: &Population{At: &at, Radius: 1500, People: 5000, Start: start}}
	}
}

// slowly applies modifications one after the other to a table of cells and kinds in one hour.
func slowly(base flat, list []Modification, m moment) []map[calls.Kind]float64 {
	g := ground()
	table := make([]map[calls.Kind]float64, base.city.Len())
	district := make([]map[calls.Kind]float64, 4)
	for d := range district {
		district[d] = map[calls.Kind]float64{}
	}
	for c := range table {
		table[c] = map[calls.Kind]float64{}
		d := base.city.District[c]
		for k, share := range base.mix.At(int(d), int(m.week)%24) {
			r := float64(base.rate(c, int(m.week))) * float64(share)
			table[c][kinds[k]] = r
			district[d][kinds[k]] += r
			district[3][kinds[k]] += r
		}
	}
	for _, mod := range list {
		switch {
		case mod.Growth != nil:
			years := mod.Growth.Years
			if !m.typical {
				years = max(0, float64(m.hour-calls.HourAt(mod.Growth.From))/hoursPerYear)
			}
			for _, row := range table {
				for k := range row {
					if len(mod.Growth.Channels) == 0 || k.Channel == mod.Growth.Channels[0] {
						row[k] *= math.Pow(1+mod.Growth.PerYear, years)
					}
				}
			}
		case mod.Shift != nil && (m.typical || m.hour >= calls.HourAt(mod.Shift.Start)):
			for _, row := range table {
				for _, category := range []string{"crisis", "welfare", "crowd"} {
					from, to := calls.Kind{Category: category, Channel: mod.Shift.From}, calls.Kind{Category: category, Channel: mod.Shift.To}
					if len(mod.Shift.Categories) > 0 && category != "crisis" {
						continue
					}
					if mod.Shift.To != "" {
						row[to] += row[from] * mod.Shift.Share
					}
					row[from] *= 1 - mod.Shift.Share
				}
			}
		case mod.Event != nil && mod.Event.Calls > 0 && m.week >= 30 && m.week < 130:
			f, _ := g.around(base.city, mod.Event.At, mod.Event.Radius)
			for i, c := range f.cells {
				table[c][calls.Kind{Category: "crowd", Channel: mod.Event.Channel}] += f.part[i] * mod.Event.Calls / 100
			}
		case mod.Event != nil && mod.Event.Calls == 0 && !m.typical:
			if from := calls.HourAt(mod.Event.Start); m.hour < from || m.hour >= from+60 {
				continue
			}
			f, _ := g.within(base.city, mod.Event.At, mod.Event.Radius)
			for _, c := range f.cells {
				for k := range table[c] {
					table[c][k] *= 2.5
				}
			}
		case mod.Population != nil && (m.typical || m.hour >= calls.HourAt(mod.Population.Start)):
			f, _ := g.within(base.city, *mod.Population.At, mod.Population.Radius)
			for i, c := range f.cells {
				d, residents := base.city.District[c], 6000.0
				if d == 2 { // nobody calls there
					d, residents = 3, 18000
				}
				for k, r := range district[d] {
					table[c][k] += 5000 * f.part[i] * r / residents
				}
			}
		}
	}
	return table
}

// TestAgainstTableOfKinds compares cells, in a typical week and in real hours, of all calls and of parts
// of some kinds, with applying modifications one by one to every cell and kind.
func TestAgainstTableOfKinds(t *testing.T) {
	base := mixed()
	rapid.Check(t, func(t *rapid.T) {
		var list []Modification
		for range rapid.IntRange(1, 6).Draw(t, "modifications") {
			list = append(list, drawnModification(t))
		}
		b := apply(t, base, list...)
		m := moment{hour: span.From + calls.Hour(rapid.IntRange(0, 239).Draw(t, "hour")), typical: rapid.Bool().Draw(t, "typical")}
		m.week = demand.HourOf(m.hour.Time(), zone)
		weights := make([]float64, len(b.Mix().Kinds))
		for i := range weights {
			weights[i] = rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "weight")
		}
		thin := b.Thin(weights)
		got := thin.Week().At(m.week)
		if !m.typical {
			got = thin.Rates(calls.Span{From: m.hour, To: m.hour + 1}, nil)
		}
		for c, row := range slowly(base, list, m) {
			var want float64
			for i, k := range b.Mix().Kinds {
				want += weights[i] * row[k]
			}
			near(t, "cell", float64(got[c]), want)
		}
	})
}

// TestMixIsWhatIsThere: shares of kinds times calls are the calls of each kind in a typical week.
func TestMixIsWhatIsThere(t *testing.T) {
	base := mixed()
	rapid.Check(t, func(t *rapid.T) {
		b := apply(t, base, drawnModification(t), drawnModification(t))
		m := b.Mix()
		k := rapid.IntRange(0, len(m.Kinds)-1).Draw(t, "kind")
		weights := make([]float64, len(m.Kinds))
		weights[k] = 1
		part, all := b.Thin(weights).Week(), b.Week()
		for d := range 3 {
			for hour := range 24 {
				var of, sum, shares float64
				for h := hour; h < demand.HoursPerWeek; h += 24 {
					for c, r := range all.At(demand.HourOfWeek(h)) {
						if int(base.city.District[c]) == d {
							sum += float64(r)
							of += float64(part.At(demand.HourOfWeek(h))[c])
						}
					}
				}
				for _, s := range m.At(d, hour) {
					shares += float64(s)
				}
				near(t, "shares", shares, 1)
				if sum > 0 && math.Abs(float64(m.At(d, hour)[k])-of/sum) > 1e-5 {
					t.Fatalf("district %d, hour %d: share %v of kind %d, want %v", d, hour, m.At(d, hour)[k], k, of/sum)
				}
			}
		}
	})
}

// TestOrderOfIndependentOnes: modifications of one sort, or of calls that have nothing to do with each
// other, give the same in any order.
func TestOrderOfIndependentOnes(t *testing.T) {
	base := mixed()
	rapid.Check(t, func(t *rapid.T) {
		var list []Modification
		switch rapid.IntRange(0, 2).Draw(t, "sort") {
		case 0: // growths and multipliers
			for range 4 {
				m := drawnModification(t)
				if m.Growth != nil || m.Event != nil && m.Event.Multiplier > 0 {
					list = append(list, m)
				}
			}
		case 1: // events and people
			for range 4 {
				m := drawnModification(t)
				if m.Population != nil || m.Event != nil && m.Event.Calls > 0 {
					list = append(list, m)
				}
			}
		default: // the police's calls, and those of 111
			list = []Modification{
				{Shift: &Shift{From: "police", To: "999", Share: rapid.Float64Range(0, 1).Draw(t, "share")}},
				{Growth: &Growth{PerYear: 0.1, Years: 2, Channels: []string{"111"}}},
				{Event: &Event{At: Point{0.01, 0.01}, Radius: 700, Hours: 20, Calls: 9, Category: "crowd", Channel: "radio"}},
			}
		}
		one := apply(t, base, slices.Clone(list)...)
		shuffled := rapid.Permutation(list).Draw(t, "order")
		other := apply(t, base, shuffled...)
		for i, r := range one.Week().Rate {
			near(t, "week", float64(other.Week().Rate[i]), float64(r))
		}
		rates := one.Rates(span, nil)
		for i, r := range other.Rates(span, nil) {
			near(t, "hours", float64(r), float64(rates[i]))
		}
	})
}
