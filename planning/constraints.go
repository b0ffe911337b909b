package planning

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo/grid"
)

// constraints says how a solution keeps the scenario's rules.
func (st *study) constraints(r *solution, v *service) []Constraint {
	out := []Constraint{}
	for i, rule := range st.scenario.AtMost {
		have, most := st.countIn(r, st.words.rules[i]), float64(rule.Count)
		out = append(out, Constraint{Field: fmt.Sprintf("at_most[%d]", i), Words: rule.inWords("at most"), Have: have, Most: &most, Binds: have >= most})
	}
	for i, rule := range st.scenario.AtLeast {
		have, least := st.countIn(r, st.words.rules[len(st.scenario.AtMost)+i]), float64(rule.Count)
		out = append(out, Constraint{Field: fmt.Sprintf("at_least[%d]", i), Words: rule.inWords("at least"), Have: have, Least: &least, Binds: have <= least})
	}
	if most := st.scenario.BoroughFloor; most > 0 {
		have := round((slices.Max(r.fair.plan.Means)+MobilisationSeconds)/60, 6)
		out = append(out, Constraint{
			Field: "borough_floor", Words: fmt.Sprintf("no borough with a mean response above %g minutes", most), Have: have, Most: &most, Binds: have >= 0.99*most,
		})
	}
	if most := st.scenario.WorstMinutes; most > 0 {
		have := round((v.worst().Seconds()+MobilisationSeconds)/60, 6)
		out = append(out, Constraint{
			Field: "worst_minutes", Words: fmt.Sprintf("no cell with calls more than %g minutes from its nearest car, all free", most),
			Have: have, Most: &most, Binds: have >= 0.99*most,
		})
	}
	return out
}

// countIn returns how many of a solution's cars a rule counts.
func (st *study) countIn(r *solution, rule rule) (n float64) {
	for _, p := range st.stands(r) {
		if (rule.group < 0 || rule.group == p.group) && rule.in(st.cars.sites[p.site].cell) {
			n++
		}
	}
	return n
}

// inWords says a rule, such as "at least 1 car of solo in SEL".
func (r *SiteRule) inWords(bound string) string {
	cars := "car"
	if r.Count != 1 {
		cars = "cars"
	}
	if r.Group != "" {
		cars += " of " + r.Group
	}
	in := r.Borough + r.Sector
	if len(r.Cells) > 0 {
		in = strings.Join(r.Cells[:min(3, len(r.Cells))], ", ")
		if n := len(r.Cells) - 3; n > 0 {
			in += fmt.Sprintf(" and %d more", n)
		}
	}
	return fmt.Sprintf("%s %d %s in %s", bound, r.Count, cars, in)
}

// cellsInWords says how many cells these are, and in which boroughs.
func (st *study) cellsInWords(cells []int) string {
	g := st.city.Grid
	count := map[string]int{}
	var names []string
	for _, c := range cells {
		name := "no borough"
		if b := g.Borough(grid.Index(c)); b >= 0 && b < len(st.city.Boroughs) {
			name = st.city.Boroughs[b].Name
		}
		if count[name]++; count[name] == 1 {
			names = append(names, name)
		}
	}
	words := fmt.Sprintf("%d cells", len(cells))
	if len(cells) == 1 {
		words = "cell " + g.ID(grid.Index(cells[0]))
	}
	more := ""
	if n := len(names) - 4; n > 0 {
		names, more = names[:4], fmt.Sprintf(" and %d more boroughs", n)
	}
	return words + " in " + strings.Join(names, ", ") + more
}
