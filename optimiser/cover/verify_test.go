package cover

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"pgregory.net/rapid"
)

// TestNoProofOfWhatIsFalse changes proofs at random. Whatever the verifier still accepts has to be true by
// brute force.
func TestNoProofOfWhatIsFalse(t *testing.T) {
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := small(t)
		reach := road.Millis(rapid.IntRange(0, 40).Draw(t, "reach"))
		plan, err := Fewest(context.Background(), p, reach, Settings{})
		if err != nil || plan.Proof == nil {
			return
		}
		worst := brute(p)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		for range 30 {
			q := mutated(plan.Proof, rng)
			v, err := newVerifier(p, plan.Sites, plan.Problem)
			if err != nil {
				t.Fatal(err)
			}
			if v.check(q) != nil {
				refused++
				continue
			}
			accepted++
			for n := 0; n <= min(q.Place, p.Sites); n++ {
				if worst[n] <= q.Reach {
					t.Fatalf("a proof that %d sites do not do within %d was accepted; %d do: %+v", q.Place, q.Reach, n, q)
				}
			}
		}
	})
	t.Logf("%d changed proofs accepted, all true; %d refused", accepted, refused)
	if accepted == 0 || refused == 0 {
		t.Error("the test has lost its subject")
	}
}

// mutated changes a proof in one to three places.
func mutated(p *Proof, rng *rand.Rand) *Proof {
	q := &Proof{p.Place, p.Reach, slices.Clone(p.Steps), slices.Clone(p.First), slices.Clone(p.Cell), slices.Clone(p.Weight)}
	for range 1 + rng.IntN(3) {
		switch s := rng.IntN(len(q.Steps)); rng.IntN(9) {
		case 0:
			q.Place += rng.IntN(3) - 1
		case 1:
			q.Reach += road.Millis(rng.IntN(3))
		case 2:
			q.Steps[s].Kind = Kind(rng.IntN(7))
		case 3:
			q.Steps[s].A = int32(rng.IntN(14) - 1)
		case 4:
			q.Steps[s].B = int32(rng.IntN(14) - 1)
		case 5:
			q.Steps = slices.Delete(q.Steps, s, s+1)
			q.Steps = append(q.Steps, Step{Kind: Weigh})
		case 6:
			q.Weight[rng.IntN(len(q.Weight))] = uint32(rng.IntN(4)) * 7e5
		case 7:
			q.Cell[rng.IntN(len(q.Cell))] = int32(rng.IntN(14))
		case 8:
			q.First[rng.IntN(len(q.First))] += int32(rng.IntN(3) - 1)
		}
	}
	return q
}

// TestVerifyRefuses changes a plan in one place each, and expects the check that is meant for it.
func TestVerifyRefuses(t *testing.T) {
	p := town(40, 200, 3)
	p.Fixed, p.Forbidden = []int{5}, []int{6}
	fewest := func() *FewestPlan {
		plan, err := Fewest(context.Background(), p, 1_500_000, Settings{})
		if err != nil || plan.Status != optimiser.Optimal {
			t.Fatal(plan, err)
		}
		return plan
	}
	without := func(sites []int, j int) []int {
		return slices.DeleteFunc(slices.Clone(sites), func(s int) bool { return s == j })
	}
	for name, c := range map[string]struct {
		change func(f *FewestPlan)
		want   error
	}{
		"unchanged":          {func(*FewestPlan) {}, nil},
		"a site is left out": {func(f *FewestPlan) { f.Sites = without(f.Sites, f.Sites[len(f.Sites)-1]) }, optimiser.ErrValue},
		"a fixed one":        {func(f *FewestPlan) { f.Sites = without(f.Sites, 5) }, optimiser.ErrSites},
		"a forbidden one":    {func(f *FewestPlan) { f.Sites = append(f.Sites, 6); slices.Sort(f.Sites) }, optimiser.ErrSites},
		"out of range":       {func(f *FewestPlan) { f.Sites = append(f.Sites, 40) }, optimiser.ErrSites},
		"out of order":       {func(f *FewestPlan) { slices.Reverse(f.Sites) }, optimiser.ErrSites},
		"another problem":    {func(f *FewestPlan) { f.Problem[3]++ }, optimiser.ErrHash},
		"a shorter reach":    {func(f *FewestPlan) { f.Reach = 900_000 }, optimiser.ErrValue},
		"a longer reach":     {func(f *FewestPlan) { f.Reach++ }, optimiser.ErrProof},
		"a higher bound":     {func(f *FewestPlan) { f.Bound++ }, optimiser.ErrBound},
		"a lower bound":      {func(f *FewestPlan) { f.Bound-- }, optimiser.ErrBound},
		"no proof":           {func(f *FewestPlan) { f.Proof = nil }, optimiser.ErrBound},
		"a stronger proof":   {func(f *FewestPlan) { f.Proof.Place++; f.Bound++ }, optimiser.ErrProof},
		"a proof cut short":  {func(f *FewestPlan) { f.Proof.Steps = f.Proof.Steps[:len(f.Proof.Steps)-1] }, optimiser.ErrProof},
		"a proof too long":   {func(f *FewestPlan) { f.Proof.Steps = append(f.Proof.Steps, Step{}) }, optimiser.ErrProof},
		"a cell off the map": {func(f *FewestPlan) { f.Proof.Cell[0] = 200 }, optimiser.ErrMultiplier},
		"a weight missing":   {func(f *FewestPlan) { f.Proof.Weight = f.Proof.Weight[1:] }, optimiser.ErrMultiplier},
		"too modest":         {func(f *FewestPlan) { f.Status = optimiser.Stopped }, optimiser.ErrStatus},
		"an unknown status":  {func(f *FewestPlan) { f.Status = "fine" }, optimiser.ErrStatus},
	} {
		plan := fewest()
		c.change(plan)
		if err := VerifyFewest(p, plan); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	centre, err := Centre(context.Background(), p, 6, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(c *CentrePlan)
		want   error
	}{
		"unchanged":        {func(*CentrePlan) {}, nil},
		"a shorter worst":  {func(c *CentrePlan) { c.Worst-- }, optimiser.ErrValue},
		"a higher bound":   {func(c *CentrePlan) { c.Bound++ }, optimiser.ErrBound},
		"another number":   {func(c *CentrePlan) { c.Proof.Place-- }, optimiser.ErrProof},
		"a longer reach":   {func(c *CentrePlan) { c.Proof.Reach = c.Worst }, optimiser.ErrProof},
		"no proof":         {func(c *CentrePlan) { c.Proof = nil }, optimiser.ErrBound},
		"too modest":       {func(c *CentrePlan) { c.Status = optimiser.Stopped }, optimiser.ErrStatus},
		"another problem":  {func(c *CentrePlan) { c.Problem[31]++ }, optimiser.ErrHash},
		"a weaker message": {func(c *CentrePlan) { c.Status = optimiser.Converged }, optimiser.ErrStatus},
	} {
		plan, proof := *centre, *centre.Proof
		plan.Proof = &proof
		c.change(&plan)
		if err := VerifyCentre(p, &plan); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestVerifyShareRefuses(t *testing.T) {
	p := town(40, 200, 3)
	plan, err := FewestFor(context.Background(), p, 1_200_000, 0.8, Settings{Workers: 1})
	if err != nil || plan.Status != optimiser.Optimal || plan.Fewer == nil {
		t.Fatal(plan, err)
	}
	for name, c := range map[string]struct {
		change func(c *SharePlan)
		want   error
	}{
		"unchanged":         {func(*SharePlan) {}, nil},
		"more reached":      {func(c *SharePlan) { c.Reached += 0.001 }, optimiser.ErrValue},
		"more asked for":    {func(c *SharePlan) { c.Share = c.Reached + 0.001 }, optimiser.ErrValue},
		"less asked for":    {func(c *SharePlan) { c.Share = 0.3 }, optimiser.ErrBound},
		"a higher bound":    {func(c *SharePlan) { c.Bound++ }, optimiser.ErrBound},
		"a longer reach":    {func(c *SharePlan) { c.Reach++ }, optimiser.ErrHash}, // of the certificate
		"no certificate":    {func(c *SharePlan) { c.Fewer = nil }, optimiser.ErrBound},
		"another problem":   {func(c *SharePlan) { c.Problem[0]++ }, optimiser.ErrHash},
		"too modest":        {func(c *SharePlan) { c.Status = optimiser.Stopped }, optimiser.ErrStatus},
		"a better bound":    {func(c *SharePlan) { c.Fewer.Certificate.Bound *= 1.5 }, optimiser.ErrBound},
		"a site is missing": {func(c *SharePlan) { c.Sites = c.Sites[1:] }, optimiser.ErrValue},
	} {
		changed, fewer := *plan, *plan.Fewer
		changed.Fewer = &fewer
		c.change(&changed)
		if err := VerifyShare(p, &changed); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}
