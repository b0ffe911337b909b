package planning

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/optimiser"
)

// limits says what the figures of every plan leave out.
var limits = []string{
	"A call that finds every car busy waits or goes to another ambulance; that wait is in no figure here.",
	"Cars are taken as busy independently of each other and of the hour.",
	"Sites are chosen among the candidates only, and the same sites serve all the chosen hours.",
	"Centres are taken as open in all the chosen hours, and no capacity is modelled: neither is published.",
	"Figures are modelled, not observed.",
}

// document puts a solution into the planner's words.
func (st *study) document(r *solution) (*Document, error) {
	d := &Document{
		Format: Format, Objective: st.scenario.Objective, Scenario: st.scenario.record(), Busy: st.busy,
		Cars: st.placed(st.cars, r.cars), Centres: []Site{},
		Comparisons: st.comparisons(), Network: st.networkRecord(), Demand: st.demandRecord(),
		Assumptions: assumptions(st.rules), Limits: limits, DataSHA256: st.city.Hash,
	}
	response, err := st.leg(st.car, r.cars, 1)
	if err != nil {
		return nil, err
	}
	d.Response = *response
	d.ValueSeconds, d.BoundSeconds = response.ValueSeconds, response.BoundSeconds
	if st.centre != nil {
		if d.Conveyance, err = st.leg(st.centre, r.centres, ConveyedShare); err != nil {
			return nil, err
		}
		d.Centres = st.placed(st.centres, r.centres)
		d.ValueSeconds = round(d.ValueSeconds+ConveyedShare*d.Conveyance.ValueSeconds, 3)
		d.BoundSeconds = roundDown(d.BoundSeconds + ConveyedShare*d.Conveyance.BoundSeconds)
	}
	d.Gap = gap(d.ValueSeconds, d.BoundSeconds)
	d.GapInWords = GapInWords(d.Gap)
	d.ByBorough, d.All = st.serve(r.cars.Sites, st.busy).boroughs()
	if d.InputsSHA256, err = st.inputsDigest(d); err != nil {
		return nil, err
	}
	d.SHA256 = d.digest()
	return d, nil
}

// leg describes one problem's plan. The rounded bound is never above the true one.
func (st *study) leg(p *optimiser.Problem, plan *optimiser.Plan, share float64) (*Leg, error) {
	proof, err := encodeProof(&plan.Certificate)
	if err != nil {
		return nil, err
	}
	c := &plan.Certificate
	l := &Leg{
		ValueSeconds: round(c.Value/st.calls, 3), BoundSeconds: roundDown(max(0, c.Bound) / st.calls),
		Share: share, Status: string(plan.Status), Candidates: p.Sites,
		Problem: hexDigest(c.Problem), Value: c.Value, Bound: c.Bound, Multipliers: proof,
	}
	l.Gap = gap(l.ValueSeconds, l.BoundSeconds)
	return l, nil
}

// gap returns (value − bound) / value rounded up to a millionth, 0 where the bound meets the value to
// within the rounding of both.
func gap(value, bound float64) float64 {
	if value-bound <= 0.0015 {
		return 0
	}
	return math.Ceil((value-bound)/value*1e6) / 1e6
}

// roundDown returns seconds cut to a thousandth; what is a thousandth but for rounding error stays.
func roundDown(seconds float64) float64 { return math.Floor(seconds*1000+1e-6) / 1000 }

// placed lists where a plan's facilities stand, by borough and then cell.
func (st *study) placed(c *candidates, plan *optimiser.Plan) []Site {
	sites := make([]Site, len(plan.Sites))
	for i, s := range plan.Sites {
		sites[i] = st.site(&c.sites[s])
		sites[i].Fixed = c == st.cars && slices.Contains(st.car.Fixed, s)
	}
	slices.SortFunc(sites, func(a, b Site) int {
		return cmp.Or(cmp.Compare(a.Borough, b.Borough), cmp.Compare(a.Cell, b.Cell))
	})
	return sites
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
		Scenario              ScenarioRecord
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
