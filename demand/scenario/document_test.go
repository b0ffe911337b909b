package scenario

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/demand"
)

// example returns the document of docs/format/demand-scenario.md.
func example(t testing.TB) []byte {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "format", "demand-scenario.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```json\n(.*?)```").FindSubmatch(page)
	if block == nil {
		t.Fatal("the page has no example")
	}
	return block[1]
}

func TestReadTheDocumentedExample(t *testing.T) {
	s, err := Read(bytes.NewReader(example(t)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(bytes.NewReader(b))
	if err != nil || len(again.Modifications) != 4 || again.Modifications[2].Event.Calls != 30 || !again.Modifications[2].Event.Start.Equal(s.Modifications[2].Event.Start) {
		t.Errorf("written and read again: %+v, %v", again, err)
	}
	if strings.Contains(string(b), "0001-01-01") {
		t.Errorf("a date that was not given is written: %s", b)
	}
}

func TestValidateNamesAllThatIsWrong(t *testing.T) {
	bad := &Scenario{
		Format: "other/1", Name: strings.Repeat("x", 201),
		Kinds: &Kinds{Shares: []KindShare{{"a", "b", 0.5}, {"a", "b", 2}}},
		Modifications: []Modification{
			{Origin: demand.Assumption},
			{Growth: &Growth{PerYear: 7, Years: -1}, Origin: demand.Published},
			{Shift: &Shift{From: "a", To: "a", Share: math.NaN()}, Origin: "hearsay", Source: "s"},
			{Event: &Event{At: Point{91, 0}, Radius: 1, StartHour: 168, Hours: 300}, Origin: demand.Assumption},
			{Event: &Event{Radius: 100, Hours: 1, Multiplier: 2, Channel: "999"}, Origin: demand.Assumption},
			{Population: &Population{Radius: 30_000, Polygon: [][2]float64{{0, 0}, {0, 200}}, PerThousandYear: -1}, Origin: demand.Assumption},
			{Population: &Population{People: 1}, Growth: &Growth{}, Origin: demand.Assumption},
		},
	}
	err := bad.Validate()
	for _, want := range []string{
		`format is "other/1"`, "name has 201 bytes", `kinds: category "a" by channel "b" has share 2`, "kinds: 2 shares sum to 2.5", "kinds: origin",
		"modification 1: 0 of growth", "2: growth.per_year is 7", "2: growth.years is -1", "2: no source", "3: channel_shift from", "3: channel_shift.share is NaN", `3: origin "hearsay"`,
		"4: event.at is latitude 91", "4: event.radius_metres is 1", "4: event.start_hour is 168", "4: event.hours is 300; want 1 to 168", "4: event has calls 0 and multiplier 0",
		"5: event has a multiplier and a category", "6: new_population.polygon has 2 corners", "6: new_population has a polygon and a radius",
		"6: new_population.polygon is latitude 200", "6: new_population.radius_metres is 30000", "6: new_population.people is 0", "6: new_population.calls_per_thousand_year is -1",
		"7: 2 of growth", "7: new_population wants either",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
}

// FuzzRead: whatever is read either names what does not fit the town or gives rates that are numbers, 0 or
// above.
func FuzzRead(f *testing.F) {
	f.Add(example(f))
	f.Add([]byte(`{"format":"nearside-demand-scenario/1","modifications":[{"event":{"at":{"lat":0.01,"lon":0.02},"radius_metres":50,"hours":168,"multiplier":0.5},"origin":"assumption"},{"growth":{"per_year":-0.5,"years":20},"origin":"assumption"}]}`))
	f.Add([]byte(`{"format":"nearside-demand-scenario/1","modifications":[{"channel_shift":{"from":"police","share":1},"origin":"assumption"},{"new_population":{"polygon":[[0,0],[0.1,0],[0,0.1]],"people":5},"origin":"assumption"}]}`))
	base := mixed()
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		out, err := Apply(base, s, ground())
		if err != nil {
			return
		}
		for i, r := range append(out.Week().Rate, out.Rates(span, nil)...) {
			if !(r >= 0) || math.IsInf(float64(r), 0) {
				t.Fatalf("rate %d is %v", i, r)
			}
		}
		if m := out.Mix(); m == nil || len(m.Share) != 3*24*len(m.Kinds) {
			t.Errorf("mix %+v", m)
		}
	})
}
