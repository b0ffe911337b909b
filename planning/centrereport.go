package planning

import (
	"math"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// CentreReport says how patients find room at a plan's centres. All of it is modelled; rates are means
// over the hours that they are for.
type CentreReport struct {
	PatientsPerHour float64 `json:"patients_per_hour"` // who are conveyed, served or not
	UnservedPerHour float64 `json:"unserved_per_hour"` // for whom no open centre had room; each counts as two hours
	UnservedShare   float64 `json:"unserved_share"`
	MeanSeconds     float64 `json:"mean_s"` // road time of those served
	// CarsConveying is how many cars are kept busy on average by conveyances and, where the scenario gives
	// it, handover: the part of a job that centres change.
	CarsConveying float64        `json:"cars_conveying"`
	Periods       []CentrePeriod `json:"periods"`
	Centres       []CentreUse    `json:"centres"`
	Expand        []CentreStep   `json:"expand,omitempty"`   // where further centres would go, one after another
	Contract      []CentreStep   `json:"contract,omitempty"` // which to close, one after another
}

// CentrePeriod is hours of like speeds in which the same candidate sites could take patients.
type CentrePeriod struct {
	HoursInWords    string  `json:"hours_in_words"`
	PatientsPerHour float64 `json:"patients_per_hour"`
	// RoomPerHour is how many the plan's open centres can take; absent where one takes any number.
	RoomPerHour     *float64 `json:"room_per_hour,omitempty"`
	UnservedPerHour float64  `json:"unserved_per_hour"`
	// LackPerHour is for how many no plan of so many centres has room.
	LackPerHour float64 `json:"lack_per_hour"`
}

// CentreUse is how one of a plan's centres is used.
type CentreUse struct {
	Cell            string   `json:"cell"`
	Place           string   `json:"place"`
	OpenHours       int      `json:"open_hours"` // of the scenario's hours of the week
	PatientsPerHour float64  `json:"patients_per_hour"`
	RoomPerHour     *float64 `json:"room_per_hour,omitempty"` // absent without limit
	UsedShare       *float64 `json:"used_share,omitempty"`    // of its room
	MeanSeconds     float64  `json:"mean_s"`                  // road time of its patients
	// RoomWorthSeconds is what room for one patient more would save at most, in the hours in which it would save most.
	RoomWorthSeconds float64 `json:"room_worth_s"`
}

// CentreStep is one further centre, or one closed, with the conveyance leg after it.
type CentreStep struct {
	Site            Site    `json:"site"`
	Change          float64 `json:"change"` // of the leg's value, from before the step
	UnservedPerHour float64 `json:"unserved_per_hour"`
	Leg             Leg     `json:"leg"`
}

// centreReport describes the centres' part of a solution; nil where nothing is said of what centres can do.
func (st *study) centreReport(r *solution) (*CentreReport, error) {
	if st.ship == nil {
		return nil, nil
	}
	hours := float64(len(st.scenario.Hours))
	served, seconds := st.conveyed(r.shipped.Flows)
	all, allSeconds := total(served), total(seconds)
	c := &CentreReport{
		PatientsPerHour: round(st.calls*ConveyedShare/hours, 6), UnservedPerHour: st.unserved(r.shipped),
		UnservedShare: round(max(0, 1-all/(st.calls*ConveyedShare)), 6), MeanSeconds: ratio(allSeconds, all, 3),
	}
	handover := st.scenario.CentreService.HandoverMinutes * 60
	c.CarsConveying = round((allSeconds+all*handover)/3600/hours, 6)
	c.Periods = st.centrePeriods(r.shipped, served)
	for _, s := range st.placedCentres(r.shipped.Sites) {
		c.Centres = append(c.Centres, st.centreUse(r.shipped, s.Cell, served, seconds))
	}
	var err error
	if c.Expand, err = st.centreSteps(r.shipped, r.expand); err != nil {
		return nil, err
	}
	c.Contract, err = st.centreSteps(r.shipped, r.contract)
	return c, err
}

// conveyed sums flows per layer and site: patients a week, and their seconds on the road.
func (st *study) conveyed(flows []transport.Flow) (patients, seconds [][]float64) {
	for range st.ship.Layers {
		patients, seconds = append(patients, make([]float64, st.ship.Sites)), append(seconds, make([]float64, st.ship.Sites))
	}
	for _, f := range flows {
		amount := f.Amount * ConveyedShare
		patients[f.Layer][f.Site] += amount
		seconds[f.Layer][f.Site] += amount * st.ship.Layers[f.Layer].Time.Row(int(f.Site))[f.Cell].Seconds()
	}
	return patients, seconds
}

func (st *study) centrePeriods(plan *transport.Plan, served [][]float64) (out []CentrePeriod) {
	lack := st.ship.Lack()
	for l, o := range st.opening {
		hours := float64(len(o.hours))
		patients, room := total([][]float64{st.ship.Layers[l].Weight})*ConveyedShare/hours, 0.0
		for _, site := range plan.Sites {
			if o.open[site] {
				room += st.perHour(site)
			}
		}
		out = append(out, CentrePeriod{
			HoursInWords: strings.Join(o.hours.shifts(), ", "), PatientsPerHour: round(patients, 6), RoomPerHour: finite(room),
			UnservedPerHour: round(max(0, patients-total(served[l:l+1])/hours), 6), LackPerHour: round(lack[l]*ConveyedShare/hours, 6),
		})
	}
	return out
}

// centreUse describes the centre of a plan in a cell.
func (st *study) centreUse(plan *transport.Plan, cell string, served, seconds [][]float64) CentreUse {
	site, _ := st.siteAt(st.centres, cell)
	n := slices.Index(plan.Sites, site)
	patients, road, worth, open := 0.0, 0.0, 0.0, 0
	for l, o := range st.opening {
		if !o.open[site] {
			continue
		}
		open += len(o.hours)
		patients, road = patients+served[l][site], road+seconds[l][site]
		worth = max(worth, plan.Certificate.Price[l*len(plan.Sites)+n])
	}
	u := CentreUse{
		Cell: cell, Place: st.centres.sites[site].place, OpenHours: open, PatientsPerHour: ratio(patients, float64(open), 6),
		RoomPerHour: finite(st.perHour(site)), MeanSeconds: ratio(road, patients, 3), RoomWorthSeconds: round(worth, 3),
	}
	if u.RoomPerHour != nil {
		used := ratio(patients, float64(open)*st.perHour(site), 6)
		u.UsedShare = &used
	}
	return u
}

// centreSteps describes changes of a plan's centres, one after another.
func (st *study) centreSteps(before *transport.Plan, steps []transport.Step) (out []CentreStep, err error) {
	value := SecondsACall.valueOf(before.Certificate.Value / st.calls)
	for _, s := range steps {
		l, err := st.shippedLeg(s.Plan)
		if err != nil {
			return nil, err
		}
		l.Candidates = s.Problem.Sites - len(s.Problem.Forbidden)
		out = append(out, CentreStep{
			Site: st.site(&st.centres.sites[s.Site]), Change: round(l.Value-value, 3), UnservedPerHour: st.unserved(s.Plan), Leg: *l,
		})
		value = l.Value
	}
	return out, nil
}

// unserved returns the patients an hour for whom a plan has no room.
func (st *study) unserved(plan *transport.Plan) float64 {
	patients, _ := st.conveyed(plan.Flows)
	return round(max(0, st.calls*ConveyedShare-total(patients))/float64(len(st.scenario.Hours)), 6)
}

// shippedLeg describes a plan of package transport.
func (st *study) shippedLeg(plan *transport.Plan) (*Leg, error) {
	c := &plan.Certificate
	proof, err := encodeProof(&optimiser.Certificate{Multiplier: c.Multiplier, Proof: c.Proof})
	if err != nil {
		return nil, err
	}
	prices, err := encodeProof(&optimiser.Certificate{Multiplier: c.Price})
	if err != nil {
		return nil, err
	}
	l := &Leg{
		Value: SecondsACall.valueOf(c.Value / st.calls), Bound: SecondsACall.boundOf(max(0, c.Bound) / st.calls), Unit: SecondsACall,
		Share: ConveyedShare, Status: string(plan.Status), Candidates: st.ship.Sites, Problem: hexDigest(c.Problem),
		Certificate: Certificate{Kind: transportProof, Value: c.Value, Bound: c.Bound, Proof: proof, Prices: prices},
	}
	l.Gap = SecondsACall.gapOf(l.Value, l.Bound)
	return l, nil
}

func total(lists [][]float64) (sum float64) {
	for _, list := range lists {
		for _, v := range list {
			sum += v
		}
	}
	return sum
}

// ratio returns a/b rounded, 0 where b is 0.
func ratio(a, b float64, decimals int) float64 {
	if b == 0 {
		return 0
	}
	return round(a/b, decimals)
}

// finite returns a pointer to a rounded number, nil for infinity.
func finite(v float64) *float64 {
	if math.IsInf(v, 1) {
		return nil
	}
	v = round(v, 6)
	return &v
}
