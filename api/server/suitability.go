package server

import (
	"context"
	"fmt"
	"slices"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/suitability"
)

// counted is what the calls of the forecast are counts of: the prior's are calls attended, and imported
// ones are taken to be.
const counted = suitability.Attended

// GetSuitability lists the rules in use and what they come to over a typical week, and what other shares
// would.
func (s *demandService) GetSuitability(_ context.Context, r *pb.GetSuitabilityRequest) (*pb.Suitability, error) {
	rules := s.City.Suitability
	changed, err := changedRules(rules, r.GetChanges())
	if err != nil {
		return nil, err
	}
	c := suitability.Compare(rules, changed, s.weekByKind(), counted)
	out := &pb.Suitability{
		Name: rules.Name, Counts: string(counted), FaceToFace: rules.FaceToFace.Attended,
		FaceToFaceRule:    &pb.SuitabilityRule{Name: "face-to-face need", Share: rules.FaceToFace.Attended, Reason: rules.FaceToFace.Reason, Origin: string(rules.FaceToFace.Origin), Source: rules.FaceToFace.Source, Flags: slices.Concat(rules.FaceToFace.Needed, rules.FaceToFace.NotNeeded)},
		TotalCallsPerWeek: c.Before.Calls, SuitableCallsPerWeek: c.Before.Suitable, Share: c.Before.Share(), UnnamedCallsPerWeek: c.Before.Unnamed,
		Notes: slices.Clone(s.Baseline.About().Notes),
	}
	for i := range rules.Rules {
		out.Rules = append(out.Rules, ruleProto(&rules.Rules[i], c.Before))
	}
	out.Rules = append(out.Rules, ruleProto(&rules.Otherwise, c.Before))
	if c.Before.Unnamed > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("Of %.0f %% of the calls the category is not known: they fall to the last rule, an exclusion by category cannot apply to them.", 100*c.Before.Unnamed/c.Before.Calls))
	}
	if len(r.GetChanges()) > 0 {
		suitable, share := c.After.Suitable, c.After.Share()
		out.ChangedSuitableCallsPerWeek, out.ChangedShare = &suitable, &share
	}
	return out, nil
}

func ruleProto(rule *suitability.Rule, split *suitability.Split) *pb.SuitabilityRule {
	out := &pb.SuitabilityRule{
		Name: rule.Name, Categories: rule.Category, Channels: rule.Channel, Share: rule.Share,
		Reason: rule.Reason, Origin: string(rule.Origin), Source: rule.Source, Flags: rule.Flags, Help: helps[rule.Help],
	}
	for _, by := range split.ByRule {
		if by.Rule == rule {
			out.CallsPerWeek, out.SuitableCallsPerWeek = by.Calls, by.Suitable
		}
	}
	return out
}

// changedRules returns the rules with other shares.
func changedRules(rules *suitability.Rules, changes []*pb.RuleShare) (*suitability.Rules, error) {
	out := *rules
	out.Rules = slices.Clone(rules.Rules)
	for i, c := range changes {
		field := fmt.Sprintf("changes[%d]", i)
		if !(c.GetShare() >= 0 && c.GetShare() <= 1) {
			return nil, invalid(field+".share", "%v: want 0 to 1", c.GetShare())
		}
		rule := &out.Otherwise
		if c.GetRule() != rules.Otherwise.Name {
			at := slices.IndexFunc(out.Rules, func(r suitability.Rule) bool { return r.Name == c.GetRule() })
			if at < 0 {
				return nil, invalid(field+".rule", "%.64q: want the name of a rule as GetSuitability lists them", c.GetRule())
			}
			rule = &out.Rules[at]
		}
		rule.Share = c.GetShare()
	}
	return &out, nil
}

// weekByKind counts the calls of a typical week by kind; all as of the kind without a name where the
// forecast cannot tell kinds apart.
func (s *Server) weekByKind() []suitability.Part {
	week, city, mix := s.demand.Week, s.Baseline.City(), s.Baseline.Mix()
	if mix == nil {
		mix = &forecast.Mix{Kinds: []calls.Kind{{}}}
	}
	parts := make([]suitability.Part, len(mix.Kinds))
	for k, kind := range mix.Kinds {
		parts[k].Kind = kind
	}
	district := make([]float64, len(city.Districts))
	for h := range demand.HoursPerWeek {
		clear(district)
		for i, r := range week.At(demand.HourOfWeek(h)) {
			district[city.District[i]] += float64(r)
		}
		for d, n := range district {
			if mix.Share == nil {
				parts[0].Calls += n
				continue
			}
			for k, share := range mix.At(d, h%24) {
				parts[k].Calls += n * float64(share)
			}
		}
	}
	return parts
}
