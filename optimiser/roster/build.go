package roster

import (
	"context"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// Problem returns the question as one optimiser.Problem: its site v·Sites + s is variant v (see Post) at
// site s, its layers are the hours as merged, its value is calls × cost over the week. The question must
// be valid.
func (q *Question) Problem() *optimiser.Problem {
	variants := q.Variants()
	p := &optimiser.Problem{Sites: len(variants) * q.Sites, Cells: q.Cells, Place: q.place()}
	for range variants {
		for s := range q.Sites {
			p.Row = append(p.Row, int32(s))
		}
	}
	for _, l := range q.merge(q.pieces()) {
		p.Layers = append(p.Layers, optimiser.Layer{
			Weight: l.Weight, Time: l.Time, Share: q.Share(l.Cars), Curve: q.Curve, Off: q.off(l.Duty, len(variants)),
		})
	}
	for _, f := range q.Fixed {
		p.Fixed = append(p.Fixed, q.number(f))
	}
	for v := range variants {
		for _, s := range slices.Compact(slices.Sorted(slices.Values(q.Forbidden))) {
			p.Forbidden = append(p.Forbidden, v*q.Sites+s)
		}
	}
	q.limit(p, variants)
	return p
}

// place returns how many crews the problem places: with a budget of crew hours the most that it can pay.
func (q *Question) place() int {
	most, cheapest := 0, math.Inf(1)
	for i := range q.Templates {
		t := &q.Templates[i]
		if n := min(t.Most, q.room()*t.Ways()); n > 0 {
			most += n
			cheapest = min(cheapest, t.CrewHours())
		}
	}
	if q.Crews > 0 {
		most = min(most, q.Crews)
	}
	if q.CrewHours > 0 {
		most = min(most, int(q.CrewHours/cheapest))
	}
	return most
}

// limit adds the quotas of the templates and the budget.
func (q *Question) limit(p *optimiser.Problem, variants []Variant) {
	for t := range q.Templates {
		quota := optimiser.Quota{Name: q.Templates[t].Name, Least: q.Templates[t].Least, Most: q.Templates[t].Most}
		for v, variant := range variants {
			for s := range q.Sites {
				if variant.Template == t {
					quota.Sites = append(quota.Sites, v*q.Sites+s)
				}
			}
		}
		quota.Most = min(quota.Most, len(quota.Sites))
		p.Quotas = append(p.Quotas, quota)
	}
	if q.CrewHours == 0 {
		return
	}
	p.Budget = q.CrewHours
	for _, v := range variants {
		for range q.Sites {
			p.Cost = append(p.Cost, q.Templates[v.Template].CrewHours())
		}
	}
}

// off returns which of the problem's sites are not in service; nil where all are.
func (q *Question) off(on Duty, variants int) []bool {
	if on == 1<<variants-1 {
		return nil
	}
	out := make([]bool, variants*q.Sites)
	for i := range out {
		out[i] = on>>(i/q.Sites)&1 == 0
	}
	return out
}

// number returns the problem's site of a crew, and post the crew of a site.
func (q *Question) number(p Post) int {
	return slices.Index(q.Variants(), Variant{p.Template, p.Way})*q.Sites + p.Site
}

func (q *Question) post(site int) Post {
	v := q.Variants()[site/q.Sites]
	return Post{v.Template, v.Way, site % q.Sites}
}

// trial returns the smallest problem with a share and a curve, which has no faults but theirs.
func trial(share []float64, curve *optimiser.Curve) *optimiser.Problem {
	return &optimiser.Problem{Sites: 1, Cells: 1, Place: 1, Layers: []optimiser.Layer{{
		Weight: []float64{1}, Time: &route.Matrix{Sites: 1, Cells: 1, T: []road.Millis{0}}, Share: share, Curve: curve,
	}}}
}

// Roster is who works when and from where, with its proof.
type Roster struct {
	Crews []Post         // by template, way and site
	Plan  optimiser.Plan // of Question.Problem: value, bound and proof over the week
	Hours []HourFigures  // of each hour of the question
}

// Solve returns the best roster found until ctx ends, and how far it can be from the best possible. Its
// only errors are those of Question.Validate, and the optimiser's for what that does not see.
func Solve(ctx context.Context, q *Question, s optimiser.Settings) (*Roster, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	plan, err := optimiser.Solve(ctx, q.Problem(), s)
	if err != nil {
		return nil, err
	}
	return q.roster(plan), nil
}

// roster puts a plan of the problem into the words of the question.
func (q *Question) roster(plan *optimiser.Plan) *Roster {
	r := &Roster{Plan: *plan}
	for _, site := range plan.Sites {
		r.Crews = append(r.Crews, q.post(site))
	}
	r.Hours = q.Figures(r.Crews)
	return r
}

// Verify checks a roster: optimiser.Verify on the question's problem, and that the crews are the
// plan's and the figures by hour theirs.
func Verify(q *Question, r *Roster) error {
	if err := q.Validate(); err != nil {
		return err
	}
	if err := optimiser.Verify(q.Problem(), &r.Plan); err != nil {
		return err
	}
	return q.sameRoster(r)
}

// Hour returns the problem of one hour of the question by itself, with the crews that each template has
// in service then free to stand anywhere: its optimum is at most what any such roster's value is in that hour.
// crews is how many each template has.
func (q *Question) Hour(hour int, crews []int) *optimiser.Problem {
	one := *q
	one.Hours, one.CrewHours, one.Crews = q.Hours[hour:hour+1], 0, 0
	one.Templates = slices.Clone(q.Templates)
	for t := range one.Templates {
		one.Templates[t].Least, one.Templates[t].Most = crews[t], crews[t]
	}
	return one.Problem()
}
