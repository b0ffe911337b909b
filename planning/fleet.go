package planning

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/optimiser"
)

// post is room for one car: a candidate site for a car of a group. A site has as many posts of a group as
// it may have cars. The sites of the optimiser's problem are posts.
type post struct{ site, group int }

// anyGroup is the group of a car that may serve every call at every hour.
const anyGroup = -1

// part is the calls of one period that the same groups may serve.
type part struct {
	period int
	groups uint64    // a bit for each
	weight []float64 // per cell, expected calls a week
	cars   int       // of those groups
	hours  float64   // of the week, with shifts: in which those groups are on duty; 0 without
}

// serves reports whether cars of a group may serve the part's calls.
func (p *part) serves(group int) bool { return group == anyGroup || p.groups>>group&1 == 1 }

// groupOf returns the group of a name.
func (st *study) groupOf(name string) int {
	return slices.IndexFunc(st.words.groups, func(g Group) bool { return g.Name == name })
}

// makePosts lists the posts, group by group, copy by copy. Those in forbidden cells, or outside a
// group's sectors, are left out.
func (st *study) makePosts() {
	for g := range st.words.groups {
		for range st.scenario.PerSite {
			for i, c := range st.cars.sites {
				_, forbidden := st.words.forbidden[c.cell]
				if !forbidden && st.words.groups[g].in(st.city.Grid.Sector(c.cell)) {
					st.posts = append(st.posts, post{i, g})
				}
			}
		}
	}
}

// makeParts divides the calls of every period by the groups that may serve them.
func (st *study) makeParts() {
	kinds := st.scenario.CallKinds
	if len(kinds) == 0 {
		kinds = []CallKind{{Share: 1}}
	}
	for l := range st.periods {
		p := &st.periods[l]
		first := len(st.parts)
		for _, kind := range kinds {
			var of [geo.Sectors + 1]int // the part of each sector
			for sector := range of {
				of[sector] = st.partOf(first, l, kind.Name, geo.Sector(sector))
			}
			for i, w := range p.weight {
				st.parts[of[st.city.Grid.Sector(grid.Index(i))]].weight[i] += kind.Share * w
			}
		}
	}
	st.parts = slices.DeleteFunc(st.parts, func(p part) bool { return !slices.ContainsFunc(p.weight, func(w float64) bool { return w > 0 }) })
}

// partOf returns which part, from the first of its period on, has the calls of a kind and sector.
func (st *study) partOf(first, period int, kind string, sector geo.Sector) int {
	p := part{period: period}
	for g := range st.words.groups {
		group := &st.words.groups[g]
		if group.serves(kind) && group.in(sector) && st.periods[period].running>>g&1 == 1 {
			p.groups |= 1 << g
			p.cars += group.Count
		}
	}
	for i := first; i < len(st.parts); i++ {
		if st.parts[i].groups == p.groups {
			return i
		}
	}
	p.weight = make([]float64, st.city.Grid.Len())
	st.parts = append(st.parts, p)
	return len(st.parts) - 1
}

// off says for each post whether its car is not in service for a part; nil where all are.
func (st *study) off(p *part) []bool {
	off, some := make([]bool, len(st.posts)), false
	for i, post := range st.posts {
		off[i] = !p.serves(post.group)
		some = some || off[i]
	}
	if !some {
		return nil
	}
	return off
}

// fixedPosts returns the posts of the cars that the scenario fixes.
func (st *study) fixedPosts() []int {
	var out []int
	for g, cells := range st.words.fixed {
		for _, cell := range cells {
			site := st.cars.inCell[cell]
			for i, p := range st.posts {
				if p == (post{site, g}) && !slices.Contains(out, i) {
					out = append(out, i)
					break
				}
			}
		}
	}
	return out
}

// quotas says how many cars the groups have, and the parts of London that the scenario has rules for.
func (st *study) quotas() []optimiser.Quota {
	var out []optimiser.Quota
	if len(st.words.groups) > 1 {
		for g := range st.words.groups {
			q := optimiser.Quota{Name: fmt.Sprintf("groups[%d]", g), Least: st.words.groups[g].Count, Most: st.words.groups[g].Count}
			for i, p := range st.posts {
				if p.group == g {
					q.Sites = append(q.Sites, i)
				}
			}
			out = append(out, q)
		}
	}
	for _, r := range st.words.rules {
		q := optimiser.Quota{Name: r.field, Least: r.least, Most: r.most}
		for i, p := range st.posts {
			if (r.group < 0 || r.group == p.group) && r.in(st.cars.sites[p.site].cell) {
				q.Sites = append(q.Sites, i)
			}
		}
		out = append(out, q)
	}
	return out
}

// selection makes the problem of the cars but for its layers.
func (st *study) selection() error {
	st.makePosts()
	place := st.scenario.Cars
	if st.scenario.Objective == FewestCars {
		place = min(place, len(st.posts))
	}
	if len(st.posts) < place {
		return refuse("cars", fmt.Sprint(st.scenario.Cars), fmt.Sprintf("at most the number of candidate sites, %d (%d less those forbidden, %d cars a site)", len(st.posts), len(st.cars.sites), st.scenario.PerSite))
	}
	st.car = &optimiser.Problem{
		Sites: len(st.posts), Cells: st.city.Grid.Len(), Place: place,
		Row: make([]int32, len(st.posts)), Fixed: st.fixedPosts(), Quotas: st.quotas(),
	}
	for i, p := range st.posts {
		st.car.Row[i] = int32(p.site)
	}
	return st.contradictions()
}

// contradictions returns what the optimiser finds wrong with the numbers of cars, in the scenario's
// words: quotas bear the names of its fields.
func (st *study) contradictions() error {
	probe := *st.car
	probe.Cells = 1
	probe.Layers = []optimiser.Layer{{Weight: []float64{1}, Share: []float64{1}, Time: oneCell(len(st.cars.sites))}}
	var f faults
	for _, e := range flat(probe.Validate()) {
		field, wrong, _ := strings.Cut(inScenarioWords(e.Error()), " ")
		if field == "Place" {
			field = "cars"
		}
		f.add(field, "cannot be had", "numbers of cars that agree: it "+wrong)
	}
	return f.err()
}

// The optimiser's words for what the scenario calls otherwise.
var (
	quotaOf   = regexp.MustCompile(`Quotas\[\d+\] \(([^)]*)\)`) // bears the name of a field
	siteLists = regexp.MustCompile(` \[[\d ]+\]`)               // numbers that nobody else knows
	otherwise = strings.NewReplacer("optimiser: ", "", "facilities", "cars", "Most ", "at most ", "Least ", "at least ", "Place ", "cars ")
)

// inScenarioWords says what the optimiser finds wrong with its problem in the words of the scenario.
func inScenarioWords(wrong string) string {
	return otherwise.Replace(siteLists.ReplaceAllString(quotaOf.ReplaceAllString(wrong, "$1"), ""))
}
