package register

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
)

const good = `format: nearside-fleet/1
cars:
  - name: JRC-1
    skills: [paramedic, nurse]
    base: Waterloo
    sector: NWL
    shifts:
      - {start: 2026-11-23T11:00:00Z, end: 2026-11-23T23:00:00Z}
      - {start: 2026-11-24T11:00:00+00:00, end: 2026-11-24T23:00:00Z}
  - name: cars/JRC-2
    skills: [specialist]
`

func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

func TestRead(t *testing.T) {
	got, err := Read([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	want := []Car{
		{Name: "cars/JRC-1", Line: 3, Details: unit.Details{
			Skills: dispatch.Paramedic | dispatch.MentalHealthNurse, Base: "Waterloo", Home: geo.NWL,
			Shifts: []unit.Shift{{Start: at(23, 11), End: at(23, 23)}, {Start: at(24, 11), End: at(24, 23)}},
		}},
		{Name: "cars/JRC-2", Line: 10, Details: unit.Details{Skills: dispatch.SpecialistMentalHealthParamedic, Home: geo.Sectors}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestJSONIsYAML: the same file as JSON.
func TestJSONIsYAML(t *testing.T) {
	got, err := Read([]byte(`{"format":"nearside-fleet/1","cars":[{"name":"a","skills":["nurse"],"sector":"SEL"}]}`))
	if err != nil || len(got) != 1 || got[0].Name != "cars/a" || got[0].Home != geo.SEL {
		t.Errorf("%v, %v", got, err)
	}
}

// TestEveryMistakeAtOnce: each is told with its line and field, and nothing that only follows from one.
func TestEveryMistakeAtOnce(t *testing.T) {
	_, err := Read([]byte(`cars:
  - name: JRC-1
    skills: [paramedic, doctor]
    sector: [NWL, SEL]
    shifts:
      - {start: 2026-11-23T11:00:00Z, end: 2026-11-23T23:00:00Z}
      - {start: 2026-11-23T22:00:00Z, end: 2026-11-24T02:00:00Z}
      - {start: 2026-11-25T11:00, end: 2026-11-25T23:00:00Z}
      - {start: 2026-11-26T11:00:00Z, end: 2026-11-27T12:00:00Z}
  - name: JRC-1
    skill: [nurse]
    sector: ABC
  - name: "no spaces"
    base: [a]
    base: b
    skills: nurse
  - 7
`))
	want := []string{
		`line 1: format: missing: want nearside-fleet/1`,
		`line 3: cars[0].skills[1]: "doctor": want paramedic, nurse or specialist`,
		`line 4: cars[0].sector: NWL and SEL: a car belongs to one sector; name one, or none`,
		`line 7: cars[0].shifts[1]: 2026-11-23T22:00:00Z to 2026-11-24T02:00:00Z: overlaps shifts[0], 2026-11-23T11:00:00Z to 2026-11-23T23:00:00Z`,
		`line 8: cars[0].shifts[2].start: "2026-11-25T11:00": want a time with its zone, such as 2026-11-23T11:00:00Z`,
		`line 9: cars[0].shifts[3]: 2026-11-26T11:00:00Z to 2026-11-27T12:00:00Z: 25h0m0s long; want at most 24h0m0s`,
		`line 10: cars[1].skills: none; want at least one`,
		`line 10: cars[1].name: cars/JRC-1 is in the file twice; line 2 has it`,
		`line 11: cars[1]: "skill" is not a field; want skills`,
		`line 12: cars[1].sector: sector "ABC" is not known; want NCL, NEL, NWL, SEL or SWL`,
		`line 13: cars[2].name: "no spaces": want 1 to 63 letters, digits, dots, underscores or hyphens`,
		`line 14: cars[2].base: want a text`,
		`line 15: cars[2].base: for the second time; line 14 has it`,
		`line 16: cars[2].skills: want a list, such as [paramedic, nurse]`,
		`line 17: cars[3]: want fields: base, name, sector, shifts, skills`,
	}
	if err == nil {
		t.Fatal("no mistake was found")
	}
	if d := cmp.Diff(want, strings.Split(err.Error(), "\n")); d != "" {
		t.Error(d)
	}
	if m, ok := errors.AsType[*Mistake](err); !ok || m.Line != 1 {
		t.Errorf("the first mistake is %v", m)
	}
}

func TestRefusesFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "empty",
		"format: nearside-fleet/1":           "cars: missing",
		"format: nearside-fleet/1\ncars: 3":  "want a list",
		"format: nearside-fleet/1\ncars: []": "at least one car",
		"format: nearside-fleet/2\ncars: []": "want nearside-fleet/1",
		"[1, 2]":                             "want fields",
		"a: [":                               "neither YAML nor JSON",
		"\xff":                               "not UTF-8",
		good + "---\na: 1\n":                 "second document",
		"format: nearside-fleet/1\ncars: &x [*x]":                                    "without & and *",
		strings.Repeat("#", MaxBytes+1):                                              "want at most",
		"format: nearside-fleet/1\ncars: [" + strings.Repeat("{},", MaxCars+1) + "]": "10001 of them",
		"format: nearside-fleet/1\ncars: [" + strings.Repeat("{},", 200) + "]":       "and 300 more",
	} {
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
}

// FuzzRead: no text makes it panic, and what it takes is what a car can be registered with.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("format: nearside-fleet/1\ncars: [{name: a, skills: [nurse], shifts: [{start: 1, end: {}}]}, 3, [], *x]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		cars, err := Read(text)
		if err != nil {
			return
		}
		for _, c := range cars {
			if err := unit.Check(&unit.Register{Details: c.Details}); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
		}
	})
}

func ExampleRead() {
	cars, err := Read([]byte("format: nearside-fleet/1\ncars:\n  - {name: JRC-1, skills: [nurse], sector: NWL}\n"))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(cars[0].Name, cars[0].Skills, cars[0].Home)
	_, err = Read([]byte("format: nearside-fleet/1\ncars:\n  - {name: JRC-1, skills: [nurse], sector: [NWL, SEL]}\n"))
	fmt.Println(err)
	// Output:
	// cars/JRC-1 mental-health nurse NWL
	// line 3: cars[0].sector: NWL and SEL: a car belongs to one sector; name one, or none
}

// TestDocumentedFile reads the example of docs/format/fleet.md.
func TestDocumentedFile(t *testing.T) {
	page, err := os.ReadFile("../../docs/format/fleet.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the page has no example")
	}
	if cars, err := Read([]byte(example)); err != nil || len(cars) == 0 {
		t.Errorf("%d cars, %v", len(cars), err)
	}
}
