package suitability

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Help is what a call leads to.
type Help string

// Kinds of help.
const (
	JointResponseCar Help = "joint-response car"
	Ambulance        Help = "ambulance"
	HubNurse         Help = "hub nurse"          // a mental-health nurse in the control room, by telephone
	PoliceAdviceLine Help = "police advice line" // for officers who consider section 136
)

// HelpRule describes one kind of help.
type HelpRule struct {
	Help Help `json:"help"`
	// Places are the kinds of places that a patient is taken to by it; empty: any that receives patients.
	Places []string `json:"places,omitempty"`
	Reason string   `json:"reason"`
	demand.Stated
}

// Hours are when cars run where no shifts say otherwise.
type Hours struct {
	From int `json:"from"` // hour of the day, Europe/London
	To   int `json:"to"`   // not part of it; 24: midnight
	// Help is what a call leads to outside the hours that would lead to a car inside them.
	Help   Help   `json:"help"`
	Reason string `json:"reason"`
	demand.Stated
}

// Shifts is what the shifts of cars say of a moment.
type Shifts uint8

// What shifts say.
const (
	NotKept    Shifts = iota // nothing: not all cars have shifts, and none that has is on
	SomeOnDuty               // at least one car's shift covers the moment
	NoneOnDuty               // every car has shifts, and none covers the moment
)

// Call is one call, as far as is known.
type Call struct {
	calls.Kind
	Flags  []string // what staff know of it, in the words of the rules, such as "overdose"
	Hour   int      // of the day, 0 to 23, Europe/London
	Shifts Shifts
}

// Assessment is what the rules suggest for a call. It is advice: staff decide.
type Assessment struct {
	Help    Help   // empty where the rule does not say
	Rule    *Rule  // that decided: one of the rules, or Otherwise
	Reasons []Said // the first decided
	// NeedsNurse tells that whether somebody has to come is to be decided with the nurse in the control
	// room first.
	NeedsNurse bool
}

// Said is one reason, with where it comes from.
type Said struct{ Rule, Text, Origin, Source string }

func said(rule, text string, from demand.Stated) Said {
	return Said{rule, text, string(from.Origin), from.Source}
}

// Assess says which kind of help the rules suggest for a call, and why. The first rule that matches
// decides. A call for a car is one for the nurse first, unless staff have flagged what was decided with
// her, and one for a car only while cars run.
func (r *Rules) Assess(c Call) Assessment {
	rule := r.find(c.Kind, c.Flags)
	a := Assessment{Rule: rule, Help: rule.help(), Reasons: []Said{said(rule.Name, rule.Reason, rule.Stated)}}
	if a.Help == JointResponseCar {
		r.askNurse(&a, c.Flags)
	}
	if a.Help == JointResponseCar && r.Hours != nil {
		r.Hours.apply(&a, &c)
	}
	if h := r.helpRule(a.Help); h != nil {
		a.Reasons = append(a.Reasons, said(string(h.Help), h.Reason, h.Stated))
	}
	if a.Help == "" {
		a.Reasons = append(a.Reasons, said(rule.Name, "The rule does not say which help it leads to.", rule.Stated))
	}
	if c.Category == "" && len(c.Flags) == 0 {
		a.Reasons = append(a.Reasons, Said{"no category", "The category is not known: no rule about categories could apply.", string(demand.Assumption), "the request"})
	}
	return a
}

// help is what a rule leads to: as it says, or else a car where some of its calls suit one.
func (r *Rule) help() Help {
	if r.Help == "" && r.Share > 0 {
		return JointResponseCar
	}
	return r.Help
}

// askNurse applies what was decided on face-to-face need. Flags that contradict each other decide nothing.
func (r *Rules) askNurse(a *Assessment, flags []string) {
	f := &r.FaceToFace
	needed, not := anyFlag(f.Needed, flags), anyFlag(f.NotNeeded, flags)
	switch {
	case needed && !not:
		a.Reasons = append(a.Reasons, said("face-to-face need", "Staff have flagged that somebody has to come.", f.Stated))
	case not && !needed:
		a.Help = HubNurse
		a.Reasons = append(a.Reasons, said("face-to-face need", "Staff have flagged that nobody has to come.", f.Stated))
	default:
		a.NeedsNurse = true
		a.Reasons = append(a.Reasons, said("face-to-face need", f.Reason, f.Stated))
	}
}

// apply keeps a call from a car while none runs.
func (h *Hours) apply(a *Assessment, c *Call) {
	inside := h.From <= c.Hour && c.Hour < h.To
	switch {
	case c.Shifts == SomeOnDuty && !inside:
		a.Reasons = append(a.Reasons, said("hours", h.Reason+" But the shift of at least one car covers the time.", h.Stated))
	case c.Shifts == NoneOnDuty:
		a.Help, a.NeedsNurse = h.Help, true
		a.Reasons = append(a.Reasons, Said{"hours", "Every car has shifts, and none covers the time.", string(demand.Measured), "the records of cars"})
	case c.Shifts == NotKept && !inside:
		a.Help, a.NeedsNurse = h.Help, true
		a.Reasons = append(a.Reasons, said("hours", fmt.Sprintf("%s It is outside these hours (%02d:00 to %02d:00), and no shift says otherwise.", h.Reason, h.From, h.To), h.Stated))
	}
}

// Lead is the help that a rule leads to.
type Lead struct {
	Name string // of the rule
	Help Help   // empty where the rule does not say
}

// LeadsTo returns which help calls of a kind lead to, whatever the hour and what staff know.
func (r *Rules) LeadsTo(k calls.Kind) Lead {
	rule := r.find(k, nil)
	return Lead{rule.Name, rule.help()}
}

// Places returns the kinds of places that a patient is taken to by a kind of help; nil: any that receives
// patients.
func (r *Rules) Places(h Help) []string {
	if rule := r.helpRule(h); rule != nil {
		return rule.Places
	}
	return nil
}

func (r *Rules) helpRule(h Help) *HelpRule {
	if i := slices.IndexFunc(r.Helps, func(x HelpRule) bool { return x.Help == h }); i >= 0 {
		return &r.Helps[i]
	}
	return nil
}

// Flags returns the patterns of all flags that some rule looks at, sorted.
func (r *Rules) Flags() []string {
	list := slices.Concat(r.FaceToFace.Needed, r.FaceToFace.NotNeeded)
	for i := range r.Rules {
		list = append(list, r.Rules[i].Flags...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// KnowsFlag tells whether some rule looks at a flag. One that none does is a slip of the pen, and what it
// was meant to say would be lost.
func (r *Rules) KnowsFlag(flag string) bool { return anyFlag(r.Flags(), []string{flag}) }

// anyFlag tells whether one of the flags matches one of the patterns.
func anyFlag(patterns, flags []string) bool {
	return slices.ContainsFunc(flags, func(f string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return matches(strings.ToLower(p), strings.ToLower(f)) })
	})
}
