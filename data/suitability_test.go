package data

import (
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
