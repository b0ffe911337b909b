package planning

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
)

// limitsOf says what the figures of a plan leave out.
func limitsOf(s *Scenario) []string {
	centres := "Centres are taken as open in all the chosen hours, and no capacity is modelled: neither is published."
	if s.CentreService.given() {
		centres = "Centres have the room and the opening hours that the scenario gives; none is published. Room is counted on average over hours of like speeds and opening: chance and busier hours among them are left out. Patients without a place count as two hours on the road."
	}
	sites := []string{"Sites are chosen among the candidates only, and the same sites serve all the chosen hours."}
	if len(s.Shifts) > 0 {
		sites = shiftLimits
	}
	return slices.Concat([]string{
		"A call that finds every car busy waits or goes to another ambulance; that wait is in no figure here.",
		"Cars are taken as busy independently of each other and of the hour.",
	}, sites, []string{
		centres,
		"Figures are modelled, not observed.",
	})
}

// document puts a solution into the planner's words.
func (st *study) document(r *solution) (*Document, error) {
	o := st.scenario.Objective
	if o == FewestCars {
		st.load = st.loadOf(max(1, len(st.stands(r))))
	}
	ways, err := st.conveyances(r)
	if err != nil {
		return nil, err
	}
	comparisons, err := st.comparisons(ways)
	if err != nil {
		return nil, err
	}
	d := &Document{
		Format: Format, Objective: o, ObjectiveInWords: st.scenario.objectiveInWords() + st.scenario.fairInWords(), Unit: st.scenario.unit(), Better: "lower",
		Scenario: st.scenario, HoursInWords: HoursInWords(st.scenario.Hours), Busy: st.busy,
		Cars: st.placed(r), Centres: []Site{},
		Roster:      st.rosterRecord(r),
		Comparisons: comparisons, Network: st.networkRecord(), Demand: st.demandRecord(),
		Assumptions: assumptions(&st.scenario, st.rules), Limits: limitsOf(&st.scenario), DataSHA256: st.city.Hash,
	}
	d.Scenario.TimeLimit, d.Scenario.Seed = 0, 0 // of the search, not of the plan
	if d.Unit.Higher() {
		d.Better = "higher"
	}
	response, err := st.response(r)
	if err != nil {
		return nil, err
	}
	d.Response = *response
	d.Value, d.Bound = response.Value, response.Bound
	if st.centre != nil {
		if d.Conveyance, err = st.conveyance(r); err != nil {
			return nil, err
		}
		d.Centres = st.placedCentres(r.centreSites())
		if d.CentreService, err = st.centreReport(r); err != nil {
			return nil, err
		}
		if d.Unit == SecondsACall {
			d.Value = d.Unit.valueOf(d.Value + ConveyedShare*d.Conveyance.Value)
			d.Bound = d.Unit.boundOf(d.Bound + ConveyedShare*d.Conveyance.Bound)
		}
	}
	d.Gap = d.Unit.gapOf(d.Value, d.Bound)
	d.GapInWords = GapInWords(d.Gap)
	v := st.serve(st.stands(r), st.busy)
	d.ByBorough, d.All = v.boroughs()
	d.Constraints = st.constraints(r, v)
	d.Explain = st.explain(d, r)
	d.Equity = v.equityFigures(d.ByBorough)
	if len(r.frontier) > 0 {
		if d.Frontier, err = st.frontier(r.frontier); err != nil {
			return nil, err
		}
	}
	if r.fair != nil && r.fair.robust != nil {
		if d.Regret, err = st.regret(r.fair); err != nil {
			return nil, err
		}
	}
	if err := st.addWorkloads(d, r, ways); err != nil {
		return nil, err
	}
	if d.InputsSHA256, err = st.inputsDigest(d); err != nil {
		return nil, err
	}
	d.SHA256 = d.digest()
	return d, nil
}

// response describes the cars' leg.
func (st *study) response(r *solution) (*Leg, error) {
	switch {
	case r.centred != nil:
		p := r.centred
		return coverLeg(st.cover, SecondsWorst, p.Worst.Seconds(), p.Bound.Seconds(), p.Status, p.Problem, p.Proof)
	case r.fair != nil:
		return st.fairLeg(r.fair)
	case r.fewest != nil:
		p := r.fewest
		return coverLeg(st.cover, NumberOfCars, float64(len(p.Sites)), float64(p.Bound), p.Status, p.Problem, p.Proof)
	case r.share != nil:
		return st.shareLeg(r.share)
	}
	whole := st.whole()
	return leg(r.cars, st.scenario.Objective.Unit(), 1, len(st.cars.sites), func(sum float64) float64 { return st.scenario.natural(sum, whole, st.calls) })
}

// conveyance describes the leg to centres.
func (st *study) conveyance(r *solution) (*Leg, error) {
	if st.ship != nil {
		return st.shippedLeg(r.shipped)
	}
	return leg(r.centres, SecondsACall, ConveyedShare, st.centre.Sites, func(sum float64) float64 { return sum / st.calls })
}

// leg describes one problem's plan, natural turning its sums into the unit. The rounded bound never
// promises more than the true one.
func leg(plan *optimiser.Plan, unit Unit, share float64, candidates int, natural func(sum float64) float64) (*Leg, error) {
	proof, err := encodeProof(&plan.Certificate)
	if err != nil {
		return nil, err
	}
	c := &plan.Certificate
	l := &Leg{
		Value: unit.valueOf(natural(c.Value)), Bound: unit.boundOf(natural(max(0, c.Bound))), Unit: unit,
		Share: share, Status: string(plan.Status), Candidates: candidates, Problem: hexDigest(c.Problem),
		Certificate: Certificate{Kind: multiplierProof, Value: c.Value, Bound: c.Bound, Proof: proof},
	}
	l.Gap = unit.gapOf(l.Value, l.Bound)
	return l, nil
}

// coverLeg describes a plan of package cover.
func coverLeg(p *cover.Problem, unit Unit, value, bound float64, status optimiser.Status, problem [32]byte, proof *cover.Proof) (*Leg, error) {
	text, err := encodeCover(proof)
	if err != nil {
		return nil, err
	}
	l := &Leg{
		Value: unit.valueOf(value), Bound: unit.boundOf(bound), Unit: unit, Share: 1, Status: string(status), Candidates: p.Sites,
		Problem: hexDigest(problem), Certificate: Certificate{Kind: coverProof, Value: value, Bound: bound, Proof: text},
	}
	l.Gap = unit.gapOf(l.Value, l.Bound)
	return l, nil
}

// placed lists where cars stand, by borough, cell and group.
func (st *study) placed(r *solution) []Site {
	fixed := map[post]int{}
	for _, i := range st.car.Fixed {
		fixed[st.posts[i]]++
	}
	sites := []Site{}
	for _, p := range st.stands(r) {
		s := st.site(&st.cars.sites[p.site])
		s.Group = st.words.groups[p.group].Name
		if s.Fixed = fixed[p] > 0; s.Fixed {
			fixed[p]--
		}
		sites = append(sites, s)
	}
	slices.SortStableFunc(sites, bySite)
	return sites
}

func (st *study) placedCentres(chosen []int) []Site {
	sites := []Site{}
	for _, i := range chosen {
		s := st.site(&st.centres.sites[i])
		s.Fixed = slices.Contains(st.centre.Fixed, i)
		sites = append(sites, s)
	}
	slices.SortStableFunc(sites, bySite)
	return sites
}

func bySite(a, b Site) int {
	return cmp.Or(cmp.Compare(a.Borough, b.Borough), cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Group, b.Group))
}

// modelled says whether travel times are modelled in a cell: on the built-in network only.
func (st *study) modelled(cell grid.Index) bool {
	return st.network == st.city.Network && st.city.Modelled[cell]
}

func (st *study) site(c *candidate) Site {
	g := st.city.Grid
	s := Site{
		Cell: g.ID(c.cell), Lat: round(c.at.Lat(), 6), Lon: round(c.at.Lon(), 6), Place: c.place,
		Sector: g.Sector(c.cell).String(), Modelled: st.modelled(c.cell),
	}
	if b := g.Borough(c.cell); b >= 0 && b < len(st.city.Boroughs) {
		s.Borough = st.city.Boroughs[b].Name
	}
	// A candidate lies in London, where the conversion is defined.
	if p, err := bng.FromWGS84(c.at); err == nil {
		s.GridRef = p.Ref(10)
	}
	return s
}

func countOfHours(n int) string {
	if n == 1 {
		return "1 hour"
	}
	return fmt.Sprintf("%d hours", n)
}

func (st *study) networkRecord() NetworkRecord {
	r := NetworkRecord{Name: st.network.Name, SHA256: hexDigest(st.network.Hash)}
	var modelled float64
	for _, p := range st.periods {
		for k, id := range p.ids {
			r.Periods = append(r.Periods, fmt.Sprintf("%s, %s: %s", st.city.Speeds.Name(id), countOfHours(p.hours[k]), st.city.Speeds.Source(id)))
		}
		for i, w := range p.weight {
			if st.modelled(grid.Index(i)) {
				modelled += w
			}
		}
	}
	r.ModelledShare = round(modelled/st.calls, 6)
	return r
}

func (st *study) demandRecord() DemandRecord {
	return DemandRecord{
		Source: st.demand.Week.Source, SHA256: hexDigest(st.demand.hash), Notes: st.demand.Notes,
		TotalPerHour: round(st.total/float64(len(st.scenario.Hours)), 6), Rules: st.rules, CallsPerHour: round(st.calls/float64(len(st.scenario.Hours)), 6),
		CallsPerWeek: round(st.calls, 6), Unreached: round(st.unreached, 6),
		OfferedAll: round(st.load.OfferedAll, 6), OfferedLoad: round(st.load.Offered, 6), EstimateBusy: st.load.Busy,
	}
}

// inputsDigest returns the SHA-256 of everything that the plan follows from: the built-in data, the
// network, the expected calls, the scenario as resolved, the assumptions, and both problems with their demand and times.
func (st *study) inputsDigest(d *Document) (string, error) {
	inputs := struct {
		Format, Data, Network string
		Demand                DemandRecord
		Scenario              Scenario
		Objective             Objective
		Assumptions           []Assumption
		Problems              []string
	}{d.Format, d.DataSHA256, d.Network.SHA256, d.Demand, d.Scenario, d.Objective, d.Assumptions, []string{d.Response.Problem}}
	if d.Conveyance != nil {
		inputs.Problems = append(inputs.Problems, d.Conveyance.Problem)
	}
	text, err := json.Marshal(inputs)
	if err != nil {
		return "", fmt.Errorf("hash inputs: %w", err)
	}
	return hexDigest(sha256.Sum256(text)), nil
}
