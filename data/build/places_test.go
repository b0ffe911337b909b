package build

import (
	"testing"

	"github.com/nearside-ems/nearside/data"
	"github.com/paulmach/orb"
)

func TestMentalHealthSiteIsVerifiedByAPageAboutThePlace(t *testing.T) {
	for _, tc := range []struct {
		kind, evidence string
		want           data.Kind
		verified       bool
	}{
		{"HBPoS", "oxleas.nhs.uk/news/2021/6/health-based-place-of-safety", data.PlaceOfSafety, true},
		{"HBPoS", "general knowledge, NOT verified in a source here", data.PlaceOfSafety, false},
		{"crisis assessment", "nelft.nhs.uk news 15675; SITE ASSUMED to be Goodmayes Hospital", data.CrisisAssessment, false},
		{"secure mental health", "general knowledge, NOT verified in a source here", data.SecureUnit, false},
	} {
		p, err := mentalHealthSite(map[string]string{"name": "X", "type": tc.kind, "evidence": tc.evidence})
		if err != nil || p.Kind != tc.want || p.Verified != tc.verified {
			t.Errorf("%s, %q: %q, verified %v, %v; want %q, %v", tc.kind, tc.evidence, p.Kind, p.Verified, err, tc.want, tc.verified)
		}
	}
	if _, err := mentalHealthSite(map[string]string{"type": "spa"}); err == nil {
		t.Error("an unknown type was accepted")
	}
}

func TestClosed(t *testing.T) {
	for evidence, want := range map[string]bool{
		"wards closed 2020; OSM 2018":         true,
		"closed/relocated since; OSM 2018":    true,
		"moved to Highgate East 2024":         true,
		"OSM 2018; may have closed since":     false,
		"temporary female suite 2016":         false,
		"24/7, 6 rooms; open since 2016":      false,
		"coordinate = adjacent King George H": false,
	} {
		if got := closed(evidence); got != want {
			t.Errorf("%q: closed is %v, want %v", evidence, got, want)
		}
	}
}

// TestOncePerSite: mental-health sites always stay, a second hospital goes, and one open place of a
// site is the candidate.
func TestOncePerSite(t *testing.T) {
	here, there := orb.Point{-0.1, 51.5}, orb.Point{-0.11, 51.5} // 690 m apart
	kept, dropped := oncePerSite([]data.Place{
		{Name: "ED", Kind: data.EmergencyDepartment, Point: here},
		{Name: "suite", Kind: data.PlaceOfSafety, Point: here},
		{Name: "old ward", Kind: data.MentalHealthWard, Point: there, Evidence: "wards closed 2020"},
		{Name: "the ED's hospital", Kind: data.Hospital, Point: here},
		{Name: "fire", Kind: data.FireStation, Point: there},
		{Name: "fire again", Kind: data.FireStation, Point: there},
		{Name: "police", Kind: data.PoliceStation, Point: there},
	})
	want := map[string]bool{"ED": true, "suite": false, "old ward": false, "fire": true, "police": false}
	if len(kept) != len(want) || dropped != 2 {
		t.Errorf("kept %d and dropped %d, want %d and 2", len(kept), dropped, len(want))
	}
	for _, p := range kept {
		if candidate, ok := want[p.Name]; !ok || p.Candidate != candidate {
			t.Errorf("%s is kept with candidate %v, want %v", p.Name, p.Candidate, want)
		}
	}
}
