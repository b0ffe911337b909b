package planning

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// Errors of Verify that a caller can act on.
var (
	// ErrOtherInputs: the document was made from other built-in data, on another network or for other expected calls than given.
	ErrOtherInputs = errors.New("the plan was made from other inputs")
	// ErrEdited: the document does not follow from its inputs.
	ErrEdited = errors.New("the plan does not hold")
)

// Verify checks that a document follows from its basis and its own scenario: it computes
// the inputs again, has optimiser.Verify recompute each leg's value from the sites and its bound from
// the multipliers, derives every other field again, and compares. The error names each field that
// differs. Travel times come from cacheDir where it has them; empty computes them afresh.
func Verify(ctx context.Context, d *Document, on Basis, cacheDir string, progress func(Progress)) error {
	st, err := studyOf(ctx, d, on, cacheDir, progress)
	if err != nil {
		return err
	}
	claimed, err := st.claimed(d)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEdited, err)
	}
	again, err := st.document(claimed)
	if err != nil {
		return err
	}
	return compareDocuments(d, again)
}

// studyOf returns the study that a document is of.
func studyOf(ctx context.Context, d *Document, on Basis, cacheDir string, progress func(Progress)) (*study, error) {
	if err := checkOrigin(d, on); err != nil {
		return nil, err
	}
	if err := d.Scenario.Validate(); err != nil {
		return nil, fmt.Errorf("%w: scenario: %w", ErrEdited, err)
	}
	if err := checkRules(d, on.Demand); err != nil {
		return nil, err
	}
	cache, err := newTimesCache(cacheDir, func(text string) { progress(Progress{Stage: StageTimes, Warning: text}) })
	if err != nil {
		return nil, err
	}
	st, err := newStudy(ctx, on, d.Scenario, cache, func(share float64) {
		progress(Progress{Stage: StageTimes, Fraction: share})
	})
	var field *FieldError
	if errors.As(err, &field) {
		err = fmt.Errorf("%w: %w", ErrEdited, err)
	}
	return st, err
}

// checkOrigin compares what the document names with what there is, before anything is computed.
func checkOrigin(d *Document, on Basis) error {
	if d.DataSHA256 != on.City.Hash {
		return fmt.Errorf("%w: data_sha256 is %.12s…, the built-in data here is %.12s…: use the release that made the plan, or make it again", ErrOtherInputs, d.DataSHA256, on.City.Hash)
	}
	if have := hexDigest(on.Network.Hash); d.Network.SHA256 != have {
		return fmt.Errorf("%w: network.sha256 is %.12s… (%s), the network here is %.12s… (%s)", ErrOtherInputs, d.Network.SHA256, d.Network.Name, have, on.Network.Name)
	}
	if have := hexDigest(on.Demand.hash); d.Demand.SHA256 != have {
		return fmt.Errorf("%w: demand.sha256 is %.12s… (%s), the calls expected here are %.12s… (%s): make the plan again", ErrOtherInputs, d.Demand.SHA256, d.Demand.Source, have, on.Demand.Week.Source)
	}
	return nil
}

// checkRules compares the rules of suitability, where the document names some.
func checkRules(d *Document, calls *Demand) error {
	_, have, err := calls.of(d.Scenario.Calls)
	if want := d.Demand.Rules; err == nil && want != nil && have != nil && *want != *have {
		return fmt.Errorf("%w: demand.rules are %s (%s, %.12s…), those here are %s (%s, %.12s…): give the rules that the plan was made with", ErrOtherInputs, want.Name, want.Counts, want.SHA256, have.Name, have.Counts, have.SHA256)
	}
	return err
}

// claimed returns the solution that a document claims, its proofs checked.
func (st *study) claimed(d *Document) (*solution, error) {
	rounds, err := st.claimedBusy(d)
	if err != nil {
		return nil, err
	}
	r := new(solution)
	if err := st.claimedCars(d, r); err != nil {
		return nil, err
	}
	r.rounds = rounds
	if r.frontier, err = st.claimedFrontier(d); err != nil {
		return nil, err
	}
	if (st.centre == nil) != (d.Conveyance == nil) {
		return nil, errors.New("conveyance: there must be one exactly where scenario.centres is not 0")
	}
	if st.centre == nil {
		return r, nil
	}
	var sites []int
	for i, s := range d.Centres {
		site, ok := st.siteAt(st.centres, s.Cell)
		if !ok {
			return nil, fmt.Errorf("centres[%d].cell: %q is not the cell of a candidate site", i, s.Cell)
		}
		sites = append(sites, site)
	}
	if st.ship != nil {
		return r, st.claimedShipping(d, sites, r)
	}
	r.centres, err = claimedPlan("conveyance", st.centre, d.Conveyance, "centres", sites)
	return r, err
}

// claimedCars fills in the cars' part of a claimed solution.
func (st *study) claimedCars(d *Document, r *solution) error {
	posts, err := st.postsOf(d.Cars, "cars")
	if err != nil {
		return err
	}
	switch {
	case st.cover != nil:
		sites := make([]int, len(posts))
		for i, p := range posts {
			sites[i] = st.posts[p].site
		}
		slices.Sort(sites)
		return st.claimedCover(&d.Response, sites, r)
	case st.scenario.fairly():
		return st.claimedFairly(d, posts, r)
	}
	r.cars, err = claimedPlan("response", st.car, &d.Response, "cars", posts)
	return err
}

// postsOf returns the posts of the cars in a list of a document, ascending.
func (st *study) postsOf(cars []Site, list string) ([]int, error) {
	var posts []int
	for i, s := range cars {
		site, ok := st.siteAt(st.cars, s.Cell)
		if !ok {
			return nil, fmt.Errorf("%s[%d].cell: %q is not the cell of a candidate site", list, i, s.Cell)
		}
		group, at := st.groupOf(s.Group), -1
		for j, p := range st.posts {
			if p == (post{site, group}) && !slices.Contains(posts, j) {
				at = j
				break
			}
		}
		if at < 0 {
			return nil, fmt.Errorf("%s[%d].cell: no room for a car of the group %q at %q", list, i, s.Group, s.Cell)
		}
		posts = append(posts, at)
	}
	slices.Sort(posts)
	return posts, nil
}

// siteAt returns the candidate site in the cell of a document.
func (st *study) siteAt(c *candidates, id string) (int, bool) {
	cell, ok := st.city.Grid.Find(id)
	site, isSite := c.inCell[cell]
	return site, ok && isSite
}

// claimedPlan returns a leg's plan, its proof checked.
func claimedPlan(leg string, p *optimiser.Problem, l *Leg, list string, sites []int) (*optimiser.Plan, error) {
	slices.Sort(sites)
	plan := &optimiser.Plan{Sites: sites, Status: optimiser.Status(l.Status)}
	plan.Certificate = optimiser.Certificate{Value: l.Certificate.Value, Bound: l.Certificate.Bound}
	if err := decodeProof(l.Certificate.Proof, &plan.Certificate); err != nil {
		return nil, fmt.Errorf("%s.certificate.proof: %w", leg, err)
	}
	var err error
	if plan.Certificate.Problem, err = digestOf(leg, l.Problem); err != nil {
		return nil, err
	}
	if err := optimiser.Verify(p, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", fieldOf(err, leg, list), err)
	}
	return plan, nil
}

// claimedCover is claimedPlan for the objectives of package cover.
func (st *study) claimedCover(l *Leg, sites []int, r *solution) error {
	if st.scenario.shareOnly() {
		var err error
		r.share, err = st.claimedShare(l, sites)
		return err
	}
	proof, err := decodeCover(l.Certificate.Proof)
	if err != nil {
		return fmt.Errorf("response.certificate.proof: %w", err)
	}
	problem, err := digestOf("response", l.Problem)
	if err != nil {
		return err
	}
	status, c := optimiser.Status(l.Status), &l.Certificate
	if st.scenario.Objective == WorstResponse {
		r.centred = &cover.CentrePlan{Sites: sites, Worst: millis(c.Value), Status: status, Bound: millis(c.Bound), Proof: proof, Problem: problem}
		err = cover.VerifyCentre(st.cover, r.centred)
	} else {
		r.fewest = &cover.FewestPlan{Sites: sites, Reach: st.reach(), Status: status, Bound: int(c.Bound), Proof: proof, Problem: problem}
		err = cover.VerifyFewest(st.cover, r.fewest)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", fieldOf(err, "response", "cars"), err)
	}
	return nil
}

// millis returns seconds of a document as a time; what no time can be is one that Verify refuses.
func millis(seconds float64) road.Millis {
	if !(seconds >= 0 && seconds < optimiser.Cap.Seconds()*100) {
		return road.Unreachable
	}
	return road.Millis(math.Round(seconds * 1000))
}

func digestOf(leg, text string) (out [32]byte, err error) {
	sum, err := hex.DecodeString(text)
	if err != nil || len(sum) != len(out) {
		return out, fmt.Errorf("%s.problem_sha256: %q is no SHA-256 in hexadecimal", leg, text)
	}
	return [32]byte(sum), nil
}

// fieldOf names the field of a document that an error of optimiser.Verify is about.
func fieldOf(err error, leg, list string) string {
	for _, c := range []struct {
		is    error
		field string
	}{
		{optimiser.ErrSites, list},
		{optimiser.ErrHash, leg + ".problem_sha256 or scenario"},
		{optimiser.ErrValue, leg + ".certificate.value or " + list},
		{optimiser.ErrBound, leg + ".certificate.bound or " + leg + ".certificate.proof"},
		{optimiser.ErrMultiplier, leg + ".certificate.proof"},
		{optimiser.ErrProof, leg + ".certificate.proof"},
		{optimiser.ErrStatus, leg + ".status"},
		{transport.ErrPrice, leg + ".certificate.prices"},
	} {
		if errors.Is(err, c.is) {
			return c.field
		}
	}
	return leg
}

// mostDifferences is how many differing fields an error lists.
const mostDifferences = 8

// compareDocuments returns an error that names the fields in which a document differs from the one
// made again from its inputs, or nil.
func compareDocuments(d, again *Document) error {
	differences, err := diff(d, again)
	if err != nil {
		return err
	}
	if len(differences) > 0 {
		more := ""
		if n := len(differences) - mostDifferences; n > 0 {
			differences, more = differences[:mostDifferences], fmt.Sprintf("; and %d more", n)
		}
		return fmt.Errorf("%w: %s%s", ErrEdited, strings.Join(differences, "; "), more)
	}
	if want := d.digest(); d.SHA256 != want {
		return fmt.Errorf("%w: sha256 is %.12s…, the document's content gives %.12s…: it was edited after it was written", ErrEdited, d.SHA256, want)
	}
	return nil
}
