package planning

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/nearside-ems/nearside/optimiser"
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
	s, err := d.scenario()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEdited, err)
	}
	if err := checkRules(d, on.Demand); err != nil {
		return nil, err
	}
	cache, err := newTimesCache(cacheDir, func(text string) { progress(Progress{Stage: StageTimes, Warning: text}) })
	if err != nil {
		return nil, err
	}
	st, err := newStudy(ctx, on, s, cache, func(share float64) {
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
	_, have, err := calls.of(d.Scenario.Demand)
	if want := d.Demand.Rules; err == nil && want != nil && have != nil && *want != *have {
		return fmt.Errorf("%w: demand.rules are %s (%s, %.12s…), those here are %s (%s, %.12s…): give the rules that the plan was made with", ErrOtherInputs, want.Name, want.Counts, want.SHA256, have.Name, have.Counts, have.SHA256)
	}
	return err
}

// claimed returns the solution that a document claims, its proofs checked.
func (st *study) claimed(d *Document) (*solution, error) {
	cars, err := st.claimedPlan("response", st.car, st.cars, &d.Response, "cars", d.Cars)
	if err != nil {
		return nil, err
	}
	if (st.centre == nil) != (d.Conveyance == nil) {
		return nil, errors.New("conveyance: there must be one exactly where scenario.centres is not 0")
	}
	if st.centre == nil {
		return &solution{cars: cars}, nil
	}
	centres, err := st.claimedPlan("conveyance", st.centre, st.centres, d.Conveyance, "centres", d.Centres)
	return &solution{cars: cars, centres: centres}, err
}

func (st *study) claimedPlan(leg string, p *optimiser.Problem, c *candidates, l *Leg, list string, sites []Site) (*optimiser.Plan, error) {
	plan := &optimiser.Plan{Status: optimiser.Status(l.Status)}
	chosen := map[int]bool{}
	for i, s := range sites {
		cell, ok := st.city.Grid.Find(s.Cell)
		site, isSite := c.inCell[cell]
		if !ok || !isSite {
			return nil, fmt.Errorf("%s[%d].cell: %q is not the cell of a candidate site", list, i, s.Cell)
		}
		chosen[site] = true
	}
	for site := range c.sites {
		if chosen[site] {
			plan.Sites = append(plan.Sites, site)
		}
	}
	plan.Certificate = optimiser.Certificate{Value: l.Value, Bound: l.Bound}
	if err := decodeProof(l.Multipliers, &plan.Certificate); err != nil {
		return nil, fmt.Errorf("%s.multipliers: %w", leg, err)
	}
	problem, err := hex.DecodeString(l.Problem)
	if err != nil || len(problem) != len(plan.Certificate.Problem) {
		return nil, fmt.Errorf("%s.problem_sha256: %q is no SHA-256 in hexadecimal", leg, l.Problem)
	}
	plan.Certificate.Problem = [32]byte(problem)
	if err := optimiser.Verify(p, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", fieldOf(err, leg, list), err)
	}
	return plan, nil
}

// fieldOf names the field of a document that an error of optimiser.Verify is about.
func fieldOf(err error, leg, list string) string {
	for _, c := range []struct {
		is    error
		field string
	}{
		{optimiser.ErrSites, list},
		{optimiser.ErrHash, leg + ".problem_sha256 or scenario"},
		{optimiser.ErrValue, leg + ".value or " + list},
		{optimiser.ErrBound, leg + ".bound or " + leg + ".multipliers"},
		{optimiser.ErrMultiplier, leg + ".multipliers"},
		{optimiser.ErrProof, leg + ".multipliers"},
		{optimiser.ErrStatus, leg + ".status"},
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
