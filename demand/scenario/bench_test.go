package scenario

import (
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// BenchmarkWeek changes a typical week of 15,000 cells and three kinds; BenchmarkMix counts its kinds.
func BenchmarkWeek(b *testing.B) {
	apply := large(b)
	for b.Loop() {
		apply().Week()
	}
}

func BenchmarkMix(b *testing.B) {
	apply := large(b)
	for b.Loop() {
		apply().Mix()
	}
}

func large(b *testing.B) func() *Baseline {
	city := &demand.City{Name: "Large", Zone: zone}
	for range 33 {
		city.Districts = append(city.Districts, "d")
	}
	for i := range 15_000 {
		city.X, city.Y = append(city.X, float64(i%120)*300), append(city.Y, float64(i/120)*300)
		city.Land, city.District = append(city.Land, 1e5), append(city.District, int32(i/455)%33)
	}
	m := &forecast.Mix{Kinds: kinds}
	for range 33 * 24 {
		m.Share = append(m.Share, 0.25, 0.25, 0.5)
	}
	base := still{flat{city, m}, flat{city, m}.Week()}
	g := Ground{Plane: ground().Plane, Residents: make([]float64, 15_000)}
	for i := range g.Residents {
		g.Residents[i] = 600
	}
	at := Point{0.15, 0.15}
	s := &Scenario{Format: Format, Modifications: []Modification{
		{Growth: &Growth{PerYear: 0.04, Years: 2, Channels: []string{"111"}}, Origin: demand.Assumption},
		{Shift: &Shift{From: "police", To: "111", Share: 0.3}, Origin: demand.Assumption},
		{Event: &Event{At: at, Radius: 800, StartHour: 130, Hours: 10, Calls: 30}, Origin: demand.Assumption},
		{Population: &Population{At: &at, Radius: 800, People: 20_000}, Origin: demand.Assumption},
	}}
	return func() *Baseline {
		out, err := Apply(base, s, g)
		if err != nil {
			b.Fatal(err)
		}
		return out
	}
}

// still has its typical week at hand.
type still struct {
	flat
	week *demand.Intensity
}

func (s still) Week() *demand.Intensity { return s.week }
