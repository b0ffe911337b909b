package optimiser

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Diagnosis is what a cap on travel time asks of the sites that may have a facility, whatever the plan.
type Diagnosis struct {
	// Nearest is each cell's time from the nearest such site that is in service, Cap at most.
	Nearest []road.Millis
	// Beyond are the cells with weight that none of them reaches within the cap, and Least is the
	// shortest cap that leaves none: no number of facilities reaches all cells in less. It is Cap where none would do.
	Beyond []int
	Least  road.Millis
	// Apart are cells that can be reached, but no two of them from one site: within the cap each needs a facility
	// of its own. Their number is a bound: reaching all cells may take more. Package cover finds out how many.
	Apart []int
}

// Diagnose returns what is asked of the sites by a cap on the times of one layer: that every cell with weight is
// reached within it. The problem must be valid, and have the layer.
func Diagnose(p *Problem, layer int, within road.Millis) Diagnosis {
	l := &p.Layers[layer]
	rows := p.rowsInService(l)
	d := Diagnosis{Nearest: slices.Repeat([]road.Millis{Cap}, p.Cells)}
	ways := make([]int, p.Cells) // rows that reach the cell
	for _, row := range rows {
		for i, t := range l.Time.Row(row) {
			d.Nearest[i] = min(d.Nearest[i], t)
			if t <= within {
				ways[i]++
			}
		}
	}
	var reached []int
	for i, w := range l.Weight {
		switch {
		case w == 0:
			continue
		case ways[i] == 0:
			d.Beyond = append(d.Beyond, i)
		default:
			reached = append(reached, i)
		}
		d.Least = max(d.Least, d.Nearest[i])
	}
	slices.SortStableFunc(reached, func(x, y int) int { return cmp.Compare(ways[x], ways[y]) })
	d.Apart = l.apart(reached, rows, within)
	return d
}

// rowsInService returns the rows of the sites that may have a facility and are in service in the layer.
func (p *Problem) rowsInService(l *Layer) []int {
	var rows []int
	for s := range p.Sites {
		if l.inService(s) && !slices.Contains(p.Forbidden, s) {
			rows = append(rows, p.row(s))
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// apart takes the cells in their order, each unless a row that reaches it reaches one taken before.
func (l *Layer) apart(cells, rows []int, within road.Millis) []int {
	var taken []int
	spent := make([]bool, l.Time.Sites)
	reaches := func(row, cell int) bool { return l.Time.T[row*l.Time.Cells+cell] <= within }
	for _, i := range cells {
		if slices.ContainsFunc(rows, func(row int) bool { return spent[row] && reaches(row, i) }) {
			continue
		}
		taken = append(taken, i)
		for _, row := range rows {
			spent[row] = spent[row] || reaches(row, i)
		}
	}
	slices.Sort(taken)
	return taken
}
