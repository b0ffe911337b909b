package demand

import (
	"fmt"
	"math"
)

// WeeksPerYear is the length of the mean Gregorian year, 365.2425 days, in weeks.
const WeeksPerYear = 365.2425 / 7

// Residents are the people of one borough who live in one cell. A cell on a boundary has a row for
// each of its boroughs.
type Residents struct {
	Cell    int
	Borough int     // position in the boroughs given to Prior
	People  float64 // Census
	Need    float64 // mental-health indicator, mean over the people; higher is worse
	Land    float64 // m² of the borough's land in the cell
}

// Prior spreads the profile's yearly volume over cells and hours of week, independently of each
// other. Borough b, with share s of all calls, gives row i of its residents
//
//	s × ((1−e) · Pᵢ·exp(β·needᵢ)/Σⱼ Pⱼ·exp(β·needⱼ) + e · landᵢ/Σⱼ landⱼ)
//
// with β = Need.PerUnit and e = Elsewhere.Share, the sums over the borough's rows. The rates of the
// average week times WeeksPerYear sum to Yearly.Calls. boroughs holds the GSS codes.
func Prior(p *Profile, cells int, boroughs []string, rows []Residents) (*Intensity, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("prior: %w", err)
	}
	place, err := p.placeShares(cells, boroughs, rows)
	if err != nil {
		return nil, fmt.Errorf("prior: %w", err)
	}
	v := &Intensity{Source: "prior", Cells: cells, Rate: make([]float32, HoursPerWeek*cells)}
	week := p.WeekShares()
	for h, share := range week {
		perHour := p.Yearly.Calls / WeeksPerYear * share
		for i, s := range place {
			v.Rate[h*cells+i] = float32(perHour * s)
		}
	}
	return v, nil
}

// WeekShares returns the part of the average week's calls that falls in each hour of week; they sum to 1.
func (p *Profile) WeekShares() (t [HoursPerWeek]float64) {
	hours, days := sum(p.HourOfDay.Share[:]), sum(p.DayOfWeek.Factor[:])
	for h := range t {
		t[h] = p.HourOfDay.Share[h%24] / hours * p.DayOfWeek.Factor[h/24] / days
	}
	return t
}

// placeShares returns each cell's part of all calls.
func (p *Profile) placeShares(cells int, boroughs []string, rows []Residents) ([]float64, error) {
	share := make(map[string]float64)
	for _, b := range p.Boroughs.Shares {
		share[b.Code] = b.Share
	}
	if len(share) != len(boroughs) {
		return nil, fmt.Errorf("the profile has shares for %d boroughs, not %d", len(share), len(boroughs))
	}
	homes, land := make([]float64, len(boroughs)), make([]float64, len(boroughs))
	for i, r := range rows {
		if r.Cell < 0 || r.Cell >= cells || r.Borough < 0 || r.Borough >= len(boroughs) {
			return nil, fmt.Errorf("row %d: cell %d of %d, borough %d of %d: out of range", i, r.Cell, cells, r.Borough, len(boroughs))
		}
		if !(r.People >= 0 && r.Land >= 0) || math.IsInf(r.People+r.Land, 1) || !(math.Abs(r.Need) <= 10) {
			return nil, fmt.Errorf("row %d: people %v, need %v, land %v: want finite, not negative, need within 10", i, r.People, r.Need, r.Land)
		}
		homes[r.Borough] += r.People * math.Exp(p.Need.PerUnit*r.Need)
		land[r.Borough] += r.Land
	}
	for b, code := range boroughs {
		if share[code] == 0 || homes[b] == 0 || land[b] == 0 {
			return nil, fmt.Errorf("borough %s: share %v, weighted people %v, land %v: all must be positive", code, share[code], homes[b], land[b])
		}
	}
	place := make([]float64, cells)
	e := p.Elsewhere.Share
	for _, r := range rows {
		home := r.People * math.Exp(p.Need.PerUnit*r.Need) / homes[r.Borough]
		place[r.Cell] += share[boroughs[r.Borough]] * ((1-e)*home + e*r.Land/land[r.Borough])
	}
	return place, nil
}
