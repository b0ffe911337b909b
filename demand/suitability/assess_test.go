package suitability

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// helpful are rules with all that an assessment looks at.
func helpful() *Rules {
	overdose, danger, line := rule("overdose", 0, []string{"*overdose*"}, nil), rule("danger", 0, nil, nil), rule("line", 0, nil, []string{"police"})
	overdose.Help, danger.Help, line.Help = Ambulance, Ambulance, PoliceAdviceLine
	danger.Flags = []string{"immediate-*"}
	mute := rule("mute", 0, []string{"mute"}, nil)
	some := rule("some", 0.3, []string{"some"}, nil)
	r := rules(danger, overdose, line, mute, some)
	r.FaceToFace.Needed, r.FaceToFace.NotNeeded = []string{"come"}, []string{"stay"}
	r.Hours = &Hours{From: 11, To: 23, Help: HubNurse, Reason: "by day", Stated: assumed}
	r.Helps = []HelpRule{{Help: Ambulance, Places: []string{"emergency department"}, Reason: "usual care", Stated: assumed}}
	return r
}

func TestAssess(t *testing.T) {
	r := helpful()
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	kind := func(category string) calls.Kind { return calls.Kind{Category: category, Channel: "999"} }
	for name, c := range map[string]struct {
		call  Call
		help  Help
		nurse bool
		by    string // names of the rules that are told, in order
	}{
		"a car, once the nurse agrees": {Call{Kind: kind("crisis"), Hour: 12}, JointResponseCar, true, "otherwise, face-to-face need"},
		"decided: come":                {Call{Kind: kind("crisis"), Hour: 12, Flags: []string{"COME"}}, JointResponseCar, false, "otherwise, face-to-face need"},
		"decided: stay":                {Call{Kind: kind("crisis"), Hour: 12, Flags: []string{"stay"}}, HubNurse, false, "otherwise, face-to-face need"},
		"decided both ways":            {Call{Kind: kind("crisis"), Hour: 12, Flags: []string{"stay", "come"}}, JointResponseCar, true, "otherwise, face-to-face need"},
		"excluded":                     {Call{Kind: kind("Overdose, awake"), Hour: 12, Flags: []string{"come"}}, Ambulance, false, "overdose, ambulance"},
		"flagged":                      {Call{Kind: kind("crisis"), Hour: 12, Flags: []string{"Immediate-Danger"}}, Ambulance, false, "danger, ambulance"},
		"the first rule decides":       {Call{Kind: kind("overdose"), Hour: 12, Flags: []string{"immediate-danger"}}, Ambulance, false, "danger, ambulance"},
		"police":                       {Call{Kind: calls.Kind{Category: "crisis", Channel: "police"}, Hour: 3}, PoliceAdviceLine, false, "line"},
		"before the hours":             {Call{Kind: kind("crisis"), Hour: 10}, HubNurse, true, "otherwise, face-to-face need, hours"},
		"at their start":               {Call{Kind: kind("crisis"), Hour: 11}, JointResponseCar, true, "otherwise, face-to-face need"},
		"at their end":                 {Call{Kind: kind("crisis"), Hour: 23}, HubNurse, true, "otherwise, face-to-face need, hours"},
		"a late shift":                 {Call{Kind: kind("crisis"), Hour: 23, Shifts: SomeOnDuty}, JointResponseCar, true, "otherwise, face-to-face need, hours"},
		"nobody on shift":              {Call{Kind: kind("crisis"), Hour: 12, Shifts: NoneOnDuty, Flags: []string{"come"}}, HubNurse, true, "otherwise, face-to-face need, hours"},
		"excluded at night":            {Call{Kind: kind("overdose"), Hour: 2, Shifts: NoneOnDuty}, Ambulance, false, "overdose, ambulance"},
		"unnamed":                      {Call{Hour: 12}, JointResponseCar, true, "otherwise, face-to-face need, no category"},
		"a share of them":              {Call{Kind: kind("some"), Hour: 12}, JointResponseCar, true, "some, face-to-face need"},
		"a rule that does not say":     {Call{Kind: kind("mute"), Hour: 12}, "", false, "mute, mute"},
	} {
		a := r.Assess(c.call)
		var by []string
		for _, s := range a.Reasons {
			by = append(by, s.Rule)
			if s.Text == "" || s.Origin == "" || s.Source == "" {
				t.Errorf("%s: a reason without text, origin or source: %+v", name, s)
			}
		}
		if got := strings.Join(by, ", "); a.Help != c.help || a.NeedsNurse != c.nurse || got != c.by || a.Rule.Name != by[0] {
			t.Errorf("%s: %q, nurse %v, by %s; want %q, %v, %s", name, a.Help, a.NeedsNurse, got, c.help, c.nurse, c.by)
		}
	}
	if p := r.Places(Ambulance); !slices.Equal(p, []string{"emergency department"}) || r.Places(HubNurse) != nil {
		t.Errorf("places %v", p)
	}
	if got := r.Flags(); !slices.Equal(got, []string{"come", "immediate-*", "stay"}) || !r.KnowsFlag("immediate-death") || r.KnowsFlag("imediate-danger") {
		t.Errorf("flags %v", got)
	}
}

// TestCountsSeeNoFlags: a rule with flags changes no share.
func TestCountsSeeNoFlags(t *testing.T) {
	r := helpful()
	plain := *r
	plain.Rules = r.Rules[1:]
	words := rapid.SampledFrom([]string{"", "crisis", "overdose", "police", "some"})
	rapid.Check(t, func(t *rapid.T) {
		k := calls.Kind{Category: words.Draw(t, "category"), Channel: words.Draw(t, "channel")}
		if a, b := r.Of(k, Attended), plain.Of(k, Attended); a.Share != b.Share || a.Rule.Name != b.Rule.Name {
			t.Fatalf("%v: %v by %s, want %v by %s", k, a.Share, a.Rule.Name, b.Share, b.Rule.Name)
		}
		// Where a call leads to a car without flags, some of its kind suit; where none does, it leads to none.
		if a := r.Assess(Call{Kind: k, Hour: 12}); (a.Help == JointResponseCar) != (r.Of(k, Attended).Share > 0) {
			t.Fatalf("%v: %q of a share of %v", k, a.Help, r.Of(k, Attended).Share)
		}
	})
}

func TestValidateNamesWhatIsWrongWithHelp(t *testing.T) {
	r := helpful()
	r.Rules[0].Help, r.Rules[0].Flags = "taxi", []string{" x"}
	r.Otherwise.Flags = []string{"x"}
	r.FaceToFace.Needed = []string{"y "}
	r.Hours = &Hours{From: 23, To: 11, Help: JointResponseCar}
	r.Helps = append(r.Helps, r.Helps[0], HelpRule{Help: "bus", Stated: demand.Stated{Origin: "hearsay"}})
	err := r.Validate()
	for _, want := range []string{
		`rule 1 (danger): pattern " x"`, `help "taxi"; want`, "otherwise: a category or channel or flags", `pattern "y "`, "hours: from 23 to 11",
		`hours: help "joint-response car"; want another`, "hours: no reason", "hours: origin", `helps 2: help "ambulance"; want each once`,
		`helps 3: help "bus"`, "helps 3: no reason", `origin "hearsay"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}
