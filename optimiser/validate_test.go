package optimiser

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// faultsOf returns the field errors that an error joins.
func faultsOf(t interface{ Fatalf(string, ...any) }, err error) (faults []*FieldError) {
	if err == nil {
		return nil
	}
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var f *FieldError
		if !errors.As(e, &f) || !errors.Is(e, ErrProblem) {
			t.Fatalf("%v is no field error", e)
		}
		faults = append(faults, f)
	}
	return faults
}

func fields(faults []*FieldError) (names []string) {
	for _, f := range faults {
		names = append(names, f.Field)
	}
	return names
}

func TestValidateReportsEveryFault(t *testing.T) {
	m := func(rows, cells int) *route.Matrix {
		return &route.Matrix{Sites: rows, Cells: cells, T: make([]road.Millis, rows*cells)}
	}
	one, w := []float64{1}, []float64{1, 0}
	p := &Problem{Sites: 3, Cells: 2, Place: 4, Fixed: []int{0, 3}, Forbidden: []int{0, -1},
		Row:  []int32{0, -1},
		Cost: []float64{1, -1, math.NaN()},
		Quotas: []Quota{
			{Name: "none", Sites: []int{0, 1}, Least: 2, Most: 1},
			{Sites: []int{0, 0, 7}, Least: 4, Most: 4},
		},
		Layers: []Layer{
			{Weight: []float64{1, math.NaN()}, Share: one},
			{Weight: []float64{-1}, Time: m(1, 3), Share: one},
			{Weight: []float64{0, math.Inf(1)}, Time: &route.Matrix{Sites: 3, Cells: 2}, Share: one},
			{Weight: []float64{1e300, 1e15}, Time: m(3, 2), Share: one},
			{Weight: w, Time: m(3, 2)},
			{Weight: w, Time: m(3, 2), Share: []float64{0, 0.5, 0.6}},
			{Weight: w, Time: m(3, 2), Share: []float64{math.NaN(), -1, 2}},
			{Weight: w, Time: m(3, 2), Share: make([]float64, MostLevels+1)},
			{Weight: w, Time: m(3, 2), Share: one, Curve: &Curve{}},
			{Weight: w, Time: m(3, 2), Share: one, Curve: &Curve{Time: []road.Millis{5}, Cost: []int32{1, 2}}},
			{Weight: w, Time: m(3, 2), Share: one, Off: []bool{true},
				Curve: &Curve{Time: []road.Millis{5, 4, 6, 6, 6, Cap + 1}, Cost: []int32{-1, 4, 3, 5, 6, int32(Cap) + 1}}},
		}}
	got := fields(faultsOf(t, p.Validate()))
	want := []string{"Place", "Row", "Row[1]", "Fixed[1]", "Forbidden[0]", "Forbidden[1]",
		"Quotas[0] (none)", "Quotas[1]", "Quotas[1].Sites[1]", "Quotas[1].Sites[2]", "Budget", "Cost[1]",
		"Layers[0].Weight[1]", "Layers[0].Time", "Layers[1].Weight", "Layers[1].Weight[0]", "Layers[1].Time",
		"Layers[2].Weight[1]", "Layers[2].Time", "Layers[3].Weight[0]", "Layers[4].Share", "Layers[5].Share", "Layers[5].Share[0]",
		"Layers[6].Share[0]", "Layers[7].Share", "Layers[8].Curve", "Layers[9].Curve",
		"Layers[10].Curve.Cost[0]", "Layers[10].Curve.Time[1]", "Layers[10].Curve.Cost[2]", "Layers[10].Curve.Time[4]",
		"Layers[10].Curve.Time[5]", "Layers[10].Curve.Cost[5]", "Layers[10].Off"}
	if !slices.Equal(got, want) {
		t.Errorf("fields\n%q, want\n%q\n%v", got, want, p.Validate())
	}
}

func TestValidateOfAnEmptyProblem(t *testing.T) {
	for _, p := range []*Problem{{}, {Place: 1}, {Sites: 1 << 40, Cells: 1 << 40, Place: 1 << 39},
		{Sites: -1, Cells: -1, Place: -1, Budget: math.Inf(1), Quotas: []Quota{{Least: -1}}}} {
		if faults := faultsOf(t, p.Validate()); len(faults) < 1 {
			t.Errorf("%+v is valid", p)
		}
	}
}

// TestValidateNamesWhatContradicts pins the words: they are what a planner reads.
func TestValidateNamesWhatContradicts(t *testing.T) {
	sites := func(from, to int) []int { return numbers(to)[from:] }
	for name, c := range map[string]struct {
		edit func(*Problem)
		want []string
	}{
		"forbidden": {func(p *Problem) {
			p.Forbidden = []int{0, 1, 2}
			p.Quotas = []Quota{{Name: "south-east", Sites: sites(0, 5), Least: 3, Most: 5}}
		}, []string{"Quotas[0] (south-east) is to have at least 3, but it can have 2 at most: 2 of 5 sites not forbidden; Least 2 would do"}},
		"fixed": {func(p *Problem) {
			p.Fixed = []int{3, 1}
			p.Quotas = []Quota{{Name: "bays", Sites: sites(0, 5), Most: 1}}
		}, []string{"Quotas[0] (bays) is to have at most 1, but it has 2 at least: 2 of its sites fixed [3 1]; Most 2 would do"}},
		"nested": {func(p *Problem) {
			p.Quotas = []Quota{{Name: "whole", Sites: sites(0, 6), Least: 5, Most: 6}, {Name: "part", Sites: sites(0, 4), Least: 1, Most: 2}}
		}, []string{"Quotas[0] (whole) is to have at least 5, but it can have 4 at most: 2 of 2 sites outside the quotas within it not forbidden, Quotas[1] (part) at most 2; Least 4 would do"}},
		"place too few": {func(p *Problem) {
			p.Quotas = []Quota{{Name: "north", Sites: sites(0, 4), Least: 3, Most: 4}, {Name: "south", Sites: sites(4, 8), Least: 2, Most: 4}}
		}, []string{"Place is 4, but the plan has 5 at least: Quotas[0] (north) at least 3, Quotas[1] (south) at least 2; Place 5 would do"}},
		"place too many": {func(p *Problem) {
			p.Place, p.Forbidden = 8, []int{9}
			p.Quotas = []Quota{{Name: "north", Sites: sites(0, 4), Most: 1}}
		}, []string{"Place is 8, but the plan can have 6 at most: 5 of 6 sites outside the quotas within it not forbidden, Quotas[0] (north) at most 1; Place 6 would do"}},
		"overlap": {func(p *Problem) {
			p.Quotas = []Quota{{Name: "a", Sites: sites(0, 4), Most: 2}, {Name: "b", Sites: sites(2, 9), Most: 2}}
		}, []string{"Quotas[1] (b) and Quotas[0] (a) overlap: 2 sites in both, 5 and 2 only in one; of two quotas one must hold the other or they share no site"}},
		"budget": {func(p *Problem) {
			p.Cost, p.Budget, p.Fixed = []float64{9, 1, 1, 1, 4, 5, 4, 1, 1, 1}, 12, []int{0}
			p.Quotas = []Quota{{Name: "night", Sites: sites(4, 7), Least: 1, Most: 2}}
		}, []string{"Budget is 12, but the cheapest plan that has the fixed sites (9) and meets the quotas costs 13; that Budget would do"}},
		"two at once": {func(p *Problem) {
			p.Forbidden, p.Fixed = []int{0, 1}, []int{4, 5}
			p.Quotas = []Quota{{Name: "a", Sites: sites(0, 3), Least: 2, Most: 3}, {Name: "b", Sites: sites(4, 6), Most: 1}}
		}, []string{"Quotas[0] (a) is to have at least 2, but it can have 1 at most: 1 of 3 sites not forbidden; Least 1 would do",
			"Quotas[1] (b) is to have at most 1, but it has 2 at least: 2 of its sites fixed [4 5]; Most 2 would do"}},
		"a quota above place": {func(p *Problem) {
			p.Quotas = []Quota{{Name: "a", Sites: sites(0, 8), Least: 6, Most: 9}, {Name: "b", Sites: sites(0, 7), Least: 6, Most: 9}}
		}, []string{"Place is 4, but the plan has 6 at least: Quotas[0] (a) at least 6; Place 6 would do"}},
	} {
		p := town(20, 10, 4, 1, 1, 0, 1)
		c.edit(p)
		var got []string
		for _, f := range faultsOf(t, p.Validate()) {
			got = append(got, strings.TrimPrefix(f.Error(), "optimiser: "))
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
}

// drawContradictions draws rules on ten sites that may or may not have a plan.
func drawContradictions(t *rapid.T) *Problem {
	p := town(9, 8, rapid.IntRange(1, 8).Draw(t, "place"), 1, 1, 0, 1)
	order := rapid.Permutation(numbers(p.Sites)).Draw(t, "order")
	fixed := rapid.IntRange(0, 4).Draw(t, "fixed")
	p.Fixed, p.Forbidden = order[:fixed], order[fixed:fixed+rapid.IntRange(0, 4).Draw(t, "forbidden")]
	drawQuotas(t, p, make([]bool, p.Sites), rapid.Permutation(numbers(p.Sites)).Draw(t, "districts"))
	for i := range p.Quotas {
		q := &p.Quotas[i]
		q.Least = rapid.IntRange(0, len(q.Sites)).Draw(t, "least")
		q.Most = rapid.IntRange(q.Least, len(q.Sites)).Draw(t, "most")
	}
	if rapid.Bool().Draw(t, "budget") {
		p.Budget = rapid.SampledFrom([]float64{1, 3, 6, 10}).Draw(t, "budget is")
		p.Cost = rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, 2, 5}), p.Sites, p.Sites).Draw(t, "cost")
	}
	return p
}

var wouldDo = regexp.MustCompile(`; (Least|Most|Place) (\d+) would do|costs (\d+); that Budget would do`)

// TestValidateKnowsWhetherThereIsAPlan compares with trying all selections, and follows the advice of the errors:
// once all of it is taken there is a plan, and without the last step of any of it there is none.
func TestValidateKnowsWhetherThereIsAPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawContradictions(t)
		for range 3 { // what a budget must be shows when the rest is sound
			faults := faultsOf(t, p.Validate())
			if got, want := len(faults) == 0, len(allPlans(p)) > 0; got != want {
				t.Fatalf("valid: %v; has a plan: %v\n%v", got, want, p.Validate())
			}
			if len(faults) == 0 || strings.HasSuffix(p.Validate().Error(), "no Place would do") {
				return
			}
			follow(t, p, faults)
		}
		t.Fatalf("after advice: %v", p.Validate())
	})
}

func follow(t *rapid.T, p *Problem, faults []*FieldError) {
	p.Quotas = slices.Clone(p.Quotas)
	var undo []func()
	for _, f := range faults {
		m := wouldDo.FindStringSubmatch(f.Wrong)
		if m == nil {
			t.Fatalf("no advice in %v", f)
		}
		n, _ := strconv.Atoi(m[2] + m[3])
		at := &p.Place
		if q, ok := strings.CutPrefix(f.Field, "Quotas["); ok {
			i, _ := strconv.Atoi(strings.TrimSuffix(q, "]"))
			at = &p.Quotas[i].Least
			if m[1] == "Most" {
				at = &p.Quotas[i].Most
			}
		}
		if m[3] != "" {
			p.Budget = float64(n)
			undo = append(undo, func() { p.Budget = float64(n) - 0.5 })
			continue
		}
		nearly := n + 1
		if *at < n {
			nearly = n - 1
		}
		*at = n
		undo = append(undo, func() { *at = nearly })
	}
	if p.Budget > 0 && len(undo) > 1 { // may still be too little
		return
	}
	for _, u := range undo {
		before, quotas := *p, slices.Clone(p.Quotas)
		if u(); len(allPlans(p)) > 0 {
			t.Fatalf("less than the advice of %v would do", faults)
		}
		*p = before
		copy(p.Quotas, quotas)
	}
}
