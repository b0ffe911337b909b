package planning

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
)

// everything is a file that says nearly all that can be said.
const everything = `
format: nearside-scenario/1
name: all fields
groups:
  - {name: joint, count: 2, sectors: [SEL, SWL], fix: [Infirmary]}
  - {name: solo, count: 3, serves: [paramedic], hours: mon-fri 11-19}
  - {name: other, count: 3}
call_kinds: [{name: nurse, share: 0.6}, {name: paramedic, share: 0.4}]
per_site: 2
centres: 2
centre_service: {room: 6, stay_hours: 4.5, hours: 8-22, handover_minutes: 20, source: made up, at: [{site: Old Mill, room: 9, hours: 0-24}]}
expand_centres: 2
contract_centres: 1
fix_centres: [Infirmary]
forbid_centres: [Old Mill]
hours: [mon-fri 11-23, sat-sun 19-7]
objective: benefit
target: {benefit: [{minutes: 5, benefit: 1}, {minutes: 20, benefit: 0.25}]}
demand: suitable
busy: 0.3
driving: blue_light
travel_times: {factor: 1.25, source: made up}
forbid: [Fire Station]
at_most: [{group: joint, borough: Lambeth, count: 1}]
at_least: [{group: solo, cells: [89195da49b7ffff], count: 1}]
worst_minutes: 45
time_limit: 1m30s
seed: 7
`

func TestReadScenario(t *testing.T) {
	got, err := ReadScenario([]byte(everything), "all.yaml")
	if err != nil {
		t.Fatal(err)
	}
	busy := 0.3
	want := Scenario{
		Name: "all fields",
		Groups: []Group{
			{Name: "joint", Count: 2, Sectors: []string{"SEL", "SWL"}, Fixed: []string{"Infirmary"}},
			{Name: "solo", Count: 3, Serves: []string{"paramedic"}, Hours: must(ParseHours("11-19", "mon-fri"))},
			{Name: "other", Count: 3},
		},
		CallKinds: []CallKind{{"nurse", 0.6}, {"paramedic", 0.4}}, PerSite: 2,
		Centres: 2, FixedCentres: []string{"Infirmary"}, ForbiddenCentres: []string{"Old Mill"},
		CentreService: CentreService{Room: 6, StayHours: 4.5, Hours: must(ParseHours("8-22", "mon-sun")), HandoverMinutes: 20, Source: "made up",
			At: []CentreAt{{"Old Mill", 9, must(ParseHours("0-24", "mon-sun"))}}},
		ExpandCentres: 2, ContractCentres: 1,
		Hours:     ascending(append(must(ParseHours("11-23", "mon-fri")), must(ParseHours("19-7", "sat-sun"))...)),
		Objective: Benefit, Target: Target{Benefit: []BenefitPoint{{5, 1}, {20, 0.25}}}, Calls: SuitableCalls, Busy: &busy,
		Driving: road.BlueLight, Times: TimeFactor{1.25, "made up"}, Forbidden: []string{"Fire Station"},
		AtMost:       []SiteRule{{Group: "joint", Borough: "Lambeth", Count: 1}},
		AtLeast:      []SiteRule{{Group: "solo", Cells: []string{"89195da49b7ffff"}, Count: 1}},
		WorstMinutes: 45, TimeLimit: 90 * time.Second, Seed: 7,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestScenarioRoundTrip writes scenarios as files and reads them back.
func TestScenarioRoundTrip(t *testing.T) {
	for _, text := range []string{everything, "cars: 1\nhours: [5, 167]\n", "objective: fewest_cars\ntarget: {minutes: 15}\nhours: 0-24", even} {
		want := must(ReadScenario([]byte(text), "a"))
		written := must(want.Encode())
		got, err := ReadScenario(written, "b")
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestHoursRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want, got Hours
		for _, h := range rapid.SliceOfNDistinct(rapid.Uint8Range(0, 167), 1, 168, rapid.ID).Draw(t, "hours") {
			want = append(want, demand.HourOfWeek(h))
		}
		want = ascending(want)
		for _, shift := range want.shifts() {
			got = append(got, must(ParseShift(shift))...)
		}
		if got = ascending(got); !slices.Equal(got, want) {
			t.Fatalf("%v written as %q is read as %v", want, want.shifts(), got)
		}
	})
}

// TestBusyIsCheckedBesideAnUnknownObjective: one mistake must not hide another.
func TestBusyIsCheckedBesideAnUnknownObjective(t *testing.T) {
	_, err := ReadScenario([]byte("cars: 6\nhours: 11-23\nobjective: best\nbusy: 7\n"), "s.yaml")
	if faults := Faults(err); len(faults) != 2 || faults[0].Field != "objective" || faults[1].Field != "busy" {
		t.Errorf("got %v", err)
	}
}

// TestReadScenarioReportsAllAtOnce: twenty mistakes, twenty lines, each with its line, field, value and
// what is allowed.
func TestReadScenarioReportsAllAtOnce(t *testing.T) {
	text := `format: nearside-scenario/9
name: {a: b}
cars: six
centrs: 4
centres: 51
hours: [11-25, 168, mon 3]
objective: best
demand: all
driving: reckless
busy: .nan
per_site: 9
time_limit: 10
seed: -1
worst_minutes: 0.5
fix: Infirmary
forbid: [[a]]
at_most: [{cells: [a], borough: b, count: 1}]
at_least:
  - count: 0
    sector: north
travel_times: {factor: 9}
cars: 8
`
	want := []string{
		`line 1: format "nearside-scenario/9": want nearside-scenario/1`,
		`line 2: name (fields): want text`,
		`line 3: cars "six": want a whole number`,
		`line 4: centrs is not a field: want another; did you mean "centres"?`,
		`line 5: centres 51: want 0 to 50`,
		`line 6: hours[0] "11-25": want FROM-UNTIL in whole hours, such as 11-23 or 19-7 (0 to 24), or one hour (0 to 23)`,
		`line 6: hours[1] 168: want hours of the week, 0 (Monday 00:00) to 167`,
		`line 7: objective "best": want one of expected_response, mean_response, coverage, expected_coverage, backup_coverage, benefit, worst_response, fewest_cars`,
		`line 8: demand "all": want total or suitable`,
		`line 9: driving "reckless": want normal or blue_light`,
		`line 10: busy .nan: want a number`,
		`line 11: per_site 9: want 1 to 8`,
		`line 12: time_limit 10: want a duration above 0, such as 10s or 2m`,
		`line 13: seed -1: want a whole number`,
		`line 14: worst_minutes 0.5: want more than 1 (the mobilisation delay), at most 120`,
		`line 15: fix "Infirmary": want a list`,
		`line 16: forbid[0] (a list): want text`,
		`line 17: at_most[0] with 2 parts of London: want one of cells, borough or sector`,
		`line 19: at_least[0].count 0: want 1 to 200`,
		`line 20: at_least[0].sector "north": want NCL, NEL, NWL, SEL or SWL`,
		`line 21: travel_times.factor 9: want 0.25 to 4`,
		`line 21: travel_times.source (none): want where the factor is from: it is shown as an assumption`,
		`line 22: cars for the second time: want each field once; line 3 has it`,
	}
	_, err := ReadScenario([]byte(text), "bad.yaml")
	if err == nil {
		t.Fatal("it was read")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
	for _, f := range Faults(err) {
		if f.Line == 0 || f.Field == "" || f.Value == "" || f.Want == "" {
			t.Errorf("%+v lacks something", f)
		}
	}
}

func TestReadScenarioRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"too large":             {strings.Repeat("#", MaxScenarioBytes+1), "at most 1048576 bytes"},
		"not text":              {"name: \xff", "UTF-8"},
		"not YAML":              {"cars: [1", "line 1: did not find expected ',' or ']'"},
		"a list":                {"- 1", "fields, such as cars: 6"},
		"two documents":         {"cars: 6\n---\ncars: 7", "a second document"},
		"anchors":               {"fix: &a [b]\nforbid: *a", "without & and *"},
		"nothing for a value":   {"cars:\nhours: 1", "leave the field out for its default"},
		"endless list":          {"fix: [" + strings.Repeat("a,", 6000) + "]", "at most 5000"},
		"a thousand mistakes":   {"fix: [" + strings.Repeat("[],", 1000) + "]", "902 more"},
		"busy for free cars":    {"cars: 6\nhours: 1\nobjective: mean_response\nbusy: 0.2", "line 4: busy 0.2: want none with"},
		"target without use":    {"cars: 6\nhours: 1\ntarget: {minutes: 15}", "none with the objective expected_response"},
		"no target":             {"cars: 6\nhours: 1\nobjective: coverage", "target.minutes (none)"},
		"rising benefit":        {"cars: 6\nhours: 1\nobjective: benefit\ntarget: {benefit: [{minutes: 1, benefit: 0},{minutes: 1, benefit: 1}]}", "a longer wait is worth no more"},
		"groups and sum":        {"cars: 6\nhours: 1\ngroups: [{name: a, count: 2}]", "2, the sum of the groups"},
		"nobody serves":         {"hours: 1\ngroups: [{name: a, count: 2, serves: [x]}]\ncall_kinds: [{name: x, share: 0.5}, {name: y, share: 0.5}]", `without a car for calls of the kind "y"`},
		"nobody at night":       {"hours: 0-24\ngroups: [{name: a, count: 2, hours: 7-23}]", "without a car for calls in NCL at Mon 00:00"},
		"nobody in the north":   {"hours: 1\ngroups: [{name: a, count: 2, sectors: [SEL, SWL]}]", "NCL"},
		"hours outside":         {"hours: 1-3\ngroups: [{name: a, count: 2, hours: 2-4}]", "among the scenario's"},
		"kinds without groups":  {"cars: 3\nhours: 1\ncall_kinds: [{name: x, share: 1}]", "groups that say"},
		"shares":                {"hours: 1\ngroups: [{name: a, count: 2}]\ncall_kinds: [{name: x, share: 0.5}]", "sum to 0.5"},
		"rule without a group":  {"hours: 1\ngroups: [{name: a, count: 2}]\nat_most: [{borough: x, count: 1}]", "whose cars count"},
		"worst and groups":      {"hours: 1\ngroups: [{name: a, count: 2}]\nobjective: worst_response", "not available with the objective worst_response"},
		"fewest and floors":     {"hours: 1\nat_least: [{sector: SEL, count: 2}]\nobjective: fewest_cars\ntarget: {minutes: 15}", "not available with the objective fewest_cars"},
		"fix with groups":       {"hours: 1\ngroups: [{name: a, count: 2}]\nfix: [Infirmary]", "in the group"},
		"centres that are none": {"cars: 6\nhours: 1\nfix_centres: [Infirmary]", "none where centres is 0"},
	} {
		_, err := ReadScenario([]byte(c.text), "file.yaml")
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v; want one that says %q", name, err, c.says)
		}
		if field := new(FieldError); !errors.As(err, &field) {
			t.Errorf("%s: %T", name, err)
		}
	}
}

// TestGivenBesideAFile: a field may be in the file or be given beside it, not both.
func TestGivenBesideAFile(t *testing.T) {
	s, err := ReadScenario([]byte("cars: 6\nhours: 1"), "f", Given{"fix", "--fix", "[a, b]"},
		Given{"objective", "--objective", "fewest_cars"}, Given{"target.minutes", "--within", "9"}, Given{"target.share", "--share", "0.9"})
	if err != nil || len(s.Fixed) != 2 || s.Cars != 6 || s.Target.Minutes != 9 || s.Target.Share != 0.9 {
		t.Errorf("%+v, %v", s, err)
	}
	_, err = ReadScenario([]byte("cars: 6\nhours: 1"), "f", Given{"cars", "--cars", "7"}, Given{"busy", "--busy", "7"})
	want := "--cars 7: want it left out: line 1 of the file says cars already\nbusy 7: want 0 to 0.95"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestExamplesAreScenarios(t *testing.T) {
	files, err := filepath.Glob("../docs/examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	for _, file := range files {
		if _, err := ReadScenario(must(os.ReadFile(file)), file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func FuzzReadScenario(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(`{"cars": 6, "hours": [1, 2], "busy": 1e-3}`))
	f.Add([]byte("a: &a [*a]\n? [x]: y\n<<: {cars: 3}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadScenario(text, "fuzz")
		if err != nil {
			if len(Faults(err)) == 0 {
				t.Fatalf("no field error: %v", err)
			}
			return
		}
		again, err := ReadScenario(must(s.Encode()), "again")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
