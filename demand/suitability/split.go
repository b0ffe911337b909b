package suitability

import (
	"cmp"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Part is the calls of one kind, in any unit: a count, or calls a year.
type Part struct {
	Kind  calls.Kind
	Calls float64
}

// Verdict is how many of the calls of a kind suit, and which rule says so.
type Verdict struct {
	Share float64 // of the calls: the rule's share × that of the need for somebody to come
	Rule  *Rule   // one of the rules, or Otherwise
}

// Of returns the verdict on calls of a kind.
func (r *Rules) Of(k calls.Kind, b Basis) Verdict {
	rule := r.find(k, nil)
	return Verdict{rule.Share * r.need(b), rule}
}

// Share returns the share of calls of a kind that suits, for forecast.Query.
func (r *Rules) Share(b Basis) func(calls.Kind) float64 {
	return func(k calls.Kind) float64 { return r.Of(k, b).Share }
}

func (r *Rules) need(b Basis) float64 {
	if b == Coded {
		return r.FaceToFace.Coded
	}
	return r.FaceToFace.Attended
}

// Split is how calls of several kinds part into those that suit and the rest.
type Split struct {
	Parts    []Decided // in the order of the mix
	Calls    float64
	Suitable float64
	// Unnamed is the part of Calls of which no category is known: a rule about categories cannot see
	// whether it is about them.
	Unnamed float64
	ByRule  []RuleCalls // of the rules, then Otherwise, each that decided something
}

// Decided is a part of the mix with its verdict.
type Decided struct {
	Part
	Verdict
}

// RuleCalls is the calls that one rule decided on.
type RuleCalls struct {
	Rule            *Rule
	Calls, Suitable float64
}

// Share returns the part of all calls that suits; 0 where there are none.
func (s *Split) Share() float64 {
	if s.Calls == 0 {
		return 0
	}
	return s.Suitable / s.Calls
}

// Split applies the rules to a mix of kinds.
func (r *Rules) Split(mix []Part, b Basis) *Split {
	s := &Split{}
	by := make(map[*Rule]RuleCalls)
	for _, p := range mix {
		v := r.Of(p.Kind, b)
		s.Parts = append(s.Parts, Decided{p, v})
		s.Calls += p.Calls
		s.Suitable += p.Calls * v.Share
		if p.Kind.Category == "" {
			s.Unnamed += p.Calls
		}
		of := by[v.Rule]
		by[v.Rule] = RuleCalls{v.Rule, of.Calls + p.Calls, of.Suitable + p.Calls*v.Share}
	}
	for i := range r.Rules {
		if of, ok := by[&r.Rules[i]]; ok {
			s.ByRule = append(s.ByRule, of)
		}
	}
	if of, ok := by[&r.Otherwise]; ok {
		s.ByRule = append(s.ByRule, of)
	}
	return s
}

// Change is a part of the mix on which two sets of rules differ.
type Change struct {
	Part
	Before, After Verdict
}

// Gained returns the suitable calls that the change adds; below 0 where it takes some away.
func (c *Change) Gained() float64 { return c.Calls * (c.After.Share - c.Before.Share) }

// Comparison is what a change of rules does to the calls that suit.
type Comparison struct {
	Before, After *Split
	Changes       []Change // those that gain or lose most first
}

// Gained returns the suitable calls that the change of rules adds.
func (c *Comparison) Gained() float64 { return c.After.Suitable - c.Before.Suitable }

// Compare applies two sets of rules to the same mix.
func Compare(before, after *Rules, mix []Part, b Basis) *Comparison {
	c := &Comparison{Before: before.Split(mix, b), After: after.Split(mix, b)}
	for i, p := range mix {
		if was, is := c.Before.Parts[i].Verdict, c.After.Parts[i].Verdict; was.Share != is.Share {
			c.Changes = append(c.Changes, Change{p, was, is})
		}
	}
	slices.SortStableFunc(c.Changes, func(a, b Change) int { return cmp.Compare(math.Abs(b.Gained()), math.Abs(a.Gained())) })
	return c
}

// MixOf counts the calls of a history by kind.
func MixOf(h *calls.History) []Part {
	mix := make([]Part, len(h.Kinds))
	for i, k := range h.Kinds {
		mix[i].Kind = k
	}
	for _, k := range h.Kind {
		mix[k].Calls++
	}
	return mix
}
