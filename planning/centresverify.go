package planning

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// claimedShipping fills in the centres' part of the solution that a document claims, its proofs checked.
func (st *study) claimedShipping(d *Document, sites []int, r *solution) (err error) {
	if d.CentreService == nil {
		return errors.New("centre_service: there must be one where the scenario has one, or asks for steps")
	}
	slices.Sort(sites)
	if r.shipped, err = claimedShipped("conveyance", st.ship, d.Conveyance, "centres", sites); err != nil {
		return err
	}
	c, s := d.CentreService, &st.scenario
	if r.expand, err = st.claimedSteps("centre_service.expand", st.ship, transport.Adding, sites, c.Expand, s.ExpandCentres); err != nil {
		return err
	}
	r.contract, err = st.claimedSteps("centre_service.contract", st.closable(), transport.Closing, sites, c.Contract, s.ContractCentres)
	return err
}

// claimedSteps returns the steps that a document claims, each of which answers the problem that follows
// from the one before.
func (st *study) claimedSteps(field string, p *transport.Problem, next func(*transport.Problem, []int) *transport.Problem, sites []int, claimed []CentreStep, want int) ([]transport.Step, error) {
	if len(claimed) != want {
		return nil, fmt.Errorf("%s: %d steps, and the scenario asks for %d", field, len(claimed), want)
	}
	var out []transport.Step
	for i := range claimed {
		at := fmt.Sprintf("%s[%d]", field, i)
		site, ok := st.siteAt(st.centres, claimed[i].Site.Cell)
		if !ok {
			return nil, fmt.Errorf("%s.site.cell: %q is not the cell of a candidate site", at, claimed[i].Site.Cell)
		}
		q := next(p, sites)
		if n := slices.Index(sites, site); n >= 0 {
			sites = slices.Delete(slices.Clone(sites), n, n+1)
		} else {
			sites = append(slices.Clone(sites), site)
			slices.Sort(sites)
		}
		plan, err := claimedShipped(at+".leg", q, &claimed[i].Leg, at+".site", sites)
		if err != nil {
			return nil, err
		}
		out = append(out, transport.Step{Site: site, Problem: q, Plan: plan})
	}
	return out, nil
}

// claimedShipped returns a leg's plan, its proof checked. A document does not list who goes where: that
// follows from the sites, and transport.Verify sees by the prices that nobody could go better.
func claimedShipped(leg string, p *transport.Problem, l *Leg, list string, sites []int) (*transport.Plan, error) {
	a, err := transport.Assign(p, sites)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	var proof, prices optimiser.Certificate
	if err := decodeProof(l.Certificate.Proof, &proof); err != nil {
		return nil, fmt.Errorf("%s.certificate.proof: %w", leg, err)
	}
	if err := decodeProof(l.Certificate.Prices, &prices); err != nil {
		return nil, fmt.Errorf("%s.certificate.prices: %w", leg, err)
	}
	plan := &transport.Plan{Sites: sites, Flows: a.Flows, Status: optimiser.Status(l.Status), Certificate: transport.Certificate{
		Value: l.Certificate.Value, Bound: l.Certificate.Bound, Price: prices.Multiplier, Multiplier: proof.Multiplier, Proof: proof.Proof,
	}}
	if plan.Certificate.Problem, err = digestOf(leg, l.Problem); err != nil {
		return nil, err
	}
	if err := transport.Verify(p, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", fieldOf(err, leg, list), err)
	}
	return plan, nil
}
