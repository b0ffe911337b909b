package road

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
)

func testTable(t *testing.T) (*SpeedTable, *SpeedFigures) {
	t.Helper()
	b, err := os.ReadFile("testdata/speeds.json")
	if err != nil {
		t.Fatal(err)
	}
	var f SpeedFigures
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	table, err := NewSpeedTable(&f)
	if err != nil {
		t.Fatal(err)
	}
	return table, &f
}

func TestProfiles(t *testing.T) {
	table, _ := testTable(t)
	day, night := table.Period(7), table.Period(6)
	if table.Name(day) != "weekday day" || table.Name(night) != "night and weekend" || table.Period(5*24+12) != night || table.Periods() != 2 {
		t.Fatalf("periods %q, %q", table.Name(day), table.Name(night))
	}
	for _, c := range []struct {
		period  Period
		driving Driving
		class   Class
		zone    Zone
		want    Millis // of a base time of 10 s
	}{
		{day, Normal, Primary, Central, 10_000},
		{night, Normal, Primary, Central, 5_000},
		{night, Normal, Primary, Outer, 8_000},
		{day, BlueLight, Primary, Central, 8_000},
		{night, BlueLight, Minor, Central, 4_000},
		{day, Normal, BusOnly, Inner, Unreachable},
		{day, BlueLight, BusOnly, Inner, 8_000},
	} {
		p := table.Profile(c.period, c.driving)
		if got := p.Time(10_000, c.class, c.zone); got != c.want {
			t.Errorf("%s, %s, %s, %s: %d ms, want %d", table.Name(c.period), c.driving, c.class, c.zone, got, c.want)
		}
	}
}

// TestWeightsSaturate: closed stays closed, long becomes closed rather than short, halves round up.
func TestWeightsSaturate(t *testing.T) {
	g := &Graph{Head: make([]Node, 5), Base: []Millis{Unreachable, Unreachable - 1, 1, 3, 0}, Class: []Class{Minor, Minor, Minor, Minor, BusOnly}, Zone: make([]Zone, 5)}
	var p Profile
	p.Factor[Minor][Central] = 1.5
	p.Factor[BusOnly][Central] = float32(math.Inf(1))
	want := []Millis{Unreachable, Unreachable, 2, 5, Unreachable}
	for a, got := range g.Weights(&p) {
		if got != want[a] {
			t.Errorf("base %d: %d, want %d", g.Base[a], got, want[a])
		}
	}
}

func TestSpeedTableRefuses(t *testing.T) {
	for _, c := range []struct {
		breaks func(*SpeedFigures)
		want   string
	}{
		{func(f *SpeedFigures) { delete(f.Reference.KmH, "trunk") }, "reference.km_h.trunk: no figure for central"},
		{func(f *SpeedFigures) { f.Reference.KmH["trunk"]["inner"] = 0 }, "reference.km_h.trunk.inner: 0: want 1 to 200"},
		{func(f *SpeedFigures) { f.Reference.JunctionDelayS["minor"] = -1 }, "junction_delay_s.minor: -1"},
		{func(f *SpeedFigures) { f.Periods[0].Relative["outer"] = math.NaN() }, "relative_speed.outer: NaN"},
		{func(f *SpeedFigures) { f.Periods[0].Hours[0].To = 25 }, "want days 0 to 6 and hours 0 to 24"},
		{func(f *SpeedFigures) { f.Periods[0].Hours[0].To = 20 }, "hour of week 19 is in 2 periods"},
		{func(f *SpeedFigures) { f.Periods[0].Hours[0].From = 8 }, "hour of week 7 is in 0 periods"},
		{func(f *SpeedFigures) { f.BlueLight.Relative["minor"] = 2 }, "blue_light.relative_time.minor: 2"},
	} {
		_, f := testTable(t)
		c.breaks(f)
		if _, err := NewSpeedTable(f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if _, err := ReadSpeeds(strings.NewReader("{")); err == nil {
		t.Error("half a table was taken")
	}
}

func FuzzReadSpeeds(f *testing.F) {
	b, err := os.ReadFile("testdata/speeds.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add("{}")
	f.Fuzz(func(t *testing.T, s string) {
		table, err := ReadSpeeds(strings.NewReader(s))
		if err != nil {
			return
		}
		for h := range HoursPerWeek {
			p := table.Profile(table.Period(h), Normal)
			if v := p.Time(1000, Primary, Outer); v == 0 || v == Unreachable {
				t.Errorf("hour %d: a second takes %d ms", h, v)
			}
		}
	})
}

func TestZoneOf(t *testing.T) {
	square := orb.MultiPolygon{{{{-0.2, 51.4}, {0, 51.4}, {0, 51.6}, {-0.2, 51.6}, {-0.2, 51.4}}}}
	zone := ZoneOf([]geo.Borough{{Name: "inner", Inner: true, Land: square}, {Name: "outer", Land: orb.MultiPolygon{{{{0, 51.4}, {0.2, 51.4}, {0.2, 51.6}, {0, 51.6}, {0, 51.4}}}}}})
	for p, want := range map[orb.Point]Zone{
		{-0.1276, 51.5073}: Central,
		{-0.0912, 51.5073}: Central, // 2.53 km east
		{-0.0890, 51.5073}: Inner,   // 2.68 km east
		{0.1, 51.5}:        Outer,
		{-0.4, 51.5}:       Outer, // in no borough
	} {
		if got := zone(p); got != want {
			t.Errorf("%v: %s, want %s", p, got, want)
		}
	}
}

// TestMetres compares with geodesics on WGS84 (Vincenty's formulae, computed beforehand).
func TestMetres(t *testing.T) {
	for _, c := range []struct {
		a, b orb.Point
		want float64
	}{
		{orb.Point{-0.1, 51.5}, orb.Point{0, 51.5}, 6944.051},
		{orb.Point{-0.1, 51.5}, orb.Point{-0.1, 51.55}, 5562.916},
		{orb.Point{-0.5, 51.3}, orb.Point{-0.4, 51.35}, 8918.146},
		{orb.Point{0.2, 51.68}, orb.Point{0.3, 51.65}, 7681.987},
	} {
		if got := Metres(c.a, c.b); math.Abs(got-c.want) > 1e-4*c.want {
			t.Errorf("%v to %v: %.3f m, want %.3f", c.a, c.b, got, c.want)
		}
	}
}
