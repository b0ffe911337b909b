package transport

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// clonePlan copies a plan deeply enough to edit it.
func clonePlan(p *Plan) *Plan {
	c := *p
	c.Sites, c.Flows = slices.Clone(p.Sites), slices.Clone(p.Flows)
	c.Certificate.Multiplier = slices.Clone(p.Certificate.Multiplier)
	c.Certificate.Price = slices.Clone(p.Certificate.Price)
	c.Certificate.Proof = slices.Clone(p.Certificate.Proof)
	return &c
}

func TestVerifyRejectsEveryEdit(t *testing.T) {
	p := town(80, 20, 4, 2, 1.02, 5)
	p.Fixed, p.Forbidden = []int{3}, []int{7, 8}
	good := solved(t, p, optimiser.Settings{})
	single := slices.IndexFunc(good.Certificate.Proof, func(s optimiser.Step) bool { return s.Kind == optimiser.Single })
	priced := slices.IndexFunc(good.Certificate.Price, func(v float64) bool { return v > 0 })
	if good.Status != optimiser.Optimal || single < 0 || priced < 0 {
		t.Fatalf("the plan to edit should have a proof: %s, %v", good.Status, good.Certificate.Proof)
	}
	other := slices.IndexFunc(numbers(p.Sites), func(s int) bool { return !slices.Contains(good.Sites, s) && s != 7 && s != 8 })
	last := good.Sites[3]
	for _, c := range []struct {
		name string
		want error
		edit func(*Plan)
	}{
		{"value up", optimiser.ErrValue, func(q *Plan) { q.Certificate.Value *= 1 + 1e-7 }},
		{"value down", optimiser.ErrValue, func(q *Plan) { q.Certificate.Value *= 1 - 1e-7 }},
		{"value NaN", optimiser.ErrValue, func(q *Plan) { q.Certificate.Value = math.NaN() }},
		{"bound up", optimiser.ErrBound, func(q *Plan) { q.Certificate.Bound *= 1 + 1e-7 }},
		{"bound down", optimiser.ErrBound, func(q *Plan) { q.Certificate.Bound *= 1 - 1e-7 }},
		{"bound NaN", optimiser.ErrBound, func(q *Plan) { q.Certificate.Bound = math.NaN() }},
		{"hash", optimiser.ErrHash, func(q *Plan) { q.Certificate.Problem[31] ^= 1 }},
		{"status", optimiser.ErrStatus, func(q *Plan) { q.Status = optimiser.Converged }},
		{"status unknown", optimiser.ErrStatus, func(q *Plan) { q.Status = "best" }},
		{"another site", ErrFlows, func(q *Plan) {
			q.Sites = slices.DeleteFunc(q.Sites, func(s int) bool { return s == last })
			q.Sites = append(q.Sites, other)
			slices.Sort(q.Sites)
		}},
		{"site missing", optimiser.ErrSites, func(q *Plan) { q.Sites = q.Sites[1:] }},
		{"site twice", optimiser.ErrSites, func(q *Plan) { q.Sites[1] = q.Sites[0] }},
		{"sites unsorted", optimiser.ErrSites, func(q *Plan) { q.Sites[0], q.Sites[1] = q.Sites[1], q.Sites[0] }},
		{"site outside", optimiser.ErrSites, func(q *Plan) { q.Sites[3] = p.Sites }},
		{"forbidden site", optimiser.ErrSites, func(q *Plan) { q.Sites = []int{3, 7, 9, 10} }},
		{"fixed site missing", optimiser.ErrSites, func(q *Plan) { q.Sites = []int{4, 5, 9, 10} }},
		{"flow too large", ErrFlows, func(q *Plan) { q.Flows[0].Amount *= 1.01 }},
		{"flow too small", optimiser.ErrValue, func(q *Plan) { q.Flows[0].Amount *= 0.99 }},
		{"flow negative", ErrFlows, func(q *Plan) { q.Flows[0].Amount = -1 }},
		{"flow NaN", ErrFlows, func(q *Plan) { q.Flows[0].Amount = math.NaN() }},
		{"flow elsewhere", ErrFlows, func(q *Plan) { q.Flows[0].Site = int32(other) }},
		{"flow of no cell", ErrFlows, func(q *Plan) { q.Flows[0].Cell = -1 }},
		{"flow in no layer", ErrFlows, func(q *Plan) { q.Flows[len(q.Flows)-1].Layer = 2 }},
		{"flows unsorted", ErrFlows, func(q *Plan) { q.Flows[0], q.Flows[1] = q.Flows[1], q.Flows[0] }},
		{"flow twice", ErrFlows, func(q *Plan) { q.Flows = slices.Insert(q.Flows, 0, q.Flows[0]) }},
		{"flow missing", optimiser.ErrValue, func(q *Plan) { q.Flows = q.Flows[1:] }},
		{"all to one", ErrFlows, func(q *Plan) {
			q.Flows = slices.CompactFunc(q.Flows, func(a, b Flow) bool { return a.Layer == b.Layer && a.Cell == b.Cell })
			for i, f := range q.Flows {
				q.Flows[i].Site, q.Flows[i].Amount = int32(last), p.Layers[f.Layer].Weight[f.Cell]
			}
		}},
		{"some swapped", ErrPrice, func(q *Plan) { exchange(p, q) }},
		{"prices cut", ErrPrice, func(q *Plan) { q.Certificate.Price = q.Certificate.Price[1:] }},
		{"prices gone", ErrPrice, func(q *Plan) { q.Certificate.Price = nil }},
		{"price raised", ErrPrice, func(q *Plan) { q.Certificate.Price[priced] += 100 }},
		{"price dropped", ErrPrice, func(q *Plan) { q.Certificate.Price[priced] = 0 }},
		{"price negative", ErrPrice, func(q *Plan) { q.Certificate.Price[priced] = -1 }},
		{"price not whole", ErrPrice, func(q *Plan) { q.Certificate.Price[priced] += 0.0005 }},
		{"multipliers cut", optimiser.ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier = q.Certificate.Multiplier[1:] }},
		{"multiplier negative", optimiser.ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] = -1 }},
		{"multiplier NaN", optimiser.ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] = math.NaN() }},
		{"multiplier beyond the cap", optimiser.ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] = 7201 }},
		{"multipliers moved", optimiser.ErrBound, func(q *Plan) {
			for i := range q.Certificate.Multiplier {
				q.Certificate.Multiplier[i] = 100
			}
		}},
		{"proof gone", optimiser.ErrBound, func(q *Plan) { q.Certificate.Proof = nil }},
		{"proof cut", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof = q.Certificate.Proof[:len(q.Certificate.Proof)-1] }},
		{"proof too long", optimiser.ErrProof, func(q *Plan) {
			q.Certificate.Proof = append(q.Certificate.Proof, optimiser.Step{Kind: optimiser.Relax})
		}},
		{"split twice on a site", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof = slices.Insert(q.Certificate.Proof, 0, q.Certificate.Proof[0]) }},
		{"split on a fixed site", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof[0] = optimiser.Step{Kind: optimiser.Split, Index: 3} }},
		{"single too early", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof = []optimiser.Step{{Kind: optimiser.Single}} }},
		{"single without prices", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof[single].Index = 1 << 40 }},
		{"unknown vector", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof = []optimiser.Step{{Kind: optimiser.Relax, Index: -1}} }},
		{"unknown kind", optimiser.ErrProof, func(q *Plan) { q.Certificate.Proof = []optimiser.Step{{Kind: 9}} }},
	} {
		q := clonePlan(good)
		c.edit(q)
		if err := Verify(p, q); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if err := Verify(p, good); err != nil {
		t.Error("the edits reached the original:", err)
	}
}

// exchange lets as many patients of two flows of a layer change places, and states what that comes to: all fits, but is not the best.
func exchange(p *Problem, q *Plan) {
	for a := range q.Flows {
		for b := range q.Flows[:a] {
			f, g := &q.Flows[a], &q.Flows[b]
			if f.Layer != 0 || g.Layer != 0 || f.Site == g.Site || f.Amount < g.Amount {
				continue
			}
			row := func(s int32, cell int32) float64 { return p.Layers[0].Time.Row(int(s))[cell].Seconds() }
			worse := g.Amount * (row(g.Site, f.Cell) + row(f.Site, g.Cell) - row(f.Site, f.Cell) - row(g.Site, g.Cell))
			if worse < 1 {
				continue
			}
			amount := g.Amount
			q.Flows = append(q.Flows, Flow{0, f.Cell, g.Site, amount})
			f.Amount -= amount
			g.Site = f.Site
			slices.SortFunc(q.Flows, func(x, y Flow) int {
				if follows(x, y) {
					return -1
				}
				return 1
			})
			q.Certificate.Value += worse
			return
		}
	}
}

func TestVerifyRejectsAnotherProblem(t *testing.T) {
	made := func() *Problem { return town(60, 12, 3, 2, 1.1, 6) }
	plan := solved(t, made(), optimiser.Settings{})
	for name, edit := range map[string]func(*Problem){
		"weight":     func(p *Problem) { p.Layers[1].Weight[4] += 1e-9 },
		"time":       func(p *Problem) { p.Layers[0].Time.T[77]++ },
		"room":       func(p *Problem) { p.Layers[0].Capacity[0] += 1e-9 },
		"no limits":  func(p *Problem) { p.Layers[0].Capacity = nil },
		"layers":     func(p *Problem) { p.Layers = p.Layers[:1] },
		"fixed":      func(p *Problem) { p.Fixed = plan.Sites[:1] },
		"same times": func(p *Problem) { p.Layers[1].Time = p.Layers[0].Time },
	} {
		p := made()
		edit(p)
		if err := Verify(p, plan); !errors.Is(err, optimiser.ErrHash) {
			t.Errorf("%s: got %v, want %v", name, err, optimiser.ErrHash)
		}
	}
}

func TestValidateReportsEveryFault(t *testing.T) {
	p := &Problem{Sites: 3, Cells: 2, Place: 4, Fixed: []int{0, 3}, Forbidden: []int{0, -1},
		Layers: []Layer{
			{Weight: []float64{1, math.NaN()}},
			{Weight: []float64{-1}, Time: &route.Matrix{Sites: 2, Cells: 2}, Capacity: []float64{1, -1, math.NaN()}},
			{Weight: []float64{0, math.Inf(1)}, Time: &route.Matrix{Sites: 3, Cells: 2}, Capacity: []float64{1}},
		}}
	err := p.Validate()
	var fields []string
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var f *optimiser.FieldError
		if !errors.As(e, &f) || !errors.Is(e, optimiser.ErrProblem) {
			t.Fatalf("%v is no field error", e)
		}
		fields = append(fields, f.Field)
	}
	want := []string{"Place", "Fixed[1]", "Forbidden[0]", "Forbidden[1]", "Layers[0].Weight[1]", "Layers[0].Time",
		"Layers[1].Weight", "Layers[1].Weight[0]", "Layers[1].Capacity[1]", "Layers[1].Time",
		"Layers[2].Weight[1]", "Layers[2].Capacity", "Layers[2].Time"}
	if !slices.Equal(fields, want) {
		t.Errorf("fields %q, want %q\n%v", fields, want, err)
	}
	if (&Problem{Place: 1}).Validate() == nil {
		t.Error("an empty problem is valid")
	}
}
