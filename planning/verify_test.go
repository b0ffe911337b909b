package planning

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/geo/route"
)

func TestVerifyAcceptsWhatSolveWrites(t *testing.T) {
	city := smallCity()
	for name, change := range map[string]func(*Scenario){
		"default":     func(*Scenario) {},
		"no centres":  func(s *Scenario) { s.Centres = 0 },
		"suitable":    func(s *Scenario) { s.Calls = SuitableCalls },
		"one car":     func(s *Scenario) { s.Cars = 1 },
		"all free":    func(s *Scenario) { s.Objective = MeanResponse },
		"busy given":  func(s *Scenario) { q := 0.3; s.Busy = &q },
		"blue light":  func(s *Scenario) { s.Driving = 1 },
		"every hour":  func(s *Scenario) { s.Hours = must(ParseHours("0-24", "mon-sun")) },
		"messy hours": func(s *Scenario) { s.Hours = append(hoursFrom(3, 5), 3, 166, 60) },
	} {
		s := daytime()
		change(&s)
		d, err := Solve(t.Context(), on(city), s, "", ignore)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := Verify(t.Context(), reread(t, d), on(city), "", ignore); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func reread(t testing.TB, d *Document) *Document {
	t.Helper()
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// scalar is one string, number or truth value of a document, and how to put another in its place.
type scalar struct {
	path  string
	value any
	set   func(any)
}

func scalars(path string, v any, set func(any), out []scalar) []scalar {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			out = scalars(path+"."+k, v[k], func(x any) { v[k] = x }, out)
		}
	case []any:
		for i := range v {
			out = scalars(fmt.Sprintf("%s[%d]", path, i), v[i], func(x any) { v[i] = x }, out)
		}
	default:
		out = append(out, scalar{path, v, set})
	}
	return out
}

func generic(t testing.TB, d *Document) map[string]any {
	t.Helper()
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// checkEdited decodes and verifies a document given as generic JSON.
func checkEdited(t testing.TB, tree map[string]any) error {
	t.Helper()
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Decode(bytes.NewReader(text))
	if err != nil {
		return err
	}
	city := smallCity()
	return Verify(t.Context(), d, on(city), "", ignore)
}

// edited returns other values of the same kind, from slips of the keyboard to the smallest change
// that a document can hold.
func edited(v any) []any {
	switch v := v.(type) {
	case bool:
		return []any{!v}
	case float64:
		return []any{v + 1, -v - 1, math.Nextafter(v, math.Inf(1)), v * 0.9}
	case string:
		out := []any{v + "x", "", strings.ToUpper(v), strings.Replace(v, "1", "2", 1)}
		if n := len(v); n > 8 {
			out = append(out, v[:n/2]+"A"+v[n/2+1:])
		}
		return out
	}
	return nil
}

var digits = regexp.MustCompile(`[0-9]+`)

// TestVerifyFailsOnAnyEdit changes the scalars of a plan, one at a time, in one of several ways.
func TestVerifyFailsOnAnyEdit(t *testing.T) {
	tree := generic(t, solved())
	if err := checkEdited(t, tree); err != nil {
		t.Fatalf("unedited: %v", err)
	}
	all := scalars("", tree, nil, nil)
	if len(all) < 200 {
		t.Fatalf("only %d scalars found", len(all))
	}
	seen := map[string]int{}
	for i, s := range all {
		// Of a list's entries two have each of their fields edited: the others are checked by the same code.
		alike := digits.ReplaceAllString(s.path, "")
		if seen[alike]++; seen[alike] > 2 {
			continue
		}
		ways := slices.DeleteFunc(edited(s.value), func(v any) bool { return v == s.value })
		for k := range min(1, len(ways)) {
			v := ways[(i+k)%len(ways)]
			s.set(v)
			if err := checkEdited(t, tree); err == nil {
				t.Errorf("%s changed from %v to %v: verified", s.path, s.value, v)
			}
		}
		s.set(s.value)
	}
}

// TestVerifyNamesTheField changes a value and gives the document a fresh digest, as someone would who
// wants it believed.
func TestVerifyNamesTheField(t *testing.T) {
	for field, edit := range map[string]func(*Document){
		"value":                               func(d *Document) { d.Value -= 5 },
		"bound":                               func(d *Document) { d.Bound += 1 },
		"gap":                                 func(d *Document) { d.Gap = 0.001 },
		"gap_in_words":                        func(d *Document) { d.GapInWords = GapInWords(0.5) },
		"by_borough[1].p90_s":                 func(d *Document) { d.ByBorough[1].P90Seconds -= 60 },
		"by_borough[0].within_15":             func(d *Document) { d.ByBorough[0].Within15 -= 0.01 },
		"all.nearest.mean_s":                  func(d *Document) { d.All.Nearest.MeanSeconds -= 1 },
		"comparisons[0].all.mean_s":           func(d *Document) { d.Comparisons[0].All.MeanSeconds += 60 },
		"cars[0].grid_ref":                    func(d *Document) { d.Cars[0].GridRef = "TQ 00000 00000" },
		"cars[2].place":                       func(d *Document) { d.Cars[2].Place = "Palace" },
		"cars[1].cell":                        func(d *Document) { d.Cars[1].Cell = "89195da49b7ffff" },
		"centres[0].lat":                      func(d *Document) { d.Centres[0].Lat += 0.01 },
		"inputs_sha256":                       func(d *Document) { d.InputsSHA256 = strings.Repeat("0", 64) },
		"data_sha256":                         func(d *Document) { d.DataSHA256 = "" },
		"network.name":                        func(d *Document) { d.Network.Name = "real roads" },
		"network.modelled_share":              func(d *Document) { d.Network.ModelledShare = 0 },
		"demand.source":                       func(d *Document) { d.Demand.Source = "fitted" },
		"assumptions[1].value":                func(d *Document) { d.Assumptions[1].Value = 0.5 },
		"limits":                              func(d *Document) { d.Limits = nil },
		"response.certificate.proof":          func(d *Document) { d.Response.Certificate.Proof = "AAAA" },
		"response.problem_sha256":             func(d *Document) { d.Response.Problem = strings.Repeat("ab", 32) },
		"conveyance.certificate.value":        func(d *Document) { d.Conveyance.Certificate.Value *= 0.9 },
		"response.problem_sha256 or scenario": func(d *Document) { d.Busy = 0.3 },
		"busy: 0.4901 is no busy":             func(d *Document) { d.Busy = 0.4901 },
		"workloads: there must":               func(d *Document) { d.Workloads = nil },
		"workloads.busy":                      func(d *Document) { d.Workloads.Busy -= 0.01 },
		"workloads.settled":                   func(d *Document) { d.Workloads.Settled = !d.Workloads.Settled },
		"workloads.rounds":                    func(d *Document) { d.Workloads.Rounds = 0 },
		"workloads.exact.lost":                func(d *Document) { d.Workloads.Exact.Lost = 0 },
		"workloads.cars[1]":                   func(d *Document) { d.Workloads.Cars[1] += 0.01 },
		"workloads.periods[0].lost":           func(d *Document) { d.Workloads.Periods[0].Lost = 0 },
		"hours_in_words":                      func(d *Document) { d.HoursInWords = "always" },
		"scenario":                            func(d *Document) { d.Scenario.Hours = d.Scenario.Hours[1:] },
		"driving":                             func(d *Document) { d.Scenario.Driving = 9 },
		"hours":                               func(d *Document) { d.Scenario.Hours[0] = 200 },
		"comparisons: document has 1":         func(d *Document) { d.Comparisons = d.Comparisons[:1] },
	} {
		d := reread(t, solved())
		edit(d)
		d.SHA256 = d.digest()
		city := smallCity()
		err := Verify(t.Context(), d, on(city), "", ignore)
		if !errors.Is(err, ErrEdited) && !errors.Is(err, ErrOtherInputs) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s edited: error %v", field, err)
		}
	}
}

func TestVerifyKnowsAnotherNetwork(t *testing.T) {
	city := smallCity()
	other := &route.Network{Name: "other", Graph: city.Network.Graph, Snapper: city.Network.Snapper, Hash: [32]byte{9}}
	if err := Verify(t.Context(), solved(), Basis{city, other, on(city).Demand}, "", ignore); !errors.Is(err, ErrOtherInputs) {
		t.Errorf("error %v, want %v", err, ErrOtherInputs)
	}
}

// TestVerifyKnowsOtherCalls: a plan made for other expected calls is refused before anything is computed.
func TestVerifyKnowsOtherCalls(t *testing.T) {
	city := *smallCity()
	week := *city.Prior
	week.Rate = slices.Clone(week.Rate)
	week.Source, week.Rate[40] = "learnt", week.Rate[40]*1.001
	city.Prior = &week
	basis := on(&city)
	err := Verify(t.Context(), solved(), basis, "", ignore)
	if !errors.Is(err, ErrOtherInputs) || !strings.Contains(err.Error(), "demand.sha256") || !strings.Contains(err.Error(), "(learnt)") {
		t.Errorf("error %v, want %v that names demand.sha256 and both sources", err, ErrOtherInputs)
	}
}

// TestPlanForSuitableCalls: half of the calls keep half of the weight, the document names the rules, and
// other rules are refused.
func TestPlanForSuitableCalls(t *testing.T) {
	basis, s := on(smallCity()), daytime()
	s.Calls = SuitableCalls
	d, err := Solve(t.Context(), basis, s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	all := solved()
	nearlyEqual(t, "calls an hour", d.Demand.CallsPerHour, all.Demand.CallsPerHour/2, 1e-5)
	nearlyEqual(t, "all calls an hour", d.Demand.TotalPerHour, all.Demand.TotalPerHour, 0)
	nearlyEqual(t, "offered load", d.Demand.OfferedLoad, d.Demand.CallsPerHour*CycleHours, 1e-5)
	if d.Demand.Rules == nil || d.Demand.Rules.Name != "made up" || all.Demand.Rules != nil || d.Scenario.Calls != SuitableCalls {
		t.Errorf("rules %+v and %+v", d.Demand.Rules, all.Demand.Rules)
	}
	basis.Demand = NewDemand(smallBaseline(smallCity()), smallRules(0.6), suitability.Attended)
	if err := Verify(t.Context(), d, basis, "", ignore); !errors.Is(err, ErrOtherInputs) || !strings.Contains(err.Error(), "demand.rules") {
		t.Errorf("other rules: error %v", err)
	}
}

// TestDiffNamesEveryEdit edits numbers of a document by more than the tolerance.
func TestDiffNamesEveryEdit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := copyOf(solved()), copyOf(solved())
		i := rapid.IntRange(0, len(b.ByBorough)-1).Draw(t, "borough")
		by := rapid.Float64Range(0.0021, 1e6).Draw(t, "seconds")
		b.ByBorough[i].Nearest.P90Seconds += by
		got, err := diff(a, b)
		if err != nil || len(got) != 1 || !strings.HasPrefix(got[0], fmt.Sprintf("by_borough[%d].nearest.p90_s: ", i)) {
			t.Fatalf("%v, %v", got, err)
		}
	})
}

func copyOf(d *Document) *Document {
	text := must(json.Marshal(d))
	return must(Decode(bytes.NewReader(text)))
}
