package suitability

import (
	"bytes"
	"encoding/json"
	"math"
	"path"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"pgregory.net/rapid"
)

var assumed = demand.Stated{Origin: demand.Assumption, Source: "made up for tests"}

func rules(list ...Rule) *Rules {
	return &Rules{
		Format: Format, Name: "test",
		FaceToFace: FaceToFace{Coded: 0.5, Attended: 1, Reason: "half", Stated: assumed},
		Rules:      list,
		Otherwise:  Rule{Name: "otherwise", Share: 1, Reason: "the rest", Stated: assumed},
	}
}

func rule(name string, share float64, category, channel []string) Rule {
	return Rule{Name: name, Category: category, Channel: channel, Share: share, Reason: "why", Stated: assumed}
}

func TestFirstMatchWins(t *testing.T) {
	r := rules(rule("overdose", 0, []string{"*Overdose*"}, nil), rule("police", 0.25, nil, []string{"POLICE"}), rule("both", 0.75, []string{"welfare", "worry"}, []string{"111*"}))
	for _, c := range []struct {
		kind calls.Kind
		name string
		want float64
	}{
		{calls.Kind{Category: "Suspected OVERDOSE", Channel: "police"}, "overdose", 0},
		{calls.Kind{Category: "crisis", Channel: "Police"}, "police", 0.25},
		{calls.Kind{Category: "Worry", Channel: "111 option 2"}, "both", 0.75},
		{calls.Kind{Category: "Worry", Channel: "999"}, "otherwise", 1},
		{calls.Kind{}, "otherwise", 1},
	} {
		if v := r.Of(c.kind, Attended); v.Rule.Name != c.name || v.Share != c.want {
			t.Errorf("%v: %v by %s", c.kind, v.Share, v.Rule.Name)
		}
		if v := r.Of(c.kind, Coded); v.Share != c.want/2 {
			t.Errorf("%v coded: %v, want half of %v", c.kind, v.Share, c.want)
		}
	}
}

// TestPatternsAgainstPathMatch: patterns mean what they mean elsewhere.
func TestPatternsAgainstPathMatch(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("ab**")), 0, 6, -1)
	texts := rapid.StringOfN(rapid.RuneFrom([]rune("ab")), 0, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		p := letters.Draw(t, "pattern")
		for range 20 {
			s := texts.Draw(t, "text")
			if want, err := path.Match(p, s); err != nil || matches(p, s) != want {
				t.Fatalf("%q on %q: %v, want %v (%v)", p, s, matches(p, s), want, err)
			}
		}
	})
}

// TestSplitAddsUp: parts and rules have all calls, and the suitable ones, once.
func TestSplitAddsUp(t *testing.T) {
	words := rapid.SampledFrom([]string{"", "crisis", "overdose", "welfare"})
	rapid.Check(t, func(t *rapid.T) {
		var mix []Part
		for range rapid.IntRange(0, 8).Draw(t, "parts") {
			mix = append(mix, Part{calls.Kind{Category: words.Draw(t, "category"), Channel: words.Draw(t, "channel")}, rapid.Float64Range(0, 1000).Draw(t, "calls")})
		}
		r := rules(rule("a", 0, []string{"overdose"}, nil), rule("b", 0.3, nil, []string{"w*"}), rule("c", 0.8, []string{""}, []string{"c*", ""}))
		s := r.Split(mix, Coded)
		var parts, suitable, byRule, bySuitable float64
		for i, p := range s.Parts {
			parts += mix[i].Calls
			suitable += p.Calls * p.Share
		}
		for _, of := range s.ByRule {
			byRule += of.Calls
			bySuitable += of.Suitable
		}
		for _, pair := range [][2]float64{{s.Calls, parts}, {s.Suitable, suitable}, {byRule, parts}, {bySuitable, suitable}} {
			if math.Abs(pair[0]-pair[1]) > 1e-9 {
				t.Fatalf("%+v: %v, want %v", s, pair[0], pair[1])
			}
		}
		if s.Suitable > s.Calls*0.5+1e-9 || s.Share() > 0.5+1e-12 {
			t.Fatalf("more than half suit: %v", s.Share())
		}
	})
}

// TestCompareSaysWhatAChangeDoes: what is gained is the sum of the changes, and nothing between equals.
func TestCompareSaysWhatAChangeDoes(t *testing.T) {
	before := rules(rule("police", 0.25, nil, []string{"police"}))
	after := rules(rule("police", 0.75, nil, []string{"police"}), rule("welfare", 0, []string{"welfare"}, nil))
	mix := []Part{{calls.Kind{Category: "welfare", Channel: "999"}, 10}, {calls.Kind{Category: "crisis", Channel: "police"}, 100}, {calls.Kind{Category: "crisis", Channel: "999"}, 1000}}
	c := Compare(before, after, mix, Attended)
	if c.Gained() != 40 || len(c.Changes) != 2 || c.Changes[0].Gained() != 50 || c.Changes[1].Gained() != -10 || c.Changes[1].After.Rule.Name != "welfare" {
		t.Errorf("%v gained by %+v", c.Gained(), c.Changes)
	}
	if c := Compare(after, after, mix, Attended); c.Gained() != 0 || len(c.Changes) != 0 {
		t.Errorf("equal rules differ: %+v", c)
	}
}

func TestMixOfCounts(t *testing.T) {
	h := &calls.History{Kind: []uint8{1, 0, 1}, Kinds: []calls.Kind{{Category: "a"}, {Category: "b"}}}
	if m := MixOf(h); len(m) != 2 || m[0].Calls != 1 || m[1] != (Part{calls.Kind{Category: "b"}, 2}) {
		t.Errorf("mix %v", m)
	}
}

func TestValidateNamesAllThatIsWrong(t *testing.T) {
	r := rules(rule("a", 2, []string{"x"}, nil), rule("a", 0, nil, nil), rule("", math.NaN(), []string{" y"}, nil))
	r.Format, r.Name = 7, ""
	r.FaceToFace = FaceToFace{Coded: -1, Attended: 3}
	r.Rules[0].Source, r.Rules[0].Reason = "", ""
	r.Otherwise.Channel, r.Otherwise.Origin = []string{"999"}, "hearsay"
	err := r.Validate()
	for _, want := range []string{
		"format is 7", "name is empty", "face_to_face.coded is -1", "face_to_face.attended is 3", "face_to_face has no reason", "face_to_face: origin",
		"rule 1 (a): no reason", "share is 2", "no source", "rule 2 (a): a rule of this name", "rule 2 (a): neither category nor channel",
		"rule 3 (): no name", "share is NaN", `pattern " y"`, "otherwise: a category or channel", `otherwise: origin "hearsay"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if err := rules().Validate(); err != nil {
		t.Errorf("good rules: %v", err)
	}
}

// FuzzRead: whatever is taken gives shares, and reads back as it was.
func FuzzRead(f *testing.F) {
	b, err := json.Marshal(rules(rule("police", 0.25, nil, []string{"police*"})))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, "crisis", "Police")
	f.Add(append(b, b...), "", "")
	if b, err = json.Marshal(helpful()); err != nil {
		f.Fatal(err)
	}
	f.Add(b, "overdose", "Police")
	f.Add([]byte(`{"format":1}`), "*", "a*b")
	f.Fuzz(func(t *testing.T, b []byte, category, channel string) {
		r, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		if v := r.Of(calls.Kind{Category: category, Channel: channel}, Coded); !isShare(v.Share) || v.Rule == nil {
			t.Errorf("verdict %+v", v)
		}
		if a := r.Assess(Call{Kind: calls.Kind{Category: category, Channel: channel}, Flags: []string{channel}}); a.Rule == nil || len(a.Reasons) == 0 {
			t.Errorf("assessment %+v", a)
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(bytes.NewReader(again)); err != nil {
			t.Errorf("written again as %s: %v", again, err)
		}
	})
}
