package suitability

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Format is the version of the rules' layout.
const Format = 1

// MaxRules is how many rules there can be, the last one included.
const MaxRules = 1000

// Rules say how many of the calls of a kind suit. The first rule that matches decides.
type Rules struct {
	Format int    `json:"format"`
	Name   string `json:"name"`
	// FaceToFace is the part of calls that need somebody to come at all, by what the calls are counts of.
	FaceToFace FaceToFace `json:"face_to_face"`
	Rules      []Rule     `json:"rules"`
	// Otherwise is for calls that no rule matches. It has no category, channel or flag.
	Otherwise Rule `json:"otherwise"`
	// Hours and Helps are for the assessment of one call: when cars run, and what each help is. Without
	// Hours cars run at all times.
	Hours *Hours     `json:"hours,omitempty"`
	Helps []HelpRule `json:"helps,omitempty"`
}

// FaceToFace is decided with the nurse in the control room. Of calls that were attended, all needed it.
type FaceToFace struct {
	Coded    float64 `json:"coded"`    // share of calls coded as mental health
	Attended float64 `json:"attended"` // share of calls attended
	// Needed and NotNeeded are patterns of the flags by which staff say what was decided.
	Needed    []string `json:"needed,omitempty"`
	NotNeeded []string `json:"not_needed,omitempty"`
	Reason    string   `json:"reason"`
	demand.Stated
}

// Rule is the share of the calls of some kinds that suit.
type Rule struct {
	Name string `json:"name"`
	// Category and Channel are patterns of which one has to match the whole of a call's, in either case;
	// * stands for any signs, or none. An empty list matches all.
	Category []string `json:"category,omitempty"`
	Channel  []string `json:"channel,omitempty"`
	// Flags are patterns of what staff know of a call, of which one has to match one of its flags. Counts
	// of calls have no flags, so that a rule with some decides on single calls only.
	Flags  []string `json:"flags,omitempty"`
	Share  float64  `json:"share"`
	Help   Help     `json:"help,omitempty"` // that a single call leads to; empty: a car where share is above 0
	Reason string   `json:"reason"`
	demand.Stated
}

// Basis is what calls are counts of.
type Basis string

// Bases of counts.
const (
	Attended Basis = "attended" // calls to which a crew went; the shipped prior's are
	Coded    Basis = "coded"    // calls coded as mental health, whether or not somebody went
)

// Read decodes and validates rules.
func Read(r io.Reader) (*Rules, error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	var rules Rules
	if err := d.Decode(&rules); err != nil {
		return nil, fmt.Errorf("suitability: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("suitability: something follows the rules; want one JSON object")
	}
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("suitability: %w", err)
	}
	return &rules, nil
}

// Validate returns all that is wrong with the rules, joined.
func (r *Rules) Validate() error {
	var errs []error
	wrong := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(r.Format == Format, "format is %d; this version reads %d", r.Format, Format)
	wrong(r.Name != "", "name is empty")
	wrong(isShare(r.FaceToFace.Coded), "face_to_face.coded is %v; want 0 to 1", r.FaceToFace.Coded)
	wrong(isShare(r.FaceToFace.Attended), "face_to_face.attended is %v; want 0 to 1", r.FaceToFace.Attended)
	wrong(r.FaceToFace.Reason != "", "face_to_face has no reason")
	if err := r.FaceToFace.Check(); err != nil {
		errs = append(errs, fmt.Errorf("face_to_face: %w", err))
	}
	wrong(len(r.Rules) < MaxRules, "%d rules; want %d at most", len(r.Rules), MaxRules-1)
	seen := make(map[string]bool)
	for i := range r.Rules {
		rule := &r.Rules[i]
		wrong(!seen[rule.Name], "rule %d (%s): a rule of this name stands above", i+1, rule.Name)
		wrong(len(rule.Category)+len(rule.Channel)+len(rule.Flags) > 0, "rule %d (%s): neither category nor channel nor flags: it would match every call; that is what otherwise is for", i+1, rule.Name)
		seen[rule.Name] = true
		if err := rule.validate(); err != nil {
			errs = append(errs, fmt.Errorf("rule %d (%s): %w", i+1, rule.Name, err))
		}
	}
	wrong(len(r.Otherwise.Category)+len(r.Otherwise.Channel)+len(r.Otherwise.Flags) == 0, "otherwise: a category or channel or flags; want none")
	errs = append(errs, r.checkHelp())
	if err := r.Otherwise.validate(); err != nil {
		errs = append(errs, fmt.Errorf("otherwise: %w", err))
	}
	return errors.Join(errs...)
}

func (r *Rule) validate() error {
	var errs []error
	if r.Name == "" {
		errs = append(errs, errors.New("no name"))
	}
	if r.Reason == "" {
		errs = append(errs, errors.New("no reason"))
	}
	if !isShare(r.Share) {
		errs = append(errs, fmt.Errorf("share is %v; want 0 to 1", r.Share))
	}
	errs = append(errs, checkPatterns(r.Category, r.Channel, r.Flags), r.Help.check())
	return errors.Join(append(errs, r.Check())...)
}

func checkPatterns(lists ...[]string) error {
	var errs []error
	for _, p := range slices.Concat(lists...) {
		if p != strings.TrimSpace(p) || len(p) > calls.MaxLabel {
			errs = append(errs, fmt.Errorf("pattern %q: want no space around it and %d bytes at most", p, calls.MaxLabel))
		}
	}
	return errors.Join(errs...)
}

// checkHelp returns what is wrong with Hours, Helps and the flags of FaceToFace.
func (r *Rules) checkHelp() error {
	errs := []error{checkPatterns(r.FaceToFace.Needed, r.FaceToFace.NotNeeded)}
	wrong := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if h := r.Hours; h != nil {
		wrong(h.From >= 0 && h.From < h.To && h.To <= 24, "hours: from %d to %d; want 0 ≤ from < to ≤ 24", h.From, h.To)
		wrong(h.Help != "" && h.Help != JointResponseCar, "hours: help %q; want another than a car outside them", h.Help)
		wrong(h.Reason != "", "hours: no reason")
		errs = append(errs, within("hours", errors.Join(h.Help.check(), h.Check())))
	}
	seen := map[Help]bool{}
	for i, h := range r.Helps {
		wrong(h.Help != "" && !seen[h.Help], "helps %d: help %q; want each once", i+1, h.Help)
		wrong(h.Reason != "", "helps %d: no reason", i+1)
		seen[h.Help] = true
		errs = append(errs, within(fmt.Sprintf("helps %d", i+1), errors.Join(h.Help.check(), h.Check())))
	}
	return errors.Join(errs...)
}

func within(where string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", where, err)
}

func (h Help) check() error {
	switch h {
	case "", JointResponseCar, Ambulance, HubNurse, PoliceAdviceLine:
		return nil
	default:
		return fmt.Errorf("help %q; want %q, %q, %q or %q", h, JointResponseCar, Ambulance, HubNurse, PoliceAdviceLine)
	}
}

func isShare(x float64) bool { return x >= 0 && x <= 1 }

// find returns the first rule that matches a call, or Otherwise.
func (r *Rules) find(k calls.Kind, flags []string) *Rule {
	if i := slices.IndexFunc(r.Rules, func(rule Rule) bool { return rule.matches(k, flags) }); i >= 0 {
		return &r.Rules[i]
	}
	return &r.Otherwise
}

// matches reports whether the rule is about calls of a kind with some flags.
func (r *Rule) matches(k calls.Kind, flags []string) bool {
	return anyMatches(r.Category, k.Category) && anyMatches(r.Channel, k.Channel) && (len(r.Flags) == 0 || anyFlag(r.Flags, flags))
}

func anyMatches(patterns []string, text string) bool {
	text = strings.ToLower(text)
	for _, p := range patterns {
		if matches(strings.ToLower(p), text) {
			return true
		}
	}
	return len(patterns) == 0
}

// matches reports whether a pattern matches a whole text. What stands between stars is found greedily
// from the left, which is right since a star takes any signs.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return true
}
