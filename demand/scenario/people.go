package scenario

import (
	"fmt"

	"github.com/nearside-ems/nearside/demand"
)

func (a *applier) population(n *Population) (step, string) {
	out := &people{start: start(n.Start)}
	var err error
	var where string
	if n.At != nil {
		where = fmt.Sprintf("within %.0f m of %.5f, %.5f", n.Radius, n.At.Lat, n.At.Lon)
		out.where, err = a.ground.within(a.city, *n.At, n.Radius)
	} else {
		where = fmt.Sprintf("in a polygon of %d corners", len(n.Polygon))
		out.where, err = a.ground.inside(a.city, n.Polygon)
	}
	if err != nil {
		a.p.want(false, "new_population: %w", err)
		return out, ""
	}
	rate := "as many calls a head as their district makes"
	if n.PerThousandYear > 0 {
		rate = fmt.Sprintf("%.4g calls a year by a thousand", n.PerThousandYear)
	}
	a.call(out, n)
	return out, fmt.Sprintf("%.0f more people %s, %s%s", n.People, where, rate, a.from(n.Start))
}

// call sets how many calls the people of each cell make for each call of their surroundings.
func (a *applier) call(out *people, n *Population) {
	city := int32(len(a.city.Districts))
	residents := a.residents(n)
	for i, c := range out.where.cells {
		d, head := a.city.District[c], n.People*out.where.part[i]
		if a.weekly(d) == 0 {
			d = city
		}
		yearly := a.weekly(d) * demand.WeeksPerYear
		var per float64
		switch {
		case yearly == 0:
			a.p.want(false, "new_population: the baseline has no calls at all, so that nobody's hours are known")
			return
		case n.PerThousandYear > 0:
			per = n.PerThousandYear / 1000 / yearly
		case residents == nil:
			return
		case residents[d] == 0:
			a.p.want(false, "new_population: %s has no residents, and so no calls a head; give calls_per_thousand_year", a.district(d))
			return
		default:
			per = 1 / residents[d]
		}
		out.perCell, out.district = append(out.perCell, head*per), append(out.district, d)
	}
}

// residents returns the residents of each district, then of the city; nil where they are not needed or,
// with a problem, not known.
func (a *applier) residents(n *Population) []float64 {
	if n.PerThousandYear > 0 {
		return nil
	}
	if len(a.ground.Residents) != a.city.Len() {
		a.p.want(false, "new_population: the residents of %s are not known; give calls_per_thousand_year", a.city.Name)
		return nil
	}
	return a.byDistrict(a.ground.Residents)
}

func (a *applier) district(d int32) string {
	if int(d) == len(a.city.Districts) {
		return a.city.Name
	}
	return a.city.Districts[d]
}

// weekly returns the calls of a typical week in a district, or in the city.
func (a *applier) weekly(district int32) float64 {
	if a.week == nil {
		week, cell := a.base.Week(), make([]float64, a.city.Len())
		for h := range demand.HourOfWeek(demand.HoursPerWeek) {
			for i, r := range week.At(h) {
				cell[i] += float64(r)
			}
		}
		a.week = a.byDistrict(cell)
	}
	return a.week[district]
}

// byDistrict sums a figure of cells by district, then over the city.
func (a *applier) byDistrict(cells []float64) []float64 {
	sums := make([]float64, len(a.city.Districts)+1)
	for i, v := range cells {
		sums[a.city.District[i]] += v
		sums[len(sums)-1] += v
	}
	return sums
}
