package data

import (
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/suitability"
)

// TestShippedRulesOfSuitability: what is published is said to be, nothing else is, and the prior, whose
// calls were attended and are of no known kind, suits as a whole.
func TestShippedRulesOfSuitability(t *testing.T) {
	r := loaded(t).Suitability
	for text, want := range map[string]struct {
		rule   string
		origin demand.Origin
		share  float64
	}{
		"Overdose/Poisoning":             {"overdose", demand.Published, 0},
		"Self-poisoning":                 {"poisoning", demand.Assumption, 0},
		"Patient sectioned":              {"sectioned", demand.Published, 0},
		"Section 136":                    {"section 136", demand.Assumption, 0},
		"Category 1":                     {"danger to life", demand.Assumption, 0},
		"Category 2":                     {"otherwise", demand.Assumption, 1},
		"Suicidal thoughts":              {"otherwise", demand.Assumption, 1},
		"Behavioural emergency, violent": {"violence", demand.Assumption, 0},
		"":                               {"otherwise", demand.Assumption, 1},
	} {
		v := r.Of(calls.Kind{Category: text, Channel: "999"}, suitability.Attended)
		if v.Rule.Name != want.rule || v.Rule.Origin != want.origin || v.Share != want.share {
			t.Errorf("%q: %v by %s (%s)", text, v.Share, v.Rule.Name, v.Rule.Origin)
		}
	}
	if v := r.Of(calls.Kind{Category: "crisis"}, suitability.Coded); v.Share != 0.6447 || r.FaceToFace.Origin != demand.Measured {
		t.Errorf("coded calls: %v, %s; 100,871 of 156,471 is 0.6447", v.Share, r.FaceToFace.Origin)
	}
}

// TestShippedHelp: every rule leads to a help that is described, to places that there are; exclusions lead
// to no car.
func TestShippedHelp(t *testing.T) {
	r := loaded(t).Suitability
	described := map[suitability.Help]bool{}
	for _, h := range r.Helps {
		described[h.Help] = true
		for _, p := range h.Places {
			if !slices.Contains(Kinds, Kind(p)) {
				t.Errorf("%s leads to %q, want a kind of places.csv", h.Help, p)
			}
		}
	}
	for _, rule := range append(r.Rules, r.Otherwise) {
		if !described[rule.Help] || (rule.Help == suitability.JointResponseCar) != (rule.Share > 0) {
			t.Errorf("%s (share %v) leads to %q", rule.Name, rule.Share, rule.Help)
		}
	}
	for flag, want := range map[string]suitability.Help{
		"immediate-danger": suitability.Ambulance, "overdose": suitability.Ambulance, "sectioned": suitability.Ambulance,
		"section-136": suitability.PoliceAdviceLine, "no-face-to-face": suitability.HubNurse, "face-to-face": suitability.JointResponseCar,
	} {
		a := r.Assess(suitability.Call{Kind: calls.Kind{Category: "crisis", Channel: "999"}, Flags: []string{flag}, Hour: 15})
		if a.Help != want || !r.KnowsFlag(flag) {
			t.Errorf("%s: %q, want %q", flag, a.Help, want)
		}
	}
	if h := r.Hours; h.From != 11 || h.To != 23 || h.Origin != demand.Published {
		t.Errorf("hours %+v; published are 11:00 to 23:00", h)
	}
}
